#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A process chooses the files that it maps, and what they say of themselves. Beside each there is a sick program, and
# what is said of that one stays the same.

load helper

setup() {
	pids=()
	need_tool
	json=$BATS_TEST_TMPDIR/dump.json
	folder=$BATS_TEST_TMPDIR/hostile
	mkdir "$folder"
	LEAKHOP_PATIENCE=30 # all of these once took for ever, or all memory
}

make_file() { /usr/bin/python3 "$top/tests/live/hostile_files.py" "$@"; }

# A thread of the file that blocks, and two that wait for each other.
begin_beside() {
	start locks mutex
	await 2
	sick=$pid sick_out=$out
	"$@"
	await 1
}

# survives: the sick one is told with its lines, and leakhop is in order
survives() {
	dump "$json" -p "$pid,$sick" --all 2>"$json.err" || { cat "$json.err" >&2; return 1; }
	out=$sick_out
	holds "[.threads[] | select(.pid == $sick and (.tids | index($(ready_tid mutex))))
		| .user_stack[] | select(.line == $(mark locks.c block mutex))] != []" "$json"
	holds ".threads | any(.pid == $pid)" "$json"
	holds '.cost.rss_kib > 0 and .cost.rss_kib < 500 * 1024' "$json"
}

# A program and its debug data apart, which the program calls NAME
split_off() {
	cp "$programs/locks" "$folder/whole"
	objcopy --only-keep-debug "$folder/whole" "$folder/$1"
	objcopy --strip-all --remove-section .note.gnu.build-id --add-gnu-debuglink="$folder/$1" "$folder/whole" "$folder/program"
	rm -f "$folder/$1"
}

start_file() {
	programs=$folder start "$@"
}

@test "debug data behind a link: a FIFO, a device, a link out of the root, a packed file" {
	split_off wanted.debug
	mkdir "$folder/.debug"
	begin_beside start_file program mutex
	mkfifo "$folder/.debug/wanted.debug"
	survives
	ln -sf /dev/watchdog "$folder/.debug/wanted.debug"
	survives
	head -c 64M /dev/zero | gzip >"$folder/packed"
	mv "$folder/packed" "$folder/.debug/wanted.debug"
	survives
}

@test "debug data behind a link is used where it is the right one" {
	split_off wanted.debug
	objcopy --only-keep-debug "$folder/whole" "$folder/wanted.debug"
	begin_beside start_file program mutex
	survives
	holds "[.threads[] | select(.pid == $pid) | .user_stack[] | select(.line == $(mark locks.c block mutex))] != []" "$json"
	# Of another program: the checksum says so.
	objcopy --only-keep-debug "$programs/files" "$folder/wanted.debug"
	survives
	holds "[.threads[] | select(.pid == $pid) | .user_stack[] | select(.line == $(mark locks.c block mutex))] == []" "$json"
}

@test "parts of the debug data are in files of their own, and then in a FIFO" {
	cat >"$folder/parts.c" <<-END
		#include <stdio.h>
		#include <unistd.h>
		static inline __attribute__((always_inline)) void inner(void) { pause(); }
		__attribute__((noinline)) void outer(void) { inner(); __asm__(""); }
		int main(void) { printf("READY %d parts 0 %d\n", getpid(), getpid()); fflush(stdout); outer(); return 0; }
	END
	(cd "$folder" && ${CC:-gcc} -g -gsplit-dwarf -O2 -c parts.c && ${CC:-gcc} -o program parts.o)
	begin_beside start_file program
	survives
	holds "[.threads[] | select(.pid == $pid) | .user_stack[] | select(.function == \"inner\" and .inlined)] != []" "$json"
	rm "$folder/parts.dwo"
	mkfifo "$folder/parts.dwo"
	survives
	holds "[.threads[] | select(.pid == $pid) | .user_stack[] | select(.function == \"outer\")] != []" "$json"
}

@test "sections that become gigabytes" {
	make_file zeros "$programs/locks" "$folder/info" .debug_info 3000
	make_file zeros "$programs/locks" "$folder/text" .debug_str 3000
	begin_beside start_file info mutex
	survives
	begin_beside start_file text mutex
	survives
}

@test "a table of lines that becomes gigabytes" {
	${CC:-gcc} -g -gdwarf-4 -O2 -pthread -o "$folder/plain" "$sources/locks.c" "$sources/fixture.c" -lrt
	make_file lines "$folder/plain" "$folder/lines" 60 block_mutex || make_file lines "$folder/plain" "$folder/lines" 60 main
	begin_beside start_file lines mutex
	survives
	grep -q 'reading it was given up' "$json.err"
}

@test "a file of terabytes of nothing, a table of symbols of nothing" {
	make_file hole "$folder/hole" 4
	make_file symbols "$folder/symbols" 24
	begin_beside start maps_code "$folder/hole"
	survives
	begin_beside start maps_code "$folder/symbols"
	survives
}

@test "a file that is cut or changed while it is read" {
	local how i
	for how in cut flip; do
		cp "$programs/plugin_lib.so" "$folder/$how.so"
		begin_beside start damaged "$folder/$how.so" "$how"
		for i in 1 2 3 4 5 6 7 8; do survives; done
	done
}

# begin_server [silent]: of the debug data of a program without any, $folder/program; DEBUGINFOD_URLS names it
begin_server() {
	ldconfig -p | grep -q libdebuginfod || skip "no client of debuginfod here"
	local id
	id=$(readelf -n "$programs/locks" | sed -n 's/.*Build ID: //p')
	mkdir -p "$folder/served" "$folder/cache"
	objcopy --only-keep-debug "$programs/locks" "$folder/served/$id"
	objcopy --strip-all "$programs/locks" "$folder/program"
	/usr/bin/python3 "$top/tests/live/debuginfod.py" "$folder/served" "$folder/port" "$@" 3>&- &
	pids+=("$!")
	eventually 20 test -e "$folder/port"
	export DEBUGINFOD_URLS=http://127.0.0.1:$(<"$folder/port") DEBUGINFOD_CACHE_PATH=$folder/cache
}

@test "a server has the debug data" {
	begin_server
	begin_beside start_file program mutex
	survives
	holds "[.threads[] | select(.pid == $pid) | .user_stack[] | select(.line == $(mark locks.c block mutex))] != []" "$json"
}

@test "a server of debug data that does not answer" {
	begin_server silent
	LEAKHOP_PATIENCE=100
	begin_beside start_file program mutex
	survives
	grep -q 'do not answer in time' "$json.err"
}

# Bytes of deleted files that the trace keeps open
deleted_bytes() {
	local link bytes=0
	for link in "/proc/$tracer/fd/"*; do
		[[ $(readlink "$link") != "$folder/"*' (deleted)' ]] ||
			((bytes += $(stat -Lc '%b * %B' "$link" 2>/dev/null || echo 0)))
	done
	echo "$bytes"
}

@test "programs that are built, run and deleted all day do not fill the disk" {
	local i
	follow "$BATS_TEST_TMPDIR/trace" -a --no-go -m 20ms --json
	for ((i = 0; i < 48; i++)); do
		# Each is another file, by its size.
		cp "$programs/locks" "$folder/built$i"
		head -c $(((12 << 20) + i * 4096)) /dev/zero >>"$folder/built$i"
		"$folder/built$i" mutex >/dev/null 2>&1 </dev/null 3>&- &
		built[i]=$!
		((i < 8)) || { kill -9 "${built[i - 8]}"; rm "$folder/built$((i - 8))"; }
		has_it() { ls -l "/proc/$tracer/fd" | grep -q "$folder/built$i\$"; }
		eventually 20 has_it
	done
	kill -9 "${built[@]:i - 8}"
	# A look comes with each sixteenth file.
	(($(deleted_bytes) <= (256 + 16 * 13) << 20)) || { deleted_bytes >&2; return 1; }
	stop_trace
	holds '[due[] | select(.comm | startswith("built")) | .user_stack[] | select(.function == "block_in_mutex" or .line > 0)] != []' \
		"$BATS_TEST_TMPDIR/trace"
}
