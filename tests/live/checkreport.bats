#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# check's reports: what a CI server takes in, of real findings.

load helper

setup() {
	pids=()
	need_tool
	said=$BATS_TEST_TMPDIR/said
	junit=$BATS_TEST_TMPDIR/junit.xml
	cd "$top" || return
}

# A finding, and none.
leaky() { run -99 --separate-stderr leakhop check --grace 0s "$@" -- "$programs/ending" return; }
clean() { run -0 --separate-stderr leakhop check "$@" -- "$programs/ending" return well; }

# junit_says EXPRESSION: of the suite s, in Python
junit_says() {
	/usr/bin/python3 - "$junit" "$1" <<'PY'
import sys, xml.etree.ElementTree as tree
s = tree.parse(sys.argv[1]).getroot().find("testsuite")
cases = s.findall("testcase")
sys.exit(not eval(sys.argv[2]) and "does not hold: %s\n%s" % (sys.argv[2], tree.tostring(s).decode()))
PY
}

@test "JUnit: a case for each process, which fails where something is left over" {
	leaky --junit "$junit"
	junit_says 's.get("tests") == "1" and s.get("failures") == "1" and len(cases) == 1'
	junit_says 'cases[0].get("name") == "ending" and "1 thread left over" in cases[0].find("failure").get("message")'
	junit_says 'cases[0].get("file") == "tests/programs/ending.c"'
	junit_says '"wait_for_word" in cases[0].find("failure").text'
	clean --junit "$junit"
	junit_says 's.get("failures") == "0" and len(cases) == 1 and len(cases[0]) == 0'
}

@test "SARIF: the line that started it, with privileges, and that where it waits" {
	need_root
	leaky --sarif "$BATS_TEST_TMPDIR/sarif"
	jq -e --argjson spawn "$(mark ending.c spawn left)" --argjson block "$(mark ending.c block left)" '
		.version == "2.1.0" and (.runs[0].results | length == 1 and (.[0] |
			.locations[0].physicalLocation.region.startLine == $spawn and
			.locations[0].physicalLocation.artifactLocation.uri == "tests/programs/ending.c" and
			.relatedLocations[0].physicalLocation.region.startLine == $block and
			.partialFingerprints["leakhop/v1"] == "thread | semaphore | wait_for_word | worker"))' "$BATS_TEST_TMPDIR/sarif"
	clean --sarif "$BATS_TEST_TMPDIR/sarif"
	jq -e '.runs[0].results == []' "$BATS_TEST_TMPDIR/sarif"
}

@test "the same fingerprint with privileges and without" {
	need_root
	local first
	leaky --sarif "$BATS_TEST_TMPDIR/sarif"
	first=$(jq -c '[.runs[0].results[].partialFingerprints]' "$BATS_TEST_TMPDIR/sarif")
	leaky --without=bpf --sarif "$BATS_TEST_TMPDIR/sarif"
	[[ $first == "$(jq -c '[.runs[0].results[].partialFingerprints]' "$BATS_TEST_TMPDIR/sarif")" ]]
}

@test "GitHub: annotations on stdout, and what other steps wrote in the summary stays" {
	echo before >"$BATS_TEST_TMPDIR/summary"
	GITHUB_STEP_SUMMARY=$BATS_TEST_TMPDIR/summary leaky --annotate=github
	[[ $output == "::error file=tests/programs/ending.c,line="*",title=leakhop%3A left over::ending ("* ]]
	(($(wc -l <<<"$output") == 1))
	[[ $(head -n 1 "$BATS_TEST_TMPDIR/summary") == before ]]
	grep -q '^| left over | ending | 1 thread left over: ' "$BATS_TEST_TMPDIR/summary"
	clean --annotate=github
	[[ $output == "" ]]
}

@test "GitLab: code quality" {
	leaky --annotate=gitlab="$BATS_TEST_TMPDIR/quality"
	jq -e 'length == 1 and (.[0] | .location.path == "tests/programs/ending.c" and .location.lines.begin > 0 and
		(.fingerprint | length == 16) and .severity == "major")' "$BATS_TEST_TMPDIR/quality"
}

# reported JQ: holds of the report of the recording, as a document
reported() {
	leakhop report --json "$BATS_TEST_TMPDIR/all.leakhop" >"$said"
	run -0 jq -e "$1" "$said"
}

@test "a recording has what was found, and report shows it anywhere: text, JSON, --fail-on, filters" {
	local lines line
	leaky -o "$BATS_TEST_TMPDIR/all.leakhop"
	lines=$(grep -E '^ *(#|why|remedy|  > wait_for_word)' <<<"$stderr")
	leakhop report "$BATS_TEST_TMPDIR/all.leakhop" >"$said"
	while read -r line; do grep -qF -- "$line" "$said"; done <<<"$lines"
	grep -qE '^#1 .*1 thread left over: semaphore in wait_for_word \(ending.c:' "$said"
	run -1 leakhop report --fail-on=leak "$BATS_TEST_TMPDIR/all.leakhop"
	reported '.found | length == 1 and .[0].kind == "left over" and .[0].verdict == "leak" and .[0].comm == "ending" and
		.[0].block.function == "wait_for_word" and .[0].block.line == '"$(mark ending.c block left)"' and (.[0].known | not)'
	run -0 leakhop report --fail-on=leak -p 1 "$BATS_TEST_TMPDIR/all.leakhop"
	[[ $output != *"left over"* ]]
	run -0 /usr/bin/python3 -c '
import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute("SELECT verdict, rule, comm FROM finding"))' "$BATS_TEST_TMPDIR/all.leakhop"
	[[ $output == *"('leak', 'left-over', 'ending')"* ]]
}

@test "a recording of a clean check, and of one whose findings are known, fails nothing" {
	clean -o "$BATS_TEST_TMPDIR/all.leakhop"
	reported '.found == []'
	rm "$BATS_TEST_TMPDIR/all.leakhop"
	run -0 --separate-stderr leakhop check --grace 0s --baseline "$BATS_TEST_TMPDIR/baseline" --update-baseline \
		-- "$programs/ending" return
	run -0 --separate-stderr leakhop check --grace 0s --baseline "$BATS_TEST_TMPDIR/baseline" \
		-o "$BATS_TEST_TMPDIR/all.leakhop" -- "$programs/ending" return
	run -0 leakhop report --fail-on=leak "$BATS_TEST_TMPDIR/all.leakhop"
	[[ $output == *"known  ending"* ]]
	reported '.found[0].known'
}

@test "a report that cannot be written is told, and no green" {
	run -5 --separate-stderr leakhop check --junit "$BATS_TEST_TMPDIR/none/junit.xml" -- true
	[[ $stderr == *"cannot write"*"none/junit.xml"* ]]
	run -7 --separate-stderr leakhop check --junit "$BATS_TEST_TMPDIR/none/junit.xml" -- sh -c 'exit 7'
}

# --- baseline -------------------------------------------------------------------------------------

based() {
	local code=$1
	shift
	run "-$code" --separate-stderr leakhop check --grace 0s --baseline "$BATS_TEST_TMPDIR/baseline" "$@"
}

@test "a baseline: what is in it is known, what is new fails, what is gone is told, and what has expired fails" {
	local file=$BATS_TEST_TMPDIR/baseline
	based 0 --update-baseline -- "$programs/ending" return
	grep -q '^thread | semaphore | wait_for_word | worker  # why? ticket?$' "$file"
	sed -i 's/# why.*/# a test; T-7/' "$file"
	based 0 --junit "$junit" -- "$programs/ending" return
	[[ $stderr == *known*"0 findings, 1 known"* ]]
	junit_says 's.get("skipped") == "1" and s.get("failures") == "0"'
	# Another kind of end, the same place: known. Another place: new.
	based 0 -- "$programs/ending" _exit
	based 99 -- "$programs/ending" late
	[[ $stderr == *"1 finding"*"1 of the baseline gone"* ]]
	sed -i 's/# a test.*/# a test; until=2020-02-29/' "$file"
	based 99 -- "$programs/ending" return
	[[ $stderr == *"accepted until 2020-02-29 only"* ]]
	# Comments of what is still there are kept, and no update makes an end of time undone.
	based 99 --update-baseline -- "$programs/ending" return
	grep -q '# a test; until=2020-02-29$' "$file"
}

@test "a baseline that is none is told before the command runs" {
	based 4 -- touch "$BATS_TEST_TMPDIR/ran"
	echo 'some words' >"$BATS_TEST_TMPDIR/baseline"
	based 2 -- touch "$BATS_TEST_TMPDIR/ran"
	[[ $stderr == *"line 1 of the baseline"* && ! -e $BATS_TEST_TMPDIR/ran ]]
}
