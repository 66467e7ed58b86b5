#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is said of a wait was true at one instant: a program whose threads always wait and always go on has no finding,
# whenever it is looked at; and waits that only the process itself could end are told from those that somebody can.
#
# LEAKHOP_INSTANT_DUMPS   how many dumps at each threshold: 8 unless told; 170 before a release

load helper

setup() { pids=(); need_tool; need_root; json=$BATS_TEST_TMPDIR/dump.json; }

dumps_without_findings() {
	local i threshold
	start contended "${kinds[@]}"
	eventually 20 grep -q ' contended ' "$out"
	for ((i = 0; i < ${LEAKHOP_INSTANT_DUMPS:-8}; i++)); do
		for threshold in 20ms 100ms 300ms; do
			dump "$json" -p "$(fixture_pids)" -m $threshold "$@"
			no_findings "$json" || return 1
			jq -r '.threads[].wait.kind' "$json" >>"$json.seen"
		done
	done
	leakhop dump -q -p "$pid" -m 20ms "$@" --fail-on=deadlock,leak,stuck >"$json.text"
}

# Else the above says little: it is seen to wait, for most of what it does wait for. Each wait is short, and a busy host
# rarely shows two of one kind at the instant of a dump.
waits_are_seen() { eventually 60 sees_most "$@"; }
sees_most() {
	local kind seen=0
	dump "$json" -p "$(fixture_pids)" -m 20ms
	jq -r '.threads[].wait.kind' "$json" >>"$json.seen"
	for kind in "$@"; do
		if grep -qx "$kind" "$json.seen"; then ((seen += 1)); fi
	done
	((2 * seen >= $#))
}

@test "contended, and all of it well: no finding in any dump" {
	kinds=(all)
	dumps_without_findings
	waits_are_seen mutex rwlock semaphore "condition variable" barrier "file lock" pipe join TCP "Unix socket"
}

@test "contended, read from /proc" {
	kinds=(all)
	LEAKHOP_INSTANT_DUMPS=$((${LEAKHOP_INSTANT_DUMPS:-8} / 3)) dumps_without_findings --without bpf
}

@test "mutexes of every other type" {
	for kind in recursive checking adaptive robust inherit; do
		kinds=("$kind")
		LEAKHOP_INSTANT_DUMPS=$((${LEAKHOP_INSTANT_DUMPS:-8} / 3)) dumps_without_findings
		waits_are_seen mutex
		kill "$pid"
	done
}

@test "traces of it" {
	local threshold
	start contended all
	eventually 20 grep -q ' contended ' "$out"
	for threshold in 20ms 100ms 300ms; do
		leakhop trace -q -p "$pid" -m $threshold -d 3s --json=lines >"$json"
		[[ $(jq -c 'select(.verdict == "stuck" or .verdict == "leak" or .verdict == "deadlock")' "$json") == '' ]] ||
			{ jq -c 'select(.verdict)' "$json" >&2; return 1; }
	done
	leakhop trace -q -p "$pid" -m 20ms -d 2s --json --without bpf >"$json"
	no_findings "$json"
}

@test "a lock that changes hands is contended" {
	start contended -t 30000 mutex
	await 1
	contended() {
		leakhop trace -q -p "$pid" -m 20ms -d 3s --json >"$json"
		no_findings "$json" || return 1
		holds 'any(due[]; .rule == "contended" and (.reason | test("change hands [0-9]+ time")))' "$json" 2>/dev/null
	}
	eventually 60 contended
}

told() { echo ".verdict == \"$1\" and .rule == \"$2\" and .reason != \"\" and .proof != \"\" and .remedy != \"\""; }

# fault NUMBER NAME [well]: is looked at when so many have stood for a while
fault() {
	start closed "${@:2}"
	await "$1"
	eventually 20 all_due "$json"
}

@test "a lost signal, where who could signal again joins the waiter" {
	fault 2 lost-signal
	is "$(ready_tid consumer)" "$(told leak nobody-left) and .wait.kind == \"condition variable\"" "$json"
	is "$(ready_tid consumer)" '.proof | endswith("nothing else can wake it")' "$json" # told whole
	is "$(ready_tid join)" '.verdict == "stuck" and .wait.owner.tid == '"$(ready_tid consumer)" "$json"
	fault 2 lost-signal well
	no_findings "$json"
	is "$(ready_tid consumer)" '.verdict == "suspect"' "$json"
	# Of one thread alone is not known whether there is another.
	fault 2 lost-signal
	dump "$json" -t "$(ready_tid consumer)" -m 50ms
	no_findings "$json"
}

@test "two who post what the other waits for" {
	fault 2 semaphores
	is "$(ready_tid first)" "$(told leak nobody-left) and .wait.kind == \"semaphore\" and (.proof | contains(\"3 threads\"))" "$json"
	is "$(ready_tid second)" "$(told leak nobody-left)" "$json"
	fault 2 semaphores well
	no_findings "$json"
}

@test "the same from /proc" {
	fault 2 semaphores
	dump "$json" -p "$pid" -m 50ms --without bpf
	is "$(ready_tid first)" "$(told leak nobody-left)" "$json"
}

@test "Rust: locks that record no owner, taken crosswise" {
	[[ -x $programs/rust ]] || skip "no Rust"
	local name
	start rust abba
	await 2
	eventually 20 all_due "$json"
	for name in first second; do
		is "$(ready_tid $name)" "(($(told deadlock cycle)) or ($(told leak nobody-left))) and .wait.kind == \"mutex\" and
			any(.user_stack[]; .line == $(mark rust.rs block crosswise))" "$json"
	done
}

# python NUMBER FAULT [well]: as fault(), of Python's own locks
python() {
	out=$BATS_TEST_TMPDIR/out.$RANDOM
	: >"$out"
	# A pipe that stays open is somebody outside.
	env --default-signal=INT /usr/bin/python3 -S "$sources/closed.py" "${@:2}" >>"$out" 2>"$out.err" 3>&- < <(exec sleep 1000 3>&-) &
	pid=$!
	pids+=("$pid")
	await "$1"
	eventually 20 all_due "$json"
}

@test "Python: locks in two orders, a pool and a loop that wait for themselves, queues without a producer" {
	local fault number well
	for fault in "2 locks" "1 pool" "1 loop" "2 items"; do
		read -r number fault <<<"$fault"
		python "$number" "$fault"
		is "$(awk '/^READY/ { print $2; exit }' "$out")" "$(told leak nobody-left)"' and (.proof | contains("SIGINT"))' "$json"
		holds '[.findings[].tids[]] | length >= '"$number" "$json"
		for well in thread signal pipe; do
			python "$number" "$fault" "$well"
			no_findings "$json"
		done
	done
}

@test "a lock of the C library, copied by fork" {
	fault 1 forked
	is "$(ready_tid child)" "$(told leak nobody-left) and .wait.kind == \"internal lock\"" "$json"
	is "$(ready_tid child)" '.reason | contains("no other thread")' "$json"
	fault 1 forked well
	no_findings "$json"
}

@test "a handler that waits for what it interrupted" {
	fault 1 handler
	interrupted() { all_due "$json" && is "$(ready_tid handler)" "$(told deadlock interrupted-itself)" "$json"; }
	# A moment of it could be another thread's turn.
	eventually 20 interrupted
	fault 1 handler well
	no_findings "$json"
	is "$(ready_tid handler)" '.verdict == "suspect"' "$json"
}

@test "flock: the waiter's own only where its process has no other thread" {
	fault 1 own-flock
	is "$(ready_tid flock)" "$(told deadlock self) and .wait.kind == \"file lock\"" "$json"
	fault 1 own-flock well
	no_findings "$json"
	is "$(ready_tid flock)" ".wait.owner.pid == $pid" "$json"
}
