#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare leakhop's JSON with what a fixture printed and with the marks in its source.

    check.py waits   DOCUMENT OUTPUT SOURCE [option]...   each READY thread is found, and right
    check.py spawns  DOCUMENT OUTPUT SOURCE [option]...   the same, and who spawned it where
    check.py chains  DOCUMENT...                          no stack of `chains` is torn
    check.py schema  DOCUMENT...                          valid by docs/leakhop.schema.json

    --in due|threads        where to look: all three parts of the report, or threads[] (threads)
    --only NAME,...         only these READY lines
    --between NS NS         monotonic time before and after the sweep: checks the durations
    --no-symbols            the program is stripped: only whole stacks are asked for
    --spawner TID           who spawned them, if not the process's first thread

Each fault is one line; the exit status is 1 if there was one.
"""
import argparse
import json
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LATE, EARLY = 50_000_000, 5_000_000  # ns that READY may be ahead of the block; clock's own error


def marks(source):
    """{("block" or "spawn", name): line}"""
    found = {}
    with open(source, encoding="utf-8") as text:
        for number, line in enumerate(text, 1):
            for kind, name in re.findall(r"@(block|spawn) (\w+)", line):
                found[kind, name] = number
    return found


def records_of(document, place):
    if place == "due":
        return document["findings"] + document["suspects"] + document["waits"]
    return document[place]


def ready_lines(output):
    """[(tid, name, start, pid)]"""
    with open(output, encoding="utf-8") as text:
        words = [line.split() for line in text if line.startswith("READY ")]
    return [(int(w[1]), w[2], int(w[3]), int(w[4])) for w in words]


class Checker:
    def __init__(self, args):
        self.args = args
        self.faults = 0
        with open(args.document, encoding="utf-8") as text:
            self.document = json.load(text)
        self.lines = ready_lines(args.output)
        self.marks = marks(args.source)
        self.source = os.path.basename(args.source)
        self.starts = {tid: start for tid, _, start, _ in self.lines}

    def fault(self, name, text):
        self.faults += 1
        print("%s: %s" % (name, text))

    def frame_at(self, stack, function, line):
        return any(function in frame["function"] and frame["line"] == line
                   and os.path.basename(frame["file"]) == self.source for frame in stack)

    def show(self, stack):
        return " < ".join("%s %s:%s" % (f["function"] or f["address"], os.path.basename(f["file"]),
                                        f["line"]) for f in stack) or "(empty)"

    def check_duration(self, name, record):
        before, after = self.args.between
        starts = [self.starts[tid] for tid in record["tids"] if tid in self.starts]
        if len(starts) < len(record["tids"]):
            return  # a group with strangers: its longest wait is not ours
        lowest, highest = before - min(starts) - LATE, after - min(starts) + EARLY
        if record["blocked_ns"] > highest:
            self.fault(name, "blocked for %d ns, at most %d" % (record["blocked_ns"], highest))
        if record["blocked_ns"] < lowest and not record["blocked_at_least"]:
            self.fault(name, "blocked for %d ns, at least %d" % (record["blocked_ns"], lowest))

    def check_stack(self, name, record):
        stack = record["user_stack"]
        if record["user_stack_end"] != "whole":
            self.fault(name, "stack ends: %r: %s" % (record["user_stack_end"], self.show(stack)))
        if self.args.no_symbols:
            return
        function = "main" if name == "main" else "block_in_" + name
        line = self.marks["block", name]
        if not self.frame_at(stack, function, line):
            self.fault(name, "no %s at line %d in: %s" % (function, line, self.show(stack)))

    def check_inlined(self, record):
        for name in ("inlined_lock", "inlined_step"):
            if not any(f["inlined"] and f["function"] == name and f["line"] == self.marks["block", name]
                       for f in record["user_stack"]):
                self.fault("inlined", "no inlined %s at line %d in: %s" % (
                    name, self.marks["block", name], self.show(record["user_stack"])))

    def check_spawn(self, name, tid, record):
        spawn = record["spawn"]
        if not spawn:
            return self.fault(name, "no spawn")
        spawner = self.args.spawner or record["pid"]
        if spawn["tid"] != spawner:
            self.fault(name, "spawned by %s, not %d" % (spawn["tid"], spawner))
        line = self.marks["spawn", name]
        if not self.frame_at(spawn["stack"], "", line):
            self.fault(name, "no spawn at line %d in: %s" % (line, self.show(spawn["stack"])))

    def check(self, tid, name, pid):
        records = [r for r in records_of(self.document, self.args.place) if tid in r.get("tids", [])]
        if len(records) > 1:  # blocks that have ended stand in records of their own
            records = [r for r in records if r["still_blocked"]]
        if len(records) != 1:
            return self.fault(name, "thread %d is in %d records" % (tid, len(records)))
        record = records[0]
        if record["verdict"] == "running":
            self.fault(name, "verdict %s" % record["verdict"])
        if record["pid"] != pid:
            self.fault(name, "process %d, not %d" % (record["pid"], pid))
        self.check_stack(name, record)
        if name == "inlined" and not self.args.no_symbols:
            self.check_inlined(record)
        if self.args.between:
            self.check_duration(name, record)
        if self.args.command == "spawns" and ("spawn", name) in self.marks:
            self.check_spawn(name, tid, record)

    def run(self):
        only = self.args.only.split(",") if self.args.only else None
        checked = 0
        for tid, name, _, pid in self.lines:
            if not only or name in only:
                self.check(tid, name, pid)
                checked += 1
        if not checked:
            self.fault(self.source, "no READY line to check")
        return self.faults


def torn(stack):
    """Why a stack of `chains` is impossible, or None"""
    chain = [re.match(r"chain_(\w+)$", frame["function"]) for frame in stack]
    names = [found.group(1) for found in chain if found]
    for callee, caller in zip(names, names[1:]):
        legal = "root" if callee[1:] == "1" else "%s%d" % (callee[0], int(callee[1:] or 0) - 1)
        if callee == "root" or caller != legal:
            return "chain_%s called by chain_%s" % (callee, caller)
    if names and names[-1] != "root":
        return "ends in chain_" + names[-1]
    return None


def check_chains(documents):
    faults = stacks = 0
    for name in documents:
        with open(name, encoding="utf-8") as text:
            document = json.load(text)
        for record in document["threads"]:
            reason = torn(record["user_stack"])
            # A stack that says of itself that it has an unknown end is incomplete, not torn.
            if reason and not (reason.startswith("ends") and record["user_stack_end"] != "whole"):
                faults += 1
                print("%s: %s: %s" % (name, record["tids"], reason))
            stacks += any(f["function"].startswith("chain_") for f in record["user_stack"])
    print("%d stacks" % stacks)
    return faults or not stacks


def check_schema(documents):
    import jsonschema
    with open(os.path.join(TOP, "docs", "leakhop.schema.json"), encoding="utf-8") as text:
        validator = jsonschema.Draft7Validator(json.load(text))
    faults = 0
    for name in documents:
        with open(name, encoding="utf-8") as text:
            for fault in validator.iter_errors(json.load(text)):
                faults += 1
                where = "/".join(str(step) for step in fault.absolute_path)
                print("%s: %s: %s" % (name, where, fault.message[:300]))
    return faults


def main():
    if sys.argv[1:2] == ["chains"]:
        return check_chains(sys.argv[2:])
    if sys.argv[1:2] == ["schema"]:
        return check_schema(sys.argv[2:])
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("command", choices=["waits", "spawns"])
    parser.add_argument("document")
    parser.add_argument("output")
    parser.add_argument("source")
    parser.add_argument("--in", dest="place", default="threads")
    parser.add_argument("--only")
    parser.add_argument("--between", nargs=2, type=int)
    parser.add_argument("--no-symbols", action="store_true")
    parser.add_argument("--spawner", type=int)
    return Checker(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
