#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# check -- CMD of what hangs: who waits for whom is told at once, before anybody ends it.

load helper

setup() {
	pids=()
	need_tool
	said=$BATS_TEST_TMPDIR/said
	shared=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	cp "$leakhop" "$shared/leakhop"
	cp "$sources/hangs.py" "$shared/"
	chmod -R a+rX "$shared"
	chmod 777 "$shared"
	as=()
}

teardown() {
	kill_fixtures
	rm -rf "$shared"
}

hangs=(/usr/bin/python3 -S "$sources/hangs.py")

# begin OPTION... -- COMMAND...: a check in the background, in $checker, of what hangs soon
begin() {
	: >"$said" >"$said.out" # what the one before said
	TMPDIR=$shared env --default-signal=INT "${as[@]}" "$shared/leakhop" check "$@" >"$said.out" 2>"$said" 3>&- &
	checker=$!
	pids+=("$checker")
}

# standing N: do N threads below the check wait, and no one runs?
standing() {
	local task count=0
	for task in $(descendants "$checker"); do
		for task in /proc/"$task"/task/*; do
			[[ $(cat "$task/syscall" 2>/dev/null) != running ]] || return 1
			((++count))
		done
	done
	((count >= $1))
}

# For so long that it is worth a word.
stood() { standing "$1" && sleep 0.1 && standing "$1"; }

# Of the command: not leakhop's own.
descendants() {
	local one
	for one in $(pgrep -P "$1"); do
		[[ $(cat "/proc/$one/comm") == leakhop-* ]] || echo "$one"
		[[ $(cat "/proc/$one/comm") == leakhop-reader || $(cat "/proc/$one/comm") == leakhop-files ]] || descendants "$one"
	done
}

# ended CODE LIMIT_MS: the check ends, with this code, in so much time from now
ended() {
	local status=0 from
	from=$(now_ns)
	wait "$checker" || status=$?
	((status == $1)) || { echo "exit code $status, not $1" >&2; cat "$said" >&2; return 1; }
	(($(now_ns) - from < $2 * 1000000)) || { echo "it took more than $2 ms" >&2; return 1; }
}

# hung TEXT: the first line of the report says so
hung() {
	grep -m 1 'leakhop check:' "$said" | grep -qE "$1" || { cat "$said" >&2; return 1; }
}

# verdict_of N TEXT COMMAND...: SIGTERM to the check of a command with N threads: the verdict, and the end by that signal
verdict_of() {
	local threads=$1 text=$2
	begin -- "${@:3}"
	eventually 30 stood "$threads"
	kill -TERM "$checker"
	# Where ten seconds are not enough, a runner would have killed it.
	ended 143 5000
	hung "$text"
	rm -f "$shared/lock"
}

both_users() {
	"$@"
	((EUID == 0)) || return 0
	as=("${nobody[@]}")
	"$@"
	as=()
}

# As root; and below Docker's filter of system calls, among its own processes alone, as nobody and as root
everywhere() {
	local filter=("$shared/confined.py" "$shared/docker.json") alone=(unshare --pid --fork --kill-child --mount-proc)
	"$@"
	((EUID == 0)) || return 0
	cp "$top/tests/live/confined.py" "$top/tests/live/profiles/docker.json" "$shared/"
	chmod -R a+rX "$shared"
	as=("${alone[@]}" "${nobody[@]}" /usr/bin/python3 "${filter[@]}")
	"$@"
	as=("${alone[@]}" "${container[@]}" /usr/bin/python3 "${filter[@]}")
	"$@"
	as=()
}

java() {
	begin -- java -cp "$shared" Hung
	eventually 30 grep -q READY "$said.out"
	eventually 30 stood 12
	kill -TERM "$checker"
	ended 143 5000
	hung ' of java \(pid [0-9]+\) waits? for .*(to enter a Java monitor|of a parked Java thread|condition)'
}

python() { verdict_of 2 "$2" /usr/bin/python3 -S "$shared/hangs.py" "$1"; }

@test "SIGTERM to a check of Python processes that wait for each other" {
	python popen '\(pid [0-9]+\) and .*\(pid [0-9]+\) wait for each other: .*pipe .*: deadlock'
	python pipe 'wait for each other: pipe .*, pipe .*: deadlock'
	python sockets 'wait for each other: Unix socket .*: deadlock'
	python lock 'wait for each other: .*flock of .*: deadlock'
	verdict_of 3 'waits for (pipe .* writing end|semaphore .* of a Python lock)' "${hangs[@]}" queue
}

@test "the same as nobody: who waits for whom" {
	need_root
	as=("${nobody[@]}")
	python popen 'waits? for .*pipe '
	python pipe 'waits? for .*pipe '
	python lock 'waits? for .*flock of '
}

@test "a deadlock in C, a Go parent whose child waits for it, Java monitors; as root and as nobody" {
	chmod a+rx "$programs" "$programs/sick" 2>/dev/null || true
	cp "$programs/sick" "$shared/sick"
	both_users verdict_of 3 'wait for each other: pthread mutex .*: deadlock' "$shared/sick" abba
	if [[ -x $programs/go/gohung ]]; then
		cp "$programs/go/gohung" "$shared/gohung"
		# As nobody, any process of somebody else may have the pipe, too.
		verdict_of 8 'hung: .*gohung \(pid [0-9]+\) and exe \(pid [0-9]+\) wait for each other: .*pipe .*: suspect' "$shared/gohung"
		as=("${nobody[@]}")
		verdict_of 8 'gohung .* waits for the end of child [0-9]+, by pidfd; exe .* waits for pipe ' "$shared/gohung"
		as=()
	fi
	if [[ -f $programs/java/Hung.class ]]; then
		cp "$programs/java/Hung.class" "$shared/"
		both_users java
	fi
}

@test "the verdict comes within a second of the signal" {
	begin -- "${hangs[@]}" popen
	eventually 20 stood 2
	local from
	from=$(now_ns)
	kill -INT "$checker"
	eventually 5 grep -q 'hung: ' "$said"
	(($(now_ns) - from < 1000000000)) || skip "this host is busy"
	ended 130 5000
}

@test "--timeout: the verdict, then the end, by force where it has to be; 124" {
	begin --timeout 1s --grace 300ms -- sh -c "trap '' TERM; '${hangs[0]}' -S '$sources/hangs.py' popen; sleep 600"
	ended 124 20000
	hung 'wait for each other: .*: deadlock \(it was not done within 1.0s\)'
	grep -q -- '--timeout 1.0s; [23] findings' "$said"
	[[ -z $(descendants "$checker") ]]
}

@test "--hang-after: told once, and it goes on; not of what lives" {
	begin --hang-after 700ms -- "${hangs[@]}" popen
	eventually 20 grep -q 'hung: .*no thread has run for' "$said"
	kill -0 "$checker"
	kill -TERM "$checker"
	ended 143 5000
	(($(grep -c 'no thread has run' "$said") == 1))
	# A loop that polls is no life.
	begin --hang-after 700ms -- "${hangs[@]}" poll
	eventually 20 grep -q 'no thread has run for' "$said"
	kill -TERM "$checker"
	ended 143 5000
	begin --hang-after 10s --hang-after-silence 10s -- "${hangs[@]}" chatter
	ended 0 20000
	not grep -q 'hung: ' "$said"
}

@test "--hang-after-silence: what only spins" {
	begin --hang-after 20s --hang-after-silence 700ms -- "${hangs[@]}" spin
	eventually 20 grep -q 'hung: .* runs (nothing has been written for' "$said"
	kill -TERM "$checker"
	ended 143 5000
}

@test "-o FILE has the report; the line that a person needs stands on stderr, too" {
	begin --timeout 1s -o "$BATS_TEST_TMPDIR/report" -- "${hangs[@]}" popen
	ended 124 20000
	grep -q 'hung: .*deadlock' "$said"
	grep -q 'blocked at' "$BATS_TEST_TMPDIR/report"
	not grep -q 'blocked at' "$said"
}

# looked COMMAND...: all at once, in one check that their time ends; the report in $said
looked() {
	rm -f "$shared"/{junit.xml,closed.*[0-9]} # of another user
	# shellcheck disable=SC2016
	begin --timeout 4s --grace 0s --junit "$shared/junit.xml" -- sh -c '
		cd "$1"; shift; for one; do $one >/dev/null 2>&1 & done; wait' sh "$shared" "$@"
	ended 124 60000
}

# stuck_in N FUNCTION...: each has N failures of its own
stuck_in() {
	local one
	for one in "${@:2}"; do
		(($(grep -cE "failure message=.* stuck: .* in $one( \(|\")" "$shared/junit.xml") == $1)) ||
			{ echo "$one: not $1 failures" >&2; grep -o 'failure message="[^"]*"' "$shared/junit.xml" >&2; return 1; }
	done
}

no_failures() {
	not grep -o 'failure message="[^"]*"' "$shared/junit.xml" >&2 && grep -q 'failures="0"' "$shared/junit.xml"
}

# Threads of C that are stuck, among themselves and with other processes; who could be woken only by those that wait
faults=("sick abba" "sick self" "sick orphaned-lock" "sick upgrade" "sick own-pipe" "sick dead-set" "sick chain" "sick join"
	"sick_family full-pipes" "sick_family both-listen" "sick_family forked-lock" "sick_family circle"
	"sick_family stuck-child" "sick_family ended-leader"
	"closed semaphores" "closed own-flock" "closed lost-signal" "closed forked" "closed handler")

all_kinds() {
	local python="/usr/bin/python3 -S closed.py"
	cp "$programs"/{sick,sick_family,closed} "$sources/closed.py" "$shared/"
	looked "${faults[@]/#/./}" "$python locks" "$python pool" "$python loop" "$python items"
	stuck_in 1 take_a_then_b take_b_then_a lock_twice own_pipe dead_set join_it lock_in_child flock_next \
		wait_first wait_second read_own_end semaphores own_flock wait_for_signal
	stuck_in 2 wait_for_stuck_child lock_after hold_and_wait write_until_full wait_for_word lock_next convert_time
	(($(grep -cE 'failure message=.*python3 .* stuck' "$shared/junit.xml") >= 4))
	local -a well=("${faults[@]/#/./}")
	looked "${well[@]/%/ well}" "$python locks thread" "$python pool signal" "$python loop thread" "$python items signal"
	no_failures
}

@test "threads and processes that are stuck, all kinds at once, each at its place, and none of the twins; everywhere" {
	everywhere all_kinds
}

@test "locks that record no holder, in C, C++ and Rust, and a wake-up that was lost: with privileges" {
	need_root
	need_emulator
	[[ -x $programs/held_rust ]] || skip 'no Rust'
	# shellcheck disable=SC2016
	begin --threshold 1s --timeout 8s --grace 0s --junit "$shared/junit.xml" -- sh -c '
		cd "$1" && for one in "held abba" held_cpp held_rust "asked flag" "asked_cpp job"; do ./$one >/dev/null 2>&1 & done; wait' \
		sh "$programs"
	ended 124 60000
	stuck_in 1 read_one_write_other read_other_write_one wait_for_flag 'wait_for_job\(\)'
	stuck_in 2 'take\(.*\)' held_rust::take
}

# served MESSAGE...: the server under check, which gets each in a connection of its own
served() {
	rm -f "$shared/junit.xml"
	begin --timeout 3s --grace 0s --threshold 200ms --junit "$shared/junit.xml" -- "$shared/leaky-server"
	eventually 20 grep -q '^PORT ' "$said.out"
	/usr/bin/python3 -S - "$(awk '/^PORT / { print $2 }' "$said.out")" "$@" <<'PY'
import socket, sys
answer = b""
for message in sys.argv[2:]:
    connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    connection.sendall(message.encode())
    if answer != b"too long\n":  # after that one nobody gets any
        answer = connection.recv(64)
PY
}

server() {
	cp "$programs/leaky-server" "$shared/"
	served "one two" "$(printf 'x%.0s' {1..100})" "three" "four"
	ended 124 20000
	grep -q "failure.*leaky-server.c:$(mark leaky-server.c block server)\b" "$shared/junit.xml" || { cat "$said" "$shared/junit.xml" >&2; return 1; }
	served "one two" "three" "four"
	ended 124 20000
	no_failures
}

@test "a server one of whose requests leaves a lock taken: who waits for it; none without that request" {
	both_users server
}
