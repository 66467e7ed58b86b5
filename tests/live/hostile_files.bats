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
	group=
}

teardown() {
	kill_fixtures
	[[ -z $group ]] || rmdir "$group"
}

make_file() { /usr/bin/python3 "$top/tests/live/hostile_files.py" "$@"; }

# All that the next leakhop starts gets 500 MiB, where this host has a group for that.
limit_memory() {
	local groups=/sys/fs/cgroup
	grep -qsw memory "$groups/cgroup.subtree_control" && mkdir "$groups/leakhop-test.$$" 2>/dev/null || return 0
	group=$groups/leakhop-test.$$
	echo $((500 << 20)) >"$group/memory.max"
	! [[ -e $group/memory.swap.max ]] || echo 0 >"$group/memory.swap.max"
}

limited() { ( [[ -z $group ]] || echo $BASHPID >"$group/cgroup.procs"; "$@" ); }

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
	limit_memory
	limited dump "$json" -p "$pid,$sick" --all 2>"$json.err" || { cat "$json.err" >&2; return 1; }
	out=$sick_out
	holds "[.threads[] | select(.pid == $sick and (.tids | index($(ready_tid mutex))))
		| .user_stack[] | select(.line == $(mark locks.c block mutex))] != []" "$json"
	holds ".threads | any(.pid == $pid)" "$json"
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

@test "parts of the debug data are in a FIFO" {
	(cd "$folder" && ${CC:-gcc} -g -gsplit-dwarf -O2 -pthread -o program "$sources/locks.c" "$sources/fixture.c" -lrt)
	rm "$folder"/*.dwo
	mkfifo "$folder/program-locks.dwo" "$folder/locks.dwo" 2>/dev/null
	begin_beside start_file program mutex
	survives
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
