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

@test "one pointer is enough, while it is watched" {
	local kind
	for kind in descriptor handed regrown; do
		goproof "$kind" || continue
		leakhop trace -p "$pid" -m 100ms -d 2s --no-threads --json >"$json"
		no_findings "$json"
		end
	done
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
