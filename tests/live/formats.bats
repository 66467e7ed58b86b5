#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Each format, read back by a reader that is not leakhop's.

load helper

setup() {
	pids=()
	need_tool
	data=$BATS_TEST_TMPDIR
	json=$data/read.json
}

read_back() { /usr/bin/python3 "$top/tests/live/formats.py" "$@" >"$json"; }

# What a name of a program must not do anywhere: end a script, a line, a frame, a quote; move the cursor.
evil_name=$'<\x2fscript>;"\\\n\e\xff'
evil_name=${evil_name//\//} # a file's name has none

start_evil() {
	cp "$programs/locks" "$data/$evil_name"
	programs=$data start "$evil_name" mutex
	await 2
}

@test "folded: a line for each place, with its frames and its time" {
	start locks mutex
	await 2
	leakhop dump -p "$pid" -U --format=folded >"$data/folded"
	read_back folded "$data/folded"
	jq -e '[.[] | select(.frames[0] == "locks" and (.frames | index("block_in_mutex")) and .value > 1000)] | length == 1' "$json"
	jq -e 'all(.[]; .frames[1] | test("start|clone"))' "$json"
	leakhop dump -p "$pid" -U --format=folded=count >"$data/folded"
	read_back folded "$data/folded"
	[[ $(jq '[.[].value] | add' "$json") == $(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l) ]]
	if ((EUID == 0)); then
		leakhop dump -p "$pid" -K --format=folded >"$data/folded"
		read_back folded "$data/folded"
		jq -e 'all(.[]; .frames[1:] | all(endswith("_[k]") or . == "[stack not known]"))' "$json"
	fi
}

# Where it is, or where a Debian package has a copy of it
flamegraph_pl() { type -P flamegraph.pl || find /usr/share/perl5/Devel/NYTProf -name flamegraph.pl 2>/dev/null | grep .; }

@test "folded: flamegraph.pl draws what was told, hostile names and all" {
	local draw
	draw=$(flamegraph_pl) || skip "no flamegraph.pl"
	start_evil
	leakhop dump -p "$pid" -U --format=folded=count >"$data/folded"
	perl "$draw" --hash --countname=threads "$data/folded" >"$data/svg"
	read_back svg "$data/svg"
	same '[.[] | select(.name == "block_in_mutex") | .count]' '[1]' "$json"
	same '[.[] | select(.name == "all") | .count]' "[$(awk '{ sum += $NF } END { print sum }' "$data/folded")]" "$json"
	holds '[.[] | select(.name | startswith("(script)\\x3b"))] | length == 1' "$json"
}

@test "speedscope shows what was told, folded and as pprof" {
	[[ -n $(type -P chromium) ]] || skip "no chromium"
	[[ -n $(type -P npm) ]] || skip "no npm"
	(cd "$data" && timeout 30 npm pack --silent speedscope@1.25.0 >/dev/null 2>&1 && tar xzf speedscope-*.tgz) ||
		skip "npm has no speedscope"
	start_evil
	leakhop dump -p "$pid" -U --format=folded=count >"$data/folded"
	leakhop dump -p "$pid" --format=pprof >"$data/pb.gz"
	read_back speedscope "$data/package/dist/release" "$data/folded"
	holds 'test("2 \\(100%\\)\\s+0 \\(<0.01%\\)\\s+<script>")' "$json"
	holds 'test("1 \\(50%\\)\\s+0 \\(<0.01%\\)\\s+block_in_mutex")' "$json"
	read_back speedscope "$data/package/dist/release" "$data/pb.gz"
	holds 'contains("block_in_mutex") and contains("__libc_start_main")' "$json"
}

@test "folded: a trace tells all stacks at its end, and goroutines" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	GROW=0 COUNT=3 start go/goleak sender
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop trace -p "$pid" -m 300ms -d 1s -U --format=folded=count -o "$data/folded"
	read_back folded "$data/folded"
	jq -e '[.[] | select(.frames[-1] == "runtime.gopark" and (.frames | index("main.sendResult"))) | .value] == [3]' "$json" ||
		jq -e '[.[] | select(.frames | index("main.sendResult")) | .value] | add == 3' "$json"
}

@test "folded: a hostile name keeps within its frame" {
	start_evil
	leakhop dump -p "$pid" --format=folded >"$data/folded"
	read_back folded "$data/folded"
	jq -e 'all(.[]; .frames[0] | startswith("<script>\\x3b") and contains("\\x0a") and contains("\\x1b"))' "$json"
}

pprof() { go tool pprof -symbolize=none "$@" "$data/pb.gz"; }

@test "pprof: functions, lines, labels, mappings" {
	[[ -n $(type -P go) ]] || skip "no Go"
	start sick abba
	await 2
	leakhop dump -p "$pid" --format=pprof >"$data/pb.gz"
	gzip -t "$data/pb.gz"
	pprof -sample_index=blocked -top >"$data/top"
	grep -qE '^ +0 +0% +100% +1 33.33% +take_a_then_b$' "$data/top"
	grep -qE '^File: sick$' "$data/top"
	pprof -sample_index=blocked -lines -top >"$data/lines"
	grep -qE "take_a_then_b .*sick.c:$(mark sick.c block first)" "$data/lines"
	pprof -raw >"$data/raw"
	grep -qE 'blocked/count delay/nanoseconds\[dflt\] retained_bytes/bytes' "$data/raw"
	grep -qE "tid:\[$(ready_tid first)\]" "$data/raw"
	grep -qE 'verdict:\[deadlock\] wait:\[mutex\]' "$data/raw"
	local id
	id=$(readelf -n "$programs/sick" | awk '/Build ID/ { print $3 }')
	grep -qE "/sick $id \[FN\]\[FL\]\[LN\]" "$data/raw"
	# Both functions that stand in the circle, by the verdict alone
	pprof -sample_index=blocked -tagfocus=verdict=deadlock -top | grep -q 'accounting for 2, '
}

@test "pprof: goroutines with their go statement, one sample each" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	GROW=0 COUNT=3 start go/goleak sender
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop dump -p "$pid" --no-threads --format=pprof -o "$data/pb.gz"
	pprof -sample_index=blocked -top >"$data/top"
	grep -qE ' 3 .* main.sendResult' "$data/top"
	pprof -raw >"$data/raw"
	(($(grep -cE "spawn:\[main.forgottenSender forgotten.go:$(mark go/goleak/forgotten.go spawn sender)\]" "$data/raw") == 3))
	(($(grep -oE 'goid:\[[0-9]+\]' "$data/raw" | sort -u | wc -l) >= 3))
}

@test "pprof: a hostile name stays a name" {
	[[ -n $(type -P go) ]] || skip "no Go"
	start_evil
	leakhop dump -p "$pid" --format=pprof >"$data/pb.gz"
	pprof -raw >"$data/raw"
	grep -qF 'process:[<script>;"\\x0a\x1b\xff' "$data/raw"
	not grep -q $'\e' "$data/raw"
}

@test "perfetto: a slice for each block, as long as it has lasted" {
	start sick abba
	await 2
	leakhop dump -p "$pid" --format=perfetto >"$data/trace"
	read_back perfetto "$data/trace"
	jq -e --argjson tid "$(ready_tid first)" '[.slices[] | select(.track.tid == $tid)] |
		length == 1 and (.[0] | .name == "mutex" and .notes.verdict == "deadlock" and .notes.remedy != "" and
			(.notes.stack | contains("take_a_then_b")) and .until > .at)' "$json"
	jq -e --argjson pid "$pid" '[.tracks[] | select(.pid == $pid and .tid == 0)] | length == 1' "$json"
}

@test "perfetto: arrows from who spawned and who woke" {
	need_root
	command_line woken
	leakhop trace -m 300ms -d 3s --format=perfetto -o "$data/trace" -- "${cmd[@]}"
	read_back perfetto "$data/trace"
	jq -e '[.arrows[] | select(.name | startswith("spawns woken "))] | length >= 2 and
		all(.from.tid != .to.tid and .from.pid == .to.pid)' "$json"
	jq -e --arg name "wakes woken $(ready_tid woken)" --argjson waker "$(ready_tid waker)" \
		'[.arrows[] | select(.name == $name and .from.tid == $waker)] | length >= 1' "$json"
}

@test "perfetto: goroutines by their group, and numbers over time" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	GROW=0 COUNT=3 start go/goleak sender
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop trace -p "$pid" -m 300ms -d 2s --no-threads --format=perfetto -o "$data/trace"
	read_back perfetto "$data/trace"
	jq -e '[.slices[] | select(.track.name | startswith("3 goroutines in channel send, main.sendResult "))] |
		length == 3 and all(.notes.verdict == "leak" and (.name | startswith("goroutine ")))' "$json"
	jq -e '[.counts[] | select(.track | startswith("3 goroutines in channel send"))] | length > 1 and all(.count == 3)' "$json"
}

@test "perfetto: with probes, arrows from who spawned and who readied a goroutine" {
	need_root
	[[ -x $programs/go/goevents ]] || skip "no Go"
	[[ -e /sys/bus/event_source/devices/uprobe/type ]] || skip "no uprobes"
	start go/goevents
	eventually 20 said 1
	follow "$data/said" -p "$pid" --go-events -m 100ms --format=perfetto -o "$data/trace"
	# shellcheck disable=SC2012
	probed() { (($(ls -l "/proc/$tracer/fd" | grep -c perf_event) >= 6)); }
	eventually 20 probed
	kill -HUP "$pid"
	eventually 20 grep -q '^DONE' "$out"
	stop_trace
	read_back perfetto "$data/trace"
	jq -e '[.arrows[] | select(.name | test("^(readies|spawns) goroutine [0-9]+$")) |
		select(.from.name != .to.name and (.from.name | startswith("goroutine ")))] | length > 0' "$json"
}

@test "perfetto: a hostile name stays a name" {
	start_evil
	leakhop dump -p "$pid" --format=perfetto >"$data/trace"
	read_back perfetto "$data/trace"
	jq -e '[.tracks[].name | select(startswith("<script>;\"\\\\x0a\\x1b"))] | length > 0' "$json"
}

# browse FILE: what a browser makes of the page, with whatever it complains of
browse() {
	[[ -n $(type -P chromium) ]] || skip "no chromium"
	timeout 100 chromium --headless --no-sandbox --disable-gpu --no-first-run --user-data-dir="$data/chromium" \
		--enable-logging=stderr --virtual-time-budget=5000 --dump-dom "file://$1" >"$data/dom" 2>"$data/console" 3>&-
	not grep CONSOLE "$data/console" >&2
	read_back page "$data/dom"
}

@test "html: the page says what the text says, the finding first" {
	start sick abba
	await 2
	leakhop dump -p "$pid" -m 50ms --format=html >"$data/page.html"
	leakhop dump -p "$pid" -m 50ms --json >"$data/json"
	read_back page_data "$data/page.html"
	jq -e --slurpfile json "$data/json" '[.records[] | select(.part == "finding") | [.why, .remedy]] | sort ==
		([$json[0].findings[] | [.reason, .remedy]] | sort) and length == 2' "$json"
	jq -e '.records[0] | .verdict == "DEADLOCK" and (.where | startswith("take_")) and (.text | contains("waits for"))' "$json"
	browse "$data/page.html"
	jq -e '.h1 == ["2 findings: 2 deadlocks"] and (.title[0] | startswith("2 findings"))' "$json"
	jq -e '.article | length == 2 and all(contains("2 threads wait for each other in a circle") and contains("what to do"))' "$json"
	jq -e '[.h2[] | split("  ")[0]] | .[:2] == ["Findings", "Who waits for whom"] and index("Where it waits")' "$json"
	# The graph, the flame graph, and a stack with the line
	jq -e --arg line "sick.c:$(mark sick.c block first)" '[.tr[] | select(contains("take_a_then_b") and contains($line))] | length == 1' "$json"
	jq -e '[.svg[] | select(contains("pthread mutex"))] | length == 1' "$json"
	jq -e '[.div[] | select(. == "take_a_then_b")] | length == 1' "$json"
}

@test "html: by keyboard, with a search, light and dark, on a phone, and without a network" {
	[[ -n $(type -P chromium) ]] || skip "no chromium"
	start sick abba
	await 2
	leakhop dump -p "$pid" -U -m 50ms --format=html >"$data/page.html"
	read_back drive "$data/page.html"
	jq -e --arg process "sick ($pid)" '.down.at == $process and .zoomed == {at: $process, above: 1} and .out == {at: "all", above: 0}' "$json"
	jq -e '.hits == ["take_a_then_b"] and (.found | test("^Found in 3[0-9][.][0-9]% of all"))' "$json"
	jq -e '.opened == 1 and .light != .dark and (.too_wide | not)' "$json"
	# What the policy is for: a picture or script that comes in later is neither fetched nor run.
	jq -e '.requests == [] and .blocked == ["http://127.0.0.1:9/x.png"] and (.ran | not)' "$json"
}

@test "html: nothing is stuck, and that is what it says" {
	start sick abba well
	await 2
	leakhop dump -p "$pid" -m 1h --format=html >"$data/page.html"
	browse "$data/page.html"
	jq -e '.h1 == ["Nothing is stuck"] and (has("article") | not)' "$json"
}

@test "html: numbers over time" {
	[[ -x $programs/go/goleak ]] || skip "no Go"
	GROW=100ms start go/goleak sender
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	leakhop trace -p "$pid" -m 300ms -d 4s --no-threads --format=html -o "$data/page.html"
	read_back page_data "$data/page.html"
	jq -e '.records[0] | .verdict == "LEAK" and (.series | length > 2 and .[0][0] < .[-1][0] and .[0][1] < .[-1][1])' "$json"
	browse "$data/page.html"
	jq -e '[.title[] | select(test("^[0-9]+ goroutines? .* ago, [0-9]+ at the end"))] | length >= 1' "$json"
}

@test "html: nothing that a stranger named becomes markup" {
	# The last part is the program's name; all of it is a path in each frame.
	local name='script><img src=x onerror=alert(1)>' comm
	mkdir "$data/<"
	cp "$programs/locks" "$data/</$name"
	programs="$data/<" start "$name" mutex
	await 2
	comm=$(cat "/proc/$pid/comm")
	[[ $comm == 'script><img src' ]]
	# Bytes that no file's name may have, a thread's may.
	/usr/bin/python3 -c 'import ctypes, signal
open("/proc/self/comm", "wb").write(b"</script><!--\xff")
print("READY 0 python", flush=True)
signal.pause()' >"$data/python" 3>&- &
	pids+=("$!")
	eventually 20 grep -q READY "$data/python"
	leakhop dump -p "$pid,${pids[-1]}" --format=html >"$data/page.html"
	not grep -qaE '<img|alert\(1\)>' "$data/page.html"
	(($(grep -oa '</script' "$data/page.html" | wc -l) == 2))
	read_back page_data "$data/page.html"
	jq -e '[.frames[][2] | select(endswith("</script><img src=x onerror=alert(1)>"))] | length > 0' "$json"
	jq -e '[.folds[][0]] | index("script><img src") and index("</script><!--\\xff")' "$json"
	browse "$data/page.html"
	jq -e '[.div[] | select(startswith("</script><!--\\xff ("))] | length == 1' "$json"
}

@test "dot: Graphviz draws it" {
	[[ -n $(type -P dot) ]] || skip "no graphviz"
	start sick abba
	await 2
	leakhop dump -p "$pid" --format=dot >"$data/dot"
	dot -Tsvg "$data/dot" >"$data/svg"
	[[ $(grep -c '<g id="node' "$data/svg") -ge 2 && $(grep -c 'class="edge"' "$data/svg") -ge 2 ]]
	start_evil
	leakhop dump -p "$pid" --format=dot -o "$data/dot"
	dot -Tsvg "$data/dot" >"$data/svg"
	grep -q 'class="edge"' "$data/svg"
}

@test "JSON by its names as a format" {
	start locks mutex
	await 2
	leakhop trace -p "$pid" -m 100ms -d 300ms --format=json >"$data/1"
	jq -e '.schema == "leakhop/1" and .command == "trace"' "$data/1"
	local name
	for name in json=lines jsonl; do
		leakhop trace -p "$pid" -m 100ms -d 300ms --format="$name" >"$data/2"
		jq -se '.[-1].type == "summary"' "$data/2"
	done
	run -2 leakhop dump -p "$pid" --format=jsonl
	run -2 --separate-stderr leakhop trace -p "$pid" --format=xml
	[[ $stderr == *"folded=count"* ]]
}

# terminal COMMAND...: what it says on a terminal of its own, and its exit status
terminal() {
	/usr/bin/python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null 3>&-
}

@test "a file for another program is not written to a terminal, nor into a command's stderr" {
	start locks mutex
	await 2
	local format
	for format in pprof perfetto html; do
		run -2 terminal "$leakhop" dump -p "$pid" --format="$format"
		[[ $output == *"--format=$format is a file for another program, and not for a terminal"*"-o FILE"* ]]
		run -2 --separate-stderr leakhop trace -d 300ms --format="$format" -- /bin/true
		[[ $stderr == *"not for a command's stderr"* && $output == "" ]]
		terminal "$leakhop" dump -p "$pid" --format="$format" -o "$data/file"
		[[ -s $data/file ]]
	done
}

@test "a full disk is told, whatever the format" {
	[[ -e /dev/full ]] || skip "no /dev/full"
	start locks mutex
	await 2
	local format
	for format in text json dot folded folded=count pprof perfetto html; do
		run -5 --separate-stderr leakhop dump -p "$pid" --format="$format" -o /dev/full
		[[ $stderr == *"cannot write the report: "* ]] || { echo "$format: $stderr" >&2; return 1; }
	done
}

@test "--explain where no format has it" {
	run -2 --separate-stderr leakhop dump -p $$ --explain $$ --format=html
	[[ $stderr == *"--explain is for text and JSON"* ]]
	run -2 leakhop dump -p $$ --explain g1 --format=go
}
