#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# check -- CMD: what it passes through, and what is left over at the end of a process.

load helper

setup() {
	pids=()
	need_tool
	said=$BATS_TEST_TMPDIR/said
}

# checked CODE ARGUMENT...: a check that ends with this code; its report is in $said, what the command writes in $output
checked() {
	local code=$1 status=0
	shift
	# No pipe: what is left behind would keep it open.
	leakhop check "$@" >"$said.out" 2>"$said" || status=$?
	output=$(cat "$said.out")
	((status == code)) && return
	echo "exit code $status, not $code, of: $*" >&2
	cat "$said" >&2
	return 1
}

# found TEXT...: one finding for each, with that in its first line, and no others
found() {
	local text
	for text; do
		grep -qE "^#[0-9]+ .*$text" "$said" || { echo "no finding with '$text' in" >&2; cat "$said" >&2; return 1; }
	done
	(($(grep -c '^#' "$said") == $#)) || { echo "not $# findings in" >&2; cat "$said" >&2; return 1; }
}

block() { mark ending.c block "$1"; }

# Both ways to look: as who may load BPF, and as who may not.
ways=("" --without=bpf)
((EUID == 0)) || ways=("")

@test "exit codes are the command's own, where it is clean" {
	checked 0 -- true
	checked 7 -- sh -c 'exit 7'
	checked 255 -- sh -c 'exit 255'
	checked 143 -- sh -c 'kill -TERM $$; sleep 60'
	checked 137 -- sh -c 'kill -KILL $$'
	checked 42 -- "$programs/ending" code well
	grep -q '0 findings' "$said"
}

@test "with a finding it is 99, or another one; the command's own where it has failed" {
	checked 99 --grace 0s -- "$programs/ending" return
	checked 3 --grace 0s --exit-code 3 -- "$programs/ending" return
	checked 0 --grace 0s --exit-code 0 -- "$programs/ending" return
	checked 42 --grace 0s -- "$programs/ending" code
	found "left over"
}

@test "no such command, wrong usage" {
	checked 4 -- "$BATS_TEST_TMPDIR/none"
	checked 2
	checked 2 true
	checked 2 --thres 1s -- true
	checked 2 --update-baseline -- true
	checked 2 --budget 0 -- true
}

@test "a thread that lives at each kind of end: its place; and its healthy twin" {
	local way where
	for where in "${ways[@]}"; do
		for way in return exit _exit thread exec vfork; do
			checked 99 --grace 0s $where -- "$programs/ending" "$way"
			found "1 thread left over: semaphore in wait_for_word \(ending.c:$(block left)\)"
			checked 0 $where -- "$programs/ending" "$way" well
			found
		done
	done
}

@test "with BPF it is known who started it" {
	need_root
	checked 99 --grace 0s -- "$programs/ending" return
	found "started in begin \(ending.c:$(mark ending.c spawn left)\)"
}

@test "threads at one place are one finding" {
	checked 99 --grace 0s --without=bpf -- "$programs/ending" pool
	found "8 threads left over: .*ending.c:$(block left)\)"
	checked 0 -- "$programs/ending" pool well
}

@test "who ends within the grace is not left over" {
	checked 0 --grace 20s -- "$programs/ending" late well
	checked 99 --grace 0s -- "$programs/ending" late
	found "sleep in half_a_second"
}

@test "who is held at its end for longer than the threshold is not stuck" {
	local where
	for where in "${ways[@]}"; do
		checked 99 --grace 2s --threshold 200ms $where -- "$programs/ending" thread
		found "1 thread left over: semaphore in wait_for_word \(ending.c:$(block left)\)"
	done
}

@test "another leakhop calls it a suspect, and names who holds it" {
	"$leakhop" check --grace 4s -- "$programs/ending" thread >/dev/null 2>&1 3>&- &
	pids+=($!)
	local keeper=$! ending json=$BATS_TEST_TMPDIR/held.json
	held() {
		ending=$(pgrep -x ending --parent "$(pgrep -P "$keeper" | paste -sd,)") &&
			grep -q seccomp_do_user "/proc/$ending/task/"*/wchan
	}
	need_root
	eventually 20 held
	dump "$json" -p "$ending" -m 1ms
	holds '[.suspects[] | select(.rule == "supervised")] | length == 1 and .[0].wait.kind == "supervisor"' "$json"
	jq -e '[.findings[] | select(.wait.kind == "supervisor" or .wait.kind == "kernel")] == []' "$json" >/dev/null
}

@test "a thread that the C library has for itself is none of the program's" {
	local where
	for where in "${ways[@]}"; do checked 0 --grace 0s $where -- "$programs/ending" timer; done
}

@test "a process killed or aborted: its signal, no guess about what it leaves" {
	checked 134 -- "$programs/ending" abort
	found
	grep -q 'signal 6 .* has ended the command' "$said"
	checked 137 -- "$programs/ending" kill
	found
}

@test "children left behind, and daemons; healthy twins" {
	local way
	for way in child daemon; do
		checked 99 --grace 0s -- "$programs/ending" "$way"
		found "ending .*left behind: .* in stay \(.*ending.c:$(block behind)\)"
		((EUID != 0)) || grep -q 'left behind: .*started by ending (' "$said"
		kill -KILL "$(sed -n 's/^#1 .*(\([0-9]*\)): left behind.*/\1/p' "$said")"
		checked 0 -- "$programs/ending" "$way" well
		found
	done
	# A child of a pipeline that ends a little later is none.
	checked 0 --grace 20s -- sh -c 'sleep 0.3 & exit 0'
}

@test "what is left behind is the only one that keeps leakhop's pipes open" {
	# The reader of a pipe sees its end when the child that was left has closed its own.
	run timeout 20 bash -c '"$1" check -q --grace 0s -- sh -c "sleep 60 >&- 2>&- 3>&- & echo \$!" 3>&1 2>&1 | cat' bash "$leakhop"
	((status == 0))
	kill -KILL "$(head -n 1 <<<"$output")"
}

@test "static and stripped programs" {
	local set
	for set in static static-pie stripped; do
		[[ -x $programs/$set/ending ]] || continue
		checked 99 --grace 0s -- "$programs/$set/ending" return
		(($(grep -c '^#.*left over' "$said") == 1))
		checked 0 -- "$programs/$set/ending" return well
	done
}

@test "stdin, stdout and stderr are the command's own" {
	output=$(echo in | leakhop check -q -- sh -c 'cat; echo out; echo err >&2' 2>"$said")
	[[ $output == $'in\nout' ]]
	[[ $(head -n 1 "$said") == err ]]
	checked 0 -o "$BATS_TEST_TMPDIR/report" -- sh -c 'echo err >&2'
	[[ $(cat "$said") == err ]]
	grep -q '0 findings' "$BATS_TEST_TMPDIR/report"
}

@test "the command begins with the signals as they were: none blocked, ignored ones ignored" {
	checked 0 -- grep -E '^Sig(Blk|Ign):' /proc/self/status
	local inside=$output
	output=$(grep -E '^Sig(Blk|Ign):' /proc/self/status)
	[[ $inside == "$output" ]]
	output=$(trap '' HUP USR1; "$leakhop" check -q -- grep '^SigIgn:' /proc/self/status 2>/dev/null)
	(((16#${output##*[[:space:]]} & 0x201) == 0x201))
}

# begin ARGUMENT...: a check in the background, in $checker, of the fixture that says which signals it gets
begin() {
	out=$BATS_TEST_TMPDIR/out.signals
	env --default-signal=INT,QUIT "$leakhop" check "$@" >"$out" 2>"$said" 3>&- &
	checker=$!
	pids+=("$checker")
	eventually 20 said 1
}

@test "signals are passed on, each once" {
	local one status=0
	begin -- "$programs/ending" signals
	for one in HUP QUIT USR1 USR2 INT; do
		kill -"$one" "$checker"
		eventually 20 grep -q "^got $(printf %02d "$(kill -l "$one")")\$" "$out"
	done
	kill -TERM "$checker"
	wait "$checker" || status=$?
	((status == 3))
	(($(grep -c '^got' "$out") == 6))
}

@test "a thousand short processes: each is let go" {
	checked 0 -- sh -c 'i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i + 1)); done'
	grep -q 'the end of 1001 processes seen' "$said"
}

@test "killed in the midst of a hold, it leaves nobody who waits for it" {
	local held
	begin --grace 600s -- sh -c "trap '' TERM; echo READY \$\$ x 0 \$\$; '$programs/ending' code; echo ended with \$?; exec sleep 600"
	eventually 20 held_one
	kill -KILL "$checker"
	eventually 20 grep -q 'ended with 42' "$out"
	# Nor does the command go on without it.
	eventually 20 gone "$(ready_pid x)"
}

@test "its keeper killed: told, and the command does not go on without it" {
	local status=0
	begin -- "$programs/ending" signals
	pgrep -P "$checker" -x leakhop-keeper
	kill -KILL "$(pgrep -P "$checker" -x leakhop-keeper)"
	wait "$checker" || status=$?
	((status == 5))
	grep -q 'was killed' "$said"
	eventually 20 gone "$(ready_pid signals)"
}

# A process of the fixture is at its end.
held_one() {
	local one
	for one in $(pgrep -x ending); do
		[[ $(cat "/proc/$one/syscall" 2>/dev/null) != "231 "* ]] || return 0
	done
	return 1
}

@test "a check in a check: the inner one says that it cannot hold" {
	checked 0 -- "$leakhop" check -- sleep 0.3
	grep -q 'there is a listener already' "$said"
}

@test "--no-hold: what is left over is not looked at, and it is said" {
	checked 0 --no-hold -- sh -c 'sleep 0.2'
	grep -q 'not looked at' "$said"
}

@test "nothing could be looked at: no green" {
	need_root
	local shared
	shared=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	cp "$leakhop" "$shared/leakhop"
	chmod -R a+rX "$shared"
	cp "$(command -v sleep)" "$shared/sleep"
	chmod 711 "$shared/sleep" # who may not read a program may not look at its process
	run "${nobody[@]}" "$shared/leakhop" check --no-hold -- "$shared/sleep" 0.5
	rm -rf "$shared"
	[[ $status == 3 && $output == *"nothing could be looked at"* ]]
}

@test "a program that would be another user's: said, and --no-hold does without" {
	need_root
	local shared
	shared=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	cp "$leakhop" "$shared/leakhop"
	cp "$(command -v id)" "$shared/id"
	chmod -R a+rX "$shared"
	chmod u+s "$shared/id"
	run "${nobody[@]}" "$shared/leakhop" check -- "$shared/id" -u
	[[ $output == *"--no-hold"* && $(head -n 1 <<<"$output") == 65534 ]]
	run "${nobody[@]}" "$shared/leakhop" check --no-hold -- "$shared/id" -u
	rm -rf "$shared"
	[[ $(head -n 1 <<<"$output") == 0 ]]
}

@test "at a terminal: Ctrl-C once, Ctrl-Z and fg, a shell with jobs of its own" {
	/usr/bin/python3 "$top/tests/live/terminal.py" "$leakhop" "$programs/ending" 3>&-
}
