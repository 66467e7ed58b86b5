#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# smoke.sh LEAKHOP LOCKS ENDING WOKEN - a first look, inside an emulated machine with busybox only
#
# LOCKS, ENDING and WOKEN are the fixtures of these names. Prints a TAP line for each thing that must hold.

leakhop=$1
locks=$2
ending=$3
woken=$4
count=0
failed=0
json=/tmp/result.json

# result NAME COMMAND...
result() {
	name=$1
	shift
	count=$((count + 1))
	if "$@" >/tmp/why 2>&1; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/# /' /tmp/why /tmp/messages | head -n 40
		failed=1
	fi
}

# Without jq: there is a line break or none between fields, so all is made one line.
has() { tr -d '\n' <$json | grep -q "$1"; }

none() { ! grep "$1" $json; }

parked() {
	for file in /proc/$pid/task/*/syscall; do
		case $(cat "$file") in running*) return 1 ;; esac
	done
	[ "$(grep -c ^READY /tmp/out)" -ge 10 ]
}

dump() { "$leakhop" dump --json -p "$pid" "$@" >$json 2>/tmp/messages; }
trace() { "$leakhop" trace --json -p "$pid" -m 1s -d 3s "$@" >$json 2>/tmp/messages; }
spawned() {
	"$leakhop" trace --json -o $json -m 1s -d 6s -- sh -c "exec $locks >/tmp/out2 </dev/null" \
		2>/tmp/messages
}

"$locks" >/tmp/out </dev/null &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	parked && break
	sleep 0.5
done

: >/tmp/messages
# For docs/kernels.md
echo "# kernel $(uname -r)"
"$leakhop" doctor | sed -n 's/^\(no\|partly\) *\([^ ].*[^ ]\)   *.*/# lacks \2/p'
result "doctor runs" "$leakhop" doctor
result "dump runs" dump
result "dump: from BPF" has '"source": *"bpf"'
for name in mutex cond join reader inlined; do
	result "dump: $name is found" has "\"block_in_$name\""
done
result "dump: stacks are whole" none '"user_stack_end": *"[^w]'
result "dump: the source's line" has '"file": *"[^"]*locks.c"'
result "trace runs" trace
result "trace: mutex is found" has '"block_in_mutex"'
result "trace of a command runs" spawned
result "trace: mutex is found" has '"block_in_mutex"'
result "trace: the spawner's stack" has '"spawn": *{[^}]*"stack": *\[ *{[^]]*"main"'
# Who woke a futex: by programs at kernel functions where these can be, else on demand.
woken() {
	"$leakhop" trace --json -o $json -m 300ms -d 3s "$@" -- sh -c "exec $woken >/tmp/out2 </dev/null" 2>/tmp/messages
}
of_wake='"futex_last_wake": *{[^}]*"calls": *1[^0-9]'
if "$leakhop" doctor | grep -q '^yes *kernel functions'; then
	echo "# programs can be at kernel functions"
	result "trace: who woke a futex" woken
	result "trace: that it was woken once" has "$of_wake"
	result "trace without functions" woken --without=functions
	result "trace without functions: nothing of futexes" none '"futex_last_wake"'
fi
result "trace --no-syscalls" woken --no-syscalls
result "trace --no-syscalls: nothing of futexes" none '"futex_last_wake"'
result "trace --syscalls at all system calls" woken --syscalls --without=functions
result "trace --syscalls: that it was woken once" has "$of_wake"
# The machine sleeps for some seconds under a trace: nobody has waited for these, and all goes on. Of one kernel, as it
# takes its time; longer than the machine has run before anybody waits.
alarm=/sys/class/rtc/rtc0/wakealarm
suspended() {
	"$leakhop" trace --json -p "$pid" -m 1s -d 4s >$json 2>/tmp/messages &
	tracer=$!
	sleep 1
	echo +20 >$alarm && echo mem >/sys/power/state
	slept=$?
	wait $tracer && [ $slept = 0 ]
}
# The largest of the blocks that are told, in seconds
longest_block() { tr ',' '\n' <$json | sed -n 's/.*"blocked_ns": *\([0-9]*\)[0-9]\{9\}$/\1/p' | sort -n | tail -n 1; }
awake() { awk '/^now at/ { printf "%d", $3 / 1000000000 }' /proc/timer_list; }
is_of_time_awake() { [ "$(longest_block)" -ge 1 ] && [ "$(longest_block)" -le "$(awake)" ]; }
if uname -r | grep -q '^6\.12' && [ -w $alarm ] && grep -qw mem /sys/power/state 2>/dev/null; then
	result "trace: the machine is suspended under it" suspended
	result "suspended: mutex is found" has '"block_in_mutex"'
	result "suspended: nobody has waited while it slept" is_of_time_awake
fi
result "dump from /proc" dump --without bpf
result "dump from /proc: mutex is found" has '"block_in_mutex"'
kill -9 "$pid"

# checked AS CODE TEXT ARGUMENT...: a check of ENDING ends with that code and says that
checked() {
	as=$1 code=$2 text=$3
	shift 3
	$as "$leakhop check --grace 0s -- $ending $*" >/tmp/messages 2>&1 </dev/null
	ended=$?
	grep -q "$text" /tmp/messages && [ $ended = "$code" ]
}
nobody() { su -s /bin/sh nobody -c "$1"; }
root() { sh -c "$1"; }
scope=/proc/sys/kernel/yama/ptrace_scope
echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >>/etc/passwd
left='1 thread left over: semaphore in wait_for_word (ending.c:'
result "check: what is left over, by root" checked root 99 "$left" return
result "check: its healthy twin, by root" checked root 0 ' 0 findings' return well
echo 0 >$scope 2>/dev/null
result "check: what is left over, by nobody" checked nobody 99 "$left" return
result "check: its healthy twin, by nobody" checked nobody 0 ' 0 findings' return well
if [ -e $scope ]; then
	echo 1 >$scope
	result "check: by nobody, Yama's ptrace_scope 1" checked nobody 99 "$left" return
	echo 2 >$scope
	# Nobody may read a process then: it is said at once, and is not green.
	result "check: by nobody, Yama's ptrace_scope 2" checked nobody 3 'ptrace_scope is 2' return
	result "check: by root, Yama's ptrace_scope 2" checked root 99 "$left" return
fi

# What hardened hosts set. vmtest has booted with lockdown=integrity.
mkdir -p /sys/kernel/security
[ -e /sys/kernel/security/lockdown ] || mount -t securityfs none /sys/kernel/security 2>/dev/null
"$locks" >/tmp/out </dev/null &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	parked && break
	sleep 0.5
done
locked_down() { grep -q '\[integrity\]' /sys/kernel/security/lockdown; }
set_to() { [ ! -e "$2" ] || echo "$1" >"$2"; }
set_to 4 /proc/sys/kernel/perf_event_paranoid
set_to 2 /proc/sys/kernel/kptr_restrict
set_to 2 /proc/sys/kernel/unprivileged_bpf_disabled
umount /sys/kernel/tracing /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null
mount -o remount,hidepid=2 /proc
result "the kernel is locked down" locked_down
result "hardened: dump runs" dump
result "hardened: from BPF" has '"source": *"bpf"'
result "hardened: mutex is found" has '"block_in_mutex"'
says_names() { grep -q 'kptr_restrict' /tmp/messages; }
result "hardened: it is said that kernel functions have no names" says_names
if [ -e $scope ]; then
	echo 3 >$scope
	says_yama() { dump; grep -q 'ptrace_scope is 3' /tmp/messages; }
	result "Yama's ptrace_scope 3 is said" says_yama
fi
kill -9 "$pid"
sleep 1
clean() { ! dmesg | grep -E 'WARNING:|BUG:|Oops'; }
result "the kernel has no complaint" clean
echo "1..$count"
exit $failed
