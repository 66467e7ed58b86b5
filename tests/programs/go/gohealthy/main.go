// SPDX-License-Identifier: GPL-2.0-only

// gohealthy: what a healthy service looks like when it has nothing to do: every goroutine waits, none
// has leaked. With GROW=10ms it serves a request each such time, and still none leaks.
// For the environment see package fixture.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// --- a pool of workers, by a channel; each job's answer comes by its own ---
type job struct {
	number int
	answer chan int
}

func workers(number int) chan<- job {
	jobs := make(chan job, 16)
	for i := 0; i < number; i++ {
		go func() {
			for one := range jobs {
				one.answer <- one.number * 2
			}
		}()
	}
	return jobs
}

// --- a queue by a condition, with its consumers ---
type queue struct {
	mutex sync.Mutex
	more  *sync.Cond
	items []string
}

func newQueue(consumers int) *queue {
	q := &queue{}
	q.more = sync.NewCond(&q.mutex)
	for i := 0; i < consumers; i++ {
		go q.consume()
	}
	return q
}

func (q *queue) put(item string) {
	q.mutex.Lock()
	q.items = append(q.items, item)
	q.mutex.Unlock()
	q.more.Signal()
}

func (q *queue) consume() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for {
		for len(q.items) == 0 {
			q.more.Wait()
		}
		q.items = q.items[1:]
	}
}

// --- subscribers of news that are rare ---
type broker struct {
	mutex       sync.RWMutex
	subscribers []chan string
}

func (b *broker) subscribe() {
	news := make(chan string, 1)
	b.mutex.Lock()
	b.subscribers = append(b.subscribers, news)
	b.mutex.Unlock()
	for range news {
	}
}

func (b *broker) publish(text string) {
	b.mutex.RLock()
	defer b.mutex.RUnlock()
	for _, one := range b.subscribers {
		one <- text
	}
}

// --- what each service has: parts that run until the context ends, and who waits for them all ---
type service struct {
	ctx   context.Context
	parts sync.WaitGroup
}

func (s *service) run(part func(context.Context)) {
	s.parts.Add(1)
	go func() {
		defer s.parts.Done()
		part(s.ctx)
	}()
}

func every(period time.Duration, work func()) func(context.Context) {
	return func(ctx context.Context) {
		ticker := time.NewTicker(period)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				work()
			case <-ctx.Done():
				return
			}
		}
	}
}

func echo(listener net.Listener) func(context.Context) {
	return func(context.Context) {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				for lines := bufio.NewScanner(client); lines.Scan(); {
					fmt.Fprintln(client, lines.Text())
				}
			}()
		}
	}
}

// A connection of a pool, with what reads it and what writes it, as drivers and clients have them
func connection(address net.Addr) chan<- string {
	client, err := net.Dial(address.Network(), address.String())
	fixture.Try(err)
	out := make(chan string)
	go func() {
		for text := range out {
			fmt.Fprintln(client, text)
		}
	}()
	go func() {
		for lines := bufio.NewScanner(client); lines.Scan(); {
		}
	}()
	return out
}

func listen(network, address string) net.Listener {
	listener, err := net.Listen(network, address)
	fixture.Try(err)
	return listener
}

func main() {
	fixture.Dumps()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &service{ctx: ctx}
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	s.run(func(ctx context.Context) {
		for {
			select {
			case <-reload:
			case <-ctx.Done():
				return
			}
		}
	})
	directory, err := os.MkdirTemp("", "gohealthy")
	fixture.Try(err)
	tcp, local := listen("tcp", "127.0.0.1:0"), listen("unix", filepath.Join(directory, "socket"))
	s.run(echo(tcp))
	s.run(echo(local))
	jobs, tasks, news := workers(8), newQueue(4), &broker{}
	for i := 0; i < 3; i++ {
		go news.subscribe()
	}
	s.run(every(time.Hour, func() {}))
	s.run(every(time.Second, func() { tasks.put("tick") }))
	s.run(every(100*time.Millisecond, func() {}))
	time.AfterFunc(time.Hour, func() { news.publish("late") })
	var connections []chan<- string
	for i := 0; i < 4; i++ {
		connections = append(connections, connection(tcp.Addr()))
	}

	handler := http.NewServeMux()
	handler.HandleFunc("/", func(out http.ResponseWriter, request *http.Request) {
		ctx, cancel := context.WithTimeout(request.Context(), time.Second)
		defer cancel()
		one := job{len(request.URL.Path), make(chan int, 1)}
		select {
		case jobs <- one:
		case <-ctx.Done():
			return
		}
		select {
		case n := <-one.answer:
			fmt.Fprintln(out, n)
		case <-ctx.Done():
		}
	})
	server, web := &http.Server{Handler: handler}, listen("tcp", "127.0.0.1:0")
	s.run(func(context.Context) { server.Serve(web) })
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	get := func() {
		answer, err := client.Get("http://" + web.Addr().String() + "/")
		fixture.Try(err)
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	var four sync.WaitGroup
	for i := 0; i < 4; i++ {
		four.Add(1)
		go func() {
			defer four.Done()
			get()
		}()
	}
	four.Wait()
	fixture.Ready("healthy", 0)
	if period := fixture.Grow(0); period > 0 {
		number := 0
		s.run(every(period, func() {
			get()
			number++
			tasks.put("request")
			connections[number%len(connections)] <- "request"
			if number%10 == 0 {
				news.publish("ten requests")
			}
		}))
	}
	<-ctx.Done()
	// Without this they would be garbage from here on, and who reads them could never go on.
	for _, out := range connections {
		close(out)
	}
	server.Close()
	tcp.Close()
	local.Close()
	s.parts.Wait()
	os.RemoveAll(directory)
}
