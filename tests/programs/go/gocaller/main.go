// SPDX-License-Identifier: GPL-2.0-only

// gocaller: goroutines of the program that wait, by way of a library's or another one's, for what does not come: an answer of
// a server that takes requests and is silent, over connections of their own or one for all, the result of a call of which
// there is one for all, what a queue's only producer makes. With time-outs it is no harm, nor is a connection at rest. With
// the argument "server" it is that server.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

const count = 6

func init() { runtime.LockOSThread() } // whose end would be the server's

// --- an answer that does not come ---
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	fmt.Println(listener.Addr(), serveStreams())
	for {
		connection, err := listener.Accept()
		fixture.Try(err)
		go io.Copy(io.Discard, connection)
	}
}

// Answers at once to /now, and else never.
func serveStreams() string {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/now" {
			select {}
		}
		if r.URL.RawQuery == "long" {
			w.Write(make([]byte, 100000))
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	return server.URL
}

func startServer() (string, string) {
	server := exec.Command(os.Args[0], "server")
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := server.StdoutPipe()
	fixture.Try(err)
	fixture.Try(server.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	fixture.Try(err)
	addresses := strings.Fields(line)
	return "http://" + addresses[0], addresses[1]
}

//go:noinline
func askPrice(url string) {
	response, err := http.Get(url) // @block price
	if err == nil {
		response.Body.Close()
	}
}

//go:noinline
func askStock(client *http.Client, url string) {
	response, err := client.Get(url) // @block stock
	if err == nil {
		response.Body.Close()
	}
}

// --- one that ends: the caller gives up ---
//
//go:noinline
func askPatiently(url string) {
	client := http.Client{Timeout: time.Hour, Transport: &http.Transport{}}
	response, err := client.Get(url) // @block patient
	if err == nil {
		response.Body.Close()
	}
}

func insecure(two bool) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		ForceAttemptHTTP2: two,
	}}
}

func askAtOnce(client *http.Client, url string) {
	response, err := client.Get(url)
	fixture.Try(err)
	_, err = io.Copy(io.Discard, response.Body)
	fixture.Try(err)
	response.Body.Close()
}

// --- a queue whose only producer is stuck ---
type queue struct {
	mutex sync.Mutex
	some  *sync.Cond
	items []string
}

func newQueue() *queue {
	q := new(queue)
	q.some = sync.NewCond(&q.mutex)
	return q
}

//go:noinline
func produce(q *queue, from chan string) {
	for item := range from { // @block produces
		q.mutex.Lock()
		q.items = append(q.items, item)
		q.mutex.Unlock()
		q.some.Signal()
	}
}

//go:noinline
func consume(q *queue) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for len(q.items) == 0 {
		q.some.Wait() // @block consumes
	}
}

var products = newQueue()

// --- a result, or the end of all ---
//
//go:noinline
func compute(result chan<- string) {
	lost := make(chan string)
	result <- <-lost // @block computes
}

//go:noinline
func await(ctx context.Context) {
	result := make(chan string, 1)
	go compute(result)
	select { // @block awaits
	case <-result:
	case <-ctx.Done():
	}
}

// --- one call for all who ask ---
type call struct {
	done  sync.WaitGroup
	value string
}

type group struct {
	mutex sync.Mutex
	calls map[string]*call
}

func (g *group) do(key string, load func() string) string {
	g.mutex.Lock()
	if c, there := g.calls[key]; there {
		g.mutex.Unlock()
		c.done.Wait() // @block behind
		return c.value
	}
	c := new(call)
	c.done.Add(1)
	g.calls[key] = c
	g.mutex.Unlock()
	c.value = load() // @block loads
	c.done.Done()
	return c.value
}

var all = group{calls: map[string]*call{}}

//go:noinline
func load() string {
	reply := make(chan string)
	return <-reply // @block load
}

func main() {
	if arePools() || forgets() || bodies() {
		return
	}
	if len(os.Args) > 1 {
		serve()
	}
	silent, streams := startServer()
	for i := 0; i < count; i++ {
		go pprof.Do(context.Background(), pprof.Labels("asks", "price"), func(context.Context) { askPrice(silent + "/price") })
		go askPatiently(silent + "/patient")
	}
	askAtOnce(insecure(false), streams+"/now")
	two := insecure(true)
	askAtOnce(two, streams+"/now")
	for i := 0; i < count; i++ {
		go askStock(two, streams+"/stock")
	}
	go produce(products, make(chan string))
	for i := 0; i < count; i++ {
		go consume(products)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := 0; i < count; i++ {
		go await(ctx)
	}
	go all.do("key", load)
	for {
		all.mutex.Lock()
		there := len(all.calls) > 0
		all.mutex.Unlock()
		if there {
			break
		}
		runtime.Gosched()
	}
	for i := 0; i < count; i++ {
		go all.do("key", load)
	}
	fixture.Ready("price", count)
	fixture.Pause()
}
