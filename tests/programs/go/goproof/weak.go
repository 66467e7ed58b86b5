// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.24

package main

import (
	"runtime"
	"time"
	"weak"
)

// --- only a weak pointer leads to the session, which the goroutine itself keeps ---
type session struct {
	wait chan int
	pad  [16]int
}

func init() {
	kinds["duecleanup"] = heldByWhatIsDue(cleanUpLate)
	kinds["weak"] = func() {
		for i := 0; i < tasks; i++ {
			beginWeak()
		}
	}
}

//go:noinline
func beginWeak() {
	s := &session{wait: make(chan int)}
	registered := weak.Make(s)
	go s.serve()
	go func() {
		for range time.Tick(hold) {
			if s := registered.Value(); s != nil {
				s.wait <- 1
			}
		}
	}()
}

//go:noinline
func (s *session) serve() {
	for range s.wait {
	}
}

// --- only a cleanup can send, which is due ---
//
//go:noinline
func cleanUpLate(answer chan int) {
	runtime.AddCleanup(&handle{}, answerLate, answer)
}
