#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The man page says what --help says, no more and no less.

load helper

page=$BATS_TEST_DIRNAME/../../docs/leakhop.1

# The long options that the page documents: of its .It lines.
in_page() {
	grep -E '^\.It .*Fl Fl' "$page" | grep -oE 'Fl Fl [a-z][a-z-]+' | sed 's/Fl Fl //' | sort -u
}

# In the columns of the options, not in the explanations behind them.
in_help() {
	{
		local command
		for command in trace dump check report diff doctor; do leakhop "$command" --help; done
		echo '      --version'
	} | grep -oE '^ +(-., )?--[a-z][a-z-]+' | sed 's/.*--//' | sort -u
}

@test "every long option of --help stands in the man page, and the other way round" {
	local missing
	missing=$(comm -3 <(in_help) <(in_page))
	[[ $missing == "" ]] || { printf 'only in help, or (indented) only in the page:\n%s\n' "$missing" >&2; return 1; }
}

@test "the page says which exit codes there are" {
	local code
	for code in 0 2 3 4; do
		leakhop trace --help | grep -qE "(: |, |^|seen$)$code " || { echo "help lacks $code" >&2; return 1; }
		grep -qE "^\.It $code\$" "$page" || { echo "page lacks $code" >&2; return 1; }
	done
}

@test "the man page is well formed" {
	[[ -n $(type -P groff) ]] || skip "no groff"
	run groff -mdoc -ww -z "$page"
	[[ $status == 0 && $output == "" ]]
}

@test "every format that there is stands in the man page, in --help and in docs/formats.md" {
	local names name
	names=$(leakhop dump -p 1 --format=none 2>&1 | sed -n 's/.*is no format (\(.*\))$/\1/p' | tr -d ,)
	[[ $names == *json* ]]
	for name in $names; do
		grep -qE "^\.It Cm (.*, )?$name(\$|[ ,])" "$page" || { echo "page lacks $name" >&2; return 1; }
		grep -qE "^\| .*\`$name\`" "$BATS_TEST_DIRNAME/../../docs/formats.md" || { echo "docs lack $name" >&2; return 1; }
		leakhop dump --help | tr -s ' \n' ' ' | grep -qE "[ (]$name[ ,;:]" || { echo "help lacks $name" >&2; return 1; }
	done
}

@test "a manual page for each command, and completions: as --help says" {
	"$top/scripts/gen-pages" "$leakhop" "$BATS_TEST_TMPDIR/pages"
	diff -r "$top/docs/pages" "$BATS_TEST_TMPDIR/pages" || { echo 'make reference writes them' >&2; return 1; }
}

@test "the pages of commands are well formed" {
	[[ -n $(type -P groff) ]] || skip "no groff"
	local one
	for one in "$top"/docs/pages/*.1; do
		run -0 groff -man -ww -z "$one"
		[[ $output == "" ]] || { echo "$one: $output" >&2; return 1; }
	done
}

# completed WORD...: what bash would offer for the last one
completed() {
	bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _leakhop 2>/dev/null; echo "${COMPREPLY[*]}"' \
		bash "$top/docs/pages/leakhop.bash" leakhop "$@"
}

@test "completion in bash: commands, options, what options take, and nothing behind --" {
	[[ $(completed ch) == check ]]
	[[ $(completed check --hang) == "--hang-after --hang-after-silence" ]]
	[[ $(completed check --annotate = git) == "github gitlab" ]]
	[[ $(completed diff --fail-on = gr) == grown ]]
	[[ $(completed trace --fail-on = s) == "stuck suspect" ]]
	[[ $(completed check -- make --g) == "" ]]
	(cd "$BATS_TEST_TMPDIR" && touch leaks.xml && [[ $(completed check --junit = le) == leaks.xml ]])
}

@test "completion in zsh and fish is theirs" {
	[[ -n $(type -P zsh)$(type -P fish) ]] || skip "neither zsh nor fish"
	[[ -z $(type -P zsh) ]] || zsh -n "$top/docs/pages/_leakhop"
	[[ -n $(type -P fish) ]] || return 0
	fish -n "$top/docs/pages/leakhop.fish"
	run -0 env HOME="$BATS_TEST_TMPDIR" fish -c "source '$top/docs/pages/leakhop.fish'; complete -C 'leakhop check --hang'"
	[[ $output == *--hang-after*--hang-after-silence* ]]
}
