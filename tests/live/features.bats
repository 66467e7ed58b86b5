#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What an older kernel lacks is taken away here: the findings stay the same.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/result.json
}

finds_without() {
	start locks
	await 10
	dump "$json" -p "$pid" --without "$1"
	check waits "$json" "$out" "$sources/locks.c" --between "$before" "$after"
	leakhop trace -p "$pid" -m 300ms -d 2s --json --without "$1" >"$json"
	check waits "$json" "$out" "$sources/locks.c" --in due
}

@test "without the task iterator" { finds_without iterator; }
@test "without task storage" { finds_without task-storage; }
@test "without the helper for registers" { finds_without pt-regs; }
@test "without BTF tracepoints" { finds_without tp-btf; }
@test "without system call tracepoints" { finds_without syscalls; }
@test "without any two of them" { finds_without task-storage,pt-regs; }
@test "without all but BPF itself" {
	finds_without iterator,task-storage,pt-regs,tp-btf,syscalls
}

@test "without BPF: the same from /proc, and it says what it cannot see" {
	start locks
	await 10
	dump "$json" -p "$pid" --without bpf
	check waits "$json" "$out" "$sources/locks.c"
	same '.source' '"proc"' "$json"
	holds '.limits | length > 0' "$json"
}

@test "with everything: the source is BPF" {
	start locks mutex
	await 2
	dump "$json" -p "$pid"
	same '.source' '"bpf"' "$json"
}

@test "without system call tracepoints a command is followed all the same" {
	command_line locks mutex
	leakhop trace -m 300ms -d 2s --json --without syscalls -o "$json" -- "${cmd[@]}"
	check waits "$json" "$out" "$sources/locks.c" --in due
}

@test "--no-syscalls: no system call is traced, blocks are found" {
	start locks
	await 10
	leakhop trace -p "$pid" -m 300ms -d 2s --json --no-syscalls >"$json"
	check waits "$json" "$out" "$sources/locks.c" --in due
}

@test "doctor tells what is there" {
	leakhop doctor
	leakhop doctor --json | jq -e 'type == "object"'
}

@test "--syscalls: who last woke the futex, and whether anybody slept there" {
	command_line woken
	leakhop trace -m 300ms -d 2s --json --syscalls -o "$json" -- "${cmd[@]}"
	holds "due[] | select(.tids | index($(ready_tid woken))) | .futex_last_wake |
		.tid == $(ready_tid waker) and .calls == 1 and .woken == 1 and .woke_nobody == 0" "$json"
}

# To whom CLOCK_BOOTTIME is an hour ahead, the starts of threads in /proc are, too: so it is on a host that was suspended.
joined() {
	"$@" >"$json"
	jq -c "$due"' [due[] | [.tids, .verdict, .rule, [(.wait.owners // [])[].tid]]] | sort' "$json"
}

@test "clocks that differ by an hour, as after a suspend: who is joined is older than the wait for its end" {
	local without before
	unshare --fork -T --boottime 3600 true || skip "no time namespaces"
	start sick join
	await 2
	for without in syscalls bpf; do
		before=$(joined leakhop dump -q -p "$pid" -m 10ms --json --without $without)
		[[ $before == *'"stuck","dead-end",['"$(ready_tid waiter)"']'* ]] || { echo "$before"; return 1; }
		[[ $(joined unshare --fork -T --boottime 3600 "$leakhop" dump -q -p "$pid" -m 10ms --json --without $without) == "$before" ]]
	done
}
