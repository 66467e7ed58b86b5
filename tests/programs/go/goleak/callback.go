// SPDX-License-Identifier: GPL-2.0-only

//go:build cgo

package main

/*
#include <pthread.h>

extern int leakhopCallback(void);

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
*/
import "C"

func init() {
	patterns["callback"] = leak(callback, mark{"callback", 1})
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
