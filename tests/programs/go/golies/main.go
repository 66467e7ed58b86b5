// SPDX-License-Identifier: GPL-2.0-only

// golies spoils what the runtime notes of itself, and then stands still:
//
//	golies end           the global variables end where the address space does
//	golies same N        the list of goroutines has one of them N times
//	golies words SEED    random words in the description of the program
package main

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

//go:linkname allgs runtime.allgs
var allgs []uintptr

//go:linkname firstmoduledata runtime.firstmoduledata
var firstmoduledata [70]uint64

var last int

func argument() int {
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	return n
}

// All words that are the largest of those that lie behind a global variable.
func spoilEnd() {
	var largest uint64
	for _, word := range firstmoduledata {
		if word > uint64(uintptr(unsafe.Pointer(&last))) && word < 1<<40 && word > largest {
			largest = word
		}
	}
	for i, word := range firstmoduledata {
		if word == largest {
			firstmoduledata[i] = ^uint64(0) - 7
		}
	}
}

func repeatOne(n int) {
	list, err := syscall.Mmap(-1, 0, n*8, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		panic(err)
	}
	words := unsafe.Slice((*uintptr)(unsafe.Pointer(&list[0])), n)
	for i := range words {
		words[i] = allgs[len(allgs)-1]
	}
	header := (*[3]uintptr)(unsafe.Pointer(&allgs))
	header[0], header[1], header[2] = uintptr(unsafe.Pointer(&list[0])), uintptr(n), uintptr(n)
}

func spoilWords(seed int) {
	random := rand.New(rand.NewSource(int64(seed)))
	old := firstmoduledata
	for n := 1 + random.Intn(6); n > 0; n-- {
		i := 1 + random.Intn(len(old)-1)
		switch random.Intn(5) {
		case 0:
			firstmoduledata[i] = random.Uint64()
		case 1:
			firstmoduledata[i] = old[random.Intn(len(old))]
		case 2:
			firstmoduledata[i] = ^uint64(0) - uint64(random.Intn(1<<30))
		case 3:
			firstmoduledata[i] += uint64(random.Intn(1 << 30))
		case 4:
			firstmoduledata[i] = 1 << 47
		}
	}
}

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	stuck := make(chan int)
	for i := 0; i < 20; i++ {
		go func() { stuck <- 1 }()
	}
	time.Sleep(50 * time.Millisecond)
	fmt.Printf("READY %d lies %d %d\n", os.Getpid(), 0, os.Getpid())
	switch os.Args[1] {
	case "end":
		spoilEnd()
	case "same":
		repeatOne(argument())
	case "words":
		spoilWords(argument())
	}
	for {
		syscall.RawSyscall(syscall.SYS_PPOLL, 0, 0, 0) // nothing of the runtime may run any more
	}
}
