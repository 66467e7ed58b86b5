#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Groups of threads that only grow are leaks; those that come and go, or grow with the clients, are not.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/trace.json
}

@test "one thread more every 300 ms, and none ends" {
	start sick growing
	await 1
	leakhop trace -p "$pid" -m 200ms -d 8s --json >"$json"
	local spawn
	spawn=$(mark sick.c spawn member)
	same '[.findings[] | [.verdict, .rule]]' '[["leak","growing"]]' "$json"
	holds ".findings[0] | .reason != \"\" and .proof != \"\" and .pid == $pid and .count > 10" "$json"
	holds '.findings[0].trend | .slope_per_s >= 2 and .slope_per_s <= 5 and .slope_error < 1 and
		.left == 0 and .joined > 10 and .sweeps >= 6' "$json"
	holds ".findings[0].spawn | .pid == $pid and any(.stack[];
		.function == \"growing\" and .line == $spawn)" "$json"
}

@test "one thread more every 300 ms, and each ends" {
	start sick growing well
	await 1
	leakhop trace -p "$pid" -m 200ms -d 8s --json >"$json"
	no_findings "$json"
	holds '.findings + .suspects == []' "$json"
}

@test "one look shows no growth" {
	start sick growing
	await 1
	grown() { (($(ls "/proc/$pid/task" | wc -l) >= 8)); }
	eventually 20 grown
	dump "$json" -p "$pid" -m 50ms
	no_findings "$json"
}

@test "a thread for each connection: they grow with the clients" {
	start leaky-server
	await 1
	local port begun=$SECONDS client
	port=$(awk '/^PORT/ { print $2 }' "$out")
	follow "$json" -p "$pid" -m 200ms --json
	while ((SECONDS - begun < 8)); do # bash closes them when the test ends
		exec {client}<>"/dev/tcp/127.0.0.1/$port"
		sleep 0.3
	done
	stop_trace
	no_findings "$json"
	local block
	block=$(mark leaky-server.c block client)
	holds "[due[] | select(any(.user_stack[]; .line == $block)) | .trend | select(.joined > 10 and .left == 0)] |
		length == 1" "$json"
}

@test "one of three is not answered any more, the others are; its twin: nobody is" {
	start sick answers
	await 3
	leakhop trace -p "$pid" -m 5ms -d 8s --json >"$json"
	local asker
	asker=$(ready_tid asker)
	holds "[.findings[] | [.tids, .verdict, .rule]] == [[[$asker], \"stuck\", \"answer-overdue\"]]" "$json"
	holds '.findings[0] | .wait.kind == "TCP" and .reason != "" and .proof != "" and .remedy != ""' "$json"
	# One look has no history.
	dump "$json" -p "$pid" -m 1s
	is "$asker" '.verdict == "suspect" and .rule == "answer-outstanding" and .remedy != ""' "$json"
	start sick answers well
	await 3
	leakhop trace -p "$pid" -m 5ms -d 8s --json >"$json"
	no_findings "$json"
	is "$(ready_tid asker)" 'select(.still_blocked > 0) | .rule == "slower-than-before"' "$json"
}

@test "a heartbeat whose spawner has ended is told to be an orphan; its twin is none" {
	local well
	for well in '' well; do
		command_line sick heartbeat $well
		: >"$out"
		leakhop trace -m 300ms -d 2s --json -o "$json" -- "${cmd[@]}"
		holds "due[] | select(.tids | index($(ready_tid heartbeat))) |
			.spawn.alive == $([[ $well ]] && echo true || echo false) and .verdict == \"idle\" and
			any(.spawn.stack[]; .function == \"start_heartbeat\")" "$json"
		kill "$(ready_pid heartbeat)"
	done
}
