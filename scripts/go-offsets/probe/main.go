// SPDX-License-Identifier: GPL-2.0-only

// The probe is never run: it is built by each toolchain for the types in its debug data. What it
// does not use, the linker leaves out, so it uses one of everything that gen-go-offsets reads.
package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"time"
)

var (
	mutex   sync.Mutex
	rw      sync.RWMutex
	group   sync.WaitGroup
	once    sync.Once
	cond    = sync.NewCond(&mutex)
	pool    sync.Pool
	table   sync.Map
	byName  = map[string]string{}
	results = make(chan *time.Timer, 1)
)

func work(ctx context.Context) {
	defer group.Done()
	defer func() {
		if fault := recover(); fault != nil {
			println(debug.Stack())
		}
	}()
	once.Do(func() { pool.Put(byName) })
	table.Store(len(byName), pool.Get())
	mutex.Lock()
	cond.Wait()
	mutex.Unlock()
	rw.RLock()
	defer rw.RUnlock()
	byName[os.Args[0]] = "probe"
	timer := time.NewTimer(time.Second)
	ticker := time.NewTicker(time.Second)
	time.AfterFunc(time.Second, cond.Broadcast)
	select {
	case results <- timer:
	case <-ticker.C:
	case <-timer.C:
	case <-ctx.Done():
	}
	timer.Reset(time.Second)
	time.Sleep(time.Second)
	if line, err := net.Dial("tcp", "localhost:0"); err == nil {
		line.SetDeadline(time.Now())
		line.Write([]byte(line.RemoteAddr().String()))
	}
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	pprof.Do(ctx, pprof.Labels("key", "value"), func(ctx context.Context) {
		group.Add(1)
		go work(ctx)
	})
	group.Wait()
	pprof.ForLabels(ctx, func(key, value string) bool { return key < value })
	pprof.Lookup("goroutine").WriteTo(os.Stdout, 2)
	pull()
	<-signals
}
