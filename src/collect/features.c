// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probes behind doctor and collect_open(): see features.h. Relies on libbpf for map and program
 * types, on the kernel's BTF for helpers, and on /proc and /sys for the rest.
 */
#include "collect/features.h"
#include "collect/functions.h"
#include "target/proc.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF 39
#endif

static void set(struct collect_feature *feature, enum collect_feature_state state,
		const char *remedy, const char *format, ...)
	__attribute__((__format__(__printf__, 4, 5)));

static void set(struct collect_feature *feature, enum collect_feature_state state,
		const char *remedy, const char *format, ...)
{
	va_list args;

	feature->state = state;
	snprintf(feature->remedy, sizeof(feature->remedy), "%s", remedy);
	va_start(args, format);
	vsnprintf(feature->why, sizeof(feature->why), format, args);
	va_end(args);
}

static uint64_t effective_capabilities(void)
{
	char text[8192];
	const char *line;

	if (target_read_file("/proc/self/status", text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nCapEff:");
	return line ? strtoull(line + strlen("\nCapEff:"), NULL, 16) : 0;
}

static bool has(uint64_t capabilities, int capability)
{
	return capabilities >> capability & 1;
}

static void probe_kernel(struct collect_feature *feature)
{
	struct utsname name;

	uname(&name);
	set(feature, COLLECT_YES, "", "Linux %s, %s", name.release, name.machine);
}

static void probe_btf(struct collect_feature *feature)
{
	feature->needed = true;
	if (!access("/sys/kernel/btf/vmlinux", R_OK))
		set(feature, COLLECT_YES, "", "the kernel describes its own types");
	else
		set(feature, COLLECT_NO,
		    "run a kernel built with CONFIG_DEBUG_INFO_BTF=y (5.10 or later; Debian 11, "
		    "Ubuntu "
		    "20.10 and later have it)",
		    "no /sys/kernel/btf/vmlinux");
}

static void probe_capabilities(struct collect_feature *feature, uint64_t capabilities)
{
	bool bpf = has(capabilities, CAP_BPF), perfmon = has(capabilities, CAP_PERFMON);

	feature->needed = true;
	if (has(capabilities, CAP_SYS_ADMIN) || (bpf && perfmon))
		set(feature, COLLECT_YES, "", "BPF programs may be loaded");
	else
		set(feature, COLLECT_NO,
		    "run it as root (sudo), or give it CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE, "
		    "CAP_DAC_READ_SEARCH and CAP_SYSLOG",
		    "not permitted to load BPF programs (%s%s%s missing)", bpf ? "" : "CAP_BPF",
		    !bpf && !perfmon ? " and " : "", perfmon ? "" : "CAP_PERFMON");
}

static void probe_lockdown(struct collect_feature *feature)
{
	char text[128];

	feature->needed = true;
	if (target_read_file("/sys/kernel/security/lockdown", text, sizeof(text)) < 0)
		set(feature, COLLECT_YES, "", "no lockdown");
	else if (strstr(text, "[confidentiality]"))
		set(feature, COLLECT_NO, "boot with lockdown=integrity, or without lockdown",
		    "lockdown is in confidentiality mode: BPF may not read kernel memory");
	else
		set(feature, COLLECT_YES, "", "lockdown does not forbid BPF");
}

static void probe_map(struct collect_feature *feature, enum bpf_map_type type, bool permitted,
		      const char *yes, const char *no, const char *remedy)
{
	int r = permitted ? libbpf_probe_bpf_map_type(type, NULL) : -EPERM;

	if (r == 1)
		set(feature, COLLECT_YES, "", "%s", yes);
	else if (r == 0)
		set(feature, COLLECT_NO, remedy, "%s", no);
	else
		set(feature, COLLECT_PARTLY, "", "cannot be tried without privilege");
}

/* A tracing program with BTF arguments and the task iterator: their types say it. */
static void probe_types(struct collect_features *features, struct btf *btf)
{
	struct collect_feature *tracing = &features->list[COLLECT_TRACING];
	struct collect_feature *iterator = &features->list[COLLECT_ITERATOR];
	struct collect_feature *pt_regs = &features->list[COLLECT_PT_REGS];
	int32_t helpers = btf ? btf__find_by_name_kind(btf, "bpf_func_id", BTF_KIND_ENUM) : -1;
	const struct btf_type *type = helpers > 0 ? btf__type_by_id(btf, helpers) : NULL;
	bool found = false;
	const char *name;
	int i;

	if (btf && btf__find_by_name_kind(btf, "btf_trace_sched_switch", BTF_KIND_TYPEDEF) > 0)
		set(tracing, COLLECT_YES, "", "tp_btf/sched_switch");
	else
		set(tracing, COLLECT_PARTLY, "",
		    "no tp_btf; raw tracepoints are used, which cost more");
	iterator->needed = true;
	if (btf && btf__find_by_name_kind(btf, "bpf_iter__task", BTF_KIND_STRUCT) > 0)
		set(iterator, COLLECT_YES, "", "iter/task, for the sweep");
	else
		set(iterator, COLLECT_NO, "run kernel 5.8 or later with CONFIG_BPF_EVENTS=y",
		    "no task iterator: threads are read from /proc");
	for (i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_enum *value = btf_enum(type) + i;

		name = btf__name_by_offset(btf, value->name_off);
		found |= !strcmp(name, "BPF_FUNC_task_pt_regs");
		features->current_task_btf |= !strcmp(name, "BPF_FUNC_get_current_task_btf");
	}
	if (found)
		set(pt_regs, COLLECT_YES, "", "user registers by bpf_task_pt_regs");
	else
		set(pt_regs, COLLECT_PARTLY, "",
		    "no bpf_task_pt_regs (5.15): registers are read from the kernel stack's top");
}

/* Where there are none, no feature is lost that --syscalls cannot bring back. */
static void probe_functions(struct collect_features *features, const struct btf *btf,
			    bool permitted)
{
	struct collect_feature *feature = &features->list[COLLECT_FUNCTIONS];
	uint32_t functions = functions_of(btf);
	int r = permitted ? functions_try(btf, functions) : -EPERM;

	features->functions = r ? 0 : functions;
	if (!r)
		set(feature, COLLECT_YES, "", "futex, epoll and clone calls, at no cost to others");
	else if (!permitted)
		set(feature, COLLECT_PARTLY, "", "cannot be tried without privilege");
	else
		set(feature, COLLECT_PARTLY,
		    "trace --syscalls, which costs every system call; or a kernel with "
		    "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y",
		    "no program can be at the end of a kernel function (%s): who last woke a futex "
		    "is not known",
		    r == -ENOTSUPP ? "not supported" : strerror(-r));
}

static void probe_ptrace(struct collect_feature *ptrace, struct collect_feature *yama,
			 uint64_t capabilities)
{
	bool reads = has(capabilities, CAP_DAC_READ_SEARCH) || has(capabilities, CAP_DAC_OVERRIDE);
	bool traces = has(capabilities, CAP_SYS_PTRACE);
	char text[64] = "";

	if (traces && reads)
		set(ptrace, COLLECT_YES, "", "stacks of every process may be read");
	else
		set(ptrace, COLLECT_PARTLY,
		    "run it as root (sudo), or give it CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH",
		    "only own processes can be read (%s%s%s missing)",
		    traces ? "" : "CAP_SYS_PTRACE", !traces && !reads ? " and " : "",
		    reads ? "" : "CAP_DAC_READ_SEARCH");
	if (target_read_file("/proc/sys/kernel/yama/ptrace_scope", text, sizeof(text)) < 0)
		set(yama, COLLECT_YES, "", "no Yama");
	else if (text[0] == '3')
		set(yama, COLLECT_NO,
		    "boot without kernel.yama.ptrace_scope=3: it cannot be lowered again",
		    "Yama's ptrace_scope is 3: nobody can read other processes");
	else if (text[0] == '0' || has(capabilities, CAP_SYS_PTRACE))
		set(yama, COLLECT_YES, "", "ptrace_scope %c does not stand in the way", text[0]);
	else if (text[0] == '1')
		set(yama, COLLECT_PARTLY, "sudo sysctl kernel.yama.ptrace_scope=0",
		    "ptrace_scope 1: only own children can be read");
	else
		set(yama, COLLECT_NO, "sudo sysctl kernel.yama.ptrace_scope=0",
		    "ptrace_scope %c: only root can read other processes", text[0]);
}

static void probe_kallsyms(struct collect_feature *feature)
{
	char line[256] = "";
	FILE *file = fopen("/proc/kallsyms", "re");
	uint64_t address = 0;
	unsigned i;

	/* Before 6.15, x86-64 has its variables of each CPU from 0 on, and first. */
	for (i = 0; file && i < 100 && !address && fgets(line, sizeof(line), file); i++)
		sscanf(line, "%" SCNx64, &address);
	if (file)
		fclose(file);
	if (address)
		set(feature, COLLECT_YES, "", "kernel functions have names");
	else if (line[0])
		set(feature, COLLECT_PARTLY,
		    "run it as root or with CAP_SYSLOG; "
		    "or: sudo sysctl kernel.kptr_restrict=0",
		    "the kernel hides its addresses: kernel stacks without names");
	else
		set(feature, COLLECT_NO, "run a kernel with CONFIG_KALLSYMS=y",
		    "no /proc/kallsyms: kernel stacks without names");
}

/*
 * The file is there with CONFIG_NO_HZ_FULL, and lists CPUs only where that was asked for at boot.
 */
static bool always_ticks(void)
{
	char text[64] = "";

	return target_read_file("/sys/devices/system/cpu/nohz_full", text, sizeof(text)) < 0 ||
	       !strpbrk(text, "0123456789");
}

static void probe_files(struct collect_features *features)
{
	struct collect_feature *tracefs = &features->list[COLLECT_TRACEFS];
	struct collect_feature *sched = &features->list[COLLECT_SCHED_FILE];
	uint64_t exec_start;

	if (!access("/sys/kernel/tracing/available_events", F_OK) ||
	    !access("/sys/kernel/debug/tracing/available_events", F_OK))
		set(tracefs, COLLECT_YES, "", "mounted (not needed: no program uses it)");
	else
		set(tracefs, COLLECT_YES, "", "not mounted, and not needed");
	if (!target_read_exec_start(getpid(), getpid(), &exec_start))
		set(sched, COLLECT_YES, "", "/proc/PID/sched: durations without BPF, too");
	else
		set(sched, COLLECT_PARTLY, "run a kernel with CONFIG_SCHED_DEBUG=y",
		    "no /proc/PID/sched: without BPF, durations count from the first look");
}

/* As perf events, which end with the descriptor: nothing is left behind, whatever happens. */
static void probe_uprobes(struct collect_feature *feature)
{
	if (!access("/sys/bus/event_source/devices/uprobe/type", R_OK))
		set(feature, COLLECT_YES, "", "for trace --go-events");
	else
		set(feature, COLLECT_PARTLY, "run a kernel with CONFIG_UPROBE_EVENTS=y",
		    "no uprobes: no trace --go-events");
}

static void probe_unprivileged(struct collect_feature *feature)
{
	struct target_syscall call;
	int r = target_read_syscall(getpid(), getpid(), &call);

	if (r < 0)
		set(feature, COLLECT_NO,
		    "run a kernel with CONFIG_HAVE_ARCH_TRACEHOOK and "
		    "CONFIG_CROSS_MEMORY_ATTACH",
		    "no /proc/PID/syscall");
	else
		set(feature, COLLECT_YES, "",
		    "dump and trace of one's own processes, without "
		    "privilege, by /proc");
}

static const char *const names[COLLECT_FEATURES] = {
	[COLLECT_KERNEL] = "kernel",
	[COLLECT_BTF] = "BTF",
	[COLLECT_CAPABILITIES] = "capabilities",
	[COLLECT_LOCKDOWN] = "lockdown",
	[COLLECT_TRACING] = "tracing programs",
	[COLLECT_RING_BUFFER] = "ring buffer",
	[COLLECT_ITERATOR] = "task iterator",
	[COLLECT_TASK_STORAGE] = "task storage",
	[COLLECT_PT_REGS] = "user registers",
	[COLLECT_FUNCTIONS] = "kernel functions",
	[COLLECT_SYSCALL_TRACEPOINTS] = "system call tracepoints",
	[COLLECT_UPROBES] = "uprobes",
	[COLLECT_TRACEFS] = "tracefs",
	[COLLECT_PTRACE] = "reading processes",
	[COLLECT_YAMA] = "Yama",
	[COLLECT_KALLSYMS] = "kernel symbols",
	[COLLECT_SCHED_FILE] = "scheduler file",
	[COLLECT_UNPRIVILEGED] = "unprivileged mode",
};

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

void collect_probe(struct collect_features *features, bool functions)
{
	uint64_t capabilities = effective_capabilities();
	struct collect_feature *list = features->list;
	libbpf_print_fn_t before = libbpf_set_print(quiet);
	bool permitted;
	struct btf *btf;
	int i;

	memset(features, 0, sizeof(*features));
	for (i = 0; i < COLLECT_FEATURES; i++)
		list[i].name = names[i];
	features->always_ticks = always_ticks();
	probe_kernel(&list[COLLECT_KERNEL]);
	probe_btf(&list[COLLECT_BTF]);
	probe_capabilities(&list[COLLECT_CAPABILITIES], capabilities);
	probe_lockdown(&list[COLLECT_LOCKDOWN]);
	permitted = list[COLLECT_CAPABILITIES].state == COLLECT_YES;
	list[COLLECT_RING_BUFFER].needed = true;
	probe_map(&list[COLLECT_RING_BUFFER], BPF_MAP_TYPE_RINGBUF, permitted, "BPF ring buffer",
		  "no BPF ring buffer", "run kernel 5.8 or later");
	probe_map(&list[COLLECT_TASK_STORAGE], BPF_MAP_TYPE_TASK_STORAGE, permitted,
		  "who woke a thread is kept with the task",
		  "no task storage (5.13): a hash of limited size is used", "");
	btf = btf__load_vmlinux_btf();
	if (libbpf_get_error(btf))
		btf = NULL;
	probe_types(features, btf);
	if (btf && btf__find_by_name_kind(btf, "btf_trace_sys_exit", BTF_KIND_TYPEDEF) > 0)
		set(&list[COLLECT_SYSCALL_TRACEPOINTS], COLLECT_YES, "",
		    "sys_exit: futex, epoll, clone");
	else
		set(&list[COLLECT_SYSCALL_TRACEPOINTS], COLLECT_PARTLY, "",
		    "no sys_exit tracepoint: who last woke a futex is not known");
	if (functions)
		probe_functions(features, btf, permitted);
	btf__free(btf);
	probe_files(features);
	probe_uprobes(&list[COLLECT_UPROBES]);
	probe_ptrace(&list[COLLECT_PTRACE], &list[COLLECT_YAMA], capabilities);
	probe_kallsyms(&list[COLLECT_KALLSYMS]);
	probe_unprivileged(&list[COLLECT_UNPRIVILEGED]);
	libbpf_set_print(before);
}

bool collect_bpf_usable(const struct collect_features *features,
			const struct collect_feature **ret_missing)
{
	int i;

	for (i = 0; i < COLLECT_FEATURES; i++) {
		if (!features->list[i].needed || features->list[i].state == COLLECT_YES)
			continue;
		if (ret_missing)
			*ret_missing = &features->list[i];
		return false;
	}
	return true;
}
