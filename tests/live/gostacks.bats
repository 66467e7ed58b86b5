#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# dump --format=go: word for word what the Go program itself says of its goroutines.

load helper

setup() {
	pids=()
	need_tool
	data=$(mktemp -d /tmp/leakhop-server-XXXXXX)
	before=$data/before after=$data/after theirs=$data/theirs
}

teardown() {
	local server
	for server in "${servers[@]}"; do
		! kill -TERM "$server" 2>/dev/null || eventually 20 gone "$server"
	done
	kill_fixtures
	rm -rf "$data"
}

go_dump() { leakhop dump -p "$pid" --format=go; }

# gostacks ARGUMENT...: fails with what differs; its last line goes to the log
gostacks() { /usr/bin/python3 "$top/tests/live/gostacks.py" "$@"; }

# begin SET PROGRAM [ARGUMENT]...: a Go fixture that writes its own dump to $theirs
begin() {
	[[ -x $programs/$1/$2 ]] || skip "no $1/$2 here"
	DUMP=$theirs start "$1/$2" "${@:3}"
	eventually 60 said 1
}

dumped() { [[ -s $theirs ]]; }

their_signal() {
	rm -f "$theirs"
	kill -USR1 "$pid"
	eventually 20 dumped
}

their_page() { curl -sf -o "$theirs" "http://127.0.0.1:$port/debug/pprof/goroutine?debug=2"; }

# alike HOW ARGUMENT...: HOW makes $theirs. A goroutine that went to another place and back between
# two of ours is told apart by looking again: it differs then and now, and a wrong stack always.
alike() {
	local try
	for try in 1 2 3 4 5; do
		go_dump >"$before" || return 1
		"$1" || return 1
		go_dump >"$after" || return 1
		gostacks "$theirs" "$before" "$after" "${@:2}" >"$data/told" && break
		((try < 5)) || { cat "$data/told" >&2; return 1; }
	done
	echo "# $(tail -n 1 "$data/told")" >&3
}

expected() { # SET
	begin "$1" goexpected
	alike their_signal --least 150 --share 0.97
}

@test "as the program says: static" { expected go; }
@test "as the program says: stripped" { expected go-stripped; }
@test "as the program says: position-independent" { expected go-pie; }
@test "as the program says: cgo" { expected go-cgo; }
@test "as the program says: Go 1.17" { expected go-1.17; }
@test "as the program says: Go 1.18" { expected go-1.18; }
@test "as the program says: Go 1.19" { expected go-1.19; }
@test "as the program says: Go 1.20" { expected go-1.20; }
@test "as the program says: Go 1.21" { expected go-1.21; }
@test "as the program says: Go 1.22" { expected go-1.22; }
@test "as the program says: Go 1.23" { expected go-1.23; }
@test "as the program says: Go 1.24" { expected go-1.24; }
@test "as the program says: Go 1.25" { expected go-1.25; }
@test "as the program says: Go 1.27" { expected go-1.27; }

@test "system calls and cgo calls" {
	begin go-cgo gosyscall
	alike their_signal --least 8 --share 0.5
}

@test "labels are told where the program tells them" {
	local words
	export GODEBUG=tracebacklabels=1
	begin go golabels
	unset GODEBUG
	alike their_signal --least 10 --share 0.5
	words=$(grep -c '^goroutine .*labels:{' "$theirs" || :)
	[[ $(grep -c '^goroutine .*labels:{' "$before" || :) == "$words" ]]
}

# --- servers of others, under load ---------------------------------------------------------------

with_server() { # COMMAND...
	serve "$@"
	servers+=("$pid")
}

answers_or_gone() { answers "$1" || gone "$pid"; }
answers() { curl -sf -o /dev/null "http://127.0.0.1:$port$1"; }

# hammer COMMAND...: over and over, until the test ends
hammer() {
	while :; do "$@"; done >/dev/null 2>&1 </dev/null 3>&- &
	pids+=("$!")
}

put() { curl -s --max-time 5 "http://127.0.0.1:$port/v3/kv/put" -d '{"key":"Zm9v","value":"YmFy"}'; sleep 0.02; }
watch() { curl -s --max-time 60 -N "http://127.0.0.1:$port/v3/watch" -d '{"create_request":{"key":"Zm9v"}}'; }
query() { curl -s --max-time 5 "http://127.0.0.1:$port/api/v1/query?query=rate(go_goroutines\[1m\])"; sleep 0.02; }

# Between the look for a free port and its use somebody else may take it.
begin_etcd() {
	local try peers client
	for try in 1 2 3; do
		port=$(free_port)
		client=http://127.0.0.1:$port peers=http://127.0.0.1:$(free_port)
		with_server etcd --data-dir "$data/etcd.$try" --enable-pprof \
			--listen-client-urls "$client" --advertise-client-urls "$client" \
			--listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" \
			--initial-cluster "default=$peers"
		eventually 30 answers_or_gone /health
		answers /health && return
	done
	tail -n 5 "$data/log" >&2
	return 1
}

@test "etcd under load" {
	[[ -n $(type -P etcd) ]] || skip "no etcd"
	[[ -n $(type -P curl) ]] || skip "no curl"
	begin_etcd
	for _ in 1 2 3; do hammer watch; done
	hammer put
	sleep 1 # some load
	alike their_page --least 30 --share 0.8
}

@test "Prometheus under load" {
	[[ -n $(type -P prometheus) ]] || skip "no prometheus"
	[[ -n $(type -P curl) ]] || skip "no curl"
	port=$(free_port)
	printf '%s\n' 'global: {scrape_interval: 1s}' 'scrape_configs:' \
		"- {job_name: own, static_configs: [{targets: ['127.0.0.1:$port']}]}" >"$data/prometheus.yml"
	with_server prometheus --config.file="$data/prometheus.yml" --storage.tsdb.path="$data/tsdb" \
		--web.listen-address="127.0.0.1:$port"
	eventually 30 answers /-/ready
	hammer query
	hammer query
	sleep 1
	alike their_page --least 15 --share 0.6
}

# --- readers of others ----------------------------------------------------------------------------

# How many goroutines panicparse sees: the sum of its groups.
parsed() { "$reader" <"$1" | grep -oE '^[0-9]+: ' | awk '{ sum += $1 } END { print sum + 0 }'; }

@test "panicparse reads it as it reads the program's own" {
	reader=$(type -P panicparse || type -P pp) || skip "no panicparse"
	[[ $("$reader" -h 2>&1) == *aggressive* ]] || skip "$reader is another program"
	[[ -x $programs/go-1.19/golabels || -x $programs/go/golabels ]] || skip "no golabels"
	begin go golabels
	alike their_signal --share 0.5
	[[ $(parsed "$before") == "$(gostacks --count "$before")" ]]
	[[ $(parsed "$theirs") == "$(gostacks --count "$theirs")" ]]
}

# --- usage ----------------------------------------------------------------------------------------

@test "one process only, and one that is Go's" {
	start locks mutex
	await 2
	run -3 --separate-stderr leakhop dump -p "$pid" --format=go
	[[ $stderr == *"is no Go program"*"--format=text"* && $output == "" ]]
	run -2 --separate-stderr leakhop dump -p "$pid,$$" --format=go
	[[ $stderr == *"one process"* ]]
	run -2 leakhop dump -a --format=go
	run -2 leakhop dump -p "$pid" -p 1 --format=go
	run -2 leakhop dump -p "$pid" --no-go --format=go
	run -2 leakhop dump -p "$pid" --fail-on leak --format=go
	run -2 --separate-stderr leakhop dump -p "$pid" --format=xml
	[[ $stderr == *xml* ]]
	run -2 leakhop trace -p "$pid" --format=go
}

@test "a process that is gone is 4" {
	/bin/true &
	local gone=$!
	wait "$gone"
	run -4 leakhop dump -p "$gone" --format=go
}

@test "the other formats, by this option" {
	start locks mutex
	await 2
	leakhop dump -p "$pid" --format=json >"$data/json"
	jq -e '.threads | length > 0' "$data/json" >/dev/null
	leakhop dump -p "$pid" --format=text >"$data/text"
	grep -q 'locks (' "$data/text"
}

@test "to a file" {
	begin go golabels
	leakhop dump -p "$pid" --format=go -o "$data/file"
	gostacks --count "$data/file"
	run -5 leakhop dump -p "$pid" --format=go -o "$data/none/file"
	if leakhop dump -p "$pid" --format=go >/dev/full 2>"$data/err"; then return 1; fi
	grep -q . "$data/err"
}

@test "for its own user it needs no rights" {
	need_root
	[[ -x $programs/go/golabels ]] || skip "no go/golabels"
	# Where that user can read it
	install -m 755 "$programs/go/golabels" "$leakhop" "$data"
	chmod 755 "$data"
	out=$BATS_TEST_TMPDIR/out.nobody
	"${nobody[@]}" "$data/golabels" >"$out" 2>&1 </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
	eventually 20 said 1
	"${nobody[@]}" timeout 20 "$data/leakhop" dump -p "$pid" --format=go >"$before"
	(($(gostacks --count "$before") > 5))
}
