#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Between the change of a condition and its signal: who sleeps there, or waits for something else, comes to wake the
# waiter in the end, and no wake-up is lost. Without the signal behind that it is.

load helper
load asked

setup() { setup_asked; threads=3; }

# between FAULT
between() {
	look waking "$1"
	is "$(ready_tid waiter)" '.verdict == "stuck" and .rule == "lost-wake-up" and .proof != "" and
		.wait.condition == "job_count (1)"' "$json"
	kill_fixtures || :
	look waking "$1" well
	is "$(ready_tid waiter)" ".verdict == \"suspect\" and .rule == \"waker-waits\" and
		.wait.waker == $(ready_tid changer)" "$json"
	kill_fixtures || :
}

@test "he sleeps" { between sleep; }
@test "he sleeps again and again" { between often; }
@test "he writes to a full pipe" { between pipe; }
@test "he waits for a lock" { between lock; }
@test "he waits for another's word, which has not come" { between word; }
@test "he waits for a thread to end" { between join; }
@test "a semaphore that only wakes" { between semaphore; }
@test "a loop that is woken by an eventfd" { between bell; }

@test "another was woken for it, and sleeps before he takes it" {
	threads=4
	look waking taken well
	no_findings "$json"
	is "$(ready_tid waiter)" '.verdict == "suspect"' "$json"
}

@test "a trace keeps to it: no finding comes of it later" {
	look waking sleep well
	leakhop trace -p "$pid" -m 50ms -d 4 --json >"$json"
	no_findings "$json"
	is "$(ready_tid waiter)" ".rule == \"waker-waits\"" "$json"
}
