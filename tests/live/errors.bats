#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Exit codes, messages, and that nothing of leakhop stays behind.

load helper

# The first line of a message begins with the program's name and quotes what it is about; one more
# may tell the way out.
told_about() {
	local first=${stderr%%$'\n'*}
	[[ $first == leakhop* && $first == *"$1"* ]] || { echo "message: $stderr" >&2; return 1; }
	[[ $(wc -l <<<"$stderr") -le 2 ]] || { echo "message: $stderr" >&2; return 1; }
}

gone_pid() {
	/bin/true &
	local gone=$!
	wait "$gone"
	echo "$gone"
}

refused() { # WORD ARGUMENT...
	run -2 --separate-stderr leakhop "${@:2}"
	told_about "$1"
	[[ -z $output ]]
}

@test "wrong usage is 2, and told" {
	refused --nonsense trace --nonsense
	refused nonsense nonsense
	refused abc dump -p abc
	refused 5x trace -p 1 -m 5x
	refused -5 trace -p 1 -d -5
	refused nonsense trace -p 1 --without nonsense
	refused xml trace -p 1 --json=xml
	refused abc trace -t abc
	refused 99999999999999999999 dump -p 99999999999999999999
	refused 0 dump -p 0
}

@test "no command: the usage, and 2" {
	run -2 --separate-stderr leakhop
	[[ $stderr == *"leakhop"* ]]
}

@test "dump without a process is wrong usage" {
	run -2 leakhop dump --json
}

@test "a process that does not exist is 4" {
	local gone
	gone=$(gone_pid)
	run -4 --separate-stderr leakhop dump -p "$gone"
	told_about "$gone"
	run -4 --separate-stderr leakhop trace -p "$gone" -d 1s
	told_about "$gone"
}

@test "a command that cannot be started is 4, and told" {
	run -4 --separate-stderr leakhop trace -q -d 1s -- /nonexistent/program
	told_about /nonexistent/program
}

@test "times: each unit" {
	start locks mutex
	await 2
	local time
	for time in 1 0.5 1s 1000ms 1000000us 1000000000ns 1m 1h; do
		leakhop dump --json -p "$pid" -m "$time" >/dev/null
	done
}

@test "version and help" {
	run -0 leakhop --version
	[[ $output == *leakhop* ]]
	run -0 leakhop --help
	run -0 leakhop trace --help
	run -0 leakhop dump --help
}

@test "output that cannot be written is an error" {
	[[ -e /dev/full ]] || skip "no /dev/full"
	start locks mutex
	await 2
	if leakhop dump --json -p "$pid" >/dev/full 2>"$BATS_TEST_TMPDIR/err"; then return 1; fi
	grep -q . "$BATS_TEST_TMPDIR/err"
}

@test "a kernel thread has no user stack" {
	need_root
	[[ $(cat /proc/2/comm) == kthreadd ]] || skip "no kernel threads here"
	dump "$BATS_TEST_TMPDIR/dump.json" -k -p 2
	same '.threads[0].user_stack' '[]' "$BATS_TEST_TMPDIR/dump.json"
}

@test "leakhop looks at itself without harm" {
	run leakhop trace -p $$ -m 100ms -d 1s --json
	[[ $status == 0 ]]
}

bpf_ids() { { bpftool -j prog show && bpftool -j map show && bpftool -j link show; } | jq '.[].id' | sort; }
alone() { ! pgrep -x leakhop >/dev/null; }

@test "nothing stays loaded or mounted, however it ends" {
	need_root
	command -v bpftool >/dev/null || skip "no bpftool"
	local ids mounts
	# What another one on this host has loaded looks just like it.
	eventually 60 alone || skip "another leakhop runs here"
	ids=$(bpf_ids)
	mounts=$(cat /proc/self/mounts)
	start locks
	await 10
	leakhop dump --json -p "$pid" >/dev/null
	leakhop trace -p "$pid" -m 100ms -d 1s --json >/dev/null
	follow "$BATS_TEST_TMPDIR/trace.txt" -p "$pid"
	stop_trace
	follow "$BATS_TEST_TMPDIR/trace.txt" -p "$pid"
	kill -KILL "$tracer"
	wait "$tracer" || true
	none_left() { alone && [[ $(comm -13 <(echo "$ids") <(bpf_ids)) == "" ]]; }
	eventually 20 none_left # the kernel frees them after a grace period
	[[ $(cat /proc/self/mounts) == "$mounts" ]]
}

@test "the target runs on, untouched: no signal, no tracer, no stop" {
	start locks
	await 10
	leakhop dump --json -p "$pid" >/dev/null
	all_parked
	[[ $(awk '/^TracerPid/ { print $2 }' "/proc/$pid/status") == 0 ]]
	[[ ! -s $out.err ]]
}

# reduced WORD: the first remark says that the mode is reduced and why, another what is not seen
reduced() {
	[[ $stderr == *"reduced mode"*"$1"* && $stderr == *"not seen: "* ]] ||
		{ echo "message: $stderr" >&2; return 1; }
}

@test "a kernel without BTF: said, and the reduced mode goes on" {
	need_root
	start locks mutex
	await 2
	without_btf() {
		# In a chroot the root is no mount point, whose propagation unshare would change.
		timeout -k 5 60 unshare -m --propagation unchanged /bin/sh -c 'mount --make-rprivate /sys &&
			mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$leakhop" "$@" 3>&-
	}
	[[ -d /sys/kernel/btf ]] || skip "no BTF here at all"
	run -0 --separate-stderr without_btf dump -p "$pid"
	reduced BTF
	[[ $output == *block_in_mutex* ]]
	run -0 --separate-stderr without_btf trace -p "$pid" -m 100ms -d 500ms
	reduced BTF
	[[ $output == *block_in_mutex* ]]
	run -3 without_btf doctor
	[[ $output == *"no "*BTF* ]]
}

@test "a capability that is missing is named" {
	need_root
	start locks mutex
	await 2
	local missing
	for missing in bpf perfmon; do
		run -0 --separate-stderr setpriv --bounding-set "-$missing,-sys_admin" \
			--inh-caps "-$missing,-sys_admin" "$leakhop" dump -p "$pid"
		reduced "CAP_${missing^^} missing"
	done
}

@test "another user's process is 3, with the way out" {
	need_root
	start locks mutex
	await 2
	local copy
	copy=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	install -m 755 "$leakhop" "$copy/leakhop"
	chmod 755 "$copy"
	run -3 --separate-stderr "${nobody[@]}" "$copy/leakhop" dump -p "$pid"
	told_about "$pid"
	[[ $stderr == *"to get there: "*sudo* ]]
	run -3 --separate-stderr "${nobody[@]}" "$copy/leakhop" trace -q -p "$pid" -d 1s
	told_about "$pid"
	rm -rf "$copy"
}

stopped() { [[ $(cat "/proc/$1/stat") == *") T "* ]]; }

# overflow ARGUMENT...: a trace that cannot read its events for a while, and what it says at its end
overflow() {
	PAD=$(printf '%016000d' 0) start spawner 0 3000
	await 1
	follow "$BATS_TEST_TMPDIR/flooded" -p "$pid" --stack-bytes 16384 "$@"
	kill -STOP "$tracer"
	eventually 5 stopped "$tracer"
	local before
	before=$(grep -c '^READY' "$out")
	# Each record takes 424 bytes and what of the stack could be copied: 4 MiB hold less than 10,000.
	eventually 40 said $((before + 11000))
	kill -STOP "$pid"
	stopped "$tracer"
	kill -CONT "$tracer"
	stop_trace
}

@test "a ring buffer that was full: counted and told" {
	need_root
	overflow --json
	holds '.lost.events > 0' "$BATS_TEST_TMPDIR/flooded"
	overflow
	grep -qE 'lost: [1-9][0-9]* events' "$BATS_TEST_TMPDIR/flooded"
}

@test "a report replaces the one before when it is whole, and not sooner" {
	local folder=$BATS_TEST_TMPDIR/reports
	mkdir "$folder"
	start sick abba
	await 2
	echo before >"$folder/report"
	chmod 600 "$folder/report"
	run -4 --separate-stderr leakhop dump --json -p "$(gone_pid)" -o "$folder/report"
	[[ $(<"$folder/report") == before ]]
	# Killed while it traces: nothing is left of it.
	follow "$BATS_TEST_TMPDIR/said" -p "$pid" --json -o "$folder/report"
	[[ $(<"$folder/report") == before ]]
	kill -9 "$tracer"
	wait "$tracer" || true
	[[ $(ls -A "$folder") == report && $(<"$folder/report") == before ]]
	leakhop dump --json -m 1ms -p "$pid" -o "$folder/report"
	holds 'any(due[]; .comm == "sick")' "$folder/report"
	[[ $(stat -c %a "$folder/report") == 600 && $(ls -A "$folder") == report ]]
	# A link stays one, and a trace's lines can be read as they come.
	ln -s report "$folder/link"
	echo before >"$folder/report"
	leakhop dump --json -m 1ms -p "$pid" -o "$folder/link"
	[[ -L $folder/link ]]
	holds 'any(due[]; .comm == "sick")' "$folder/report"
	follow "$BATS_TEST_TMPDIR/said" -p "$pid" -m 100ms -o "$folder/text"
	eventually 20 grep -q DEADLOCK "$folder/text"
	stop_trace
}

@test "a report for which the disk is too small leaves the one before" {
	need_root
	start crowd 2000
	await 1
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs -o size=8k none "$1" && echo before >"$1/report" &&
		{ "$2" dump --json -p "$3" -o "$1/report"; echo "$?"; cat "$1/report"; ls -A "$1"; }' \
		sh "$BATS_TEST_TMPDIR" "$leakhop" "$pid"
	[[ $output == $'5\nbefore\nreport' ]] || { echo "$output $stderr" >&2; return 1; }
	told_about "cannot write"
}
