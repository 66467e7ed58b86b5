// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.23

package main

// A defer in the body of a loop over a function is of the function around it.
func init() {
	a := newAccount()
	holders = append(holders, func() { go deferInRange(a) })
	waiters = append(waiters, func() { go waitRange(a) })
}

//go:noinline
func once(yield func(int) bool) { yield(0) }

func deferInRange(a *account) {
	for range once {
		a.mutex.Lock()
		defer a.mutex.Unlock() // @unlock rangefunc
	}
	<-never // @holds rangefunc
}

func waitRange(a *account) {
	a.mutex.Lock() // @block rangefunc
	a.mutex.Unlock()
}
