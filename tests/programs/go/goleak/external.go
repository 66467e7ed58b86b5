// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// Waits for somebody else, without a time-out.
func init() {
	patterns["http"] = silentServer
	patterns["read"] = silentPeer
	patterns["dial"] = fullBacklog
	patterns["pgquery"] = lockedRow
}

// silent accepts all and answers nothing.
func silent() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fixture.Try(err)
	go func() {
		var clients []net.Conn
		for {
			client, err := listener.Accept()
			fixture.Try(err)
			clients = append(clients, client)
		}
	}()
	return listener.Addr().String()
}

// --- net/http's client has no time-out of its own ---
func silentServer() {
	url := "http://" + silent() + "/"
	client := &http.Client{Transport: &http.Transport{}}
	if well { // TWIN
		client.Timeout = 20 * time.Millisecond
	}
	leak(func() {
		go get(client, url) // @spawn http
	}, mark{"http", 1})()
}

func get(client *http.Client, url string) {
	answer, err := client.Get(url) // @block http
	if err == nil {
		answer.Body.Close()
	}
}

// --- a connection without a deadline ---
func silentPeer() {
	to := address // whose peer is another program
	if to == "" {
		to = silent()
	}
	leak(func() {
		client, err := net.Dial("tcp", to)
		fixture.Try(err)
		if well { // TWIN
			fixture.Try(client.SetDeadline(time.Now().Add(20 * time.Millisecond)))
		}
		go readAnswer(client) // @spawn read
	}, mark{"read", 1})()
}

func readAnswer(client net.Conn) {
	defer client.Close()
	if _, err := client.Write([]byte("hello")); err == nil {
		client.Read(make([]byte, 16)) // @block read
	}
}

// --- a listener whose backlog is full: the kernel drops what else knocks ---
func fullBacklog() {
	listener, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	fixture.Try(err)
	fixture.Try(syscall.Bind(listener, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	fixture.Try(syscall.Listen(listener, 0))
	bound, err := syscall.Getsockname(listener)
	fixture.Try(err)
	to := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: bound.(*syscall.SockaddrInet4).Port}
	for i := 0; i < 2; i++ {
		client, err := net.DialTimeout("tcp", to.String(), 100*time.Millisecond)
		if err == nil {
			defer client.Close()
		}
	}
	dialer := &net.Dialer{}
	if well { // TWIN
		dialer.Timeout = 20 * time.Millisecond
	}
	leak(func() {
		go dial(dialer, to.String()) // @spawn dial
	}, mark{"dial", 1})()
	fixture.Pause() // keeps the connections that fill the backlog
}

func dial(dialer *net.Dialer, to string) {
	client, err := dialer.DialContext(context.Background(), "tcp", to) // @block dial
	if err == nil {
		client.Close()
	}
}

// --- a query of a PostgreSQL at ADDRESS (host:port, or a socket) for a row that another has locked ---
func lockedRow() {
	if address == "" {
		address = "127.0.0.1:5432"
	}
	holder := connectPostgres()
	holder.query("CREATE TABLE IF NOT EXISTS leakhop_rows (id int PRIMARY KEY, n int)")
	holder.query("INSERT INTO leakhop_rows VALUES (1, 0) ON CONFLICT DO NOTHING")
	holder.query("BEGIN")
	holder.query("UPDATE leakhop_rows SET n = n + 1 WHERE id = 1")
	leak(func() {
		client := connectPostgres()
		if well { // TWIN
			client.query("SET statement_timeout = 20")
		}
		go update(client) // @spawn pgquery
	}, mark{"pgquery", 1})()
}

func update(client *postgres) {
	defer client.Close()
	client.query("UPDATE leakhop_rows SET n = n + 1 WHERE id = 1") // @block pgquery
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
