#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Healthy servers, under light load and then idle: no findings, and few suspects. HEALTHY_SECONDS is how long each
# is watched.

load helper

setup() {
	pids=() worker=
	need_tool
	need_root
	seconds=${HEALTHY_SECONDS:-8}
	LEAKHOP_PATIENCE=$((seconds + 60))
	json=$BATS_TEST_TMPDIR/trace.json
	data=$(mktemp -d /tmp/leakhop-server-XXXXXX)
	chmod 755 "$data"
}

# The last comes first: clients before their server. PostgreSQL knows SIGINT as "at once, but in order".
teardown() {
	local i child
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
		child=$(pgrep -P "${pids[i]}" | paste -sd' ')
		kill -INT "${pids[i]}" 2>/dev/null
		kill -TERM "${pids[i]}" 2>/dev/null
		eventually 20 gone "${pids[i]}"
		# shellcheck disable=SC2086
		[[ -z $child ]] || kill -KILL $child 2>/dev/null
	done
	kill_fixtures
	rm -rf "$data"
}

# family PID: with all its children and theirs
family() {
	local child
	echo "$1"
	for child in $(pgrep -P "$1"); do family "$child"; done
}

# say PORT TEXT: a client that says this and hears the answer to its end
say() {
	exec 8<>"/dev/tcp/127.0.0.1/$1" || return
	printf %b "$2" >&8
	timeout 5 cat <&8
	exec 8>&-
}

get='GET / HTTP/1.0\r\n\r\n'
answers() { say "$1" "$get" 2>/dev/null | grep -q '200 OK'; }

# busy COMMAND...: again and again for half of the time, in the background
busy() {
	(
		end=$((SECONDS + seconds / 2))
		while ((SECONDS < end)); do
			"$@"
			sleep 0.2
		done
	) >/dev/null 2>&1 </dev/null 3>&- &
	worker=$!
}

# quiet PID...: watched, they give no finding and at most one group of suspects in each program
quiet() {
	local one tries alive
	# A server's family has short-lived members: who has gone meanwhile is left out.
	for tries in 1 2 3 4 5; do
		alive=
		for one; do [[ ! -e /proc/$one ]] || alive+=,$one; done
		leakhop trace -p "${alive#,}" -m 1s -d "${seconds}s" --json >"$json" && break
		[[ $? == 4 && $tries -lt 5 ]] || return 1
	done
	[[ -z $worker ]] || wait "$worker" || true
	no_findings "$json"
	holds 'due | length > 0' "$json"
	jq -e '[.suspects[] | [.comm, .pid, .rule]] | unique | group_by(.[0]) | all(length <= 1)' "$json" >/dev/null && return
	jq -c '.suspects[] | {rule, reason, pid, comm, thread_name, count, wait,
		where: [.user_stack[].function]}' "$json" >&2
	return 1
}

redis() {
	command -v redis-server >/dev/null && command -v redis-cli >/dev/null || skip "no Redis"
	port=$(free_port)
	serve redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly yes --dir "$data" --io-threads 2
	ready() { redis-cli -p "$port" ping 2>/dev/null | grep -q PONG; }
	eventually 20 ready
}

@test "Redis, with a second I/O thread and an append-only file" {
	redis
	busy redis-benchmark -p "$port" -q -n 2000 -c 20 -P 4 -t get,set,lpush
	quiet "$pid"
}

@test "Redis and a client that waits for its queue" {
	redis
	local server=$pid
	serve redis-cli -p "$port" BLPOP queue 0
	busy redis-cli -p "$port" ping
	quiet "$server" "$pid"
}

@test "nginx, with a thread pool and a kept connection to its upstream" {
	command -v nginx >/dev/null || skip "no nginx"
	local port upstream
	port=$(free_port) upstream=$(free_port)
	mkdir -p "$data/logs"
	echo hello >"$data/index.html"
	cat >"$data/nginx.conf" <<-END
		daemon off; worker_processes 2; pid $data/nginx.pid; error_log $data/logs/error.log;
		events { }
		http { access_log off; aio threads; client_body_temp_path $data/body; proxy_temp_path $data/proxy;
			fastcgi_temp_path $data/fastcgi; uwsgi_temp_path $data/uwsgi; scgi_temp_path $data/scgi;
			upstream files { server 127.0.0.1:$upstream; keepalive 4; }
			server { listen 127.0.0.1:$upstream; root $data; }
			server { listen 127.0.0.1:$port; location / { proxy_pass http://files;
				proxy_http_version 1.1; proxy_set_header Connection ""; } } }
	END
	serve nginx -p "$data" -c "$data/nginx.conf" -e "$data/logs/error.log"
	eventually 20 answers "$port"
	exec 9<>"/dev/tcp/127.0.0.1/$port" # a client that keeps its connection
	printf 'GET / HTTP/1.1\r\nHost: here\r\n\r\n' >&9
	busy answers "$port"
	# shellcheck disable=SC2046
	quiet $(family "$pid")
}

@test "PostgreSQL, with sessions that do nothing, wait for a lock, and listen" {
	local bin server session
	bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
	[[ -n $bin ]] || skip "no PostgreSQL"
	local as=(setpriv --reuid postgres --regid postgres --clear-groups) # it refuses to run as root
	chown postgres "$data"
	"${as[@]}" "$bin/initdb" -D "$data/db" -N --auth trust >"$data/initdb" 3>&-
	serve "${as[@]}" "$bin/postgres" -D "$data/db" -k "$data" -c listen_addresses= -c fsync=off
	server=$pid
	query() { "${as[@]}" "$bin/psql" -h "$data" -Atc "$1" postgres 2>/dev/null; }
	eventually 60 query 'select 1'
	mkfifo "$data/in"
	exec 9<>"$data/in" # a terminal where nobody types
	session=("${as[@]}" "$bin/psql" -h "$data" -At postgres)
	"${session[@]}" <"$data/in" >"$data/idle" 2>&1 3>&- 9>&- &
	local idle=$!
	pids+=("$idle")
	echo 'select pg_advisory_lock(1); listen news;' >&9
	locked() { [[ $(query "select count(*) from pg_locks where locktype = 'advisory' and granted") == 1 ]]; }
	eventually 20 locked
	serve "${session[@]}" -c 'select pg_advisory_lock(1)'
	busy query 'select count(*) from pg_class'
	# shellcheck disable=SC2046
	quiet $(family "$server") "$idle" "$pid"
}

@test "PostgreSQL and a standby that follows it" {
	local bin primary standby port
	bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
	[[ -n $bin && -x $bin/pg_basebackup ]] || skip "no PostgreSQL"
	local as=(setpriv --reuid postgres --regid postgres --clear-groups)
	port=$(free_port)
	chown postgres "$data"
	"${as[@]}" mkdir "$data/standby"
	"${as[@]}" "$bin/initdb" -D "$data/db" -N --auth trust >"$data/initdb" 3>&-
	serve "${as[@]}" "$bin/postgres" -D "$data/db" -k "$data" -p "$port" -c listen_addresses=127.0.0.1 -c fsync=off
	primary=$pid
	query() { "${as[@]}" "$bin/psql" -h "$1" -p "$port" -Atc "$2" postgres 2>/dev/null; }
	eventually 60 query "$data" 'select 1'
	"${as[@]}" "$bin/pg_basebackup" -D "$data/copy" -R -N -X stream -c fast -h 127.0.0.1 -p "$port" \
		>"$data/backup" 2>&1 3>&-
	serve "${as[@]}" "$bin/postgres" -D "$data/copy" -k "$data/standby" -p "$port" -c listen_addresses= -c fsync=off
	standby=$pid
	follows() { [[ $(query "$data" "select state from pg_stat_replication") == streaming ]]; }
	eventually 60 follows
	eventually 60 query "$data/standby" 'select 1'
	write() { query "$data" 'create table if not exists t (a int); insert into t select generate_series(1, 100)'; }
	busy write
	# shellcheck disable=SC2046
	quiet $(family "$primary") $(family "$standby")
	# It did follow.
	query "$data/standby" 'select count(*) > 0 from t' | grep -q t
}

@test "memcached" {
	command -v memcached >/dev/null || skip "no memcached"
	local port
	port=$(free_port)
	serve memcached -u nobody -l 127.0.0.1 -p "$port" -t 4 -m 16
	count() { say "$port" 'set a 0 0 1\r\n1\r\nget a\r\nquit\r\n' 2>/dev/null | grep -q END; }
	eventually 20 count
	exec 9<>"/dev/tcp/127.0.0.1/$port"
	printf 'get a\r\n' >&9
	busy count
	quiet "$pid"
}

@test "Node, with its pool and two workers" {
	command -v node >/dev/null || skip "no Node"
	cat >"$data/server.js" <<-'END'
		const { Worker } = require('worker_threads');
		const fs = require('fs'), http = require('http');
		new Worker("require('worker_threads').parentPort.on('message', () => {})", { eval: true });
		new Worker('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)', { eval: true });
		http.createServer((request, answer) => fs.readFile(__filename, () => answer.end('hello\n')))
			.listen(Number(process.argv[2]), '127.0.0.1');
	END
	local port
	port=$(free_port)
	serve node "$data/server.js" "$port"
	eventually 30 answers "$port"
	busy answers "$port"
	quiet "$pid"
}

@test "a JVM, with a server, a pool, a queue and a lock held for long" {
	command -v java >/dev/null || skip "no Java"
	cat >"$data/Server.java" <<-'END'
		import com.sun.net.httpserver.HttpServer;
		import java.net.InetSocketAddress;
		import java.util.concurrent.*;
		import java.util.concurrent.locks.*;

		public class Server {
			public static void main(String[] arguments) throws Exception {
				int port = Integer.parseInt(arguments[0]);
				HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
				server.createContext("/", exchange -> {
					exchange.sendResponseHeaders(200, 2);
					exchange.getResponseBody().write(new byte[] { 'o', 'k' });
					exchange.close();
				});
				server.setExecutor(Executors.newFixedThreadPool(4));
				server.start();
				BlockingQueue<String> queue = new LinkedBlockingQueue<>();
				new Thread(() -> { try { queue.take(); } catch (InterruptedException e) { } }).start();
				ReentrantLock lock = new ReentrantLock();
				lock.lock();
				Thread second = new Thread(lock::lock);
				second.start();
				ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
				clock.scheduleAtFixedRate(() -> { }, 0, 300, TimeUnit.MILLISECONDS);
				second.join();
			}
		}
	END
	local port
	port=$(free_port)
	serve java -Xmx128m "$data/Server.java" "$port"
	eventually 60 answers "$port"
	busy answers "$port"
	quiet "$pid"
}

@test "Python, with threads, a pool of processes and a server" {
	cat >"$data/server.py" <<-'END'
		import http.server, multiprocessing, queue, sys, threading, time
		from concurrent.futures import ThreadPoolExecutor

		class Handler(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        pool.submit(time.sleep, 0.01).result()
		        self.send_response(200)
		        self.end_headers()
		        self.wfile.write(b"hello\n")

		def start(function):
		    threading.Thread(target=function, daemon=True).start()

		processes = multiprocessing.Pool(3)
		pool = ThreadPoolExecutor(4)
		list(pool.map(time.sleep, [0.05] * 8))
		start(queue.Queue().get)
		start(threading.Event().wait)
		gate = threading.Lock()
		gate.acquire()
		start(gate.acquire)
		http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
	END
	local port
	port=$(free_port)
	serve /usr/bin/python3 "$data/server.py" "$port"
	eventually 30 answers "$port"
	exec 9<>"/dev/tcp/127.0.0.1/$port" # connected, and says nothing
	busy answers "$port"
	# shellcheck disable=SC2046
	quiet $(family "$pid")
}

@test "flock: a standby behind one who works" {
	serve flock "$data/lock" sleep 300
	local works=$pid
	held() { ! flock -n "$data/lock" true; }
	eventually 10 held
	serve flock "$data/lock" sleep 300
	eventually 10 parked "$pid" "$pid"
	# shellcheck disable=SC2046
	quiet $(family "$works") "$pid"
	holds "any(due[]; .pid == $pid and .wait.kind == \"file lock\")" "$json"
}

@test "the services of this host, as they are" {
	local found
	found=$(pgrep -x 'systemd|systemd-.*|cron|sshd|rsyslogd|dbus-daemon|chronyd|agetty' | paste -sd' ')
	[[ -n $found ]] || skip "none runs"
	# shellcheck disable=SC2086
	quiet $found
}

# go_quiet PID: watched in all; its goroutines are seen, and none is a finding or a suspect
go_quiet() {
	quiet "$1"
	holds '[(.findings, .suspects)[] | select(.kind == "goroutine")] == []' "$json"
	leakhop dump -p "$1" --no-threads --json >"$json"
	holds '.findings + .suspects == [] and ([.goroutines[].count] | add) > 10' "$json"
}

@test "etcd, with watchers that come and stay" {
	command -v etcd etcdctl >/dev/null || skip "no etcd"
	local port peer i
	port=$(free_port) peer=$(free_port)
	serve etcd --data-dir "$data/etcd" --listen-client-urls "http://127.0.0.1:$port" \
		--advertise-client-urls "http://127.0.0.1:$port" --listen-peer-urls "http://127.0.0.1:$peer" \
		--initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer"
	local server=$pid
	ctl() { ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" "$@"; }
	eventually 60 ctl put first 1
	(
		for i in 1 2 3 4 5; do
			ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" watch --prefix k &
			sleep 1
		done
		wait
	) >/dev/null 2>&1 </dev/null 3>&- &
	pids+=($!)
	busy ctl put key value
	go_quiet "$server"
}

@test "Prometheus, which watches itself" {
	command -v prometheus >/dev/null || skip "no Prometheus"
	local port
	port=$(free_port)
	printf '%s\n' 'global: {scrape_interval: 1s}' \
		"scrape_configs: [{job_name: self, static_configs: [{targets: ['127.0.0.1:$port']}]}]" >"$data/config.yml"
	serve prometheus --config.file="$data/config.yml" --storage.tsdb.path="$data/tsdb" \
		--web.listen-address="127.0.0.1:$port"
	local server=$pid
	eventually 60 say "$port" 'GET /-/ready HTTP/1.0\r\n\r\n'
	busy say "$port" 'GET /api/v1/query?query=up HTTP/1.0\r\n\r\n'
	go_quiet "$server"
}

@test "Caddy" {
	command -v caddy >/dev/null || skip "no Caddy"
	local port
	port=$(free_port)
	printf '{\nadmin off\n}\n:%s\nrespond "hello"\n' "$port" >"$data/Caddyfile"
	serve env HOME="$data" caddy run --config "$data/Caddyfile" --adapter caddyfile
	local server=$pid
	eventually 60 answers "$port"
	busy answers "$port"
	leakhop trace -p "$server" -m 1s -d "${seconds}s" --json >"$json"
	no_findings "$json"
	holds '[.suspects[] | select(.kind == "goroutine")] == []' "$json"
}

@test "Syncthing" {
	command -v syncthing >/dev/null || skip "no Syncthing"
	serve env HOME="$data" STNODEFAULTFOLDER=1 syncthing -no-browser -home="$data/home" \
		-gui-address="127.0.0.1:$(free_port)"
	local server=$pid
	started() { grep -q 'My ID\|GUI and API' "$data/log"; }
	eventually 60 started
	leakhop trace -p "$server" -m 1s -d "${seconds}s" --json >"$json"
	no_findings "$json"
	holds '[.suspects[] | select(.kind == "goroutine")] == []' "$json"
}

@test "a query of PostgreSQL for a row that another has locked, and one with a time-out" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	bin=$(find /usr/lib/postgresql -name bin -type d 2>/dev/null | tail -n 1)
	[[ -n $bin ]] || skip "no PostgreSQL"
	local as=(setpriv --reuid postgres --regid postgres --clear-groups) line way
	chown postgres "$data"
	"${as[@]}" "$bin/initdb" -D "$data/db" -N --auth trust >"$data/initdb" 3>&-
	serve "${as[@]}" "$bin/postgres" -D "$data/db" -k "$data" -c listen_addresses= -c fsync=off
	ready() { "${as[@]}" "$bin/psql" -h "$data" -Atc 'select 1' postgres 2>/dev/null; }
	eventually 60 ready
	line=$(mark go/goleak/external.go block pgquery)
	for way in "" well; do
		out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
		# shellcheck disable=SC2086
		PGUSER=postgres GROW=300ms "$programs/go/goleak" pgquery "$data/.s.PGSQL.5432" $way >"$out" 2>&1 </dev/null 3>&- &
		pids+=($!)
		eventually 20 said 1
		pid=$(awk '/^READY/ { print $NF; exit }' "$out")
		leakhop trace -p "$pid" -m 500ms -d 7s --no-threads --json >"$json"
		if [[ $way ]]; then
			no_findings "$json"
		else
			holds "[.findings[] | select(any(.stack[]?; .line == $line))] | length == 1 and
				(.[0] | .verdict == \"leak\" and .wait.kind == \"network\" and any(.chain[]; .comm == \"postgres\"))" "$json"
		fi
		kill -KILL "$pid"
	done
	# The same in a check: left over when the program ends; nothing of the one with a time-out.
	END=6 PGUSER=postgres GROW=0 run -99 --separate-stderr "$leakhop" check --grace 100ms --junit "$data/leaky.xml" -- \
		"$programs/go/goleak" pgquery "$data/.s.PGSQL.5432"
	/usr/bin/python3 - "$data/leaky.xml" "external.go:$line" <<-'PY'
		import sys, xml.etree.ElementTree as tree
		found = tree.parse(sys.argv[1]).getroot().iter("failure")
		sys.exit(not any("3 goroutines left over" in one.get("message") and sys.argv[2] in one.text for one in found))
	PY
	PGUSER=postgres GROW=0 run -124 --separate-stderr "$leakhop" check --timeout 4s --grace 0s --junit "$data/well.xml" -- \
		"$programs/go/goleak" pgquery "$data/.s.PGSQL.5432" well
	grep -q 'failures="0"' "$data/well.xml"
}
