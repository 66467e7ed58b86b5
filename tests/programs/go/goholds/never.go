// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"sync"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

var forgotten sync.Mutex

func waitForgotten() {
	forgotten.Lock() // @block never
	forgotten.Unlock()
}

func works(jobs chan int) {
	for range jobs {
		forgotten.Lock()
		forgotten.Unlock()
	}
}

// Twins: somebody may unlock it, in the end.
var mayUnlock = map[string]func(){
	"later": func() { go unlockInAnHour() },
	"timer": func() { time.AfterFunc(time.Hour, forgotten.Unlock) },
	"told":  func() { go doWhatComes(make(chan func())) },
	"calls": func() {
		var ends [2]int
		fixture.Try(syscall.Pipe(ends[:]))
		go unlockBehindCall(ends[0])
	},
	"runs": func() { go spin() },
}

func unlockInAnHour() {
	time.Sleep(time.Hour)
	forgotten.Unlock()
}

func doWhatComes(jobs chan func()) {
	keep(jobs)
	for job := range jobs {
		job()
	}
}

func unlockBehindCall(fd int) {
	if n, _ := syscall.Read(fd, make([]byte, 1)); n == 1 {
		forgotten.Unlock()
	}
}

func spin() {
	for {
		kept[0].(*account).number++
	}
}

// Somebody has returned without Unlock. There is no goroutine for signals, of which it could not be
// told what comes.
func neverUnlocked(twin string) {
	keep(newAccount())
	lockAndLeave(&forgotten)
	jobs := make(chan int)
	keep(jobs)
	go works(jobs)
	go waitForgotten()
	if twin != "" {
		mayUnlock[twin]()
	}
	fixture.Ready("waiters", 1)
	for {
		time.Sleep(time.Hour)
	}
}
