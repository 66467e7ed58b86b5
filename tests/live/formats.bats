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
