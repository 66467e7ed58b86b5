#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Threads and processes that are born and end as fast as the host can: who is stuck beside them is found, memory keeps to its
# bound, and what was lost is said. A target that is stopped and goes on, and a control group that takes no more processes.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/report.json
}

teardown() {
	kill_fixtures
	[[ -z ${group:-} ]] || { eventually 10 rmdir "$group" || true; }
}

# twice: the thread that took its lock twice is found at its line, and is the only finding
twice() {
	jq -e --argjson tid "$(ready_tid twice)" --argjson line "$(mark births.c block twice)" '
		[.findings[] | [.tids, .rule, any(.user_stack[]; .line == $line)]] == [[[$tid], "self", true]]' "$json" >/dev/null ||
		{ jq -c '.findings[] | [.tids, .rule, .reason]' "$json" >&2; return 1; }
}

followed() {
	eventually 20 said 2
	leakhop trace "$@" -m 500ms -d 3s --json >"$json"
	twice
	# Of births there are tens of thousands: what is kept of them has a bound.
	holds '.cost.rss_kib < 300000' "$json"
}

@test "threads that are born and end as fast as it goes" {
	start births
	followed -p "$pid"
	dump "$json" -p "$pid" -m 500ms
	twice
}

@test "processes, by fork, and their parent's stuck thread" {
	start births fork
	followed -p "$pid" --children
}

@test "a control group in which no more can be born" {
	local mount
	mount=$(awk '$3 == "cgroup" && $4 ~ /pids/ { print $2; exit }' /proc/mounts)
	if [[ -z $mount ]]; then
		mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
		[[ -z $mount ]] || echo +pids 2>/dev/null >"$mount/cgroup.subtree_control" || true
	fi
	group=$mount/leakhop-births-$$
	mkdir "$group" 2>/dev/null && [[ -e $group/pids.max ]] || skip "no control group with pids"
	echo 60 >"$group/pids.max"
	start births
	eventually 20 said 2
	# A bomb: each that is born makes two, until none can be
	cat >"$BATS_TEST_TMPDIR/bomb" <<-'BOMB'
		echo $$ >"$1/cgroup.procs"
		bomb() { bomb | bomb & }
		bomb
		sleep 100
	BOMB
	bash "$BATS_TEST_TMPDIR/bomb" "$group" >/dev/null 2>&1 3>&- &
	full() { (($(sed -n 's/^max //p' "$group/pids.events") > 20)); }
	eventually 20 full
	leakhop trace -a -m 500ms -d 3s --json >"$json"
	empty() {
		local one
		for one in $(cat "$group/cgroup.procs"); do kill -KILL "$one" 2>/dev/null || true; done
		[[ ! -s $group/cgroup.procs ]]
	}
	eventually 20 empty
	jq -e --argjson tid "$(ready_tid twice)" 'any(.findings[]; .tids == [$tid])' "$json" >/dev/null
	holds '.cost.rss_kib < 300000' "$json"
}

@test "a target that is stopped for a while and goes on is no finding, nor what it waits for" {
	start locks cond
	await 2
	# shellcheck disable=SC2016
	(sleep 1; kill -STOP "$pid"; sleep 1; kill -CONT "$pid") 3>&- &
	leakhop trace -p "$pid" -m 300ms -d 4s --json >"$json"
	no_findings "$json"
	holds "due[] | select(.tids | index($(ready_tid cond))) | .verdict != \"stuck\"" "$json"
}
