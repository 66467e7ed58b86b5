// SPDX-License-Identifier: GPL-2.0-only

// Package gotested is tested by tests that leave goroutines over, and by their healthy twins, all in parallel.
package gotested

import "context"

// Serve starts a goroutine that gives numbers until its context is done, or for ever.
func Serve(ctx context.Context) <-chan int {
	numbers := make(chan int)
	go give(ctx, numbers) // @spawn give
	return numbers
}

func give(ctx context.Context, numbers chan<- int) {
	for i := 0; ; i++ {
		select { // @block give
		case numbers <- i:
		case <-ctx.Done():
			return
		}
	}
}
