#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A user without any right looks at a process of their own.

load helper

setup() {
	pids=()
	need_tool
	need_root # to become somebody else
	json=$BATS_TEST_TMPDIR/result.json
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" 2>/dev/null || true
	# The build folder may be closed to others.
	shared=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	cp "$leakhop" "$shared/leakhop"
	cp "$programs/locks" "$shared/"
	chmod -R a+rX "$shared"
}

teardown() {
	kill_fixtures
	rm -rf "$shared"
}

# own PROGRAM: a fixture of nobody's, in $pid.
own() {
	out=$BATS_TEST_TMPDIR/out.own
	"${nobody[@]}" "$shared/$1" "${@:2}" >"$out" 2>"$out.err" 3>&- &
	pid=$!
	pids+=("$pid")
}

nobodys() { "${nobody[@]}" timeout -k 5 60 "$shared/leakhop" "$@" 3>&-; }

@test "dump of one's own process: the right lines, and what could not be seen" {
	own locks
	await 10
	nobodys dump --json -p "$pid" >"$json"
	check waits "$json" "$out" "$sources/locks.c"
	same '.source' '"proc"' "$json"
	holds '.limits | length > 0' "$json"
}

@test "durations, or lower bounds that are said to be such" {
	own locks mutex
	await 2
	before=$(now_ns)
	nobodys dump --json -p "$pid" >"$json"
	after=$(now_ns)
	check waits "$json" "$out" "$sources/locks.c" --between "$before" "$after"
	[[ -r /proc/self/sched ]] || holds 'all(.threads[]; .blocked_at_least)' "$json"
}

@test "trace of one's own process" {
	own locks
	await 10
	nobodys trace -p "$pid" -m 500ms -d 3s --json >"$json"
	check waits "$json" "$out" "$sources/locks.c" --in due
	same '.source' '"proc"' "$json"
	holds '.limits | length > 0' "$json"
}

@test "a process of somebody else's is refused" {
	start locks mutex
	await 2
	run -3 --separate-stderr nobodys dump --json -p "$pid"
	[[ $stderr == *"permi"* ]]
}

@test "doctor works" {
	run nobodys doctor
	[[ $status == 0 || $status == 3 ]] # 3: not all is possible
	[[ $output == *"/proc"* ]]
}

# stacks FILE: of each thread its frames, those whose wait is in code that needs more registers, too
stacks() {
	jq -S '[.findings, .suspects, .waits, .threads | .[]? | {tids: (.tids // [.tid]), stack: [.user_stack[]? | "\(.function) \(.line)"]} |
		.stack as $stack | .tids[] | {tid: ., $stack}] | unique_by(.tid)' "$1"
}

# the_same PROGRAM THREADS: nobody sees the stacks that root sees with BPF
the_same() {
	[[ -x $shared/$1 ]] || return 0
	own "$1"
	await "$2"
	dump "$json" -p "$pid"
	nobodys dump --json -p "$pid" >"$json.own"
	stacks "$json" >"$json.stacks"
	stacks "$json.own" >"$json.own.stacks"
	(($(jq length "$json.stacks") >= $2))
	diff "$json.stacks" "$json.own.stacks" >&2 || return
	kill_fixtures || :
}

@test "frames by a pointer that is not known are found by the calls that led there: the stacks that BPF shows" {
	local one
	cp "$programs/fp/pointers" "$shared/"
	for one in locks files; do cp "$programs/fp/$one" "$shared/fp-$one"; done
	[[ ! -x $programs/held_rust ]] || cp "$programs"/{held_rust,rust} "$shared/"
	# Without names the same addresses; the calls are read in the code, where functions begin in its unwind information.
	objcopy --strip-all "$shared/pointers" "$shared/stripped"
	chmod -R a+rX "$shared"
	the_same pointers 6
	the_same stripped 6
	the_same fp-locks 10
	the_same fp-files 10
	the_same held_rust 2
	the_same rust 3
}
