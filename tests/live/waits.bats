#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# leakhop dump: each way to wait, told with the right function, line and duration.

load helper

# looks PROGRAM READY-LINES [check option]...: the fixture is one whose threads all stand
looks() {
	local program=$1 source
	source=$(basename "$program").c
	[[ -x $programs/$program ]] || skip "$program was not built"
	start "$program"
	await "$2"
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/$source" \
		--between "$before" "$after" "${@:3}"
}

@test "locks, conditions, joins" { looks locks 10; }
@test "locks, with frame pointers" { looks fp/locks 10; }
@test "locks, debug data beside the program" { looks split/locks 10; }
@test "locks, stripped" { looks stripped/locks 10 --no-symbols; }
@test "locks, static" { looks static/locks 10; }
@test "locks, static-pie" { looks static-pie/locks 10; }

@test "files and sockets" { looks files 16; }
@test "files and sockets, with frame pointers" { looks fp/files 16; }
@test "files and sockets, debug data beside the program" { looks split/files 16; }
@test "files and sockets, stripped" { looks stripped/files 16 --no-symbols; }
@test "files and sockets, static" { looks static/files 16; }
@test "files and sockets, static-pie" { looks static-pie/files 16; }

@test "sleeps, signals, IPC, children, a page fault" { looks calls 10; }
@test "sleeps, with frame pointers" { looks fp/calls 10; }
@test "sleeps, debug data beside the program" { looks split/calls 10; }
@test "sleeps, stripped" { looks stripped/calls 10 --no-symbols; }
@test "sleeps, static" { looks static/calls 10; }
@test "sleeps, static-pie" { looks static-pie/calls 10; }

@test "symfs: debug data by build-id" {
	leakhop dump --help | grep -q -- --symfs || skip "no --symfs"
	start split/locks
	await 10
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid" --symfs "$programs/debug"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/locks.c"
}

@test "system calls are named, with their arguments" {
	start calls nanosleep semop
	await 3
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	local tid
	tid=$(ready_tid nanosleep)
	holds ".threads[] | select(.tids | index($tid)) | .syscall |
		(.name | test(\"nanosleep\")) and (.args | length == 4)" "$BATS_TEST_TMPDIR/dump.json"
}

@test "a thread in state D" {
	need_root
	start fuse
	eventually 10 said 1
	! grep '^SKIP' "$out" || skip "no FUSE here"
	await 2
	local tid
	tid=$(ready_tid uninterruptible)
	eventually 10 grep -q 'State:.D' "/proc/$pid/task/$tid/status"
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/fuse.c"
	same ".threads[] | select(.tids | index($tid)) | .state" '"D"' "$BATS_TEST_TMPDIR/dump.json"
}

@test "stopped and traced processes" {
	start stopped
	await 3
	local name process
	for name in stopped traced; do
		process=$(ready_pid "$name")
		eventually 10 grep -q 'State:.[tT]' "/proc/$process/status"
		dump "$BATS_TEST_TMPDIR/$name.json" -p "$process"
		check waits "$BATS_TEST_TMPDIR/$name.json" "$out" "$sources/stopped.c" --only "$name"
	done
	same '.threads[0].state' '"T"' "$BATS_TEST_TMPDIR/stopped.json"
	holds '.threads[0].state | ascii_downcase == "t"' "$BATS_TEST_TMPDIR/traced.json"
}

@test "after stop and continue: the same place" {
	start locks cond mutex
	await 3
	kill -STOP "$pid"
	eventually 10 grep -q 'State:.T' "/proc/$pid/status"
	kill -CONT "$pid"
	eventually 10 all_parked
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/locks.c"
}

@test "C++: mutex, condition_variable, future" {
	start cpp
	await 4
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/cpp.cc" --between "$before" "$after"
}

@test "Rust: mutex, channel" {
	[[ -x $programs/rust ]] || skip "no Rust compiler"
	start rust
	await 3
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/rust.rs" --between "$before" "$after"
}

@test "Python: whole stacks of the interpreter" {
	out=$BATS_TEST_TMPDIR/out.python
	/usr/bin/python3 "$sources/python.py" >"$out" 2>"$out.err" 3>&- &
	pid=$!
	pids+=("$pid")
	await 3
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/python.py" --no-symbols \
		--between "$before" "$after"
}

@test "a library loaded by hand" {
	start plugin "$programs/plugin_lib.so" now
	await 2
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/plugin_lib.c" --only plugin
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/plugin.c" --only main
}

@test "a binary replaced on disk" {
	cp "$programs/locks" "$BATS_TEST_TMPDIR/locks"
	programs=$BATS_TEST_TMPDIR start locks mutex
	await 2
	rm "$BATS_TEST_TMPDIR/locks"
	cp "$programs/files" "$BATS_TEST_TMPDIR/locks"
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/locks.c"
}

@test "threads whose main thread has ended" {
	start leaderless
	await 2
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/leaderless.c" \
		--between "$before" "$after"
}

@test "ten thousand threads at four places" {
	start crowd 10000
	LEAKHOP_PATIENCE=120
	eventually 60 said 1
	eventually 20 all_parked
	local started=$SECONDS json=$BATS_TEST_TMPDIR/dump.json
	dump "$json" -p "$pid"
	echo "$((SECONDS - started)) s" >&2
	same '[.threads[].count] | add' 10001 "$json"
	same '[.threads[].tids[]] | unique | length' 10001 "$json"
	same '.lost.threads' 0 "$json"
	local place line
	for place in mutex cond read pause; do
		line=$(mark crowd.c block crowd_$place)
		same "[.threads[] | select(any(.user_stack[];
			.function == \"block_in_crowd_$place\" and .line == $line)) | .count] | add" \
			2500 "$json"
	done
}
