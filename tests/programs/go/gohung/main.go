// SPDX-License-Identifier: GPL-2.0-only

// gohung waits for its child, which reads what gohung never writes: a pipe whose other end the parent keeps.
package main

import (
	"io"
	"os"
	"os/exec"
)

func main() {
	if len(os.Args) > 1 {
		_, _ = io.ReadAll(os.Stdin)
		return
	}
	child := exec.Command("/proc/self/exe", "child")
	stdin, err := child.StdinPipe()
	if err != nil || child.Start() != nil {
		os.Exit(1)
	}
	_, _ = child.Process.Wait()
	_ = stdin.Close()
}
