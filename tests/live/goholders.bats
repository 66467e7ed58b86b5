#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Who holds Go's locks, which record nobody: by deferred calls that are armed, and by running goroutines forward.

load helper
load go

# $marks: KIND, NAME: FILE:LINE, for jq
setup() {
	setup_go
	marks=$(awk '{
		while (match($0, /@(block|unlock|holds|seems) [a-z0-9]+/)) {
			split(substr($0, RSTART + 1, RLENGTH - 1), mark, " ")
			name = FILENAME
			sub(".*/", "", name)
			printf "%s{\"kind\":\"%s\",\"name\":\"%s\",\"place\":\"%s:%d\"}", (any++ ? "," : "["), mark[1], mark[2], name, FNR
			$0 = substr($0, RSTART + RLENGTH)
		}
	} END { print "]" }' "$sources"/go/goholds/*.go)
}

# For jq: where a mark or a frame is, and does a record stand at such a place?
places='def place($kind; $name): $marks | map(select(.kind == $kind and .name == $name).place) | first // "none";
	def where: "\(.file | split("/") | last):\(.line)";
	def stands_at($place): any(.stack[]?; where == $place);'

# query FILTER [ARGUMENT]...: of the dump
query() { jq --argjson marks "$marks" "$places $1" "${@:2}" <"$json"; }

# run_holds FOLDER: the fixture, with all that wait
run_holds() {
	[[ -x $programs/$1/goholds ]] || skip "no goholds of $1"
	start "$1/goholds"
	eventually 20 grep -q '^READY .* waiters ' "$out"
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

# says CONDITION NAME...: of what waits at the mark of each name it holds. $unlock: the line where that lock is to be
# unlocked; stands(GOID; LINE): does that one stand there? $holds, $seems: where the holder does, or who seems to be it.
says() {
	query '. as $dump |
		def at($place): $dump.goroutines[] | select(stands_at($place));
		def stands($goid; $place): any(at($place); .goids | index($goid));
		all($ARGS.positional[]; . as $name | place("unlock"; $name) as $unlock | place("holds"; $name) as $holds |
			place("seems"; $name) as $seems | [at(place("block"; $name)).wait] as $waits |
			($waits | length == 1) and ($waits[0] | '"$1"') or ([$name, $waits] | debug | false))' \
		-e --args "${@:2}" >/dev/null
}

# The same, where that version of Go can have it.
says_if_there() {
	local one
	for one in "${@:2}"; do
		! query '.goroutines | any(stands_at(place("block"; $ARGS.positional[0])))' -e --args "$one" >/dev/null || says "$1" "$one"
	done
}

deferred='.holders_known and (.holders | length == 1) and (.holders[0] |
	.how == "holds" and .deferred and where == $unlock and stands(.goid; $holds))'
nobody='(.holders_known | not) and all(.holders[]; .how == "likely")'

has_emulator() { [[ $(leakhop doctor --json | jq -r '.checks[] | select(.name == "emulator").state') == yes ]]; }

# Without what runs goroutines forward, the library that it needs being none.
no_emulator() {
	mkdir -p "$BATS_TEST_TMPDIR/none"
	echo none >"$BATS_TEST_TMPDIR/none/libunicorn.so.2"
	export LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/none
}

# One look is enough, once all stand.
look() { dump "$json" -p "$pid" --no-threads --settle 0; }
tells() { look && says "$@"; }

# On both sides of what has changed in the runtime and the compiler: arguments of deferred calls (1.18), how they are noted
# (1.22), where a Mutex is (1.24).
builds() {
	local build
	for build in go go-stripped go-pie go-1.17 go-1.18 go-1.21 go-1.22 go-1.24 go-1.27; do
		[[ ! -x $programs/$build/goholds ]] || echo "$build"
	done
}

# judged VERDICT RULE NAME...: each that waits at the mark
judged() {
	query '. as $dump | all($ARGS.positional[2:][]; . as $name | [$dump.findings[] | select(stands_at(place("block"; $name)) and
			[.verdict, .rule] == $ARGS.positional[:2] and .proof != "" and .remedy != "")] |
			length == 1 or ($name | debug | false))' -e --args "$@" >/dev/null
}

likely='(.holders_known | not) and [.holders[] | .how, where, stands(.goid; $holds)] == ["likely", $unlock, true]'
plain='.holders_known and (.holders | length == 1) and (.holders[0] |
	.how == "holds" and where == $unlock and stands(.goid; $holds))'

# What stands on stacks is enough.
say_deferred() {
	eventually 10 tells "$deferred" global field deep embedded value writer loop
	says '.holders_known and (.holders | length == 2) and all(.holders[]; .how == "holds" and where == $unlock)' readers
	says '.holders_known and [.holders[].how] == ["next"]' behind
	says "$nobody" notyet hasrun another stale givenup condition early
	says '.holders == []' notyet hasrun another stale condition plain callee sometimes network turns ownonly
	says '.holders_known and (.holders | length == 1) and (.holders[0] | where == $unlock)' abba1 abba2
	judged deadlock circle abba1 abba2 sends takes
	judged leak dead-end abbabehind takes
	holds '.findings | length == 6' "$json"
	holds '[.findings[] | select(.rule == "circle") | .chain | length] == [2, 2, 2, 2]' "$json"
}

# Only the code itself tells.
say_run_forward() {
	tells "$deferred" global field deep embedded value writer loop
	says "$plain" plain callee behindloop handed plainread locker closure sleep group either
	says_if_there "$plain" rangefunc
	says "$likely" sometimes iftold answer later network
	says '.holders == [] and (.holders_known | not)' \
		notyet hasrun another stale givenup condition early turns ownonly variable
	judged deadlock circle abba1 abba2 sends takes recursive between
	judged deadlock self twice
	judged leak dead-end abbabehind takes
	holds '.findings | length == 9' "$json"
}

@test "who holds a lock, and where it would be unlocked: deferred, or run forward; and who only seems to hold it" {
	local build runs=
	! has_emulator || runs=1
	for build in $(builds); do
		echo "$build:" >&2
		run_holds "$build"
		no_emulator
		say_deferred
		unset LD_LIBRARY_PATH
		if [[ $runs ]]; then say_run_forward; fi
		end
	done
}

@test "the text names the holder" {
	no_emulator
	if has_emulator; then return 1; fi
	run_holds go
	eventually 10 tells "$deferred" global
	leakhop dump -p "$pid" --no-threads --settle 0 >"$BATS_TEST_TMPDIR/text"
	grep -E "holder +goroutine [0-9]+ holds it: would unlock it at $(query 'place("unlock"; "global")' -r), deferred" "$BATS_TEST_TMPDIR/text"
	grep -E 'holder +goroutine [0-9]+ has it next, and waits for readers to leave' "$BATS_TEST_TMPDIR/text"
	grep -E "holder +goroutine [0-9]+ likely holds it: unlocks it at" "$BATS_TEST_TMPDIR/text"
	grep -E "holder +not known" "$BATS_TEST_TMPDIR/text"
	leakhop dump -p "$pid" --no-threads --settle 0 --explain "g$(query '
		.goroutines[] | select(stands_at(place("block"; "field"))) | .goids[0]')" |
		grep 'goroutines that hold its lock: 1, all known'
	unset LD_LIBRARY_PATH
	need_emulator
	leakhop dump -p "$pid" --no-threads --settle 0 --explain "g$(query '
		.goroutines[] | select(stands_at(place("block"; "plain"))) | .goids[0]')" |
		grep -E 'run forward: [0-9]+ goroutines, [0-9]+ to the end, [0-9,]+ instructions'
}

# never_look [TWIN]: what is said of who waits for it
never_look() {
	start go/goholds never "$@"
	eventually 20 grep -qE '^(READY .*|SKIP) waiters ' "$out"
	! grep -q '^SKIP' "$out" || return 0
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	eventually 10 waits_forgotten
}

waits_forgotten() { look && query '.goroutines | any(stands_at(place("block"; "never")))' -e >/dev/null; }

@test "a lock that nobody will unlock is a leak; not where somebody may, in whatever way" {
	[[ -x $programs/go/goholds ]] || skip "no Go"
	need_emulator
	local twin
	never_look
	judged leak never-unlocked never
	holds '.findings | length == 1' "$json"
	end
	for twin in later timer told calls runs polls sends clock counts counted starts after ticker looks network accept \
		finalizer finalizing cleanup; do
		never_look "$twin"
		if grep -q '^SKIP' "$out"; then continue; fi
		holds '.findings == []' "$json" || { echo "$twin" >&2; return 1; }
		query '[.goroutines[] | select(stands_at(place("block"; "never"))) | .rule] == ["lock-held"]' -e >/dev/null
		end
	done
	no_emulator
	never_look
	holds '.findings == []' "$json"
}
