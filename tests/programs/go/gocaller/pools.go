// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
	"leakhop/tests/programs/go/internal/golang.org/x/sync/semaphore"
)

// Slots of three kinds that nobody gives back; "pools well": each is given back, and all of them are always in use.
const slots, waiting = 3, 5

// --- a database whose rows never end ---
type noDatabase struct{}

func (noDatabase) Open(string) (driver.Conn, error)           { return noDatabase{}, nil }
func (noDatabase) Prepare(string) (driver.Stmt, error)        { return noDatabase{}, nil }
func (noDatabase) Begin() (driver.Tx, error)                  { return nil, io.EOF }
func (noDatabase) Close() error                               { return nil }
func (noDatabase) NumInput() int                              { return 0 }
func (noDatabase) Exec([]driver.Value) (driver.Result, error) { return nil, io.EOF }
func (noDatabase) Query([]driver.Value) (driver.Rows, error)  { return noDatabase{}, nil }
func (noDatabase) Columns() []string                          { return []string{"name"} }
func (noDatabase) Next(to []driver.Value) error {
	to[0] = "ann"
	return nil
}

var (
	database *sql.DB
	weights  = semaphore.NewWeighted(slots)
	places   = make(chan struct{}, slots)
	entered  int32
)

//go:noinline
func query(well bool) {
	rows, err := database.Query("names") // @block query
	fixture.Try(err)
	atomic.AddInt32(&entered, 1)
	if well {
		time.Sleep(5 * time.Millisecond)
		rows.Close()
	}
}

//go:noinline
func weigh(well bool) {
	fixture.Try(weights.Acquire(context.Background(), 1)) // @block weigh
	atomic.AddInt32(&entered, 1)
	if well {
		time.Sleep(5 * time.Millisecond)
		weights.Release(1)
	}
}

//go:noinline
func place(well bool) {
	places <- struct{}{} // @block place
	atomic.AddInt32(&entered, 1)
	if well {
		time.Sleep(5 * time.Millisecond)
		<-places
	}
}

// --- one that ends: the caller gives up ---
func weighPatiently() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if weights.Acquire(ctx, 1) == nil { // @block weigh patiently
		weights.Release(1)
	}
}

func pools(well bool) {
	var err error
	sql.Register("none", noDatabase{})
	database, err = sql.Open("none", "")
	fixture.Try(err)
	database.SetMaxOpenConns(slots)
	for _, work := range []func(bool){query, weigh, place} {
		work := work
		for i := 0; i < slots+waiting; i++ {
			go func() {
				for again := true; again; again = well {
					work(well)
				}
			}()
		}
	}
	for atomic.LoadInt32(&entered) < 3*slots {
		runtime.Gosched()
	}
	if !well {
		go weighPatiently()
	}
	fixture.Ready("pools", waiting)
	fixture.Pause()
}

func arePools() bool {
	if len(os.Args) > 1 && os.Args[1] == "pools" {
		pools(len(os.Args) > 2)
		return true
	}
	return false
}
