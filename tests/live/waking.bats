#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Between the change of a condition and its signal: who sleeps there, or waits for something else, comes to wake the
# waiter in the end, and no wake-up is lost. Without the signal behind that it is.

load helper
load asked

faults=(sleep often pipe lock word join semaphore bell taken)

setup() { setup_asked; }

# stand PROGRAM [well]: each fault in a process of its own, in one dump. Sets of, the process of each.
stand() {
	local fault
	declare -gA of=()
	out=$BATS_TEST_TMPDIR/out
	for fault in "${faults[@]}"; do
		"$programs/$1" "$fault" "${@:2}" >>"$out" 2>>"$out.err" </dev/null 3>&- &
		pids+=("$!")
		of[$fault]=$!
	done
	await $((3 * ${#faults[@]} + 1)) # taken has one more
	eventually 20 all_due "$json"
}

tid() { awk -v name="$2" -v pid="${of[$1]}" '$1 == "READY" && $3 == name && $5 == pid { print $2 }' "$out"; } # FAULT NAME

lost() {
	local fault
	all_due "$json" || return
	for fault in "${faults[@]}"; do
		is "$(tid "$fault" waiter)" '.verdict == "stuck" and .rule == "lost-wake-up" and .proof != "" and
			.wait.condition == "job_count (1)"' "$json" || return
	done
}

# Beside others the time for the emulator may not be enough for all of them at one look.
@test "no signal behind it: each is a lost wake-up" {
	stand waking
	eventually 30 lost
}

# told: each waiter is a suspect, and who comes is named; who takes the job is no one who wakes
told() {
	local fault
	all_due "$json" || return
	for fault in "${faults[@]}"; do
		is "$(tid "$fault" waiter)" '.verdict == "suspect" and .proof == ""' "$json" || return
		[[ $fault == taken ]] || is "$(tid "$fault" waiter)" \
			".rule == \"waker-waits\" and .wait.waker == $(tid "$fault" changer)" "$json" || return
	done
}

@test "a signal behind it: none is, and who comes is named" {
	local fault program
	for program in waking stripped/waking; do
		stand "$program" well
		for fault in "${faults[@]}"; do
			is "$(tid "$fault" waiter)" '.verdict != "stuck" and .proof == ""' "$json"
		done
		eventually 30 told
		kill_fixtures || :
		rm "$out"
	done
}

@test "no finding comes of it later, and the text names who comes" {
	start waking sleep well
	await 3
	leakhop trace -p "$pid" -m 50ms -d 4 --json >"$json"
	no_findings "$json"
	is "$(ready_tid waiter)" '.rule == "waker-waits"' "$json"
	leakhop dump -p "$pid" -m 50ms | grep -E "why .*job_count \(1\); thread $(ready_tid changer) \(waking\) comes to wake it"
}
