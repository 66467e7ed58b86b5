// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"fmt"
	"net"
	"sync"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// Locks that are not unlocked by a deferred call: only the code behind the wait tells.
var plainLocks [18]*account

func plainUnlock(a *account) {
	a.mutex.Lock()
	<-never          // @holds plain
	a.mutex.Unlock() // @unlock plain
}

func waitPlainUnlock(a *account) {
	a.mutex.Lock() // @block plain
	a.mutex.Unlock()
}

//go:noinline
func (a *account) close(sum int) {
	a.balance += sum
	a.mutex.Unlock() // @unlock callee
}

func unlockInCallee(a *account) {
	a.mutex.Lock()
	a.close(<-never) // @holds callee
}

func waitCallee(a *account) {
	a.mutex.Lock() // @block callee
	a.mutex.Unlock()
}

func unlockBehindLoop(a *account) {
	a.mutex.Lock()
	sum := 0
	for i := 0; i < 100; i++ {
		if i == 3 {
			sum += <-never // @holds behindloop
		}
		sum += i
	}
	a.balance = sum
	a.mutex.Unlock() // @unlock behindloop
}

func waitBehindLoop(a *account) {
	a.mutex.Lock() // @block behindloop
	a.mutex.Unlock()
}

// Locked by another, who has ended.
func unlockForAnother(a *account, done chan bool) {
	<-done           // @holds handed
	a.mutex.Unlock() // @unlock handed
}

func waitHanded(a *account) {
	a.mutex.Lock() // @block handed
	a.mutex.Unlock()
}

func readPlain(a *account) {
	a.shared.RLock()
	<-never            // @holds plainread
	a.shared.RUnlock() // @unlock plainread
}

func waitPlainRead(a *account) {
	a.shared.Lock() // @block plainread
	a.shared.Unlock()
}

func unlockByLocker(one sync.Locker) {
	one.Lock()
	<-never      // @holds locker
	one.Unlock() // @unlock locker
}

func waitLocker(a *account) {
	a.mutex.Lock() // @block locker
	a.mutex.Unlock()
}

// One way out of two.
func unlockSometimes(a *account, first, second chan bool) {
	a.mutex.Lock()
	select { // @holds sometimes
	case <-first:
		a.mutex.Unlock() // @unlock sometimes
	case <-second:
	}
}

func waitSometimes(a *account) {
	a.mutex.Lock() // @block sometimes
	a.mutex.Unlock()
}

// A closure of the program's own.
func deferClosure(a *account) {
	a.mutex.Lock()
	defer func() {
		a.balance++
		a.mutex.Unlock() // @unlock closure
	}()
	<-never // @holds closure
}

func waitClosure(a *account) {
	a.mutex.Lock() // @block closure
	a.mutex.Unlock()
}

// A sleep, and memory that is wanted behind it.
func sleepAndFormat(a *account) error {
	a.mutex.Lock()
	time.Sleep(time.Hour) // @holds sleep
	err := fmt.Errorf("account %d: %d", a.number, a.balance)
	if a.balance > 0 {
		err = nil
	}
	a.mutex.Unlock() // @unlock sleep
	return err
}

func waitSleep(a *account) {
	a.mutex.Lock() // @block sleep
	a.mutex.Unlock()
}

func waitForGroup(a *account, workers *sync.WaitGroup) {
	a.shared.Lock()
	workers.Wait()    // @holds group
	a.shared.Unlock() // @unlock group
}

func waitGroup(a *account) {
	a.shared.RLock() // @block group
	a.shared.RUnlock()
}

// Either way, but the two unlock at places of their own.
func sendOrStop(a *account, results chan int, stop chan bool) {
	a.mutex.Lock()
	select { // @holds either
	case results <- a.balance:
		a.mutex.Unlock() // @unlock either
	case <-stop:
		a.number++
		a.mutex.Unlock()
	}
}

func waitEither(a *account) {
	a.mutex.Lock() // @block either
	a.mutex.Unlock()
}

// What comes decides.
func unlockIfTold(a *account, told chan bool) {
	a.mutex.Lock()
	if <-told { // @holds iftold
		a.mutex.Unlock() // @unlock iftold
	}
}

func waitIfTold(a *account) {
	a.mutex.Lock() // @block iftold
	a.mutex.Unlock()
}

func unlockByAnswer(a *account, answers chan *account) {
	a.mutex.Lock()
	if answer := <-answers; answer == nil { // @holds answer
		a.mutex.Unlock() // @unlock answer
	}
}

func waitAnswer(a *account) {
	a.mutex.Lock() // @block answer
	a.mutex.Unlock()
}

// Behind two waits.
func unlockLater(a *account) {
	a.mutex.Lock()
	<-never // @holds later
	<-never
	a.mutex.Unlock() // @unlock later
}

func waitLater(a *account) {
	a.mutex.Lock() // @block later
	a.mutex.Unlock()
}

// What the network answers, is not known.
func unlockBehindRead(a *account, connection net.Conn) {
	a.mutex.Lock()
	if _, err := connection.Read(make([]byte, 16)); err == nil { // @holds network
		a.number++
	}
	a.mutex.Unlock() // @unlock network
}

func waitNetwork(a *account) {
	a.mutex.Lock() // @block network
	a.mutex.Unlock()
}

// --- plain, and not theirs ---
func takesTurns(a *account) {
	a.mutex.Lock()
	a.number++
	a.mutex.Unlock()
	<-never // @seems turns
	a.mutex.Lock()
	a.mutex.Unlock()
}

func waitTurns(a *account) {
	a.mutex.Lock() // @block turns
	a.mutex.Unlock()
}

// Its own lock is another; both are unlocked by the same function.
func ownOnly(a, b *account) {
	b.mutex.Lock()
	a.number += <-never // @seems ownonly
	b.close(1)
}

func waitOwnOnly(a *account) {
	a.mutex.Lock() // @block ownonly
	a.mutex.Unlock()
}

// Whether it has locked stands in a variable.
func mayHaveLocked(a *account, locks bool) {
	if locks {
		a.mutex.Lock()
	}
	<-never // @seems variable
	if locks {
		a.mutex.Unlock()
	}
}

func waitVariable(a *account) {
	a.mutex.Lock() // @block variable
	a.mutex.Unlock()
}

func newConnection() net.Conn {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	connection, err := net.Dial("tcp", listener.Addr().String())
	fixture.Try(err)
	keep(listener)
	return connection
}

func newChannel() chan bool {
	one := make(chan bool)
	keep(one)
	return one
}

func plain() {
	for i := range plainLocks {
		plainLocks[i] = newAccount()
	}
	go plainUnlock(plainLocks[0])
	go unlockInCallee(plainLocks[1])
	go unlockBehindLoop(plainLocks[2])
	plainLocks[3].mutex.Lock()
	go unlockForAnother(plainLocks[3], newChannel())
	go readPlain(plainLocks[4])
	go unlockByLocker(&plainLocks[5].mutex)
	go unlockSometimes(plainLocks[6], newChannel(), newChannel())
	go deferClosure(plainLocks[7])
	go sleepAndFormat(plainLocks[8])
	workers := &sync.WaitGroup{}
	workers.Add(1)
	keep(workers)
	go waitForGroup(plainLocks[9], workers)
	results := make(chan int)
	keep(results)
	go sendOrStop(plainLocks[10], results, newChannel())
	go unlockIfTold(plainLocks[11], newChannel())
	answers := make(chan *account)
	keep(answers)
	go unlockByAnswer(plainLocks[12], answers)
	go unlockLater(plainLocks[13])
	go unlockBehindRead(plainLocks[14], newConnection())
	go takesTurns(plainLocks[15])
	go ownOnly(plainLocks[16], newAccount())
	go mayHaveLocked(plainLocks[17], false)
}

func waitPlain() {
	go waitPlainUnlock(plainLocks[0])
	go waitCallee(plainLocks[1])
	go waitBehindLoop(plainLocks[2])
	go waitHanded(plainLocks[3])
	go waitPlainRead(plainLocks[4])
	go waitLocker(plainLocks[5])
	go waitSometimes(plainLocks[6])
	go waitClosure(plainLocks[7])
	go waitSleep(plainLocks[8])
	go waitGroup(plainLocks[9])
	go waitEither(plainLocks[10])
	go waitIfTold(plainLocks[11])
	go waitAnswer(plainLocks[12])
	go waitLater(plainLocks[13])
	go waitNetwork(plainLocks[14])
	for _, one := range plainLocks[15:] {
		lockAndLeave(&one.mutex)
	}
	go waitTurns(plainLocks[15])
	go waitOwnOnly(plainLocks[16])
	go waitVariable(plainLocks[17])
}
