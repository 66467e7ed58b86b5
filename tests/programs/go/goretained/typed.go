// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"strings"
	"time"
)

// Small objects, whose types the heap does not note: what leads to them tells.
type item struct {
	price float64
	name  string
}

type line struct {
	what  *item
	count int
}

type address struct {
	street *item
	number [4]int
}

type customer struct {
	by    [12]time.Duration
	where interface{}
}

type order struct {
	lines  []line
	for_   *customer
	remark string
	done   chan string
	next   *order
	rest   [20]uintptr
}

const (
	orders = 10 // of each sender
	lines  = 5
)

func makeOrder(next *order) *order {
	o := &order{for_: &customer{where: &address{street: &item{}}}, done: make(chan string), next: next}
	o.remark = strings.Repeat("remark", 15)
	for i := 0; i < lines; i++ {
		o.lines = append(o.lines, line{what: &item{name: "paper"}})
	}
	o.lines = append(make([]line, 0, lines), o.lines...)
	return o
}

//go:noinline
func sendOrder(c chan<- *order) {
	var first *order
	for i := 0; i < orders; i++ {
		first = makeOrder(first)
	}
	c <- first // @block typed
}

func loseTyped() {
	for i := 0; i < 3; i++ {
		go sendOrder(make(chan *order)) // @spawn typed
	}
}
