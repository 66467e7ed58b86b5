#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Of objects and variables only what the runtime takes for pointers hides a leak: numbers do not, and what only a leak itself
# has does not; all that are pointers do, wherever the runtime notes that.

load helper
load go

setup() { setup_go; }

lost='lostJanitor lostMany lostMap lostMixed lostRow lostSmall lostVariable lostWide lostZeroed'

# just_lost: are all of these leaks, and nothing else? Leaves the dump in $json.
just_lost() {
	dump "$json" -p "$pid" --no-threads || return
	jq -e --arg lost "$lost" '
		def of($records): [$records[] | [.stack[].function | select(startswith("main."))][0] | sub(".*[.]"; "")] | unique;
		of(.findings) == ($lost | split(" ")) and all(.findings[]; .rule == "unreachable" and .count == 1) and
		of(.suspects) - ["keptWait"] == []' "$json" >/dev/null
}

@test "a number that looks like a pointer hides no leak, and each pointer does, in each build and version" {
	local build any=0
	for build in go go-stripped go-pie go-cgo "$programs"/go-1.*; do
		build=${build##*/}
		[[ -x $programs/$build/gohidden ]] || continue
		any=1
		start "$build/gohidden"
		eventually 20 said 1
		pid=$(awk '/^READY/ { print $NF; exit }' "$out")
		# A stack that is not walked may have an old pointer for a moment.
		eventually 10 just_lost || {
			echo "$build:" >&2
			jq -c '[.findings[], .suspects[]] | map({verdict, rule, count, at: [.stack[].function]})[]' "$json" >&2
			return 1
		}
		end
	done
	((any)) || skip "no gohidden"
}
