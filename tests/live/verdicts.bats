#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Each textbook fault gets its verdict, by its rule and with its proof; its healthy twin is silent.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/dump.json
}

# ill THREADS PROGRAM FAULT: starts it, and looks at it when so many threads have stood for a while
ill() {
	start "$2" "$3"
	await "$1"
	eventually 20 all_due "$json"
}

# twin THREADS PROGRAM FAULT: nothing is wrong with it
twin() {
	start "$2" "$3" well
	await "$1"
	eventually 20 all_due "$json"
	no_findings "$json"
}

# Where nothing but suspicion tells the fault, its twin gives none, as soon as it has settled.
no_suspects() { same '.suspects' '[]' "$json"; }
settled() { all_due "$json" && no_suspects; }

told() { echo ".verdict == \"$1\" and .rule == \"$2\" and .reason != \"\" and .wait.kind == \"$3\""; }
shown='.proof != "" and .remedy != ""'

@test "AB-BA: each holds what the other wants" {
	ill 2 sick abba
	local first second
	first=$(ready_tid first) second=$(ready_tid second)
	is "$first" "$(told deadlock cycle mutex) and $shown" "$json"
	is "$second" "$(told deadlock cycle mutex) and $shown" "$json"
	is "$first" ".wait.owner.tid == $second and .wait.owner.pid == $pid" "$json"
	is "$second" ".wait.owner.tid == $first and .wait.owner.pid == $pid" "$json"
	is "$first" "[.chain[].tid] == [$first, $second]" "$json"
	is "$second" "[.chain[].tid] == [$second, $first]" "$json"
	same '.findings | length' 2 "$json"
	# Where the holder stands is where, or near where, the lock was taken.
	is "$first" ".remedy | contains(\"thread $second has it, in take_b_then_a (sick.c:$(mark sick.c block second))\")" "$json"
}

@test "AB-BA: its twin" { twin 2 sick abba; }

@test "a thread that locks twice" {
	ill 1 sick self
	local tid
	tid=$(ready_tid self)
	is "$tid" "$(told deadlock self mutex) and $shown" "$json"
	is "$tid" ".wait.owner.tid == $tid and .wait.owner.pid == $pid" "$json"
	is "$tid" "[.chain[].tid] == [$tid]" "$json"
	is "$tid" '.remedy | contains("in lock_twice (sick.c:")' "$json"
}

@test "a thread that locks twice: its twin" { twin 1 sick self; }

@test "a lock whose owner has ended" {
	ill 1 sick orphaned-lock
	local tid owner
	tid=$(ready_tid waiter)
	is "$tid" "$(told leak owner-gone mutex) and $shown" "$json"
	owner=$(jq -r "$due due[] | select(.tids | index($tid)) | .proof" "$json" | grep -oP 'owner \K[0-9]+')
	((owner > pid && owner < tid)) # it came between the two
	[[ ! -e /proc/$pid/task/$owner ]]
}

@test "a lock whose owner has ended: its twin" { twin 1 sick orphaned-lock; }

@test "two readers who want to write" {
	ill 2 sick upgrade
	is "$(ready_tid upgrade)" "$(told suspect readers rwlock)" "$json"
	is "$(ready_tid upgrade2)" "$(told suspect readers rwlock) and .remedy != \"\"" "$json"
	is "$(ready_tid upgrade)" '.reason | contains("2 readers")' "$json"
	no_findings "$json"
}

@test "two readers who want to write: their twin" {
	twin 2 sick upgrade
	eventually 10 settled
	no_findings "$json"
}

@test "a signal before its waiter" {
	ill 1 sick lost-signal
	is "$(ready_tid signal)" "$(told suspect never-signalled "condition variable") and .remedy != \"\"" "$json"
	no_findings "$json"
}

@test "a signal before its waiter: its twin" {
	twin 1 sick lost-signal
	eventually 10 settled
	no_findings "$json"
}

@test "a barrier that is short of one" {
	ill 2 sick barrier
	is "$(ready_tid barrier)" "$(told suspect barrier-short barrier)" "$json"
	is "$(ready_tid barrier2)" '.reason | contains("2 of 3")' "$json"
	no_findings "$json"
}

@test "a barrier that is short of one: its twin" {
	twin 2 sick barrier
	eventually 10 settled
	no_findings "$json"
}

@test "initialisers that need each other: of C++ statics, of pthread_once" {
	local kind first second
	for kind in statics once; do
		ill 2 initialisers $kind
		first=$(ready_tid first) second=$(ready_tid second)
		is "$first" "$(told deadlock cycle once) and $shown and .wait.owner.tid == $second" "$json"
		is "$second" "$(told deadlock cycle once) and [.chain[].tid] == [$second, $first]" "$json"
		# Asked for one, leakhop finds the other.
		dump "$json" -t "$first" -m 50ms
		is "$first" "$(told deadlock cycle once) and .wait.owner.tid == $second" "$json"
	done
}

@test "initialisers that need each other: their twins" {
	local kind
	for kind in statics once; do
		twin 2 initialisers $kind
		no_suspects
		is "$(ready_tid first)" "$(told idle waits-for-end once) and .wait.owner.tid == $(ready_tid second) and
			.wait.owner.role == \"runs the initialiser\"" "$json"
	done
}

@test "an initialiser that needs itself, and its twin" {
	ill 1 initialisers alone
	is "$(ready_tid alone)" "$(told deadlock self once) and $shown" "$json"
	twin 1 initialisers alone
}

@test "a pipe whose one writer is its reader" {
	ill 1 sick own-pipe
	is "$(ready_tid reader)" "$(told leak only-itself pipe) and $shown" "$json"
	is "$(ready_tid reader)" "any(.wait.owners[]; .pid == $pid)" "$json"
}

@test "a pipe whose one writer is its reader: its twin" { twin 2 sick own-pipe; }

@test "a set in which nothing can happen" {
	ill 1 sick dead-set
	is "$(ready_tid set)" "$(told stuck nothing-can-fire "epoll set") and $shown" "$json"
}

@test "a set in which nothing can happen: its twin" { twin 2 sick dead-set; }

@test "fifty, one behind the other, behind a request that is not read" {
	ill 50 sick chain
	local root last
	root=$(ready_tid root) last=$(ready_tid last)
	# At first it may be a peer that is busy.
	root_is_stuck() { dump "$json" -p "$pid" -m 50ms && is "$root" "$(told stuck request-stands TCP) and $shown" "$json"; }
	eventually 20 root_is_stuck
	is "$root" '.proof | contains("5 bytes lie unread")' "$json"
	is "$root" ".depends == 49 and .count == 1 and any(.wait.owners[]; .pid == $pid)" "$json"
	same '[.findings[] | select(.wait.kind == "mutex") | .count] | add' 49 "$json"
	same '[.findings[] | select(.wait.kind == "mutex") | .verdict] | unique' '["stuck"]' "$json"
	dump "$json" -t "$last" -m 50ms
	is "$last" "$(told stuck holder-is-a-finding mutex)" "$json"
	is "$last" ".wait.owner.pid == $pid and .chain[1].tid == .wait.owner.tid" "$json"
	is "$last" ".depends == 0 and .chain[0].tid == $last and .chain[49].tid == $root" "$json"
	is "$last" "[.chain[:50][].tid] | unique | length == 50" "$json"
}

@test "fifty, one behind the other: their twin" { twin 50 sick chain; }

@test "a join with a thread that is stuck" {
	ill 2 sick join
	local waiter join
	waiter=$(ready_tid waiter) join=$(ready_tid join)
	is "$waiter" "$(told leak owner-gone mutex) and $shown and .depends == 1" "$json"
	is "$join" '.verdict == "stuck" and .reason != "" and .wait.kind == "join"' "$json"
	is "$join" '.rule == "waits-for-a-finding" or .rule == "dead-end"' "$json"
	is "$join" ".wait.owner.tid == $waiter and [.chain[].tid] == [$join, $waiter]" "$json"
}

@test "a join with a thread that is stuck: its twin" { twin 2 sick join; }

@test "two processes that fill each other's pipe" {
	ill 2 sick_family full-pipes
	local parent child
	parent=$(ready_pid parent) child=$(ready_pid child)
	is "$parent" "$(told deadlock cycle pipe) and $shown and .wait.owner.pid == $child" "$json"
	is "$child" "$(told deadlock cycle pipe) and $shown and .wait.owner.pid == $parent" "$json"
	is "$parent" ".wait.direction == \"write\" and ([.chain[].pid] | unique) == ([$parent, $child] | sort)" "$json"
	is "$parent" '(.remedy | contains("read while writing")) and (.remedy | contains("order") | not)' "$json"
}

@test "two processes that fill each other's pipe: their twin" { twin 2 sick_family full-pipes; }

@test "two processes that wait for each other's word" {
	ill 2 sick_family both-listen
	local parent child
	parent=$(ready_pid parent) child=$(ready_pid child)
	is "$parent" "$(told deadlock cycle "Unix socket") and $shown and .wait.peer.pid == $child" "$json"
	is "$child" "$(told deadlock cycle "Unix socket") and $shown and .wait.peer.pid == $parent" "$json"
	is "$parent" "([.chain[].pid] | unique) == ([$parent, $child] | sort)" "$json"
	is "$parent" '(.remedy | contains("speak first")) and (.remedy | contains("TCP") | not)' "$json"
}

@test "two processes that wait for each other's word: their twin" { twin 2 sick_family both-listen; }

@test "forked while another thread held a lock" {
	ill 1 sick_family forked-lock
	is "$(ready_tid child)" "$(told leak lock-copied-by-fork mutex) and $shown" "$json"
	# The owner lives, in the parent; the proof does not say otherwise.
	is "$(ready_tid child)" '.proof | contains("no such thread") | not' "$json"
}

@test "forked while another thread held a lock: its twin" { twin 1 sick_family forked-lock; }

@test "a circle of three processes, by locks in shared memory and on a file" {
	ill 3 sick_family circle
	local first second third
	first=$(ready_pid first) second=$(ready_pid second) third=$(ready_pid third)
	is "$first" "$(told deadlock cycle "file lock") and $shown and .wait.owner.pid == $second" "$json"
	is "$second" "$(told deadlock cycle mutex) and $shown and .wait.owner.tid == $third" "$json"
	is "$third" "$(told deadlock cycle mutex) and $shown and .wait.owner.tid == $first" "$json"
	is "$third" "([.chain[].pid] | unique) == ([$first, $second, $third] | sort)" "$json"
	is "$third" '.remedy | contains("one fixed order")' "$json"
	# All of the circle is seen from one.
	dump "$json" -p "$third" -m 50ms
	is "$third" "$(told deadlock cycle mutex) and ([.chain[].pid] | unique | length) == 3" "$json"
}

@test "a circle of three processes: its twin" { twin 3 sick_family circle; }

@test "a child that can never end" {
	ill 2 sick_family stuck-child
	local parent child
	parent=$(ready_pid parent) child=$(ready_pid child)
	is "$child" "$(told leak only-itself pipe) and $shown and .depends == 1" "$json"
	is "$parent" "$(told stuck waits-for-a-finding child)" "$json"
	is "$parent" ".wait.owner.pid == $child and .chain[-1].tid == $child" "$json"
}

@test "a child that can never end: its twin" { twin 1 sick_family stuck-child; }

@test "the other end of a pipe is kept by a thread whose leader has ended, or in a table of its own" {
	local way
	for way in ended-leader own-table; do
		twin 1 sick_family $way
		kill_fixtures || true
		ill 1 sick_family $way
		is "$(ready_tid reader)" "$(told leak only-itself pipe) and $shown" "$json"
		kill_fixtures || true
	done
}

@test "a circle's chain ends before it comes back, also where nothing is wrong" {
	twin 2 sick_family both-listen
	holds 'all(due[].chain | map([.pid, .tid]); length == (unique | length))' "$json"
}

# The one who asked is a suspect: what came last is not known of TCP within a few ms, and never of Unix sockets.
@test "asked at once after the last word heard, and not answered" {
	local way kind
	for way in tcp unix; do
		[[ $way == tcp ]] && kind=TCP || kind="Unix socket"
		ill 2 asks $way
		is "$(ready_tid client)" "$(told suspect answer-outstanding "$kind") and .remedy != \"\"" "$json"
		no_findings "$json"
		kill_fixtures || :
	done
}

@test "asked at once after the last word heard: its twins" {
	twin 2 asks tcp
	is "$(ready_tid client)" "$(told idle heard-last TCP)" "$json"
	kill_fixtures || :
	twin 2 asks greeted
	is "$(ready_tid client)" "$(told idle heard-last TCP)" "$json"
}

@test "a request that is not accepted: who listens" {
	local server client port
	cat >"$BATS_TEST_TMPDIR/server.py" <<-'END'
		import socket, time
		listener = socket.create_server(("127.0.0.1", 0))
		print("PORT", listener.getsockname()[1], flush=True)
		time.sleep(9999)
	END
	cat >"$BATS_TEST_TMPDIR/client.py" <<-'END'
		import socket, sys
		client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		client.sendall(b"hello")
		client.recv(1)
	END
	out=$BATS_TEST_TMPDIR/out.server
	/usr/bin/python3 "$BATS_TEST_TMPDIR/server.py" >"$out" 3>&- &
	server=$!
	pids+=("$server")
	eventually 10 grep -q PORT "$out"
	port=$(awk '/^PORT/ { print $2 }' "$out")
	/usr/bin/python3 "$BATS_TEST_TMPDIR/client.py" "$port" 3>&- &
	client=$!
	pids+=("$client")
	# A finding only when it has stood for longer than a busy host takes.
	asks() { dump "$json" -p "$client" -m 50ms && jq -e "$due any(due[]; .wait.kind == \"TCP\" and .verdict == \"stuck\")" "$json" >/dev/null; }
	eventually 10 asks
	is "$client" "$(told stuck request-stands TCP) and .wait.owner.pid == $server and .wait.owner.role == \"listener\"" "$json"
	is "$client" '.proof | contains("5 bytes lie unread") and contains("process '"$server"' (python3) listens, and has not accepted it")' "$json"
	is "$client" ".remedy | contains(\"process $server (python3) does, which should accept it\")" "$json"
}

@test "a file lock that a child keeps after the one who took it" {
	[[ -n $(type -P flock) ]] || skip "no flock"
	local lock=$BATS_TEST_TMPDIR/lock holder waiter
	( flock 9; exec 3>&-; sleep 9999 & echo $! >"$BATS_TEST_TMPDIR/holder" ) 9>"$lock"
	holder=$(<"$BATS_TEST_TMPDIR/holder")
	pids+=("$holder")
	( exec 3>&-; exec flock 9 ) 9>"$lock" &
	waiter=$!
	pids+=("$waiter")
	locks() { dump "$json" -p "$waiter" -m 50ms && jq -e "$due any(due[]; .wait.kind == \"file lock\")" "$json" >/dev/null; }
	eventually 10 locks
	is "$waiter" "$(told suspect standby "file lock") and .wait.owner.pid == $holder" "$json"
	is "$waiter" ".reason | contains(\"process $holder (sleep) has the same open file\")" "$json"
	is "$waiter" '.remedy | contains("fd 9 closed")' "$json"
}

@test "a FIFO is opened: to read it waits for work, to write nobody reads" {
	need_root # the kernel's stack tells that it is a FIFO
	local fifo=$BATS_TEST_TMPDIR/fifo reader writer
	mkfifo "$fifo.read" "$fifo.write"
	/bin/cat "$fifo.read" 3>&- &
	reader=$!
	tee "$fifo.write" </dev/null 3>&- &
	writer=$!
	pids+=("$reader" "$writer")
	opens() { [[ $(cat "/proc/$1/comm" 2>/dev/null) == @(cat|tee) ]] && parked "$1" "$1"; }
	eventually 10 opens "$reader"
	eventually 10 opens "$writer"
	both_due() {
		dump "$json" -p "$reader,$writer" -m 50ms &&
			jq -e "$due ([due[].pid] | sort == ([$reader, $writer] | sort)) and any(due[]; .verdict == \"stuck\")" "$json" >/dev/null
	}
	eventually 10 both_due
	is "$reader" "$(told idle open FIFO) and (.reason | contains(\"to read\")) and
		(.wait.object | contains(\"to be opened for writing by another\"))" "$json"
	is "$writer" "$(told stuck open FIFO) and (.reason | contains(\"nobody has opened it to read\")) and .remedy != \"\"" "$json"
}

@test "--fail-on" {
	ill 2 sick abba
	run -1 leakhop dump -p "$pid" -m 50ms --fail-on=deadlock
	run -1 leakhop dump -p "$pid" -m 50ms --fail-on=leak,deadlock
	run -0 leakhop dump -p "$pid" -m 50ms --fail-on=leak,stuck,suspect
	run -0 leakhop dump -p "$pid" -m 1h --fail-on=deadlock
	run -1 leakhop trace -p "$pid" -m 50ms -d 1s --fail-on=deadlock
	run -2 leakhop dump -p "$pid" --fail-on=bad
	twin 2 sick abba
	run -0 leakhop dump -p "$pid" -m 50ms --fail-on=deadlock
	run -0 leakhop dump -p "$pid" -m 50ms --fail-on=deadlock,leak,stuck
}

@test "--explain: what was read, the rule, and what would change the verdict" {
	ill 1 sick orphaned-lock
	run -0 leakhop dump -p "$pid" -m 50ms --explain "$(ready_tid waiter)"
	grep -q owner-gone <<<"$output"
	grep -q 'was read .*mutex' <<<"$output"
	grep -q 'otherwise ' <<<"$output"
	ill 1 sick dead-set
	run -0 leakhop dump -p "$pid" -m 50ms --explain "$pid"
	grep -q nothing-can-fire <<<"$output"
}

@test "--explain in JSON: the same as an object" {
	ill 2 sick abba
	local first
	first=$(ready_tid first)
	dump "$json" -p "$pid" -m 50ms --explain "$first"
	holds ".explanation | .tid == $first and .pid == $pid and .read.confirmed and .read.all_releasers_known and
		.read.releasers == 1 and .read.wait.kind == \"mutex\"" "$json"
	holds '.explanation.concluded | .verdict == "deadlock" and .rule == "cycle" and .in_circle and
		(.can_run_again | not) and .otherwise != "" and (.chain | length) == 2' "$json"
	! /usr/bin/python3 -c 'import jsonschema' || check schema "$json"
	dump "$json" -p "$pid" -m 50ms --explain 1
	same .explanation null "$json"
}

@test "--dot: a graph for Graphviz" {
	local dot=$BATS_TEST_TMPDIR/waits.dot
	ill 3 sick_family circle
	leakhop dump -p "$(fixture_pids)" -m 50ms --dot "$dot" >/dev/null
	grep -q '^digraph .*{$' "$dot"
	(($(grep -c -- '->' "$dot") >= 3))
	[[ $(tr -cd '{' <"$dot" | wc -c) == $(tr -cd '}' <"$dot" | wc -c) ]]
	if command -v dot >/dev/null; then dot -Tcanon "$dot" >/dev/null; fi
}

@test "the schema describes verdicts, chains and proofs" {
	/usr/bin/python3 -c 'import jsonschema' || skip "no python3-jsonschema"
	local fault files=()
	for fault in "1 sick own-pipe" "1 sick dead-set" "50 sick chain" "2 sick join" "2 sick barrier" \
		"3 sick_family circle" "2 sick_family both-listen" "2 sick_family stuck-child"; do
		json=$BATS_TEST_TMPDIR/${fault##* }.json
		# shellcheck disable=SC2086
		ill $fault
		files+=("$json")
		kill_fixtures || true
	done
	check schema "${files[@]}"
}
