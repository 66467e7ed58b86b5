// SPDX-License-Identifier: GPL-2.0-only

// gocaller: goroutines of the program that wait, by way of a library's or another one's, for what does not come: an answer of
// a server that takes requests and is silent, and the result of a call of which there is one for all. With the argument
// "server" it is that server.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"leakhop/tests/programs/go/internal/fixture"
)

const count = 6

func init() { runtime.LockOSThread() } // whose end would be the server's

// --- an answer that does not come ---
func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	fmt.Println(listener.Addr())
	for {
		connection, err := listener.Accept()
		fixture.Try(err)
		go io.Copy(io.Discard, connection)
	}
}

func startServer() string {
	server := exec.Command(os.Args[0], "server")
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := server.StdoutPipe()
	fixture.Try(err)
	fixture.Try(server.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	fixture.Try(err)
	return line[:len(line)-1]
}

//go:noinline
func askPrice(url string) {
	response, err := http.Get(url) // @block price
	if err == nil {
		response.Body.Close()
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
	if len(os.Args) > 1 {
		serve()
	}
	url := "http://" + startServer() + "/price"
	for i := 0; i < count; i++ {
		go askPrice(url)
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
