#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# leakhop trace: who blocks while it watches, and who spawned them.

load helper

setup() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/trace.json
}

@test "threads that were blocked before the trace began" {
	start locks
	await 10
	leakhop trace -p "$pid" -m 300ms -d 2s --json >"$json"
	check waits "$json" "$out" "$sources/locks.c" --in due
	same '.command' '"trace"' "$json"
	same '[due[].still_blocked] | add' 10 "$json"
}

@test "a command from its start: each thread's spawner" {
	command_line locks
	leakhop trace -m 300ms -d 3s --json -o "$json" -- "${cmd[@]}"
	check spawns "$json" "$out" "$sources/locks.c" --in due \
		--only mutex,cond,semaphore,reader,writer,barrier,join,inlined,main
	check spawns "$json" "$out" "$sources/locks.c" --in due \
		--only joined --spawner "$(ready_tid join)"
}

@test "spawn sites of C++ threads" {
	command_line cpp
	leakhop trace -m 300ms -d 3s --json -o "$json" -- "${cmd[@]}"
	check spawns "$json" "$out" "$sources/cpp.cc" --in due
}

@test "spawn sites of Rust threads" {
	[[ -x $programs/rust ]] || skip "no Rust compiler"
	command_line rust
	leakhop trace -m 300ms -d 3s --json -o "$json" -- "${cmd[@]}"
	check spawns "$json" "$out" "$sources/rust.rs" --in due
}

@test "threads spawned after attaching to a running process" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	out=$BATS_TEST_TMPDIR/out.plugin
	"$programs/plugin" "$programs/plugin_lib.so" <>"$BATS_TEST_TMPDIR/fifo" >"$out" 3>&- &
	pid=$!
	pids+=("$pid")
	await 1
	follow "$json" -p "$pid" -m 300ms --json
	echo >"$BATS_TEST_TMPDIR/fifo"
	await 2
	sleep 1
	stop_trace
	check waits "$json" "$out" "$sources/plugin_lib.c" --in due --only plugin
	local line
	line=$(mark plugin.c spawn plugin)
	holds "due[] | select(.tids | index($(ready_tid plugin))) | .spawn |
		.pid == $pid and any(.stack[]; .line == $line)" "$json"
}

@test "a leak that grows while it is watched" {
	start spawner 100
	await 3
	leakhop trace -p "$pid" -m 300ms -d 3s --json >"$json"
	local block spawn
	block=$(mark spawner.c block leaked)
	spawn=$(mark spawner.c spawn leaked)
	holds "[due[] | select(any(.user_stack[]; .line == $block)) | .count] | add > 10" "$json"
	holds "any(due[]; .spawn != null and any(.spawn.stack[];
		.function == \"spawn_leaked\" and .line == $spawn))" "$json"
}

@test "the leaky server of the README" {
	start leaky-server
	await 1
	local port i
	port=$(awk '/^PORT/ { print $2 }' "$out")
	follow "$json" -p "$pid" -m 300ms --json
	exec 7<>"/dev/tcp/127.0.0.1/$port"
	printf 'one two three\n' >&7
	[[ $(timeout 10 cat <&7) == 3 ]]
	exec 7<>"/dev/tcp/127.0.0.1/$port"
	printf '%0100d\n' 0 >&7 # too long: takes the lock away with it
	[[ $(timeout 10 cat <&7) == "too long" ]]
	exec 7>&-
	for i in 1 2 3 4 5; do
		echo word 3>&- >"/dev/tcp/127.0.0.1/$port"
	done
	five_more() { (($(ls "/proc/$pid/task" | wc -l) == 6)); }
	eventually 10 five_more
	sleep 2
	stop_trace
	local block spawn
	block=$(mark leaky-server.c block server)
	spawn=$(mark leaky-server.c spawn client)
	holds "due[] | select(any(.user_stack[];
		.function == \"add_to_totals\" and .line == $block)) |
		.count == 5 and .still_blocked == 5 and any(.spawn.stack[];
		.function == \"accept_clients\" and .line == $spawn)" "$json"
}

@test "Ctrl-C ends in order, with a summary" {
	start locks mutex
	await 2
	follow "$json" -p "$pid" -m 100ms --json
	sleep 1
	stop_trace
	check waits "$json" "$out" "$sources/locks.c" --in due
	holds '.ended > .started' "$json"
}

@test "Ctrl-C, as text" {
	start locks mutex
	await 2
	follow "$json" -p "$pid" -m 100ms
	sleep 1
	stop_trace
	grep -q "block_in_mutex" "$json"
	grep -q "locks.c:$(mark locks.c block mutex)" "$json"
}

@test "--json=lines: a finding is there before the end" {
	start files connect
	await 2
	follow "$json" -p "$pid" -m 100ms --json=lines
	# A suspect first, and a finding when it has stood for longer than a busy host takes.
	eventually 20 finding_line
	grep -q block_in_connect "$json"
	stop_trace
	jq -e -s 'length > 0 and all(type == "object")' "$json"
	grep -vc . "$json" && return 1 # no empty line
	jq -e -s 'any(.[]; .type == "finding")' "$json"
}

finding_line() { grep -qE '"type": ?"finding"' "$json"; }

@test "a suspect that becomes a finding is told again, once" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	tee "$BATS_TEST_TMPDIR/fifo" </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
	opens() { [[ $(<"/proc/$pid/comm") == tee ]] && parked "$pid" "$pid"; }
	eventually 10 opens
	follow "$json" -p "$pid" -m 100ms --json=lines
	eventually 20 finding_line
	stop_trace
	# On a busy host it is a finding at the first look.
	jq -e -s '[.[].type] | . == ["suspect", "finding", "summary"] or . == ["finding", "summary"]' "$json"
}

@test "nothing below the threshold" {
	start pulse 20
	await 1
	leakhop trace -p "$pid" -m 1s -d 3s --json >"$json"
	same '[due[].tids[]]' "[$pid]" "$json" # the main thread, in its join
}

@test "one thread only" {
	start locks mutex cond
	await 3
	local tid
	tid=$(ready_tid cond)
	leakhop trace -t "$tid" -m 300ms -d 2s --json >"$json"
	same '[due[].tids[]]' "[$tid]" "$json"
}

# A mark that says at once who is no target is shared by numbers whose last twelve bits are the same.
as_neighbour_of() { # PID COMMAND...: ends with it; says its number
	exec /usr/bin/python3 -S - "$@" <<-'END'
		import os, sys
		pid, command = int(sys.argv[1]), sys.argv[2:]
		most = int(open("/proc/sys/kernel/pid_max").read())
		for wanted in list(range(pid % 4096 + 4096, most, 4096)) * 50:
		    if os.path.exists(f"/proc/{wanted}"):
		        continue
		    with open("/proc/sys/kernel/ns_last_pid", "w") as last:
		        last.write(str(wanted - 1))
		    child = os.fork()
		    if not child:
		        if os.getpid() != wanted:
		            os._exit(0)
		        print("neighbour", wanted, flush=True)
		        os.execv(command[0], command)
		    os.waitpid(child, 0)
		    if child == wanted:
		        break
	END
}

@test "a stranger whose number ends in the same bits is no target" {
	[[ -w /proc/sys/kernel/ns_last_pid ]] || skip "the kernel has no ns_last_pid"
	local neighbour seen=$BATS_TEST_TMPDIR/out.neighbour
	start pulse 400
	await 1
	as_neighbour_of "$pid" "$programs/pulse" 400 >"$seen" 3>&- &
	pids+=("$!")
	eventually 20 grep -q '^READY' "$seen"
	neighbour=$(awk '$1 == "neighbour" { print $2 }' "$seen")
	pids+=("$neighbour")
	(((neighbour - pid) % 4096 == 0 && neighbour != pid))
	leakhop trace -p "$pid" -m 200ms -d 2s --all --json >"$json"
	same '[.threads[].pid] | unique' "[$pid]" "$json"
	same '[due[].pid] | unique' "[$pid]" "$json"
	# And the other way round, so that it is seen where it is one.
	leakhop trace -p "$neighbour" -m 200ms -d 2s --all --json >"$json"
	same '[due[].pid] | unique' "[$neighbour]" "$json"
}

@test "by name" {
	local name=named$BASHPID # other tests have the program, too
	cp "$programs/woken" "$BATS_TEST_TMPDIR/$name"
	out=$BATS_TEST_TMPDIR/out
	"$BATS_TEST_TMPDIR/$name" >"$out" 2>"$out.err" </dev/null 3>&- &
	pid=$! pids+=("$!")
	await 3
	leakhop trace --comm "$name" -m 300ms -d 2s --json >"$json"
	check waits "$json" "$out" "$sources/woken.c" --in due
	same '[due[].pid] | unique' "[$pid]" "$json"
}

@test "the whole host" {
	start locks mutex
	await 2
	leakhop trace -a -m 300ms -d 2s --json >"$json"
	check waits "$json" "$out" "$sources/locks.c" --in due
}

@test "--all: threads[] holds every thread" {
	start locks mutex cond
	await 3
	leakhop trace -p "$pid" -m 1h -d 2s --all --json >"$json"
	same 'due' '[]' "$json"
	same '[.threads[].tids[]] | length' 3 "$json"
}

@test "who woke it last" {
	command_line woken
	leakhop trace -m 300ms -d 3s --json -o "$json" -- "${cmd[@]}"
	holds "due[] | select(.tids | index($(ready_tid woken))) |
		.last_wake.tid == $(ready_tid waker)" "$json"
}

@test "exec: by the main thread" {
	command_line execs leader "$programs/locks"
	leakhop trace -m 300ms -d 3s --json -o "$json" -- "${cmd[@]}"
	check spawns "$json" "$out" "$sources/locks.c" --in due --only mutex,cond,main
	same '[due[].comm] | unique' '["locks"]' "$json"
}

@test "exec: by another thread, which takes over the main thread's number" {
	command_line execs thread "$programs/locks"
	leakhop trace -m 300ms -d 3s --json -o "$json" -- "${cmd[@]}"
	check spawns "$json" "$out" "$sources/locks.c" --in due --only mutex,cond,main
	same '[due[].comm] | unique' '["locks"]' "$json"
}

@test "a target that ends ends the trace" {
	start pulse 20 50
	await 1
	local begun=$SECONDS
	leakhop trace -p "$pid" -m 5ms -d 30s --json >"$json"
	((SECONDS - begun < 20))
	holds '[due[].count] | add > 0' "$json"
}

@test "a command's end ends the trace" {
	local begun=$SECONDS
	leakhop trace -m 100ms -d 30s --json -o "$json" -- /bin/sleep 0.5
	((SECONDS - begun < 20))
	same '.command' '"trace"' "$json"
}

@test "--life: what happened to a thread" {
	command_line woken
	leakhop trace -m 300ms -d 3s --json --life -o "$json" -- "${cmd[@]}"
	holds "due[] | select(.tids | index($(ready_tid woken))) | .life | length > 0" "$json"
}

@test "--budget: sweeps come later for it, and tell the same" {
	local often
	start crowd 2000
	await 1
	leakhop trace -p "$pid" -m 100ms -d 4s --json --budget 100 >"$json"
	often=$(jq .cost.sweeps "$json")
	leakhop trace -p "$pid" -m 100ms -d 4s --json --budget 0.1 >"$json"
	holds ".cost.sweeps < $often" "$json"
	same '[due[].still_blocked] | add' 2001 "$json"
	run -2 leakhop trace -p "$pid" --budget 0
}

@test "nothing is lost on a quiet host" {
	start locks
	await 10
	leakhop trace -p "$pid" -m 300ms -d 2s --json >"$json"
	same '[.lost[] | numbers] | add' 0 "$json"
}
