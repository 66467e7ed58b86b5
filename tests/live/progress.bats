#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A run that takes long says on a terminal that it lives, and does so nowhere else.

load helper

# on_terminal COMMAND...: all that it writes to a terminal of its own; file, if set, takes its stdout
on_terminal() {
	/usr/bin/python3 - "$@" <<-'END'
		import os, pty, sys
		child, terminal = pty.fork()
		if not child:
		    if "file" in os.environ:
		        os.dup2(os.open(os.environ["file"], os.O_WRONLY | os.O_CREAT, 0o600), 1)
		    os.execvp(sys.argv[1], sys.argv[1:])
		said = b""
		while True:
		    try:
		        more = os.read(terminal, 4096)
		    except OSError: # the last one has closed it
		        break
		    said += more
		os.waitpid(child, 0)
		sys.stdout.buffer.write(said.replace(b"\r\n", b"\n"))
	END
}

@test "from a minute on: elapsed, sweeps, threads, findings, in one line that is wiped" {
	export NO_COLOR=1
	local data=$BATS_TEST_TMPDIR line=$'\r\e\\[Kleakhop: 1m [0-9]s, [0-9]+ sweeps, 3 threads; so far [12] findings?, 0 suspects'
	start sick abba
	await 2
	export file=$data/json # what is told at the end only is counted, too
	LEAKHOP_PATIENCE=100 on_terminal "$leakhop" trace -p "$pid" -m 500ms -d 64s --json >"$data/with_json" 3>&- &
	local first=$!
	unset file
	on_terminal "$leakhop" trace -p "$pid" -m 500ms -d 64s >"$data/text" 3>&-
	wait "$first"
	local one
	for one in text with_json; do
		# Once a second at most, and in its place
		(($(grep -aoE "$line" "$data/$one" | wc -l) >= 2 && $(grep -aoE "$line" "$data/$one" | wc -l) <= 6))
		not grep -aqE 'leakhop: 1m[^'$'\r'']*$' "$data/$one"
	done
	jq -e '.findings | length == 2' "$data/json"
	# The report begins where the line was wiped, and has nothing of it.
	grep -aE $'\r\e\\[K1m [0-9]s, 3 threads; for 500.0ms or longer' "$data/text"
}
