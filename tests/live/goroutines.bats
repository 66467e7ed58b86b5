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

@test "circles of locks, channels and groups are deadlocks" {
	local one
	for one in $circles; do one_look go "$one" deadlock; done
	for one in $own; do one_look go "$one" "$(own_verdict)"; done
}

@test "a chain and a circle, goroutine by goroutine" {
	GROW=0 COUNT=1 run_go go joins
	eventually 10 circle
	holds "[$(line block joins), $(line block joined)] as \$lines | .findings | length == 2 and
		all(.[]; .chain[0].goid == .goids[0] and ([.chain[] | .line] | sort) == (\$lines | sort))" "$json"
	leakhop dump -p "$pid" --no-threads --dot "$BATS_TEST_TMPDIR/dot" >"$BATS_TEST_TMPDIR/text" || :
	grep -qE '`- (likely )?goroutine [0-9]*, for .* in WaitGroup, main.\(\*ledger\).closeBooks \(circles.go:' "$BATS_TEST_TMPDIR/text"
	grep -q 'back to goroutine [0-9]*: a circle' "$BATS_TEST_TMPDIR/text"
	grep -q 'label="goroutine [0-9]*, main.(\*ledger).book (deadlock)"' "$BATS_TEST_TMPDIR/dot"
	grep -q 'n[0-9]* -> n[0-9]* .label="Mutex"' "$BATS_TEST_TMPDIR/dot"
}

circle() { dump "$json" -p "$pid" --no-threads && jq -e '[.findings[].verdict] == ["deadlock", "deadlock"]' "$json" >/dev/null; }

@test "threads of C behind a goroutine that can never run again" {
	local try
	behind() {
		dump "$json" -p "$pid"
		jq -e --argjson line "$(line block lostcallback)" '[.findings[] | select(.kind == "goroutine")][0] as $g |
			$g.verdict == "leak" and any($g.stack[]; .line == $line) and $g.locked_to_thread and
			([.findings[] | select(.kind == "thread")] | length == 2 and
				any(.[]; .tids == [$g.tid] and .verdict == "stuck" and .goroutine.goid == $g.goids[0]) and
				any(.[]; .tids != [$g.tid] and .verdict == "stuck" and .wait.kind == "join" and
					.chain[-1].goid == $g.goids[0]))' "$json" >/dev/null
	}
	# An old pointer, where every word counts as one (stacks in C and in system calls), hides the leak in some processes.
	for try in 1 2 3 4 5; do
		GROW=0 COUNT=1 run_go go-cgo lostcallback
		! eventually 15 behind || break
		((try < 5))
		end
	done
	end
	GROW=0 COUNT=1 run_go go-cgo lostcallback well
	dump "$json" -p "$pid"
	holds '.findings + .suspects == []' "$json"
}

@test "a goroutine behind another program's deadlock" {
	start deaf
	local port
	eventually 5 grep -q PORT "$out"
	port=$(awk '/^PORT/ { print $2 }' "$out")
	GROW=0 COUNT=1 run_go go read "127.0.0.1:$port"
	behind() {
		dump "$json" -p "$pid"
		jq -e --argjson line "$(mark go/goleak/external.go block read)" '.findings[0] | .verdict == "stuck" and
			.rule == "peer-is-a-finding" and any(.stack[]; .line == $line) and
			([.chain[].comm] | index("deaf")) and any(.chain[]; .verdict == "deadlock")' "$json" >/dev/null
	}
	eventually 40 behind
}

@test "--explain for a goroutine: what was read, asked and concluded" {
	GROW=0 COUNT=1 run_go go joins
	eventually 10 circle
	local goid
	goid=$(jq '.findings[0].goids[0]' "$json")
	run -0 leakhop dump -p "$pid" --no-threads --explain "g$goid"
	grep -q "goroutine  *$goid of goleak ($pid)" <<<"$output"
	grep -q 'was asked  *twice, and nothing that can run' <<<"$output"
	grep -q 'goroutines that have it at hand: 1, all known' <<<"$output"
	grep -q 'deadlock by the rule `circle`' <<<"$output"
	grep -q 'otherwise ' <<<"$output"
	dump "$json" -p "$pid" --no-threads --explain "g$goid"
	holds ".explanation | .goid == $goid and .read.unreachable and .read.releasers == 1 and .concluded.rule == \"circle\" and
		(.concluded.chain | length) == 2" "$json"
	! /usr/bin/python3 -c 'import jsonschema' || check schema "$json"
	run -0 leakhop dump -p "$pid" --no-threads --explain g999999
	[[ $output == *"goroutine 999999, which was to be explained, was not seen in goleak ($pid)"* ]]
	run -2 leakhop dump -p "$pid" --explain gx
}

@test "--explain for a goroutine of several processes: which of them has it" {
	local first second goid
	GROW=0 COUNT=1 run_go go joins
	first=$pid
	GROW=0 COUNT=200 run_go go sender
	second=$pid
	stands
	# Both have a goroutine 1; the second has more of them.
	run -0 leakhop dump -p "$first,$second" --no-threads --explain g1
	[[ $output == *"2 processes have a goroutine 1: "*"goleak ($first)"*"; -p names one"* ]]
	grep -q "goroutine  *1 of goleak ($first)" <<<"$output"
	grep -q "goroutine  *1 of goleak ($second)" <<<"$output"
	dump "$json" -p "$first,$second" --no-threads --explain g1
	holds "[.explanation | .pid, .others[].pid] | sort == ([$first, $second] | sort)" "$json"
	! /usr/bin/python3 -c 'import jsonschema' || check schema "$json"
	goid=$(jq "[.findings[] | select(.pid == $second) | .goids[]] | max" "$json")
	run -0 leakhop dump -p "$first,$second" --no-threads --explain "g$goid"
	grep -q "goroutine  *$goid of goleak ($second)" <<<"$output"
	[[ $output != *"processes have"* ]]
	dump "$json" -p "$first,$second" --no-threads --explain "g$goid"
	holds ".explanation | .pid == $second and .goid == $goid and (has(\"others\") | not)" "$json"
	run -0 leakhop dump -p "$first,$second" --no-threads --explain g999999
	[[ $output == *"was not seen in goleak ("*"), goleak ("* ]]
	run -0 leakhop dump -p $$ --explain g1
	[[ $output == *"goroutine 1, which was to be explained, was not seen: no Go program"* ]]
}

@test "an iterator that is not stopped" {
	GROW=0 run_go go iter
	eventually 10 stands
	holds '[.findings[] | [.verdict, .wait.kind, .count]] == [["leak", "coroutine", 3]]' "$json"
}

@test "healthy twins are silent" {
	local one
	for one in $forgotten $locks $own $circles http read dial sleep spin unbounded websocket iter; do
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
	labelled() {
		dump "$json" -p "$pid" --no-threads
		jq -e --argjson line "$(mark go/golabels/main.go block labels)" '[.goroutines[] | select(any(.stack[]?; .line == $line))] |
			length == 1 and (.[0] | .count == 12 and .memory_bytes >= 24576 and
			(.spawn.parent_goid != null or (.go_version | test("go1[.](1[0-9]|20)"))) and
			(.labels[0].text | test("endpoint=")) and ([.labels[].count] | add) <= 12)' "$json" >/dev/null
	}
	eventually 10 labelled
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

@test "a million goroutines from 100 sites" {
	[[ -x $programs/go/gomany ]] || skip "no gomany"
	local count=1000000
	# They themselves take 2.7 GB.
	(($(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo) > 5000)) || count=100000
	start go/gomany "$count" 100
	eventually 60 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	dump "$json" -p "$pid" --no-threads
	holds "[.goroutines[] | select(any(.stack[]?; .function == \"main.park\"))] |
		([.[].count] | add) == $count and (map(.spawn.line) | unique | length) == 100" "$json"
	holds '.findings == [] and .lost.goroutines == 0 and .cost.go_sweep_ms.first > 0' "$json"
	holds '.cost.rss_kib < 600 * 1024' "$json"
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
	[[ $output == *"remedy        give the result channel a buffer of one"* ]]
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
