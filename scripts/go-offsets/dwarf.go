// SPDX-License-Identifier: GPL-2.0-only

package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"regexp"
	"strings"
)

// A wanted struct: which of its fields, and which of those that are structs are taken apart.
type wanted struct{ name, fields, nested string }

const all, none = `.`, `^$`

var structs = []wanted{
	// goroutines and what they wait for
	{"runtime.g", all, `^(sched|stack)$`},
	{"runtime.gobuf", all, none},
	{"runtime.stack", all, none},
	{"runtime.sudog", all, all},
	{"runtime.waitq", all, none},
	{"runtime.hchan", all, all},
	{"runtime.semaRoot", all, none},
	{"runtime.notifyList", all, none},
	{"runtime.ancestorInfo", all, none},
	{"runtime.coro", all, none},
	{"runtime.synctestBubble", all, none},
	{"runtime.synctestGroup", all, none},
	{"runtime._panic", all, none},
	{"runtime._defer", all, none},
	// threads and processors
	{"runtime.m", all, none},
	{"runtime.p", `^(id|status|link|m|schedtick|syscalltick|runqhead|runqtail|runq|runnext|` +
		`gFree|.*[tT]imer.*)$`, `^timers$`},
	{"runtime.schedt", `^(goidgen|lastpoll|midle|nmidle|mnext|maxmcount|ngsys|pidle|npidle|runq|runqsize|` +
		`gFree|gcwaiting|sysmonwait)$`, none},
	// network and timers
	{"runtime.pollDesc", all, `^(rt|wt)$`},
	{"runtime.pollCache", all, none},
	{"runtime.timer", all, none},
	{"runtime.timers", all, none},
	{"runtime.timerWhen", all, none},
	{"runtime.timeTimer", all, all},
	{"time.Timer", all, none},
	{"time.Ticker", all, none},
	{"internal/poll.FD", all, all},
	{"internal/poll.fdMutex", all, none},
	// code
	{"runtime.moduledata", all, none},
	{"runtime.pcHeader", all, none},
	{"runtime.functab", all, none},
	{"runtime.findfuncbucket", all, none},
	{"runtime.textsect", all, none},
	{"runtime._func", all, none},
	{"runtime.inlinedCall", all, none},
	// memory
	{"runtime.mheap", `^(lock|pages|sweepgen|allspans|pagesInUse|pagesSwept|arenas|allArenas|heapArenas|` +
		`sweepArenas|markArenas|curArena|central|arenasHugePages|userArena)$`, `^(pages|inUse)$`},
	{"runtime.mspan", all, none},
	{"runtime.heapArena", all, none},
	{"runtime.special", all, none},
	{"runtime.gcControllerState", all, none},
	{"runtime.mstats", all, none},
	// maps and labels
	{"runtime.hmap", all, none},
	{"runtime.bmap", all, none},
	{"internal/runtime/maps.Map", all, none},
	{"runtime/pprof.label", all, none},
	{"runtime/pprof.LabelSet", all, none},
	{"runtime/pprof.labelMap", all, all},
	{"internal/runtime/pprof/label.Label", all, none},
	{"internal/runtime/pprof/label.Set", all, none},
	// package sync
	{"sync.Mutex", all, all},
	{"sync.RWMutex", all, all},
	{"sync.WaitGroup", all, all},
	{"sync.Once", all, all},
	{"sync.Cond", all, all},
	{"sync.Pool", all, none},
	{"sync.notifyList", all, none},
	{"internal/sync.Mutex", all, none},
}

// Structs that are one value to us: words of the run-time system, and wrappers of one number.
func opaque(name string) bool {
	switch name {
	case "string", "runtime.mutex", "runtime.eface", "runtime.iface":
		return true
	}
	return strings.HasPrefix(name, "[]") || strings.Contains(name, "/atomic.")
}

func underlying(t dwarf.Type) dwarf.Type {
	for {
		alias, ok := t.(*dwarf.TypedefType)
		if !ok {
			return t
		}
		t = alias.Type
	}
}

// readOffsets gives NAME.FIELD -> offset and NAME -> size of what file's debug data has.
func readOffsets(file string) (map[string]int64, error) {
	binary, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer binary.Close()
	data, err := binary.DWARF()
	if err != nil {
		return nil, fmt.Errorf("%s: %v", file, err)
	}
	byName := map[string]wanted{}
	for _, one := range structs {
		byName[one.name] = one
	}
	offsets := map[string]int64{}
	for reader := data.Reader(); ; {
		entry, err := reader.Next()
		if err != nil {
			return nil, fmt.Errorf("%s: %v", file, err)
		}
		if entry == nil {
			break
		}
		if entry.Tag == dwarf.TagSubprogram {
			reader.SkipChildren()
		}
		if entry.Tag != dwarf.TagStructType {
			continue
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		want, ok := byName[name]
		if !ok {
			continue
		}
		t, err := data.Type(entry.Offset)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %v", file, name, err)
		}
		short := strings.TrimPrefix(name, "runtime.")
		offsets[short] = t.Size()
		addFields(offsets, short, 0, t.(*dwarf.StructType),
			regexp.MustCompile(want.fields), regexp.MustCompile(want.nested))
	}
	if _, ok := offsets["g.goid"]; !ok {
		return nil, fmt.Errorf("%s: no runtime.g in its debug data", file)
	}
	return offsets, nil
}

var everyField = regexp.MustCompile(all)

func addFields(offsets map[string]int64, name string, base int64, t *dwarf.StructType,
	fields, nested *regexp.Regexp) {
	for _, field := range t.Field {
		if field.Name == "_" || field.Type.Size() == 0 || !fields.MatchString(field.Name) {
			continue
		}
		path := name + "." + field.Name
		offsets[path] = base + field.ByteOffset
		inner, ok := underlying(field.Type).(*dwarf.StructType)
		if ok && nested.MatchString(field.Name) &&
			!opaque(inner.StructName) && !opaque(field.Type.Common().Name) {
			addFields(offsets, path, base+field.ByteOffset, inner, everyField, nested)
		}
	}
}
