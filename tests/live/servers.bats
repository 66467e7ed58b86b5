#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Programs that others have written and distributions have stripped: every stack is whole.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/dump.json
	data=$(mktemp -d /tmp/leakhop-server-XXXXXX)
	chmod 755 "$data"
}

# In order, since a server that is killed leaves children and shared memory behind.
teardown() {
	local server
	for server in "${pids[@]}"; do
		kill -INT "$server"
		eventually 20 gone "$server"
	done
	kill_fixtures
	rm -rf "$data"
}

# All their threads are parked.
idle() {
	local one tid
	for one in "$@"; do
		for tid in "/proc/$one/task/"*; do
			parked "$one" "${tid##*/}" || return 1
		done
	done
}

# Children come and go: they are asked for each time.
# shellcheck disable=SC2046
idle_family() { idle "$1" $(children "$1"); }

# whole PID...: each thread of these that was seen to block has its whole stack
whole() {
	local list
	list=$(IFS=,; echo "$*")
	dump "$json" -p "$list"
	same '[.threads[] | select(.verdict != "running" and .user_stack_end != "whole") |
		{thread_name, user_stack_end, user_stack: [.user_stack[] | .function + " " + .module]}]' '[]' "$json"
	holds '.threads | map(select(.verdict != "running")) | length > 0' "$json"
	same '[.threads[].tids[]] | length' \
		"$(for one in "$@"; do ls "/proc/$one/task"; done | wc -l)" "$json"
}

children() { pgrep -P "$1" | tr '\n' ' '; }

# A port that is free now
@test "Redis" {
	command -v redis-server >/dev/null || skip "no redis-server"
	local port
	port=$(free_port)
	serve redis-server --port "$port" --bind 127.0.0.1 --save "" --dir "$data" --io-threads 2
	eventually 20 redis-cli -p "$port" ping
	eventually 20 idle "$pid"
	whole "$pid"
	holds '[.threads[].tids[]] | length >= 4' "$json" # it has threads for background work
	redis-cli -p "$port" ping | grep -q PONG
}

@test "nginx" {
	command -v nginx >/dev/null || skip "no nginx"
	local port
	port=$(free_port)
	mkdir -p "$data/logs"
	cat >"$data/nginx.conf" <<-END
		daemon off; worker_processes 2; pid $data/nginx.pid; error_log $data/logs/error.log;
		events { }
		http { access_log off; client_body_temp_path $data/body; proxy_temp_path $data/proxy;
			fastcgi_temp_path $data/fastcgi; uwsgi_temp_path $data/uwsgi;
			scgi_temp_path $data/scgi; server { listen 127.0.0.1:$port; root $data; } }
	END
	serve nginx -p "$data" -c "$data/nginx.conf" -e "$data/logs/error.log"
	two_workers() { (($(pgrep -c -P "$pid") == 2)); }
	eventually 20 two_workers
	# shellcheck disable=SC2046
	eventually 20 idle_family "$pid"
	# shellcheck disable=SC2046
	whole $pid $(children "$pid")
}

@test "PostgreSQL" {
	local bin
	bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
	[[ -n $bin ]] || skip "no PostgreSQL"
	# It refuses to run as root.
	chown postgres "$data"
	setpriv --reuid postgres --regid postgres --clear-groups \
		"$bin/initdb" -D "$data/db" -N --auth trust >"$data/initdb" 3>&-
	serve setpriv --reuid postgres --regid postgres --clear-groups \
		"$bin/postgres" -D "$data/db" -k "$data" -c listen_addresses= -c fsync=off
	ready() { setpriv --reuid postgres --regid postgres --clear-groups \
		"$bin/psql" -h "$data" -Atc 'select 1' postgres >/dev/null; }
	eventually 60 ready
	# shellcheck disable=SC2046
	eventually 30 idle_family "$pid"
	# shellcheck disable=SC2046
	whole $pid $(children "$pid")
}
