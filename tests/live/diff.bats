#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# leakhop diff: what is new, grown and gone between two recordings; and report of more than one.

load helper
load go.bash

setup() {
	pids=()
	need_tool
	need_root
	before=$BATS_TEST_TMPDIR/before.leakhop
	after=$BATS_TEST_TMPDIR/after.leakhop
	json=$BATS_TEST_TMPDIR/diff.json
}

# record FILE: all that stands of the fixture, whatever its age
record() { leakhop dump -p "$(fixture_pids)" -m 1ms -o "$1" >/dev/null; }
differ() { leakhop diff --json "$@" "$before" "$after" >"$json"; }
# changes FUNCTION: of groups that stand in it
changes() { jq -r --arg name "$1" '[.groups[] | select(any(.stack[]; .function == $name)) | .change] | join(",")' "$json"; }

@test "twice the same is no change" {
	start locks
	await 10
	record "$before"
	record "$after"
	differ -v
	same '[.new, .grown, .shrunk, .gone]' '[0,0,0,0]' "$json"
	holds '.same > 5 and (.groups | map(.change) | unique) == ["same"]' "$json"
	run -0 leakhop diff --fail-on new,grown,gone,shrunk "$before" "$after"
	[[ $output == *'0 new, 0 grown'* ]]
}

# one_and_the_same: a dump's recording and its document have the same groups
one_and_the_same() {
	leakhop dump -p "$(fixture_pids)" -m 1ms --json -o "$before" -o "$BATS_TEST_TMPDIR/after.json"
	leakhop diff -v --json "$before" "$BATS_TEST_TMPDIR/after.json" >"$json"
	same '[.new, .grown, .shrunk, .gone]' '[0,0,0,0]' "$json"
	holds '.same > 3 and (.groups | map(.before.count == .after.count and .before.verdict == .after.verdict and
		.before.oldest_ns == .after.oldest_ns) | all)' "$json"
}

@test "documents of --json, in the place of recordings" {
	start locks
	await 10
	one_and_the_same
	end
	rm -f "$out"
	[[ ! -x $programs/go/goleak ]] || { GROW=0 run_go go sender ring done; one_and_the_same; end; }
	start locks mutex
	await 2
	cd "$BATS_TEST_TMPDIR"
	leakhop dump -p "$pid" -m 1ms --json >other.json
	run -1 leakhop diff --fail-on gone after.json other.json
	leakhop diff --json -p 1 after.json other.json >"$json"
	same '.groups' '[]' "$json"
	leakhop diff --json -m 1h after.json other.json >"$json"
	same '.groups' '[]' "$json"
	# Of a trace's lines the last one is the document.
	leakhop trace -p "$pid" -m 200ms -d 1s --json=lines >lines.json
	leakhop diff -v --json lines.json lines.json >"$json"
	holds '.same > 0 and .new == 0 and .gone == 0' "$json"
	leakhop report -v -q --json lines.json other.json | jq -e '.groups != []' >/dev/null
	# What is none
	echo '{"schema": "leakhop/1", "findings": {}}' >none.json
	run -3 leakhop diff none.json other.json
	[[ $output == *"'none.json' is no JSON document of leakhop's"* ]]
	head -c 2000 other.json >cut.json
	run -3 leakhop diff other.json cut.json
	[[ $output == *"'cut.json' is no JSON: line "* ]]
	printf '{"a":%0.s' {1..5000} >deep.json
	run -3 leakhop diff deep.json other.json
	jq '.findings = [1, null, {"kind": "thread", "count": -1}, {"kind": "goroutine", "count": 1e300, "stack": "x", "spawn": []}] |
		.suspects = {} | .waits = [{"kind": "thread", "count": 2, "still_blocked": 1, "user_stack": [{}, 7, {"line": -1}]}]' \
		other.json >strange.json
	run -0 leakhop diff --json strange.json strange.json
}

@test "new, gone and grown groups, and an exit code that a script can trust" {
	start locks mutex
	await 2
	record "$before"
	end
	rm -f "$out"
	start locks cond
	await 2
	record "$after"
	differ
	[[ $(changes block_in_cond) == new && $(changes block_in_mutex) == gone ]] || { cat "$json" >&2; return 1; }
	run -1 leakhop diff --fail-on new "$before" "$after"
	[[ $output == *new*block_in_cond* && $output == *gone*block_in_mutex* ]]
	run -1 leakhop diff --fail-on gone "$before" "$after"
	run -0 leakhop diff --fail-on shrunk "$before" "$after"
	run -2 leakhop diff --fail-on nonsense "$before" "$after"
	run -2 leakhop diff "$before"
	run -4 leakhop diff "$before" /nonexistent
	run -3 leakhop diff "$before" /etc/passwd
}

@test "a group of goroutines that grows" {
	setup_go
	GROW=20ms run_go go sender
	leakhop dump -p "$pid" -m 1ms -o "$before" >/dev/null
	more() { leakhop dump -p "$pid" -m 1ms -o "$after" >/dev/null && differ --fail-on grown; [[ $? == 1 ]]; }
	eventually 20 more
	holds '[.groups[] | select(.kind == "goroutine" and .change == "grown")] |
		length == 1 and (.[0] | .after.count > .before.count and .spawn != [] and .wait == "channel send")' "$json"
}

@test "a rebuilt program whose lines have shifted: only what really changed" {
	local folder=$BATS_TEST_TMPDIR/rebuilt compile=(cc -O2 -g -pthread -I "$sources")
	mkdir "$folder"
	{ printf '\n%.0s' {1..17}; cat "$sources/locks.c"; } >"$folder/locks.c"
	"${compile[@]}" -o "$folder/locks" "$folder/locks.c" "$sources/fixture.c" || skip "no compiler"
	start locks
	await 10
	record "$before"
	end
	rm -f "$out"
	programs=$folder start locks
	await 10
	record "$after"
	programs=$folder end
	differ -v
	same '[.new, .grown, .shrunk, .gone]' '[0,0,0,0]' "$json"
	cmp -s <(leakhop report -q --json "$before" | jq '[.. | .line?] | unique') <(leakhop report -q --json "$after" | jq '[.. | .line?] | unique') && return 1
	true
}

@test "the same leak on many hosts is one line, the dearest first" {
	[[ -n $(type -P sqlite3) ]] || skip "no sqlite3"
	start sick abba
	await 2
	leakhop trace -p "$pid" -m 300ms -d 2s -o "$before" >/dev/null
	local host files=()
	for host in pod-1 pod-2 pod-3; do
		cp "$before" "$BATS_TEST_TMPDIR/$host.leakhop"
		sqlite3 "$BATS_TEST_TMPDIR/$host.leakhop" "UPDATE run SET host = '$host'"
		files+=("$BATS_TEST_TMPDIR/$host.leakhop")
	done
	leakhop report --json "${files[@]}" >"$json"
	holds '.type == "hosts" and (.files | length) == 3 and (.groups | length) == 2' "$json"
	same '[.groups[] | [.verdict, .count, ([.hosts[].host] | sort)]]' \
		'[["deadlock",3,["pod-1","pod-2","pod-3"]],["deadlock",3,["pod-1","pod-2","pod-3"]]]' "$json"
	run -0 leakhop report "${files[@]}"
	[[ $output == *'3 recordings, 2 groups'* && $output == *'pod-1 (1), pod-2 (1), pod-3 (1)'* ]]
	run -1 leakhop report --fail-on deadlock "${files[@]}"
	run -2 leakhop report --explain "$pid" "${files[@]}"
	run -3 leakhop report "${files[0]}" /etc/passwd
}

# beside NAME WORD COMMAND...: in a network and a list of processes of its own, as on another host; it is looked at when
# both are there. Its output in NAME.out, what was recorded in NAME.leakhop.
beside() {
	local name=$1 word=$2 program=("${@:3}")
	ip netns exec "lh-$name-$$" unshare --pid --fork --kill-child --mount-proc --uts bash -c '
		hostname "host-$0"; word=$1 leakhop=$2; shift 2
		wait_for() { local i; for ((i = 0; i < 400; i++)); do "$@" && return; sleep 0.05; done; return 1; }
		"$@" >"$0.out" 2>&1 & pid=$!
		wait_for grep -q "$word" "$0.out" && touch "$0.up"
		wait_for test -e look
		"$leakhop" dump --without bpf -p $pid -m 50ms -o "$0.leakhop" >"$0.text" 2>&1
		touch "$0.done"
		wait_for test -e end
		kill -9 $pid 2>/dev/null' "$name" "$word" "$leakhop" "${program[@]}" 3>&- &
	pids+=("$!")
	eventually 20 test -e "$name.up"
}

end_networks() {
	local one
	for one in a b; do [[ ! -e /run/netns/lh-$one-$$ ]] || ip netns del "lh-$one-$$"; done
}

teardown() { end_networks; kill_fixtures; }

# two_hosts [well]: one asks the other
two_hosts() {
	rm -f ./*.up ./*.done look end
	ip netns add "lh-a-$$" 2>/dev/null && ip netns add "lh-b-$$" || skip "no network namespaces"
	ip link add lha netns "lh-a-$$" type veth peer name lhb netns "lh-b-$$" || { end_networks; skip "no veth"; }
	ip -n "lh-a-$$" addr add 10.77.0.1/24 dev lha
	ip -n "lh-b-$$" addr add 10.77.0.2/24 dev lhb
	ip -n "lh-a-$$" link set lha up
	ip -n "lh-b-$$" link set lhb up
	beside b OPEN "$programs/remote" serve 7777 "$@"
	beside a READY "$programs/remote" ask 10.77.0.2 7777
	# Blocked for longer than the kernel's clocks are wrong
	asked() { (($(awk '{ print $3 }' a.out | tail -n 1) >= 0)) && grep -q READY b.out && (($(now_ns) - $(awk '/READY/ { print $4 }' a.out) > 300000000)); }
	eventually 20 asked
	touch look
	eventually 20 test -e a.done
	eventually 20 test -e b.done
	touch end
	end_networks
}

@test "a connection with its two ends in two recordings joins their graphs" {
	[[ -n $(type -P ip) ]] || skip "no ip"
	cd "$BATS_TEST_TMPDIR"
	two_hosts
	leakhop report -q --json a.leakhop >alone.json
	same '[.findings, (.suspects[0].rule)]' '[[],"answer-outstanding"]' alone.json
	leakhop report -q --json a.leakhop b.leakhop >"$json"
	holds '[.groups[] | select(.hosts[0].peer != null)] | length == 1 and
		(.[0] | .verdict == "stuck" and .rule == "dead-end" and .hosts[0].host == "host-a" and
			(.hosts[0].peer | .host == "host-b" and .comm == "remote" and .file == "b.leakhop"))' "$json"
	holds '[.groups[] | select(.verdict == "deadlock")] | length == 1 and .[0].hosts[0].host == "host-b"' "$json"
	leakhop report -q b.leakhop a.leakhop | grep -qE '^ +for remote \([0-9]+\) on host-b$'
	# The same two, of another day
	cp b.leakhop old.leakhop
	sqlite3 old.leakhop 'UPDATE run SET ended = ended - 86400000000000'
	leakhop report -q --json a.leakhop old.leakhop >"$json"
	holds '[.groups[] | select(.verdict == "stuck" or .hosts[0].peer != null)] == []' "$json"
	# Numbers that only mean a process of another file
	cp a.leakhop lies.leakhop
	sqlite3 lies.leakhop "INSERT INTO wait_owner (wait, n, pid, tid, ns_tid, fd, role, state, comm, start_time)
		SELECT id, 0, 1073741824, 0, 0, 1, 3, 'S', 'x', 0 FROM wait; UPDATE wait SET recorded = 1, owner_count = 1, owner_total = 1"
	leakhop report -q --json -v lies.leakhop b.leakhop >"$json"
	holds '[.groups[].hosts[] | select(.peer != null)] == []' "$json"
	two_hosts well
	leakhop report -q --json -v a.leakhop b.leakhop >"$json"
	holds '[.groups[] | select(.verdict == "stuck" or .verdict == "deadlock" or .verdict == "leak")] == []' "$json"
	holds '[.groups[].hosts[] | select(.peer != null)] | length == 1' "$json"
}
