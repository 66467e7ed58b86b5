// SPDX-License-Identifier: GPL-2.0-only

// gomoves: COUNT goroutines (200) wait for what others carry about at full speed: between their
// stacks, deep and shallow ones, maps, slices, lists, closures, interfaces, generic boxes, variables,
// channels, deferred calls and finalizers. Each thing is in one place at a time, and some are used:
// its waiter goes on, and waits for a new one. Nobody is forgotten, so nothing is a leak.
//
// GOMAXPROCS movers run at once, and two more. For the environment see package fixture.
package main

import (
	"container/list"
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"leakhop/tests/programs/go/internal/fixture"
)

// token is what ends one wait.
type token interface{ use() }

type receiver struct{ channel chan int }
type sender struct{ channel chan int }
type selected struct{ one, other chan int }
type held struct{ mutex *sync.Mutex }
type group struct{ wait *sync.WaitGroup }
type condition struct {
	cond *sync.Cond
	done *bool
}
type read struct{ mutex *sync.RWMutex }

func (t receiver) use() { t.channel <- 1 }
func (t sender) use()   { <-t.channel }
func (t selected) use() {
	if rand.Intn(2) == 0 {
		t.one <- 1
	} else {
		close(t.other)
	}
}
func (t held) use()  { t.mutex.Unlock() }
func (t group) use() { t.wait.Done() }
func (t read) use()  { t.mutex.RUnlock() }
func (t condition) use() {
	t.cond.L.Lock()
	*t.done = true
	t.cond.L.Unlock()
	t.cond.Signal()
}

// waiter makes a thing, gives it away, and waits for it.
func waiter(number int, give chan<- token) {
	for {
		switch number % 7 {
		case 0:
			channel := make(chan int)
			give <- receiver{channel}
			<-channel // @block moves
		case 1:
			channel := make(chan int)
			give <- sender{channel}
			channel <- 1
		case 2:
			one, other := make(chan int), make(chan int)
			give <- selected{one, other}
			select {
			case <-one:
			case <-other:
			}
		case 3:
			mutex := new(sync.Mutex)
			mutex.Lock()
			give <- held{mutex}
			mutex.Lock()
		case 4:
			wait := new(sync.WaitGroup)
			wait.Add(1)
			give <- group{wait}
			wait.Wait()
		case 5:
			done := new(bool)
			cond := sync.NewCond(new(sync.Mutex))
			cond.L.Lock()
			give <- condition{cond, done}
			for !*done {
				cond.Wait()
			}
			cond.L.Unlock()
		case 6:
			mutex := new(sync.RWMutex)
			mutex.RLock()
			give <- read{mutex}
			mutex.Lock()
		}
	}
}

type box[T any] struct {
	value T
	next  *box[T]
}

// Places that several movers share.
var (
	lock     sync.Mutex
	inMap    = map[int]token{}
	inSlice  []token
	inList   = list.New()
	inBoxes  *box[token]
	inCalls  []func() token
	variable [16]atomic.Pointer[token]
	between  = make(chan token, 4)
	tiny     [64]*byte
)

// put moves t into a place that others look into; nil where it is kept there, else what has been there before.
func put(t token, place int) token {
	lock.Lock()
	defer lock.Unlock()
	switch place {
	case 0:
		inMap[rand.Int()] = t
	case 1:
		inSlice = append(inSlice, t)
	case 2:
		inList.PushBack(t)
	case 3:
		inBoxes = &box[token]{t, inBoxes}
	case 4:
		inCalls = append(inCalls, func() token { return t })
	default:
		old := variable[place%len(variable)].Swap(&t)
		if old == nil {
			return nil
		}
		return *old
	}
	return nil
}

// take moves something out of such a place; nil: there is nothing.
func take(place int) (t token) {
	lock.Lock()
	defer lock.Unlock()
	switch place {
	case 0:
		for key, t := range inMap {
			delete(inMap, key)
			return t
		}
	case 1:
		if last := len(inSlice) - 1; last >= 0 {
			t = inSlice[last]
			inSlice[last] = nil
			inSlice = append([]token(nil), inSlice[:last]...)
		}
	case 2:
		if front := inList.Front(); front != nil {
			t = inList.Remove(front).(token)
		}
	case 3:
		if inBoxes != nil {
			t = inBoxes.value
			inBoxes = inBoxes.next
		}
	case 4:
		if last := len(inCalls) - 1; last >= 0 {
			t = inCalls[last]()
			inCalls[last] = nil
			inCalls = inCalls[:last]
		}
	default:
		if old := variable[place%len(variable)].Swap(nil); old != nil {
			t = *old
		}
	}
	return t
}

const places = 5 + len(variable)

// deep carries t down a stack that grows, and back as another frame's.
//
//go:noinline
func deep(t token, depth int) token {
	var room [64]byte
	if depth == 0 {
		return t
	}
	runtime.KeepAlive(&room)
	return deep(t, depth-1)
}

//go:noinline
func deferred(t token) (result token) {
	defer func() { result = t }()
	return nil
}

// finalized gives t to an object that nobody has, whose finalizer puts it back.
func finalized(t token) {
	object := &box[token]{value: t}
	runtime.SetFinalizer(object, func(object *box[token]) { between <- object.value })
}

// handed gives t to a goroutine of its own, which puts it back and ends.
func handed(t token) {
	go func(t token) { between <- t }(t)
}

func mover(seed int64, steps *atomic.Int64) {
	random := rand.New(rand.NewSource(seed))
	for {
		steps.Add(1)
		t := take(random.Intn(places))
		if t == nil {
			select {
			case t = <-between:
			default:
				runtime.Gosched()
				continue
			}
		}
		tiny[random.Intn(len(tiny))] = new(byte)
		switch step := random.Intn(1000); {
		case step < 100:
			t = deep(t, random.Intn(200))
		case step < 200:
			t = deferred(t)
		case step < 202:
			finalized(t)
			continue
		case step < 220:
			handed(t)
			continue
		case step < 225:
			t.use()
			continue
		}
		for t != nil {
			t = put(t, random.Intn(places))
		}
	}
}

func main() {
	fixture.Dumps()
	count := fixture.Count(200)
	var steps atomic.Int64
	for i := 0; i < count; i++ {
		go waiter(i, between) // @spawn moves
	}
	for i := 0; i < runtime.GOMAXPROCS(0)+2; i++ {
		go mover(int64(i), &steps)
	}
	for steps.Load() < 100000 {
		time.Sleep(time.Millisecond)
	}
	fixture.Ready("moves", count)
	for {
		time.Sleep(100 * time.Millisecond)
		runtime.GC() // finalizers are called
	}
}
