#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# check with the runners of docs/ci.md: a test that leaves something over fails, and its healthy twin does not.

load helper

setup() {
	pids=()
	need_tool
	work=$BATS_TEST_TMPDIR/work
	mkdir -p "$work"
	cd "$work" || return
}

@test "cargo: a runner in config.toml" {
	command -v cargo >/dev/null || skip "no cargo"
	mkdir -p src .cargo
	printf '[package]\nname = "leaky"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
	printf "[target.'cfg(all())']\nrunner = \"%s check --grace 0s --\"\n" "$leakhop" >.cargo/config.toml
	cat >src/lib.rs <<-'RUST'
		pub fn start() {
		    std::thread::spawn(|| loop {
		        std::thread::park();
		    });
		}

		#[cfg(test)]
		mod tests {
		    #[test]
		    fn leaves_a_thread() {
		        if std::env::var_os("WELL").is_none() {
		            super::start();
		        }
		    }
		}
	RUST
	export CARGO_TARGET_DIR=$work/target
	run ! cargo test --offline --lib
	[[ $output == *"1 thread left over: tests::"*"park in leaky::start::"* && $output == *"1 passed"* ]]
	((EUID != 0)) || [[ $output == *"in test leaky::tests::leaves_a_thread"* ]] || { echo "$output" >&2; return 1; }
	WELL=1 run -0 cargo test --offline --lib
	[[ $output == *"0 findings"* ]]
}

@test "ctest: an emulator" {
	command -v cmake >/dev/null || skip "no cmake"
	cp "$sources/ending.c" "$sources/fixture.c" "$sources/fixture.h" .
	cat >CMakeLists.txt <<-'CMAKE'
		cmake_minimum_required(VERSION 3.16)
		project(leaky C)
		find_package(Threads REQUIRED)
		enable_testing()
		add_executable(ending ending.c fixture.c)
		target_compile_definitions(ending PRIVATE _GNU_SOURCE)
		target_link_libraries(ending Threads::Threads)
		add_test(NAME leaky COMMAND ending return)
		add_test(NAME healthy COMMAND ending return well)
	CMAKE
	cmake -B build -DCMAKE_CROSSCOMPILING_EMULATOR="$leakhop;check;--grace;0s;--" >/dev/null
	cmake --build build >/dev/null
	run -8 ctest --test-dir build
	[[ $output =~ leaky\ \.*\*\*\*Failed && $output =~ healthy\ \.*\ *Passed ]]
}

@test "pytest: threads and children that tests leave" {
	/usr/bin/env python3 -c 'import pytest' 2>/dev/null || skip "no pytest"
	cat >test_leaky.py <<-'PYTHON'
		import os, subprocess, threading, time

		def test_thread():
		    if "WELL" not in os.environ:
		        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

		def test_child():
		    if "WELL" not in os.environ:
		        print(subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)
	PYTHON
	run -99 leakhop check --grace 0s -- python3 -m pytest -q -p no:cacheprovider -s test_leaky.py
	kill "$(grep -oE '^#[0-9]+ .* sleep \([0-9]+\): left behind' <<<"$output" | grep -oE '\([0-9]+\)' | tr -d '()')"
	[[ $output == *"1 thread left over"* && $output == *"2 findings"* ]]
	WELL=1 run -0 leakhop check -- python3 -m pytest -q -p no:cacheprovider test_leaky.py
}

@test "make: its commands, and their exit codes" {
	printf 'leaky:\n\t@%s return\nhealthy:\n\t@%s return well\nfails:\n\t@false\n' "$programs/ending" "$programs/ending" >Makefile
	run -99 leakhop check --grace 0s -- make leaky
	run -0 leakhop check -- make -j2 healthy
	run -2 leakhop check -- make fails
}

@test "the files of docs/ci.md are what GitHub and GitLab read, and their options are leakhop's" {
	/usr/bin/python3 - "$top/docs/ci.md" >"$work/commands" <<'PY'
import re, sys
blocks = re.findall(r"```yaml\n(.*?)```", open(sys.argv[1]).read(), re.S)
assert len(blocks) == 2
try:
    import yaml
    github, gitlab = (yaml.safe_load(block) for block in blocks)
    assert github["jobs"]["test"]["steps"] and gitlab["test"]["script"]
except ImportError:
    pass
for block in blocks:
    for command in re.findall(r"leakhop (check .*?-- *\\?\n? *make check)", block, re.S):
        print(" ".join(command.replace("\\\n", " ").split()).replace("make check", "true"))
PY
	(($(wc -l <"$work/commands") == 2))
	: >.leakhop-baseline
	local line
	while read -r line; do
		# shellcheck disable=SC2086
		leakhop $line
	done <"$work/commands"
	[[ -s leaks.xml && -s leaks.sarif && -s leaks.leakhop && -s gl-code-quality-report.json ]]
}

@test "java: a thread that is left over; its twin, and what the Java VM has for itself" {
	[[ -f $programs/java/Hung.class ]] || skip "no Java"
	run -99 --separate-stderr leakhop check --grace 0s -- java -cp "$programs/java" Hung left
	[[ $stderr == *"1 thread left over"*"java"* && $stderr == *"1 finding"* ]]
	run -0 --separate-stderr leakhop check -- java -cp "$programs/java" Hung left well
}

@test "a program with a filter of system calls of its own" {
	run -99 --separate-stderr leakhop check --grace 0s -- \
		/usr/bin/python3 "$top/tests/live/confined.py" "$top/tests/live/profiles/docker.json" "$programs/ending" return
	[[ $stderr == *"1 thread left over"* ]]
	run -0 leakhop check -- /usr/bin/python3 "$top/tests/live/confined.py" "$top/tests/live/profiles/docker.json" true
}
