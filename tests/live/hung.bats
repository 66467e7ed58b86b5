#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A process some of which cannot be read without hanging: leakhop does not hang with it, says what it left out, and tells
# of the others as ever.

load helper

setup() {
	pids=()
	need_root
	json=$BATS_TEST_TMPDIR/dump.json
	server=
	LEAKHOP_PATIENCE=60
	start locks mutex
	await 2
	sick=$pid sick_out=$out
}

# Whoever ends closes files, which the server would have to answer: it goes first, and the mount with it.
# And whoever still has its descriptor: by the kernel's list of connections, of which one is ours.
teardown() {
	[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
	# shellcheck disable=SC2016
	[[ -z ${connection:-} ]] || unshare -m sh -c 'mount -t fusectl none /sys/fs/fuse/connections &&
		echo 1 >"/sys/fs/fuse/connections/$1/abort"' sh "$connection" 2>/dev/null || true
	kill_fixtures
	[[ -z ${core:-} ]] || rm -rf "$core"
}

# begin_hung MODE NUMBER: and the server falls silent when so many threads stand
begin_hung() {
	start hung "$1" "$programs/locks" mutex
	eventually 20 said "$2"
	! grep -q ^SKIP "$out" || skip "no FUSE here: $(cat "$out")"
	server=$(awk '$1 == "SERVER" { print $2 }' "$out")
	connection=$(awk '/ - fuse/ { split($3, number, ":"); print number[2]; exit }' "/proc/$pid/mountinfo")
	eventually 20 all_asleep
	kill -USR1 "$server"
}

# Also in state D
all_asleep() {
	local tid
	for tid in $(awk '$1 == "READY" { print $2 }' "$out"); do
		[[ $(sed 's/.*) //' "/proc/$pid/task/$tid/stat") == [SD]* ]] || return 1
	done
}

survives() {
	dump "$json" -p "$pid,$sick" --all 2>"$json.err" || { cat "$json.err" >&2; return 1; }
	local hung_out=$out
	out=$sick_out
	holds "[.threads[] | select(.pid == $sick and (.tids | index($(ready_tid mutex))))
		| .user_stack[] | select(.line == $(mark locks.c block mutex))] != []" "$json"
	out=$hung_out
}

@test "the program lies on a server that does not answer: only its own names are missing" {
	begin_hung binary 2
	survives
	grep -q 'file system does not answer' "$json.err"
	# What is not in the file is read as ever: the mutex, its owner, the C library's frames.
	holds "[.threads[] | select(.pid == $pid and (.tids | index($(ready_tid mutex)))) | select(.wait.kind == \"mutex\"
		and .wait.owners[0].tid == $pid and any(.user_stack[]; .function | test(\"mutex_lock\")))] != []" "$json"
}

@test "a core names a program on a server that does not answer" {
	[[ -n $(type -P gcore) ]] || skip "no gcore"
	core=$(mktemp -d /var/tmp/leakhop-core.XXXXXX) # /tmp is the server's
	start hung binary "$programs/locks" mutex
	eventually 20 said 2
	! grep -q ^SKIP "$out" || skip "no FUSE here: $(cat "$out")"
	server=$(awk '$1 == "SERVER" { print $2 }' "$out")
	connection=$(awk '/ - fuse/ { split($3, number, ":"); print number[2]; exit }' "/proc/$pid/mountinfo")
	eventually 20 all_asleep
	timeout -k 5 60 gcore -o "$core/core" "$pid" >"$core/said" 2>&1 </dev/null 3>&- || skip "gcore does not make it: $(tail -n 1 "$core/said")"
	cp "$leakhop" "$core/leakhop" # which may lie in /tmp itself
	kill -USR1 "$server"
	nsenter -t "$pid" -m timeout -k 5 50 "$core/leakhop" dump --core "$core/core.$pid" --json >"$json" 2>"$json.err" 3>&-
	grep -q "not found here.*: file " "$json.err"
	holds '[.threads[] | select(.wait.kind == "mutex" and any(.user_stack[]; .function | test("mutex_lock")))] != []' "$json"
}

@test "a stack lies on a server that does not answer" {
	begin_hung stack 1
	survives
	holds ".threads | any(.pid == $pid and .state == \"S\")" "$json"
	grep -q "process $pid: the kernel does not give its memory" "$json.err"
}

@test "a thread holds the lock of its memory, and will not let go" {
	begin_hung lock 1
	mapper=$(ready_tid mapper)
	in_d() { [[ $(sed 's/.*) //' "/proc/$pid/task/$mapper/stat") == D* ]]; }
	eventually 20 in_d || skip 'this kernel does not wait there'
	survives
	holds ".threads | any(.pid == $pid and (.tids | index($mapper)) and .state == \"D\"
		and any(.kernel_stack[]; .function | test(\"mmap\")))" "$json"
	holds ".threads | any(.pid == $pid and (.user_stack_end | test(\"did not give its memory\")))" "$json"
	grep -q "process $pid: the kernel does not give its memory" "$json.err"
}

@test "a trace of all goes on beside it, and ends when it is asked to" {
	begin_hung lock 1
	follow "$json" -p "$pid,$sick" -m 200ms --json
	sees_sick() { grep -q "process $pid: the kernel" "$json.err"; }
	eventually 30 sees_sick
	stop_trace
	out=$sick_out
	is "$(ready_tid mutex)" ".user_stack | any(.line == $(mark locks.c block mutex))" "$json"
}

@test "a stack in memory that another process should fill, and does not" {
	local kind
	for kind in user all; do
		start hung userfault "$kind"
		eventually 20 said 1
		! grep -q ^SKIP "$out" || skip "no userfaultfd here: $(cat "$out")"
		eventually 20 all_asleep
		survives
		holds ".threads | any(.pid == $pid and .state == \"S\")" "$json"
	done
	grep -q "process $pid: the kernel does not give its memory" "$json.err"
}

@test "Go's own form of a program on a server that does not answer: it ends, and says why" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	start hung binary "$programs/go/goleak" sender
	eventually 20 said 1
	! grep -q ^SKIP "$out" || skip "no FUSE here: $(cat "$out")"
	server=$(awk '$1 == "SERVER" { print $2 }' "$out")
	kill -USR1 "$server"
	LEAKHOP_PATIENCE=20
	run --separate-stderr leakhop dump -p "$(awk '/^READY/ { print $NF; exit }' "$out")" --format=go
	echo "$status $stderr" >&2
	[[ $status == [35] && $stderr == *'does not answer'* ]]
}
