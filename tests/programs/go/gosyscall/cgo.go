// SPDX-License-Identifier: GPL-2.0-only

//go:build cgo

package main

/*
#include <unistd.h>

__attribute__((noinline)) static int c_waits(void)
{
	return pause() + 1;
}
*/
import "C"

import "leakhop/tests/programs/go/internal/fixture"

func init() {
	more = append(more, func(count int) {
		for i := 0; i < count; i++ {
			go callC() // @spawn cgo
		}
		fixture.Ready("cgo", count)
	})
}

func callC() int {
	return int(C.c_waits()) // @block cgo
}
