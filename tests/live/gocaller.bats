#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Who waits for a goroutine that is stuck is told with it; where that one is a library's, the place is the program's.

load helper
load go

setup() { setup_go; }

caller() {
	[[ -x $programs/go/gocaller ]] || skip "no gocaller"
	start go/gocaller
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

# awaited LIST RULE MARK: is there one such record, that six wait for at this mark?
awaited() {
	jq -e --arg rule "$2" --argjson line "$(mark go/gocaller/main.go block "$3")" '
		[.'"$1"'[] | select(.rule == $rule) | [.awaited_by[]? | select(.line == $line) | .count]] == [[6]]' "$json" >/dev/null
}

@test "the program's own place stands for a connection's reader, and who is behind a call with it" {
	local at
	caller
	both() {
		dump "$json" -p "$pid" --no-threads -m 20ms --settle=0
		awaited suspects answer-outstanding price && awaited findings unreachable behind
	}
	eventually 20 both || { jq -c '[.findings[], .suspects[]][] | [.rule, .count, .stack[-2].function, .awaited_by]' "$json" >&2; return 1; }
	# Each of them has it in its chain.
	at=$(mark go/gocaller/main.go block behind)
	holds "[.goroutines[] | select(any(.stack[]?; .line == $at)) | .chain | length > 0] == [true]" "$json"
	run -0 leakhop dump -p "$pid" --no-threads -m 20ms --settle=0
	[[ $output == *"awaited by    6 goroutines, in main.askPrice"* || $output == *"              6 goroutines, in main.askPrice"* ]]
	[[ $output =~ suspect\ +6g\ .*\ main\.askPrice\ main\.go:$(mark go/gocaller/main.go block price) ]]
	end
}
