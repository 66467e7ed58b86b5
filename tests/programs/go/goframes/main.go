// SPDX-License-Identifier: GPL-2.0-only

// goframes KIND...: channels in frames that live on. Sick kinds have old pointers in words that nobody will read again, and their
// receivers are lost (one kind at a time); in healthy ones the only pointer is where a map of live pointers must name it, or something else must be
// asked. Without arguments it names the kinds, each with what it is.
package main

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

const (
	hold  = 150 * time.Millisecond
	tasks = 3
)

// Sick kinds do not return.
var sick = map[string]func(){
	"argument":    argument,
	"overwritten": overwritten,
	"chain":       chain,
	"object":      deadObject,
	"cut":         cut,
}

// Healthy kinds have a channel at hand that somebody receives from, hold it for a while, and send.
var healthy = map[string]func(chan int){
	"local":       local,
	"slice":       slice,
	"pointer":     pointer,
	"nested":      nested,
	"boxed":       boxed,
	"closure":     closure,
	"shared":      shared,
	"deferopen":   deferOpen,
	"deferstack":  deferStack,
	"deferheap":   deferHeap,
	"arguments":   arguments,
	"sent":        sent,
	"cases":       cases,
	"spinning":    spinning,
	"calling":     calling,
	"call":        reflected,
	"makefunc":    madeFunction,
	"methodvalue": methodValue,
	"panicking":   panicking,
	"panicvalue":  panicValue,
	"recovered":   recovered,
	"syscall":     inSystemCall,
	"deep":        deep,
	"result":      func(c chan int) { <-result(c) },
}

//go:noinline
func receive(c <-chan int) {
	<-c // @block frames
}

func rest() {
	fixture.Ready(os.Args[1], tasks)
	time.Sleep(time.Hour)
}

// --- sick ---
//
//go:noinline
func argument() {
	for i := 0; i < tasks; i++ {
		go receive(make(chan int))
	}
	rest()
}

//go:noinline
func overwritten() {
	var kept [tasks]int
	for i := range kept {
		c := make(chan int)
		look(c)
		go receive(c)
		look(c)
		c = nil
		kept[i] = cap(c)
	}
	rest()
	runtime.KeepAlive(kept)
}

//go:noinline
func look(c chan int) int { return cap(c) }

type box struct {
	number int
	c      chan int
	next   *box
}

//go:noinline
func newBox(c chan int) *box { return &box{c: c} }

//go:noinline
func (b *box) channel() chan int { return b.c }

//go:noinline
func chain() {
	for i := 0; i < tasks; i++ {
		go receive(newBox(newBox(make(chan int)).channel()).channel())
	}
	rest()
}

//go:noinline
func fill(b *box) { b.c = make(chan int) }

//go:noinline
func deadObject() {
	var b [tasks]box
	for i := range b {
		fill(&b[i])
		go receive(b[i].c)
	}
	rest()
}

//go:noinline
func cut() {
	var room [8]chan int
	list := room[:0]
	for i := 0; i < tasks; i++ {
		list = append(list, make(chan int))
		go receive(list[i])
	}
	look(list[0])
	rest()
}

// --- healthy: the only pointer is in a word of a frame, or in a variable on the stack that one leads to ---
//
//go:noinline
func local(c chan int) {
	time.Sleep(hold)
	c <- 1
}

//go:noinline
func slice(c chan int) {
	var room [8]chan int
	room[runtime.NumCPU()&7] = c
	c = nil
	sendSlice(room[:])
}

//go:noinline
func sendSlice(list []chan int) {
	time.Sleep(hold)
	for _, c := range list {
		if c != nil {
			c <- 1
		}
	}
}

//go:noinline
func pointer(c chan int) {
	b := box{c: c}
	sendBox(&b)
}

//go:noinline
func nested(c chan int) {
	inner := box{c: c}
	outer := box{next: &inner}
	sendNested(&outer)
}

//go:noinline
func sendNested(b *box) {
	middle := box{next: b.next}
	b = nil
	sendNext(&middle.next)
}

//go:noinline
func sendNext(b **box) {
	time.Sleep(hold)
	(*b).c <- 1
}

//go:noinline
func sendBox(b *box) {
	time.Sleep(hold)
	b.c <- 1
}

type sender interface{ send() }

func (b box) send() {
	time.Sleep(hold)
	b.c <- 1
}

//go:noinline
func boxed(c chan int) {
	var s sender = box{c: c}
	s.send()
}

//go:noinline
func callLater(f func()) {
	time.Sleep(hold)
	f()
}

//go:noinline
func closure(c chan int) {
	callLater(func() { c <- 1 })
}

//go:noinline
func shared(c chan int) {
	var other chan int
	set := func() { other = c }
	set()
	callLater(func() { other <- 1; other = nil })
}

// --- what is deferred: in slots of the frame, in a record on the stack, in one of the heap ---
//
//go:noinline
func deferOpen(c chan int) {
	defer func() { c <- 1 }()
	time.Sleep(hold)
}

//go:noinline
func deferStack(c chan int) {
	n := 0
	defer func() { n++ }()
	defer func() { n++ }()
	defer func() { n++ }()
	defer func() { n++ }()
	defer func() { c <- 1 }()
	defer func() { n++ }()
	defer func() { n++ }()
	defer func() { n++ }()
	defer func() { n++ }()
	defer func() { n++ }()
	time.Sleep(hold)
}

//go:noinline
func deferHeap(c chan int) {
	n := 0
	for i := 0; i < 2; i++ {
		c := c
		if i == 0 {
			defer func() { n++ }()
		} else {
			defer func() { c <- 1 }()
		}
	}
	c = nil
	time.Sleep(hold)
}

// --- arguments, some of them on the stack ---
//
//go:noinline
func arguments(c chan int) {
	sendLast(1, 2, 3, 4, 5, 6, 7, 8, 9, nil, nil, nil, c)
}

//go:noinline
func sendLast(a, b, d, e, f, g, h, i, j int, k, l, m, c chan int) {
	time.Sleep(hold)
	c <- a
}

//go:noinline
func result(c chan int) (done chan int) {
	done = make(chan int, 1)
	defer func() { done <- 1 }()
	defer func() { c <- 1 }()
	time.Sleep(hold)
	return done
}

// --- on the way from one goroutine to another ---
//
//go:noinline
func sent(c chan int) {
	way := make(chan chan int)
	go sendOn(way, c)
	c = nil
	time.Sleep(hold)
	c = <-way
	c <- 1
}

//go:noinline
func sendOn(way chan<- chan int, c chan int) { way <- c }

//go:noinline
func cases(c chan int) {
	way, other := make(chan chan int), make(chan int)
	go selectOn(way, other, c)
	c = nil
	time.Sleep(hold)
	c = <-way
	c <- 1
}

//go:noinline
func selectOn(way chan<- chan int, other chan int, c chan int) {
	select {
	case way <- c:
	case <-other:
	case other <- 1:
	}
}

// --- stopped between calls, where registers hold what is alive; and where a function begins ---
//
//go:noinline
func spinning(c chan int) {
	n := 1
	for i := 1; i < 150000000; i++ {
		n = n*i + 1
	}
	c <- n
}

//go:noinline
func descend(steps int, a, b *int, c chan int) int {
	if steps == 0 {
		return cap(c) + *a + *b
	}
	return descend(steps-1, a, b, c) + 1
}

func calling(c chan int) {
	var a, b int
	for i := 0; i < 20000; i++ {
		a += descend(50, &b, &b, c)
	}
	c <- a
}

// --- by way of reflection, whose stubs have frames of their own ---
func reflected(c chan int) {
	reflect.ValueOf(local).Call([]reflect.Value{reflect.ValueOf(c)})
}

func madeFunction(c chan int) {
	send := reflect.MakeFunc(reflect.TypeOf(local), func(arguments []reflect.Value) []reflect.Value {
		time.Sleep(hold)
		arguments[0].Send(reflect.ValueOf(1))
		return nil
	}).Interface().(func(chan int))
	send(c)
}

type method struct{ number int }

func (m *method) Send(a, b, d, e, f, g, h, i, j int, c chan int) {
	time.Sleep(hold)
	c <- m.number
}

func methodValue(c chan int) {
	send := reflect.ValueOf(&method{1}).Method(0).Interface().(func(a, b, d, e, f, g, h, i, j int, c chan int))
	send(1, 2, 3, 4, 5, 6, 7, 8, 9, c)
}

// --- while it panics, and after ---
//
//go:noinline
func panicking(c chan int) {
	defer func() { recover() }()
	defer func() {
		time.Sleep(hold)
		c <- 1
	}()
	panic("on purpose")
}

//go:noinline
func panicValue(c chan int) {
	defer func() {
		time.Sleep(hold)
		recover().(chan int) <- 1
	}()
	panic(c)
}

//go:noinline
func recovered(c chan int) {
	defer local(c)
	func() {
		defer func() { recover() }()
		var nothing *box
		nothing.number++
	}()
	time.Sleep(hold)
}

//go:noinline
func inSystemCall(c chan int) {
	time := syscall.NsecToTimespec(int64(hold))
	syscall.Nanosleep(&time, nil)
	c <- 1
}

//go:noinline
func deep(c chan int) {
	sendDeep(&box{c: c}, 300)
}

//go:noinline
func sendDeep(b *box, steps int) int {
	if steps == 0 {
		time.Sleep(hold)
		return 0
	}
	next := box{number: steps}
	n := sendDeep(&next, steps-1)
	if b.c != nil {
		b.c <- n
	}
	return n
}

func repeat(one func(chan int)) {
	for {
		c := make(chan int)
		go receive(c)
		one(c)
	}
}

func main() {
	if len(os.Args) < 2 {
		var names []string
		for name := range sick {
			names = append(names, "sick "+name)
		}
		for name := range healthy {
			names = append(names, "healthy "+name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Println(name)
		}
		return
	}
	if begin, ok := sick[os.Args[1]]; ok {
		begin()
	}
	for _, kind := range os.Args[1:] {
		one, ok := healthy[kind]
		if !ok {
			fixture.Skip(kind, "no such kind")
			os.Exit(1)
		}
		for i := 0; i < tasks; i++ {
			go repeat(one)
		}
	}
	fixture.Ready(os.Args[1], tasks)
	time.Sleep(time.Hour)
}
