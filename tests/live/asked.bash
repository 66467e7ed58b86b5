# SPDX-License-Identifier: GPL-2.0-only
# What tests share in which the code of blocked threads is run.

setup_asked() {
	pids=()
	need_tool
	need_root
	json=$BATS_TEST_TMPDIR/dump.json
	need_emulator
}

# look PROGRAM FAULT [well]: the thread named as its fault stands, and so does the main thread; threads: of another number
look() {
	[[ -x $programs/$1 ]] || skip "$1 was not built"
	start "$@"
	await "${threads:-2}"
	eventually 20 all_due "$json"
}
