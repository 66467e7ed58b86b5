#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is left of leakhop's rights, and of its workers', while it runs: docs/security.md.

load helper

setup() {
	pids=()
	need_root
	start locks mutex
	await 2
}

# Numbers of capabilities, linux/capability.h
sys_ptrace=19 dac_read_search=2 sys_admin=21 syslog=34 perfmon=38 bpf=39 checkpoint_restore=40 kill=5

# rights PID CAPABILITY...: it has these and no others, and no way back to any
rights() {
	local one=$1 mask=0 had capability
	shift
	for capability; do ((mask |= 1 << capability)); done
	had=$(awk '/^CapPrm/ { print $2 }' "/proc/$one/status")
	# A host may have given this test less than all.
	((0x$had & ~mask)) && { echo "process $one has $had" >&2; return 1; }
	[[ $(awk '/^CapEff/ { print $2 }' "/proc/$one/status") == "$had" ]]
	grep -q $'^NoNewPrivs:\t1' "/proc/$one/status"
	grep -q $'^Seccomp:\t2' "/proc/$one/status"
}

confined() { grep -q $'^Seccomp:\t2' "/proc/$(worker files)/status" && grep -q $'^Seccomp:\t2' "/proc/$(worker reader)/status"; }

# One that replaces another is a child of the spawner.
spawner() { pgrep -P "$tracer" -x leakhop-spawner || pgrep -P "$tracer" -x leakhop-spawne; }
# Those that live: who was killed is in the list until it is reaped.
worker() { pgrep -r D,R,S -P "$tracer,$(spawner)" -x "leakhop-$1"; }
workers_stand() { [[ $(worker reader) && $(worker files) && $(spawner) ]]; }

workers_have_their_rights() {
	rights "$(worker reader)" $sys_ptrace $dac_read_search $checkpoint_restore $sys_admin
	rights "$(worker files)"
	# Nobody, in an empty root, with the socket and what says how much memory it has.
	[[ $(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$(worker files)/status") == "65534 65534 65534 65534" ]]
	[[ ! -e /proc/$(worker files)/root/etc && ! -e /proc/$(worker files)/root/proc ]]
	[[ $(readlink "/proc/$(worker files)/ns/net") != $(readlink /proc/self/ns/net) ]]
	local open
	open=$(ls "/proc/$(worker files)/fd" | wc -l)
	((open >= 5 && open < 20))
}

@test "each process has the rights that it needs, and no others" {
	follow "$BATS_TEST_TMPDIR/trace" -p "$pid" -m 100ms --json
	eventually 20 workers_stand
	limited() { grep -q $'^Seccomp:\t2' "/proc/$tracer/status"; }
	eventually 20 limited
	workers_have_their_rights
	rights "$tracer" $sys_ptrace $dac_read_search $checkpoint_restore $bpf $perfmon $syslog $kill
	stop_trace
}

@test "the emulator has no rights, and a place of its own" {
	[[ -x $programs/asked ]] || skip "no asked"
	start asked list
	await 2
	follow "$BATS_TEST_TMPDIR/trace" -p "$pid" -m 100ms --json
	begun() { [[ $(worker emulate) ]] && grep -q $'^Seccomp:\t2' "/proc/$(worker emulate)/status"; }
	eventually 20 begun
	rights "$(worker emulate)"
	[[ $(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$(worker emulate)/status") == "65534 65534 65534 65534" ]]
	[[ ! -e /proc/$(worker emulate)/root/etc && ! -e /proc/$(worker emulate)/root/proc ]]
	[[ $(readlink "/proc/$(worker emulate)/ns/net") != $(readlink /proc/self/ns/net) ]]
	local one
	one=$(worker emulate)
	stop_trace || :
	eventually 20 gone "$one"
}

@test "workers are gone with leakhop, however it ends" {
	local signal files reader begins
	for signal in INT KILL; do
		follow "$BATS_TEST_TMPDIR/trace" -p "$pid" -m 100ms --json
		eventually 20 workers_stand
		files=$(worker files) reader=$(worker reader) begins=$(spawner)
		kill -"$signal" "$tracer"
		wait "$tracer" || [[ $signal == KILL ]]
		eventually 20 gone "$files"
		eventually 20 gone "$reader"
		eventually 20 gone "$begins"
	done
}

@test "a worker that is killed is replaced by one with the same rights" {
	local json=$BATS_TEST_TMPDIR/trace try files reader
	follow "$json" -a -m 100ms --json
	for try in 1 2; do
		eventually 20 workers_stand
		files=$(worker files) reader=$(worker reader)
		kill -KILL "$files" "$reader"
		# What a new file has is asked of a new one.
		cp "$programs/locks" "$BATS_TEST_TMPDIR/locks$try"
		programs=$BATS_TEST_TMPDIR start "locks$try" mutex
		await 2
		replaced() { workers_stand && [[ $(worker files) != "$files" && $(worker reader) != "$reader" ]]; }
		eventually 20 replaced
	done
	eventually 20 confined
	workers_have_their_rights
	# And one that runs threads of the host forward, if there was something to ask.
	none_else() { (($(pgrep -r D,R,S -P "$(spawner)" | wc -l) == 2 + $(worker emulate | wc -l))); }
	eventually 20 none_else
	stop_trace
	is "$(ready_tid mutex)" "any(.user_stack[]; .line == $(mark locks.c block mutex))" "$json"
}

@test "leakhop goes on when its spawner is killed" {
	local json=$BATS_TEST_TMPDIR/trace
	follow "$json" -p "$pid" -m 100ms --all --json
	eventually 20 workers_stand
	kill -KILL "$(spawner)" "$(worker files)"
	stop_trace
	is "$(ready_tid mutex)" '.wait.kind == "mutex"' "$json"
}

@test "what is written at the end goes into another user's folder, too" {
	local folder=$BATS_TEST_TMPDIR/theirs
	mkdir "$folder"
	chown 65534:65534 "$folder" "$BATS_TEST_TMPDIR"
	chmod 755 "$folder" "$BATS_TEST_TMPDIR"
	leakhop dump -p "$pid" --dot "$folder/graph.dot" -o "$folder/report.txt" -o "$folder/seen.leakhop"
	[[ -s $folder/graph.dot && -s $folder/report.txt ]]
	leakhop report --json "$folder/seen.leakhop" >"$BATS_TEST_TMPDIR/report.json"
	holds '.findings' "$BATS_TEST_TMPDIR/report.json"
	[[ ! -e $folder/seen.leakhop-wal ]]
}
