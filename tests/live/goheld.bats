#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Why a goroutine could still be woken: by what way something that lives has what it waits for.

load helper
load go

setup() { setup_go; }

# held FOLDER: the fixture, dumped into $json
held() {
	[[ -x $programs/$1/goheld ]] || skip "no $1/goheld"
	start "$1/goheld"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	seven() {
		dump "$json" -p "$pid" --no-threads -m 20ms --settle=0
		jq -e '[.suspects[] | select(.held_by)] | length == 7' "$json" >/dev/null
	}
	eventually 10 seven || { jq -c '[.findings[], .suspects[]][] | [.verdict, .spawn.entry, .held_by]' "$json" >&2; return 1; }
}

# way MARK FILTER: does the way of the one that is blocked there fit?
way() {
	jq -e --argjson line "$(mark go/goheld/main.go block "$1")" '[.suspects[] | select(any(.stack[]; .line == $line)) |
		.held_by.links] | length == 1 and (.[0] | '"$2"')' "$json" >/dev/null ||
		{ echo "$1:" >&2; jq -c '.suspects[] | [.spawn.entry, .held_by.links]' "$json" >&2; return 1; }
}

@test "each suspect says by what way something reaches it, from a variable, a stack or a timer on" {
	held go
	way variable '. == ["main.direct (global)", "chan int"]'
	way map '.[0] == "main.registry (global)" and .[-1] == "chan int" and length >= 4'
	way server '. == ["main.started (global)", "main.server", "chan main.job"]'
	way interface '. == ["main.current+8 (global)", "main.holder", "chan int"]'
	way stack 'length == 2 and (.[0] | test("^goroutine [0-9]+$")) and .[1] == "chan int"'
	way timer '.[0] == "timers" and any(.[]; . == "closure main.begin.func1") and .[-1] == "chan int"'
	way chain '.[0] == "main.registry (global)" and any(.[]; test("^goroutine [0-9]+$")) and .[-1] == "chan int"'
	run -0 leakhop dump -p "$pid" --no-threads -m 20ms --settle=0
	[[ $output == *"held by       main.started (global) -> main.server -> chan main.job"* ]]
	goid=$(jq '.suspects[] | select(.held_by.links[1] == "main.server") | .goids[0]' "$json")
	run -0 leakhop dump -p "$pid" --no-threads --settle=0 --explain "g$goid"
	[[ $output == *"was asked     something that can run"*"held by       main.started (global) -> main.server -> chan main.job"* ]]
	dump "$json" -p "$pid" --no-threads --settle=0 --explain "g$goid"
	holds '.explanation.read.held_by.links[0] == "main.started (global)"' "$json"
	# Who waits for work is explained as well, when it is asked about.
	goid=$(jq '.goroutines[] | select(any(.stack[]?; .function == "main.waitWith")) | .goids[0]' "$json")
	dump "$json" -p "$pid" --no-threads --settle=0 --explain "g$goid"
	holds '.explanation.read.held_by.links | .[0] == "main.registry (global)" and .[-1] == "chan int"' "$json"
	end
}

@test "a stripped program's variables have addresses, and its types their names" {
	held go-stripped
	way variable '(.[0] | test("^global variable at 0x")) and .[1] == "chan int"'
	way server '(.[0] | test("^global variable at 0x")) and .[1:] == ["main.server", "chan main.job"]'
	end
}
