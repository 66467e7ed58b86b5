#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# calls.sh LEAKHOP CALLS [ROUNDS] - what watching futex, epoll and clone calls costs a system call, inside an emulated machine
#
#     scripts/vmtest -t 600 6.12 -- tests/vm/calls.sh build/leakhop build/tests/bench/calls
#
# CALLS is tests/bench/calls. The emulator tells no times, but in turns in one run how much longer a call takes: the
# median over the rounds of the ratio to no trace at all.

leakhop=$1
calls=$2
rounds=${3:-7}
results=/tmp/calls
: >$results

# turn KIND OPTION...: with a trace that is at work, or none
turn() {
	kind=$1
	shift
	tracer=
	if [ $# -gt 0 ]; then
		"$leakhop" trace -m 1h "$@" >/dev/null 2>/tmp/messages &
		tracer=$!
		until grep -q tracing /tmp/messages; do sleep 0.2; done
		sleep 3
	fi
	for call in getppid wake; do
		echo "$round $call $kind $("$calls" 1 $call)" >>$results
	done
	[ -z "$tracer" ] || { kill "$tracer"; wait "$tracer"; }
}

uname -r
"$leakhop" doctor | grep 'kernel functions'
round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	turn nothing
	turn no-syscalls -a --no-syscalls
	turn of-others -p 1
	turn functions -a --syscalls
	turn syscalls -a --syscalls --without=functions
	turn nothing-again
done
for call in getppid wake; do
	for kind in nothing-again no-syscalls of-others functions syscalls; do
		awk -v call=$call -v kind=$kind '
			$2 == call && $3 == "nothing" { base[$1] = $4 }
			$2 == call && $3 == kind { rate[$1] = $4 }
			END { for (r in rate) print base[r] / rate[r] }' $results | sort -n |
			awk -v call=$call -v kind=$kind '{ r[NR] = $1 }
				END { printf "%-8s %-14s takes %.2f times as long (%.2f to %.2f)\n", call, kind, r[int((NR + 1) / 2)], r[1], r[NR] }'
	done
done
