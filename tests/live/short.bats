#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Blocks that are too short for any sweep: 20 ms, over and over.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/trace.json
}

pulses() { printf 'due[] | select(.tids | index(%d))' "$(ready_tid pulse)"; }

@test "blocks of 20 ms are counted, with their place" {
	start pulse 20
	await 1
	leakhop trace -p "$pid" -m 10ms -d 4s --json >"$json"
	local line
	line=$(mark pulse.c block pulse)
	# 4 s hold 180 blocks; half of them will do on a busy machine
	holds "[$(pulses) | .blocks.count] | add >= 90" "$json"
	holds "any($(pulses); any(.user_stack[];
		.function == \"block_in_pulse\" and .line == $line))" "$json"
	# None was shorter than 20 ms, and their mean is not twice of it
	holds "[$(pulses) | .blocks] | (map(.total_ns) | add) / (map(.count) | add) |
		. > 19000000 and . < 40000000" "$json"
}

@test "the naps between them are not counted" {
	start pulse 20 100
	await 1
	leakhop trace -p "$pid" -m 10ms -d 20s --json >"$json"
	eventually 20 grep -q DONE "$out"
	local times
	times=$(awk '/^DONE/ { print $2 }' "$out")
	holds "[$(pulses) | .blocks.count] | add <= $times" "$json"
}

@test "their stacks are whole, at a threshold of 1 ms too" {
	start pulse 5
	await 1
	leakhop trace -p "$pid" -m 1ms -d 3s --json >"$json"
	holds "any($(pulses); .user_stack_end == \"whole\" and
		any(.user_stack[]; .function == \"block_in_pulse\"))" "$json"
}
