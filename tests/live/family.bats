#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# --children: who lives already, who is born while it is watched, and whose parent ends.

load helper

setup() {
	pids=()
	need_tool
	json=$BATS_TEST_TMPDIR/report.json
}

# seen FILE: all processes of the report
seen() { jq -c "$due"' [.threads[]?, due[]] | map(.pid) | unique' "$1"; }
members() { awk '$1 == "READY" { print $5 }' "$out" | sort -un | jq -sc .; }
member() { ready_pid "member$1"; } # 1: the eldest
descendants() { for ((i = $1; i <= $2; i++)); do member "$i"; done | sort -n | jq -sc .; }

# same_family: the report has these processes and no others
same_family() {
	[[ $(seen "$json") == "$1" ]] || { echo "seen: $(seen "$json"), not $1" >&2; return 1; }
}

@test "children that live already, and theirs; with BPF and without" {
	start family 5
	await 5
	local without
	for without in "" "--without=bpf"; do
		[[ $without || $EUID == 0 ]] || continue
		dump "$json" -p "$pid" --children $without
		same_family "$(members)"
		# From the middle: neither its parents nor their like.
		dump "$json" -p "$(member 3)" --children $without
		same_family "$(descendants 3 5)"
		dump "$json" -p "$pid" $without
		same_family "[$pid]"
	done
}

@test "children of processes of a name" {
	cp "$programs/family" "$BATS_TEST_TMPDIR/ancestor"
	local without
	programs=$BATS_TEST_TMPDIR start ancestor 1
	await 1
	"$BATS_TEST_TMPDIR/ancestor" 1 >/dev/null 3>&- &
	pids+=("$!")
	kill -USR1 "$pid"
	await 2
	for without in "" "--without=bpf"; do
		[[ $without || $EUID == 0 ]] || continue
		dump "$json" --comm ancestor --children $without
		holds "[.threads[].pid] | index($pid) and index($(ready_pid late)) and index(${pids[1]})" "$json"
	done
}

@test "a family a hundred deep" {
	start family 100
	await 100
	local without
	for without in "" "--without=bpf"; do
		[[ $without || $EUID == 0 ]] || continue
		dump "$json" -p "$pid" --children $without
		same_family "$(members)"
		same '.lost.threads' 0 "$json"
	done
}

@test "more ancestors than are looked at: said as lost" {
	start family 270
	await 270
	dump "$json" -p "$pid" --children --without=bpf
	holds '.lost.threads > 0' "$json"
	leakhop dump -p "$pid" --children --without=bpf | grep -q 'lost: .* [1-9][0-9]* threads'
}

@test "forks while it is watched, of whom lived before; a child whose parent ends stays" {
	need_root
	start family 4
	await 4
	follow "$json" -p "$pid" --children --json --all -m 100ms
	kill -USR1 "$(member 4)" # the last one forks
	eventually 20 said 5
	kill -USR2 "$(member 3)" # its parent forks, and ends
	eventually 20 grep -q ' orphan ' "$out"
	eventually 20 gone "$(member 3)"
	eventually 20 all_living_parked
	[[ $(awk '{ print $4 }' "/proc/$(ready_pid orphan)/stat") != "$(member 3)" ]]
	stop_trace
	local one
	for one in "$pid" "$(member 2)" "$(member 4)" "$(ready_pid late)" "$(ready_pid orphan)"; do
		holds "any(.threads[]; .pid == $one)" "$json"
	done
	# Who forked whom, though none of them was named.
	holds "any(.threads[]; .pid == $(ready_pid late) and .spawn.pid == $(member 4))" "$json"
}

all_living_parked() {
	local tid process
	while read -r _ tid _ _ process; do
		gone "$process" || parked "$process" "$tid" || return 1
	done < <(grep '^READY ' "$out")
}

@test "leakhop is no child of the shell that it looks at" {
	# shellcheck disable=SC2016
	run -0 bash -c '"$1" dump --json -p $$ --children; exit $?' bash "$leakhop"
	jq -e 'all(.threads[]; .comm != "leakhop")' <<<"$output"
}

# --- usage ----------------------------------------------------------------------------------------

refused() { # WORD ARGUMENT...
	run -2 --separate-stderr leakhop "${@:2}"
	[[ ${stderr%%$'\n'*} == *"$1"* && -z $output ]] || { echo "message: $stderr" >&2; return 1; }
}

@test "-a with -p or -t, --children with -t: wrong usage" {
	refused '-a' dump -a -p $$
	refused '-a' trace -p $$ -a -d 1
	refused '-a' dump -t $$ --all-processes
	refused '-t' dump --children -t $$
}

@test "no beginning of a long option is taken for it" {
	local option
	refused "'--all-p'" dump --all-p
	refused "'--thresh'" dump -p $$ --thresh 1s
	refused "'--thresh'" trace -p $$ --thresh=1s
	refused "'--child'" dump -p $$ --child
	refused "'--no-g'" dump -p $$ --no-g
	refused "'--js'" trace -p $$ --js=lines -d 1
	# An argument that looks like one is an argument.
	(cd "$BATS_TEST_TMPDIR" && leakhop dump --json -p $$ -o --thresh && leakhop dump --json -p $$ --output --no-g)
	[[ -s $BATS_TEST_TMPDIR/--thresh && -s $BATS_TEST_TMPDIR/--no-g ]]
}

@test "--all of a dump is no --all-processes" {
	start locks mutex
	await 2
	dump "$json" --all -p "$pid"
	same_family "[$pid]"
	leakhop dump -p "$pid" --all | grep -q block_in_mutex
}

# --- a command's output is its own ----------------------------------------------------------------

@test "trace -- CMD: stdout has what the command says and nothing else" {
	local word
	for word in "" --json --json=lines; do
		run -0 --separate-stderr leakhop trace $word -d 5s -m 50ms -- /bin/sh -c 'echo one; sleep 0.3; echo two'
		[[ $output == $'one\ntwo' ]]
		[[ $stderr == *threads* ]]
		[[ -z $word ]] || jq -e -s 'last | has("findings") or has("type")' <<<"$stderr"
	done
	run -0 --separate-stderr leakhop trace -o "$json" --json -d 5s -m 50ms -- /bin/sh -c 'echo one; sleep 0.3; echo two'
	[[ $output == $'one\ntwo' && $stderr != *findings* ]]
	same .command '"trace"' "$json"
	# Of a process that it did not start, it has stdout for itself.
	run -0 --separate-stderr leakhop trace -p $$ -d 100ms -m 50ms
	[[ $output == *"; for 50.0ms or longer: "* ]]
}
