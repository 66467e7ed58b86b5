#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A busy process is looked at again and again: no stack may be put together from two moments.
#
# LEAKHOP_TORN_DUMPS   how many dumps: 100 unless told; 1000 before a release

load helper

setup() { pids=(); need_tool; need_root; }

dumps_are_whole() {
	local number=${LEAKHOP_TORN_DUMPS:-100} i
	start chains 8
	await 1
	for ((i = 0; i < number; i++)); do
		leakhop dump -q --json -p "$pid" "$@" >"$BATS_TEST_TMPDIR/$i.json"
	done
	check chains "$BATS_TEST_TMPDIR"/*.json
	# Else the above says little: some of the stacks must be deep ones, and whole.
	jq -e -s '[.[].threads[] | select(.user_stack_end == "whole") |
		select([.user_stack[] | select(.function | startswith("chain_"))] | length > 3)] |
		length > 0' "$BATS_TEST_TMPDIR"/*.json
}

@test "dumps of a busy process: no torn stack" { dumps_are_whole; }

@test "the same from /proc" {
	LEAKHOP_TORN_DUMPS=$((${LEAKHOP_TORN_DUMPS:-100} / 4)) dumps_are_whole --without bpf
}

@test "short blocks of a busy process: no torn stack" {
	start chains 8
	await 1
	# A nap of 50 us takes 100 us and more; a threshold of 60 us makes each of them a block.
	leakhop trace -p "$pid" -m 60us -d 3s --all --json >"$BATS_TEST_TMPDIR/trace.json"
	jq '.threads = .findings + .suspects + .waits + .threads' "$BATS_TEST_TMPDIR/trace.json" \
		>"$BATS_TEST_TMPDIR/all.json"
	check chains "$BATS_TEST_TMPDIR/all.json"
}
