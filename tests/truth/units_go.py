# SPDX-License-Identifier: GPL-2.0-only
"""Units of generated Go programs: each a few goroutines with a known truth (see units_c.py for what a unit is).

What a healthy goroutine waits for is always within reach of something that lives; where it is kept is chosen at random: in
globals, maps, closures, interfaces, tiny and large objects, other channels, timers, frames of sleepers.
"""
import random

PREAMBLE = """package main

import (
	"context"
	"fmt"
	"math/rand"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var _ = []any{context.Background, net.Dial, (*sync.Once).Do, atomic.AddInt32, runtime.GC}

func hold(from, to int) { time.Sleep(time.Duration(from+rand.Intn(to-from+1)) * time.Microsecond) }

type keeper interface{ get() chan int }
"""


class Unit:
    sick = False
    grows = False
    late = ""

    def __init__(self, number, rng: random.Random):
        self.n = f"u{number}"
        self.rng = rng
        self.lo = rng.choice([2000, 5000, 15000, 30000])
        self.hi = self.lo + rng.choice([1000, 10000, 30000])
        self.count = rng.randint(2, 6)
        self.code = ""
        self.make()

    def hold(self):
        return f"hold({self.lo}, {self.hi})"

    def place(self, kind, name):
        """An object as pointer: returns code and an expression that makes it (once)."""
        how = self.rng.choice(["global", "heap", "tiny", "big", "map", "interface"])
        if how == "global":
            return f"var {name} {kind}\n", f"&{name}"
        if how == "tiny":
            return f"type {name} struct {{\n\tn int64\n\tm {kind}\n}}\n", f"&new({name}).m"
        if how == "big":
            size = self.rng.choice([7, 60, 1000, 9000])
            return f"type {name} struct {{\n\tpad [{size}]*int\n\tm {kind}\n\ttail [{size}]byte\n}}\n", f"&new({name}).m"
        if how == "map":
            return f"var {name} = map[string]*{kind}{{\"x\": new({kind})}}\n", f"{name}[\"x\"]"
        if how == "interface":
            return f"var {name} any = new({kind})\n", f"{name}.(*{kind})"
        return "", f"new({kind})"

    def start(self, function, *arguments):
        """A go statement, in one of the ways that programs have."""
        words = ", ".join(arguments)
        return self.rng.choice([f"go {function}({words})", f"go func() {{ {function}({words}) }}()"])


class Mutex(Unit):
    def make(self):
        n = self.n
        kind = self.rng.choice(["sync.Mutex", "sync.RWMutex"])
        code, made = self.place(kind, f"{n}_box")
        take = "m.Lock()"
        drop = "m.Unlock()"
        self.code = code + f"func {n}_work(m *{kind}) {{\n\tfor {{\n\t\t{take}\n\t\t{self.hold()}\n\t\t{drop}\n\t\thold(0, 2000)\n\t}}\n}}\n"
        self.late = f"{{\n\tm := {made}\n\tfor i := 0; i < {self.count}; i++ {{\n\t\t{self.start(n + '_work', 'm')}\n\t}}\n"
        if kind == "sync.RWMutex":
            self.code += f"func {n}_read(m *{kind}) {{\n\tfor {{\n\t\tm.RLock()\n\t\t{self.hold()}\n\t\tm.RUnlock()\n\t\thold(0, 2000)\n\t}}\n}}\n"
            self.late += f"\t{self.start(n + '_read', 'm')}\n\t{self.start(n + '_read', 'm')}\n"
        self.late += "}\n"


def locked_in_turn(rng, name, first, second, inside):
    """A function that takes two locks, and lets go of them by defer or by hand."""
    if rng.random() < 0.5:
        return f"func {name}(a, b *sync.Mutex) {{\n\ta.Lock()\n\tdefer a.Unlock()\n\t{first}\n\tb.Lock()\n\tdefer b.Unlock()\n\t{inside}\n}}\n"
    return f"func {name}(a, b *sync.Mutex) {{\n\ta.Lock()\n\t{first}\n\tb.Lock()\n\t{inside}\n\tb.Unlock()\n\t{second}\n\ta.Unlock()\n}}\n"


class Nested(Unit):
    """Two locks, of which each takes the one and then the other."""

    def make(self):
        n = self.n
        code_a, made_a = self.place("sync.Mutex", f"{n}_a")
        code_b, made_b = self.place("sync.Mutex", f"{n}_b")
        self.code = code_a + code_b + locked_in_turn(self.rng, f"{n}_both", "hold(0, 500)", "hold(0, 500)", self.hold()) + \
            f"func {n}_work(a, b *sync.Mutex) {{\n\tfor {{\n\t\t{n}_both(a, b)\n\t\thold(0, 2000)\n\t}}\n}}\n"
        self.late = f"{{\n\ta, b := {made_a}, {made_b}\n\tfor i := 0; i < {self.count}; i++ {{\n\t\t{self.start(n + '_work', 'a', 'b')}\n\t}}\n}}\n"


class Pipeline(Unit):
    def make(self):
        n, room = self.n, self.rng.choice([0, 0, 1, 4])
        self.code = f"func {n}_put(c chan<- int) {{\n\tfor {{\n\t\t{self.hold()}\n\t\tc <- 1\n\t}}\n}}\n" \
            f"func {n}_pass(in <-chan int, out chan<- int) {{\n\tfor v := range in {{\n\t\t{self.hold()}\n\t\tout <- v\n\t}}\n}}\n" \
            f"func {n}_get(c <-chan int) {{\n\tfor {{\n\t\tselect {{\n\t\tcase <-c:\n\t\t\t{self.hold()}\n\t\tcase <-time.After(200 * time.Millisecond):\n\t\t}}\n\t}}\n}}\n"
        self.late = f"{{\n\ta, b := make(chan int, {room}), make(chan int)\n\t{self.start(n + '_put', 'a')}\n" \
            f"\t{self.start(n + '_pass', 'a', 'b')}\n\t{self.start(n + '_get', 'b')}\n}}\n"


class Group(Unit):
    def make(self):
        n = self.n
        self.code = f"func {n}_part(wg *sync.WaitGroup) {{\n\tdefer wg.Done()\n\t{self.hold()}\n}}\n" \
            f"func {n}_work() {{\n\tfor {{\n\t\twg := new(sync.WaitGroup)\n\t\tfor i := 0; i < {self.count}; i++ {{\n\t\t\twg.Add(1)\n" \
            f"\t\t\tgo {n}_part(wg)\n\t\t}}\n\t\twg.Wait()\n\t}}\n}}\n"
        self.late = f"{self.start(n + '_work')}\n"


class Cond(Unit):
    def make(self):
        n = self.n
        wake = self.rng.choice(["Signal", "Broadcast"])
        self.code = f"type {n}_queue struct {{\n\tm sync.Mutex\n\tc *sync.Cond\n\tn int\n}}\n" \
            f"func {n}_get(q *{n}_queue) {{\n\tfor {{\n\t\tq.m.Lock()\n\t\tfor q.n == 0 {{\n\t\t\tq.c.Wait()\n\t\t}}\n\t\tq.n--\n\t\tq.m.Unlock()\n\t\t{self.hold()}\n\t}}\n}}\n" \
            f"func {n}_put(q *{n}_queue) {{\n\tfor {{\n\t\t{self.hold()}\n\t\tq.m.Lock()\n\t\tq.n++\n\t\tq.c.{wake}()\n\t\tq.m.Unlock()\n\t}}\n}}\n"
        self.late = f"{{\n\tq := &{n}_queue{{}}\n\tq.c = sync.NewCond(&q.m)\n\tfor i := 0; i < {self.count}; i++ {{\n\t\t{self.start(n + '_get', 'q')}\n\t}}\n\t{self.start(n + '_put', 'q')}\n}}\n"


class Permits(Unit):
    def make(self):
        n = self.n
        self.code = f"func {n}_work(permits chan struct{{}}) {{\n\tfor {{\n\t\tpermits <- struct{{}}{{}}\n\t\t{self.hold()}\n\t\t<-permits\n\t}}\n}}\n"
        self.late = f"{{\n\tpermits := make(chan struct{{}}, 1)\n\tfor i := 0; i < {self.count}; i++ {{\n\t\t{self.start(n + '_work', 'permits')}\n\t}}\n}}\n"


class Steps(Unit):
    """Each goroutine hands the channel to the next one and ends: whoever was swept a moment ago is gone."""

    def make(self):
        n = self.n
        self.code = f"func {n}_wait(c chan int) {{\n\tfor range c {{\n\t}}\n}}\n" \
            f"func {n}_step(c chan int) {{\n\t{self.hold()}\n\tgo {n}_step(c)\n}}\n"
        self.late = f"{{\n\tc := make(chan int)\n\t{self.start(n + '_wait', 'c')}\n\t{self.start(n + '_step', 'c')}\n}}\n"


class Exchange(Unit):
    def make(self):
        n = self.n
        self.code = f"type {n}_request struct {{\n\tanswer chan int\n}}\n" \
            f"func {n}_serve(requests chan {n}_request) {{\n\tfor r := range requests {{\n\t\t{self.hold()}\n\t\tr.answer <- 1\n\t}}\n}}\n" \
            f"func {n}_ask(requests chan {n}_request) {{\n\tfor {{\n\t\tr := {n}_request{{make(chan int)}}\n\t\trequests <- r\n\t\t<-r.answer\n\t\thold(0, 3000)\n\t}}\n}}\n"
        self.late = f"{{\n\trequests := make(chan {n}_request)\n\t{self.start(n + '_serve', 'requests')}\n\tfor i := 0; i < {self.count}; i++ {{\n\t\t{self.start(n + '_ask', 'requests')}\n\t}}\n}}\n"


class Network(Unit):
    def make(self):
        n = self.n
        self.code = f"func {n}_serve(c net.Conn) {{\n\tb := make([]byte, 1)\n\tfor {{\n\t\tif _, e := c.Read(b); e != nil {{\n\t\t\treturn\n\t\t}}\n\t\t{self.hold()}\n\t\tc.Write(b)\n\t}}\n}}\n" \
            f"func {n}_accept(l net.Listener) {{\n\tfor {{\n\t\tc, e := l.Accept()\n\t\tif e != nil {{\n\t\t\treturn\n\t\t}}\n\t\tgo {n}_serve(c)\n\t}}\n}}\n" \
            f"func {n}_ask(address string) {{\n\tc, e := net.Dial(\"tcp\", address)\n\tif e != nil {{\n\t\tpanic(e)\n\t}}\n\tb := make([]byte, 1)\n\tfor {{\n\t\tc.Write(b)\n\t\tc.Read(b)\n\t}}\n}}\n"
        self.late = f"{{\n\tl, e := net.Listen(\"tcp\", \"127.0.0.1:0\")\n\tif e != nil {{\n\t\tpanic(e)\n\t}}\n\t{self.start(n + '_accept', 'l')}\n\t{self.start(n + '_ask', 'l.Addr().String()')}\n\t{self.start(n + '_ask', 'l.Addr().String()')}\n}}\n"


class Expiring(Unit):
    """Entries that live for some seconds: their number levels off at rate times life."""

    def make(self):
        n = self.n
        life = self.rng.choice([2, 4])
        body = self.rng.choice([
            f"go {n}_expire()",
            f"time.AfterFunc({life}*time.Second, {n}_expired)",
            f"{{\n\t\t\tc, cancel := context.WithTimeout(context.Background(), {life}*time.Second)\n\t\t\tgo {n}_context(c, cancel)\n\t\t}}"])
        self.code = f"func {n}_expire() {{\n\ttime.Sleep({life} * time.Second)\n}}\nfunc {n}_expired() {{}}\n" \
            f"func {n}_context(c context.Context, cancel func()) {{\n\t<-c.Done()\n\tcancel()\n}}\n" \
            f"func {n}_work() {{\n\tfor {{\n\t\t{body}\n\t\ttime.Sleep(30 * time.Millisecond)\n\t}}\n}}\n"
        self.late = f"{self.start(n + '_work')}\n"


class Kept(Unit):
    """Receivers that wait for ever by design: what they wait for is kept somewhere that lives."""

    KEEPERS = {
        "global": ("var {n}_kept chan int\n", "{n}_kept = c"),
        "map": ("var {n}_kept = map[int]chan int{{}}\n", "{n}_kept[7] = c"),
        "syncmap": ("var {n}_kept sync.Map\n", "{n}_kept.Store(\"x\", c)"),
        "list": ("type {n}_node struct {{\n\tnext *{n}_node\n\tc    chan int\n}}\nvar {n}_kept *{n}_node\n",
                 "for i := 0; i < 50; i++ {{\n\t\t{n}_kept = &{n}_node{{{n}_kept, nil}}\n\t}}\n\tlast := {n}_kept\n"
                 "\tfor last.next != nil {{\n\t\tlast = last.next\n\t}}\n\tlast.c = c"),
        "interface": ("type {n}_keep struct {{\n\tn [3]int\n\tc chan int\n}}\nfunc (k *{n}_keep) get() chan int {{ return k.c }}\n"
                      "var {n}_kept keeper\n", "{n}_kept = &{n}_keep{{c: c}}"),
        "closure": ("var {n}_kept func()\n", "{n}_kept = func() {{ c <- 1 }}"),
        "channel": ("var {n}_kept = make(chan chan int, 3)\n", "{n}_kept <- c"),
        "timer": ("", "time.AfterFunc(time.Hour, func() {{ c <- 1 }})"),
        "pointer": ("var {n}_kept atomic.Pointer[chan int]\n", "{n}_kept.Store(&c)"),
        "slice": ("var {n}_kept []any\n", "{n}_kept = append({n}_kept, 1, \"x\", []chan int{{nil, c}})"),
        "sleeper": ("//go:noinline\nfunc {n}_sleep(c chan int) {{\n\ttime.Sleep(time.Hour)\n\tc <- 1\n}}\n", "go {n}_sleep(c)"),
        "deferred": ("func {n}_later(c chan int) {{\n\tdefer close(c)\n\ttime.Sleep(time.Hour)\n}}\n", "go {n}_later(c)"),
        "context": ("var {n}_kept context.CancelFunc\n",
                    "x, cancel := context.WithCancel(context.Background())\n\t{n}_kept = cancel\n\tgo {n}_done(x)\n\tclose(c)"),
        "pool": ("type {n}_pool struct {{\n\tmin, max, size, peak int\n\tc chan int\n\trest [430]byte\n}}\nvar {n}_kept *{n}_pool\n",
                 "{n}_kept = &{n}_pool{{min: 1, max: 10, size: 4, peak: 4, c: c}}"),
        "finalizer": ("type {n}_keep struct {{\n\tc chan int\n}}\nvar {n}_kept *{n}_keep\n",
                      "{n}_kept = &{n}_keep{{c}}\n\truntime.SetFinalizer({n}_kept, func(k *{n}_keep) {{ close(k.c) }})"),
    }

    def make(self):
        n = self.n
        code, keep = self.KEEPERS[self.rng.choice(sorted(self.KEEPERS))]
        wait = self.rng.choice(["<-c", "for range c {\n\t}", "select {\n\tcase <-c:\n\tcase <-other:\n\t}"])
        self.code = code.format(n=n) + f"func {n}_wait(c, other chan int) {{\n\t_ = other\n\t{wait}\n}}\n" \
            f"func {n}_done(c context.Context) {{\n\t<-c.Done()\n}}\n" \
            f"//go:noinline\nfunc {n}_start() {{\n\tc := make(chan int)\n\t{keep.format(n=n)}\n\tgo {n}_wait(c, make(chan int))\n}}\n"
        self.late = f"{n}_start()\nruntime.GC()\n"


HEALTHY = [Mutex, Mutex, Nested, Pipeline, Group, Cond, Permits, Steps, Exchange, Network, Expiring, Kept, Kept, Kept]


class Sick(Unit):
    sick = True


class Sender(Sick):
    def make(self):
        n = self.n
        self.code = f"func {n}_send(c chan<- int) {{\n\tc <- 1\n}}\n//go:noinline\nfunc {n}_start() {{\n\tc := make(chan int)\n\tgo {n}_send(c)\n}}\n"
        self.late = f"for i := 0; i < {self.count}; i++ {{\n\t{n}_start()\n}}\n"


class Receiver(Sick):
    def make(self):
        n = self.n
        wait = self.rng.choice(["<-c", "for range c {\n\t}", "select {\n\tcase <-c:\n\tcase <-other:\n\t}"])
        self.code = f"func {n}_receive(c, other chan int) {{\n\t_ = other\n\t{wait}\n}}\n//go:noinline\nfunc {n}_start() {{\n\tgo {n}_receive(make(chan int), make(chan int))\n}}\n"
        self.late = f"{n}_start()\n"


class NilChannel(Sick):
    def make(self):
        n = self.n
        self.code = f"func {n}_wait() {{\n\tvar c chan int\n\t{self.rng.choice(['<-c', 'c <- 1'])}\n}}\n"
        self.late = f"go {n}_wait()\n"


class Circle(Sick):
    def make(self):
        n, count = self.n, self.rng.randint(2, 4)
        self.code = f"func {n}_work(i int, m []sync.Mutex, wg *sync.WaitGroup) {{\n\tm[i].Lock()\n\twg.Done()\n\twg.Wait()\n\tm[(i+1)%len(m)].Lock()\n}}\n" \
            f"//go:noinline\nfunc {n}_start() {{\n\tm, wg := make([]sync.Mutex, {count}), new(sync.WaitGroup)\n\twg.Add({count})\n" \
            f"\tfor i := range m {{\n\t\tgo {n}_work(i, m, wg)\n\t}}\n}}\n"
        self.late = f"{n}_start()\n"


class Crossed(Sick):
    """Two locks that anything reaches, each of which waits for the other's holder."""

    def make(self):
        n = self.n
        self.code = f"var {n}_a, {n}_b sync.Mutex\nvar {n}_both sync.WaitGroup\n" + \
            locked_in_turn(self.rng, f"{n}_work", f"{n}_both.Done()\n\t{n}_both.Wait()", "", "") + \
            f"//go:noinline\nfunc {n}_start() {{\n\t{n}_both.Add(2)\n\tgo {n}_work(&{n}_a, &{n}_b)\n\tgo {n}_work(&{n}_b, &{n}_a)\n}}\n"
        self.late = f"{n}_start()\n"


class Twice(Sick):
    def make(self):
        n = self.n
        self.code = f"func {n}_work(m *sync.Mutex) {{\n\tm.Lock()\n\tm.Lock()\n}}\n//go:noinline\nfunc {n}_start() {{\n\tgo {n}_work(new(sync.Mutex))\n}}\n"
        self.late = f"{n}_start()\n"


class Undone(Sick):
    def make(self):
        n = self.n
        self.code = f"func {n}_wait(wg *sync.WaitGroup) {{\n\twg.Wait()\n}}\n//go:noinline\nfunc {n}_start() {{\n\twg := new(sync.WaitGroup)\n\twg.Add(1)\n\tgo {n}_wait(wg)\n}}\n"
        self.late = f"{n}_start()\n"


class Unsignalled(Sick):
    def make(self):
        n = self.n
        self.code = f"func {n}_wait(c *sync.Cond) {{\n\tc.L.Lock()\n\tc.Wait()\n}}\n//go:noinline\nfunc {n}_start() {{\n\tgo {n}_wait(sync.NewCond(new(sync.Mutex)))\n}}\n"
        self.late = f"{n}_start()\n"
        self.late = f"{n}_start()\n"


class Mutual(Sick):
    """Each waits for the other's word first."""

    def make(self):
        n = self.n
        self.code = f"func {n}_work(in, out chan int) {{\n\t<-in\n\tout <- 1\n}}\n//go:noinline\nfunc {n}_start() {{\n\ta, b := make(chan int), make(chan int)\n\tgo {n}_work(a, b)\n\tgo {n}_work(b, a)\n}}\n"
        self.late = f"{n}_start()\n"


class Gathering(Sick):
    """Each request leaves a goroutine at a channel that a global keeps, and that nobody serves."""

    grows = True

    def make(self):
        n = self.n
        self.code = f"var {n}_kept = make(chan int)\nfunc {n}_wait() {{\n\t{n}_kept <- 1\n}}\nfunc {n}_work() {{\n\tfor {{\n\t\tgo {n}_wait()\n\t\ttime.Sleep(50 * time.Millisecond)\n\t}}\n}}\n"
        self.late = f"go {n}_work()\n"


SICK = [Sender, Receiver, NilChannel, Circle, Crossed, Twice, Undone, Unsignalled, Mutual, Gathering]


def program(units):
    text = PREAMBLE + "\n".join(unit.code for unit in units)
    text += "\nfunc main() {\n" + "".join(unit.late for unit in units)
    # What was on this stack while the units were made is no pointer any more, but looks like one.
    text += "\tscrub(64)\n\tfmt.Printf(\"PID %d\\nREADY\\n\", os.Getpid())\n\ttime.Sleep(time.Hour)\n}\n"
    return text + """
//go:noinline
func scrub(n int) int {
	var words [64]int
	if n > 0 {
		words[n%64] = scrub(n - 1)
	}
	return words[n%64] + 1
}
"""
