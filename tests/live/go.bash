# SPDX-License-Identifier: GPL-2.0-only
# What the tests of goroutines share: Go fixtures of any build, looked at once or followed.

forgotten="sender receiver early range nilreceive nilsend empty nilcases doneofnil donelost ticker context errgroup errgroup:errgroupwait pool::6"
locks="done add::6 unlock rwwriter cond once pipeline:produces pipeline:squares"

# Deadlocks where goroutines can be run forward, which tells who holds a lock; else nothing but leaks.
own="doublelock rwrecursive rwrecursive:rwbetween"
own_verdict() {
	[[ $(leakhop doctor --json | jq -r '.checks[] | select(.name == "emulator").state') == yes ]] && echo deadlock || echo leak
}

circles="abba:abbafirst abba:abbasecond channels:asks channels:answers joins:joins joins:joined ring::9"

# Each file has its own setup() that calls this.
setup_go() {
	pids=()
	need_tool
	json=$BATS_TEST_TMPDIR/dump.json
	[[ -x $programs/go/goleak ]] || skip "no Go"
}

# run_go FOLDER PATTERN...: the fixture, standing
run_go() {
	[[ -x $programs/$1/goleak ]] || skip "no $1"
	start "$1/goleak" "${@:2}"
	eventually 20 said 1
	! grep -q '^SKIP' "$out" || skip "$(grep '^SKIP' "$out")"
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

# Not the last word of a test: what a fixture ends with is no failure.
end() { kill_fixtures || :; }

line() { mark "go/goleak/$(grep -l "@block $2\b" "$sources"/go/goleak/*.go | head -n 1 | xargs basename)" "$1" "$2"; }

# one_look FOLDER "PATTERN[:MARK[:COUNT]]" [VERDICT]: proven at one look, with the right lines and count. An old pointer in
# a place that is read word by word can hide a leak for as long as its process lives: then in another one of three.
one_look() {
	local pattern mark count block spawn verdict=${3:-leak} try
	IFS=: read -r pattern mark count <<<"$2"
	mark=${mark:-$pattern} count=${count:-3}
	block=$(line block "$mark") spawn=$(line spawn "$mark")
	found() {
		dump "$json" -p "$pid" --no-threads || return
		jq -e --argjson block "$block" --argjson spawn "$spawn" --argjson count "$count" --arg verdict "$verdict" '
			[.findings[] | select(any(.stack[]; .line == $block))] |
			length == 1 and (.[0] | .verdict == $verdict and .kind == "goroutine" and .count == $count and
				(.goids | length) == $count and .spawn.line == $spawn and .proof != "" and
				.remedy != "" and .wait.family != "external")' "$json" >/dev/null
	}
	for try in 1 2 3; do
		GROW=0 run_go "$1" "$pattern"
		! eventually 10 found || break
		((try == 3)) || { end; continue; }
		echo "$1 $2: not found at lines $block, $spawn" >&2
		jq -c '[.findings[], .suspects[]] | map({verdict, rule, count, spawn, wait, where: [.stack[] | "\(.function):\(.line)"]})' "$json" >&2
		return 1
	done
	holds '[.findings[].pid] | all(. == '"$pid"')' "$json"
	end
}

# stands: does the running fixture have all three goroutines where they are to be? Leaves the dump in $json.
stands() {
	dump "$json" -p "$pid" --no-threads && jq -e '[.findings[].count] | add >= 3' "$json" >/dev/null
}

# silent FOLDER PATTERN: the healthy twin: neither a finding nor a suspect
silent() {
	GROW=0 run_go "$1" "$2" well
	dump "$json" -p "$pid" --no-threads
	holds '.findings + .suspects == [] and (.goroutines | length) > 3' "$json"
	end
}

# grown PATTERN [well]: a trace of a fixture that leaks on
grown() {
	run_go go "$@"
	leakhop trace -p "$pid" -m 300ms -d 7s --no-threads --json >"$json"
	end
}
