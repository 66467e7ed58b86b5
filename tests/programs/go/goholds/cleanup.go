// SPDX-License-Identifier: GPL-2.0-only

//go:build go1.24

package main

import "runtime"

func init() {
	mayUnlock["cleanup"] = func() {
		runtime.AddCleanup(newAccount(), func(int) { forgotten.Unlock() }, 0)
	}
}
