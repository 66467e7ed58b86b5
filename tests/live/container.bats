#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Processes that live elsewhere: other PID numbers, another root, a cgroup of their own.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/result.json
	cgroup=
	room=$(mktemp -d /tmp/leakhop-room-XXXXXX)
}

teardown() {
	kill_fixtures
	[[ -z $cgroup ]] || eventually 10 rmdir "$cgroup"
	rm -rf "$room"
}

# A fixture that sees itself as process 1, and only a folder with nothing but itself.
start_inside() {
	[[ -x $programs/static/locks ]] || skip "no static libc"
	cp "$programs/static/locks" "$room/locks"
	out=$BATS_TEST_TMPDIR/out.inside
	unshare --pid --fork --kill-child chroot "$room" /locks mutex cond \
		>"$out" 2>"$out.err" 3>&- &
	pids+=("$!")
	eventually 20 said 3
	pid=$(pgrep -P "$!" -f /locks)
	rest() {
		local task
		for task in "/proc/$pid/task/"*; do parked "$pid" "${task##*/}" || return 1; done
	}
	eventually 20 rest
}

@test "dump from outside a container: both numbers, and the lines" {
	start_inside
	dump "$json" -p "$pid"
	local name line
	for name in mutex cond; do
		line=$(mark locks.c block $name)
		holds ".threads[] | select(any(.user_stack[];
			.function == \"block_in_$name\" and .line == $line)) |
			.pid == $pid and .ns_pid == 1 and .ns_tids == [$(ready_tid $name)] and
			.user_stack_end == \"whole\"" "$json"
	done
}

@test "trace from outside a container" {
	start_inside
	leakhop trace -p "$pid" -m 300ms -d 2s --json >"$json"
	local line
	line=$(mark locks.c block mutex)
	holds "any(due[]; .ns_pid == 1 and any(.user_stack[];
		.function == \"block_in_mutex\" and .line == $line))" "$json"
}

@test "dump from inside a container: its own numbers" {
	[[ -x $programs/static/locks ]] || skip "no static libc"
	local script=$BATS_TEST_TMPDIR/script
	out=$BATS_TEST_TMPDIR/out.inside
	# Not --mount-proc: in a chroot, / is no mount point that could be made private.
	cat >"$script" <<-END
		set -e
		mount --make-rprivate /proc
		mount -t proc proc /proc
		set +e
		"$programs/locks" mutex cond >"$out" 2>&1 &
		for i in \$(seq 100); do
			[ "\$(cat /proc/\$!/task/*/syscall | grep -c '^[0-9]')" = 3 ] && break
			sleep 0.1
		done
		"$leakhop" dump --json -p \$! >"$json"
		code=\$?
		kill \$!
		exit \$code
	END
	timeout 60 unshare --pid --fork --kill-child --mount --propagation unchanged \
		/bin/sh "$script" 3>&-
	check waits "$json" "$out" "$sources/locks.c"
	holds 'all(.threads[]; has("ns_pid") | not)' "$json"
}

@test "trace by cgroup" {
	local mount
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[[ -n $mount ]] || skip "no cgroup2"
	mkdir "$mount/leakhop-test-$$" || skip "no cgroup can be made"
	cgroup=$mount/leakhop-test-$$
	start locks mutex
	await 2
	echo "$pid" >"$cgroup/cgroup.procs"
	local inside=$pid inside_out=$out
	start locks cond
	await 2
	leakhop trace --cgroup "$cgroup" -m 300ms -d 2s --json >"$json"
	check waits "$json" "$inside_out" "$sources/locks.c" --in due
	same '[due[].pid] | unique' "[$inside]" "$json"
}
