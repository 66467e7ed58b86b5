#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Healthy servers under lock contention: who waits for a lock gets it, and nothing of it is a finding, however short the
# threshold.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/report.json
	data=$(mktemp -d /tmp/leakhop-busy-XXXXXX)
	chmod 755 "$data"
}

teardown() {
	local i
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
		kill -INT "${pids[i]}" 2>/dev/null
		eventually 20 gone "${pids[i]}" || kill -KILL "${pids[i]}"
	done
	kill_fixtures
	rm -rf "$data"
}

# members PID...: these and their children, as for -p
members() {
	local one
	for one; do
		echo "$one"
		pgrep -P "$one"
	done | paste -sd,
}

# no_findings_at_all PID...: in dumps and in a trace, at each threshold
no_findings_at_all() {
	local threshold i
	for threshold in 20ms 100ms 1s; do
		for i in 1 2 3 4 5; do
			dump "$json" -p "$(members "$@")" -m $threshold
			no_findings "$json" || return 1
		done
		leakhop trace -q -p "$(members "$@")" -m $threshold -d 3s --json=lines >"$json.lines" || return 1
		[[ $(jq -c 'select(.verdict == "stuck" or .verdict == "leak" or .verdict == "deadlock")' "$json.lines") == '' ]] ||
			{ jq -c 'select(.verdict)' "$json.lines" >&2; return 1; }
	done
}

@test "PostgreSQL, whose clients all want the same rows" {
	local bin server
	bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
	[[ -n $bin && -x $bin/pgbench ]] || skip "no PostgreSQL with pgbench"
	local as=(setpriv --reuid postgres --regid postgres --clear-groups) # it refuses to run as root
	chown postgres "$data"
	"${as[@]}" "$bin/initdb" -D "$data/db" -N --auth trust >"$data/initdb" 3>&-
	serve "${as[@]}" "$bin/postgres" -D "$data/db" -k "$data" -c listen_addresses= -c fsync=off
	server=$pid
	query() { "${as[@]}" "$bin/psql" -h "$data" -Atc "$1" postgres; }
	answers() { query 'select 1' >/dev/null 2>&1; }
	eventually 60 answers
	query 'create table hot (id int primary key, n int); insert into hot values (1, 0), (2, 0)'
	cat >"$data/hot.sql" <<-'END'
		\set r random(1, 2)
		begin;
		update hot set n = n + 1 where id = :r;
		select pg_sleep(0.02);
		commit;
	END
	chmod 644 "$data/hot.sql"
	serve "${as[@]}" "$bin/pgbench" -h "$data" -n -c 8 -j 4 -T 120 -f "$data/hot.sql" postgres
	contended() { (($(query "select count(*) from pg_stat_activity where wait_event_type = 'Lock'") >= 3)); }
	eventually 20 contended
	no_findings_at_all "$server" "$pid"
	(($(query 'select sum(n) from hot') > 100))
}
