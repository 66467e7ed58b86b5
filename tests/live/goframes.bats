#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Which words of a living frame are pointers: old ones hide no leak, and the only one that there is, is seen wherever the
# compiler has put it.

load helper
load go

setup() { setup_go; }

builds() {
	local build
	for build in go go-stripped go-pie go-plain go-cgo go-race "$programs"/go-1.*; do
		[[ ! -x $programs/${build##*/}/goframes ]] || echo "${build##*/}"
	done
}

kinds() { "$programs/go/goframes" | sed -n "s/^$1 //p"; }

# frames FOLDER KIND...: the fixture, at work
frames() {
	start "$1/goframes" "${@:2}"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

@test "an old pointer in a living frame hides no leak" {
	local build kind any=0
	lost() {
		dump "$json" -p "$pid" --no-threads -m 20ms || return
		jq -e '[.findings[] | [.verdict, .rule, .count]] == [["leak", "unreachable", 3]]' "$json" >/dev/null
	}
	for build in $(builds); do
		for kind in $(kinds sick); do
			any=1
			frames "$build" "$kind"
			eventually 10 lost || { echo "$build $kind" >&2; jq -c .findings "$json" >&2; return 1; }
			end
		done
	done
	((any)) || skip "no goframes"
}

# looks COUNT FOLDER KIND...: nothing of it is ever a finding
looks() {
	local look
	frames "${@:2}"
	for ((look = 0; look < $1; look++)); do
		dump "$json" -p "$pid" --no-threads -m 20ms
		no_findings "$json" || { echo "${*:2}, look $look" >&2; return 1; }
		holds '.lost.unasked == 0' "$json"
	done
	end
}

@test "the only pointer is seen, wherever in a frame it is" {
	local build kind any=0
	for kind in $(kinds healthy); do
		any=1
		looks 2 go "$kind"
	done
	# The others with all kinds at once.
	for build in $(builds); do
		# shellcheck disable=SC2046
		looks 5 "$build" $(kinds healthy)
	done
	((any)) || skip "no goframes"
}
