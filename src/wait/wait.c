// SPDX-License-Identifier: GPL-2.0-only
/* The public functions: scans, and which describer a wait goes to. See wait.h. */
#include "wait/futex.h"
#include "wait/kinds.h"
#include "target/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000ll

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

int wait_scan_create(struct target_access *access, struct wait_scan **ret_scan)
{
	struct wait_scan *scan = calloc(1, sizeof(*scan));
	long ticks = sysconf(_SC_CLK_TCK);
	int64_t monotonic;

	if (!scan)
		return -ENOMEM;
	monotonic = clock_ns(CLOCK_MONOTONIC);
	scan->access = access;
	scan->real_minus_monotonic = clock_ns(CLOCK_REALTIME) - monotonic;
	scan->boot_minus_monotonic = clock_ns(CLOCK_BOOTTIME) - monotonic;
	scan->tick_ns = SECOND_NS / (ticks > 0 ? ticks : 100);
	*ret_scan = scan;
	return 0;
}

void wait_scan_free(struct wait_scan *scan)
{
	size_t i;

	if (!scan)
		return;
	for (i = 0; i < scan->network_count; i++)
		wait_network_release(&scan->networks[i]);
	target_locks_release(&scan->locks);
	wait_processes_release(scan);
	wait_freezers_release(scan);
	free(scan->descriptors.all);
	free(scan->eventfds);
	free(scan->tracers);
	free(scan);
}

void wait_scan_use(struct wait_scan *scan, struct wait_book *book, uint64_t as_of)
{
	scan->book = book;
	scan->book_as_of = as_of;
}

bool wait_scan_has_descriptors(const struct wait_scan *scan)
{
	return scan->descriptors.read;
}

size_t wait_scan_refused(const struct wait_scan *scan)
{
	return scan->descriptors.refused;
}

static void describe_descriptor(struct wait_job *job)
{
	wait_describe_fd(job, job->args[job->call->arg], job->call->direction);
}

static void describe_aio(struct wait_job *job)
{
	job->wait->kind = LC_WAIT_KERNEL;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	wait_say(job, "asynchronous I/O");
}

static void (*const describers[])(struct wait_job *) = {
	[CALL_NONE] = wait_describe_kernel,
	[CALL_FUTEX] = wait_futex_describe,
	[CALL_FUTEX_WAIT] = wait_futex_describe,
	[CALL_FUTEX_WAITV] = wait_futex_describe,
	[CALL_FD] = describe_descriptor,
	[CALL_SENDFILE] = wait_describe_sendfile,
	[CALL_SPLICE] = wait_describe_splice,
	[CALL_POLL] = wait_describe_set,
	[CALL_SELECT] = wait_describe_set,
	[CALL_EPOLL] = wait_describe_set,
	[CALL_SLEEP] = wait_describe_sleep,
	[CALL_CLOCK_SLEEP] = wait_describe_sleep,
	[CALL_WAIT4] = wait_describe_children,
	[CALL_WAITID] = wait_describe_children,
	[CALL_SUSPEND] = wait_describe_signal,
	[CALL_SIGWAIT] = wait_describe_signal,
	[CALL_MESSAGE] = wait_describe_message,
	[CALL_SEMOP] = wait_describe_semop,
	[CALL_MQ] = wait_describe_queue,
	[CALL_FLOCK] = wait_describe_lock,
	[CALL_FCNTL] = wait_describe_lock,
	[CALL_IO_URING] = describe_descriptor,
	[CALL_AIO] = describe_aio,
	[CALL_OPEN] = wait_describe_open,
	[CALL_CLONE] = wait_describe_vfork,
	[CALL_RESTART] = wait_describe_kernel,
	[CALL_KERNEL] = wait_describe_kernel,
};

/* In state D a call on a file blocks in the file system, whatever it is on. */
static bool is_kernel_wait(struct wait_job *job)
{
	const char *function;

	if (job->nr == LC_NO_SYSCALL || !job->call || job->subject->blocker.lock ||
	    wait_is_supervised(job))
		return true;
	if (job->subject->state != 'D' || job->call->family == CALL_CLONE)
		return false;
	function = wait_kernel_function(job);
	/* A few sleeps of the second kind are D as well, and have a describer. */
	return !strstr(function, "pipe") && !strstr(function, "sock") && !strstr(function, "futex");
}

static void describe(struct wait_job *job)
{
	struct lc_wait *wait = job->wait;

	if (target_core_of(job->scan->access)) {
		wait_describe_in_core(job);
		return;
	}
	if (wait_describe_stop(job) || wait_describe_frozen(job))
		return;
	if (wait_process_get(job->scan, job->pid)->compat) {
		wait_say(job, "call %lld of a 32-bit program: what it waits for is not read",
			 (long long)job->nr);
		wait->flags |= LC_WAIT_32_BIT;
		wait->recorded = LC_WAIT_UNREADABLE;
		return;
	}
	if (job->call && job->call->family == CALL_RESTART) {
		wait->flags |= LC_WAIT_RESTARTED;
		job->call = wait_restarted_call(job);
	}
	if (job->call) {
		snprintf(wait->op, sizeof(wait->op), "%s", job->call->name);
		wait->direction = job->call->direction;
		wait_describe_timeout(job);
	} else if (job->nr != LC_NO_SYSCALL) {
		snprintf(wait->op, sizeof(wait->op), "call %lld", (long long)job->nr);
	}
	if (is_kernel_wait(job))
		wait_describe_kernel(job);
	else
		describers[job->call->family](job);
}

static struct wait_job job_of(struct wait_scan *scan, const struct wait_subject *subject,
			      struct lc_wait *wait)
{
	*wait = (struct lc_wait){ .fd = -1 };
	return (struct wait_job){
		.scan = scan,
		.subject = subject,
		.wait = wait,
		.pid = subject->task.pid,
		.tid = subject->task.tid,
		.nr = subject->syscall.nr,
		.args = subject->syscall.args,
		.call = wait_call_find(subject->syscall.nr),
	};
}

int wait_time_out(struct wait_scan *scan, const struct wait_subject *subject, uint64_t *ret_ends_at)
{
	struct lc_wait wait;
	struct wait_job job = job_of(scan, subject, &wait);

	if (!job.call || job.call->family != CALL_FUTEX)
		return -ENOENT;
	wait_futex_time_out(&job);
	if (!wait.ends_at)
		return -ENOENT;
	*ret_ends_at = wait.ends_at;
	return 0;
}

int wait_describe(struct wait_scan *scan, const struct wait_subject *subject, struct lc_wait *ret)
{
	struct wait_job job = job_of(scan, subject, ret);

	if (!wait_thread_exists(&job, job.tid))
		return -ESRCH;
	describe(&job);
	return 0;
}
