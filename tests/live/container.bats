#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Processes that live elsewhere: other PID numbers, another root, a cgroup of their own.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/result.json
	cgroup= folders=()
	room=$(mktemp -d /tmp/leakhop-room-XXXXXX)
}

teardown() {
	kill_fixtures
	[[ -z $cgroup ]] || eventually 10 rmdir "$cgroup"
	for cgroup in "${folders[@]}"; do
		[[ ! -d $cgroup ]] || eventually 10 find "$cgroup" -depth -type d -exec rmdir {} +
	done
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

# waits_for WAITER CHILD: that is what is said of it, and nothing worse
waits_for() {
	dump "$json" -p "$1"
	no_findings "$json"
	holds '.suspects == []' "$json"
	same '.threads[0].wait.kind' '"child"' "$json"
	same '[.threads[0].wait.owners[].pid]' "[$2]" "$json"
}

@test "a child in a namespace further in has the number that its parent knows it by" {
	start_inside
	waits_for "${pids[-1]}" "$pid"
}

@test "in a container children are asked for by its own numbers: one by one, and by group" {
	local of parent children
	pid=
	for of in pid group; do
		unshare --pid --fork --kill-child /usr/bin/python3 -S -c 'import os, sys, time
def child():
    pid = os.fork()
    if not pid:
        time.sleep(1000)
    os.setpgid(pid, pid)
    return pid
other, wanted = child(), child()
print("READY", flush=True)
os.waitpid(-wanted if sys.argv[1] == "group" else wanted, 0)' "$of" >"$BATS_TEST_TMPDIR/$of" 3>&- &
		pids+=("$!")
		eventually 20 grep -q READY "$BATS_TEST_TMPDIR/$of"
		parent=$(pgrep -P "${pids[-1]}")
		eventually 20 parked "$parent" "$parent"
		mapfile -t children < <(pgrep -P "$parent")
		waits_for "$parent" "${children[1]}"
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

# by_cgroup MOUNT: of two programs the one in that cgroup, from BPF and without
by_cgroup() {
	mkdir "$1/leakhop-test-$$" || skip "no cgroup can be made"
	cgroup=$1/leakhop-test-$$
	start locks mutex
	await 2
	echo "$pid" >"$cgroup/cgroup.procs"
	local inside=$pid inside_out=$out way
	start locks cond
	await 2
	leakhop trace --cgroup "$cgroup" -m 300ms -d 2s --json >"$json" 2>"$json.said"
	holds '.source == "bpf"' "$json" || { cat "$json.said" >&2; return 1; }
	check waits "$json" "$inside_out" "$sources/locks.c" --in due
	same '[due[].pid] | unique' "[$inside]" "$json"
	for way in "$cgroup" "/leakhop-test-$$"; do
		leakhop dump --cgroup "$way" --without bpf --json >"$json"
		same '[.threads[].pid] | unique' "[$inside]" "$json"
	done
}

@test "by cgroup" {
	local mount
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[[ -n $mount ]] || skip "no cgroup2"
	by_cgroup "$mount"
}

@test "by cgroup of version 1" {
	local mount
	mount=$(awk '$3 == "cgroup" && $4 ~ /(^|,)pids(,|$)/ { print $2; exit }' /proc/mounts)
	[[ -n $mount ]] || skip "no hierarchy of pids"
	by_cgroup "$mount"
}

id=$(printf '4f%062d' 1)
other=$(printf '5e%062d' 2)
uid=0a1b2c3d-0000-1111-2222-333344445555

# in_container PATH FIXTURE...: starts it in a cgroup of that path, as runtimes name theirs
in_container() {
	local mount
	mount=$(awk '$3 == "cgroup2" { print $2; exit } $3 == "cgroup" && $4 ~ /pids/ { print $2; exit }' /proc/mounts)
	[[ -n $mount ]] || skip "no cgroups"
	cgroup=$mount/$1
	mkdir -p "$cgroup" || skip "no cgroup can be made"
	folders+=("$mount/${1%%/*}")
	start "${@:2}"
	await 1
	echo "$pid" >"$cgroup/cgroup.procs"
	cgroup=
}

# file PATH TEXT: one that a runtime keeps, below what is the host's root for these tests
file() {
	mkdir -p "$room${1%/*}"
	echo "$2" >"$room$1"
}

named() { leakhop dump --host-root "$room" -m 50ms "$@"; }

@test "containers and pods: by name, by id, by pod; in text, JSON and recordings" {
	local kubepods=kubepods-leakhop$$/burstable/pod$uid first second
	# containerd, as the kubelet has it; a second container of the pod
	in_container "$kubepods/$other" sick self
	second=$pid
	in_container "$kubepods/$id" sick abba
	first=$pid
	file "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$id/config.json" '{"annotations": {
		"io.kubernetes.cri.container-name": "shop", "io.kubernetes.cri.sandbox-name": "shop-7d4",
		"io.kubernetes.cri.sandbox-namespace": "prod", "io.kubernetes.cri.sandbox-uid": "'$uid'"}}'
	# What a stranger wrote there names nothing else.
	file "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$other/config.json" '{"annotations": {
		"io.kubernetes.cri.container-name": "\u001b[31mred\u202e", "io.kubernetes.cri.sandbox-name": "shop-7d4",
		"io.kubernetes.cri.sandbox-namespace": ["prod"]}}'
	named --container shop --json >"$json"
	same '[.threads[].pid] | unique' "[$first]" "$json"
	holds 'all(.findings[]; .container == {"runtime": "containerd", "id": "'$id'", "name": "shop"} and
		.pod == {"uid": "'$uid'", "namespace": "prod", "name": "shop-7d4"} and
		(.cgroup | endswith("/'$id'")))' "$json"
	named --container 4f0 | grep -q "runs in  *container shop (containerd 4f0000000000) of pod prod/shop-7d4"
	# By its pod: both. The pod is known by one of them.
	named --pod prod/shop-7d4 --json >"$json"
	same '[.threads[].pid] | unique | sort' "[$second,$first]" "$json"
	named --pod $uid --without bpf --json >"$json"
	same '[.threads[].pid] | unique | sort' "[$second,$first]" "$json"
	named --pod prod/shop-7d4 | not grep -q $'\e'
	# From a recording, which has no host.
	named --pod $uid -o "$room/it.leakhop" >/dev/null
	leakhop report --json "$room/it.leakhop" >"$json"
	holds 'any(.findings[]; .container.name == "shop" and .pod.name == "shop-7d4")' "$json"
	# Who is not there; and those that are.
	run -4 named --container nobody
	[[ $output == *"container 'nobody'"*"shop (4f0000000000) of pod prod/shop-7d4"* ]]
	run -2 named --container shop --pod shop-7d4
}

@test "a user's own containers: podman without root" {
	local list=/home/ann/.local/share/containers/storage/overlay-containers/containers.json
	in_container "leakhop$$/user-4242.slice/user@4242.service/user.slice/libpod-$id.scope/container" sick abba
	file /etc/passwd $'root:x:0:0::/root:/bin/sh\nann:x:4242:4242::/home/ann:/bin/sh'
	file $list '[{"id": "'$other'", "names": ["other"]}, {"id": "'$id'", "names": ["shop"]}]'
	chown 4343 "$room$list" # not the user's own
	named -p "$pid" >"$BATS_TEST_TMPDIR/text"
	grep -q "runs in .*4f0000000000" "$BATS_TEST_TMPDIR/text"
	not grep -q shop "$BATS_TEST_TMPDIR/text"
	chown 4242 "$room$list"
	named -p "$pid" | grep -q "runs in  *container shop (podman 4f0000000000)"
	named --container shop --json >"$json"
	same '[.threads[].pid] | unique' "[$pid]" "$json"
}

@test "more than one container of a name" {
	local one
	for one in $id $other; do
		in_container "docker-leakhop$$/docker/$one" sick self
		file "/var/lib/docker/containers/$one/config.v2.json" '{"Name": "/web", "Config": {"Labels": {}}}'
	done
	run -4 named --container web
	[[ $output == *"'web' is not one container alone"*"web (4f0000000000), web (5e0000000000)"* ||
		$output == *"'web' is not one container alone"*"web (5e0000000000), web (4f0000000000)"* ]]
	named --container 5e0 | grep -q "runs in  *container web (docker 5e0000000000)$"
}
