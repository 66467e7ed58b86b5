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
	for one in $own; do one_look go-stripped "$one" "$(own_verdict)"; done
}

# threads FOLDER: what the threads of a fixture wait for, and where. Go's linker adds ".abi0" to names of symbols only.
threads() {
	GROW=0 run_go "$1" sender
	dump "$json" -p "$pid"
	jq -c '[.threads[] | select(.syscall.name == "futex") |
		[.wait.kind, .user_stack[0].line, (.user_stack[:2][].function | sub("\\.abi0$"; ""))]] | unique' "$json"
	end
}

@test "the threads of a stripped program have names" {
	local with without
	with=$(threads go) without=$(threads go-stripped)
	echo "$with" "$without" >&2
	[[ $with == *runtime.futex*runtime.futexsleep* && $without == "$with" ]]
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

# Whom a finalizer will end is reached by nothing else.
@test "finalizers count as somebody who may come, in each version" {
	local build
	for build in go go-stripped "$programs"/go-1.*; do
		build=${build##*/}
		[[ -x $programs/$build/goleak ]] || continue
		one_look "$build" janitor
		GROW=0 COUNT=1 run_go "$build" janitor well
		dump "$json" -p "$pid" --no-threads
		holds ".findings + .suspects == [] and
			([.goroutines[] | select(any(.stack[]?; .line == $(line block janitor)))] | length) == 1" "$json"
		end
	done
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

# plugged: are the goroutines of goplugged's plugin told, those that nothing leads to as leaks, the others not?
plugged() {
	local source=go/goplugin/plugin.go
	dump "$json" -p "$pid" --no-threads || return
	jq -e --argjson block "$(mark $source block plugin)" --argjson spawn "$(mark $source spawn plugin)" \
		--argjson kept "$(mark $source block pluginkept)" --argjson keptspawn "$(mark $source spawn pluginkept)" \
		--arg file "$source" '
		def at($line): select(any(.stack[]; .line == $line and (.file | endswith($file)))) | [.count, .spawn.line];
		[.findings[] | select(.rule == "unreachable") | at($block)] == [[3, $spawn]] and
		[.findings[], .suspects[] | at($kept)] == [] and [.goroutines[] | at($kept)] == [[3, $keptspawn]]' "$json" >/dev/null
}

@test "goroutines of a plugin, stripped or not" {
	local build
	for build in go-cgo go-cgo-stripped; do
		[[ -x $programs/$build/goplugged && -f $programs/$build/goplugin.so ]] || skip "no plugins"
		start "$build/goplugged"
		eventually 20 said 2
		pid=$(awk '/^READY/ { print $NF; exit }' "$out")
		eventually 10 plugged || {
			echo "$build:" >&2
			jq -c '.goroutines[] | {verdict, rule, count, spawn, where: [.stack[] | "\(.function):\(.line)"]}' "$json" >&2
			return 1
		}
		end
	done
}

@test "a plugin that is loaded while leakhop looks on" {
	[[ -x $programs/go-cgo-stripped/goplugged && -f $programs/go-cgo-stripped/goplugin.so ]] || skip "no plugins"
	start go-cgo-stripped/goplugged late
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	follow "$json" -p "$pid" -m 100ms --no-threads --json=lines
	# It has looked at the process before there is a plugin.
	eventually 20 grep -q '"function":"main.lose"' "$json"
	kill -USR1 "$pid"
	eventually 20 grep -q '"function":"[^"]*goplugin.sendInPlugin"' "$json"
	stop_trace
	jq -se --argjson block "$(mark go/goplugin/plugin.go block plugin)" '
		.[-1].findings | any(.count == 3 and any(.stack[]; .line == $block))' "$json" >/dev/null
}

@test "a program without build information" {
	command -v objcopy >/dev/null || skip "no objcopy"
	mkdir -p "$BATS_TEST_TMPDIR/programs/bare"
	objcopy --remove-section .go.buildinfo "$programs/go-stripped/goleak" "$BATS_TEST_TMPDIR/programs/bare/goleak"
	readelf -SW "$BATS_TEST_TMPDIR/programs/bare/goleak" | grep -q gopclntab
	readelf -SW "$BATS_TEST_TMPDIR/programs/bare/goleak" | not grep -q buildinfo
	local programs=$BATS_TEST_TMPDIR/programs
	one_look bare sender
	one_look bare done
}
