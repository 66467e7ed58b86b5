#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Who waits for a goroutine that is stuck is told with it; where that one is a library's, the place is the program's.

load helper
load go

setup() { setup_go; }

caller() {
	[[ -x $programs/go/gocaller ]] || skip "no gocaller"
	start go/gocaller "$@"
	eventually 20 said 1
	pid=$(awk '/^READY/ { print $NF; exit }' "$out")
}

# awaited LIST RULE MARK: is there one such record, that six wait for at this mark?
awaited() {
	jq -e --arg rule "$2" --argjson line "$(mark go/gocaller/main.go block "$3")" '
		[.'"$1"'[] | select(.rule == $rule) | [.awaited_by[]? | select(.line == $line) | .count] | select(. != [])] == [[6]]' "$json" >/dev/null
}

# on_behalf MARK COUNT CALL: is there one suspect of so many of net/http's, that serves the six at this mark, and is it to be
# mended there?
on_behalf() {
	jq -e --argjson line "$(mark go/gocaller/main.go block "$1")" --argjson count "$2" --arg call "$3" '
		[.suspects[] | select(.subject.line? == $line) |
			.count == $count and .subject.count == 6 and (.spawn.function | startswith("net/http.")) and
			(.subject.text | startswith("wait in \($call) for the answer of 127.0.0.1:")) and (.remedy | test("time-out"))] == [true]' "$json" >/dev/null
}

show() { jq -c '[.findings[], .suspects[]][] | [.rule, .count, .reason, .stack[-2].function, .subject, .awaited_by]' "$json" >&2; }

@test "the program's own place stands for a connection's reader, and who is behind a call, a queue or a result with it" {
	local at
	caller
	all() {
		dump "$json" -p "$pid" --no-threads -m 20ms --settle=0
		awaited suspects answer-outstanding price && awaited findings unreachable behind &&
			awaited findings unreachable consumes && awaited findings unreachable awaits &&
			on_behalf price 6 net/http.Get && on_behalf stock 1 'net/http.(*Client).Get'
	}
	eventually 20 all || { show; return 1; }
	# Each of them has it in its chain.
	at=$(mark go/gocaller/main.go block behind)
	holds "[.goroutines[] | select(any(.stack[]?; .line == $at)) | .chain | length > 0] == [true]" "$json"
	# Callers that give up, and connections that rest, are no suspects, nor in one group with those that are.
	at=$(mark go/gocaller/main.go block patient)
	holds "[.suspects[], .findings[] | .awaited_by[]?.line] | index($at) == null" "$json"
	holds '[.goroutines[] | select(.rule == "caller-has-deadline") | [.count, .verdict]] == [[6, "idle"]]' "$json"
	holds '[.suspects[], .findings[] | .count] | sort == [1, 1, 1, 6, 6, 6]' "$json"
	# It has the labels of who waits now.
	holds '[.suspects[] | select(.subject.function == "main.askPrice") | .labels[] | [.text, .count]] == [["asks=price", 6]]' "$json"
	holds '[.suspects[] | select(.subject.function == "main.askStock") | .labels[]] == []' "$json"
	run -0 leakhop dump -p "$pid" --no-threads -m 20ms --settle=0
	[[ $output == *"on behalf of  main.askPrice"*"6 goroutines wait in net/http.Get for the answer of 127.0.0.1:"* ]]
	[[ $output == *"awaited by    6 goroutines, in main.askPrice"* || $output == *"              6 goroutines, in main.askPrice"* ]]
	[[ $output =~ suspect\ +6g\ .*\ main\.askPrice\ main\.go:$(mark go/gocaller/main.go block price) ]]
	end
}

# pool MARK KIND: is that a suspect of five that wait, with three of three slots in use, to be mended there?
pool() {
	jq -e --argjson line "$(mark go/gocaller/pools.go block "$1")" --arg kind "$2" '
		[.suspects[] | select(any(.stack[]; .line == $line)) |
			.rule == "pool-exhausted" and .count == 5 and .wait.pool.kind == $kind and
			.wait.pool.used == 3 and .wait.pool.size == 3 and .wait.pool.waiters >= 5 and .remedy != ""] == [true]' "$json" >/dev/null
}

@test "slots that nobody gives back, and slots that are always in use" {
	caller pools
	all() {
		dump "$json" -p "$pid" --no-threads -m 20ms --settle=0
		pool query connections && pool weigh semaphore && pool place channel
	}
	eventually 20 all || { jq -c '(.suspects, .goroutines)[] | [.rule, .verdict, .count, .reason, .wait]' "$json" >&2; return 1; }
	holds '.findings == [] and (.suspects | length) == 3' "$json"
	run -0 leakhop dump -p "$pid" --no-threads -m 20ms --settle=0
	[[ $output == *"3 of 3 connections to the database are in use, and 5 wait for one"* ]]
	end
	caller pools well
	dump "$json" -p "$pid" --no-threads -m 20ms
	holds '.findings + .suspects == [] and (.goroutines | length) > 3' "$json"
	end
}

# forgotten MARK REMEDY: is there a leak of a library's goroutines, that somebody at this mark had started?
forgotten() {
	jq -e --argjson line "$(mark go/gocaller/forgets.go spawn "$1")" --arg remedy "$2" '
		[.findings[] | select(.subject.line? == $line) |
			.rule == "growing" and .subject.kind == "started" and (.remedy | contains($remedy))] | length > 0 and all' "$json" >/dev/null
}

@test "a body that nothing has any more is a suspect; one that somebody has, or whose request has another end, is none" {
	caller bodies
	forgotten_bodies() {
		dump "$json" -p "$pid" --no-threads -m 20ms --settle=0
		holds '[.suspects[], .findings[] | select(.rule == "body-forgotten") | [.verdict, .count, (.remedy | contains("Body.Close()"))]]
			== [["suspect", 3, true]]' "$json" 2>/dev/null
	}
	eventually 20 forgotten_bodies || { show; return 1; }
	# Seven others stand at the same place.
	holds '[.suspects[], .findings[] | .count] == [3]' "$json"
	holds '[.goroutines[] | select(.verdict == "idle" and (.stack[]?.function | strings | contains("persistConn).readLoop"))) | .count] == [7]' "$json"
	run -0 leakhop dump -p "$pid" --no-threads -m 20ms --settle=0
	[[ $output == *"each waits until the body of its answer is read to the end or closed, and nothing that lives has that body"* ]]
	end
	caller bodies well
	for _ in 1 2 3; do
		dump "$json" -p "$pid" --no-threads -m 20ms --settle=0
		holds '.findings + .suspects == []' "$json" || { show; return 1; }
	done
	end
}

@test "who had a library's goroutine started, and has returned, is known by its birth" {
	need_root
	[[ -e /sys/bus/event_source/devices/uprobe/type ]] || skip "no uprobes"
	caller forgets
	leakhop trace -p "$pid" --go-events -m 300ms -d 4s --no-threads --json >"$json"
	end
	forgotten cancel 'defer cancel()' && forgotten body 'defer resp.Body.Close()' || { show; return 1; }
	# Of each of them.
	holds '[.findings[] | .subject] | all(. != null)' "$json"
}
