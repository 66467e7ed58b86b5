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
@test "locks, stripped" {
	looks stripped/locks 10 --no-symbols
	# The place is then the address in the program.
	(($(leakhop dump -p "$pid" -m 1ms | grep -cE '^(idle|suspect) .* locks\+0x[0-9a-f]+$') == 10))
}
@test "locks, static" { looks static/locks 10; }
@test "locks, static-pie" { looks static-pie/locks 10; }

# By the bytes alone where the program is stripped; glibc has two layouts of conditions (2.41 the newer one).
@test "a condition with its mutex, a join with its thread" {
	local one json=$BATS_TEST_TMPDIR/dump.json
	for one in locks stripped/locks static/locks; do
		[[ -x $programs/$one ]] || continue
		start "$one" cond join
		await 4
		dump "$json" -p "$pid" -m 1ms
		is "$(ready_tid cond)" '.wait.kind == "condition variable" and (.wait.object |
			test("^pthread condition variable 0x[0-9a-f]+, 1 waiter, with mutex 0x[0-9a-f]+ .normal.$"))' "$json"
		is "$(ready_tid join)" ".wait.kind == \"join\" and .wait.owner.tid == $(ready_tid joined) and
			.wait.object == \"the end of thread $(ready_tid joined)\"" "$json"
		kill_fixtures || : # what a fixture ends with is no failure
	done
}

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

@test "a lock of the kernel, and who has it" {
	need_root
	command -v bpftool >/dev/null || skip "no bpftool to ask what this kernel notes"
	bpftool btf dump file /sys/kernel/btf/vmlinux format c 2>/dev/null |
		sed -n '/^struct task_struct {/,/^}/p' | grep -q '\bblocker;' || skip "this kernel notes no blocker"
	start fuse maker behind
	eventually 10 said 1
	! grep '^SKIP' "$out" || skip "no FUSE here"
	await 3
	local maker behind json=$BATS_TEST_TMPDIR/dump.json
	maker=$(ready_tid maker) behind=$(ready_tid behind)
	eventually 10 grep -q 'State:.D' "/proc/$pid/task/$behind/status"
	# A finding only when it has stood for longer than a busy host takes.
	stalled() { all_due "$json" && jq -e "$due [due[] | select(.verdict == \"stuck\")] | length == 2" "$json" >/dev/null; }
	eventually 20 stalled
	check waits "$json" "$out" "$sources/fuse.c"
	is "$behind" ".wait.kind == \"kernel\" and .wait.owner.tid == $maker and .wait.owner.role == \"holder\"" "$json"
	is "$behind" ".verdict == \"stuck\" and .rule == \"blocker-is-a-finding\" and
		[.chain[].tid] == [$behind, $maker]" "$json"
	is "$maker" '.verdict == "stuck" and .rule == "uninterruptible" and .depends == 1' "$json"
}

# rare READY-LINES NAME...: only these threads of the fixture, or a skip
rare() {
	start rare "${@:2}"
	eventually 20 said "$1"
	! grep '^SKIP' "$out" || skip "not on this host"
	await "$1"
	json=$BATS_TEST_TMPDIR/dump.json
	eventually 20 all_due "$json"
	check waits "$json" "$out" "$sources/rare.c" --only "$2"
}

@test "a lock of an open file description" {
	rare 3 ofd
	is "$(ready_tid ofd)" ".wait.kind == \"file lock\" and .wait.direction == \"lock\" and
		(.wait.object | startswith(\"open file description lock of \")) and
		.wait.owner.pid == $(ready_pid ofd_other) and .wait.owner.role == \"holder\"" "$json"
}

@test "io_uring" {
	rare 2 uring
	is "$(ready_tid uring)" '.wait.kind == "io_uring" and .wait.fd >= 0 and .verdict == "idle"' "$json"
}

@test "pidfds, by waitid and by poll" {
	rare 4 pidfd pidfd_poll
	check waits "$json" "$out" "$sources/rare.c" --only pidfd_poll
	local other
	other=$(ready_pid pidfd_other)
	is "$(ready_tid pidfd)" ".wait.kind == \"child\" and .wait.owner.pid == $other and .rule == \"waits-for-end\"" "$json"
	is "$(ready_tid pidfd_poll)" ".wait.kind == \"pidfd\" and .wait.owner.pid == $other and
		.wait.owner.role == \"awaited process\" and .verdict == \"idle\"" "$json"
}

@test "TCP over IPv6" {
	rare 3 tcp6
	is "$(ready_tid tcp6)" ".wait.kind == \"TCP\" and .wait.peer.pid == $(ready_pid tcp6_other) and
		(.wait.object | startswith(\"TCP [::1]:\")) and .rule == \"answer-outstanding\"" "$json"
}

@test "a socket of another network namespace" {
	need_root
	rare 3 netns
	is "$(ready_tid netns)" ".wait.kind == \"TCP\" and .wait.peer.pid == $(ready_pid netns_other) and
		.wait.tcp.bytes_sent == 5 and .rule == \"answer-outstanding\"" "$json"
}

# frozen FOLDER FILE FROZEN THAWED: a process in a new cgroup there, frozen by writing to that file
frozen() {
	local group=$1/leakhop-test-$$ tid
	[[ -d $1 ]] && mkdir "$group" 2>/dev/null || return 1
	start locks mutex
	await 2
	tid=$(ready_tid mutex)
	if [[ -w $group/$2 ]] && echo "$pid" >"$group/cgroup.procs" && echo "$3" >"$group/$2"; then
		eventually 10 grep -qE '^(FROZEN|frozen 1)' "$group/freezer.state" "$group/cgroup.events" 2>/dev/null
		dump "$json" -p "$pid" -m 1ms
		echo "$4" >"$group/$2"
		is "$tid" "$told_frozen and (.wait.object | contains(\"leakhop-test-$$\"))" "$json" || bad=1
		# Thawed, it waits for what it waited for.
		eventually 10 all_parked
		dump "$json" -p "$pid" -m 1ms
		is "$tid" '.wait.kind == "mutex"' "$json" || bad=1
	else
		bad=2
	fi
	kill -KILL "$pid"
	eventually 10 rmdir "$group"
	((bad != 1)) || return 2
	((bad != 2))
}

@test "a frozen cgroup, of version 1 and of version 2" {
	need_root
	local json=$BATS_TEST_TMPDIR/dump.json any=0 folder r bad
	local told_frozen='.wait.kind == "frozen" and .verdict == "suspect" and .rule == "frozen" and .remedy != ""'
	for folder in /sys/fs/cgroup/freezer /sys/fs/cgroup/unified /sys/fs/cgroup; do
		r=0 bad=0
		if [[ $folder == */freezer ]]; then
			frozen "$folder" freezer.state FROZEN THAWED || r=$?
		else
			[[ -e $folder/cgroup.controllers ]] || continue
			frozen "$folder" cgroup.freeze 1 0 || r=$?
		fi
		((r != 2))
		((r)) || any=1
	done
	((any)) || skip "no cgroup here that can be frozen"
}

@test "Python's interpreter lock, and who has it" {
	local python tid found= json=$BATS_TEST_TMPDIR/dump.json
	cat >"$BATS_TEST_TMPDIR/gil.py" <<-'END'
		import ctypes, threading, time

		library = ctypes.PyDLL(None)  # calls keep the lock

		def hold():
		    ready = b"READY %d holder 0 %d\n" % (library.gettid(), library.getpid())
		    library.write(1, ready, len(ready))
		    library.pause()

		def want():
		    while True:
		        pass

		threading.Thread(target=want).start()
		time.sleep(0.1)
		threading.Thread(target=hold).start()
		want()
	END
	# One whose functions have names: a distribution's is stripped, mostly.
	for python in ${LEAKHOP_PYTHONS:-$(type -ap python3)}; do
		# Itself, not what starts it.
		python=$("$python" -c 'import sys; print(sys.executable)' 2>/dev/null) || continue
		out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
		"$python" "$BATS_TEST_TMPDIR/gil.py" >"$out" 2>&1 </dev/null 3>&- &
		pid=$!
		pids+=("$pid")
		eventually 20 said 1
		# The holder has come; then each of the others asks again every 5 ms.
		eventually 10 all_parked
		pid=$(ready_pid holder)
		pids+=("$pid")
		dump "$json" -p "$pid" -m 1ms
		kill -KILL "$pid"
		jq -e 'any(.threads[]; .wait.kind == "GIL")' "$json" >/dev/null || continue
		found=1
		tid=$(ready_tid holder)
		holds "[.threads[] | select(.wait.kind == \"GIL\") | .wait.owner.tid] | unique == [$tid]" "$json"
	done
	[[ $found ]] || skip "no Python with names of functions"
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

# places SOURCE NAME...: the line that a person reads names the thread's own code, not that of a library
places() {
	local text name
	text=$(leakhop dump -p "$pid" -m 1ms)
	for name in "${@:2}"; do
		grep -qE "^(idle|suspect|stuck|leak|DEADLOCK|LEAK|STUCK) .*block_in_$name.* $1:$(mark "$1" block "$name")\$" <<<"$text" ||
			{ echo "no line of $name" >&2; grep -A20 '^verdict' <<<"$text" >&2; return 1; }
	done
}

@test "C++: mutex, condition_variable, future" {
	start cpp
	await 4
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/cpp.cc" --between "$before" "$after"
	places cpp.cc cpp_mutex cpp_condition cpp_future
}

@test "Rust: mutex, channel" {
	[[ -x $programs/rust ]] || skip "no Rust compiler"
	start rust
	await 3
	dump "$BATS_TEST_TMPDIR/dump.json" -p "$pid"
	check waits "$BATS_TEST_TMPDIR/dump.json" "$out" "$sources/rust.rs" --between "$before" "$after"
	places rust.rs rust_mutex rust_channel
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
	# What the thread does (3.13 has locks of its own), not where it began, nor what carries the interpreter on.
	leakhop dump -p "$pid" -m 1ms | grep '^verdict' -A9 >"$BATS_TEST_TMPDIR/text"
	grep -qE 'semaphore .*(PyThread_acquire_lock|_PySemaphore_Wait)' "$BATS_TEST_TMPDIR/text"
	not grep -E '_start|clone|PyObject_Vectorcall|_PyEval|pymain' "$BATS_TEST_TMPDIR/text"
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
