// SPDX-License-Identifier: GPL-2.0-only

// goholds: locks that are held, in each way to unlock, and twins of which nobody holds the lock
// who seems to. A goroutine waits for each: "@block NAME"; who holds it stands at "@holds NAME",
// and would unlock it at "@unlock NAME". Who only seems to stands at "@seems NAME".
//
// goholds never [TWIN]: one that nobody will unlock; the twins differ in that somebody may.
package main

import (
	"os"
	"strings"
	"sync"

	"leakhop/tests/programs/go/internal/fixture"
)

type account struct {
	number  int
	mutex   sync.Mutex
	shared  sync.RWMutex
	balance int
}

// A lock that is a part of what it protects.
type safe struct {
	name string
	sync.Mutex
	amount int
}

var (
	never  = make(chan int) // nobody sends
	global sync.Mutex
	bank   account
	kept   []interface{} // alive, and so are the locks in them
)

// Those that not each version of Go can have.
var holders, waiters []func()

func keep(one interface{}) { kept = append(kept, one) }

func newAccount() *account {
	a := &account{}
	keep(a)
	return a
}

func newSafe() *safe {
	s := &safe{}
	keep(s)
	return s
}

// --- deferred ---
func deferGlobal() {
	global.Lock()
	defer global.Unlock() // @unlock global
	<-never               // @holds global
}

func waitGlobal() {
	global.Lock() // @block global
	global.Unlock()
}

// Two of one variable, of which one is held, and another's defer is armed at the same place.
func deferField() {
	bank.mutex.Lock()
	defer bank.mutex.Unlock() // @unlock field
	bank.shared.RLock()
	defer bank.shared.RUnlock() // @unlock read
	<-never                     // @holds field
}

func waitField() {
	bank.mutex.Lock() // @block field
	bank.mutex.Unlock()
}

func waitToWrite() {
	bank.shared.Lock() // @block read
	bank.shared.Unlock()
}

// Deep in calls that do not know of the lock.
func deferDeep(a *account) {
	a.mutex.Lock()
	defer a.mutex.Unlock() // @unlock deep
	a.balance += three(2)
}

//go:noinline
func three(n int) int {
	if n == 0 {
		return <-never // @holds deep
	}
	return three(n-1) + 1
}

func waitDeep(a *account) {
	a.mutex.Lock() // @block deep
	a.mutex.Unlock()
}

func deferEmbedded(s *safe) {
	s.Lock()
	defer s.Unlock() // @unlock embedded
	<-never          // @holds embedded
}

func waitEmbedded(s *safe) {
	s.Lock() // @block embedded
	s.Unlock()
}

func deferMethodValue(s *safe) {
	s.Lock()
	unlock := s.Unlock
	keep(unlock)
	defer unlock()
	<-never // @holds value
} // @unlock value

func waitMethodValue(s *safe) {
	s.Lock() // @block value
	s.Unlock()
}

func deferWriter(a *account) {
	a.shared.Lock()
	defer a.shared.Unlock() // @unlock writer
	<-never                 // @holds writer
}

func waitToRead(a *account) {
	a.shared.RLock() // @block writer
	a.shared.RUnlock()
}

// In a loop they are not in the frame.
func deferInLoop(accounts []*account) {
	for _, a := range accounts {
		a.mutex.Lock()
		defer a.mutex.Unlock() // @unlock loop
	}
	<-never // @holds loop
}

func waitLoop(a *account) {
	a.mutex.Lock() // @block loop
	a.mutex.Unlock()
}

// A second reader, and a writer that waits for both.
func readers(a *account, started *sync.WaitGroup) {
	a.shared.RLock()
	defer a.shared.RUnlock() // @unlock readers
	started.Done()
	<-never // @holds readers
}

func waitForReaders(a *account) {
	a.shared.Lock() // @block readers
	a.shared.Unlock()
}

func waitBehindWriter(a *account) {
	a.shared.RLock() // @block behind
	a.shared.RUnlock()
}

// --- nobody holds it who seems to: somebody returned without Unlock ---
func lockAndLeave(one sync.Locker) {
	left := make(chan bool)
	go func() {
		one.Lock()
		close(left)
	}()
	<-left
}

// The defer statement comes later.
func notYet(a *account) {
	if a.number == 0 {
		<-never // @seems notyet
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.balance++
}

func waitNotYet(a *account) {
	a.mutex.Lock() // @block notyet
	a.mutex.Unlock()
}

// The deferred call has been made, and one that was deferred before it stands.
func hasRun(a *account, unlocked chan bool) {
	defer func() {
		close(unlocked)
		<-never // @seems hasrun
	}()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.balance++
}

func waitHasRun(a *account) {
	a.mutex.Lock() // @block hasrun
	a.mutex.Unlock()
}

// Another lock's.
func another(a, b *account) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	keep(&a.mutex)
	<-never // @seems another
	a.balance++
}

func waitAnother(a *account) {
	a.mutex.Lock() // @block another
	a.mutex.Unlock()
}

// A slot of the frame that has an old closure of the same statement: it ran the first time.
func stale(a *account) {
	for _, locks := range []bool{true, false} {
		maybe(a, locks)
	}
}

//go:noinline
func maybe(a *account, locks bool) {
	if locks {
		a.mutex.Lock()
		defer a.mutex.Unlock()
		return
	}
	<-never // @seems stale
}

func waitStale(a *account) {
	a.mutex.Lock() // @block stale
	a.mutex.Unlock()
}

// Unlocked for the time of a wait, with the deferred call armed.
func givenUp(a *account) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.mutex.Unlock()
	<-never // @seems givenup
	a.mutex.Lock()
}

func waitGivenUp(a *account) {
	a.mutex.Lock() // @block givenup
	a.mutex.Unlock()
}

// The same by a condition.
func conditional(a *account, changed *sync.Cond) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for a.balance == 0 {
		changed.Wait() // @seems condition
	}
}

func waitCondition(a *account) {
	a.mutex.Lock() // @block condition
	a.mutex.Unlock()
}

// Deferred before it is locked.
func early(a, b *account) {
	b.mutex.Lock()
	defer a.mutex.Unlock()
	<-never // @seems early
	a.mutex.Lock()
	b.mutex.Unlock()
}

func waitEarly(a *account) {
	a.mutex.Lock() // @block early
	a.mutex.Unlock()
}

func holdings() {
	a, b := newAccount(), newAccount()
	s, t := newSafe(), newSafe()
	go deferGlobal()
	go deferField()
	go deferDeep(a)
	go deferEmbedded(s)
	go deferMethodValue(t)
	go deferWriter(a)
	go deferInLoop([]*account{newAccount(), b})
	r := newAccount()
	var started sync.WaitGroup
	started.Add(2)
	go readers(r, &started)
	go readers(r, &started)
	started.Wait()
	plain()
	for _, one := range holders {
		one()
	}
	seemings()
	fixture.Ready("holders", 1) // they hold what they hold
	go waitGlobal()
	go waitField()
	go waitToWrite()
	go waitDeep(a)
	go waitEmbedded(s)
	go waitMethodValue(t)
	go waitToRead(a)
	go waitLoop(b)
	go waitForReaders(r)
	fixture.Ready("writers", 1)
	go waitBehindWriter(r)
	waitPlain()
	for _, one := range waiters {
		one()
	}
	fixture.Ready("waiters", 1)
}

func seemings() {
	n, another1, another2 := newAccount(), newAccount(), newAccount()
	go notYet(n)
	go another(another1, another2)
	h, g, st := newAccount(), newAccount(), newAccount()
	unlocked := make(chan bool)
	go hasRun(h, unlocked)
	<-unlocked
	go givenUp(g)
	go stale(st)
	c := newAccount()
	changed := sync.NewCond(&c.mutex)
	keep(changed)
	go conditional(c, changed)
	e, f := newAccount(), newAccount()
	go early(e, f)
	fixture.Ready("seemings", 1)
	for _, one := range []*account{n, another1, h, g, st, c, e} {
		lockAndLeave(&one.mutex)
	}
	go waitNotYet(n)
	go waitAnother(another1)
	go waitHasRun(h)
	go waitGivenUp(g)
	go waitStale(st)
	go waitCondition(c)
	go waitEarly(e)
}

func main() {
	if len(os.Args) > 1 {
		neverUnlocked(strings.Join(os.Args[2:], ""))
	}
	fixture.Dumps()
	circles()
	holdings()
	fixture.Pause()
}
