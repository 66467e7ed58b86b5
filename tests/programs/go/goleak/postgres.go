// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"leakhop/tests/programs/go/internal/fixture"
)

// As much of PostgreSQL's protocol as a client needs that the server trusts.
type postgres struct{ net.Conn }

func connectPostgres() *postgres {
	network := "tcp"
	if strings.HasPrefix(address, "/") {
		network = "unix"
	}
	conn, err := net.Dial(network, address)
	fixture.Try(err)
	client := &postgres{conn}
	user := environment("PGUSER", "postgres")
	text := fmt.Sprintf("user\x00%s\x00database\x00%s\x00application_name\x00goleak\x00\x00",
		user, environment("PGDATABASE", user))
	head := make([]byte, 8)
	binary.BigEndian.PutUint32(head, uint32(len(head)+len(text)))
	binary.BigEndian.PutUint32(head[4:], 3<<16)
	_, err = client.Write(append(head, text...))
	fixture.Try(err)
	client.untilReady()
	return client
}

// query ends when the server is ready for the next; an error of the server's is an answer, too.
func (p *postgres) query(text string) {
	head := []byte{'Q', 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[1:], uint32(4+len(text)+1))
	_, err := p.Write(append(append(head, text...), 0))
	fixture.Try(err)
	p.untilReady()
}

func (p *postgres) untilReady() {
	head := make([]byte, 5)
	for {
		if _, err := io.ReadFull(p, head); err != nil {
			fmt.Fprintln(os.Stderr, "the server has gone:", err)
			os.Exit(1)
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		_, err := io.ReadFull(p, body)
		fixture.Try(err)
		switch head[0] {
		case 'R':
			if binary.BigEndian.Uint32(body) != 0 {
				fmt.Fprintln(os.Stderr, "the server wants a password")
				os.Exit(1)
			}
		case 'E':
			fmt.Fprintf(os.Stderr, "%s\n", bytes.ReplaceAll(body, []byte{0}, []byte(" ")))
		case 'Z':
			return
		}
	}
}
