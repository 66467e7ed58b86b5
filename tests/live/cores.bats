#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A core says what a dump of the living process said: as gcore makes it, and as the kernel does. And cores that lie.

load helper
load go

setup() {
	pids=()
	need_tool
	live=$BATS_TEST_TMPDIR/live.json
	told=$BATS_TEST_TMPDIR/told.json
	remarks=$BATS_TEST_TMPDIR/remarks
	cd "$BATS_TEST_TMPDIR"
	ulimit -c unlimited
	export GOTRACEBACK=crash
}

edit() { "$BATS_TEST_DIRNAME/core_edit.py" "$@"; }

# by_gcore, by_kernel: makes the file core of the fixture, which the kernel ends
by_gcore() {
	[[ -n $(type -P gcore) ]] || skip "no gcore"
	rm -f core*
	timeout -k 5 100 gcore -o core "$pid" >/dev/null 2>&1 3>&-
	mv "core.$pid" core
}

kernel_writes() { [[ $(</proc/sys/kernel/core_pattern) == core ]]; }

by_kernel() {
	kernel_writes || skip "the kernel does not write cores into the process's folder"
	rm -f core*
	kill -ABRT "$pid"
	wait "$pid" || true
	[[ -f core ]] || mv "core.$pid" core
}

# read_core ARGUMENT...: dump --core, as JSON to $told
read_core() { leakhop dump --core core --json "$@" >"$told" 2>"$remarks" || { cat "$remarks" >&2; return 1; }; }

# What the two must have in common: who, where, for what, and what it means. Of a Go program's threads, that is not so
# when it has begun to end.
common='def place: [.[] | {function, file, line, module: .module}];
	def ours: [.[] | {verdict, rule, kind, tids, goids, count, spawn: .spawn.line, object: .wait.object, wait: .wait.kind,
		owner: .wait.owner.tid, where: (.user_stack // .stack // [] | place)}] | sort_by(.where | tostring);'

# agrees LIST: as in the dump of the living
agrees() {
	jq -e "$due $common $1 | ours" "$live" >a.json && jq -e "$due $common $1 | ours" "$told" >b.json && [[ -s b.json ]] &&
		diff a.json b.json
}

@test "threads: the verdict, the owner, the object and the line that the living had" {
	local fault
	for fault in abba:2 self:1 orphaned-lock:1 join:2 upgrade:2 barrier:2; do
		start sick "${fault%:*}"
		await "${fault#*:}"
		dump "$live" -p "$pid" -m 1ms
		holds '.findings + .suspects != []' "$live"
		by_gcore
		read_core
		agrees '.findings + .suspects'
		! kernel_writes || { by_kernel; read_core; agrees '.findings + .suspects'; grep -q SIGABRT "$remarks"; }
		end
	done
	holds '.source == "core" and .host == "" and .threshold_ns == 0 and ([due[] | .blocked_ns == 0 and .blocked_at_least] | all)' "$told"
}

@test "threads of healthy twins: nothing is wrong with them" {
	local fault
	for fault in abba:2 self:1 orphaned-lock:1 join:2; do
		start sick "${fault%:*}" well
		await "${fault#*:}"
		by_gcore
		read_core
		no_findings "$told"
		end
	done
}

@test "every build: the stacks and waits that the living had" {
	local set
	for set in . fp split stripped static static-pie; do
		[[ -x $programs/$set/locks ]] || continue
		start "$set/locks" mutex rwlock semaphore join
		await 4
		dump "$live" -p "$pid" -m 1ms
		by_gcore
		read_core
		agrees 'due | map(select(.wait.kind | IN("mutex", "rwlock", "semaphore", "join")))' || { echo "$set" >&2; return 1; }
		end
	done
}

@test "C++ and Rust: futures, statics, mutexes" {
	local one program fault count
	for one in cpp::4 initialisers:statics:2 rust::3; do
		IFS=: read -r program fault count <<<"$one"
		[[ -x $programs/$program ]] || continue
		start "$program" ${fault:+"$fault"}
		await "$count"
		eventually 20 all_due "$live"
		by_gcore
		read_core
		agrees '.findings + .suspects' || { echo "$one" >&2; return 1; }
		end
	done
}

@test "musl: whose end is waited for" {
	[[ -n $(type -P musl-gcc) ]] || skip "no musl"
	musl-gcc -O2 -g -static -pthread -I "$sources" -o sick "$sources/sick.c" "$sources/fixture.c" 2>/dev/null || skip "does not build"
	local programs=$BATS_TEST_TMPDIR
	start sick join
	await 2
	dump "$live" -p "$pid" -m 1ms
	by_gcore
	read_core
	agrees '.threads | map(select(.wait.kind != "signal"))'
	holds '[.threads[].wait.owner.tid | numbers] != []' "$told"
}

@test "goroutines: the proof of the heap, circles, their lines and go statements" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	local folder pattern
	for pattern in go:sender go:abba go:channels go-stripped:errgroup go-pie:rwrecursive go-cgo:receiver; do
		folder=${pattern%:*}
		[[ -x $programs/$folder/goleak ]] || continue
		GROW=0 run_go "$folder" "${pattern#*:}"
		# shellcheck disable=SC2154
		eventually 20 stands_in "$live"
		# An old pointer on a stack that is read word by word can hide one for a while.
		eventually 20 core_agrees || { echo "$pattern" >&2; return 1; }
		! kernel_writes || { by_kernel; read_core; same '[.findings[].verdict] | unique' "$(jq -c '[.findings[].verdict] | unique' "$live")" "$told"; }
		end
	done
	same '[.findings[] | .oldest_ns // .blocked_ns] | all(. == 0)' true "$told"
}

core_agrees() { dump "$live" -p "$pid" && by_gcore && read_core && agrees '.findings'; }
stands_in() { dump "$1" -p "$pid" && jq -e '[.findings[] | select(.kind == "goroutine") | .count] | add >= 3' "$1" >/dev/null; }

@test "goroutines of a healthy program: nothing is wrong with them, whatever runs" {
	[[ -x $programs/go/gohealthy ]] || skip "no Go"
	local program
	for program in gohealthy gochurn gobusy; do
		start "go/$program"
		eventually 20 goroutines_stand
		by_gcore
		read_core
		no_findings "$told"
		holds '.goroutines != []' "$told"
		end
	done
}

goroutines_stand() { dump "$live" -p "$pid" --no-threads && jq -e '.goroutines != []' "$live" >/dev/null; }

@test "since when goroutines wait is told as far as the runtime has noted it" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	GROW=0 run_go go sender
	eventually 20 stands_in "$live"
	by_gcore
	read_core
	holds '[.goroutines[] | .blocked_ns >= 0 and .blocked_ns < 60000000000] | all' "$told"
	leakhop dump --core core --format=go -q >go.txt
	grep -q '^goroutine [0-9]* \[chan send' go.txt
	grep -q "goleak/forgotten.go:$(line block sender)" go.txt
}

@test "nothing is read of a living process that has the same number" {
	start sick abba
	await 2
	by_gcore
	local old=$pid
	end
	# It has other threads, other memory, and another fault.
	start sick self
	await 1
	edit numbers core other "$old=$pid"
	read_core
	cp "$told" "$live"
	mv other core
	read_core
	same '[.findings[].verdict]' '["deadlock","deadlock"]' "$told"
	agrees '.findings'
	same '[.findings[].pid] | unique' "[$pid]" "$told"
	[[ -n $(type -P strace) ]] || skip "no strace: what it opens is not seen"
	strace -f -o calls -e trace=%file,process_vm_readv,tgkill,kill,tkill,pidfd_open,ptrace \
		"$leakhop" dump --core core --json >/dev/null 2>&1
	grep -q openat calls
	run ! grep -E "/proc/$pid\b|process_vm_readv|kill\($pid|pidfd_open\($pid|ptrace" calls
}

inner_deadlock() {
	pid=$(pgrep -P "$1" | head -n 1)
	[[ $pid ]] && dump "$live" -p "$pid" -m 1ms && jq -e '.findings | length == 2' "$live" >/dev/null
}

@test "a debugger outside of the process's PID namespace: owners by their numbers within" {
	need_root
	out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
	unshare --pid --fork --kill-child "$programs/sick" abba >>"$out" 2>"$out.err" </dev/null 3>&- &
	pids+=("$!")
	eventually 20 said 2
	eventually 20 inner_deadlock "$!"
	by_gcore
	read_core
	agrees '.findings'
	end
	# Whose number stands for nobody is not taken for dead where numbers are not known.
	start sick orphaned-lock
	await 1
	by_gcore
	read_core
	same '[.findings[].rule]' '["owner-gone"]' "$told"
	edit notls core other
	mv other core
	read_core
	same '.findings' '[]' "$told"
	holds '[due[] | select(.wait.kind == "mutex")] | length == 1' "$told"
}

# --- files ---

# Its own copy, which can be changed and moved
copied() {
	cp "$programs/sick" "$BATS_TEST_TMPDIR/mine"
	local programs=$BATS_TEST_TMPDIR
	start mine abba
	await 2
	by_gcore
}

line_of_first='[.findings[].user_stack[] | select(.function == "take_a_then_b") | .line]'

@test "a program that is missing, of another build, or elsewhere: told, and not guessed by" {
	copied
	local want
	want="[$(mark sick.c block first)]"
	read_core
	same "$line_of_first" "$want" "$told"
	mv mine moved
	read_core
	grep -q 'not found here.*: mine ' "$remarks"
	same "$line_of_first" '[]' "$told"
	same '[.findings[].verdict] | unique' '["deadlock"]' "$told"
	read_core --exe moved
	same "$line_of_first" "$want" "$told"
	run ! grep -E 'not found|build' "$remarks"
	mkdir -p "root/$BATS_TEST_TMPDIR"
	cp moved "root/$BATS_TEST_TMPDIR/mine"
	leakhop report core --symfs root --json -q >"$told"
	same "$line_of_first" "$want" "$told"
	# Another one in its place, which begins otherwise
	cp moved mine
	printf '\0' | dd of=mine bs=1 seek=$((0x3a)) conv=notrunc status=none
	read_core
	grep -q 'of another build than in the core.*: mine ' "$remarks"
	same "$line_of_first" '[]' "$told"
	# What is no file must not be waited for.
	rm mine
	mkfifo mine
	read_core
	grep -q 'not found here.*: mine ' "$remarks"
	read_core --exe mine
	same "$line_of_first" '[]' "$told"
}

@test "a core that does not name its files: threads, waits and owners all the same" {
	start sick abba
	await 2
	by_gcore
	edit nofiles core other
	mv other core
	read_core
	grep -q 'does not name the files' "$remarks"
	holds '.findings != [] and ([.findings[].verdict] | all(. == "deadlock"))' "$told"
	holds '[.findings[] | .tids[]] | length == 2' "$told"
}

@test "the kernel leaves out what coredump_filter says: told of, and no crash" {
	kernel_writes || skip "the kernel does not write cores into the process's folder"
	local filter
	for filter in 0x0 0x1 0x33 0x7f; do
		start sick abba
		await 2
		echo "$filter" >"/proc/$pid/coredump_filter"
		by_kernel
		read_core
		holds '(.threads | map(.count) | add) == 3' "$told"
		# 0: neither stacks nor locks are there.
		[[ $filter == 0x0 ]] || same '[.findings[].verdict]' '["deadlock","deadlock"]' "$told"
		end
	done
}

# --- what is wrong with it ---

# refused WORDS FILE: by both commands, with a sentence and code 3
refused() {
	local command
	for command in "report" "dump --core"; do
		# shellcheck disable=SC2086
		run -3 leakhop $command "$2"
		[[ $output == *"$1"* ]] || { echo "$output" >&2; return 1; }
	done
}

@test "cores of others, and what is none: what it is, and the way out" {
	start sick abba
	await 2
	by_gcore
	edit machine core other 183
	refused 'a core of arm64, and this leakhop is one for x86-64' other
	edit machine core other 243
	refused 'a core of RISC-V' other
	edit class core other 32
	refused 'of a 32-bit program' other
	refused 'no core, but a program' "$programs/sick"
	local tool
	for tool in zstd lz4 xz gzip; do
		[[ -n $(type -P $tool) ]] || continue
		head -c 100000 core | $tool -c >packed
		run -3 leakhop report packed
		[[ $output == *"is compressed with $tool"*"to get there: $tool -dc 'packed' >core"* ]]
	done
	head -c 4096 /dev/zero >zeros
	run -3 leakhop dump --core zeros
	[[ $output == *'is no core'* ]]
	mkfifo pipe
	run -3 leakhop dump --core pipe
	[[ $output == *'no regular file'* ]]
	run -4 leakhop dump --core nowhere
	run -2 leakhop dump --core core -p 1
	run -2 leakhop dump --exe x -p 1
	run -2 leakhop report core core
	[[ $output == *'a core, which is reported alone'* ]]
	run -2 leakhop report --json=lines core
}

@test "a core that was cut off: what is there is told, at each length" {
	start sick abba
	await 2
	kernel_writes && by_kernel || by_gcore
	local size part r
	size=$(stat -c %s core)
	cp core whole
	for part in 1 40 63 64 200 1000 1400 3000 9000 20000 $((size / 8)) $((size / 2)) $((size - 4096)) $((size - 1)); do
		head -c "$part" whole >core
		r=0
		leakhop dump --core core --json >"$told" 2>"$remarks" || r=$?
		((r == 0 || r == 3)) || { echo "at $part: $r" >&2; cat "$remarks" >&2; return 1; }
		((r == 3)) || grep -qE 'was cut off|damaged' "$remarks" || { echo "at $part: nothing said" >&2; return 1; }
		((r == 0)) || grep -qE 'is no core|cut off' "$remarks"
	done
	holds '(.threads | map(.count) | add) == 3' "$told"
}

@test "headers that lie" {
	start sick abba
	await 2
	by_gcore
	cp core whole
	read_core
	cp "$told" "$live"
	edit xnum whole core
	read_core
	agrees '.findings'
	local what
	for what in "headers 65534" "headers 65535" overlap notes "headers 3"; do
		# shellcheck disable=SC2086
		edit ${what%% *} whole core ${what#"${what%% *}"}
		local r=0
		leakhop dump --core core --json >"$told" 2>"$remarks" || r=$?
		((r == 0 || r == 3)) || { echo "$what: $r" >&2; return 1; }
		[[ $what == "headers 3" ]] || grep -qE 'cut off|damaged' "$remarks" || { echo "$what: nothing said" >&2; return 1; }
	done
}

@test "a core's recording, and its report, are as the dump of it" {
	start sick abba
	await 2
	by_gcore
	leakhop dump --core core --json -o a.leakhop -o "$live" 2>/dev/null
	leakhop report -q --json a.leakhop >"$told"
	cmp "$live" "$told"
	leakhop report -q --json core | jq -S 'del(.cost)' >b.json
	diff <(jq -S 'del(.cost)' "$live") b.json
	leakhop report core >text 2>/dev/null
	grep -q '^#1  DEADLOCK  sick ([0-9]*): 1 thread blocked$' text
	run ! grep -E 'so far|since [0-9]' text
	leakhop diff --json a.leakhop a.leakhop | jq -e '.new == [] and .gone == []' >/dev/null || true
	run -1 leakhop report -q --fail-on deadlock core
}

@test "waits for descriptors, sleeps and the like: by what the call's arguments say, and never a finding" {
	start files
	await 15
	eventually 20 all_due "$live"
	by_gcore
	read_core
	no_findings "$told"
	local call
	for call in read write accept poll pselect6 epoll_wait flock; do
		holds "[.threads[] | select(.syscall.name == \"$call\") | .wait | select(.unreadable == \"descriptors\" and
			(.object | test(\"descriptor [0-9]+|fd [0-9]+\")))] != []" "$told" || { echo "$call" >&2; return 1; }
	done
	grep -c 'nor are descriptors' "$remarks" | grep -qx 1
}
