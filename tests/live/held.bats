#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Who holds a lock that records nobody: asked of the code of those who might.

load helper
load asked

setup() { setup_asked; }

# look THREADS PROGRAM [ARGUMENT]...
look() {
	[[ -x $programs/$2 ]] || skip "$2 was not built"
	start "${@:2}"
	await "$1"
	eventually 20 all_due "$json"
}

# crosswise PROGRAM [ARGUMENT]...: both are in a circle, and the first is told to wait for the second
crosswise() {
	look 2 "$@"
	local first second
	first=$(ready_tid first) second=$(ready_tid second)
	is "$first" ".verdict == \"deadlock\" and .rule == \"cycle\" and .proof != \"\" and .wait.owner.tid == $second" "$json"
	is "$second" ".verdict == \"deadlock\" and .rule == \"cycle\" and .proof != \"\" and .wait.owner.tid == $first" "$json"
	is "$first" "[.chain[].tid] == [$first, $second] and (.wait.run_forward | test(\"^$second would release it\"))" "$json"
	same '.findings | length' 2 "$json"
}

@test "a reader of a rwlock, where another has had it before" {
	local program
	for program in held stripped/held; do
		look 3 "$program" read
		is "$(ready_tid writer)" "[.wait.owners[].tid] == [$(ready_tid holder)]" "$json"
		no_findings "$json"
		kill_fixtures || :
	done
}

@test "a reader that waits for a mutex in its turn" {
	look 2 held behind
	is "$(ready_tid writer)" "[.wait.owners[].tid] == [$(ready_tid holder)]" "$json"
	no_findings "$json"
}

@test "the text names it, and where it would unlock" {
	look 3 held read
	leakhop dump -p "$pid" -m 1ms >"$BATS_TEST_TMPDIR/text"
	grep -E "holder +$(ready_tid holder) would release it, at .*unlock.*, called at read_and_sleep\+[0-9]+ \(held.c:$(mark held.c unlock holder)\)" "$BATS_TEST_TMPDIR/text"
}

@test "readers of rwlocks, crosswise" { crosswise held abba; }
@test "readers of rwlocks, crosswise, stripped" { crosswise stripped/held abba; }
@test "readers of rwlocks, crosswise, static" { crosswise static/held abba; }
# Both stand at one place: they are one record.
@test "std::shared_mutex, crosswise" {
	look 2 held_cpp
	is "$(ready_tid first)" ".verdict == \"deadlock\" and .rule == \"cycle\" and .count == 2 and
		([.chain[].tid] | sort) == ([$(ready_tid first), $(ready_tid second)] | sort)" "$json"
}
@test "Rust's RwLock, crosswise" { crosswise held_rust; }
@test "Rust's Mutex, crosswise, beside one that sleeps" { crosswise rust abba well; }

@test "one of two wakes up by itself: no circle" {
	look 2 held abba well
	no_findings "$json"
}

@test "semaphores as locks, crosswise" { crosswise held places; }
@test "semaphores as locks, crosswise, stripped" { crosswise stripped/held places; }
@test "semaphores as locks, crosswise, static" { crosswise static/held places; }
@test "semaphores as locks, crosswise, and main joins one" {
	local first second
	look 2 held joined
	first=$(ready_tid first) second=$(ready_tid second)
	is "$first" ".verdict == \"deadlock\" and .rule == \"cycle\" and .wait.owner.tid == $second" "$json"
	is "$second" ".verdict == \"deadlock\" and .rule == \"cycle\" and .wait.owner.tid == $first" "$json"
	same '.findings | length' 3 "$json" # and main, behind them
	kill_fixtures || :
	look 2 held joined well
	no_findings "$json"
	# Of the one there is no other: but that main would do nothing about it is not known.
	is "$(ready_tid second)" "[.wait.owners[].tid | select(. == $(ready_tid first))] | length == 1" "$json"
	is "$(ready_tid first)" ".wait.run_forward | test(\"^$(ready_tid second) likely holds it\")" "$json"
}
@test "one of two semaphores is given back by itself: no circle" {
	look 2 held places well
	no_findings "$json"
}

@test "a semaphore as a lock: its holder, and where it would post it" {
	look 2 held place
	is "$(ready_tid waiter)" ".verdict == \"idle\" and [.wait.owners[].tid] == [$(ready_tid holder)] and (.wait.run_forward |
		test(\"^$(ready_tid holder) would release it, at .*sem_post.*held.c:$(mark held.c unlock place)\"))" "$json"
	no_findings "$json"
}

@test "a semaphore that another posts: no holder is told" {
	look 2 held handed
	is "$(ready_tid consumer)" '.verdict == "idle" and (.wait.owners // [] | length) == 0 and
		(.wait.run_forward | test("release it") | not)' "$json"
	no_findings "$json"
}

# At one place, too; and main waits for the end of one of them.
@test "C++: binary semaphores, crosswise" {
	look 2 held_cpp semaphores
	is "$(ready_tid first)" ".verdict == \"deadlock\" and .rule == \"cycle\" and .count == 2 and
		([.chain[].tid] | sort) == ([$(ready_tid first), $(ready_tid second)] | sort)" "$json"
}

# Run forward they come back to their waits; another way, or later, they would unlock.
@test "a read lock that is unlocked once a descriptor is readable, a time is over, or sleeps have been enough" {
	local fault
	for fault in poll late told counts own-counts clock; do
		look 2 held $fault
		is "$(ready_tid writer)" '.verdict == "suspect" and .rule == "readers"' "$json"
		no_findings "$json"
		kill_fixtures || :
	done
}

@test "a read lock that nobody will unlock; not where somebody would" {
	local program
	for program in held stripped/held; do
		look 2 "$program" never
		is "$(ready_tid writer)" '.verdict == "leak" and .rule == "never-unlocked" and .proof != "" and .remedy != ""' "$json"
		same '.findings | length' 1 "$json"
		kill_fixtures || :
	done
	look 2 held never well
	is "$(ready_tid writer)" "[.wait.owners[].tid] == [$(ready_tid last)]" "$json"
	no_findings "$json"
}
