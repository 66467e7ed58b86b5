#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# record.sh BUILD CASES - what leakhop says of programs, inside an emulated machine with busybox only
#
# BUILD is where leakhop, its unit tests and the fixtures are. CASES has a line for each thing to record:
#
#   unit NAME UNIT                  what a unit test prints, and its exit status
#   dump NAME SET PATTERN...        one dump of goleaks, one with each pattern; PATTERN-well is its healthy twin
#   program NAME SET PROGRAM        a dump of another Go program, and of its threads
#   holders NAME SET                a dump of goholds
#   stacks NAME SET                 goexpected's own dump of its goroutines, and leakhop's before and after
#   events NAME SET                 goevents, followed with --go-events
#   grown NAME SET PATTERN          a trace of a goleak that leaks on
#   core NAME SET PATTERN           a dump of goleak and of threads with locks, and of their cores; and a recording
#   until SECONDS                   what follows is left out once the machine has run for so long
#
# The machine has no other way out than the console: each file is a line "@file NAME", what is packed, and "@end".
# What went wrong begins with "#".

build=$(realpath "$1")
cases=$(realpath "$2")
leakhop=$build/leakhop
programs=$build/tests/programs
folder=/tmp/recorded
mkdir -p "$folder"
cd "$folder" || exit 1

keep() {
	for file; do
		echo "@file $file"
		gzip -c "$file" | base64
		echo "@end"
	done
}

# await COMMAND...: until it succeeds, or for a minute
await() {
	left=300
	until "$@"; do
		left=$((left - 1))
		[ $left -gt 0 ] || { echo "# not within its time: $*"; return 1; }
		sleep 0.2
	done
}

ready() { grep -qE '^(READY|SKIP)' "$1"; }
all_four() { [ "$(grep -c '^READY' "$1")" -ge 5 ]; }
done_() { grep -q '^DONE' "$1"; }
not_empty() { [ -s "$1" ]; }
# The descriptors that are probes: one for each place, and one that leakhop measures itself by
probed() { [ "$(ls -l "/proc/$tracer/fd" | grep -c perf_event)" -ge 6 ]; }

# begin OUT PROGRAM [ARGUMENT]...: sets pid
begin() {
	begin_out=$1
	shift
	"$@" >"$begin_out" 2>&1 </dev/null &
	pid=$!
}

# record FILE ARGUMENT...: what leakhop says; its messages only if it fails
record() {
	record_file=$1
	shift
	"$leakhop" "$@" >"$record_file" 2>messages || sed 's/^/# /' messages
}

record_unit() { # NAME UNIT
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 100 "$build/tests/unit/$2" >"$1.unit" 2>&1
	echo "exit $?" >>"$1.unit"
	keep "$1.unit"
}

record_dump() { # NAME SET PATTERN...
	name=$1 set_name=$2 list='' all=''
	shift 2
	: >"$name.pids"
	for pattern; do
		plain=${pattern%-well}
		well=${pattern#"$plain"}
		GROW=0 COUNT=1 begin "$pattern.out" "$programs/$set_name/goleak" "$plain" ${well:+well}
		all="$all $pid"
		echo "$pid" >"$pattern.pid"
	done
	for pattern; do
		await ready "$pattern.out"
		pid=$(cat "$pattern.pid")
		if grep -q '^SKIP' "$pattern.out"; then pid=none; else list=$list,$pid; fi
		echo "$set_name $pattern $pid" >>"$name.pids"
	done
	record "$name.json" dump --json --no-threads -p "${list#,}"
	kill -9 $all 2>/dev/null
	keep "$name.pids" "$name.json"
}

# By the program that has within it what runs goroutines forward
record_holders() { # NAME SET
	begin "$1.out" "$programs/$2/goholds"
	await grep -q '^READY .* waiters ' "$1.out"
	leakhop=$build/leakhop-static-emulator
	# An emulator within an emulator: the time of a run may not be enough, where others keep the host busy.
	for _ in 1 2 3 4; do
		record "$1.json" dump --json --no-threads --settle 0 -p "$pid"
		[ "$(grep -o '"how": *"likely"' "$1.json" | wc -l)" -ge 10 ] && break
	done
	leakhop=$build/leakhop
	kill -9 "$pid"
	keep "$1.json"
}

record_program() { # NAME SET PROGRAM
	begin "$1.out" "$programs/$2/$3"
	await ready "$1.out"
	record "$1.json" dump --json -p "$pid"
	kill -9 "$pid"
	keep "$1.json"
}

# Twice: a goroutine may go to another place and back between two of ours.
record_stacks() { # NAME SET
	DUMP=$folder/theirs begin "$1.out" "$programs/$2/goexpected"
	await ready "$1.out"
	for try in 1 2; do
		rm -f theirs
		record "$1.before.$try" dump -p "$pid" --format=go
		kill -USR1 "$pid"
		await not_empty theirs
		mv theirs "$1.theirs.$try"
		record "$1.after.$try" dump -p "$pid" --format=go
		keep "$1.before.$try" "$1.theirs.$try" "$1.after.$try"
	done
	kill -9 "$pid"
}

record_events() { # NAME SET
	begin "$1.out" "$programs/$2/goevents"
	await ready "$1.out"
	"$leakhop" trace -p "$pid" --go-events -m 500ms --all --json >"$1.json" 2>messages &
	tracer=$!
	await probed
	kill -HUP "$pid"
	await done_ "$1.out"
	kill -TERM $tracer # a shell's background commands ignore Ctrl-C
	wait $tracer || sed 's/^/# /' messages
	kill -9 "$pid"
	# How far the wall clock is ahead of CLOCK_MONOTONIC
	awk '/ktime_get_real$/ { getline; print $2; exit }' /proc/timer_list >"$1.clock"
	keep "$1.out" "$1.json" "$1.clock"
}

record_grown() { # NAME SET PATTERN
	GROW=100ms begin "$1.out" "$programs/$2/goleak" "$3"
	await ready "$1.out"
	record "$1.json" trace --json -p "$pid" -m 300ms -d 5s --no-threads
	kill -9 "$pid"
	keep "$1.json"
}

# The last dump before the kernel ends it, and that of its core
dump_and_core() { # NAME OUT
	await ready "$2"
	record "$1.json" dump --json -m 1ms -p "$pid"
	rm -f core
	kill -ABRT "$pid"
	wait "$pid"
	record "$1.core.json" dump --core core --json -o "$1.leakhop" -o "$1.core.json"
	rm -f core
	keep "$1.json" "$1.core.json" "$1.leakhop"
}

record_core() { # NAME SET PATTERN
	ulimit -c unlimited
	begin "$1.out" "$programs/locks" mutex rwlock join semaphore
	await all_four "$1.out"
	dump_and_core "$1-c" "$1.out"
	GOTRACEBACK=crash GROW=0 begin "$1.out" "$programs/$2/goleak" "$3"
	dump_and_core "$1-go" "$1.out"
}

limit=''
record_until() { limit=$1; }
late() { [ -n "$limit" ] && [ "$(cut -d . -f 1 /proc/uptime)" -ge "$limit" ]; }

while read -r what words; do
	! late || break
	record_"$what" $words
	echo "# $what $words: $(cut -d ' ' -f 1 /proc/uptime) s"
done <"$cases"
