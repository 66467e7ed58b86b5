#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Whatever comes out is valid by docs/leakhop.schema.json.

load helper

setup() {
	pids=()
	need_tool
	need_root
	/usr/bin/python3 -c 'import jsonschema' || skip "no python3-jsonschema"
}

@test "the schema itself is valid" {
	/usr/bin/python3 -c '
import json, sys, jsonschema
jsonschema.Draft7Validator.check_schema(json.load(open(sys.argv[1])))' "$top/docs/leakhop.schema.json"
}

@test "the schema describes dumps" {
	local folder=$BATS_TEST_TMPDIR
	start locks
	await 10
	leakhop dump --json -p "$pid" >"$folder/1.json"
	leakhop dump --json -p "$pid" -m 1ms >"$folder/2.json"
	leakhop dump --json -p "$pid" --without bpf >"$folder/3.json"
	start chains 4
	await 1
	leakhop dump --json -p "$pid" >"$folder/4.json"
	start leaderless
	await 2
	leakhop dump --json -p "$pid" >"$folder/5.json"
	start stripped/calls
	await 10
	leakhop dump --json -p "$pid" >"$folder/6.json"
	check schema "$folder"/[1-6].json
}

@test "the schema describes traces" {
	local folder=$BATS_TEST_TMPDIR
	command_line locks
	leakhop trace --json -m 300ms -d 2s --life --all -o "$folder/1.json" -- "${cmd[@]}"
	start pulse
	await 1
	leakhop trace --json -m 5ms -d 2s -p "$pid" >"$folder/2.json"
	leakhop trace --json -m 300ms -d 2s -p "$pid" --without bpf >"$folder/3.json"
	check schema "$folder"/[1-3].json
	same '[.schema, .command]' '["leakhop/1","trace"]' "$folder/1.json"
}

@test "names that are not UTF-8 make no invalid JSON" {
	cp "$programs/locks" "$BATS_TEST_TMPDIR/"$'a\xff"\\\n\x01'
	programs=$BATS_TEST_TMPDIR start $'a\xff"\\\n\x01' mutex
	await 2
	leakhop dump --json -p "$pid" >"$BATS_TEST_TMPDIR/dump.json"
	iconv -f UTF-8 -t UTF-8 "$BATS_TEST_TMPDIR/dump.json" >/dev/null
	holds '.threads[0].comm | startswith("a") and contains("\"\\\n")' "$BATS_TEST_TMPDIR/dump.json"
	leakhop dump -p "$pid" >"$BATS_TEST_TMPDIR/dump.txt"
	# Nothing in a name may reach the terminal as a control character
	if grep -aP '\x01|\x1b' "$BATS_TEST_TMPDIR/dump.txt"; then return 1; fi
}
