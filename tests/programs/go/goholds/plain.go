// SPDX-License-Identifier: GPL-2.0-only

package main

import "sync"

// Locks that are not unlocked by a deferred call: only the code behind the wait tells.
var plainLocks [8]*account

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
}
