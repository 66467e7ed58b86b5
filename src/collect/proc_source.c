// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sweep without BPF: threads read from /proc, which works without privilege for one's own
 * processes and on kernels without the iterator. There are no events, and of the user registers
 * only the stack pointer and the program counter.
 *
 * When a thread last ran stands in /proc/PID/task/TID/sched, on the scheduler's clock of its CPU;
 * how far that clock lags is found by reading our own file on each CPU. Without that file, a block
 * counts from the first sweep that saw it.
 */
#include "collect/clock.h"
#include "collect/proc_thread.h"
#include "collect/source.h"
#include "target/cgroup.h"
#include "target/proc.h"
#include "util/now.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000
#define PROC_CPUS 4096
#define FAMILY_DEPTH 256 /* ancestors of a process looked at, as in bpf/abi.h */

struct proc_source {
	struct cpu_clocks *clocks;
	bool have_exec_start;
	pid_t own_pid;
	uint64_t clocks_at;
	uint64_t lost_targets;
};

/* One sweep under way. */
struct proc_walk {
	struct collect *collect;
	collect_sample_fn fn;
	void *context;
	pid_t pid;
	char process_comm[LC_COMM_LEN];
	bool process_fits; /* by comm */
	int result;	   /* of fn, when it stops the walk */
	size_t threads;
	size_t refused; /* threads that may not be read */
};

/* Notes each CPU's clock lag by going there: the file then shows the time of our arrival. */
static void note_clocks(struct proc_source *source)
{
	cpu_set_t before, one;
	uint64_t exec_start;
	size_t cpu;

	if (sched_getaffinity(0, sizeof(before), &before))
		return;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &before))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one))
			continue;
		sched_yield();
		if (!target_read_exec_start(source->own_pid, source->own_pid, &exec_start))
			cpu_clocks_note(source->clocks, cpu, exec_start,
					now_monotonic() - exec_start);
	}
	sched_setaffinity(0, sizeof(before), &before);
}

static bool listed(const pid_t *list, size_t count, pid_t number)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

static bool thread_fits(const struct proc_walk *walk, const struct lc_sample *sample)
{
	const struct collect_filter *filter = &walk->collect->options.filter;

	if (filter->tid_count && !listed(filter->tids, filter->tid_count, sample->task.tid))
		return false;
	if (filter->comm && !walk->process_fits && strcmp(sample->task.comm, filter->comm))
		return false;
	if (!sample->kernel_thread)
		return filter->user_threads;
	return filter->kernel_threads &&
	       (!collect_busy_kernel_threads_only(filter) || sample->state == 'D');
}

static int walk_thread(void *context, pid_t tid)
{
	struct proc_walk *walk = context;
	struct lc_sample sample;
	int r;

	r = proc_thread_sample(walk->collect->proc->clocks, walk->pid, tid, &sample);
	if (r == -EPERM || r == -EACCES)
		walk->refused++;
	if (r < 0)
		return 0;
	memcpy(sample.process_comm, walk->process_comm, sizeof(sample.process_comm));
	if (!thread_fits(walk, &sample))
		return 0;
	walk->threads++;
	walk->result = walk->fn(walk->context, &sample);
	return walk->result < 0;
}

static bool is_named(const struct collect_filter *filter, pid_t pid, const struct target_stat *stat)
{
	return (!filter->pid_count || listed(filter->pids, filter->pid_count, pid)) &&
	       (!filter->comm || !strcmp(stat->comm, filter->comm)) &&
	       (!filter->cgroup || target_is_in_cgroup(pid, filter->cgroup));
}

/* Was one of its ancestors named? Bounded, since the chain may change under our eyes. */
static bool descends_from_named(struct collect *collect, struct target_stat stat)
{
	pid_t pid;
	int depth;

	for (depth = 0; depth < FAMILY_DEPTH; depth++) {
		pid = stat.ppid;
		if (pid < 1 || target_read_stat(pid, pid, &stat) < 0)
			return false;
		if (pid == collect->options.filter.ancestor ||
		    is_named(&collect->options.filter, pid, &stat))
			return true;
	}
	collect->proc->lost_targets++;
	return false;
}

static int walk_process(void *context, pid_t pid)
{
	struct proc_walk *walk = context;
	const struct collect_filter *filter = &walk->collect->options.filter;
	struct target_stat stat;
	bool child;

	if (pid == walk->collect->proc->own_pid || target_read_stat(pid, pid, &stat) < 0)
		return 0;
	if (filter->all && !filter->comm && !filter->cgroup && target_is_own_worker(&stat))
		return 0;
	child = filter->children && !filter->all && descends_from_named(walk->collect, stat);
	if (!child && filter->pid_count && !listed(filter->pids, filter->pid_count, pid))
		return 0;
	if (!child && filter->cgroup && !target_is_in_cgroup(pid, filter->cgroup))
		return 0;
	walk->pid = pid;
	memcpy(walk->process_comm, stat.comm, sizeof(walk->process_comm));
	walk->process_fits = child || (filter->comm && !strcmp(stat.comm, filter->comm));
	target_for_each_tid(pid, walk_thread, walk);
	return walk->result < 0;
}

static int proc_sweep(struct collect *collect, uint64_t kernel_stack_after_ns, collect_sample_fn fn,
		      void *context)
{
	const struct collect_filter *filter = &collect->options.filter;
	struct proc_walk walk = { .collect = collect, .fn = fn, .context = context };
	size_t i;

	(void)kernel_stack_after_ns;
	if (collect->proc->have_exec_start &&
	    now_monotonic() - collect->proc->clocks_at > 1000000000) {
		note_clocks(collect->proc);
		collect->proc->clocks_at = now_monotonic();
	}
	if (filter->pid_count && !filter->children) {
		for (i = 0; i < filter->pid_count && !walk.result; i++)
			walk_process(&walk, filter->pids[i]);
	} else {
		target_for_each_pid(walk_process, &walk);
	}
	if (walk.result < 0)
		return walk.result;
	return !walk.threads && walk.refused ? -EPERM : 0;
}

static int proc_fd(const struct collect *collect)
{
	(void)collect;
	return -1;
}

static int proc_consume(struct collect *collect, collect_event_fn fn, void *context)
{
	(void)collect;
	(void)fn;
	(void)context;
	return 0;
}

/* security/yama/yama_lsm.c: from 1 on, being the same user is not enough; 2: nobody may but root.
 */
static void say_way_out(const struct collect_feature *reading, struct error *error)
{
	char scope[64] = "0";

	if (geteuid() == 0 && reading->state != COLLECT_YES)
		return error_remedy(error, "%s: %s", reading->why, reading->remedy);

	(void)target_read_file("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof(scope));
	if (scope[0] >= '1' && scope[0] <= '3')
		error_remedy(error,
			     "Yama's ptrace_scope is %c: run it as root (sudo), or have it at %s",
			     scope[0],
			     scope[0] == '1' ? "0: sudo sysctl kernel.yama.ptrace_scope=0"
					     : "1, for commands that leakhop begins, or 0, for "
					       "all: sudo sysctl kernel.yama.ptrace_scope=0");
	else
		error_remedy(error,
			     "run it as root (sudo), or as the user that process belongs to; "
			     "`leakhop doctor` tells what stands in the way");
}

/* A named process that may not be read is told at once, not after an empty report. */
static int check_permission(const struct collect *collect, struct error *error)
{
	const struct collect_filter *filter = &collect->options.filter;
	struct target_syscall call;
	size_t i;
	int r;

	for (i = 0; i < filter->pid_count; i++) {
		r = target_read_syscall(filter->pids[i], filter->pids[i], &call);
		if (r != -EPERM && r != -EACCES)
			continue;
		error_say(error, -EPERM, "not permitted to read process %d", filter->pids[i]);
		say_way_out(&collect->features.list[COLLECT_PTRACE], error);
		return -EPERM;
	}
	return 0;
}

static int proc_open(struct collect *collect, struct error *error)
{
	struct proc_source *source;
	uint64_t exec_start;
	int r;

	r = check_permission(collect, error);
	if (r < 0)
		return r;
	source = collect->proc = calloc(1, sizeof(*source));
	if (!source || cpu_clocks_create(PROC_CPUS, &source->clocks) < 0)
		return error_set(error, -ENOMEM, "cannot start");
	source->own_pid = getpid();
	source->have_exec_start = !target_read_exec_start(source->own_pid, source->own_pid,
							  &exec_start);
	if (!source->have_exec_start)
		collect_add_limit(
			collect,
			"when a block began is not known: durations count from the first look");
	collect_add_limit(
		collect,
		"not seen: kernel stacks, who spawned a thread, who woke it, blocks "
		"between two sweeps; stacks of code that needs more registers than sp and pc");
	return 0;
}

static struct cpu_clocks *proc_clocks(const struct collect *collect)
{
	return collect->proc->clocks;
}

static void proc_lost(const struct collect *collect, struct collect_lost *ret_lost)
{
	*ret_lost = (struct collect_lost){ .targets = collect->proc->lost_targets };
}

static void proc_close(struct collect *collect)
{
	if (!collect->proc)
		return;
	cpu_clocks_free(collect->proc->clocks);
	free(collect->proc);
	collect->proc = NULL;
}

const struct collect_source collect_proc_source = {
	.name = "proc",
	.open = proc_open,
	.close = proc_close,
	.sweep = proc_sweep,
	.fd = proc_fd,
	.consume = proc_consume,
	.clocks = proc_clocks,
	.lost = proc_lost,
};
