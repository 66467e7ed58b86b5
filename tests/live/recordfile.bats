#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The file of a recording: whatever ends its writing, whoever reads it, and whatever others have made of it.

load helper

setup() {
	pids=()
	need_tool
	need_root
	file=$BATS_TEST_TMPDIR/a.leakhop
	live=$BATS_TEST_TMPDIR/live.json
	told=$BATS_TEST_TMPDIR/told.json
}

report() { leakhop report "$@"; }

@test "anybody may read it, in a folder that nobody may write to" {
	start locks mutex
	await 2
	leakhop dump --json -p "$pid" -o "$live" -o "$file" >/dev/null
	local folder
	folder=$(mktemp -d /tmp/leakhop-read.XXXXXX)
	chmod 555 "$folder"
	cp "$file" "$folder/a.leakhop"
	chmod 444 "$folder/a.leakhop"
	chmod 755 "$BATS_TEST_TMPDIR"
	run -0 --separate-stderr "${nobody[@]}" "$leakhop" report -q --json "$folder/a.leakhop"
	diff "$live" <(echo "$output") || { rm -rf "$folder"; return 1; }
	rm -rf "$folder"
}

sweeps() { sqlite3 -readonly "$file" 'SELECT count(*) FROM sweep' 2>/dev/null || echo 0; }
has_sweeps() { (($(sweeps) >= $1)); }

@test "kill -9: all sweeps before it are there" {
	[[ -n $(type -P sqlite3) ]] || skip "no sqlite3"
	start sick abba
	await 2
	local moment before after
	for ((moment = 0; moment < ${MOMENTS:-8}; moment++)); do
		rm -f "$file"*
		follow "$BATS_TEST_TMPDIR/killed" -p "$pid" -m 60ms -o "$file"
		eventually 20 has_sweeps $((RANDOM % 12 + 1))
		before=$(sweeps)
		kill -KILL "$tracer"
		wait "$tracer" || true
		report -q --json "$file" >"$told"
		after=$(sweeps)
		((after >= before)) || { echo "$before, then $after" >&2; return 1; }
		holds '.started != null' "$told"
		# The log alone, without what only the living need
		rm -f "$file-shm"
		report -q --json "$file" | cmp - "$told"
		[[ ! -e $file-shm ]]
	done
	same '[.findings[].verdict]' '["deadlock","deadlock"]' "$told" || same '[.findings[].verdict]' '["deadlock"]' "$told"
	report "$file" 2>&1 >/dev/null | grep -q 'broke off'
}

@test "kill -9 at any moment: a report or an error, never less" {
	start sick abba
	await 2
	local moment r
	for ((moment = 0; moment < ${MOMENTS:-8}; moment++)); do
		rm -f "$file"*
		timeout -s KILL "0.$((RANDOM % 900 + 100))" "$leakhop" trace -q -p "$pid" -m 50ms -o "$file" >/dev/null 3>&- || true
		r=0
		report -q --json "$file" >"$told" 2>"$BATS_TEST_TMPDIR/err" || r=$?
		[[ $r == 0 || $(<"$BATS_TEST_TMPDIR/err") == *'nothing was recorded yet'* ||
			$(<"$BATS_TEST_TMPDIR/err") == *'is no recording'* || $(<"$BATS_TEST_TMPDIR/err") == *'cannot read'*'No such file'* ]] ||
			{ cat "$BATS_TEST_TMPDIR/err" >&2; return 1; }
	done
}

@test "a recording can be read while it is written" {
	start sick abba
	await 2
	follow "$BATS_TEST_TMPDIR/running" -p "$pid" -m 100ms -o "$file"
	deadlock_is_in() { report -q --json "$file" >"$told" 2>/dev/null && jq -e '.findings != []' "$told" >/dev/null; }
	eventually 20 deadlock_is_in
	stop_trace
	[[ $(echo "$file"*) == "$file" ]]
}

@test "a full disk is told once, and the trace goes on" {
	local folder=$BATS_TEST_TMPDIR/full
	mkdir "$folder"
	start sick abba
	await 2
	run -5 --separate-stderr unshare -m sh -c 'mount -t tmpfs -o size=640k none "$1" && "$2" trace -p "$3" -m 50ms -d 8s --json \
		-o "$1/a.leakhop" && exit 0; r=$?; cp "$1"/a.leakhop* "$4"; exit $r' sh "$folder" "$leakhop" "$pid" "$BATS_TEST_TMPDIR" 3>&-
	[[ $(grep -c 'cannot go on recording' <<<"$stderr") == 1 ]]
	echo "$output" >"$live"
	holds 'any(.findings[]; .verdict == "deadlock")' "$live"
	report -q --json "$file" >"$told"
	holds 'any(.findings[]; .verdict == "deadlock")' "$told"
}

@test "--max-size bounds it, and it says what it lacks" {
	[[ -n $(type -P sqlite3) ]] || skip "no sqlite3"
	start pulse
	await 1
	run -2 leakhop trace -p "$pid" -d 1s --max-size 1M
	run -2 leakhop trace -p "$pid" -d 1s -o "$file" --max-size 5
	run -2 leakhop trace -p "$pid" -d 1s -o "$file" --max-size 1T
	leakhop trace -p "$pid" -m 5ms -d 3s --max-size 1M -o "$file" >/dev/null
	(($(stat -c %s "$file") <= 1 << 20))
	report -q --json "$file" >"$told"
}

refused_file() { # CODE WORD FILE
	run "-$1" --separate-stderr timeout 20 "$leakhop" report -q "$3"
	[[ $stderr == *"$2"* && $stderr == *"$3"* && -z $output ]] || { echo "message: $stderr" >&2; return 1; }
}

@test "what is no recording is refused with a reason" {
	[[ -n $(type -P sqlite3) ]] || skip "no sqlite3"
	start locks mutex
	await 2
	leakhop dump --json -p "$pid" -o "$file" >/dev/null
	grep -q "number of the form, which is $(sqlite3 "$file" 'PRAGMA user_version'):" "$top/docs/recording.md"
	refused_file 4 'No such file' /nonexistent.leakhop
	refused_file 3 'is no recording' /etc/passwd
	refused_file 3 'is no recording' /dev/null
	refused_file 3 'is no recording' "$BATS_TEST_TMPDIR"
	cp "$file" "$file.newer"
	sqlite3 "$file.newer" 'PRAGMA user_version = 1000'
	refused_file 3 newer "$file.newer"
	cp "$file" "$file.view"
	sqlite3 "$file.view" 'DROP TABLE wait; CREATE VIEW wait AS SELECT 1'
	refused_file 3 'not those of a recording' "$file.view"
	cp "$file" "$file.other"
	sqlite3 "$file.other" 'PRAGMA application_id = 7'
	refused_file 3 'is no recording' "$file.other"
	mkfifo "$file.fifo"
	refused_file 3 'is no recording' "$file.fifo"
	run -2 leakhop report
	run -2 leakhop report "$file" -o "$BATS_TEST_TMPDIR/b.leakhop"
}

@test "a file cut short anywhere, or with bytes changed, is an error or a report" {
	start sick abba
	await 2
	leakhop trace -p "$pid" -m 300ms -d 2s -o "$file" >/dev/null
	/usr/bin/python3 "$BATS_TEST_DIRNAME/damage.py" "$leakhop" "$file" "$BATS_TEST_TMPDIR/damaged.leakhop" "${DAMAGES:-60}"
}

@test "the queries of docs/recording.md run" {
	[[ -n $(type -P sqlite3) ]] || skip "no sqlite3"
	start sick abba
	await 2
	leakhop trace -p "$pid" -m 300ms -d 2s -o "$file" >/dev/null
	local queries=0 query
	while IFS= read -r -d ';' query; do
		queries=$((queries + 1))
		sqlite3 -readonly "$file" "$query;" >"$BATS_TEST_TMPDIR/answer" || { echo "$query" >&2; return 1; }
		grep -q . "$BATS_TEST_TMPDIR/answer" || [[ $query == *'/* none'* ]] || { echo "no answer: $query" >&2; return 1; }
	done < <(awk '/^    sql>/ { is = 1; sub(/^    sql> */, "") } is { print } /;$/ { is = 0 }' "$top/docs/recording.md")
	((queries >= 6))
}

@test "trap: a link in a folder of all is not followed, nor what lies beside" {
	start locks mutex
	await 2
	local folder
	folder=$(mktemp -d /tmp/leakhop-trap.XXXXXX)
	chmod 1777 "$folder"
	echo precious >"$folder/precious"
	ln -s "$folder/precious" "$folder/a.leakhop"
	run -3 leakhop dump -p "$pid" -o "$folder/a.leakhop" || run -5 leakhop dump -p "$pid" -o "$folder/a.leakhop"
	ln -s "$folder/precious" "$folder/b.leakhop-wal"
	leakhop dump --json -p "$pid" -o "$folder/b.leakhop" >/dev/null
	[[ $(<"$folder/precious") == precious ]] || { rm -rf "$folder"; return 1; }
	rm -rf "$folder"
}
