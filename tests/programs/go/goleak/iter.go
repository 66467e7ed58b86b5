// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.23

package main

import "iter"

func init() {
	patterns["iter"] = leak(pullWithoutStop, mark{"iter", 1})
}

// --- iter.Pull's stop is not called; the go statement is in iter.Pull ---
func pullWithoutStop() {
	next, stop := iter.Pull(numbers)
	if well { // TWIN
		defer stop()
	}
	next()
}

func numbers(yield func(int) bool) {
	for i := 0; i < 10; i++ {
		if !yield(i) { // @block iter
			return
		}
	}
}
