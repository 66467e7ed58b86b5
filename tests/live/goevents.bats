#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Exact events of goroutines: against what the program itself says, in every kind of build; and no probe stays behind.

load helper

bats_require_minimum_version 1.5.0

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/trace.json
	[[ -x $programs/go/goevents ]] || skip "no Go"
	[[ -e /sys/bus/event_source/devices/uprobe/type ]] || skip "no uprobes"
}

# The descriptors of the tracer that are probes: one for each place, and one that it measures itself by
probes() {
	# shellcheck disable=SC2012
	ls -l "/proc/$tracer/fd" 2>/dev/null | grep -c 'perf_event'
}

probed() { (($(probes) >= 6)); }
done_() { grep -q '^DONE' "$out"; }

# run_events FOLDER [ARGUMENT]...
run_events() {
	[[ -x $programs/$1/goevents ]] || skip "no $1"
	start "$1/goevents" "${@:2}"
	eventually 20 said 1
}

# code: the instructions of the run-time system's functions as the process has them, and as the file does
code_is_whole() {
	/usr/bin/python3 -S - "$pid" "$programs/go/goevents" <<-'END'
		import subprocess, sys
		pid, path = sys.argv[1:]
		section = [line.split() for line in subprocess.check_output(
			["readelf", "-SW", path], text=True).replace("[ ", "[").splitlines() if " .text " in line][0]
		address, offset, size = (int(word, 16) for word in section[3:6])
		with open(f"/proc/{pid}/mem", "rb") as memory, open(path, "rb") as file:
		    memory.seek(address)
		    file.seek(offset)
		    sys.exit(memory.read(size) != file.read(size))
	END
}

# exact FOLDER
exact() {
	run_events "$1"
	follow "$json" -p "$pid" --go-events -m 500ms --all --json
	eventually 20 probed
	kill -HUP "$pid"
	eventually 20 done_
	stop_trace
	/usr/bin/python3 -S "$BATS_TEST_DIRNAME/goevents.py" "$out" "$json" "$sources/go/goevents/main.go" || {
		echo "$1: see above" >&2
		cat "$out" >&2
		jq -c '.go_events' "$json" >&2
		return 1
	}
	! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null || check schema "$json"
	kill_fixtures || :
	rm -f "$out"
}

@test "births, ends, waits and who readied them are exact" { exact go; }

@test "the same, stripped" { exact go-stripped; }

@test "the same, position-independent" { exact go-pie; }

@test "the same, by other Go versions" {
	local build any=0
	for build in "$programs"/go-1.*; do
		[[ -x $build/goevents ]] || continue
		any=1
		exact "${build##*/}"
	done
	((any)) || skip "no other Go"
}

@test "a command: probes are in it soon after it has been executed" {
	command_line go/goevents soon
	leakhop trace --go-events -m 500ms -d 9s --all --json -o "$json" -- "${cmd[@]}"
	/usr/bin/python3 -S "$BATS_TEST_DIRNAME/goevents.py" "$out" "$json" "$sources/go/goevents/main.go"
}

# The oldest of them stands there since before the probes, and is known by a bound only.
@test "a leak's go statement is counted: all its births, and no end" {
	local line
	GROW=20ms start go/goleak sender
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	line=$(mark go/goleak/forgotten.go spawn sender)
	leakhop trace -p "$pid" --go-events -m 300ms -d 3s --no-threads --json >"$json"
	holds '.findings | length == 1 and (.[0] | .verdict == "leak" and .exact == null and
		.blocked_at_least and .group.ended == 0 and .group.spawned > 50)' "$json"
	holds ".go_events[0].sites | [.[] | select(.line == $line)] | length == 1 and .[0].ended == 0" "$json"
}

@test "the cost is said at the start and at the end" {
	run_events go
	leakhop trace -p "$pid" --go-events -d 1s -o "$BATS_TEST_TMPDIR/report" 2>"$BATS_TEST_TMPDIR/said"
	grep -qE -- '--go-events: each .* about [0-9.]+(ns|us) longer' "$BATS_TEST_TMPDIR/said"
	grep -q 'cost of --go-events: [0-9]* births' "$BATS_TEST_TMPDIR/report"
}

@test "without the option there are no probes" {
	run_events go
	follow "$json" -p "$pid" -m 300ms --json
	kill -HUP "$pid"
	eventually 20 done_
	[[ $(probes) == 0 ]]
	code_is_whole
	stop_trace
	holds 'has("go_events") | not' "$json"
}

@test "no probe stays behind, also when leakhop is killed" {
	run_events go
	follow "$json" -p "$pid" --go-events --json
	eventually 20 probed
	run ! code_is_whole
	stop_trace
	code_is_whole
	follow "$json" -p "$pid" --go-events --json
	eventually 20 probed
	kill -KILL "$tracer"
	wait "$tracer" || :
	eventually 5 code_is_whole
	kill -HUP "$pid"
	eventually 20 done_
}

@test "a process that is killed in the middle" {
	run_events go calls
	follow "$json" -p "$pid" --go-events --json
	eventually 20 probed
	kill -KILL "$pid"
	wait "$tracer"
	holds '.cost.go_events.born > 0' "$json"
}

@test "not with -a, nor without goroutines" {
	run -2 leakhop trace -a --go-events -d 1s
	[[ $output == *"instead of -a"* && $output == *"--comm"* ]]
	run -2 leakhop trace -p 1 --no-go --go-events -d 1s
}

@test "without uprobes: it says so, and goes on" {
	run_events go
	leakhop trace -p "$pid" --go-events --without uprobes -d 1s --json >"$json"
	holds '.limits | any(contains("no exact events of goroutines"))' "$json"
	holds '.go_events == []' "$json"
}
