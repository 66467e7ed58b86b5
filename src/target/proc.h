/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of /proc/PID/task/TID that tell of a thread, read and parsed; and lists of processes
 * and threads. Every read is bounded. Formats: Documentation/filesystems/proc.rst and
 * fs/proc/array.c; `sched`: kernel/sched/debug.c, proc_sched_show_task(); `syscall`:
 * fs/proc/base.c.
 */
#ifndef LEAKHOP_TARGET_PROC_H
#define LEAKHOP_TARGET_PROC_H

#include "model/types.h"

struct target_stat {
	char comm[LC_COMM_LEN];
	char state;
	pid_t ppid;
	pid_t group;	      /* process group */
	uint32_t flags;	      /* PF_* */
	uint64_t start_ticks; /* since boot, in sysconf(_SC_CLK_TCK) */
	unsigned cpu;	      /* last ran on */
};

struct target_status {
	pid_t tgid;
	pid_t ns_tid; /* innermost; 0: not told */
	pid_t ns_pid;
	pid_t tracer; /* 0: none */
	unsigned uid; /* effective */
	unsigned threads;
	/*
	 * sets of signals: bit N - 1 is signal N; what is pending for the thread, for the process
	 */
	uint64_t pending, shared_pending, blocked, ignored, caught;
	uint64_t voluntary_switches;
	uint64_t involuntary_switches;
};

/*
 * A process and its group as each PID namespace numbers them that it is in, from the one of /proc
 * on inwards.
 */
#define TARGET_PID_NAMESPACES 33 /* MAX_PID_NS_LEVEL + 1: include/linux/pid_namespace.h */

struct target_numbers {
	pid_t pid[TARGET_PID_NAMESPACES], group[TARGET_PID_NAMESPACES];
	unsigned count; /* at least 1 */
};

struct target_syscall {
	bool running; /* "running": nothing else is known */
	struct lc_syscall call;
	uint64_t sp, pc;
};

/*
 * Each returns 0, -ESRCH (gone), -EACCES/-EPERM, -EINVAL (not understood) or another negative
 * errno.
 */
int target_read_stat(pid_t pid, pid_t tid, struct target_stat *ret);

/*
 * Is this a worker of this process? They are known by their names (sandbox/confine.c,
 * keeper/process.c), and as its children, or as children of one that begins others.
 */
bool target_is_own_worker(const struct target_stat *stat);

int target_read_status(pid_t pid, pid_t tid, struct target_status *ret);
int target_read_numbers(pid_t pid, struct target_numbers *ret);
int target_read_syscall(pid_t pid, pid_t tid, struct target_syscall *ret);
/* Run time in ns; also where the kernel has no schedstats. */
int target_read_run_ns(pid_t pid, pid_t tid, uint64_t *ret_run_ns);
/*
 * When it last ran, in ns of the scheduler's clock of its CPU. -ENOENT: no such file on this
 * kernel.
 */
int target_read_exec_start(pid_t pid, pid_t tid, uint64_t *ret_exec_start);

/* The parsers of the above, on text (NUL-terminated); for unit tests and fuzzing. */
int target_parse_stat(const char *text, struct target_stat *ret);
int target_parse_status(const char *text, struct target_status *ret);
int target_parse_numbers(const char *text, struct target_numbers *ret);
int target_parse_syscall(const char *text, struct target_syscall *ret);
int target_parse_exec_start(const char *text, uint64_t *ret_exec_start);

/*
 * Calls fn for each number in a folder (/proc, /proc/PID/task) until it returns non-zero, which is
 * returned.
 */
int target_for_each_pid(int (*fn)(void *context, pid_t pid), void *context);
int target_for_each_tid(pid_t pid, int (*fn)(void *context, pid_t tid), void *context);

/* How many threads a process has, by one call; -ENODATA where the kernel does not say, or another
 * negative errno. */
ssize_t target_count_tids(pid_t pid);

/* Memory of a process that is in use, in RAM or swapped out, in bytes; 0: not known. */
uint64_t target_memory_used(pid_t pid);

/* Reads a small file whole into buffer as a string. Returns its length or a negative errno. */
ssize_t target_read_file(const char *path, char *buffer, size_t size);

/*
 * Copies a variable of the environment that a process was started with to buffer, cut at size; only
 * the first 256 KiB of the environment are searched. Returns its length, -ENOENT or another
 * negative errno.
 */
ssize_t target_read_variable(pid_t pid, const char *name, char *buffer, size_t size);

/* The same in an environment of text_size bytes, each variable with its end, and one more end. */
ssize_t target_find_variable(const char *text, size_t text_size, const char *name, char *buffer,
			     size_t size);

#endif
