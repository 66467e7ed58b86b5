// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"
)

// Waits for a channel that nobody serves any more.
func init() {
	patterns["sender"] = leak(forgottenSender, mark{"sender", 1})
	patterns["receiver"] = leak(forgottenReceiver, mark{"receiver", 1})
	patterns["early"] = leak(earlyReturn, mark{"early", 1})
	patterns["range"] = leak(rangeNeverClosed, mark{"range", 1})
	patterns["nilreceive"] = leak(nilReceive, mark{"nilreceive", 1})
	patterns["nilsend"] = leak(nilSend, mark{"nilsend", 1})
	patterns["empty"] = leak(emptySelect, mark{"empty", 1})
	patterns["ticker"] = leak(stoppedTicker, mark{"ticker", 1})
	patterns["context"] = leak(contextNotPassed, mark{"context", 1})
	patterns["errgroup"] = leak(groupWithoutContext, mark{"errgroup", 1}, mark{"errgroupwait", 1})
	patterns["janitor"] = leak(cacheWithoutEnd, mark{"janitor", 1})
	patterns["pool"] = leak(abandonedPool, mark{"pool", 2})
}

// --- a result that comes after the time-out, into a channel without a buffer ---
func forgottenSender() {
	room := 0
	if well { // TWIN
		room = 1
	}
	result := make(chan int, room)
	go sendResult(result) // @spawn sender
	select {
	case <-result:
	case <-time.After(timeout):
	}
}

func sendResult(result chan<- int) {
	result <- query() // @block sender
}

// --- an answer that is not sent when the request is not valid ---
func forgottenReceiver() {
	answer := make(chan int)
	go receiveAnswer(answer) // @spawn receiver
	if err := validate(); err != nil {
		if well { // TWIN
			close(answer)
		}
		return
	}
	answer <- 1
}

func validate() error { return errors.New("no valid request") }

//go:noinline
func receiveAnswer(answer <-chan int) int {
	return <-answer + 1 // @block receiver
}

// --- two results are on their way, the first is an error ---
func earlyReturn() {
	room := 0
	if well { // TWIN
		room = 2
	}
	results := make(chan error, room)
	for i := 0; i < 2; i++ {
		go func() { // @spawn early
			time.Sleep(timeout)
			results <- errors.New("no") // @block early
		}()
	}
	for i := 0; i < 2; i++ {
		if err := <-results; err != nil {
			return
		}
	}
}

// --- a consumer whose channel is never closed ---
func rangeNeverClosed() {
	jobs := make(chan int, 4)
	if well { // TWIN
		defer close(jobs)
	}
	go consume(jobs) // @spawn range
	for i := 0; i < 4; i++ {
		jobs <- i
	}
}

func consume(jobs <-chan int) (sum int) {
	for job := range jobs { // @block range
		sum += job
	}
	return sum
}

// --- channels that were never made ---
type service struct {
	updates chan int
	pad     [64]byte
}

func newService() *service {
	s := &service{}
	if well { // TWIN
		s.updates = make(chan int, 1)
		s.updates <- 1
	}
	return s
}

func nilReceive() {
	s := newService()
	go func() { // @spawn nilreceive
		<-s.updates // @block nilreceive
	}()
}

func nilSend() {
	s := newService()
	if well {
		<-s.updates
	}
	go func() { // @spawn nilsend
		s.updates <- 1 // @block nilsend
	}()
}

// --- "select {}" as the end of a goroutine that is not main ---
func emptySelect() {
	done := make(chan struct{})
	go func() { // @spawn empty
		if well { // TWIN
			<-done
			return
		}
		select {} // @block empty
	}()
	close(done)
}

// --- Stop does not close a ticker's channel ---
func stoppedTicker() {
	ticker := time.NewTicker(time.Hour)
	done := make(chan struct{})
	if well { // TWIN
		defer close(done)
	}
	go onTick(ticker, done) // @spawn ticker
	ticker.Stop()
}

func onTick(ticker *time.Ticker, done <-chan struct{}) {
	if well {
		select {
		case <-ticker.C:
		case <-done:
		}
		return
	}
	for range ticker.C { // @block ticker
		query()
	}
}

// --- the request's context ends, but the goroutine was given another ---
func contextNotPassed() {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	updates := make(chan int)
	given := context.Background()
	if well { // TWIN
		given = ctx
	}
	go watch(given, updates) // @spawn context
	<-ctx.Done()
}

func watch(ctx context.Context, updates <-chan int) (sum int) {
	for {
		select { // @block context
		case n := <-updates:
			sum += n
		case <-ctx.Done():
			return sum
		}
	}
}

// --- like golang.org/x/sync/errgroup: one fails, another does not look at the context ---
type group struct {
	wait   sync.WaitGroup
	once   sync.Once
	cancel func()
	err    error
}

func (g *group) Go(task func() error) {
	g.wait.Add(1)
	go func() { // @spawn errgroup
		defer g.wait.Done()
		if err := task(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

func (g *group) Wait() error {
	g.wait.Wait() // @block errgroupwait
	g.cancel()
	return g.err
}

func groupWithoutContext() {
	ctx, cancel := context.WithCancel(context.Background())
	g := &group{cancel: cancel}
	items := make(chan int)
	g.Go(func() error { return produce(ctx, items) })
	g.Go(func() error {
		<-items
		return errors.New("no room for this item")
	})
	go g.Wait() // @spawn errgroupwait
	<-ctx.Done()
}

func produce(ctx context.Context, items chan<- int) error {
	for i := 0; i < 10; i++ {
		if well { // TWIN
			select {
			case items <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		items <- i // @block errgroup
	}
	return nil
}

// --- a pool for each request, whose workers nobody tells that it is over ---
type pool struct{ jobs chan func() }

func newPool(workers int) *pool {
	p := &pool{jobs: make(chan func())}
	for i := 0; i < workers; i++ {
		go p.work() // @spawn pool
	}
	return p
}

func (p *pool) work() {
	for job := range p.jobs { // @block pool
		job()
	}
}

func abandonedPool() {
	p := newPool(2)
	if well { // TWIN
		defer close(p.jobs)
	}
	var done sync.WaitGroup
	done.Add(2)
	p.jobs <- done.Done
	p.jobs <- done.Done
	done.Wait()
}

// --- a cache that is dropped with its janitor, which only the collector could tell ---
type cache struct {
	words map[string]string
	stop  chan struct{}
}

func cacheWithoutEnd() {
	one := &cache{map[string]string{}, make(chan struct{})}
	go sweepUntil(one.stop) // @spawn janitor
	if well {               // TWIN
		runtime.SetFinalizer(one, func(one *cache) { close(one.stop) })
	}
}

func sweepUntil(stop <-chan struct{}) {
	<-stop // @block janitor
}
