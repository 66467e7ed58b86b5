#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""run.py - programs with a known truth, made from seeds, held against what leakhop says of them

  run.py [--seeds FROM-TO] [--jobs N] [--language c,go] [--keep FOLDER] BUILD

Of each program: dumps at several thresholds, by BPF and by /proc alone, and traces. What is healthy may never be part of a
finding; what is sick must be at least a suspect in a dump, and a finding in a trace. Prints TAP, a test for each seed;
--keep has the source and the answers of those that failed. Needs root.
"""
import argparse
import concurrent.futures
import importlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FINDINGS = {"stuck", "leak", "deadlock"}
DUMPS = [(["-m", "20ms"], "20ms"), (["-m", "100ms"], "100ms"), (["-m", "300ms"], "300ms"), (["-m", "1s"], "1s"),
         (["-m", "100ms", "--without", "bpf"], "100ms from /proc")]
PATIENCE = 30  # seconds until a fault must have been seen


class Program:
    def __init__(self, language, seed, folder, build):
        self.language, self.seed, self.folder, self.build = language, seed, folder, build
        self.rng = random.Random(f"{language} {seed}")
        self.module = importlib.import_module(f"units_{language}")
        self.units = self.choose()
        self.answers = []
        self.process = None

    def choose(self):
        kinds = [self.rng.choice(self.module.HEALTHY) for _ in range(self.rng.randint(2, 5))]
        if self.rng.random() < .4:
            kinds.append(self.rng.choice(self.module.SICK))
        self.rng.shuffle(kinds)
        return [kind(number, self.rng) for number, kind in enumerate(kinds)]

    def compile(self):
        self.binary = os.path.join(self.folder, "program")
        source = os.path.join(self.folder, "program." + self.language)
        with open(source, "w", encoding="utf8") as file:
            file.write(self.module.program(self.units))
        command = ["gcc", self.rng.choice(["-O0", "-O2"]), "-g", "-pthread", "-w", "-o", self.binary, source]
        if self.language == "go":
            command = ["go", "build", "-o", self.binary, source]
        environment = dict(os.environ, GOFLAGS="-mod=mod", GO111MODULE="off", GOTOOLCHAIN="local")
        subprocess.run(command, check=True, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL)

    def start(self):
        self.said = open(os.path.join(self.folder, "said"), "w+b")
        self.process = subprocess.Popen([self.binary], stdout=self.said, stdin=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 30
        while b"READY" not in self.words():
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("the program did not come up")
            time.sleep(.01)

    def words(self):
        with open(self.said.name, "rb") as file:
            return file.read()

    def pids(self):
        pids = [word.decode() for word in re.findall(rb"^PID (\d+)$", self.words(), re.M)]
        return ",".join(pid for pid in pids if os.path.exists(f"/proc/{pid}/exe")) or str(self.process.pid)

    def stop(self):
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.said.close()

    def ask(self, command, how, *options):
        """Returns records: (verdict, rule, reason, numbers of units in its stacks)."""
        words = [os.path.join(self.build, "leakhop"), command, "-q", "-p", self.pids(), *how, *options]
        words.append("--json" if command == "dump" else "--json=lines")
        done = subprocess.run(words, capture_output=True, timeout=120, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.decode()[:500]}")
        lines = [json.loads(done.stdout)] if command == "dump" else [json.loads(line) for line in done.stdout.splitlines()]
        self.answers.append({"command": words, "lines": lines})
        # What a trace tells on its way counts, too, and stands in no summary if it has ended since.
        records = lines[-1]["findings"] + lines[-1]["suspects"] + lines[:-1]
        return [(record["verdict"], record.get("rule", ""), record.get("reason", ""), self.units_of(record))
                for record in records]

    def units_of(self, record):
        text = json.dumps([record.get(key) for key in ("user_stack", "stack", "spawn", "goroutine")])
        return {int(number) for number in re.findall(r'\bu(\d+)_', text)}


def false_findings(program, records, where):
    wrong = []
    for verdict, rule, reason, numbers in records:
        if verdict not in FINDINGS:
            continue
        if not any(program.units[number].sick for number in numbers if number < len(program.units)):
            wrong.append(f"{where}: {verdict} ({rule}): {reason} of units "
                         f"{sorted(type(program.units[n]).__name__ for n in numbers)}")
    return wrong


def sees(records, number, verdicts):
    return any(verdict in verdicts and number in numbers for verdict, _, _, numbers in records)


def await_fault(program, number, ask, verdicts):
    """Asks until the fault is seen or patience is over; returns false findings on the way, and whether it was seen."""
    wrong, end = [], time.monotonic() + PATIENCE
    while True:
        records, where = ask()
        wrong += false_findings(program, records, where)
        if sees(records, number, verdicts):
            return wrong, True
        if time.monotonic() > end:
            return wrong, False


def examine(program):
    wrong = []
    for how, name in DUMPS:
        wrong += false_findings(program, program.ask("dump", how), f"dump at {name}")
    threshold = program.rng.choice(["20ms", "100ms", "300ms"])
    without = program.rng.choice([[], [], ["--without", "bpf"]])

    def trace(seconds=2):
        return program.ask("trace", ["-m", threshold, *without], "-d", f"{seconds}s"), f"trace at {threshold} {without}"

    records, where = trace()
    wrong += false_findings(program, records, where)
    for number, unit in enumerate(program.units):
        if not unit.sick:
            continue
        name = type(unit).__name__
        more, seen = await_fault(program, number, lambda: (program.ask("dump", ["-m", "300ms"]), "dump at 300ms"),
                                 FINDINGS | {"suspect"})
        wrong += more + ([] if seen else [f"dump: {name} is no suspect"])
        if not sees(records, number, FINDINGS):
            more, seen = await_fault(program, number, lambda: trace(12 if unit.grows else 8), FINDINGS)
            wrong += more + ([] if seen else [f"trace at {threshold} {without}: {name} is no finding"])
    return wrong


def run(language, seed, build, keep):
    folder = tempfile.mkdtemp(prefix="truth.")
    program = Program(language, seed, folder, build)
    try:
        program.compile()
        program.start()
        wrong = examine(program)
    except (RuntimeError, OSError, subprocess.SubprocessError, ValueError) as error:
        wrong = [f"failed: {error}"]
    finally:
        program.stop()
    if wrong and keep:
        kept = os.path.join(keep, f"{language}-{seed}")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept)
        with open(os.path.join(kept, "answers.json"), "w", encoding="utf8") as file:
            json.dump(program.answers, file)
    shutil.rmtree(folder)
    return language, seed, [type(unit).__name__ for unit in program.units], wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="0-59")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--language", default="c,go")
    parser.add_argument("--keep")
    parser.add_argument("build")
    arguments = parser.parse_args()
    first, last = map(int, arguments.seeds.split("-"))
    languages = [name for name in arguments.language.split(",") if name == "c" or shutil.which("go")]
    work = [(languages[seed % len(languages)], seed) for seed in range(first, last + 1)]
    failed = 0
    sys.path.insert(0, HERE)
    if arguments.keep:
        os.makedirs(arguments.keep, exist_ok=True)
    print(f"1..{len(work)}")
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        futures = [pool.submit(run, language, seed, os.path.abspath(arguments.build), arguments.keep)
                   for language, seed in work]
        for number, future in enumerate(concurrent.futures.as_completed(futures), 1):
            language, seed, units, wrong = future.result()
            failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {language} program {seed}: {' '.join(units)}", flush=True)
            for line in wrong:
                print("#", line, flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
