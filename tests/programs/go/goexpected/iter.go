// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.23

package main

import (
	"iter"
	"slices"
)

func init() {
	kinds = append(kinds, ranging, pulling, sortingSeq)
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func ranging() {
	for i := range upTo(3) {
		for j := range upTo(3) {
			<-never
			recurse(i + j)
		}
	}
}

func pulling() {
	next, stop := iter.Pull(upTo(3))
	defer stop()
	next()
	<-never
}

func sortingSeq() {
	_ = slices.SortedFunc(upTo(3), func(a, b int) int { return a - b + <-never })
}
