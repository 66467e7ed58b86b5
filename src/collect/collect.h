/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where samples and events come from: the public header of this folder. Two sources stand behind
 * it, BPF (needs privilege and a kernel with BTF) and /proc (an ordinary user's own processes).
 * Nothing above this room knows which; nothing but this room knows BPF.
 */
#ifndef LEAKHOP_COLLECT_COLLECT_H
#define LEAKHOP_COLLECT_COLLECT_H

#include "model/events.h"
#include "model/go_events.h"
#include "util/error.h"

/* "As if this host lacked it": for tests, and for hosts where a feature misbehaves. */
enum {
	COLLECT_WITHOUT_BPF = 1 << 0,
	COLLECT_WITHOUT_ITERATOR = 1 << 1,
	COLLECT_WITHOUT_TASK_STORAGE = 1 << 2,
	COLLECT_WITHOUT_PT_REGS = 1 << 3,
	COLLECT_WITHOUT_TP_BTF = 1 << 4,
	COLLECT_WITHOUT_SYSCALLS = 1 << 5,
	COLLECT_WITHOUT_UPROBES = 1 << 6,
	COLLECT_WITHOUT_FUNCTIONS = 1 << 7,
};

/*
 * Parses "iterator,tp-btf" into the bits above. Returns 0, or -EINVAL with the bad word in error.
 */
int collect_parse_without(const char *list, unsigned *ret_bits, struct error *error);

struct collect_source;

/* A source of the threads of a core, its context (struct target_core): for collect_options.source.
 */
extern const struct collect_source collect_core_source;

/* Who is looked at. What is given must all fit; all stands for every process of the host. */
struct collect_filter {
	bool all;
	const pid_t *pids;
	size_t pid_count;
	const pid_t *tids;
	size_t tid_count;
	const char *comm;   /* of the process or of one of its threads; NULL: any */
	const char *cgroup; /* path below the cgroup file system; NULL: any */
	bool children;	    /* processes forked by these too */
	pid_t ancestor; /* with children: whose parent has ended is a child of this one, which is
			   not looked at itself; 0: there is none */
	bool user_threads;
	bool kernel_threads;
};

enum collect_calls { COLLECT_CALLS_IF_CHEAP, COLLECT_CALLS_ALWAYS, COLLECT_CALLS_NEVER };

struct collect_options {
	struct collect_filter filter;
	uint64_t threshold_ns;
	uint32_t stack_bytes; /* copied at a spawn or at the end of a short block */
	bool events;	      /* false: sweeps only (dump) */
	bool short_blocks;    /* thresholds below what a sweep sees */
	/*
	 * Watch the ends of futex, epoll and clone calls: at the kernel's functions where it lets
	 * programs sit there, and targets are named or it is asked for; else, if asked for, at all
	 * system calls, which taxes each.
	 */
	enum collect_calls calls;
	bool go_events; /* probes in Go processes may be asked for: collect_go_attach() */
	unsigned without;
	/*
	 * What has the place of the host's sources (source.h), and its context: how a test says
	 * what is seen. NULL: the best that the host has.
	 */
	const struct collect_source *source;
	void *source_context;
};

#define COLLECT_STACK_BYTES 8192
#define COLLECT_STACK_BYTES_MAX 16384

struct collect;

/*
 * Chooses the source, loads and attaches. Returns 0; -EPERM (not permitted), -EOPNOTSUPP (not
 * supported here), -ENOENT (no such target: a cgroup), or another negative errno; error says what
 * and the way out.
 */
int collect_open(const struct collect_options *options, struct collect **ret_collect,
		 struct error *error);
void collect_free(struct collect *collect);

#define COLLECT_WANTS_WHOLE 1
typedef int (*collect_sample_fn)(void *context, const struct lc_sample *sample);
typedef int (*collect_event_fn)(void *context, const struct lc_event *event);

/*
 * Gives every thread of interest to fn. One that has not moved since its last sample is given as
 * unmoved, with nothing but its identity and the time; where fn wants it in full it returns
 * COLLECT_WANTS_WHOLE, and gets it in full before the sweep ends. So fn must take in all that it is
 * given, or end the sweep. Kernel stacks are taken of threads that stood still for
 * kernel_stack_after_ns (UINT64_MAX: of none). Ends with the first negative value of fn, which it
 * returns.
 */
int collect_sweep(struct collect *collect, uint64_t kernel_stack_after_ns, collect_sample_fn fn,
		  void *context);

/*
 * One thread, whoever it belongs to: for chains of waits that lead out of what was asked for.
 * From /proc, or from the core. Returns 0, -ESRCH (gone), -EPERM, or another negative errno.
 */
int collect_sample_thread(struct collect *collect, pid_t pid, pid_t tid,
			  struct lc_sample *ret_sample);

/* A descriptor that polls readable when events wait; -1: this source has none. */
int collect_fd(const struct collect *collect);

/* Gives the events that wait to fn. Returns 0, or the first negative value of fn. */
int collect_consume(struct collect *collect, collect_event_fn fn, void *context);

/* What was seen of a futex address or an epoll set of a process; false: nothing. */
bool collect_futex_wake(struct collect *collect, pid_t pid, uint64_t address,
			struct lc_futex_wake *ret_wake);
bool collect_epoll_return(struct collect *collect, pid_t pid, int fd,
			  struct lc_epoll_return *ret_return);

/*
 * Puts probes into a Go process, which slow it down: each costs about collect_go_probe_ns(). From
 * then on what they see of it is known; -EEXIST: they are there. Returns 0; -EOPNOTSUPP (not asked
 * for at the start, or not possible here), -ENOSPC (too many processes), or another negative errno,
 * with error.
 */
int collect_go_attach(struct collect *collect, const struct lc_go_probes *probes,
		      struct error *error);
void collect_go_detach(struct collect *collect, pid_t pid);
bool collect_go_attached(const struct collect *collect, pid_t pid);

/* What the probes have seen of a goroutine; false: nothing. */
bool collect_go_goroutine(struct collect *collect, pid_t pid, uint64_t goid,
			  struct lc_go_exact *ret_exact);
bool collect_go_birth(struct collect *collect, pid_t pid, uint64_t goid,
		      struct lc_go_birth *ret_birth);

/*
 * Gives the counts of each go statement of a process to fn. Returns 0 or the first negative value
 * of fn.
 */
typedef int (*collect_go_site_fn)(void *context, const struct lc_go_site_count *count);
int collect_go_sites(struct collect *collect, pid_t pid, collect_go_site_fn fn, void *context);

/* How many events there were. */
void collect_go_counts(struct collect *collect, struct lc_go_counts *ret_counts);

/*
 * What a hit of a probe costs the process on this host, measured on leakhop itself; 0: not known.
 */
uint64_t collect_go_probe_ns(const struct collect *collect);

struct collect_lost {
	uint64_t events;       /* found no room in the ring buffer */
	uint64_t stack_copies; /* spawn sites or short blocks without a stack */
	uint64_t targets;      /* processes past the filter's room, or with too many ancestors */
	uint64_t goroutines;   /* without their exact times or counts */
};

void collect_get_lost(const struct collect *collect, struct collect_lost *ret_lost);

const char *collect_source(const struct collect *collect); /* "bpf" or "proc" */
uint64_t collect_load_ns(const struct collect *collect);   /* to load and attach */

/* What this source cannot see, a sentence each; NULL past the last. */
const char *collect_limit(const struct collect *collect, size_t index);

/* Cost of the BPF programs, where the kernel counts it (kernel.bpf_stats_enabled). */
struct collect_cost {
	const char *program;
	uint64_t runs, run_ns;
};
size_t collect_costs(struct collect *collect, struct collect_cost *costs, size_t capacity);

#endif
