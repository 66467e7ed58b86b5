// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.24

package main

import "runtime"

func init() {
	free["cleanup"] = func() { runtime.AddCleanup(&file{}, func(int) { wait() }, 0) }
}
