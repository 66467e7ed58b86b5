/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this host, kernel and user can do; asked by trying or by reading the kernel's own type
 * information, never by its version. `doctor` prints it, collect_open() chooses by it, and both use
 * the same words.
 */
#ifndef LEAKHOP_COLLECT_FEATURES_H
#define LEAKHOP_COLLECT_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum collect_feature_state { COLLECT_NO, COLLECT_PARTLY, COLLECT_YES };

struct collect_feature {
	const char *name;
	enum collect_feature_state state;
	bool needed;	  /* without it there are no BPF programs, only /proc */
	char why[256];	  /* what it is for, or why it is missing */
	char remedy[256]; /* the command or the way to get it; "" if it is there or can't be had */
};

enum collect_feature_id {
	COLLECT_KERNEL,
	COLLECT_BTF,
	COLLECT_CAPABILITIES,
	COLLECT_LOCKDOWN,
	COLLECT_TRACING,
	COLLECT_RING_BUFFER,
	COLLECT_ITERATOR,
	COLLECT_TASK_STORAGE,
	COLLECT_PT_REGS,
	COLLECT_FUNCTIONS,
	COLLECT_SYSCALL_TRACEPOINTS,
	COLLECT_UPROBES,
	COLLECT_TRACEFS,
	COLLECT_PTRACE,
	COLLECT_YAMA,
	COLLECT_KALLSYMS,
	COLLECT_SCHED_FILE,
	COLLECT_UNPRIVILEGED,
	COLLECT_FEATURES
};

struct collect_features {
	bool current_task_btf; /* bpf_get_current_task_btf() */
	bool always_ticks;     /* no CPU runs without a tick for long (nohz_full) */
	uint32_t functions;    /* at whose ends programs can be: functions.h */
	struct collect_feature list[COLLECT_FEATURES];
};

/*
 * Fills all. Takes some 10 ms. functions: tries also whether programs can be at the ends of kernel
 * functions, which changes the kernel's code for a moment.
 */
void collect_probe(struct collect_features *features, bool functions);

/*
 * Can BPF be used at all? If not, *ret_missing (may be NULL) is the first needed one that is
 * missing.
 */
bool collect_bpf_usable(const struct collect_features *features,
			const struct collect_feature **ret_missing);

#endif
