# SPDX-License-Identifier: GPL-2.0-only
# Completion of leakhop for bash. Written by `make reference` from --help.
_leakhop()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words= at
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W 'trace dump check report diff doctor help version' -- "$word")
		return
	fi
	# Behind -- it is another command's line.
	for ((at = 2; at < COMP_CWORD; at++)); do
		[[ ${COMP_WORDS[at]} != -- ]] || { compopt -o default; return; }
	done
	[[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]}=
	[[ $word != = ]] || { before+==; word=; }
	case $command:$before in
	trace:--cgroup=|trace:--cgroup) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	trace:--comm=|trace:--comm) return ;;
	trace:--container=|trace:--container) return ;;
	trace:--pod=|trace:--pod) return ;;
	trace:--pid=|trace:--pid|trace:-p) return ;;
	trace:--tid=|trace:--tid|trace:-t) return ;;
	trace:--unit=|trace:--unit) return ;;
	trace:--dot=|trace:--dot) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	trace:--duration=|trace:--duration|trace:-d) return ;;
	trace:--explain=|trace:--explain) return ;;
	trace:--fail-on=|trace:--fail-on) words='deadlock leak stuck suspect' ;;
	trace:--format=|trace:--format) words='text json json=lines dot folded folded=count pprof perfetto html' ;;
	trace:--json=) words='lines' ;;
	trace:--max-size=|trace:--max-size) return ;;
	trace:--max-stack=|trace:--max-stack) return ;;
	trace:--threshold=|trace:--threshold|trace:-m) return ;;
	trace:--output=|trace:--output|trace:-o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	trace:--budget=|trace:--budget) return ;;
	trace:--host-root=|trace:--host-root) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	trace:--max-threads=|trace:--max-threads) return ;;
	trace:--stack-bytes=|trace:--stack-bytes) return ;;
	trace:--symfs=|trace:--symfs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	trace:--without=|trace:--without) words='bpf iterator task-storage pt-regs tp-btf syscalls uprobes' ;;
	dump:--cgroup=|dump:--cgroup) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	dump:--comm=|dump:--comm) return ;;
	dump:--container=|dump:--container) return ;;
	dump:--core=|dump:--core) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	dump:--pod=|dump:--pod) return ;;
	dump:--pid=|dump:--pid|dump:-p) return ;;
	dump:--tid=|dump:--tid|dump:-t) return ;;
	dump:--unit=|dump:--unit) return ;;
	dump:--dot=|dump:--dot) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	dump:--explain=|dump:--explain) return ;;
	dump:--fail-on=|dump:--fail-on) words='deadlock leak stuck suspect' ;;
	dump:--format=|dump:--format) words='text json json=lines dot folded folded=count pprof perfetto html' ;;
	dump:--max-size=|dump:--max-size) return ;;
	dump:--max-stack=|dump:--max-stack) return ;;
	dump:--threshold=|dump:--threshold|dump:-m) return ;;
	dump:--output=|dump:--output|dump:-o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	dump:--settle=|dump:--settle) return ;;
	dump:--exe=|dump:--exe) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	dump:--host-root=|dump:--host-root) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	dump:--max-threads=|dump:--max-threads) return ;;
	dump:--symfs=|dump:--symfs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	dump:--without=|dump:--without) words='bpf iterator task-storage pt-regs tp-btf syscalls uprobes' ;;
	check:--baseline=|check:--baseline) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	check:--exit-code=|check:--exit-code) return ;;
	check:--grace=|check:--grace) return ;;
	check:--threshold=|check:--threshold|check:-m) return ;;
	check:--hang-after=|check:--hang-after) return ;;
	check:--hang-after-silence=|check:--hang-after-silence) return ;;
	check:--timeout=|check:--timeout) return ;;
	check:--annotate=|check:--annotate) words='github gitlab' ;;
	check:--junit=|check:--junit) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	check:--output=|check:--output|check:-o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	check:--sarif=|check:--sarif) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	check:--budget=|check:--budget) return ;;
	check:--symfs=|check:--symfs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	check:--without=|check:--without) words='bpf iterator task-storage pt-regs tp-btf syscalls uprobes' ;;
	report:--comm=|report:--comm) return ;;
	report:--pid=|report:--pid|report:-p) return ;;
	report:--tid=|report:--tid|report:-t) return ;;
	report:--dot=|report:--dot) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	report:--explain=|report:--explain) return ;;
	report:--fail-on=|report:--fail-on) words='deadlock leak stuck suspect' ;;
	report:--format=|report:--format) words='text json json=lines dot folded folded=count pprof perfetto html' ;;
	report:--json=) words='lines' ;;
	report:--threshold=|report:--threshold|report:-m) return ;;
	report:--output=|report:--output|report:-o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	report:--exe=|report:--exe) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	report:--symfs=|report:--symfs) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	diff:--comm=|diff:--comm) return ;;
	diff:--pid=|diff:--pid|diff:-p) return ;;
	diff:--fail-on=|diff:--fail-on) words='new grown shrunk gone' ;;
	diff:--threshold=|diff:--threshold|diff:-m) return ;;
	diff:--output=|diff:--output|diff:-o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	esac
	if [[ ! $words ]]; then
		case $command in
		trace) words='--all-processes --cgroup --children --comm --container --kernel-threads --no-children --pod --pid --tid --unit --user-threads --all --dot --duration --explain --fail-on --format --json --kernel-stacks --life --max-size --max-stack --threshold --no-go --no-threads --output --quiet --retained --user-stacks --verbose --budget --go-events --host-root --max-threads --no-syscalls --stack-bytes --symfs --syscalls --without --help --usage' ;;
		dump) words='--all-processes --cgroup --children --comm --container --core --kernel-threads --pod --pid --tid --unit --user-threads --all --dot --explain --fail-on --format --json --kernel-stacks --life --max-size --max-stack --threshold --no-go --no-threads --output --quiet --retained --settle --user-stacks --verbose --exe --host-root --max-threads --symfs --without --help --usage' ;;
		check) words='--baseline --exit-code --go-events --grace --threshold --no-go --no-threads --update-baseline --hang-after --hang-after-silence --timeout --annotate --junit --output --quiet --sarif --verbose --budget --no-hold --symfs --without --help --usage' ;;
		report) words='--comm --kernel-threads --pid --tid --user-threads --all --dot --explain --fail-on --format --json --kernel-stacks --life --threshold --no-go --no-threads --output --quiet --user-stacks --verbose --exe --symfs --help --usage' ;;
		diff) words='--comm --kernel-threads --pid --user-threads --fail-on --json --threshold --no-go --no-threads --output --verbose --help --usage' ;;
		doctor) words='--json --help --usage' ;;
		esac
		[[ $word == -* || $command != @(report|diff) ]] || { compopt -o default; return; }
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _leakhop leakhop
