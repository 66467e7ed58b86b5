#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# check of Go's tests: goroutines left over, each by the test that started it.

load helper

setup() {
	pids=()
	need_tool
	[[ -x $programs/go/gotested ]] || skip "no Go"
	said=$BATS_TEST_TMPDIR/said
	junit=$BATS_TEST_TMPDIR/junit.xml
	shared=$(mktemp -d /tmp/leakhop-test-XXXXXX)
	cp "$leakhop" "$programs/go/gotested" "$shared/"
	chmod -R a+rX "$shared"
	chmod 777 "$shared"
	junit=$shared/junit.xml
	gosource=$sources/go/gotested
	as=()
}

teardown() {
	kill_fixtures
	rm -rf "$shared"
}

checked() { run "-$1" --separate-stderr "${as[@]}" "$shared/leakhop" check --junit "$junit" "${@:2}"; }

# cases: "NAME failed FILE:LINE" or "NAME passed", a line each
cases() {
	/usr/bin/python3 - "$junit" <<'PY'
import os, sys, xml.etree.ElementTree as tree
for case in tree.parse(sys.argv[1]).getroot().iter("testcase"):
    failed = case.find("failure") is not None
    print(case.get("name"), "failed %s:%s" % (os.path.basename(case.get("file")), case.get("line")) if failed else "passed")
PY
}

at() { echo "$1:$(grep -n "@$2 $3\b" "$gosource/$1" | cut -d: -f1)"; }

by_test() {
	# So that all tests are seen at work, on a busy machine, too.
	checked 99 --budget 100 "$@" -- "$shared/gotested"
	[[ $(cases | grep failed | sort) == "TestForgets failed $(at server.go spawn give)
TestOuter failed $(at server_test.go spawn inner)" ]] || { cases >&2; return 1; }
	cases | grep -qx 'TestHealthy passed'
	WELL=1 checked 0 "$@" -- "$shared/gotested"
	cases | not grep failed
}

@test "tests in parallel: the one that leaves a goroutine, where it started it; its twin" {
	by_test
}

@test "the same as nobody, without any right" {
	need_root
	as=("${nobody[@]}")
	by_test
}

@test "with probes the test is known however short it was" {
	need_root
	local count
	# Those of the first moments may come before the probes.
	LIVE=1ms checked 99 --go-events -- "$shared/gotested" -test.run TestForgets -test.count 1000
	count=$(grep -oE '[0-9]+ goroutines? left over: [^"]*; in test TestForgets' <<<"$stderr" | head -n 1 | cut -d' ' -f1)
	((count > 500)) || { echo "$stderr" >&2; return 1; }
	cases | grep -qx "TestForgets failed $(at server.go spawn give)"
	LIVE=1ms WELL=1 checked 0 --go-events -- "$shared/gotested" -test.run TestForgets -test.count 100
}

@test "all goroutines have so long to end as the grace is" {
	# TestShutdown's ends after 400 ms.
	WELL=1 checked 99 --grace 0s -- "$shared/gotested" -test.run TestShutdown
	WELL=1 checked 0 --grace 20s -- "$shared/gotested" -test.run TestShutdown
}

@test "a panic, os.Exit: its exit code, and who lived then" {
	END=panic checked 2 --grace 0s -- "$shared/gotested" -test.run 'TestForgets|TestEnds'
	END=exit checked 4 --grace 0s -- "$shared/gotested" -test.run 'TestForgets|TestEnds'
	[[ $stderr == *"left over"* ]]
}

@test "go test -exec: each package by itself; what fails is a failure for go test, too" {
	cd "$sources/go" || return
	local -a go=(env -u GOROOT GOTOOLCHAIN=local GOENV=off GOWORK=off GOPROXY=off GOFLAGS=-buildvcs=false go test -vet=off -count=1)
	run -1 "${go[@]}" -exec "$shared/leakhop check --junit $junit --" ./gotested
	[[ $output == *"left over"* && $output == *"FAIL"*"gotested"* ]]
	(($(cases | grep -c failed) == 2))
	WELL=1 run -0 "${go[@]}" -exec "$shared/leakhop check --" ./gotested
	# The other way round, the tools of Go are no finding.
	WELL=1 run -0 "$shared/leakhop" check -- "${go[@]}" ./gotested
}

load go

# looked PATTERN...: all of them in one check, with as many findings at its end as that says
looked() {
	# shellcheck disable=SC2016
	GROW=0 run -124 --separate-stderr "${as[@]}" "$shared/leakhop" check --timeout 3s --grace 0s --junit "$junit" -- sh -c '
		for one; do $one >/dev/null 2>&1 & done; wait' sh "$@"
}

all_kinds() {
	local one pattern block
	local -a leaky=() well=()
	cp "$programs/go/goleak" "$shared/"
	for one in $forgotten $locks $own $circles; do
		pattern=${one%%:*}
		leaky+=("$shared/goleak $pattern")
		well+=("$shared/goleak $pattern well")
	done
	looked "${leaky[@]}"
	for one in $forgotten $locks $own $circles; do
		IFS=: read -r pattern block _ <<<"$one"
		block=$(line block "${block:-$pattern}")
		grep -qE "/(forgotten|cases|sync|circles)\.go:$block\b" "$junit" || { echo "$one, at line $block, not found" >&2; return 1; }
	done
	looked "${well[@]}"
	cases | not grep failed
}

@test "goroutines that nothing reaches, all kinds at once: each is a finding, none of the twins" {
	all_kinds
}

@test "the same as nobody, and under Docker's filter and capabilities" {
	need_root
	cp "$top/tests/live/confined.py" "$top/tests/live/profiles/docker.json" "$shared/"
	chmod -R a+rX "$shared"
	as=("${nobody[@]}" /usr/bin/python3 "$shared/confined.py" "$shared/docker.json")
	all_kinds
	rm -f "$junit"
	as=("${container[@]}" /usr/bin/python3 "$shared/confined.py" "$shared/docker.json")
	all_kinds
}
