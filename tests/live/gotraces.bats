#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Goroutines followed over time: what grows, what is owed, and what only comes and goes.

load helper
load go

setup() { setup_go; }

@test "a service that sleeps, spins or spawns more and more" {
	grown unbounded
	holds ".findings[] | select(any(.stack[]?; .line == $(line block unbounded))) |
		.verdict == \"leak\" and .rule == \"growing\" and .group.slope_per_s > 5" "$json"
	grown sleep
	holds ".findings[] | select(any(.stack[]?; .line == $(line block sleep))) |
		.verdict == \"leak\" and .rule == \"growing\" and .spawn.line == $(line spawn sleep)" "$json"
	GROW=200ms grown spin
	holds ".findings | length == 1 and (.[0] | .verdict == \"leak\" and .spawn.line == $(line spawn spin) and
		.group.spawned > 0)" "$json"
	local pattern
	for pattern in unbounded sleep spin; do
		GROW=200ms grown $pattern well
		no_findings "$json"
	done
}

@test "timers that only grow" {
	local pattern
	for pattern in after afterfunc; do
		grown $pattern
		holds '[.findings[] | select(.kind == "timers") | .verdict == "leak" and .count > 50 and .function != ""] == [true]' "$json"
		grown $pattern well
		no_findings "$json"
	done
}

@test "calls out of the program that nobody answers" {
	GROW=200ms grown http
	holds ".findings[] | select(any(.stack[]?; .line == $(line block http))) | .verdict == \"leak\"" "$json"
	GROW=200ms grown read
	holds ".findings[] | select(any(.stack[]?; .line == $(line block read))) |
		.wait.kind == \"network\" and .wait.deadline == null and .wait.socket.peer.pid == .pid" "$json"
	GROW=0 grown dial
	holds ".findings[] | select(any(.stack[]?; .line == $(line block dial))) |
		.verdict == \"stuck\" and .rule == \"connect\"" "$json"
	local pattern
	for pattern in http read dial; do
		GROW=200ms grown $pattern well
		no_findings "$json"
	done
}

@test "a channel leak that grows is told once, while it runs" {
	GROW=100ms run_go go sender
	leakhop trace -p "$pid" -m 300ms -d 4s --no-threads --json=lines >"$json"
	jq -se --argjson block "$(line block sender)" '
		[.[] | select(.type == "finding" and any(.stack[]?; .line == $block)) | .goids[]] |
		length > 0 and length == (unique | length)' "$json" >/dev/null
	jq -se '.[-1] | .type == "summary" and ([.findings[].count] | add) > 10' "$json" >/dev/null
}

@test "a healthy service, idle and at work" {
	[[ -x $programs/go/gohealthy ]] || skip "no gohealthy"
	start go/gohealthy
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop trace -p "$pid" -m 300ms -d 5s --no-threads --json >"$json"
	no_findings "$json"
	holds '.suspects == []' "$json"
	end
	GROW=10ms start go/gohealthy
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop trace -p "$pid" -m 300ms -d 8s --no-threads --json >"$json"
	no_findings "$json"
}

@test "goroutines that come and go while they are read" {
	[[ -x $programs/go/gochurn ]] || skip "no gochurn"
	start go/gochurn
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop trace -p "$pid" -m 200ms -d 4s --no-threads --json >"$json"
	no_findings "$json"
	holds '.lost.goroutines == 0 or .lost.goroutines == null' "$json"
}

@test "a process that is stopped, and one that is killed meanwhile" {
	GROW=0 run_go go sender
	eventually 10 stands
	kill -STOP "$pid"
	stands
	kill -CONT "$pid"
	end
	GROW=0 run_go go sender
	follow "$json" -p "$pid" -m 200ms --no-threads --json
	kill -KILL "$pid"
	# 4: it was gone before the first look.
	local status=0
	wait "$tracer" || status=$?
	((status == 0 || status == 4))
	((status)) || holds '.findings | length <= 1' "$json"
}
