#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# check where there is no privilege: the filters of Docker and Podman, their capabilities, a PID namespace, a root that
# is read-only.

load helper

setup() {
	pids=()
	need_tool
	need_root
	shared=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	cp "$leakhop" "$programs/ending" "$shared/"
	cp "$top/tests/live/confined.py" "$top"/tests/live/profiles/*.json "$shared/"
	[[ ! -x $programs/go/gotested ]] || cp "$programs/go/gotested" "$shared/"
	chmod -R a+rX "$shared"
}

teardown() {
	kill_fixtures
	rm -rf "$shared"
}

# judged COMMAND...: before "leakhop check", as whoever that makes
judged() {
	run -99 --separate-stderr "$@" "$shared/leakhop" check --grace 0s -- "$shared/ending" return
	[[ $stderr == *"1 thread left over: semaphore in wait_for_word (ending.c:$(mark ending.c block left))"* ]]
	run -0 --separate-stderr "$@" "$shared/leakhop" check -- "$shared/ending" return well
	[[ -x $shared/gotested ]] || return 0
	run -99 --separate-stderr "$@" "$shared/leakhop" check --budget 100 --grace 0s -- "$shared/gotested" -test.run 'Healthy|Forgets|Outer'
	[[ $stderr == *"in test TestForgets"* && $stderr == *"2 findings"* ]]
	WELL=1 run -0 --separate-stderr "$@" "$shared/leakhop" check -- "$shared/gotested" -test.run 'Healthy|Forgets|Outer'
}

@test "Docker's filter: as root of the container, and as nobody" {
	judged "${container[@]}" /usr/bin/python3 "$shared/confined.py" "$shared/docker.json"
	judged "${nobody[@]}" /usr/bin/python3 "$shared/confined.py" "$shared/docker.json"
}

@test "Podman's filter: as root of the container, and as nobody" {
	judged "${container[@]}" /usr/bin/python3 "$shared/confined.py" "$shared/podman.json"
	judged "${nobody[@]}" /usr/bin/python3 "$shared/confined.py" "$shared/podman.json"
}

@test "a PID namespace, /proc as containers mount it, a root that is read-only" {
	# shellcheck disable=SC2016
	local inside='mount --make-rprivate /; mount -t proc proc /proc; mount --bind /proc/sys /proc/sys
		mount -o remount,bind,ro /proc/sys; mount -t tmpfs -o ro none /proc/acpi 2>/dev/null; mount --bind /dev/null /proc/kcore
		mount -o remount,bind,ro /; ! touch /written 2>/dev/null || exit 9; exec "$@"'
	unshare -m -p -f true || skip "no namespaces"
	judged unshare -m -p -f --kill-child sh -c "$inside" sh "${container[@]}"
	judged unshare -m -p -f --kill-child sh -c "$inside" sh "${nobody[@]}"
}

@test "Yama's ptrace_scope 1: leakhop reads by itself, as an ancestor may" {
	# No kernel is asked for it here: which way is taken is what can be seen.
	# shellcheck disable=SC2016
	local inside='mount --make-rprivate /; mount -t tmpfs none /proc/sys/kernel; mkdir /proc/sys/kernel/yama
		echo 1 >/proc/sys/kernel/yama/ptrace_scope; exec "$@"'
	unshare -m true || skip "no namespaces"
	judged unshare -m sh -c "$inside" sh "${nobody[@]}"
	# shellcheck disable=SC2016
	run -0 unshare -m sh -c "$inside" sh "${nobody[@]}" "$shared/leakhop" check -q -- sh -c \
		'cat /proc/$(awk "/^PPid/ { print \$2 }" /proc/$PPID/status)/task/*/children | xargs -n 1 ps -o comm= -p'
	[[ $output == *leakhop-keeper* && $output != *reader* ]]
}
