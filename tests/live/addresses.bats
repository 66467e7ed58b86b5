#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Whether anybody but the waiter has the address of what it waits for: as it is, with a tag, or as that of the block around it.

load helper

setup() { pids=(); need_tool; json=$BATS_TEST_TMPDIR/dump.json; }
teardown() { kill_fixtures; }

# address NAME: what the explanation of this thread says of it
address() {
	leakhop dump --json -p "$pid" -m 20ms --explain "$(ready_tid "$1")" >"$json" &&
		jq -r '.explanation.read.wait | select(.kind == "condition variable") | .address // "-"' "$json"
}

@test "a condition on the heap whose address nobody else has" {
	local name
	start lonely
	await 5
	[[ $(address nobody) =~ ^no\ word\ of\ [0-9]+\ MiB\ of\ private\ memory\ leads\ to\ it ]]
	# It is no verdict.
	holds '.findings == []' "$json"
	for name in known tagged part frame; do
		[[ $(address "$name") == - ]] || { echo "$name: $(address "$name")" >&2; return 1; }
	done
	run -0 leakhop dump -p "$pid" -m 20ms --explain "$(ready_tid nobody)"
	[[ $output =~ address\ +no\ word\ of ]]
}
