#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a waiting thread would do if it were woken: asked of its own code. A lost wake-up is a finding with proof, its
# twin waits for work, and what cannot be known is said to be a suspect as before.

load helper
load asked

setup() { setup_asked; }

# lost PROGRAM FAULT WORD; idle: the same with nothing lost
lost() {
	look "$1" "$2"
	is "$(ready_tid "$2")" ".verdict == \"stuck\" and .rule == \"lost-wake-up\" and .proof != \"\" and .remedy != \"\" and
		(.wait.condition // \"\" | test(\"$3\"))" "$json"
	same '.findings | length' 1 "$json"
	kill_fixtures || :
	look "$1" "$2" well
	is "$(ready_tid "$2")" ".verdict == \"idle\" and .rule == \"would-sleep-again\" and
		(.wait.condition // \"\" | test(\"${4:-$3}\"))" "$json"
	no_findings "$json"
	kill_fixtures || :
}

# Not only has it stood, but also would it go on.
past_time() {
	all_due "$json" && is "$(ready_tid past)" '.wait.run_forward | test("goes on")' "$json"
}

# unknown PROGRAM FAULT WHY: a suspect, as if it had not been asked
unknown() {
	look "$1" "$2"
	unknown_now "$2" "$3"
}

unknown_now() {
	is "$(ready_tid "$1")" ".verdict == \"suspect\" and .rule == \"never-signalled\" and
		(.wait.run_forward | test(\"$2\")) and .wait.condition == null" "$json"
	no_findings "$json"
}

@test "C: a flag" { lost asked flag '^ready_flag \\([01]\\)$'; }
@test "C: a list" { lost asked list '^job_list\\+8 '; }
@test "C: a name, compared by the C library" { lost asked name '^job_name' '^'; } # no single word would make it equal
@test "C: a counter, with a semaphore that only wakes" { lost asked count '^job_count \\([01]\\)$'; }
# address_of SYMBOL: in the program that was not stripped, which is else the same
address_of() { nm "$programs/asked" | awk -v name="$1" '$3 == name { sub(/^0+/, "", $1); print $1 }'; }

@test "C, stripped: the words are told by their places in the file" {
	lost stripped/asked flag "^asked\\\\+0x$(address_of ready_flag) \\\\([01]\\\\)\$"
	lost stripped/asked list '^asked\\+0x[0-9a-f]+ '
}
@test "C, static" { lost static/asked flag 'ready_flag \\([01]\\)'; } # the library's own words are among them

@test "no loop around the wait: not known" { unknown asked once 'goes on'; }
@test "waits first, then goes through a list: not known" { unknown asked beat 'does something and sleeps again'; }
@test "waits first, then looks whether there is work: not known" { unknown asked batch 'goes on'; }

@test "its test is of what time it is: not known" {
	start asked past
	await 2
	eventually 20 past_time
	unknown_now past 'goes on'
}

@test "an endless loop" { unknown asked endless 'for too long'; }
@test "strides over all memory" { unknown asked strides 'for too long'; }
@test "code that changes itself" { unknown asked code 'changes its code'; }

@test "explain tells of the runs" {
	look asked flag well
	leakhop dump -p "$pid" --explain "$(ready_tid flag)" >"$BATS_TEST_TMPDIR/text"
	grep -E 'condition +ready_flag \(0\)' "$BATS_TEST_TMPDIR/text"
	grep -E 'run forward +[0-9]+ runs, the first of [0-9]+ instructions: it sleeps again, .*; `j[a-z]+` at wait_for_flag\+[0-9]+ decides' \
		"$BATS_TEST_TMPDIR/text"
	leakhop dump -p "$pid" -m 1ms | grep -E 'until +ready_flag \(0\) changes'
}

below() {
	local one
	for one in $(pgrep -P "$1"); do
		echo "$one"
		below "$one"
	done
}

# Lost over and over, nothing is asked any more; all else is told.
@test "the emulator is killed whenever it is begun" {
	look asked flag
	local dumping one killed=0
	"$leakhop" dump -p "$pid" -m 50ms --json >"$json" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	dumping=$!
	pids+=("$dumping")
	while kill -0 "$dumping" 2>/dev/null; do
		for one in $(below "$dumping"); do
			[[ $(tr '\0' ' ' <"/proc/$one/cmdline" 2>/dev/null) == *--emulator* ]] || continue
			kill -KILL "$one" && killed=$((killed + 1))
		done
	done
	wait "$dumping"
	((killed))
	is "$(ready_tid flag)" '.wait.kind == "condition variable"' "$json"
}

@test "nothing to ask: no emulator is begun" {
	start locks mutex
	await 2
	strace -f -e trace=execve -o "$BATS_TEST_TMPDIR/calls" "$leakhop" dump -p "$pid" >/dev/null
	grep -q -- '"--worker"' "$BATS_TEST_TMPDIR/calls"
	not grep -q -- '"--emulator"' "$BATS_TEST_TMPDIR/calls"
}

@test "C++: a predicate" { lost asked_cpp job '^jobs' ; }
@test "C++: std::atomic, changed and not notified" { lost asked_cpp state '^state '; }
@test "C++: all of it on another's stack" { lost asked_cpp local '^0x'; }
@test "Rust: a Condvar" { lost asked_rust job ''; }
@test "Rust: park, and the flag behind it" { lost asked_rust park ''; } # the flag has no symbol
