# SPDX-License-Identifier: GPL-2.0-only
# What the live tests share: start a fixture, wait until it stands, look at it with leakhop.
#
# A fixture's output is in $out, its process in $pid. Nothing here sleeps for a fixed time: a state
# is polled for until it is there, and a test fails only when it is not there at the deadline.

bats_require_minimum_version 1.5.0

top=$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)
leakhop=${LEAKHOP:-$top/build/leakhop}
programs=${LEAKHOP_PROGRAMS:-$top/build/tests/programs}
sources=$top/tests/programs
export PATH=$PATH:/usr/sbin:/sbin

# eventually SECONDS COMMAND...: until it succeeds, in growing naps
eventually() {
	local end=$((SECONDS + $1)) nap=1
	shift
	until "$@"; do
		((SECONDS <= end)) || { echo "not within its time: $*" >&2; return 1; }
		sleep "$(printf '%d.%03d' $((nap / 1000)) $((nap % 1000)))"
		((nap = nap < 200 ? nap * 2 : 200))
	done
}

# start PROGRAM [ARGUMENT]...: sets pid and out. Descriptor 3 is bats's own; who keeps it keeps
# bats waiting.
start() {
	out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
	TMPDIR=$BATS_TEST_TMPDIR "$programs/$1" "${@:2}" >>"$out" 2>"$out.err" </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
}

# not COMMAND...: bash lets a test go on behind a failed "! COMMAND"
not() { ! "$@"; }

said() { (($(grep -cE '^(READY|SKIP) ' "$out") >= $1)); }

# In a system call, asleep: all else may still be on its way there.
parked() { [[ $(cat "/proc/$1/task/$2/syscall" 2>/dev/null || echo running) != running ]]; }

all_parked() {
	local tid process
	while read -r _ tid _ _ process; do
		parked "$process" "$tid" || return 1
	done < <(grep '^READY ' "$out")
}

# await NUMBER: until so many threads said READY (or SKIP) and stand
await() {
	eventually 20 said "$1" || { cat "$out" "$out.err" >&2; return 1; }
	eventually 20 all_parked
}

ready_tid() { awk -v name="$1" '$1 == "READY" && $3 == name { print $2; exit }' "$out"; }
ready_pid() { awk -v name="$1" '$1 == "READY" && $3 == name { print $5; exit }' "$out"; }
mark() { grep -n "@$2 $3\b" "$sources/$1" | head -n 1 | cut -d: -f1; }
now_ns() { /usr/bin/python3 -S -c 'import time; print(time.monotonic_ns())'; }

# leakhop, with an end to all patience. Its messages go to bats, which shows them on failure.
leakhop() { timeout -k 5 "${LEAKHOP_PATIENCE:-60}" "$leakhop" "$@" 3>&-; }

# dump FILE ARGUMENT...: a JSON dump; sets before and after
dump() {
	before=$(now_ns)
	leakhop dump --json "${@:2}" >"$1" || return
	after=$(now_ns)
}

# follow FILE ARGUMENT...: a trace in the background; its process in $tracer. Returns when it has
# attached its programs. A shell's background commands ignore Ctrl-C, unless told otherwise.
follow() {
	env --default-signal=INT "$leakhop" trace "${@:2}" >"$1" 2>"$1.err" 3>&- &
	tracer=$!
	pids+=("$tracer")
	eventually 20 attached "$1.err" || { cat "$1.err" >&2; return 1; }
}

# The iterator is attached first; then switch, waking, fork, exec and exit.
attached() {
	# Of goroutines alone nothing is attached: its first word comes when it has opened what it needs.
	! grep -q 'tracing; goroutines' "$1" || return 0
	# shellcheck disable=SC2012
	(($(ls -l "/proc/$tracer/fd" 2>/dev/null | grep -cE 'bpf.?link|raw-tracepoint') >= 6))
}

# stop_trace: Ctrl-C, and its exit status
stop_trace() {
	kill -INT "$tracer"
	wait "$tracer"
}

# command_line PROGRAM [ARGUMENT]...: for "trace -- CMD", the fixture with its output in $out
command_line() {
	out=$BATS_TEST_TMPDIR/out.command
	cmd=(/bin/sh -c "exec \"\$@\" >>'$out' 2>>'$out.err' </dev/null" sh "$programs/$1" "${@:2}")
}

check() { /usr/bin/python3 "$top/tests/live/check.py" "$@"; }

# same JQ-FILTER EXPECTED FILE
# Everything that was blocked for the threshold and longer, whatever the verdict.
due='def due: .findings + .suspects + .waits;'

same() {
	local got
	got=$(jq -c "$due $1" "$3") || return
	[[ $got == "$2" ]] || { echo "$1 is $got, not $2" >&2; return 1; }
}

# holds JQ-CONDITION FILE
holds() {
	jq -e "$due $1" "$2" >/dev/null || { echo "does not hold: $1" >&2; jq -c . "$2" | head -c 4000 >&2; return 1; }
}

# is TID JQ-CONDITION FILE: this holds of the record with this thread
is() {
	jq -e "$due [due[] | select(.tids | index($1)) | $2] | . != [] and all" "$3" >/dev/null && return
	echo "of thread $1 does not hold: $2" >&2
	jq -c "$due due[] | select(.tids | index($1)) | del(.kernel_stack, .user_stack, .spawn)" "$3" >&2
	return 1
}

# fixture_pids: all that said READY, as for -p; all_due FILE: has a dump of them all these threads for 50 ms?
fixture_pids() { awk '$1 == "READY" { print $5 }' "$out" | sort -u | paste -sd,; }

all_due() {
	local tids
	tids=$(awk '$1 == "READY" { print $2 }' "$out" | paste -sd,)
	dump "$1" -p "$(fixture_pids)" -m 50ms &&
		jq -e "$due [$tids] - [due[].tids[]] == []" "$1" >/dev/null
}

# no_findings FILE: shows those that there are
no_findings() {
	jq -e '.findings == []' "$1" >/dev/null && return
	jq -c '.findings[] | {verdict, rule, reason, proof, pid, comm, thread_name, tids, count, blocked_ns, trend,
		wait, chain, where: [(.user_stack // .stack // [])[].function]}' "$1" | cut -c1-3000 >&2
	return 1
}

# serve COMMAND...: a server of others, its output in $data/log; sets pid
serve() {
	"$@" >>"$data/log" 2>&1 </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
}

gone() { [[ ! -e /proc/$1 || $(cat "/proc/$1/stat" 2>/dev/null) == *') Z '* ]]; }

# A port that is free now
free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Before a command: it runs as nobody, who has no right but to look at processes of their own. No
# function, since that would be a process between us and the command.
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all)
# What root has in a container (moby, oci/caps/defaults.go).
container=(setpriv --inh-caps=-all
	--bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap)

need_root() { ((EUID == 0)) || skip "needs root"; }

need_emulator() {
	[[ $(leakhop doctor --json | jq -r '.checks[] | select(.name == "emulator").state') == yes ]] || skip "no libunicorn"
}

need_tool() { [[ -x $leakhop ]] || { echo "no $leakhop: make it first" >&2; return 1; }; }

# ours PID: is it a fixture? A number may have been given to another process meanwhile.
ours() { [[ $(readlink "/proc/$1/exe") == @("$programs"|/tmp/leakhop-)* ]]; }

kill_fixtures() {
	local one kind id
	for one in $(cat "$BATS_TEST_TMPDIR"/out.* 2>/dev/null | awk '$1 == "READY" { print $5 }' | sort -u); do
		! ours "$one" || kill -KILL "$one"
	done
	for one in "${pids[@]}"; do kill -CONT "$one" 2>/dev/null; kill -KILL "$one" 2>/dev/null; done
	wait "${pids[@]}" 2>/dev/null
	pids=()
	for one in "$BATS_TEST_TMPDIR"/out.*; do
		[[ -f $one ]] || continue
		while read -r _ kind id; do ipcrm "-$kind" "$id"; done < <(grep '^OWNS ' "$one")
	done
	return 0
}

setup() { pids=(); need_tool; }
teardown() { kill_fixtures; }
