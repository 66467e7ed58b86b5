#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# leakhop where clusters put it: in a container with few capabilities, in a bare root folder, beside programs with
# other libraries; what deploy/ gives out.

load helper

# docs/pods.md; deploy/kubernetes/daemonset.yaml
all_capabilities=(bpf perfmon sys_ptrace dac_read_search checkpoint_restore syslog sys_resource)

setup() {
	pids=()
	need_tool
	json=$BATS_TEST_TMPDIR/result.json
	room=$(mktemp -d /tmp/leakhop-pod-XXXXXX)
}

teardown() {
	kill_fixtures || true
	for one in proc sys; do ! mountpoint -q "$room/$one" || umount "$room/$one"; done
	rm -rf "$room"
}

# somebody's FIXTURE...: another user's program, in $pid
somebodys() {
	cp "$programs/$1" "$room/$1"
	chmod 755 "$room"
	out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
	TMPDIR=$room "${nobody[@]}" "$room/$1" "${@:2}" >"$out" 2>&1 3>&- </dev/null &
	pid=$!
	pids+=("$pid")
}

# with CAPABILITY... -- COMMAND: as root that has these and no others
with() {
	local set=-all
	while [[ $1 != -- ]]; do set+=,+$1 && shift; done
	setpriv --inh-caps=-all --bounding-set="$set" "${@:2}"
}

# without CAPABILITY: all others
without() {
	local one kept=()
	for one in "${all_capabilities[@]}"; do [[ " $* " == *" $one "* ]] || kept+=("$one"); done
	with "${kept[@]}" -- "$leakhop" dump -p "$pid" -m 20ms --json >"$json" 2>"$json.said"
}

found='([.findings[] | select(.verdict == "deadlock")] | length) == 2'
lines='any(.findings[].user_stack[]; .function == "take_a_then_b" and .line != null)'
named='any(.findings[].kernel_stack[]; .function | test("futex"))'

@test "each capability of the DaemonSet: all of them are enough, and what is lost without one" {
	need_root
	leakhop doctor | grep -q '^yes *capabilities' || skip "no BPF here"
	somebodys sick abba
	await 2
	all_there() { without none && holds "$found and $lines" "$json"; }
	eventually 20 all_there
	holds ".source == \"bpf\" and $named and .limits == []" "$json"
	for one in bpf perfmon; do
		without $one
		holds ".source == \"proc\" and $found and $lines" "$json"
		grep -qi "CAP_$one missing" "$json.said"
	done
	without sys_ptrace
	holds '.source == "bpf" and .findings == [] and any(.limits[]; contains("CAP_SYS_PTRACE missing"))' "$json"
	without syslog
	holds "$found and $lines" "$json"
	[[ $(cat /proc/sys/kernel/kptr_restrict) == 0 ]] || grep -q CAP_SYSLOG "$json.said"
	for one in sys_resource checkpoint_restore; do
		without $one
		holds ".source == \"bpf\" and $found and $lines" "$json"
	done
	without dac_read_search
	holds "$found and $lines and any(.limits[]; contains(\"CAP_DAC_READ_SEARCH missing\"))" "$json"
	# Nothing but SYS_PTRACE
	run -3 with sys_ptrace -- "$leakhop" dump -p "$pid"
	[[ $output == *"CAP_DAC_READ_SEARCH missing"* ]]
}

@test "kubectl debug --profile=general: what root has in a container, and SYS_PTRACE" {
	need_root
	somebodys sick abba
	await 2
	cp "$top/tests/live/confined.py" "$top/tests/live/profiles/docker.json" "$room/"
	ephemeral() {
		"${container[@]}",+sys_ptrace /usr/bin/python3 "$room/confined.py" "$room/docker.json" \
			"$leakhop" dump -p "$pid" -m 20ms --json >"$json" 2>"$json.said" &&
			holds ".source == \"proc\" and $found and $lines" "$json"
	}
	eventually 20 ephemeral
}

@test "the static program in a folder with nothing else, no /dev even" {
	need_root
	[[ -x $top/build/leakhop-static ]] || skip "make static"
	mkdir "$room/proc" "$room/sys"
	mount -t proc none "$room/proc"
	mount -t sysfs none "$room/sys"
	somebodys sick abba
	await 2
	for one in leakhop-static leakhop-static-emulator; do
		[[ $(stat -c %s "$top/build/$one") -lt $([[ $one == *emulator ]] && echo 41943040 || echo 20971520) ]]
		readelf -d "$top/build/$one" | not grep -q NEEDED
		cp "$top/build/$one" "$room/leakhop"
		bare() {
			chroot "$room" /leakhop dump -p "$pid" -m 20ms --json >"$json" 2>"$json.said" && holds "$found and $lines" "$json"
		}
		eventually 20 bare
		[[ ! -s $json.said ]] || grep -q 'emulator\|libunicorn\|BPF' "$json.said"
	done
}

# with_musl OPTION...: locks, built so, in a root of its own, seen from a host with glibc
with_musl() {
	local name line
	musl-gcc "$@" -g -pthread -I "$sources" -o "$room/locks" "$sources/locks.c" "$sources/fixture.c" 2>/dev/null ||
		skip "does not build"
	out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
	unshare --mount --pid --fork --kill-child chroot "$room" /locks mutex cond semaphore reader barrier >"$out" 2>&1 3>&- &
	pids+=("$!")
	eventually 20 said 6
	pid=$(pgrep -P "$!" -f /locks)
	shown() {
		dump "$json" -p "$pid" -m 20ms || return 1
		for name in mutex cond semaphore reader barrier; do
			line=$(mark locks.c block $name)
			holds "[.threads[] | select(any(.user_stack[]; .function == \"block_in_$name\" and .line == $line))] |
				length == 1 and ([.[].user_stack[] | select(.function | startswith(\"block_in_\"))] | length == 1)" \
				"$json" || { echo "$name ($*)" >&2; return 1; }
		done
	} 2>"$BATS_TEST_TMPDIR/why"
	eventually 20 shown || { cat "$BATS_TEST_TMPDIR/why" >&2; return 1; }
	holds 'any(.threads[]; .wait.kind == "mutex") and any(.threads[]; .wait.kind == "condition variable")' "$json"
	kill_fixtures || true
}

# musl has no unwind information: the way into the program is found by the call that led out of it.
@test "a program with musl in a root of its own, seen from a host with glibc" {
	need_root
	[[ -n $(type -P musl-gcc) && -e /lib/ld-musl-$(uname -m).so.1 ]] || skip "no musl"
	mkdir -p "$room/lib/x86_64-linux-gnu"
	cp -L "/lib/ld-musl-$(uname -m).so.1" "$room/lib/"
	# A file that is where the host has its C library, and is none
	echo nonsense >"$room/lib/x86_64-linux-gnu/libc.so.6"
	with_musl -O2
	with_musl -O0
	with_musl -O2 -fno-plt
	with_musl -O2 -static
	with_musl -O0 -static
}

@test "a 32-bit program: its calls have no names of another machine, and it is said what is not read" {
	gcc -m32 -O2 -g -pthread -idirafter /usr/include/x86_64-linux-gnu -I "$sources" -o "$room/locks" "$sources/locks.c" "$sources/fixture.c" 2>/dev/null ||
		skip "no 32-bit compiler"
	out=$BATS_TEST_TMPDIR/out.32
	"$room/locks" mutex >"$out" 2>&1 3>&- &
	pid=$!
	pids+=("$pid")
	eventually 20 said 2
	told() {
		dump "$json" -p "$pid" -m 20ms
		holds 'all(.threads[]; .syscall.name | startswith("32-bit call ")) and
			all(.threads[]; .wait.object | contains("32-bit program: what it waits for is not read"))' "$json" 2>/dev/null
	}
	eventually 20 told
	no_findings "$json"
}

@test "an OCI image: what is in it runs, and the same bytes again" {
	[[ -x $top/build/leakhop-static-emulator ]] || skip "make static"
	export SOURCE_DATE_EPOCH=1700000000
	"$top/scripts/oci-image" "$top/build/leakhop-static-emulator" amd64 1.2 "$room/one.tar"
	"$top/scripts/oci-image" "$top/build/leakhop-static-emulator" amd64 1.2 "$room/two.tar"
	cmp "$room/one.tar" "$room/two.tar"
	cd "$room" && tar -xf one.tar
	local manifest config layer
	manifest=blobs/sha256/$(jq -r '.manifests[0].digest | ltrimstr("sha256:")' index.json)
	config=blobs/sha256/$(jq -r '.config.digest | ltrimstr("sha256:")' "$manifest")
	layer=blobs/sha256/$(jq -r '.layers[0].digest | ltrimstr("sha256:")' "$manifest")
	for one in "$manifest" "$config" "$layer"; do
		[[ $(sha256sum "$one" | cut -d' ' -f1) == "${one##*/}" ]]
	done
	same '.layers[0].size' "$(stat -c %s "$layer")" "$manifest"
	same '.rootfs.diff_ids[0]' "\"sha256:$(gunzip -c "$layer" | sha256sum | cut -d' ' -f1)\"" "$config"
	mkdir root && tar -C root -xzf "$layer"
	[[ $(root/bin/leakhop --version) == "leakhop "* ]]
	[[ -z $(type -P skopeo) ]] || skopeo inspect "oci-archive:$room/one.tar" | jq -e '.Architecture == "amd64"' >/dev/null
}

@test "manifests: what the documentation says, and valid where a validator is" {
	/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "no python3-yaml"
	/usr/bin/python3 - "$top/deploy/kubernetes" "${all_capabilities[@]}" <<-'PY'
		import glob, sys, yaml
		documents = [d for f in sorted(glob.glob(sys.argv[1] + "/*.yaml")) for d in yaml.safe_load_all(open(f))]
		kinds = {d["kind"]: d for d in documents}
		assert set(kinds) == {"Kustomization", "Namespace", "ServiceAccount", "DaemonSet", "ClusterRole", "RoleBinding"}, kinds
		pod = kinds["DaemonSet"]["spec"]["template"]["spec"]
		security = pod["containers"][0]["securityContext"]
		assert pod["hostPID"] is True and security["privileged"] is False and security["capabilities"]["drop"] == ["ALL"]
		assert sorted(security["capabilities"]["add"]) == sorted(name.upper() for name in sys.argv[2:])
		resources = [r for rule in kinds["ClusterRole"]["rules"] for r in rule["resources"]]
		assert "pods/ephemeralcontainers" in resources
	PY
	/usr/bin/python3 -c 'import kubernetes_validate' 2>/dev/null || skip "no kubernetes-validate"
	kubernetes-validate --strict "$top"/deploy/kubernetes/{namespace,daemonset,debug-role}.yaml
}

@test "the DaemonSet's command: findings as lines of JSON, and a recording that stays small" {
	need_root
	local -a command
	mapfile -t command < <(/usr/bin/python3 -c '
import json, re, sys
text = open(sys.argv[1]).read()
for word in ("command", "args"):
    print("\n".join(json.loads(re.search(word + r": (\[.*\])", text).group(1))))' "$top/deploy/kubernetes/daemonset.yaml")
	[[ ${command[0]} == leakhop && ${command[1]} == trace ]]
	command=("${command[@]/#1m/300ms}")
	command=("${command[@]/#\/recordings/$room}")
	start sick abba
	await 2
	with "${all_capabilities[@]}" -- "$leakhop" "${command[@]:1}" -d 2s >"$json" 2>/dev/null
	jq -e -s "any(.[]; .verdict == \"deadlock\" and .pid == $pid)" "$json" >/dev/null
	[[ -s $room/node.leakhop ]]
	run -1 leakhop report -q --fail-on deadlock -p "$pid" "$room/node.leakhop"
}
