#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Lost wake-ups in Python: the thread, the line of the test that says "go on", and that nobody comes. Whoever only
# looks like one is none.

load helper
load asked

setup() { setup_asked; python=(${PYTHON:-/usr/bin/python3} -S "$sources/lost.py"); }

# All has been changed then.
main_rests() { [[ -n $(ready_tid main) ]]; }

# lose FAULT [well]: the thread named as the fault, and main, which sleeps
lose() {
	out=$BATS_TEST_TMPDIR/out.$RANDOM
	: >"$out"
	"${python[@]}" "$@" >>"$out" 2>"$out.err" </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
	eventually 20 main_rests
	eventually 20 all_due "$json"
}

# where NAME: the test, as it is told
where() { echo "the test at lost.py:$(awk -v name="# @test $1" 'index($0, name) { print NR }' "$sources/lost.py"), in waits_$2"; }

# lost FAULT PLACE
lost() {
	lose "$1"
	is "$(ready_tid "$1")" ".verdict == \"stuck\" and .rule == \"lost-wake-up\" and .proof != \"\" and .remedy != \"\" and
		(.wait.condition // \"\" | startswith(\"$2\"))" "$json"
	same '.findings | length' 1 "$json"
	kill_fixtures || :
	lose "$1" well
	is "$(ready_tid "$1")" '.verdict == "idle" and .rule == "would-sleep-again"' "$json"
	no_findings "$json"
	kill_fixtures || :
}

@test "a flag" { lost flag "$(where flag for_flag)"; }
@test "a list, by a worker that goes round" { lost list "$(where list for_list)"; }
@test "a number, compared by code that has adapted itself" { lost count "$(where count for_count)"; }
@test "a None" { lost none "$(where none for_none)"; }
@test "a predicate" { lost predicate 'the test at threading.py:'; }
@test "a queue, filled behind its back" { lost queue 'the test at queue.py:'; }
@test "one line, twice" { lost twice "$(where twice twice)"; }

@test "who will signal sleeps, or waits for a signal itself: no finding" {
	local fault
	for fault in late chain timer; do
		lose $fault
		is "$(ready_tid flag)" '.verdict == "suspect" and .rule == "waker-waits"' "$json"
		no_findings "$json"
		kill_fixtures || :
	done
}

@test "a test of what the wait returns, of the time, or one behind the wait: no finding" {
	local fault well
	for fault in result behind reads past; do
		for well in "" well; do
			lose $fault $well
			same '.findings + .suspects' '[]' "$json"
			kill_fixtures || :
		done
	done
}

@test "two that have lost theirs are told one by one, though they have one stack of C" {
	lose both
	same '[(.findings + .suspects)[].wait.condition] | sort' "[\"$(where flag for_flag)\",\"$(where none for_none)\"]" "$json"
}

@test "healthy threads, some of whom signal seconds after a change: no finding" {
	out=$BATS_TEST_TMPDIR/out.traffic
	${PYTHON:-/usr/bin/python3} -S "$sources/traffic.py" >"$out" 2>"$out.err" </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
	eventually 20 main_rests
	local look
	for look in 1 2 3 4 5 6; do
		dump "$json" -p "$pid" -m 50ms --settle 3s
		no_findings "$json"
	done
}

@test "explain tells of the test" {
	lose flag well
	leakhop dump -p "$pid" --explain "$(ready_tid flag)" >"$BATS_TEST_TMPDIR/text"
	grep -F "it sleeps again" "$BATS_TEST_TMPDIR/text" | grep -F "$(where flag for_flag) decides"
}
