#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A sweep tells in short what has not moved since the last one. What moved, or changed beside a sleeping thread, must show all
# the same: a step between two sweeps, another program or another process by the same number, another name.

load helper

setup() {
	pids=(); need_tool; need_root
	json=$BATS_TEST_TMPDIR/trace.json fifo=$BATS_TEST_TMPDIR/fifo
	mkfifo "$fifo"
	exec 6<>"$fifo"
}

# A program that reads the FIFO until it is told to end
begin() {
	"$@" <"$fifo" >"$BATS_TEST_TMPDIR/said" 3>&- 6>&- &
	pid=$!
	pids+=("$pid")
	eventually 10 parked "$pid" "$pid"
}

# The iterator's files are read to their end at each sweep, and little else: bytes read by the tracer grow.
bytes_read() { awk '/^rchar/ { print $2 }' "/proc/$tracer/io"; }
swept() { (($(bytes_read) > $1)); }
sweeps() { # NUMBER: so many more
	local i
	for ((i = 0; i < $1; i++)); do eventually 10 swept "$(bytes_read)"; done
}

# Twice the threshold is over, and sweeps have been there meanwhile
older() { (($(now_ns) - $1 > 600000000)); }
stands() {
	eventually 10 older "$(now_ns)"
	sweeps 2
}

switches() { awk '/_ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$1/status"; }
moved() { (($(switches "$pid") > $1)); }

# step TEXT: it wakes, and sleeps again
step() {
	local before
	before=$(switches "$pid")
	echo "$1" >&6
	eventually 10 moved "$before"
	eventually 10 parked "$pid" "$pid"
}

# It stands for so long that the trace tells of it, with the time since when
now_blocked='due[] | select(.still_blocked == 1)'
since_ns() { jq -r "$due $now_blocked | select(.tids | index($pid)) | .since" "$json" | date -f - +%s%N; }

each_way() { # FUNCTION: with task storage, and with the hash that older kernels have
	local way
	for way in none task-storage; do
		without=()
		[[ $way == none ]] || without=(--without "$way")
		"$1"
	done
}

steps_between_sweeps() {
	local i last
	begin cat
	follow "$json" --json -p "$pid" -m 300ms "${without[@]}"
	for ((i = 0; i < 8; i++)); do
		sweeps 1
		last=$(date +%s%N)
		step "$i"
	done
	stands
	stop_trace
	# 1 ms: the clocks of the CPUs
	(($(since_ns) >= last - 1000000))
	same "[$now_blocked.switches | .voluntary + .involuntary]" "[$(switches "$pid")]" "$json"
	kill "$pid"
}

@test "it wakes and sleeps again between two sweeps: the last block counts" { each_way steps_between_sweeps; }

another_program() {
	begin sh -c 'read -r x; exec cat'
	follow "$json" --json -p "$pid" -m 300ms "${without[@]}"
	stands
	step go
	eventually 10 named cat
	eventually 10 parked "$pid" "$pid"
	stands
	stop_trace
	same "[$now_blocked | [.pid, .comm]]" "[[$pid,\"cat\"]]" "$json"
	holds "[$now_blocked"' | .user_stack[].module | select(test("/cat$|coreutils"))] | length > 0' "$json"
	kill "$pid"
}
named() { [[ $(<"/proc/$pid/comm") == "$1" ]]; }

@test "it runs another program, and waits at the same descriptor" { each_way another_program; }

# Its first thread sleeps on until another one takes over its number, its start and its place.
becoming='import os, signal, threading

def become():
    open(0, closefd=False).readline()
    os.execvp("cat", ["cat"])

threading.Thread(target=become, daemon=True).start()
signal.pause()'
taken_over() {
	begin /usr/bin/python3 -S -c "$becoming"
	follow "$json" --json -p "$pid" -m 300ms "${without[@]}"
	stands
	echo go >&6
	eventually 10 named cat
	eventually 10 parked "$pid" "$pid"
	stands
	stop_trace
	same "[$now_blocked | [.pid, .comm, .tids]]" "[[$pid,\"cat\",[$pid]]]" "$json"
	holds "[$now_blocked"' | .user_stack[].module | select(test("/cat$|coreutils"))] | length > 0' "$json"
	kill "$pid"
}

@test "another thread than the first runs another program" { each_way taken_over; }

# Only a thread of the same process may do that, so one reads the FIFO, and renames the first, which sleeps on.
renaming='import signal, threading

def rename():
    while True:
        name = open(0, closefd=False).readline()
        open("/proc/self/comm", "w").write(name.strip())

threading.Thread(target=rename, daemon=True).start()
signal.pause()'
renamed() {
	begin /usr/bin/python3 -S -c "$renaming"
	follow "$json" --json -p "$pid" -m 300ms "${without[@]}"
	stands
	before=$(switches "$pid")
	echo other-name >&6
	eventually 10 named other-name
	((before == $(switches "$pid"))) || skip "it did not sleep on"
	sweeps 2
	stop_trace
	same "[$now_blocked | select(.tids | index($pid)) | [.comm, .thread_name]]" \
		'[["other-name","other-name"]]' "$json"
	kill "$pid"
}

@test "it is renamed while it sleeps" { each_way renamed; }

# A number that has just become free is given again where the kernel is told which was the last.
begin_as() {
	exec /usr/bin/python3 -S - "$1" <<-'END'
		import os, sys
		wanted = int(sys.argv[1])
		for attempt in range(2000):
		    with open("/proc/sys/kernel/ns_last_pid", "w") as last:
		        last.write(str(wanted - 1))
		    child = os.fork()
		    if not child:
		        if os.getpid() != wanted:
		            os._exit(0)
		        os.dup2(6, 0)
		        os.execvp("tail", ["tail", "-n", "1"])
		    if child == wanted:
		        print("again", flush=True)
		        os.waitpid(child, 0)
		        sys.exit(0)
		    os.waitpid(child, 0)
	END
}

numbers_again() {
	local starter born
	[[ -w /proc/sys/kernel/ns_last_pid ]] || skip "the kernel has no ns_last_pid"
	begin cat
	sleep 1000 3>&- 6>&- & # the trace goes on while there is somebody
	pids+=("$!")
	follow "$json" --json -p "$pid,$!" -m 300ms "${without[@]}"
	stands
	kill "$pid"
	wait "$pid" || true
	born=$(date +%s%N)
	begin_as "$pid" >"$BATS_TEST_TMPDIR/again" 3>&- &
	starter=$!
	pids+=("$starter")
	eventually 20 grep -q again "$BATS_TEST_TMPDIR/again"
	eventually 20 named tail
	eventually 20 parked "$pid" "$pid"
	stands
	stop_trace
	same "[$now_blocked | select(.tids | index($pid)) | .comm]" '["tail"]' "$json"
	(($(since_ns) >= born - 1000000))
	kill "$pid"
}

@test "another process gets its number" { each_way numbers_again; }

# The reader's buffer holds a few dozen of the long records: what did not fit is shown again, and nobody is lost.
@test "thousands of threads, most of them told in short" {
	for way in none task-storage; do
		without=()
		[[ $way == none ]] || without=(--without "$way")
		start crowd 2000
		await 1
		eventually 20 all_threads_parked
		follow "$json" --json -p "$pid" -m 300ms "${without[@]}"
		sweeps 6
		stop_trace
		same '[due[].count] | add' 2001 "$json"
		holds '[due[] | .user_stack | length > 0] | all' "$json"
		holds '.lost | to_entries | all(.value == 0)' "$json"
		kill "$pid"
	done
}
all_threads_parked() { ! cat /proc/"$pid"/task/*/syscall 2>/dev/null | grep -q running; }
