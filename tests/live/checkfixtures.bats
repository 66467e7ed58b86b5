#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# check of every fixture that leaves threads or goroutines behind: each is left over, at its line, when its process ends.
# As root; and below Docker's filter of system calls, as nobody and, threads, as a container's root.

load helper

setup() {
	pids=()
	need_tool
	shared=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	cp "$leakhop" "$top/tests/live/confined.py" "$top/tests/live/profiles/docker.json" "$shared/"
	chmod -R a+rX "$shared"
	chmod 777 "$shared"
}

teardown() {
	kill_fixtures
	rm -rf "$shared"
}

# bring PROGRAM...: where others may run them
bring() {
	local one
	for one; do
		[[ ! -x $programs/$one ]] || install -m 755 "$programs/$one" "$shared/"
	done
}

# all_at_once CODE OPTION... -- COMMAND...: all in one check; what each prints is in $shared/NAME.NUMBER.out
all_at_once() {
	local code=$1 options=() status=0
	for ((; $# > 1; )); do
		shift
		[[ $1 != -- ]] || break
		options+=("$1")
	done
	shift
	rm -f "$shared"/*.out "$shared/junit.xml"
	# shellcheck disable=SC2016
	"${as[@]}" "$shared/leakhop" check "${options[@]}" --junit "$shared/junit.xml" -- sh -c '
		cd "$1" && shift && for one; do : $((n += 1)); name=${one%% *}; "./$name" ${one#"$name"} >$name.$n.out 2>&1 & done; wait' \
		sh "$shared" "$@" >"$shared/said" 2>&1 3>&- || status=$?
	((status == code)) || { echo "exit code $status, not $code" >&2; tail -n 30 "$shared/said" >&2; return 1; }
}

# left_over LEAST COMMAND...: all that they say stands is left over when they end, and that is so many or more
left_over() {
	local count
	END=5 GROW=0 all_at_once 99 --grace 100ms -- "${@:2}"
	count=$(/usr/bin/python3 "$top/tests/live/leftover.py" "$shared/junit.xml" "$sources" "$shared"/*.out) ||
		{ grep -o 'failure message="[^"]*"' "$shared/junit.xml" >&2; return 1; }
	((count >= $1)) || { echo "$count are left over, not $1" >&2; head -n 5 "$shared"/*.out >&2; return 1; }
}

# none COMMAND...: the healthy twins, looked at while they live
none() {
	GROW=0 all_at_once 124 --timeout 4s --grace 0s -- "$@"
	not grep -o 'failure message="[^"]*"' "$shared/junit.xml" >&2
	grep -q 'failures="0"' "$shared/junit.xml"
}

everywhere() {
	local filter=("$shared/confined.py" "$shared/docker.json") alone=(unshare --pid --fork --kill-child --mount-proc)
	as=()
	"$@"
	((EUID == 0)) || return 0
	as=("${alone[@]}" "${nobody[@]}" /usr/bin/python3 "${filter[@]}")
	"$@"
	[[ $1 != goroutines_of_all ]] || return 0 # checkgo.bats has those for a container's root
	as=("${alone[@]}" "${container[@]}" /usr/bin/python3 "${filter[@]}")
	"$@"
}

# Locks, descriptors, what is rare; by libraries of C++ and Rust; faults of one process and of several
threads=(locks files rare cpp rust chains lonely rearmed woken "crowd 5 3"
	"asked flag" "asked list" "asked name" "asked count" "asked once" "asked beat" "asked_cpp job" "asked_cpp state"
	"asked_cpp local" "held read" "held abba" "held never" held_cpp held_rust
	"sick abba" "sick orphaned-lock" "sick upgrade" "sick lost-signal" "sick barrier" "sick chain" "sick join" "sick heartbeat"
	"closed semaphores" "closed lost-signal")

threads_of_all() {
	bring "${threads[@]%% *}"
	left_over 60 "${threads[@]}"
}

@test "threads: all that are left when a process ends, at their lines; everywhere" {
	everywhere threads_of_all
}

goroutines_of_all() {
	local one
	local -a all=() twins=()
	bring goleak
	for one in $("$shared/goleak"); do
		# See healthy.bats; and of those that come to their end one by one none may be left when it is their turn.
		[[ $one != pgquery && $one != unbounded ]] || continue
		all+=("goleak $one")
		twins+=("goleak $one well")
	done
	left_over 35 "${all[@]}"
	none "${twins[@]}"
	((${#as[@]})) || left_over 1 "goleak unbounded"
}

@test "goroutines: all that are left when a process ends, at their lines, and no twin; everywhere" {
	[[ -x $programs/go-cgo/goleak ]] || skip "no Go with C"
	programs=$programs/go-cgo
	everywhere goroutines_of_all
}
