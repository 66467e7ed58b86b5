#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a proof that nothing reaches a goroutine rests on: healthy programs whose pointers are easily overlooked, groups of
# which only some are lost, and what cannot be read.

load helper
load go

setup() { setup_go; }

# goproof KIND: the fixture, at work
goproof() {
	[[ -x $programs/${2:-go}/goproof ]] || skip "no ${2:-go}/goproof"
	start "${2:-go}/goproof" "$1"
	eventually 20 said 1
	! grep -q '^SKIP' "$out" || { end; return 1; }
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

@test "one pointer is enough, wherever it is and moves" {
	local kind look
	[[ -x $programs/go/goproof ]] || skip "no goproof"
	for kind in $("$programs/go/goproof"); do
		[[ $kind != unreadable ]] || continue
		goproof "$kind" || continue
		for look in 1 2 3 4 5 6; do
			dump "$json" -p "$pid" --no-threads -m 20ms
			no_findings "$json" || { echo "$kind, look $look" >&2; return 1; }
			holds '.lost.unasked == 0' "$json"
		done
		end
	done
}

@test "a finalizer or cleanup that does not return is the program's, and hides no other leak" {
	local kind call lost
	[[ -x $programs/go/gocalls ]] || skip "no gocalls"
	call=$(mark go/gocalls/main.go block call) lost=$(mark go/gocalls/main.go block lost)
	for kind in finalizer cleanup; do
		start go/gocalls "$kind"
		eventually 20 said 1
		! grep -q '^SKIP' "$out" || { end; continue; }
		dump "$json" -p "$pid" --no-threads -m 20ms
		holds ".findings | length == 2 and all(.verdict == \"leak\" and .rule == \"unreachable\") and
			any(.[]; any(.stack[]; .line == $lost)) and
			any(.[]; any(.stack[]; .line == $call) and (.reason | test(\"finalizers or cleanups that are due\")))" "$json"
		end
		start go/gocalls "$kind" well
		eventually 20 said 1
		dump "$json" -p "$pid" --no-threads -m 20ms
		holds ".findings | length == 1 and any(.[0].stack[]; .line == $lost)" "$json"
		end
	done
}

@test "one pointer is enough, while it is watched" {
	local kind
	for kind in tiny8 descriptor handed regrown; do
		goproof "$kind" || continue
		leakhop trace -p "$pid" -m 100ms -d 2s --no-threads --json >"$json"
		no_findings "$json"
		end
	done
}

@test "what everybody carries about, by whatever way, is never forgotten" {
	local processors look asked
	[[ -x $programs/go/gomoves ]] || skip "no gomoves"
	for processors in 1 4; do
		asked=0
		GOMAXPROCS=$processors start go/gomoves
		eventually 20 said 1
		pid=$(awk '/^READY/ { print $NF; exit }' "$out")
		for look in 1 2 3 4 5 6 7 8; do
			leakhop dump --json -p "$pid" --no-threads -m 20ms --settle 0 >"$json" || (($? == 1))
			no_findings "$json" || { echo "GOMAXPROCS=$processors, look $look" >&2; return 1; }
			holds '.lost.unasked == 0' "$json" 2>/dev/null && ((asked += 1))
		done
		((asked))
		end
	done
}

@test "who stands in the middle of something may have it in a register" {
	local look whole=0
	[[ -x $programs/go/gomoves ]] || skip "no gomoves"
	GOMAXPROCS=1 start go/gomoves
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	for look in {1..24}; do
		kill -STOP "$pid"
		leakhop dump --json -p "$pid" --no-threads -m 1ms --settle 0 >"$json" || (($? == 1))
		kill -CONT "$pid"
		no_findings "$json" || { echo "look $look" >&2; return 1; }
		holds '.lost.unasked == 0' "$json" 2>/dev/null && ((whole += 1))
		sleep 0.01
	done
	echo "$whole of 24 with an answer"
	end
}

@test "what cannot be read may have a pointer: that is told, and nothing is idle for it" {
	goproof unreadable
	dump "$json" -p "$pid" --no-threads
	no_findings "$json"
	holds '.lost.unasked >= 6 and any(.limits[]; test("goproof .*: whether anything can still wake [0-9]+ of its goroutines is not known: a part of its memory"))' "$json"
	holds '[.goroutines[] | select(any(.stack[]?; .function == "main.receiveFrom"))] | length == 1 and
		(.[0] | .count == 6 and .verdict == "blocked" and .rule == "not-searched")' "$json"
	! /usr/bin/python3 -c 'import jsonschema' || check schema "$json"
	run -0 leakhop dump -p "$pid" --no-threads
	[[ $output == *"of its goroutines is not known: a part of its memory could not be read"* ]]
}

# sessions ARGUMENT...: of so many sessions those from one number to another are lost
sessions() {
	[[ -x $programs/go/gosessions ]] || skip "no gosessions"
	start go/gosessions "$@"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

# lost COUNT HEALTHY: just so many are a leak, and the others of their go statement are not
lost() {
	dump "$json" -p "$pid" --no-threads
	local line
	line=$(mark go/gosessions/main.go block session)
	holds "[.findings[] | [.verdict, .rule, .count, (.goids | length)]] == [[\"leak\", \"unreachable\", $1, $1]]" "$json"
	holds "[.goroutines[] | select(any(.stack[]?; .line == $line)) | [.count, (.goids | length)]] | sort == ([[$1, $1], [$2, $2]] | sort)" "$json"
	holds '[.goroutines[].goids[]] | length == (unique | length)' "$json"
	holds '.findings[0] | .memory_bytes >= 2048 * .count and .memory_bytes <= 32768 * .count' "$json"
}

@test "of a group only those are a leak that nothing reaches" {
	COUNT=12 sessions 11
	lost 1 11
	end
	COUNT=20 sessions 6
	lost 1 19
	end
	COUNT=200 sessions 90 110
	lost 20 180
	run -0 leakhop dump -p "$pid" --no-threads
	[[ $output == *"20 of 20 looked at"*"; of 180 more of this place something has it"* ]]
	end
	COUNT=200 sessions
	dump "$json" -p "$pid" --no-threads
	no_findings "$json"
}

# busy [held]: the busy program
busy() {
	[[ -x $programs/go/gobusy ]] || skip "no gobusy"
	start go/gobusy "$@"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

@test "contention is no finding, at one look or in a trace" {
	local threshold look
	busy
	for threshold in 20ms 100ms 300ms; do
		for look in 1 2 3 4 5 6 7 8; do
			dump "$json" -p "$pid" --no-threads -m $threshold
			no_findings "$json"
		done
	done
	for threshold in 20ms 100ms 1s; do
		leakhop trace -p "$pid" --no-threads -m $threshold -d 3s --all --json >"$json"
		no_findings "$json"
		holds '[.goroutines[] | select(.rule == "contended")] | length >= 3 and
			all(.[]; .verdict == "idle" and (.reason | test("change.* hands")))' "$json"
	done
}

@test "a dump looks again where time tells: whether a lock changes hands, and for how long it was held" {
	local line
	line=$(mark go/gobusy/main.go block held)
	busy
	changes_hands() {
		dump "$json" -p "$pid" --no-threads -m 20ms --settle="$1"
		holds '[due[] | select(.rule == "lock-held")] == [] and any(due[], .goroutines[]?; .rule == "contended")' "$json" 2>/dev/null
	}
	dump "$json" -p "$pid" --no-threads -m 20ms --settle=0
	holds 'all(due[]; .rule != "contended")' "$json"
	eventually 60 changes_hands 3s
	busy held
	dump "$json" -p "$pid" --no-threads --settle=0
	is_held() { holds "[.suspects[] | select(any(.stack[]?; .line == $line)) | [.rule, ($1)]] == [[\"lock-held\", true]]" "$json"; }
	is_held '.reason | contains("at one look")'
	dump "$json" -p "$pid" --no-threads
	is_held '.blocked_ns >= 9e8 and (.reason | contains("nobody was let in"))'
	same '.findings' '[]' "$json"
}

@test "a dump of which nothing is in question is done with its first look" {
	start calls sleep
	await 1
	dump "$json" -p "$pid" --settle=24h
	setup_go
	run_go go sender
	dump "$json" -p "$pid" --settle=24h
	holds '.findings != []' "$json"
}

@test "a lock that nobody is let in to is stuck, in a trace; who holds it is named" {
	busy held
	local line unlock
	line=$(mark go/gobusy/main.go block held) unlock=$(mark go/gobusy/main.go unlock held)
	leakhop trace -p "$pid" --no-threads -m 1s -d 7s --json >"$json"
	holds "[.findings[] | [.verdict, .rule, .count, any(.stack[]; .line == $line)]] == [[\"stuck\", \"lock-held\", 3, true]]" "$json"
	holds "[.findings[] | [(.chain | length), [.wait.holders[] | .goid, .how, .deferred, .line]]] ==
		[[2, [.findings[0].chain[1].goid, \"holds\", true, $unlock]]]" "$json"
	dump "$json" -p "$pid" --no-threads
	no_findings "$json"
	holds "[.suspects[] | select(any(.stack[]?; .line == $line)) | .rule] == [\"lock-held\"]" "$json"
	run -0 leakhop dump -p "$pid" --no-threads
	[[ $output != *likely* ]]
}

# cases PATTERN: those of its one finding, as JSON has them; its text in $output
cases() {
	GROW=0 run_go go "$1"
	eventually 10 stands
	dump "$json" -p "$pid" --no-threads
	run -0 leakhop dump -p "$pid" --no-threads
	end
	holds '.findings | length == 1' "$json"
	jq -c '[.findings[0] | .rule, (.wait.cases[] | [.direction, .channel != "0x0", .context]), .wait.cases_total]' "$json"
}

@test "of a select each case is told: a nil channel, the Done of a context that nobody can cancel" {
	local nil='["receive",false,false]'
	[[ $(uname -m) == x86_64 ]] || skip "nil cases are read from code of x86-64"
	cases donelost >"$BATS_TEST_TMPDIR/told"
	grep -qxF '["unreachable",["receive",true,false],["receive",true,true],2]' "$BATS_TEST_TMPDIR/told" ||
		grep -qxF '["unreachable",["receive",true,true],["receive",true,false],2]' "$BATS_TEST_TMPDIR/told"
	[[ $output == *"receive from channel 0x"*", Done of a context that nobody can cancel"* ]]
	cases doneofnil >"$BATS_TEST_TMPDIR/told"
	grep -qxF "[\"unreachable\",[\"send\",true,false],$nil,2]" "$BATS_TEST_TMPDIR/told"
	[[ $output == *"receive from a nil channel, which never comes"*"context.Background().Done() is nil"* ]]
	cases nilcases >"$BATS_TEST_TMPDIR/told"
	grep -qxF "[\"nil-channel\",$nil,$nil,2]" "$BATS_TEST_TMPDIR/told"
}

@test "a select that one case can still end is none, be the others nil" {
	local line
	line=$(mark go/goproof/main.go block nilcases)
	goproof nilcases
	dump "$json" -p "$pid" --no-threads
	end
	no_findings "$json"
	holds "[.goroutines[] | select(any(.stack[]; .line == $line)) | .wait | [.cases_total, ([.cases[] | select(.channel == \"0x0\") | .direction] | sort)]] ==
		[[4, [\"receive\", \"receive\", \"send\"]]]" "$json"
	GROW=0 run_go go nilcases well
	dump "$json" -p "$pid" --no-threads
	no_findings "$json"
	end
}

# heavy KIND [-kept]: a heap of a million small objects
heavy() {
	[[ -x $programs/go/goheavy ]] || skip "no goheavy"
	start go/goheavy -kind "$@" 64
	eventually 30 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	dump "$json" -p "$pid" --no-threads
	end
}

@test "a heap of a million objects, in whatever order they lead to each other" {
	local kind line
	line=$(mark go/goheavy/main.go block heavy)
	for kind in random map list; do
		heavy $kind
		holds "[.findings[] | [.verdict, .count, any(.stack[]; .line == $line)]] == [[\"leak\", 3, true]]" "$json"
		heavy $kind -kept
		no_findings "$json"
		holds '.lost.unasked == 0 and [.suspects[].count] == [3]' "$json"
	done
}

# ends KIND: watched while it grows
ends() {
	[[ -x $programs/go/goends ]] || skip "no goends"
	start go/goends "$1"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop trace -p "$pid" --no-threads -m 300ms -d 4s --all --json >"$json"
	end
}

@test "growth that ends by itself is no leak" {
	local kind
	for kind in sleep after deadline derived; do
		ends $kind
		no_findings "$json"
		holds '[.goroutines[] | select(.rule == "ends-by-itself")] | length == 1 and
			(.[0] | .verdict == "idle" and .count > 100 and (.reason | test("there will be [0-9]{3,4}$")))' "$json"
	done
	ends callback
	no_findings "$json"
}

@test "growth that only wakes by itself is one" {
	ends poll
	holds "[.findings[] | [.verdict, .rule, .spawn.line]] == [[\"leak\", \"growing\", $(mark go/goends/main.go spawn poll)]]" "$json"
}

@test "timers are named by what they call" {
	GROW=5ms run_go go afterfunc
	leakhop trace -p "$pid" -m 300ms -d 5s --no-threads --json >"$json"
	holds '[.findings[] | select(.kind == "timers") | .function | test("^main[.]timersOfRequests")] == [true]' "$json"
}
