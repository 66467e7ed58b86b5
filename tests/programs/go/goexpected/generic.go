// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.18

package main

func init() {
	kinds = append(kinds,
		func() { receive(never) },
		func() { receive(make(chan string)) },
		func() { receive(make(chan *shape)) },
		func() { (&queue[shape]{items: make(chan shape)}).take() },
		func() { apply([]int{1}, func(n int) int { return n + <-never }) },
	)
}

//go:noinline
func receive[T any](c chan T) T { return <-c }

type queue[T any] struct{ items chan T }

//go:noinline
func (q *queue[T]) take() T { return <-q.items }

//go:noinline
func apply[T, R any](items []T, f func(T) R) (results []R) {
	for _, item := range items {
		results = append(results, f(item))
	}
	return results
}
