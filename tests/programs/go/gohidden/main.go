// SPDX-License-Identifier: GPL-2.0-only

// gohidden: leaks of which the program still has the channel's address, as a number: what only looks like a pointer. And
// goroutines of which it has the channel itself, in places whose pointers are told in each of the ways that the runtime has.
// All at once; each function that begins with lost is a leak, none of those that begin with kept is.
package main

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"leakhop/tests/programs/go/internal/fixture"
)

func number(c chan int) uintptr { return reflect.ValueOf(c).Pointer() }

// --- numbers ---
type small struct {
	next   *small
	number uintptr
}

type row struct {
	name   *string
	number uintptr
	rest   [6]uintptr
}

// A type of more than the pointers that the compiler writes down.
type wide struct {
	rows   [300]*small
	number uintptr
}

var (
	variable uintptr
	mixed    = struct {
		first  *small
		number uintptr
	}{first: &small{}}
	zeroed struct {
		number uintptr
		first  *small
	}
	ofSmall  *small
	rows     []row // of some KiB: its type stands before it
	many     []row // of more than a MiB: its type stands with its span
	ofWide   *wide
	byNumber = map[uintptr]*small{}
)

//go:noinline
func lostVariable(c chan int) { <-c }

//go:noinline
func lostMixed(c chan int) { <-c }

//go:noinline
func lostZeroed(c chan int) { <-c }

//go:noinline
func lostSmall(c chan int) { <-c }

//go:noinline
func lostRow(c chan int) { <-c }

//go:noinline
func lostMany(c chan int) { <-c }

//go:noinline
func lostWide(c chan int) { <-c }

//go:noinline
func lostMap(c chan int) { <-c }

// --- what would be called when nobody has it any more, and only the one that waits for that has it ---
type janitor struct {
	stop chan int
	work map[string]int
}

//go:noinline
func (j *janitor) lostJanitor() {
	<-j.stop
	runtime.KeepAlive(j)
}

// --- channels ---
type kept struct {
	pad [3]uintptr
	c   chan int
}

type keptWide struct {
	rows [300]*small
	last chan int
}

// Three pointers, then a number, over and over.
type pattern struct {
	a, b, c chan int
	n       uintptr
}

var (
	keepSmall  *kept
	keepMany   []pattern
	keepLarge  []pattern
	keepWide   *keptWide
	keepMade   any // of a type that reflection has made
	keepMap    = map[string][20]chan int{}
	keepQueue  = make(chan pattern, 100)
	keepFields [40]pattern
	keepFunc   func()
	keepFrom   = &kept{pad: [3]uintptr{1}} // which the linker makes, as the variable
	keepSync   sync.Map
	keepAny    []any
	keepRaw    unsafe.Pointer
	keepBytes  = map[[3]byte]chan int{}
)

var keepPair = struct {
	n      int
	second *kept
}{7, &kept{pad: [3]uintptr{2}}}

//go:noinline
func keptWait(c chan int) { <-c }

func keep() {
	made := func() chan int {
		c := make(chan int)
		go keptWait(c)
		return c
	}
	keepSmall = &kept{c: made()}
	for i := 0; i < 100; i++ {
		keepMany = append(keepMany, pattern{})
	}
	keepMany[99].c = made()
	keepMany[50].b = made()
	keepLarge = make([]pattern, 100000)
	keepLarge[99999].c = made()
	keepLarge[12345].a = made()
	keepWide = &keptWide{last: made()}
	fields := []reflect.StructField{
		{Name: "N", Type: reflect.TypeOf([90]uintptr{})},
		{Name: "C", Type: reflect.TypeOf(make(chan int))},
	}
	thing := reflect.New(reflect.StructOf(fields))
	thing.Elem().Field(1).Set(reflect.ValueOf(made()))
	keepMade = thing.Interface()
	for i := 0; i < 100; i++ {
		keepMap[fmt.Sprint(i)] = [20]chan int{19: made()}
		keepBytes[[3]byte{byte(i)}] = made()
	}
	keepQueue <- pattern{b: made()}
	keepFields[39].c = made()
	c := made()
	keepFunc = func() { c <- 1 }
	keepSync.Store("x", made())
	keepFrom.c = made()
	keepPair.second.c = made()
	keepAny = append(keepAny, 1, "x", [2]chan int{nil, made()})
	keepRaw = unsafe.Pointer(&pattern{c: made()})
}

//go:noinline
func lose() {
	begin := func(wait func(chan int)) uintptr {
		c := make(chan int)
		go wait(c)
		return number(c)
	}
	variable = begin(lostVariable)
	mixed.number = begin(lostMixed)
	zeroed.number = begin(lostZeroed)
	ofSmall = &small{number: begin(lostSmall)}
	rows = make([]row, 40)
	rows[33].number = begin(lostRow)
	many = make([]row, 40000)
	many[33333].number = begin(lostMany)
	ofWide = &wide{number: begin(lostWide)}
	byNumber[begin(lostMap)] = ofSmall
	j := &janitor{make(chan int), map[string]int{}}
	runtime.SetFinalizer(j, func(j *janitor) { close(j.stop) })
	go j.lostJanitor()
}

func main() {
	if len(os.Args) > 1 {
		fixture.Skip("gohidden", "takes no argument")
		return
	}
	done := make(chan bool)
	go func() { lose(); keep(); close(done) }()
	<-done
	runtime.GC()             // so that bits which are made at a collection are there
	go time.Sleep(time.Hour) // or the runtime sees that nothing can run
	fixture.Ready("lost", 9)
	fixture.Pause()
}
