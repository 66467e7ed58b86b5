#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Waits with a time-out that are armed again are one wait, if nothing was done between.

load helper

setup() { pids=(); need_tool; need_root; json=$BATS_TEST_TMPDIR/trace.json; }

# rearmed KIND: sets tid; trace ARGUMENT...: of the fixture, for 3 s; what has waited for half a second is told
rearmed() {
	start rearmed "$1"
	await 1
	tid=$(ready_tid waiter)
}
trace() { leakhop trace -q -p "$pid" -m 500ms -d 3s --json "$@" >"$json"; }

# What is one wait may be cut in two where a busy machine lets it come late; what is several must never be one.
is_one_wait() {
	trace "$@"
	is "$tid" '.rearmed >= 4 and .blocked_ns >= 5e8 and .still_blocked == 1' "$json" 2>/dev/null
}

@test "a time-out that is over each time" {
	rearmed again
	eventually 60 is_one_wait
	is "$tid" '.verdict == "idle" and .rule == "time-out"' "$json"
	leakhop trace -q -p "$pid" -m 500ms -d 3s --all >"$json.text"
	grep -qE 'armed again +[0-9]+ times since' "$json.text"
}

@test "the same from /proc" {
	rearmed again
	eventually 60 is_one_wait --without bpf
}

@test "who is joined while it looks now and then is no suspect" {
	rearmed ticker
	eventually 60 is_one_wait
	same '[.findings, .suspects]' '[[],[]]' "$json"
}

@test "a mutex that is tried again and again, and its holder" {
	rearmed lock
	eventually 60 is_one_wait
	is "$tid" ".wait.kind == \"mutex\" and .wait.owner.tid == $pid" "$json"
}

@test "who tries for a time only is not stuck, though the holder works on and somebody waits" {
	rearmed work
	eventually 60 is_one_wait
	# Where it did not get its CPU in time it may have waited anew, as if it had been served.
	for _ in 1 2 3 4 5; do
		leakhop trace -q -p "$pid" -m 300ms -d 4s --json >"$json"
		no_findings "$json"
		! is "$tid" '.verdict == "suspect" and .rule == "others-wait"' "$json" 2>/dev/null || return 0
	done
	is "$tid" '.verdict == "suspect" and .rule == "others-wait"' "$json"
}

@test "who does something between has not waited: work, other calls, another object, jobs" {
	local kind
	for kind in busy calls turns jobs; do
		rearmed "$kind"
		trace
		same "[due[] | select(.tids | index($tid))]" '[]' "$json"
		trace --without bpf
		same "[due[] | select(.tids | index($tid))]" '[]' "$json"
	done
}

# Pythons whose functions have names: a distribution's is stripped, mostly.
each_python() {
	local python found=
	for python in ${LEAKHOP_PYTHONS:-$(type -ap python3)}; do
		python=$("$python" -c 'import sys; print(sys.executable)' 2>/dev/null) || continue
		nm -a "$(ldd "$python" 2>/dev/null | awk '/libpython/ { print $3 }')" 2>/dev/null | grep -q take_gil ||
			nm -a "$python" 2>/dev/null | grep -q take_gil || continue
		found=1
		"$1" "$python" || { echo "with $python" >&2; return 1; }
	done
	[[ $found ]] || skip "no Python with names of functions"
}

# gil PYTHON KIND
gil() {
	out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
	"$1" "$sources/gil.py" "$2" >"$out" 2>&1 </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
	eventually 20 said 2
}

circle() {
	gil "$1" circle
	local wants keeps
	wants=$(ready_tid wants) keeps=$(ready_tid keeps)
	in_circle() {
		dump "$json" -p "$pid" -m 1us &&
			is "$wants" ".verdict == \"deadlock\" and .wait.kind == \"GIL\" and .wait.owner.tid == $keeps" "$json" 2>/dev/null &&
			is "$keeps" ".verdict == \"deadlock\" and .wait.kind == \"mutex\" and .wait.owner.tid == $wants" "$json"
	}
	eventually 30 in_circle
	# Looked at again within --settle: it is one wait.
	is "$wants" '.rearmed > 10 and .blocked_ns > 5e8' "$json"
	in_trace() {
		leakhop trace -q -p "$pid" -m 500ms -d 4s --json >"$json"
		is "$wants" '.verdict == "deadlock" and .rearmed > 20' "$json" 2>/dev/null
	}
	eventually 60 in_trace
	kill -KILL "$pid"
}

@test "a circle of Python's interpreter lock and a mutex" { each_python circle; }

keeps() {
	gil "$1" keeps
	dump "$json" -p "$pid" -m 1us
	no_findings "$json" || return 1
	leakhop trace -q -p "$pid" -m 300ms -d 2s --json >"$json"
	no_findings "$json" || return 1
	kill -KILL "$pid"
}

@test "an interpreter lock that is kept for a while" { each_python keeps; }

shared() {
	gil "$1" shared
	local trace
	for trace in 1 2; do
		leakhop trace -q -p "$pid" -m 300ms -d 2s --json >"$json"
		no_findings "$json" || return 1
		same "[due[] | select(.tids | index($(ready_tid wants)))]" '[]' "$json" || return 1
	done
	kill -KILL "$pid"
}

@test "an interpreter lock that goes to and fro is no long wait" { each_python shared; }
