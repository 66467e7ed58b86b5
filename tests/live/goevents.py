#!/usr/bin/python3 -S
# SPDX-License-Identifier: GPL-2.0-only
"""Holds a trace with --go-events against what the fixture goevents says of itself.

    goevents.py OUT JSON SOURCE [CLOCK TOLERANCE]

CLOCK is what the wall clock was ahead of CLOCK_MONOTONIC where it ran, TOLERANCE how far times may be off, both in
ns: without them here, and one millisecond.
"""

import datetime
import json
import sys
import time

WAITS = {"channel": "channel receive", "mutex": "Mutex", "sleep": "sleep", "network": "network"}
READIERS = {"channel": "goroutine", "mutex": "goroutine", "sleep": "runtime", "network": "network"}

CLOCK = int(sys.argv[4]) if len(sys.argv) > 4 else time.time_ns() - time.monotonic_ns()
TOLERANCE_NS = int(sys.argv[5]) if len(sys.argv) > 5 else 1_000_000

wrong = []


def check(condition, *words):
    if not condition:
        wrong.append(" ".join(map(str, words)))


def monotonic(text):
    """RFC 3339 with microseconds, UTC, as CLOCK_MONOTONIC."""
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(moment.timestamp() * 1e6) * 1000 - CLOCK


def near(text, truth, *words):
    error = monotonic(text) - truth
    check(abs(error) <= TOLERANCE_NS, *words, f"is {error / 1000:.0f} us off")


out, report, source = sys.argv[1:4]
said = [line.split() for line in open(out, encoding="utf-8")]
document = json.load(open(report, encoding="utf-8"))
marks = {}
for number, line in enumerate(open(source, encoding="utf-8"), 1):
    if "// @" in line:
        kind, name = line.split("// @")[1].split()[:2]
        marks[kind, name] = number
check(len(document["go_events"]) == 1, "processes with events:", len(document["go_events"]))
events = document["go_events"][0]

for _, name, born, ended in (words for words in said if words[0] == "SITE"):
    sites = [site for site in events["sites"] if site["line"] == marks["spawn", name]]
    got = [(site["born"], site["ended"]) for site in sites]
    check(got == [(int(born), int(ended))], name, "born and ended:", got, "not", born, ended)
check(events["born"] - events["ended"] == 41, "more born than ended:", events["born"] - events["ended"])

parks = {(name, int(goid)): int(at) for kind, name, goid, at, *_ in
         (words for words in said if words[0] == "PARK")}
for _, name, goid, at, by in (words for words in said if words[0] == "READY" and words[1] in WAITS):
    blocks = [block for block in events["blocks"] if block["goid"] == int(goid) and
              block["kind"] in (WAITS[name], "semaphore of the runtime")]
    check(len(blocks) == 1, name, "blocks that ended:", len(blocks))
    for block in blocks:
        reader = block["readied_by"]
        near(block["since"], parks[name, int(goid)], name, "begin of the block")
        length = int(at) - parks[name, int(goid)]
        # Of a timer only the end is known that the goroutine itself saw, later.
        slack = 20 * TOLERANCE_NS if name == "sleep" else TOLERANCE_NS
        check(abs(block["blocked_ns"] - length) <= slack, name, "length", block["blocked_ns"], "not", length)
        check(reader["kind"] == READIERS[name], name, "readied by", reader)
        check((reader["goid"] or 0) == int(by), name, "readied by goroutine", reader["goid"], "not", by)
        if ("ready", name) in marks:
            check(reader["line"] == marks["ready", name], name, "readied at line", reader["line"])
        check(any(frame["line"] == marks["block", name] for frame in block["stack"]), name,
              "blocked at", [frame["line"] for frame in block["stack"]])

parent = [int(words[2]) for words in said if words[0] == "PARENT"][0]
staying = [group for group in document["goroutines"]
           if any(frame["line"] == marks["block", "stay"] for frame in group["stack"])]
check([group["count"] for group in staying] == [40], "groups that stay:", [group["count"] for group in staying])
for group in staying:
    first = min(at for (name, _), at in parks.items() if name == "stay")
    check(sorted(group["goids"]) == sorted(goid for name, goid in parks if name == "stay"), "goids that stay")
    check(group["exact"] and group["exact"]["since_is_exact"], "the time is not exact")
    check(not group["blocked_at_least"], "the time is a bound")
    check(group["exact"] and group["exact"]["parent_goid"] == parent, "parent", group["exact"], "not", parent)
    near(group["since"], first, "begin of those that stay")
again = [group for group in document["goroutines"]
         if any(frame["line"] == marks["block", "again"] for frame in group["stack"])]
check(len(again) == 1, "waits again:", len(again))
for group in again:
    near(group["since"], [at for (name, _), at in parks.items() if name == "again"][0], "begin of the second wait")
for loss, count in document["lost"].items():
    check(count == 0, "lost", loss, count)

print("\n".join(wrong), file=sys.stderr)
sys.exit(bool(wrong))
