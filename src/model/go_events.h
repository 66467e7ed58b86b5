/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact events of goroutines, as plain data: where probes have to be in a Go process, and what they
 * see. Times: ns of CLOCK_MONOTONIC, 0 = not known.
 */
#ifndef LEAKHOP_MODEL_GO_EVENTS_H
#define LEAKHOP_MODEL_GO_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LC_GO_PROBES_MAX 16
#define LC_GO_READY_FRAMES 10
#define LC_GO_BIRTH_FRAMES 12
#define LC_GO_BLOCK_FRAMES 20
#define LC_GO_BLOCKS 32 /* that are kept of a process, the longest */

enum lc_go_probe_kind {
	LC_GO_PROBE_BORN,	 /* the goroutine is the second argument */
	LC_GO_PROBE_BORN_RESULT, /* it is the result: instead of the first */
	LC_GO_PROBE_COROUTINE,	 /* the result is the coroutine that has it */
	LC_GO_PROBE_ENDED,
	LC_GO_PROBE_PARKED,
	LC_GO_PROBE_READIED,
	LC_GO_PROBE_NETWORK, /* readied by a descriptor */
	LC_GO_PROBE_KINDS
};

struct lc_go_probe {
	enum lc_go_probe_kind kind;
	uint64_t offset; /* in the file */
};

/* Where a process's probes go, and the fields that they read (bytes). */
struct lc_go_probes {
	pid_t pid;
	char path[64]; /* of the file; valid while the process is known to who made this */
	struct lc_go_probe list[LC_GO_PROBES_MAX];
	size_t count;
	uint32_t g_m, g_goid, g_gopc, g_startpc, g_sched_bp, g_waitreason;
	uint32_t m_curg, poll_rg, poll_wg;
};

enum lc_go_readier {
	LC_GO_READIER_UNKNOWN,
	LC_GO_READIER_GOROUTINE,
	LC_GO_READIER_RUNTIME, /* a timer, the garbage collector */
	LC_GO_READIER_NETWORK,
};

/* What is exactly known of a goroutine. */
struct lc_go_exact {
	uint64_t born_at, parent_goid;
	uint64_t parked_at, ready_at; /* the later one says whether it is parked */
	uint64_t ready_by;	      /* goid */
	enum lc_go_readier readier;
	uint64_t ready_stack[LC_GO_READY_FRAMES]; /* return addresses, the innermost first */
	size_t ready_depth;
};

/* Return addresses of its parent when that started it, and of whoever had started the parent. */
struct lc_go_birth {
	uint64_t stack[LC_GO_BIRTH_FRAMES], parents_stack[LC_GO_BIRTH_FRAMES];
	size_t depth, parents_depth;
};

/* Births and ends of one go statement. */
struct lc_go_site_count {
	uint64_t spawn_pc, entry_pc;
	uint64_t born, ended;
};

struct lc_go_counts {
	uint64_t born, ended, parked, readied;
	uint64_t runs, run_ns; /* of the programs, where the kernel counts */
};

/* A block that has ended, as it comes from the source. */
struct lc_go_raw_block {
	uint64_t goid, parked_at, ready_at, by;
	enum lc_go_readier readier;
	uint8_t reason; /* the runtime's number */
	size_t depth, by_depth;
	uint64_t stack[LC_GO_BLOCK_FRAMES], by_stack[LC_GO_READY_FRAMES];
};

/* The same with its stacks interned. */
struct lc_go_block {
	uint64_t goid, since, blocked_ns, by;
	uint32_t stack, by_stack; /* 0: none */
	enum lc_go_readier readier;
	uint8_t kind; /* enum lc_go_kind */
};

/* What the probes have told of a process. */
struct lc_go_events {
	uint64_t since;	      /* when they were there */
	uint64_t born, ended; /* since then */
	uint64_t block_count, block_ns;
	struct lc_go_block blocks[LC_GO_BLOCKS]; /* the longest first */
	size_t kept;
};

#endif
