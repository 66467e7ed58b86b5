#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A target, or whoever takes the output, that does all it can: leakhop ends, and nothing of a stranger's reaches a terminal.

load helper

setup() {
	pids=()
	need_tool
	json=$BATS_TEST_TMPDIR/dump.json
}

# stalled ARGUMENT...: leakhop, whose output nobody takes; its process in $tracer
stalled() {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 9<>"$BATS_TEST_TMPDIR/pipe" # held open, and never read
	env --default-signal=INT "$leakhop" "$@" >"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/err" 3>&- 9>&- &
	tracer=$!
	pids+=("$tracer")
	writes() { [[ $(cat "/proc/$tracer/wchan") == *pipe_w* ]]; }
	eventually 20 writes
}

ended_with() {
	local status=0
	wait "$tracer" || status=$?
	[[ $status == "$1" ]] || { echo "exit status $status, not $1" >&2; cat "$BATS_TEST_TMPDIR/err" >&2; return 1; }
}

@test "nobody takes the output: a second Ctrl-C ends it at once" {
	start crowd 4000
	await 1
	stalled dump -p "$pid" --json
	kill -INT "$tracer"
	sleep 0.2
	writes
	kill -INT "$tracer"
	ended_with 130
}

@test "nobody takes the output: it ends by itself, as what could not be done" {
	start crowd 4000
	await 1
	stalled dump -p "$pid" --json
	kill -TERM "$tracer"
	ended_with 5
	grep -q 'without its report' "$BATS_TEST_TMPDIR/err"
}

@test "a terminal that has gone asks for the report, as TERM does" {
	need_root
	start locks mutex
	await 2
	local signal
	for signal in HUP TERM; do
		follow "$json" -p "$pid" -m 100ms --all --json
		kill -"$signal" "$tracer"
		ended_with 0
		holds '.threads | length == 2' "$json"
	done
	# Under nohup the terminal may go.
	(trap '' HUP; exec "$leakhop" trace -p "$pid" -m 100ms --json >"$json" 2>"$json.err" 3>&-) &
	tracer=$!
	eventually 20 attached "$json.err"
	kill -HUP "$tracer"
	kill -TERM "$tracer"
	ended_with 0
}

@test "no standard error: no remark gets into the report" {
	start locks mutex
	await 2
	"$leakhop" dump -p "$pid" --json -o "$json" 2>&- 3>&-
	holds '.threads | length > 0' "$json"
	"$leakhop" dump -p "$pid" --json >"$json" 0<&- 2>&- 3>&-
	holds '.threads | length > 0' "$json"
}

@test "in a folder of all, no link is followed and nobody's file written" {
	local folder=$BATS_TEST_TMPDIR/all
	start locks mutex
	await 2
	mkdir -m 1777 "$folder"
	echo precious >"$BATS_TEST_TMPDIR/precious"
	ln -s ../precious "$folder/report"
	run -5 --separate-stderr leakhop dump -p "$pid" -o "$folder/report"
	[[ $stderr == *"$folder/report"* ]]
	[[ $(cat "$BATS_TEST_TMPDIR/precious") == precious ]]
	if [[ $EUID == 0 ]]; then
		echo theirs >"$folder/theirs"
		chown 1234 "$folder/theirs"
		run -5 leakhop dump -p "$pid" -o "$folder/theirs"
		[[ $(cat "$folder/theirs") == theirs ]]
	fi
	# Elsewhere a link is its owner's affair.
	ln -s precious "$BATS_TEST_TMPDIR/link"
	leakhop dump -p "$pid" --json -o "$BATS_TEST_TMPDIR/link"
	holds '.threads | length > 0' "$BATS_TEST_TMPDIR/precious"
}

@test "a name that turns the line around" {
	local name=$'turn\u202e\u2060\u00ad'
	cp "$programs/locks" "$BATS_TEST_TMPDIR/$name"
	programs=$BATS_TEST_TMPDIR start "$name" mutex
	await 2
	leakhop dump -p "$pid" >"$BATS_TEST_TMPDIR/text"
	leakhop dump -p "$pid" --json --dot "$BATS_TEST_TMPDIR/dot" >"$json"
	same '.threads[0].comm' "\"$name\"" "$json"
	not grep -q $'\u202e\|\u2060\|\u00ad' "$BATS_TEST_TMPDIR/text" "$BATS_TEST_TMPDIR/dot" "$json"
}

@test "a version of Go that resets the terminal" {
	need_root
	[[ -x $programs/go/goleak ]] || skip "no Go"
	/usr/bin/python3 - "$programs/go/goleak" "$BATS_TEST_TMPDIR/evil" <<-'END' || skip "another form of build information"
		import re, sys
		program = open(sys.argv[1], "rb").read()
		start = program.index(b"\xff Go buildinf:")
		version = re.compile(rb"go1\.[0-9.]+").search(program, start)
		evil = (b"go1.26\x1bc" + b"." * 16)[:len(version[0])]
		program = program[:version.start()] + evil + program[version.end():]
		for name in b"newproc1", b"gopark", b"newproc", b"goexit0", b"gdestroy", b"casgstatus":
		    name = b"runtime." + name + b"\0"
		    program = program.replace(name, name[:-2] + b"_\0")
		open(sys.argv[2], "wb").write(program)
	END
	chmod +x "$BATS_TEST_TMPDIR/evil"
	GROW=0 "$BATS_TEST_TMPDIR/evil" range >/dev/null 2>&1 3>&- &
	pid=$!
	pids+=("$pid")
	run -0 --separate-stderr leakhop trace -p "$pid" --go-events -m 200ms -d 1s
	[[ $stderr == *"no exact events"*'\x1b'* ]]
	[[ $output$stderr != *$'\e'* ]]
}

need_liar() { [[ -x $programs/go/golies ]] || skip 'no Go that builds programs that name variables of the runtime'; }

# beside a sick one
dump_beside() {
	local liar=$pid
	start locks mutex
	await 2
	dump "$json" -p "$liar,$pid" --all
	holds "[.threads[] | .user_stack[] | select(.line == $(mark locks.c block mutex))] != []" "$json"
	pid=$liar
}

@test "a Go program whose variables end where memory does" {
	need_liar
	start go/golies end
	eventually 20 said 1
	LEAKHOP_PATIENCE=30
	dump_beside
	holds ".goroutines | any(.pid == $pid and .count == 20)" "$json"
}

@test "a Go program that lists a goroutine four million times" {
	need_liar
	start go/golies same 4000000
	eventually 20 said 1
	LEAKHOP_PATIENCE=30
	dump_beside
	holds ".limits | any(test(\"$pid.*room for\"))" "$json"
	holds '.cost.rss_kib < 200 * 1024' "$json"
}

@test "Go programs with random words in their description of themselves" {
	need_liar
	LEAKHOP_PATIENCE=60
	local seed liars=()
	for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
		start go/golies words $seed
		liars+=("$pid")
		eventually 20 said 1
	done
	start locks mutex
	await 2
	dump "$json" -p "$(IFS=,; echo "${liars[*]}"),$pid" --all || [[ $? == 4 ]] || return 1
	holds "[.threads[] | .user_stack[] | select(.line == $(mark locks.c block mutex))] != []" "$json"
}

@test "a Go program that is overwritten by another while it is traced" {
	[[ -x $programs/go/goleak ]] || skip 'no Go programs'
	local app=$BATS_TEST_TMPDIR/app
	cp "$programs/go/gohealthy" "$app"
	programs=$BATS_TEST_TMPDIR start app
	eventually 20 said 1
	follow "$json" --comm app -m 300ms --json
	kill -KILL "$pid"
	wait "$pid" || true
	cat "$programs/go/goleak" >"$app" # the same inode
	programs=$BATS_TEST_TMPDIR GROW=0 start app joins
	eventually 20 said 1
	sees() { kill -0 "$tracer" && leakhop dump --json -p "$pid" | jq -e '.goroutines != []' >/dev/null; }
	eventually 20 sees
	sleep 2
	stop_trace
	holds ".findings | any(.pid == $pid and .kind == \"goroutine\")" "$json"
	holds ".limits == []" "$json"
}
