// SPDX-License-Identifier: GPL-2.0-only

// gosyscall: goroutines in system calls and on threads of their own: COUNT (2) of each.
// For the environment see package fixture.
package main

import (
	"os"
	"runtime"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// What a build with cgo adds
var more []func(count int)

// Not os.File: its descriptors do not block, and wait in the epoll set.
func readPipe() {
	var ends [2]int
	fixture.Try(syscall.Pipe(ends[:]))
	syscall.Read(ends[0], make([]byte, 1)) // @block read
}

func lockFile(name string) {
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	fixture.Try(err)
	syscall.Flock(int(file.Fd()), syscall.LOCK_EX) // @block flock
}

func waitOnThread(wait <-chan int) {
	runtime.LockOSThread()
	<-wait // @block locked
}

func readOnThread() {
	runtime.LockOSThread()
	var ends [2]int
	fixture.Try(syscall.Pipe(ends[:]))
	syscall.Read(ends[0], make([]byte, 1)) // @block lockedread
}

var file *os.File // for ever, and with it its lock

func main() {
	fixture.Dumps()
	count := fixture.Count(2)
	var err error
	file, err = os.CreateTemp("", "gosyscall")
	fixture.Try(err)
	fixture.Try(syscall.Flock(int(file.Fd()), syscall.LOCK_EX))
	wait := make(chan int)
	for i := 0; i < count; i++ {
		go readPipe()            // @spawn read
		go lockFile(file.Name()) // @spawn flock
		go waitOnThread(wait)    // @spawn locked
		go readOnThread()        // @spawn lockedread
	}
	for _, begin := range more {
		begin(count)
	}
	time.Sleep(20 * time.Millisecond) // all have opened it by then
	fixture.Try(os.Remove(file.Name()))
	for _, name := range []string{"read", "flock", "locked", "lockedread"} {
		fixture.Ready(name, count)
	}
	fixture.Pause()
}
