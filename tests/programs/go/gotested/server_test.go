// SPDX-License-Identifier: GPL-2.0-only

package gotested

import (
	"context"
	"os"
	"testing"
	"time"
)

// live is how long each test runs: so long that a look sees it, or LIVE.
var live = time.Second

func init() {
	if short, err := time.ParseDuration(os.Getenv("LIVE")); err == nil {
		live = short
	}
}

func well() bool { return os.Getenv("WELL") != "" }

func TestHealthy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	<-Serve(ctx)
	time.Sleep(live)
	cancel()
}

func TestForgets(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	<-Serve(ctx)
	time.Sleep(live)
	if well() {
		cancel()
	}
	_ = cancel
}

func TestOuter(t *testing.T) {
	t.Run("inner", func(t *testing.T) {
		t.Parallel()
		done := make(chan struct{})
		go func() { // @spawn inner
			<-done // @block inner
		}()
		time.Sleep(live)
		if well() {
			close(done)
		}
	})
}

// TestShutdown leaves a goroutine that is about to end when the tests are over.
func TestShutdown(t *testing.T) {
	go time.Sleep(400 * time.Millisecond)
}

// TestEnds ends all of them by a panic or os.Exit, where that is asked for.
func TestEnds(t *testing.T) {
	switch os.Getenv("END") {
	case "panic":
		panic("on purpose")
	case "exit":
		os.Exit(4)
	}
}
