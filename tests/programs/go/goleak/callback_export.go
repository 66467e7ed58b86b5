// SPDX-License-Identifier: GPL-2.0-only

//go:build cgo

package main

import "C"

//export leakhopCallback
func leakhopCallback() C.int {
	return C.int(waitForEvent())
}

//export leakhopLostCallback
func leakhopLostCallback() C.int {
	return C.int(waitForAnswer())
}
