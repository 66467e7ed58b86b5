// SPDX-License-Identifier: GPL-2.0-only

//go:build cgo

package main

/*
#include <pthread.h>

extern int leakhopCallback(void);
extern int leakhopLostCallback(void);

static void *call_go(void *arg)
{
	leakhopCallback();
	return arg;
}

static int start_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, call_go, NULL);
}

static void *call_lost(void *arg)
{
	leakhopLostCallback();
	return arg;
}

static void *join_lost(void *arg)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, call_lost, NULL))
		pthread_join(thread, NULL);
	return arg;
}

static int start_two(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, join_lost, NULL);
}
*/
import "C"

func init() {
	patterns["callback"] = leak(callback, mark{"callback", 1})
	patterns["lostcallback"] = leak(func() { C.start_two() }, mark{"lostcallback", 1})
}

// --- a thread of C that waits in Go for an event that nobody sends ---
var events = make(chan int)

func callback() {
	C.start_thread()
	if well { // TWIN
		events <- 1
	}
}

//go:noinline
func waitForEvent() int {
	return <-events // @block callback
}

// --- the same for an answer that nobody can send; another thread of C waits for this one ---
//
//go:noinline
func waitForAnswer() int {
	answer := make(chan int, 1)
	if well { // TWIN
		answer <- 1
	}
	return <-answer // @block lostcallback
}
