// SPDX-License-Identifier: GPL-2.0-only

// gohung waits for its child, which reads what gohung never writes: a pipe whose other end the parent keeps.
//
//	gohung         waits for the child's end
//	gohung output  reads the child's output to its end, which the runtime's poller waits for
//
// Somebody may still end it:
//
//	gohung timer   a timer
//	gohung accept  a stranger who connects
//	gohung signal  a signal that it asked to be told of
package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

func child() {
	_, _ = io.ReadAll(os.Stdin) // @block child
}

// who is another goroutine that could end it all.
func who(mode string, end func()) {
	switch mode {
	case "timer":
		time.AfterFunc(time.Hour, end)
	case "accept":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			os.Exit(1)
		}
		go func() {
			_, _ = listener.Accept()
			end()
		}()
	case "signal":
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGUSR1)
		go func() {
			<-signals
			end()
		}()
	}
}

func main() {
	mode := "plain"
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	if mode == "child" {
		child()
		return
	}
	command := exec.Command("/proc/self/exe", "child")
	stdin, err := command.StdinPipe()
	stdout, outErr := command.StdoutPipe()
	if err != nil || outErr != nil || command.Start() != nil {
		os.Exit(1)
	}
	end := func() { _ = stdin.Close() }
	who(mode, end)
	if mode == "output" {
		_, _ = io.ReadAll(stdout) // @block output
	}
	_, _ = command.Process.Wait() // @block plain
	end()
}
