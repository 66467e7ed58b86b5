// SPDX-License-Identifier: GPL-2.0-only
/* Waits for processes: children, a vfork child; and threads that were stopped, traced or frozen. */
#include "wait/kinds.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

#define CHILDREN_BYTES (1 << 16)
#define TRACERS_MAX 4096

/*
 * Which children a call waits for. It names them by the numbers of its own PID namespace: that many
 * inwards from ours. A child may be in a namespace further in, where it has another number.
 */
struct children {
	struct wait_job *job;
	unsigned level;
	pid_t pid;   /* 0: any */
	pid_t group; /* 0: any */
	bool unreadable;
};

static void add_child(struct children *children, pid_t pid)
{
	struct target_numbers numbers;
	bool named = children->pid || children->group;
	int r = named ? target_read_numbers(pid, &numbers) : 0;

	if (r < 0 || (named && numbers.count <= children->level)) {
		children->unreadable = children->unreadable || r != -ESRCH;
		return;
	}
	if ((children->pid && numbers.pid[children->level] != children->pid) ||
	    (children->group && numbers.group[children->level] != children->group))
		return;
	wait_add_owner(children->job, LC_WAIT_CHILD_PROCESS, pid, 0, -1);
}

/* The kernel lists children by the thread that forked them: any thread may wait for them. */
static int read_thread(void *context, pid_t tid)
{
	struct children *children = context;
	_cleanup_free_ char *text = malloc(CHILDREN_BYTES);
	char path[80], *at, *end;
	ssize_t r;
	long pid;

	if (!text)
		return -ENOMEM;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", children->job->pid, tid);
	r = target_read_file(path, text, CHILDREN_BYTES);
	if (r < 0) {
		children->unreadable = true;
		return 0;
	}
	for (at = text; (pid = strtol(at, &end, 10)) > 0 && end != at; at = end)
		add_child(children, pid);
	return 0;
}

static int add_tracer(void *context, pid_t tid)
{
	struct wait_scan *scan = context;
	struct target_status traced, tracer;

	if (target_read_status(tid, tid, &traced) || !traced.tracer ||
	    target_read_status(traced.tracer, traced.tracer, &tracer) ||
	    scan->tracer_count == TRACERS_MAX)
		return 0;
	scan->tracers[scan->tracer_count++] = tracer.tgid;
	return 0;
}

/* Of one that has ended meanwhile, or may not be looked at, there is nothing; the others follow. */
static int add_tracers(void *context, pid_t pid)
{
	(void)target_for_each_tid(pid, add_tracer, context);
	return 0;
}

/*
 * Whom a debugger traces it waits for as for a child. /proc lists them nowhere: only each thread
 * says who traces it, so all are asked, once in a scan.
 */
static bool traces(struct wait_scan *scan, pid_t pid)
{
	size_t i;

	if (!scan->tracers_read) {
		scan->tracers_read = true;
		scan->tracers = calloc(TRACERS_MAX, sizeof(*scan->tracers));
		if (scan->tracers)
			(void)target_for_each_pid(add_tracers, scan);
	}
	for (i = 0; i < scan->tracer_count && scan->tracers[i] != pid; i++)
		;
	return i < scan->tracer_count;
}

/*
 * Nobody sleeps here who has nobody to wait for (do_wait(), kernel/exit.c): where none is found, it
 * is not known who it is.
 */
static void find_children(struct wait_job *job, struct children *children)
{
	(void)target_for_each_tid(job->pid, read_thread, children);
	if (job->wait->owner_total)
		return;
	if (traces(job->scan, job->pid)) {
		job->wait->recorded = LC_WAIT_OUTSIDE;
		wait_say(job, "what those do that it traces");
		return;
	}
	job->wait->recorded = LC_WAIT_UNREADABLE;
	wait_cannot_read(job, children->unreadable ? "list of children" : "child");
}

static void by_number(struct children *children, int32_t number)
{
	struct wait_job *job = children->job;
	struct target_numbers own = { .count = 1 };

	if (number != -1 && target_read_numbers(job->pid, &own) < 0)
		children->unreadable = true;
	children->level = own.count - 1;
	if (number > 0) {
		children->pid = number;
		wait_say(job, "the end of child %d", number);
	} else if (number < -1) {
		children->group = -number;
		wait_say(job, "a child of process group %d", -number);
	} else if (number == 0) {
		children->group = own.group[children->level];
		wait_say(job, "a child of its own process group");
	} else {
		wait_say(job, "any child");
	}
}

void wait_describe_children(struct wait_job *job)
{
	struct children children = { .job = job };
	int32_t number = job->args[0];
	struct target_fdinfo info;

	job->wait->kind = LC_WAIT_CHILD;
	job->wait->direction = LC_WAIT_EVENT;
	if (job->call->family == CALL_WAITID) {
		number = job->args[1];
		if (job->args[0] == P_ALL)
			number = -1;
		else if (job->args[0] == P_PGID)
			number = number ? -number : 0;
		else if (job->args[0] == P_PIDFD) {
			job->wait->fd = number;
			if (target_fdinfo_read(job->pid, job->tid, number, &info) ||
			    info.pid <= 0) {
				wait_cannot_read(job, "pidfd %d", number);
				job->wait->recorded = LC_WAIT_UNREADABLE;
				return;
			}
			wait_say(job, "the end of child %d, by pidfd", info.pid);
			wait_add_owner(job, LC_WAIT_CHILD_PROCESS, info.pid, 0, number);
			return;
		}
	}
	by_number(&children, number);
	wait_set_key(job, LC_WAIT_SPACE_PROCESS, job->pid, (uint32_t)number, 0);
	find_children(job, &children);
}

/* The caller sleeps in the kernel, in state D, until its child executes a program or ends. */
void wait_describe_vfork(struct wait_job *job)
{
	struct children children = { .job = job };

	job->wait->kind = LC_WAIT_VFORK;
	job->wait->direction = LC_WAIT_EVENT;
	wait_say(job, "a vfork child, to execute a program or end");
	/* Only this thread's own: the child is among them. */
	(void)read_thread(&children, job->tid);
	job->wait->flags |= job->wait->owner_total > 1 ? LC_WAIT_INCOMPLETE : 0;
}

bool wait_describe_stop(struct wait_job *job)
{
	struct target_status status = {};

	if (job->subject->state != 'T' && job->subject->state != 't')
		return false;
	(void)target_read_status(job->tid, job->tid, &status);
	if (job->subject->state == 't' || status.tracer) {
		job->wait->kind = LC_WAIT_TRACER;
		wait_say(job, "stopped by its tracer");
		if (status.tracer)
			wait_add_owner(job, LC_WAIT_TRACER_PROCESS, status.tracer, 0, -1);
		return true;
	}
	job->wait->kind = LC_WAIT_STOPPED;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	wait_say(job, "stopped by a signal, until SIGCONT");
	return true;
}

bool wait_describe_frozen(struct wait_job *job)
{
	const struct wait_process *process = wait_process_get(job->scan, job->pid);

	if (!process->frozen)
		return false;
	job->wait->kind = LC_WAIT_FROZEN;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	wait_set_key(job, LC_WAIT_SPACE_CGROUP, 0, process->cgroup, 0);
	wait_say(job, "frozen cgroup %s", process->cgroup_path);
	return true;
}
