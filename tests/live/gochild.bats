#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A Go program that waits for its child, which waits for a pipe of that program: a circle, unless anything else of it could act.

load helper
load go

setup() { setup_go; }

@test "a Go parent and its child that wait for each other are told; not with a timer, a listener, or a signal that is asked for" {
	local mode all=
	declare -A of
	[[ -x $programs/go/gohung ]] || skip "no gohung"
	for mode in plain output timer accept signal; do
		"$programs/go/gohung" "$mode" >/dev/null 2>&1 3>&- &
		of[$mode]=$!
		pids+=($!)
	done
	have_children() {
		all=
		for mode in "${!of[@]}"; do
			all+=,${of[$mode]},$(pgrep -P "${of[$mode]}") || return 1
		done
	}
	eventually 20 have_children
	both() {
		dump "$json" -p "${all#,}" -m 20ms --settle=1s
		for mode in plain output; do
			# The parent's goroutine at its line, and the child's thread.
			jq -e --argjson pid "${of[$mode]}" --argjson line "$(mark go/gohung/main.go block "$mode")" '
				any(.suspects[]; .pid == $pid and .rule == "unless-collected" and .goids == [1] and any(.stack[]?; .line == $line))
				' "$json" >/dev/null || return 1
			jq -e --argjson pid "$(pgrep -P "${of[$mode]}")" --argjson line "$(mark go/gohung/main.go block child)" '
				any(.suspects[]; .pid == $pid and .rule == "unless-collected" and any(.stack[]?; .line == $line))
				' "$json" >/dev/null || return 1
		done
	}
	eventually 20 both || { jq -c '[.suspects[], .findings[]][] | [.pid, .rule, .reason]' "$json" >&2; return 1; }
	for mode in timer accept signal; do
		jq -e --argjson pid "${of[$mode]}" --argjson child "$(pgrep -P "${of[$mode]}")" '
			[.suspects[], .findings[]] | all(.pid != $pid and .pid != $child)' "$json" >/dev/null ||
			{ echo "$mode"; jq -c '[.suspects[], .findings[]][] | [.pid, .rule, .reason]' "$json"; return 1; } >&2
	done
	# Threads that run goroutines are none of it.
	holds '[.suspects[], .findings[]] | all(.wait.kind? != "Go runtime")' "$json"
	end
}
