// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"bufio"
	"net"
	"sync/atomic"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// What only grows. These grow without GROW, too; GROW=0 stops them at COUNT.
func init() {
	patterns["websocket"] = orphanedHeartbeats
	patterns["spin"] = leakEvery(2, time.Second, spinningHeartbeat, mark{"spin", 1})
	patterns["after"] = timersOfALoop
	patterns["afterfunc"] = leakEvery(100, 10*time.Millisecond, timersOfRequests, mark{"afterfunc", 0})
	patterns["unbounded"] = unbounded
	patterns["sleep"] = leakEvery(20, 10*time.Millisecond, sleepPerRequest, mark{"sleep", 1})
}

// --- a handler like one of a websocket: it ends with its client, its heartbeat does not ---
func orphanedHeartbeats() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	handled := make(chan struct{})
	go func() {
		for {
			client, err := listener.Accept()
			fixture.Try(err)
			go func() {
				handleSocket(client)
				handled <- struct{}{}
			}()
		}
	}()
	leakEvery(3, 100*time.Millisecond, func() {
		client, err := net.Dial("tcp", listener.Addr().String())
		fixture.Try(err)
		_, err = client.Write([]byte("hello\n"))
		fixture.Try(err)
		client.Close()
		<-handled
	}, mark{"websocket", 1})()
}

func handleSocket(client net.Conn) {
	defer client.Close()
	out, done := make(chan string), make(chan struct{})
	if well { // TWIN
		defer close(done)
	}
	go heartbeat(out, done) // @spawn websocket
	go writeSocket(client, out, done)
	for lines := bufio.NewScanner(client); lines.Scan(); {
		out <- "you said " + lines.Text()
	}
}

// It ends with the connection, and the heartbeat after that has nobody to talk to.
func writeSocket(client net.Conn, out <-chan string, done <-chan struct{}) {
	for {
		select {
		case text := <-out:
			if _, err := client.Write([]byte(text)); err != nil {
				return
			}
		case <-done:
			return
		}
	}
}

func heartbeat(out chan<- string, done <-chan struct{}) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-done:
			return
		}
		if well {
			select {
			case out <- "ping":
			case <-done:
				return
			}
			continue
		}
		out <- "ping" // @block websocket
	}
}

// --- a heartbeat that survives everything, also that its connection has gone ---
type session struct {
	client *net.TCPConn
	beats  *int64
}

func spinningHeartbeat() {
	s := &session{}
	go s.beatForEver() // @spawn spin
}

func (s *session) beatForEver() {
	for {
		if s.beat() && well { // TWIN
			return
		}
	}
}

//go:noinline
func (s *session) beat() (failed bool) {
	defer func() {
		failed = recover() != nil
	}()
	atomic.AddInt64(s.beats, 1) // @block spin
	return false
}

// --- each turn of a loop makes a timer that fires in an hour ---
func timersOfALoop() {
	turns := make(chan int)
	made := make(chan int)
	go loopWithAfter(turns, made) // @spawn after
	count := fixture.Count(100)
	for i := 0; i < count; i++ {
		turns <- i
		<-made
	}
	if well {
		fixture.Ready("after", 0)
	} else {
		fixture.Ready("after", 1)
	}
	if every := fixture.Grow(time.Millisecond); every > 0 {
		for range time.Tick(every) {
			turns <- 0
			<-made
		}
	}
}

func loopWithAfter(turns <-chan int, made chan<- int) {
	idle := time.NewTimer(time.Hour)
	for {
		if well { // TWIN
			idle.Reset(time.Hour)
			select {
			case n := <-turns:
				made <- n
			case <-idle.C:
				return
			}
			continue
		}
		select { // @block after
		case n := <-turns:
			made <- n
		case <-time.After(time.Hour):
			return
		}
	}
}

// --- each request's timer is left to run; no goroutine leaks, the timers do ---
func timersOfRequests() {
	timer := time.AfterFunc(time.Hour, func() { query() })
	if well { // TWIN
		timer.Stop()
	}
}

// --- more requests than the backend can take, and a goroutine for each ---
var backend = make(chan struct{}, 1)
var waiting int32

// COUNT wait for the backend, and one has it.
func unbounded() {
	count := fixture.Count(20)
	fixture.Requests(count+1, 10*time.Millisecond, spawnPerRequest, func() {
		if well {
			count = 0
		}
		fixture.Ready("unbounded", count)
	})
}

func spawnPerRequest() {
	if well && atomic.LoadInt32(&waiting) >= 4 { // TWIN: who would have to wait long is turned away
		return
	}
	atomic.AddInt32(&waiting, 1)
	go useBackend() // @spawn unbounded
}

func useBackend() {
	work := 2 * time.Second // much slower than requests come
	if well {
		work = 15 * time.Millisecond
	}
	backend <- struct{}{} // @block unbounded
	time.Sleep(work)
	<-backend
	atomic.AddInt32(&waiting, -1)
}

// --- a retry in an hour, for each request ---
func sleepPerRequest() {
	go retryLater() // @spawn sleep
}

func retryLater() {
	pause := time.Hour
	if well { // TWIN
		pause = time.Millisecond
	}
	time.Sleep(pause) // @block sleep
	query()
}
