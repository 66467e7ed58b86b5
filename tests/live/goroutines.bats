#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Goroutines read from outside, at one look: each leak pattern of the Go literature and its healthy twin.

load helper
load go

setup() { setup_go; }

@test "forgotten channels, at one look" {
	local one
	for one in $forgotten; do one_look go "$one"; done
}

@test "synchronisation that never comes, at one look" {
	local one
	for one in $locks; do one_look go "$one"; done
}

@test "an iterator that is not stopped" {
	GROW=0 run_go go iter
	eventually 10 stands
	holds '[.findings[] | [.verdict, .wait.kind, .count]] == [["leak", "coroutine", 3]]' "$json"
}

@test "healthy twins are silent" {
	local one
	for one in $forgotten $locks http read dial sleep spin unbounded websocket iter; do
		one=${one%%:*}
		silent go "$one"
	done
}

@test "what select waits for, case by case" {
	GROW=0 run_go go context
	eventually 10 stands
	holds '.findings[0].wait | .kind == "select" and .cases_total >= 1 and
		all(.cases[]; .closed == false and .direction == "receive" and (.channel | startswith("0x")))' "$json"
}

@test "labels, the parent, and memory" {
	[[ -x $programs/go/golabels ]] || skip "no golabels"
	start go/golabels
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	dump "$json" -p "$pid" --no-threads
	holds "[.goroutines[] | select(any(.stack[]?; .line == $(mark go/golabels/main.go block labels)))] |
		length == 1 and (.[0] | .count == 12 and .memory_bytes >= 24576 and
		(.spawn.parent_goid != null or (.go_version | test(\"go1[.](1[0-9]|20)\"))) and
		(.labels[0].text | test(\"endpoint=\")) and ([.labels[].count] | add) <= 12)" "$json"
}

@test "a goroutine in a system call has a thread" {
	[[ -x $programs/go/gosyscall ]] || skip "no gosyscall"
	start go/gosyscall
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	dump "$json" -p "$pid"
	local line
	line=$(mark go/gosyscall/main.go block read)
	holds ".goroutines[] | select(any(.stack[]?; .function == \"main.readPipe\" and .line == $line)) |
		.wait.kind == \"system call\" and .tid > 0 and .wait.thread_wait.kind == \"pipe\"" "$json"
	# The thread of that number is blocked in the call, and says for whom.
	jq -e --argjson line "$line" '(.goroutines[] | select(any(.stack[]?; .function == "main.readPipe" and .line == $line))) as $g |
		.threads[] | select(.tids | index($g.tid)) |
		.syscall.name == "read" and ([.goroutine.goid] - $g.goids) == []' "$json" >/dev/null
}

@test "100,000 goroutines from 100 sites" {
	[[ -x $programs/go/gomany ]] || skip "no gomany"
	start go/gomany 100000 100
	eventually 60 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	dump "$json" -p "$pid" --no-threads
	holds "[.goroutines[] | select(any(.stack[]?; .function == \"main.park\"))] |
		([.[].count] | add) == 100000 and (map(.spawn.line) | unique | length) == 100" "$json"
	holds '.findings == []' "$json"
}

@test "without goroutines, and without threads" {
	GROW=0 run_go go sender
	dump "$json" -p "$pid" --no-go
	holds '[.findings[], .threads[] | .kind] | unique == ["thread"]' "$json"
	holds 'has("goroutines") | not' "$json"
	dump "$json" -p "$pid" --no-threads
	holds '.threads == [] and (.goroutines | length) > 3' "$json"
	run -2 leakhop dump -p "$pid" --no-go --no-threads
	[[ $output == *"leave nothing to look at"* ]]
}

@test "a process without Go has no goroutines" {
	start calls
	await 1
	dump "$json" -p "$pid"
	holds 'has("goroutines") | not' "$json"
}

@test "a finding as text" {
	GROW=0 run_go go sender
	eventually 10 stands
	run -1 leakhop dump -p "$pid" --no-threads --fail-on leak
	[[ $output == *"LEAK"*"3 goroutines"* ]]
	[[ $output == *"waits for     channel send  (forgotten channel)"* ]]
	[[ $output == *"> main.sendResult"*"forgotten.go:$(line block sender)"* ]]
	[[ $output == *"spawned       main."*"forgotten.go:$(line spawn sender)"* ]]
	[[ $output == *"to mend       give the result channel a buffer of one"* ]]
}

@test "without root, a process of one's own" {
	need_root
	[[ -x $programs/go/goleak ]] || skip "no Go"
	install -m 755 "$programs/go/goleak" "$leakhop" "$BATS_TEST_TMPDIR"
	chmod 755 "$BATS_TEST_TMPDIR"
	out=$BATS_TEST_TMPDIR/out.nobody
	GROW=0 TMPDIR=/tmp "${nobody[@]}" "$BATS_TEST_TMPDIR/goleak" sender >"$out" 2>&1 </dev/null 3>&- &
	pids+=($!)
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	eventually 10 stands
	"${nobody[@]}" "$BATS_TEST_TMPDIR/leakhop" dump -p "$pid" --no-threads --json >"$json"
	holds '[.findings[].count] == [3]' "$json"
}
