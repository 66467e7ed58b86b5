#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""run.py - what leakhop proves at one look, held against the leak profile of Go's own runtime, in programs made from seeds

  run.py [--seeds FROM-TO] [--jobs N] [--go GO] [--keep FOLDER] BUILD

Programs of the units of tests/truth, and of some more, most of them sick, built with a Go that has the profile (1.26 with
GOEXPERIMENT=goroutineleakprofile, or 1.27). leakhop looks first: the profile leaves marks. Then whatever the profile says must
be among what leakhop has proven, and whatever only leakhop has proven must be of a unit that is sick: the runtime takes what
a finalizer would get for reachable, and a whole block of tiny objects. Prints TAP, a test for each seed, and how many
goroutines there were. Needs root. It is no part of tests/run: it takes some minutes.
"""
import argparse
import concurrent.futures
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
sys.path.insert(0, os.path.join(HERE, "..", "truth"))
import units_go  # noqa: E402

PROVEN = {"unreachable", "circle", "nil-channel", "empty-select"}
PATIENCE = 20  # seconds until both agree: a goroutine may not have come to its place, or a stack not to rest


class Janitor(units_go.Sick):
    """It has the object whose finalizer would end it."""

    def make(self):
        n = self.n
        self.code = f"type {n}_cache struct {{\n\tstop chan int\n\twords map[string]int\n}}\n" \
            f"func {n}_sweep(c *{n}_cache) {{\n\t<-c.stop\n\truntime.KeepAlive(c)\n}}\n//go:noinline\nfunc {n}_start() {{\n" \
            f"\tc := &{n}_cache{{make(chan int), map[string]int{{}}}}\n" \
            f"\truntime.SetFinalizer(c, func(c *{n}_cache) {{ close(c.stop) }})\n\tgo {n}_sweep(c)\n}}\n"
        self.late = f"{n}_start()\n"


class Cleaned(units_go.Sick):
    """The same, by a cleanup, two pointers away."""

    def make(self):
        n = self.n
        self.code = f"type {n}_outer struct {{\n\tinner *{n}_inner\n}}\ntype {n}_inner struct {{\n\tn [3]int\n}}\n" \
            f"func {n}_wait(o *{n}_outer, stop chan int) {{\n\t<-stop\n\truntime.KeepAlive(o)\n}}\n//go:noinline\nfunc {n}_start() {{\n" \
            f"\to, stop := &{n}_outer{{&{n}_inner{{}}}}, make(chan int)\n" \
            f"\truntime.AddCleanup(o.inner, func(c chan int) {{ close(c) }}, stop)\n\tgo {n}_wait(o, stop)\n}}\n"
        self.late = f"{n}_start()\n"


class Numbered(units_go.Sick):
    """Its address is kept as a number."""

    def make(self):
        n = self.n
        where, put = self.rng.choice([
            (f"var {n}_number uintptr\n", f"{n}_number = x"),
            (f"var {n}_numbers = map[uintptr]string{{}}\n", f"{n}_numbers[x] = \"c\""),
            (f"type {n}_row struct {{\n\tname *string\n\tn [{self.rng.choice([3, 70, 700])}]uintptr\n}}\nvar {n}_rows []{n}_row\n",
             f"{n}_rows = make([]{n}_row, 5)\n\t{n}_rows[3].n[2] = x"),
        ])
        self.code = where + f"func {n}_send(c chan int) {{\n\tc <- 1\n}}\n//go:noinline\nfunc {n}_start() {{\n\tc := make(chan int)\n" \
            f"\tx := reflect.ValueOf(c).Pointer()\n\t{put}\n\tgo {n}_send(c)\n}}\n"
        self.late = f"{n}_start()\n"


class Generic(units_go.Sick):
    def make(self):
        n = self.n
        kind = self.rng.choice(["int", "string", "[40]*int", "struct{ a, b any }"])
        self.code = f"type {n}_box[T any] struct {{\n\tvalue T\n\tc chan T\n}}\nfunc (b *{n}_box[T]) wait() {{\n\tb.value = <-b.c\n}}\n" \
            f"//go:noinline\nfunc {n}_start() {{\n\tb := &{n}_box[{kind}]{{c: make(chan {kind})}}\n\tgo b.wait()\n}}\n"
        self.late = f"for i := 0; i < {self.count}; i++ {{\n\t{n}_start()\n}}\n"


class Stopped(units_go.Sick):
    """Its timer was stopped, and would have been the one to send."""

    def make(self):
        n = self.n
        self.code = f"func {n}_wait(c chan int) {{\n\t<-c\n}}\n//go:noinline\nfunc {n}_start() {{\n\tc := make(chan int)\n" \
            f"\tt := time.AfterFunc(time.Hour, func() {{ c <- 1 }})\n\tgo {n}_wait(c)\n\tt.Stop()\n}}\n"
        self.late = f"{n}_start()\n"


class Crowd(units_go.Sick):
    """Many at one condition, and a goroutine that would signal it waits for one of them."""

    def make(self):
        n = self.n
        self.code = f"func {n}_wait(c *sync.Cond) {{\n\tc.L.Lock()\n\tc.Wait()\n\tc.L.Unlock()\n}}\n" \
            f"func {n}_tell(c *sync.Cond, done chan int) {{\n\t<-done\n\tc.Broadcast()\n}}\n" \
            f"//go:noinline\nfunc {n}_start() {{\n\tc, done := sync.NewCond(new(sync.Mutex)), make(chan int)\n" \
            f"\tfor i := 0; i < 100; i++ {{\n\t\tgo {n}_wait(c)\n\t}}\n\tgo {n}_tell(c, done)\n}}\n"
        self.late = f"{n}_start()\n"


class Dropped(units_go.Sick):
    """Was kept in a place that lives, and taken out again: the old pointer may still be about."""

    def make(self):
        n = self.n
        code, put, drop = self.rng.choice([
            (f"var {n}_kept = map[int]chan int{{}}\n", f"{n}_kept[7] = c", f"delete({n}_kept, 7)"),
            (f"var {n}_kept []chan int\n", f"{n}_kept = append({n}_kept, c)", f"{n}_kept[0] = nil"),
            (f"var {n}_kept any\n", f"{n}_kept = c", f"{n}_kept = nil"),
            (f"var {n}_kept = make(chan chan int, 2)\n", f"{n}_kept <- c", f"<-{n}_kept"),
        ])
        self.code = code + f"func {n}_wait(c chan int) {{\n\tfor range c {{\n\t}}\n}}\n//go:noinline\nfunc {n}_start() {{\n\tc := make(chan int)\n" \
            f"\t{put}\n\tgo {n}_wait(c)\n}}\n//go:noinline\nfunc {n}_drop() {{\n\t{drop}\n}}\n"
        self.late = f"{n}_start()\n{n}_drop()\n"


MORE = [Janitor, Cleaned, Numbered, Generic, Stopped, Crowd, Dropped]
# What only grows is no proof, and the profile knows nothing of it.
SICK = [kind for kind in units_go.SICK if not kind.grows] + MORE + MORE

PROFILE = """
func init() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR2)
	go func() {
		for range signals {
			file, err := os.Create(os.Getenv("LEAKS") + ".new")
			if err != nil {
				panic(err)
			}
			pprof.Lookup("goroutineleak").WriteTo(file, 2)
			file.Close()
			os.Rename(os.Getenv("LEAKS")+".new", os.Getenv("LEAKS"))
		}
	}()
}
"""


def source(units):
    text = units_go.program(units)
    text = text.replace('\t"os"\n', '\t"os"\n\t"os/signal"\n\t"reflect"\n\t"runtime/pprof"\n\t"syscall"\n', 1)
    return text.replace("atomic.AddInt32, runtime.GC}", "atomic.AddInt32, runtime.GC, reflect.ValueOf}") + PROFILE


def build(seed, folder, go):
    rng = random.Random(f"leaks {seed}")
    kinds = [rng.choice(units_go.HEALTHY) for _ in range(rng.randint(1, 4))] + [rng.choice(SICK) for _ in range(rng.randint(1, 5))]
    rng.shuffle(kinds)
    units = [kind(number, rng) for number, kind in enumerate(kinds)]
    with open(os.path.join(folder, "program.go"), "w", encoding="utf8") as file:
        file.write(source(units))
    environment = dict(os.environ, GO111MODULE="off", GOTOOLCHAIN="local", GOEXPERIMENT="goroutineleakprofile", CGO_ENABLED="0")
    if subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout.split()[2] >= "go1.27":
        del environment["GOEXPERIMENT"]
    subprocess.run([go, "build", "-o", "program", "program.go"], check=True, cwd=folder, env=environment, capture_output=True)
    return units


def await_file(path, seconds, there=os.path.exists):
    end = time.monotonic() + seconds
    while not there(path):
        if time.monotonic() > end:
            raise RuntimeError(f"no {path}")
        time.sleep(.02)


def ours(leakhop, process):
    done = subprocess.run([leakhop, "dump", "-q", "--no-threads", "-m", "20ms", "--settle=0", "--json", "-p", str(process.pid)],
                          capture_output=True, timeout=120, check=True)
    answer = json.loads(done.stdout)
    return {goid: record for record in answer["findings"] if record["rule"] in PROVEN for goid in record["goids"]}, answer


def is_sick(record, units):
    found = re.findall(r"main\.u(\d+)_", json.dumps(record["stack"]))
    return bool(found) and all(units[int(number)].sick for number in found)


def theirs(process, folder):
    path = os.path.join(folder, "leaks")
    if os.path.exists(path):
        os.unlink(path)
    process.send_signal(signal.SIGUSR2)
    await_file(path, 60)
    with open(path, encoding="utf8", errors="replace") as file:
        return {int(goid) for goid in re.findall(r"^goroutine (\d+) .*\(leaked\)", file.read(), re.M)}


def run(seed, leakhop, go, keep):
    """Returns the seed, a complaint or "", and how many both have, and one alone."""
    folder = tempfile.mkdtemp()
    process = None
    try:
        units = build(seed, folder, go)
        said = os.path.join(folder, "said")
        with open(said, "wb") as out:
            process = subprocess.Popen([os.path.join(folder, "program")], stdout=out, stdin=subprocess.DEVNULL,
                                       env=dict(os.environ, LEAKS=os.path.join(folder, "leaks")))
        await_file(said, 30, lambda path: b"READY" in open(path, "rb").read())
        # Until two looks say the same: the units have come to where they stay.
        end, before = time.monotonic() + PATIENCE, None
        proven, answer = ours(leakhop, process)
        while set(proven) != before and time.monotonic() < end:
            time.sleep(.3)
            before = set(proven)
            proven, answer = ours(leakhop, process)
        leaked = theirs(process, folder)
        missing, more = leaked - set(proven), set(proven) - leaked
        false = [goid for goid in more if not is_sick(proven[goid], units)]
        complaint = ""
        if missing or false:
            complaint = f"only Go: {sorted(missing)[:10]}, not true: {sorted(false)[:10]}"
            if keep:
                os.makedirs(os.path.join(keep, str(seed)), exist_ok=True)
                for name in ("program.go", "leaks"):
                    shutil.copy(os.path.join(folder, name), os.path.join(keep, str(seed)))
                with open(os.path.join(keep, str(seed), "answer.json"), "w", encoding="utf8") as file:
                    json.dump(answer, file)
        return seed, complaint, len(leaked & set(proven)), len(missing), len(more)
    except (RuntimeError, subprocess.SubprocessError) as error:
        return seed, f"{error} {getattr(error, 'stderr', b'') or ''}"[:1000], 0, 0, 0
    finally:
        if process:
            process.kill()
            process.wait()
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="0-199")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--go", default="go")
    parser.add_argument("--keep")
    parser.add_argument("build")
    options = parser.parse_args()
    first, last = (int(number) for number in options.seeds.split("-"))
    leakhop = os.path.join(os.path.abspath(options.build), "leakhop")
    print(f"1..{last - first + 1}")
    failed, both, missing, more = 0, 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for seed, complaint, same, less, greater in pool.map(
                lambda seed: run(seed, leakhop, options.go, options.keep), range(first, last + 1)):
            both, missing, more = both + same, missing + less, more + greater
            failed += bool(complaint)
            print(f"{'not ok' if complaint else 'ok'} {seed - first + 1} - seed {seed}: {same} goroutines", flush=True)
            if complaint:
                print(f"# {complaint}", flush=True)
    print(f"# {both} goroutines in both, {missing} of the profile only, {more} of leakhop only")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
