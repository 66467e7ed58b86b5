#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What leaks hold and nothing else does, by type and size; what they hold together, and what something that lives holds as
# well, is not theirs.

load helper
load go

setup() { setup_go; }

# retained FOLDER: the fixture, all of whose four leaks are found, dumped into $json with $@
retained() {
	[[ -x $programs/$1/goretained ]] || skip "no $1/goretained"
	start "$1/goretained"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
	four() {
		dump "$json" -p "$pid" --no-threads "$@"
		# All of each: on a busy host one may not stand yet.
		jq -e '[.findings[] | select(.retained) | .count] | length == 4 and add == 15' "$json" >/dev/null
	}
	eventually 10 four "${@:2}" || { jq -c '.findings[] | [.rule, .count, .stack[3].function, .retained]' "$json" >&2; return 1; }
}

# what MARK FILTER [LIST]: does what the group holds fit that is blocked there?
what() {
	jq -e --argjson line "$(mark go/goretained/main.go block "$1")" 'def near($is; $n): $is >= $n and $is <= $n * 1.01;
		[.'"${3:-findings}"'[] | select(any(.stack[]?; .line == $line)) | .retained] | length == 1 and (.[0] | '"$2"')' "$json" >/dev/null ||
		{ echo "$1:" >&2; jq -c '.goroutines[] | [.stack[3].function, .retained]' "$json" >&2; return 1; }
}

# weighed: all leaks hold what they were given, within one per cent
weighed() {
	what block 'near(.heap_bytes; 12 * 1048576) and any(.types[]; .type == "chan int" and .count == 12) and (.types[0] | .count == 12 and .bytes == 12 * 1048576 and .pointers == false)'
	# With its type before it (1.22 and later) one takes the next size.
	what rows 'near(.heap_bytes; .types[0].bytes) and (.types[0] | .count == 40 and .pointers and
		(.bytes == 40 * 1152 or .bytes == 40 * 1024))'
	what small 'near(.heap_bytes; 1000 * 64) and (.types[0] | .count == 1000 and .size == 64)'
	what known '.heap_bytes < 1024'
	holds 'all(.findings[].retained; .shared_bytes == 3145728 and .bytes == .heap_bytes + .stack_bytes and .stack_bytes > 0)' "$json"
	# The heaviest comes first.
	holds '[.findings[].retained.bytes] | . == (sort | reverse)' "$json"
}

@test "a leak weighs what only it holds, in each version" {
	local build any=0
	for build in go go-stripped "$programs"/go-1.*; do
		build=${build##*/}
		[[ -x $programs/$build/goretained ]] || continue
		any=1
		retained "$build"
		weighed
		case $build in
		go | go-stripped | go-1.2[2-9]) what rows '.types[0].type == "main.row"' ;;
		esac
		same '[.goroutines[] | select(.retained and .verdict == "idle")]' '[]' "$json"
		end
	done
	((any)) || skip "no goretained"
}

@test "small objects are told by the type of what leads to them" {
	local build any=0 heads
	for build in go go-stripped "$programs"/go-1.2[2-9]; do
		build=${build##*/}
		[[ -x $programs/$build/goretained ]] || continue
		any=1
		start "$build/goretained" typed
		eventually 20 said 1
		pid=$(awk '/^READY/ { print $NF; exit }' "$out")
		three() {
			dump "$json" -p "$pid" --no-threads
			jq -e '[.findings[].count] == [3]' "$json" >/dev/null
		}
		eventually 10 three
		end
		heads='["main.order",30,true],["main.item",180,true],["main.customer",30,true],["[]main.line",30,true],["chan string",30,false],["string",30,false]'
		jq -e "[.findings[0].retained.types[] | [.type, .count, .pointers]] | sort == ([$heads] | sort)" "$json" >/dev/null ||
			{ jq -c '.findings[0].retained' "$json" >&2; return 1; }
	done
	((any)) || skip "no goretained"
}

@test "any group weighs what only it holds, with --retained; in text, profiles, pages and recordings" {
	local file=$BATS_TEST_TMPDIR/run.leakhop
	retained go --retained
	weighed
	what work 'near(.heap_bytes; 5242880) and .types[0].size == 5242880' goroutines
	run -0 leakhop dump -p "$pid" --no-threads --retained
	[[ $output == *"hold          12.0 MiB that nothing else does: 12 of 1 MiB without pointers (12 MiB)"*" of stacks"* ]]
	[[ $output == *"40 of main.row (45 KiB)"* && $output == *"and 3 MiB together with other groups"* ]]
	[[ $output == *"holds         5.0 MiB that nothing else does: 1 of 5 MiB without pointers"* ]]
	leakhop dump -p "$pid" --no-threads --retained -o "$file" -o "$BATS_TEST_TMPDIR/run.txt"
	leakhop report "$file" --json >"$json"
	weighed
	what work 'near(.heap_bytes; 5242880)' goroutines
	leakhop report "$file" --format=html | grep -q 'that nothing else does'
	end
}
