#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Recordings: what trace and dump write with -o FILE.leakhop, and what report makes of it.

load helper
load go.bash

setup() {
	pids=()
	need_tool
	need_root
	file=$BATS_TEST_TMPDIR/a.leakhop
	live=$BATS_TEST_TMPDIR/live.json
	told=$BATS_TEST_TMPDIR/told.json
}

report() { leakhop report "$@"; }

# The report of the file is what the run itself said, to the byte; and nothing lies beside the file.
equal() {
	report -q --json "$file" "$@" >"$told"
	cmp "$live" "$told" || { diff "$live" "$told" | head -n 20 >&2; return 1; }
	[[ $(echo "$file"*) == "$file" ]] || { echo "$file"* >&2; return 1; }
}

dump_is_equal() { leakhop dump --json -o "$live" -o "$file" "$@" && equal; }
trace_is_equal() { leakhop trace --json -o "$live" -o "$file" -m 300ms -d "${watch:-2s}" "$@" && equal; }

# of ARGUMENT...: of the fixture that was started
both_are_equal() { dump_is_equal -p "$(fixture_pids)" "$@" && trace_is_equal -p "$(fixture_pids)" "$@"; }

@test "a report says what the run said: locks, sets, files, sockets" {
	start locks
	await 10
	both_are_equal
	holds '.waits | length > 5' "$told"
	end
	# A dump that looks more than once
	start asked flag
	await 1
	dump_is_equal -p "$pid" -m 1us
	holds 'any(.findings[]; .rule == "lost-wake-up" and .trend.sweeps > 1) or
		all(.suspects[]; .rule != "condition-true")' "$told"
	end
	start chains 4
	await 1
	both_are_equal
	end
	start files
	await 1
	both_are_equal --life --all
	end
	start leaky-server
	eventually 20 said 1
	dump_is_equal -p "$pid" --life
	trace_is_equal -p "$pid" --life
	leakhop trace --json -o "$live" -o "$file" -p "$pid" -m 300ms -d 1s --explain "$pid"
	equal --explain "$pid"
}

@test "a report says what the run said: faults and their healthy twins" {
	local fault well
	for fault in abba orphaned-lock own-pipe dead-set chain; do
		for well in '' well; do
			# shellcheck disable=SC2086
			start sick "$fault" $well
			await 1
			watch=1s both_are_equal
			end
		done
	done
	start sick growing
	eventually 20 said 1
	watch=5s trace_is_equal -p "$pid"
	holds 'any(.findings[]; .trend)' "$told"
}

@test "a report says what the run said: families, contention, who was woken, C++" {
	local fixture
	for fixture in 'family 5' contended woken cpp; do
		# shellcheck disable=SC2086
		start $fixture
		eventually 20 said 1
		both_are_equal --children
		end
	done
}

@test "a report says what a trace of a command said: spawns, ended blocks, short thresholds" {
	command_line locks
	leakhop trace --json -m 300ms -d 2s --life --all -o "$live" -o "$file" -- "${cmd[@]}"
	equal
	holds 'any(due[]; .spawn)' "$told"
	start pulse
	await 1
	leakhop trace --json -m 5ms -d 2s -o "$live" -o "$file" -p "$pid"
	equal
	leakhop trace --json -m 300ms -d 2s --syscalls -o "$live" -o "$file" -p "$pid"
	equal
	leakhop trace --json -m 300ms -d 2s --without bpf -o "$live" -o "$file" -p "$pid"
	equal
}

@test "a report says what the run said: goroutines" {
	setup_go
	local pattern
	for pattern in sender nilreceive rwwriter cond abba channels pool; do
		run_go go "$pattern"
		both_are_equal
		holds '[.findings[], .suspects[] | select(.kind == "goroutine")] != []' "$told"
		end
	done
	start go/gohealthy
	eventually 20 said 1
	both_are_equal
	end
	start go/golabels
	eventually 20 said 1
	both_are_equal
	holds 'any(.goroutines[]?, due[]; (.labels // []) != [])' "$told"
	end
	start go/gosyscall
	eventually 20 said 1
	both_are_equal --all
	end
	start go/gosessions
	eventually 20 said 1
	watch=4s trace_is_equal -p "$pid"
}

@test "a report says what the run said: times that never come" {
	setup_go
	start go/goforever
	eventually 20 said 1
	both_are_equal --all
}

@test "a report says what the run said: goroutines that grow, and with exact events" {
	setup_go
	GROW=50ms run_go go sender
	watch=6s trace_is_equal -p "$pid" --no-threads
	holds 'any(.findings[]; .trend or .group.trend)' "$told"
	end
	start go/goevents
	eventually 20 said 1
	watch=4s trace_is_equal -p "$pid" --go-events --all
	holds '.go_events != []' "$told"
}

@test "a report says what the run said: the whole host" {
	dump_is_equal -a
	trace_is_equal -a
}

@test "the text has each finding in full, and the summary" {
	start sick abba
	await 2
	leakhop trace -p "$pid" -m 300ms -d 2s -o "$file" >"$BATS_TEST_TMPDIR/live.txt"
	report -q "$file" >"$BATS_TEST_TMPDIR/told.txt"
	grep -q '^#1 *DEADLOCK' "$BATS_TEST_TMPDIR/told.txt"
	diff <(tail -n 5 "$BATS_TEST_TMPDIR/live.txt") <(tail -n 5 "$BATS_TEST_TMPDIR/told.txt")
	[[ $(report -q --json=lines "$file" | jq -r .type | paste -sd,) == finding*,summary ]]
}

@test "other thresholds, filters and exit codes" {
	start sick abba
	await 2
	leakhop trace -p "$pid" -m 300ms -d 2s -o "$file" >/dev/null
	run -1 report -q --fail-on deadlock "$file"
	run -0 report -q --fail-on leak "$file"
	report -q --json -m 1h "$file" >"$told"
	same '[.threshold_ns, due]' '[3600000000000,[]]' "$told"
	report -q --json -p 1 "$file" >"$told"
	same '[due[]]' '[]' "$told"
	report -q --json --all "$file" >"$told"
	holds '[.threads[].tids[]] | length >= 3' "$told"
	report -q --json -t "$(ready_tid first)" --all "$file" >"$told"
	same '[.threads[].tids[]]' "[$(ready_tid first)]" "$told"
	holds '.findings[0].chain | length == 2' "$told"
	report -q --explain "$(ready_tid first)" --dot "$BATS_TEST_TMPDIR/dot" "$file" >"$BATS_TEST_TMPDIR/text"
	grep -q 'deadlock' "$BATS_TEST_TMPDIR/text"
	grep -q digraph "$BATS_TEST_TMPDIR/dot"
}

@test "every format of a report is that of the run" {
	local format
	start locks
	await 10
	for format in dot folded folded=count pprof perfetto html; do
		leakhop trace --format="$format" -m 300ms -d 1s -o "$live" -o "$file" -p "$pid"
		report -q --format="$format" -o "$told" "$file"
		cmp "$live" "$told"
	done
}

@test "on another architecture it is the same" {
	local other=$top/build-arm64/leakhop emulator
	emulator=$(type -P qemu-aarch64-static qemu-aarch64 | head -n 1)
	[[ -n $emulator && -x $other && $(uname -m) == x86_64 ]] || skip "no emulator of programs, or no build for arm64"
	[[ ! $other -ot $leakhop ]] || skip "the build for arm64 is older than the other"
	"$emulator" "$other" --version >/dev/null || skip "its libraries are not here"
	start locks
	await 10
	leakhop trace --json -m 300ms -d 2s --all --life -o "$live" -o "$file" -p "$pid"
	"$emulator" "$other" report -q --json "$file" | cmp - "$live"
}

@test "names are in the file: the program may be gone" {
	cp "$programs/locks" "$BATS_TEST_TMPDIR/mine"
	programs=$BATS_TEST_TMPDIR start mine mutex
	await 2
	leakhop dump --json -p "$pid" -m 1h -o "$file" >/dev/null
	end
	rm "$BATS_TEST_TMPDIR/mine"
	report -q --json -m 1ms "$file" >"$told"
	holds 'any(due[].user_stack[]; .file // "" | endswith("locks.c"))' "$told"
}

# lines_of: those of the fixture's own frames, as the report tells them
lines_of() { jq -c '[.threads[].user_stack[] | select(.function | test("^block_in_")) | .line] | sort' "$1"; }

@test "names that the run did not find are looked up by build-id: below --symfs, at a server, in the file itself" {
	local folder=$BATS_TEST_TMPDIR/late id wanted
	mkdir -p "$folder/served" "$folder/cache"
	id=$(readelf -n "$programs/locks" | sed -n 's/.*Build ID: //p')
	wanted=[$(mark locks.c block mutex),$(mark locks.c block cond)]
	objcopy --strip-all "$programs/locks" "$folder/locks"
	(
		programs=$folder
		start locks mutex cond
		await 3
		leakhop dump --json -p "$pid" -o "$live" -o "$file" >/dev/null
		kill "$pid"
	)
	[[ $(lines_of "$live") == '[]' ]]
	report -q --json "$file" >"$told"
	diff <(jq -S . "$live") <(jq -S . "$told")
	# Of debug data alone
	mkdir -p "$folder/usr/lib/debug/.build-id/${id:0:2}"
	objcopy --only-keep-debug "$programs/locks" "$folder/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug"
	mv "$folder/locks" "$folder/moved"
	report -q --json --symfs "$folder" "$file" >"$told"
	[[ $(lines_of "$told") == "$wanted" ]] || { lines_of "$told" >&2; return 1; }
	report -q --json "$file" >"$told"
	[[ $(lines_of "$told") == '[]' ]]
	# Another build's are not taken.
	cp "$folder/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug" "$folder/served/$id"
	objcopy --only-keep-debug "$programs/sick" "$folder/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug"
	report -q --json --symfs "$folder" "$file" >"$told"
	[[ $(lines_of "$told") == '[]' ]]
	# The file where it was, now with all that it had
	cp "$programs/locks" "$folder/locks"
	report -q --json "$file" >"$told"
	[[ $(lines_of "$told") == "$wanted" ]]
	rm "$folder/locks"
	ldconfig -p | grep -q libdebuginfod || skip "no client of debuginfod here"
	/usr/bin/python3 "$top/tests/live/debuginfod.py" "$folder/served" "$folder/port" 3>&- &
	pids+=("$!")
	eventually 20 test -e "$folder/port"
	DEBUGINFOD_URLS=http://127.0.0.1:$(<"$folder/port") DEBUGINFOD_CACHE_PATH=$folder/cache report -q --json "$file" >"$told"
	[[ $(lines_of "$told") == "$wanted" ]]
}
