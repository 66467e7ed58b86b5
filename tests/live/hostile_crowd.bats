#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Many hostile processes at once, of every kind that there is, beside ten sick ones that must all be found:
# HOSTILE=100 HOSTILE_SEED=7 tests/run live is the whole of it; here are fewer.

load helper

setup() {
	pids=()
	need_root
	json=$BATS_TEST_TMPDIR/report.json
	folder=$BATS_TEST_TMPDIR/hostile
	mkdir "$folder" "$folder/.debug"
	RANDOM=${HOSTILE_SEED:-1}
	make_file() { /usr/bin/python3 "$top/tests/live/hostile_files.py" "$@"; }
	${CC:-gcc} -g -gdwarf-4 -O2 -pthread -o "$folder/plain" "$sources/locks.c" "$sources/fixture.c" -lrt
	make_file lines "$folder/plain" "$folder/lines" 40 main
	make_file zeros "$programs/locks" "$folder/info" .debug_info 2000
	make_file zeros "$programs/locks" "$folder/text" .debug_str 2000
	make_file hole "$folder/hole" 4
	make_file symbols "$folder/symbols" 24
	mkfifo "$folder/.debug/fifo.debug"
	cp "$programs/locks" "$folder/linked"
	: >"$folder/fifo.debug"
	objcopy --strip-all --remove-section .note.gnu.build-id --add-gnu-debuglink="$folder/fifo.debug" "$programs/locks" "$folder/linked"
	rm "$folder/fifo.debug"
}

# A copy of its own, so that no answer about one is of use for the next
copy_of() {
	cp --sparse=always "$1" "$2"
	printf '%s' "$RANDOM" >>"$2"
}

begin_hostile() { # NUMBER
	local file=$folder/file.$1
	case $((RANDOM % 9)) in
	0) copy_of "$folder/lines" "$file"; programs=$folder start "file.$1" mutex ;;
	1) copy_of "$folder/info" "$file"; programs=$folder start "file.$1" mutex ;;
	2) copy_of "$folder/text" "$file"; programs=$folder start "file.$1" mutex ;;
	3) cp --sparse=always "$folder/hole" "$file"; start maps_code "$file" ;;
	4) cp --sparse=always "$folder/symbols" "$file"; start maps_code "$file" ;;
	5) copy_of "$folder/linked" "$file"; programs=$folder start "file.$1" mutex ;;
	6) cp "$programs/plugin_lib.so" "$file.so"; start damaged "$file.so" $( ((RANDOM % 2)) && echo cut || echo flip); damaged+=("$pid") ;;
	7) [[ ! -x $programs/go/golies ]] || start go/golies words $RANDOM ;;
	8) [[ ! -x $programs/go/golies ]] || start go/golies same 3000000 ;;
	esac
}

all_sick_are_in() {
	local one
	for one in "${sick[@]}"; do
		jq -e --argjson pid "$one" --argjson line "$line" 'any(.threads[]; .pid == $pid and any(.user_stack[]; .line == $line))' \
			"$json" >/dev/null || { echo "process $one is not there with its line" >&2; return 1; }
	done
}

@test "a crowd of hostile processes hides none of ten sick ones" {
	local i sick=() damaged=() line
	line=$(mark locks.c block mutex)
	for ((i = 0; i < ${HOSTILE:-25}; i++)); do begin_hostile "$i"; done
	for ((i = 0; i < 10; i++)); do
		start locks mutex
		await 2
		sick+=("$pid")
	done
	((${#damaged[@]} == 0)) || kill -USR1 "${damaged[@]}"
	LEAKHOP_PATIENCE=120 dump "$json" -a --all 2>"$json.err" || { tail -5 "$json.err" >&2; return 1; }
	all_sick_are_in
	holds '.cost.rss_kib > 0 and .cost.rss_kib < 500 * 1024' "$json"
	# And again and again, in one process.
	follow "$json" -a -m 300ms -d 8s --all --json
	wait "$tracer"
	all_sick_are_in
	holds '.cost.rss_kib < 500 * 1024' "$json"
}
