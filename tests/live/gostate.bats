#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What the runtime knows beside its goroutines: timers, the heap, bubbles of testing/synctest.

load helper
load go

setup() { setup_go; }

# timers FOLDER [VARIABLE=VALUE]...: which channels a timer will send to, and which it will not
timers() {
	local folder=$1 build=$programs/$1/gotimers
	[[ -x $build ]] || skip "no $1"
	export "${@:2}" GROW=0
	start "$folder/gotimers"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	found() {
		dump "$json" -p "$pid" --no-threads
		jq -e --argjson after "$(mark go/gotimers/main.go block after)" \
			--argjson ticks "$(mark go/gotimers/main.go block ticks)" \
			--argjson noticks "$(mark go/gotimers/main.go block noticks)" \
			--argjson nomore "$(mark go/gotimers/main.go block nomore)" \
			--argjson notimer "$(mark go/gotimers/main.go block notimer)" '
			def at($line): [.goroutines[] | select(any(.stack[]; .line == $line and (.file | endswith("gotimers/main.go")))) |
				[.rule == "timer", ([.wait.cases[].timer] | sort)]];
			at($after) == [[true, [false, true]]] and at($ticks) == [[true, [true]]] and
			at($noticks) == [[false, [false]]] and at($nomore) == [[false, [false]]] and
			at($notimer) == [[false, [false]]]' "$json" >/dev/null
	}
	eventually 10 found || {
		echo "$*:" >&2
		jq -c '.goroutines[] | [.rule, [.wait.cases[]?.timer], (.stack[] | "\(.function):\(.line)")]' "$json" >&2
		return 1
	}
	end
}

@test "channels of timers" { timers go GODEBUG=asynctimerchan=0; }

@test "channels of timers that do not name them" { timers go GODEBUG=asynctimerchan=1; }

@test "channels of timers, among twenty thousand others" { timers go-stripped GODEBUG=asynctimerchan=1 TIMERS=20000; }

@test "channels of timers, by Go 1.19" { timers go-1.19; }

@test "channels of timers, by Go 1.21" {
	timers go-1.21
	timers go-1.21 TIMERS=20000
}

@test "channels of timers, by Go 1.23" { timers go-1.23; }

@test "channels of timers, by Go 1.27" { timers go-1.27; }

# heap FOLDER [grow]: a trace in which the program was asked twice to let its heap grow; its output in $trace, as $form says
heap() {
	start "$1/goheap" "${@:2}"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	follow "$trace" -p "$pid" -m 100ms --no-threads "${form[@]}"
	eventually 20 grep -q sending "$trace"
	kill -USR1 "$pid"
	eventually 20 grep -q '^DONE 1' "$out"
	kill -USR1 "$pid"
	eventually 20 grep -q '^DONE 2' "$out"
	eventually 20 grep -q sendingLater "$trace"
	stop_trace # it looks once more, at the end
	end
}

# growth_between LEAST MOST: in MiB, as the end of the trace has it
growth_between() {
	jq -se --argjson least "$1" --argjson most "$2" '
		[.[-1].findings[] | .heap.growth_bytes / 1048576] |
		length > 0 and all(. >= $least and . <= $most)' "$trace" >/dev/null && return
	jq -c '.findings[]? | .heap' "$trace" | tail -n 3 >&2
	return 1
}

@test "a heap that grows is told, and one that does not" {
	local build trace=$BATS_TEST_TMPDIR/trace form=(--json=lines)
	for build in go go-stripped; do
		heap "$build" grow
		growth_between 60 80
	done
	heap go
	growth_between -4 4
}

@test "a heap that grows, as text" {
	local trace=$BATS_TEST_TMPDIR/trace form=()
	heap go grow
	grep -qE "the process's heap: [0-9]+ MiB, 6[0-9] MiB more than at the start" "$trace" || { cat "$trace" >&2; return 1; }
	heap go
	grep -qE "the process's heap: [0-9]+ MiB$" "$trace"
	not grep -q "more than at the start" "$trace"
}

@test "a goroutine in a bubble of testing/synctest" {
	[[ -x $programs/go/gobubble ]] || skip "no testing/synctest"
	local program=go/gobubble/bubble_test.go root
	export GODEBUG=asynctimerchan=0
	start go/gobubble
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	dump "$json" -p "$pid" --no-threads
	root=$(jq '.goroutines[] | select(.wait.reason == "synctest.Run") | .goids[0]' "$json")
	((root > 0))
	holds "[.goroutines[] | select(any(.stack[]; .line == $(mark "$program" block bubble))) | [.count, .wait.bubble_root]] == [[3, $root]]" "$json"
	holds "[.goroutines[] | select(any(.stack[]; .line == $(mark "$program" block bubblelock))) | .wait.bubble_root] == [$root]" "$json"
	holds "[.goroutines[] | select(any(.stack[]; .line == $(mark "$program" block nobubble))) | .wait.bubble_root] == [null]" "$json"
	(($(leakhop dump -p "$pid" --no-threads | grep -c "of testing/synctest: its root is goroutine $root\$") >= 2))
}
