// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.23
// +build go1.23

package main

import "iter"

func pull() {
	next, stop := iter.Pull(func(yield func(int) bool) { yield(1) })
	defer stop()
	next()
}
