#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Loops that others of their process wake by a pipe, an eventfd or a pair of sockets: whether they would go on is asked
# of their own code, as of conditions (asked.bats). Work at hand and a bell that was not rung is a finding only where
# the loop would have seen it, and nobody else can be about to ring.

load helper
load asked

setup() { setup_asked; }

# told NAME EXPRESSION: of the thread, at one of some looks: what other processes send each other just now may be the
# bell as well, and then nothing is said
seen() { leakhop dump -p "$pid" -m 50ms --json >"$json" && is "$1" "$2" "$json" 2>/dev/null; }
told() {
	eventually 20 seen "$(ready_tid "$1")" "$2" || is "$(ready_tid "$1")" "$2" "$json"
}

# lost PROGRAM FAULT WORD; idle: the same with nothing lost
lost() {
	look "$1" "$2"
	told "$2" ".verdict == \"stuck\" and .rule == \"lost-wake-up\" and .proof != \"\" and
		(.remedy | test(\"write to the descriptor\")) and (.wait.condition // \"\" | test(\"$3\"))" "$json"
	same '.findings | length' 1 "$json"
	kill_fixtures || :
	look "$1" "$2" well
	told "$2" ".verdict == \"idle\" and .rule == \"would-sleep-again\" and
		(.wait.condition // \"\" | test(\"$3\"))" "$json"
	no_findings "$json"
	holds '.suspects | length == 0' "$json"
	kill_fixtures || :
}

# open_question FAULT RULE [well]: nothing is known of what it would do, and it is told as if it had not been asked
open_question() {
	look doorbell "$1" ${3:+"$3"}
	told "$1" ".rule == \"$2\" and .wait.condition == null" "$json"
	no_findings "$json"
}

@test "poll, a pipe" { lost doorbell poll '^work_count \\([01]\\)$'; }
@test "poll, a pair of sockets" { lost doorbell pair '^work_count \\([01]\\)$'; }
@test "poll, a pipe and an eventfd" { lost doorbell both '^work_count \\([01]\\)$'; }
@test "select, a pipe" { lost doorbell select '^work_count \\([01]\\)$'; }
@test "epoll, an eventfd: a list, under its lock" { lost doorbell epoll '^work_list\\+8 \\(0'; }
@test "epoll, an eventfd: with work at hand it would not have waited" { lost doorbell timeout '^work_count \\([01]\\)$'; }
@test "read, an eventfd" { lost doorbell read '^work_count \\([01]\\)$'; }
@test "stripped" { lost stripped/doorbell poll '^doorbell\\+0x[0-9a-f]+ \\([01]\\)$'; }

# Whose condition is so may be healthy.
@test "looks for work only when the bell has rung: it may not be its time" {
	open_question gathered event-loop
	kill_fixtures || :
	open_question gathered event-loop well
}
@test "the same in read: a suspect as before; without work it would sleep again" {
	open_question worker own-eventfd
	kill_fixtures || :
	look doorbell worker well
	told worker '.rule == "would-sleep-again" and (.wait.condition | test("^work_list\\+8 \\(0\\)$"))' "$json"
}
@test "what cannot be is an error, which a word would forgive" {
	open_question silent event-loop
	kill_fixtures || :
	open_question interrupted event-loop
}
@test "who gave it work sleeps, and may ring behind that" {
	look doorbell later
	told later '.verdict == "suspect" and .rule == "waker-waits"' "$json"
	no_findings "$json"
}
@test "one descriptor is from outside" { open_question outside event-loop; }
@test "another process can ring" { threads=3 open_question child reader; }
@test "the bell has rung, and that is told once" { open_question deaf event-loop; }
