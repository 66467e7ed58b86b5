#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What was read of a process is kept while it stands still. Each way in which it may become wrong between two sweeps: the
# waiter's trace must name who has the other end now, and nothing may be made of what was.

load helper

setup() {
	pids=(); need_tool; need_root
	json=$BATS_TEST_TMPDIR/trace.json
}

# The iterator's files are read to their end at each sweep: bytes read by the tracer grow.
bytes_read() { awk '/^rchar/ { print $2 }' "/proc/$tracer/io"; }
swept() { (($(bytes_read) > $1)); }
older() { (($(now_ns) - $1 > 700000000)); }

# More than twice the threshold is over, and sweeps have been there meanwhile
stands() {
	local i
	eventually 10 older "$(now_ns)"
	for ((i = 0; i < 3; i++)); do eventually 10 swept "$(bytes_read)"; done
}

# handed_over WAY...
handed_over() {
	local way outs=() ways=("$@") i
	for way; do
		mkdir "$BATS_TEST_TMPDIR/$way"
		out=$BATS_TEST_TMPDIR/$way/out
		TMPDIR=$BATS_TEST_TMPDIR/$way "$programs/handed" "$way" >"$out" 2>"$out.err" </dev/null 3>&- &
		pids+=("$!") outs+=("$out")
	done
	for out in "${outs[@]}"; do await 2; done
	follow "$json" --json -a --no-go -m 300ms
	stands
	for ((i = 0; i < ${#ways[@]}; i++)); do kill -USR1 "${pids[i]}"; done
	for out in "${outs[@]}"; do await 3; done
	stands
	stop_trace
	for ((i = 0; i < ${#ways[@]}; i++)); do
		out=${outs[i]}
		echo "${ways[i]}"
		is "$(ready_tid waiter)" "any(.wait.owners[]; .pid == $(ready_pid holder))" "$json"
	done
}

@test "an end of a pipe comes to one that slept: by its number, in a message, before another program" {
	handed_over number message program
}

@test "an end of a pipe comes to one that sleeps on: in a table of another thread, and in one that it shares" {
	handed_over thread table
}

# By itself: where names are asked for, all is read.
@test "a file that a sleeping process has gets another name" { handed_over name; }

# told FILE: each thread of the fixture with what is said of it
told() {
	jq -cS "$due [due[] | select(.pid == $pid) | {tids: (.tids | sort), verdict, rule,
		owners: [(.wait.owners // [])[] | [.pid, .tid]]}] | sort_by(.tids)" "$1"
}

@test "two traces at once say the same" {
	local first=$BATS_TEST_TMPDIR/first.json one
	start crowd 8
	await 1
	follow "$first" --json -a --no-go -m 300ms
	one=$tracer
	follow "$json" --json -a --no-go -m 300ms
	stands
	stop_trace
	tracer=$one
	stop_trace
	holds "[due[] | select(.pid == $pid) | .tids[]] | length == 9" "$json"
	[[ $(told "$first") == "$(told "$json")" ]] || { told "$first"; told "$json"; return 1; }
}

# Workers answer what a sweep asks, and would come due by it for the next one.
@test "workers of leakhop are no threads of a trace of all, one that only has such a name is" {
	mkdir "$BATS_TEST_TMPDIR/other"
	cp "$programs/crowd" "$BATS_TEST_TMPDIR/other/leakhop-crowd"
	out=$BATS_TEST_TMPDIR/other/out
	"$BATS_TEST_TMPDIR/other/leakhop-crowd" 4 >"$out" 2>"$out.err" </dev/null 3>&- &
	pid=$! pids+=("$!")
	await 1
	follow "$json" --json -a -m 300ms
	stands
	workers=$(pgrep -P "$tracer" | xargs)
	stop_trace
	[[ $workers ]]
	holds "[due[] | select(.pid == $pid) | .tids[]] | length == 5" "$json"
	for worker in $workers; do holds "[due[] | select(.pid == $worker)] == []" "$json"; done
}

told_of() { grep -qE "^#[0-9]+ +$1 +rested \($pid\)" "$json"; }

# rested SIGNAL VERDICT: told while the trace goes on, of a process that had stood still and was all in order
rested() {
	start rested
	await 2
	follow "$json" -a --no-go -m 300ms
	stands
	stands
	if told_of '[A-Z]+'; then cat "$json"; return 1; fi
	kill "-$1" "$pid"
	eventually 20 told_of "$2"
	stop_trace
}

@test "a process that has stood still: the holder of a lock ends" { rested USR1 LEAK; }
@test "a process that has stood still: threads come and none goes" { rested USR2 LEAK; }
