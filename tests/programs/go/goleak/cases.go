// SPDX-License-Identifier: GPL-2.0-only

package main

import "context"

// A select of which no case can come.
func init() {
	patterns["nilcases"] = leak(nilCases, mark{"nilcases", 1})
	patterns["doneofnil"] = leak(doneOfBackground, mark{"doneofnil", 1})
	patterns["donelost"] = leak(cancelForgotten, mark{"donelost", 1})
}

type feed struct {
	first, second chan int
}

// --- a structure whose channels were never made ---
func nilCases() {
	s := &feed{}
	if well { // TWIN
		s.second = make(chan int, 1)
		s.second <- 1
	}
	go func() { // @spawn nilcases
		select { // @block nilcases
		case <-s.first:
		case value := <-s.second:
			_ = value
		}
	}()
}

// --- the context of a background job: its Done is nil, and nobody takes the result ---
func doneOfBackground() {
	ctx, cancel := context.Background(), func() {}
	if well { // TWIN
		ctx, cancel = context.WithCancel(ctx)
	}
	result := make(chan int)
	go func() { // @spawn doneofnil
		select { // @block doneofnil
		case result <- query():
		case <-ctx.Done():
		}
	}()
	cancel()
}

// --- whoever could cancel it has forgotten how ---
func cancelForgotten() {
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), feed{}, 1))
	result := make(chan int)
	go func(ctx context.Context) { // @spawn donelost
		select { // @block donelost
		case value := <-result:
			_ = value
		case <-ctx.Done():
		}
	}(context.WithValue(ctx, feed{}, 2))
	if well { // TWIN
		cancel()
	}
}
