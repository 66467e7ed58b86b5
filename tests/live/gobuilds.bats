#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Goroutines of programs that were built in other ways, or by other versions of Go.

load helper
load go

setup() { setup_go; }

@test "the same, stripped" {
	local one
	for one in $forgotten $locks; do one_look go-stripped "$one"; done
	for one in $circles; do one_look go-stripped "$one" deadlock; done
}

@test "healthy twins are silent, stripped" {
	local one
	for one in sender range context pool done abba cond once; do silent go-stripped "$one"; done
}

@test "position-independent, cgo and race builds" {
	local build one
	for build in go-pie go-cgo go-race; do
		[[ -x $programs/$build/goleak ]] || continue
		for one in sender context done cond; do one_look "$build" "$one"; done
		for one in abba:abbafirst joins:joined; do one_look "$build" "$one" deadlock; done
	done
}

@test "programs of other Go versions" {
	local build one any=0
	for build in "$programs"/go-1.*; do
		[[ -x $build/goleak ]] || continue
		any=1
		for one in sender context range nilsend pool::6 done rwwriter unlock cond once; do
			one_look "${build##*/}" "$one"
		done
		silent "${build##*/}" pool
	done
	((any)) || skip "no other toolchains"
}

@test "what the runtime's own leak profile finds, leakhop names too" {
	local one leaks=$BATS_TEST_TMPDIR/leaks
	[[ -x $programs/go-1.27/goleak ]] || skip "no Go with the goroutineleak profile"
	for one in sender receiver early range ticker context errgroup pool done add doublelock unlock rwwriter rwrecursive \
		abba cond once websocket; do
		rm -f "$leaks"
		LEAKS=$leaks GROW=0 run_go go-1.27 "$one"
		# Asked before the profile runs: it marks what it finds.
		eventually 10 stands
		kill -USR2 "$pid"
		eventually 20 grep -q '^DUMPED' "$out"
		jq -e --argjson theirs "[$(sed -n 's/^goroutine \([0-9]*\) .*(leaked).*/\1/p' "$leaks" | paste -sd,)]" \
			'[.findings[], .suspects[] | .goids[]] as $ours | ($theirs | length) > 0 and $theirs - $ours == []' \
			"$json" >/dev/null || { echo "$one: not all of the profile's are named" >&2; return 1; }
		# And afterwards by its own mark.
		dump "$json" -p "$pid" --no-threads
		holds '[.findings[] | select(.rule == "own-profile")] | length >= 1' "$json"
		end
	done
}

@test "Go in a shared library of a C program" {
	[[ -x $programs/go-cgo/gohost ]] || skip "no shared library of Go"
	start go-cgo/gohost
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	dump "$json" -p "$pid"
	holds "[.goroutines[] | select(any(.stack[]?; .line == $(mark go/golib/golib.go block library))) | .count] == [3]" "$json"
}

@test "a program without build information" {
	command -v objcopy >/dev/null || skip "no objcopy"
	mkdir -p "$BATS_TEST_TMPDIR/programs/bare"
	objcopy --remove-section .go.buildinfo "$programs/go-stripped/goleak" "$BATS_TEST_TMPDIR/programs/bare/goleak"
	readelf -SW "$BATS_TEST_TMPDIR/programs/bare/goleak" | grep -q gopclntab
	! readelf -SW "$BATS_TEST_TMPDIR/programs/bare/goleak" | grep -q buildinfo
	local programs=$BATS_TEST_TMPDIR/programs
	one_look bare sender
	one_look bare done
}
