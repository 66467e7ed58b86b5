// SPDX-License-Identifier: GPL-2.0-only

package main

import "sync"

// Goroutines that wait for each other, by other things than two locks.
func init() {
	patterns["channels"] = leak(eachWaitsForTheOther, mark{"asks", 1}, mark{"answers", 1})
	patterns["joins"] = leak(joinsWithLock, mark{"joins", 1}, mark{"joined", 1})
	patterns["ring"] = leak(ringOfLocks, mark{"ring", 3})
	patterns["pipeline"] = leak(pipelineWithoutEnd, mark{"produces", 1}, mark{"squares", 1})
}

// --- each wants to hear from the other first ---
func eachWaitsForTheOther() {
	questions, answers := make(chan int), make(chan int)
	go ask(questions, answers)    // @spawn asks
	go answer(questions, answers) // @spawn answers
}

func ask(questions, answers chan int) {
	if well { // TWIN
		questions <- 1
		<-answers
		return
	}
	<-answers // @block asks
	questions <- 1
}

func answer(questions, answers chan int) {
	one := <-questions // @block answers
	answers <- one
}

// --- waits for workers with the lock that they need ---
type ledger struct {
	mutex   sync.Mutex
	balance int
}

func joinsWithLock() {
	one := &ledger{}
	go one.closeBooks() // @spawn joins
}

func (one *ledger) closeBooks() {
	var workers sync.WaitGroup
	workers.Add(1)
	one.mutex.Lock()
	go one.book(&workers) // @spawn joined
	if well {             // TWIN
		one.mutex.Unlock()
	}
	workers.Wait() // @block joins
	if !well {
		one.mutex.Unlock()
	}
}

func (one *ledger) book(workers *sync.WaitGroup) {
	defer workers.Done()
	one.mutex.Lock() // @block joined
	one.balance++
	one.mutex.Unlock()
}

// --- each has a lock and wants the next one's ---
// A ledger fills a block of memory: a bare lock shares one with whatever was made next to it, a
// string perhaps that somebody keeps, and its block lives as long as that.
func ringOfLocks() {
	var ready sync.WaitGroup
	ready.Add(3)
	first, second, third := new(ledger), new(ledger), new(ledger)
	for _, two := range [][2]*ledger{{first, second}, {second, third}, {third, first}} {
		if well && two[0] == third { // TWIN: one order for all
			two[0], two[1] = two[1], two[0]
		}
		go takeTwo(&two[0].mutex, &two[1].mutex, &ready) // @spawn ring
	}
}

func takeTwo(one, next *sync.Mutex, ready *sync.WaitGroup) {
	one.Lock()
	ready.Done()
	if !well {
		ready.Wait()
	}
	next.Lock() // @block ring
	next.Unlock()
	one.Unlock()
}

// --- whoever takes the end of a pipeline leaves, and all stages stand one behind the other ---
func pipelineWithoutEnd() {
	numbers, squares := make(chan int), make(chan int)
	go count(numbers)           // @spawn produces
	go square(numbers, squares) // @spawn squares
	for range squares {
		if !well { // TWIN
			return
		}
	}
}

func count(numbers chan<- int) {
	for i := 0; i < 4; i++ {
		numbers <- i // @block produces
	}
	close(numbers)
}

func square(numbers <-chan int, squares chan<- int) {
	for one := range numbers {
		squares <- one * one // @block squares
	}
	close(squares)
}
