// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"sync"
	"time"
)

// Waits for something of package sync that never comes.
func init() {
	patterns["done"] = leak(missingDone, mark{"done", 1})
	patterns["add"] = leak(addInside, mark{"add", 2})
	patterns["doublelock"] = leak(doubleLock, mark{"doublelock", 1})
	patterns["rwwriter"] = leak(readerKeeps, mark{"rwwriter", 1}, mark{"rwreader", 1})
	patterns["rwrecursive"] = leak(readsTwice, mark{"rwrecursive", 1}, mark{"rwbetween", 1})
	patterns["abba"] = leak(lockOrder, mark{"abbafirst", 1}, mark{"abbasecond", 1})
	patterns["cond"] = leak(lostSignal, mark{"cond", 1})
	patterns["once"] = leak(onceInOnce, mark{"once", 1})
	patterns["unlock"] = leak(neverUnlocked, mark{"unlock", 1})
}

// --- one way out of a worker forgets Done ---
func missingDone() {
	var workers sync.WaitGroup
	workers.Add(2)
	for i := 0; i < 2; i++ {
		go func(fails bool) {
			if fails && !well { // TWIN
				return
			}
			workers.Done()
		}(i == 1)
	}
	go waitForAll(&workers) // @spawn done
}

func waitForAll(workers *sync.WaitGroup) {
	workers.Wait() // @block done
	query()
}

// --- Wait does not wait for who has not said Add yet, so nobody takes the results ---
func addInside() {
	var workers sync.WaitGroup
	results := make(chan int)
	for i := 0; i < 2; i++ {
		if well { // TWIN
			workers.Add(1)
		}
		go func() { // @spawn add
			time.Sleep(timeout)
			if !well {
				workers.Add(1)
			}
			defer workers.Done()
			results <- 1 // @block add
		}()
	}
	finished := make(chan struct{})
	go func() {
		workers.Wait()
		close(finished)
	}()
	for {
		select {
		case <-results:
		case <-finished:
			return
		}
	}
}

// --- a locked function calls another that locks ---
type account struct {
	mutex   sync.Mutex
	balance int
}

func (a *account) total() int {
	a.mutex.Lock() // @block doublelock
	defer a.mutex.Unlock()
	return a.balance
}

func (a *account) transfer() int {
	a.mutex.Lock()
	if well { // TWIN
		a.mutex.Unlock()
		return a.total()
	}
	defer a.mutex.Unlock()
	return a.total()
}

func doubleLock() {
	a := &account{}
	go a.transfer() // @spawn doublelock
}

// --- a way out without Unlock ---
func neverUnlocked() {
	a := &account{}
	func() {
		a.mutex.Lock()
		if validate() != nil && !well { // TWIN
			return
		}
		a.mutex.Unlock()
	}()
	go lockLater(a) // @spawn unlock
}

func lockLater(a *account) {
	a.mutex.Lock() // @block unlock
	a.balance++
	a.mutex.Unlock()
}

// --- a reader never says RUnlock: the writer waits for it, later readers for the writer ---
func readerKeeps() {
	var shared sync.RWMutex
	shared.RLock()
	if well { // TWIN
		shared.RUnlock()
	}
	go write(&shared)     // @spawn rwwriter
	time.Sleep(soon)      // by then the writer waits
	go readAfter(&shared) // @spawn rwreader
}

func write(shared *sync.RWMutex) {
	shared.Lock() // @block rwwriter
	defer shared.Unlock()
	query()
}

func readAfter(shared *sync.RWMutex) {
	shared.RLock() // @block rwreader
	defer shared.RUnlock()
	query()
}

// --- a reader reads within, and a writer came between ---
func readsTwice() {
	var shared sync.RWMutex
	between := make(chan struct{})
	go readTwice(&shared, between) // @spawn rwrecursive
	<-between
	go writeBetween(&shared) // @spawn rwbetween
	time.Sleep(soon)         // by then the writer waits
	between <- struct{}{}
}

func readTwice(shared *sync.RWMutex, between chan struct{}) {
	shared.RLock()
	between <- struct{}{}
	<-between
	if well { // TWIN
		shared.RUnlock()
	}
	shared.RLock() // @block rwrecursive
	shared.RUnlock()
	if !well {
		shared.RUnlock()
	}
}

func writeBetween(shared *sync.RWMutex) {
	shared.Lock() // @block rwbetween
	defer shared.Unlock()
	query()
}

// --- AB-BA ---
type pair struct {
	a, b sync.Mutex
	both sync.WaitGroup
}

func lockOrder() {
	p := &pair{}
	p.both.Add(2)
	go p.takeAThenB() // @spawn abbafirst
	go p.takeBThenA() // @spawn abbasecond
}

func (p *pair) takeAThenB() {
	p.a.Lock()
	p.both.Done()
	if !well {
		p.both.Wait()
	}
	p.b.Lock() // @block abbafirst
	p.b.Unlock()
	p.a.Unlock()
}

func (p *pair) takeBThenA() {
	if well { // TWIN: the same order
		p.takeAThenB()
		return
	}
	p.b.Lock()
	p.both.Done()
	p.both.Wait()
	p.a.Lock() // @block abbasecond
	p.a.Unlock()
	p.b.Unlock()
}

// --- a signal that came before its waiter, who does not look whether it has to wait ---
type mailbox struct {
	mutex sync.Mutex
	cond  *sync.Cond
	full  bool
}

func lostSignal() {
	m := &mailbox{}
	m.cond = sync.NewCond(&m.mutex)
	m.mutex.Lock()
	m.full = true
	m.cond.Signal()
	m.mutex.Unlock()
	go m.take() // @spawn cond
}

func (m *mailbox) take() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for !well || !m.full { // TWIN
		m.cond.Wait() // @block cond
	}
	m.full = false
}

// --- an initialisation that needs itself ---
type config struct{ once sync.Once }

func (c *config) load() { c.once.Do(c.parse) }

func (c *config) parse() {
	if well { // TWIN
		return
	}
	c.load() // @block once
}

func onceInOnce() {
	c := &config{}
	go c.load() // @spawn once
}
