#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# leakhop on arm64, in an emulated machine: record.sh runs everything there at once, and what it recorded is held here
# against what the live tests hold theirs against. What came out of the machine stays in build-arm64/console.
#
# ARM64_KERNEL   6.12
# ARM64_TIME     seconds for the machine, 230

load ../live/helper
load ../live/go

build=$top/build-arm64
leakhop=$build/leakhop
programs=$build/tests/programs

# What pthread_cancel() loads by itself
cancelling=/usr/aarch64-linux-gnu/lib/libgcc_s.so.1

# What is looked for there, in the words of one_look. Not all patterns: each takes a second.
leaks="sender range nilsend context errgroup errgroup:errgroupwait pool::6"
waits="done doublelock unlock once rwwriter rwrecursive rwrecursive:rwbetween cond pipeline:produces pipeline:squares"
rings="abba:abbafirst abba:abbasecond channels:asks channels:answers joins:joins joins:joined ring::9"
healthy="sender context pool done abba ring cond"
some="sender done channels"

# All but those that need a compiler, musl or a kernel with sock_diag, of which there are none; and two that are long.
units() {
	local unit
	for unit in "$build"/tests/unit/*; do
		case ${unit##*/} in
		*.d | stack | wait_fd | wait_musl | graph | recording) ;;
		*) echo "${unit##*/}" ;;
		esac
	done
}

# dumps NAME SET WORD...: three programs in each dump, for one has only so much time for the heaps of them all
dumps() {
	printf '%s\n' "${@:3}" | sed 's/:.*//' | uniq | xargs -n 3 |
		awk -v name="$1" -v set="$2" '{ print "dump", name "-" NR, set, $0 }'
}

# The oldest and the newest of other toolchains
others() { find "$programs" -maxdepth 1 -name 'go-1.*' -printf '%f\n' | sort -V | sed -n '1p; $p' | uniq; }

# shellcheck disable=SC2086
cases() {
	local one
	units | sed 's/.*/unit & &/'
	[[ -x $programs/go/goleak ]] || return 0
	printf '%s\n' 'stacks go go' 'stacks go-stripped go-stripped' 'events go-events go' \
		'grown go-grown go sender' 'program golabels go golabels' 'program gosyscall go gosyscall'
	echo 'core ended go sender'
	[[ ! -x $programs/go/goholds ]] || echo 'holders holders go'
	dumps first-go go $leaks $waits $rings iter
	dumps well-go go ${healthy// /-well }-well
	dumps first-stripped go-stripped $some
	for one in $(others); do
		dumps "first-$one" "$one" $some
		echo "stacks $one $one"
	done
	echo 'until 150'
	dumps second-go go $leaks $waits $rings iter
	dumps second-stripped go-stripped $some
	for one in $(others); do dumps "second-$one" "$one" $some; done
}

# Why there is nothing to record; 1: there is
cannot() {
	local tool
	for tool in qemu-system-aarch64 cpio readelf jq; do
		[[ -n $(type -P $tool) ]] || { echo "no $tool"; return 0; }
	done
	! "$top/scripts/build-arm64" --check 2>&1 || return 1
}

unpack() {
	tr -d '\r' <"$records/console" | awk -v folder="$records/" '
		/^@file / { file = folder $2 ".packed"; next }
		/^@end/ { close(file); file = ""; next }
		file { print >file }'
	local file
	for file in "$records"/*.packed; do
		base64 -d <"$file" | gunzip >"${file%.packed}"
		rm "$file"
	done
}

setup_file() {
	local why status=0 puts=() words
	export records=$BATS_FILE_TMPDIR
	if why=$(cannot); then
		echo "$why" >"$records/cannot"
		return
	fi
	need_tool
	cases >"$records/cases"
	for words in "$leakhop" "$leakhop-static-emulator" "$programs/locks" "$build/tests/unit" "$programs"/go/* "$programs"/go-stripped/* \
		"$programs"/go-1.*/go{leak,expected} "$cancelling"; do
		[[ ! -e $words ]] || puts+=(-a "$words")
	done
	"$top/scripts/vmtest" -t "${ARM64_TIME:-230}" -m 2048 "${puts[@]}" "${ARM64_KERNEL:-6.12}:arm64" -- \
		"$top/tests/vm/record.sh" "$build" "$records/cases" >"$records/console" 2>&1 3>&- || status=$?
	cp "$records/console" "$build/console"
	# No kernel (no network) is no fault of ours.
	if ((status == 125)) && grep -qE 'no (kernel|busybox)' "$records/console"; then
		echo "its package cannot be fetched" >"$records/cannot"
		return
	fi
	unpack
	((status == 0)) || { grep '^#' "$records/console" >&2; echo "the machine ended with $status" >&2; return 1; }
}

setup() {
	pids=()
	json=$BATS_TEST_TMPDIR/dump.json
	[[ ! -e $records/cannot ]] || skip "$(<"$records/cannot")"
}

need_go() { [[ -x $programs/go/goleak ]] || skip "no Go"; }

# The live tests' own words, of what was recorded
run_go() { # SET PATTERN [well]
	set_name=$1 word=$2${3:+-$3}
	recordings=$(grep -lx "$set_name $word [0-9a-z]*" "$records"/*.pids) ||
		{ echo "$set_name $word was not recorded" >&2; return 1; }
	take "${recordings%%$'\n'*}"
	[[ $pid != none ]] || skip "no $word in this build"
}

take() { # RECORDING
	recorded=$1
	pid=$(awk -v set="$set_name" -v word="$word" '$1 == set && $2 == word { print $3 }' "$recorded")
}

dump() { # FILE
	jq --argjson pid "$pid" 'reduce ("findings", "suspects", "waits", "goroutines") as $list (.;
		.[$list] |= map(select(.pid == $pid)))' "${recorded%.pids}.json" >"$1"
}

# Where there was time two programs of each pattern were recorded: now and then an old pointer, left on some stack,
# keeps one from being proven.
eventually() { # SECONDS COMMAND...
	local one
	for one in $recordings; do
		take "$one"
		! "${@:2}" || return 0
	done
	return 1
}
end() { :; }

# look SET VERDICT WORD...: one of each where the live tests have three
look() {
	local word pattern mark count
	for word in "${@:3}"; do
		IFS=: read -r pattern mark count <<<"$word"
		one_look "$1" "$pattern:$mark:$((${count:-3} / 3))" "$2"
	done
}

@test "unit tests" {
	local unit ran=0
	for unit in $(units); do
		[[ $(tail -n 1 "$records/$unit.unit") == "exit 0" ]] || { cat "$records/$unit.unit" >&2; return 1; }
		grep -qE '^(ok|1\.\.0 # SKIP)' "$records/$unit.unit"
		((ran += 1))
	done
	((ran >= 20))
}

@test "forgotten channels" {
	need_go
	# shellcheck disable=SC2086
	look go leak $leaks
}

@test "synchronisation that never comes" {
	need_go
	# shellcheck disable=SC2086
	look go leak $waits
}

@test "circles are deadlocks" {
	need_go
	# shellcheck disable=SC2086
	look go deadlock $rings
}

@test "an iterator that is not stopped" {
	need_go
	run_go go iter
	iterator() { dump "$json" && jq -e '[.findings[].wait.kind] == ["coroutine"]' "$json" >/dev/null; }
	eventually 10 iterator
	holds '[.findings[] | [.verdict, .count]] == [["leak", 1]]' "$json"
}

@test "healthy twins are silent" {
	local one
	need_go
	for one in $healthy; do silent go "$one"; done
}

some_of() { # SET
	look "$1" leak sender done
	look "$1" deadlock channels:asks channels:answers
}

@test "the same, stripped" {
	need_go
	some_of go-stripped
}

@test "the same, by other Go versions" {
	local one
	[[ -n $(others) ]] || skip "no other toolchains"
	for one in $(others); do some_of "$one"; done
}

alike() { # NAME
	local try
	for try in 1 2; do
		! /usr/bin/python3 -S "$top/tests/live/gostacks.py" "$records/$1.theirs.$try" "$records/$1.before.$try" \
			"$records/$1.after.$try" --least 150 --share 0.97 >"$BATS_TEST_TMPDIR/told" || return 0
	done
	cat "$BATS_TEST_TMPDIR/told" >&2
	return 1
}

@test "stacks and arguments as the program says: static" {
	need_go
	alike go
}

@test "stacks and arguments as the program says: stripped" {
	need_go
	alike go-stripped
}

@test "stacks and arguments as the program says: other Go versions" {
	local one
	[[ -n $(others) ]] || skip "no other toolchains"
	for one in $(others); do alike "$one"; done
}

# A probe takes long in an emulator.
@test "births, ends, waits and who readied them are exact" {
	need_go
	/usr/bin/python3 -S "$top/tests/live/goevents.py" "$records"/go-events.{out,json} "$sources/go/goevents/main.go" \
		"$(<"$records/go-events.clock")" 50000000
}

@test "a leak that grows, in a trace" {
	need_go
	holds ".findings | length == 1 and (.[0] | .verdict == \"leak\" and .count > 5 and
		.spawn.line == $(line spawn sender) and any(.stack[]; .line == $(line block sender)))" "$records/go-grown.json"
}

# How many were left behind depends on a millisecond.
# held FILE CONDITION NAME...: of each lock of that file of goholds it holds of who has it, as $unlock and the input
held() {
	local name
	for name in "${@:3}"; do
		jq -e --argjson block "$(mark "go/goholds/$1" block "$name")" --argjson unlock "$(mark "go/goholds/$1" unlock "$name")" \
			--arg file "/goholds/$1" '[.goroutines[] | select(any(.stack[]?; .line == $block and (.file | endswith($file)))) |
			.wait.holders] | length == 1 and (.[0] | length == 1 and (.[0] | '"$2"'))' "$records/holders.json" >/dev/null || {
			echo "$name" >&2
			return 1
		}
	done
}

@test "who holds Go's locks: by deferred calls, and run forward" {
	[[ -s $records/holders.json ]] || skip "no goholds"
	held main.go '.how == "holds" and .deferred and .line == $unlock' global field read deep embedded value writer loop
	held plain.go '.how == "holds" and .line == $unlock' plain callee behindloop handed plainread locker closure group either
	held plain.go '.how == "likely" and .line == $unlock' sometimes iftold answer later
}

@test "labels, and memory" {
	need_go
	holds "[.goroutines[] | select(any(.stack[]?; .line == $(mark go/golabels/main.go block labels)))] |
		length == 1 and (.[0] | .memory_bytes >= .count * 2048 and (.labels[0].text | test(\"endpoint=\")))" \
		"$records/golabels.json"
}

@test "a goroutine in a system call has a thread, and the thread its stack" {
	local line
	need_go
	line=$(mark go/gosyscall/main.go block read)
	jq -e --argjson line "$line" '
		(.goroutines[] | select(any(.stack[]?; .function == "main.readPipe" and .line == $line))) as $g |
		($g.wait | .kind == "system call" and .thread_wait.kind == "pipe") and
		any(.threads[]; (.tids | index($g.tid)) and .syscall.name == "read" and ([.goroutine.goid] - $g.goids) == [])' \
		"$records/gosyscall.json" >/dev/null
}

ours='[.[] | {verdict, rule, kind, tids, goids, object: .wait.object, owner: .wait.owner.tid,
	where: [(.user_stack // .stack // [])[] | {function, line}]}] | sort_by(.where | tostring)'

@test "cores: the locks and goroutines of the living; and their recordings, read on another machine" {
	local locks='.findings + .suspects + .waits | map(select(.wait.kind | IN("mutex", "rwlock", "join", "semaphore"))) |'
	diff <(jq "$locks $ours" "$records/ended-c.json") <(jq "$locks $ours" "$records/ended-c.core.json")
	jq -e "[$locks $ours | .[].where[].function] | flatten | contains([\"block_in_mutex\", \"block_in_join\"])" "$records/ended-c.core.json"
	need_go
	diff <(jq ".findings | $ours" "$records/ended-go.json") <(jq ".findings | $ours" "$records/ended-go.core.json")
	jq -e '[.findings[].rule] == ["unreachable"]' "$records/ended-go.core.json"
	local one
	for one in ended-c ended-go; do
		"$top/build/leakhop" report -q --json "$records/$one.leakhop" 3>&- | cmp - "$records/$one.core.json"
	done
}
