#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Go that is not read, or not all of it: other compilers, several runtimes in a process; and Go in programs that are none
# of Go's.

load helper
load go

setup() { setup_go; }

# told TEXT: a dump of the process says this once, as text and among the limits of its JSON
told() {
	dump "$json" -p "$pid"
	jq -e --arg text "$1" '[.limits[] | select(contains($text))] | length == 1' "$json" >/dev/null || {
		echo "not in the limits: $1" >&2
		jq -c .limits "$json" >&2
		return 1
	}
	(($(leakhop dump -p "$pid" | grep -cF -- "$1") == 1))
}

# unsupported PROGRAM COMPILER
unsupported() {
	[[ -x $programs/$1 ]] || skip "no $1"
	start "$1"
	eventually 20 grep -q '^READY' "$out" "$out.err"
	told "and its goroutines can't be read: built with $2, whose runtime is another one"
	holds '.goroutines == [] and .findings + .suspects == [] and (.threads | length) > 0' "$json"
	run -3 leakhop dump -p "$pid" --format=go
	[[ $output == *"built with $2"* ]]
	end
}

@test "gccgo is told, not read" { unsupported gccgo/goother gccgo; }

@test "gccgo is told, not read: static and stripped" { unsupported gccgo/goother-static-stripped gccgo; }

@test "TinyGo is told, not read" { unsupported tinygo/goother TinyGo; }

@test "of two Go runtimes one is shown, and the other is told" {
	[[ -x $programs/go-cgo/gohost && -f $programs/go-cgo/golib2.so ]] || skip "no shared library of Go"
	start go-cgo/gohost golib.so golib2.so
	eventually 20 said 1
	told "has a second Go runtime, whose goroutines are not shown: $programs/go-cgo/golib"
	local shown hidden
	# What is shown is of one of them, and whole.
	shown=$(jq -r '[.goroutines[].stack[] | select(.function == "main.sendInLibrary") | .module] | unique | join(" ")' "$json")
	hidden=$(jq -r '.limits[] | select(contains("second Go runtime")) | split(": ")[1]' "$json")
	[[ $(printf '%s\n' "$shown" "$hidden" | sort | paste -sd' ') == "$programs/go-cgo/golib.so $programs/go-cgo/golib2.so" ]]
	holds "[.goroutines[] | select(any(.stack[]?; .line == $(mark go/golib/golib.go block library))) | .count] == [3]" "$json"
	end
	# One alone is told to be nothing but that.
	start go-cgo/gohost golib.so
	eventually 20 said 1
	dump "$json" -p "$pid"
	holds '[.limits[] | select(contains("runtime"))] == []' "$json"
}

@test "Go in a Python program" {
	local library=$programs/go-cgo/golib.so program
	[[ -f $library ]] || skip "no shared library of Go"
	program="import ctypes, time; ctypes.CDLL('$library').leakhopStart(3); print('READY', flush=True); time.sleep(3600)"
	out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
	/usr/bin/python3 -S -c "$program" >"$out" 2>"$out.err" </dev/null 3>&- &
	pid=$!
	pids+=("$pid")
	eventually 20 grep -q '^READY' "$out"
	found() {
		dump "$json" -p "$pid"
		jq -e --argjson block "$(mark go/golib/golib.go block library)" \
			--argjson spawn "$(mark go/golib/golib.go spawn library)" --arg library "$library" '
			[.goroutines[] | select(any(.stack[]?; .line == $block and .module == $library)) |
				[.count, .spawn.line, .spawn.function]] == [[3, $spawn, "main.leakhopStart"]] and
			any(.threads[]; .comm | startswith("python"))' "$json" >/dev/null
	}
	eventually 10 found
}
