// SPDX-License-Identifier: GPL-2.0-only

// goends KIND: a request each 20 ms (GROW) leaves something behind that ends by itself after a while, so that there are ever as
// many of it as come in that time: healthy. But "poll": that wakes, and does not end. Without arguments it names the kinds.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

var (
	mu     sync.Mutex
	tokens = map[int]bool{}
	next   int
)

func login() int {
	mu.Lock()
	defer mu.Unlock()
	next++
	tokens[next] = true
	return next
}

func expire(token int) {
	mu.Lock()
	defer mu.Unlock()
	delete(tokens, token)
}

var kinds = map[string]func(){
	"sleep": func() {
		token := login()
		go func() {
			time.Sleep(40 * time.Second)
			expire(token)
		}()
	},
	"callback": func() {
		token := login()
		time.AfterFunc(time.Minute, func() { expire(token) })
	},
	"after": func() {
		result := make(chan int)
		go func() {
			select {
			case <-result:
			case <-time.After(30 * time.Second):
			}
		}()
	},
	"deadline": func() {
		ctx, cancel := context.WithTimeout(context.Background(), 45*time.Second)
		result := make(chan int)
		go func() {
			defer cancel()
			select {
			case <-result:
			case <-ctx.Done():
			}
		}()
	},
	"derived": func() {
		ctx, cancel := context.WithTimeout(context.Background(), 45*time.Second)
		inner, stop := context.WithCancel(context.WithValue(ctx, &mu, 1))
		go func() {
			defer cancel()
			defer stop()
			<-inner.Done()
		}()
	},
	"poll": func() {
		go poll(login()) // @spawn poll
	},
}

func poll(token int) {
	for {
		time.Sleep(300 * time.Millisecond) // @block poll
		mu.Lock()
		gone := !tokens[token]
		mu.Unlock()
		if gone {
			return
		}
	}
}

func main() {
	if len(os.Args) < 2 {
		names := make([]string, 0, len(kinds))
		for name := range kinds {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Println(name)
		}
		return
	}
	fixture.Requests(3, 20*time.Millisecond, kinds[os.Args[1]], func() { fixture.Ready(os.Args[1], 3) })
}
