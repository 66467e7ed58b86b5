// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes and threads as owners. A tid in the target's memory is of the target's PID namespace;
 * the proof that such an owner is dead needs the whole namespace looked through, and a guard
 * against a tid that was given away again: an owner must be older than the block.
 */
#include "wait/private.h"
#include "target/core.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's start times are cut to a tick; ours may lag a little. */
#define START_SLACK_NS 50000000ull
#define PROCESSES_MAX 16384
/*
 * Of the C library's own: thread cancellation, setuid on all threads (glibc 32, 33; musl 32 to 34).
 */
#define LIBRARY_SIGNALS (7ull << 31)
/*
 * Raised by what a thread does itself: a thread that sleeps does nothing. Rust's library catches
 * two of them in every program, Python's faulthandler five.
 */
#define FAULT_SIGNALS                                                                          \
	(SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGABRT) | SIGNAL_BIT(SIGBUS) | \
	 SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGSYS))
#define SIGNAL_BIT(number) (1ull << ((number)-1))

static void note_status(struct wait_process *process, const struct target_status *status)
{
	uint64_t caught = status->caught & ~(LIBRARY_SIGNALS | FAULT_SIGNALS);

	process->threads = status->threads;
	process->catches_signals = caught;
	process->is_interrupted = caught == SIGNAL_BIT(SIGINT);
}

const struct wait_process *wait_process_status(struct wait_job *job)
{
	struct wait_process *process = wait_process_get(job->scan, job->pid);
	struct target_status status;

	if (process->status_read)
		return process;
	process->status_read = true;
	if (!target_read_status(job->tid, job->tid, &status))
		note_status(process, &status);
	return process;
}

int wait_read_status(struct wait_job *job, struct target_status *ret)
{
	struct wait_process *process = wait_process_get(job->scan, job->pid);
	int r = target_read_status(job->tid, job->tid, ret);

	if (!r && !process->status_read) {
		process->status_read = true;
		note_status(process, ret);
	}
	return r;
}

void wait_note_signals(struct wait_job *job)
{
	if (wait_process_status(job)->catches_signals)
		job->wait->flags |= LC_WAIT_SIGNAL_HANDLER;
}

/* A thread of a core, as far as that has what /proc tells of one. */
static int read_of_core(const struct target_core *core, pid_t pid, pid_t tid,
			struct target_stat *ret)
{
	const struct target_core_thread *thread = target_core_thread(core, tid);

	if (pid != core->pid || !thread)
		return -ESRCH;
	*ret = (struct target_stat){ .state = thread->call.nr == LC_NO_SYSCALL ? 'R' : 'S' };
	memcpy(ret->comm, core->comm, sizeof(ret->comm));
	return 0;
}

static int read_task(const struct wait_job *job, pid_t pid, pid_t tid, struct target_stat *ret)
{
	const struct target_core *core = target_core_of(job->scan->access);

	return core ? read_of_core(core, pid, tid, ret) : target_read_stat(pid, tid, ret);
}

struct lc_wait_owner *wait_add_owner(struct wait_job *job, enum lc_wait_role role, pid_t pid,
				     pid_t tid, int fd)
{
	struct lc_wait *wait = job->wait;
	struct lc_wait_owner *owner;
	struct target_stat stat;

	if (read_task(job, pid, tid ? tid : pid, &stat))
		return NULL;
	wait->owner_total++;
	wait->recorded = LC_WAIT_RECORDED;
	if (wait->owner_count >= LC_WAIT_OWNERS)
		return NULL;
	owner = &wait->owners[wait->owner_count++];
	*owner = (struct lc_wait_owner){
		.pid = pid,
		.tid = tid,
		.fd = fd,
		.role = role,
		.state = stat.state,
		.start_time = stat.start_ticks * job->scan->tick_ns,
	};
	memcpy(owner->comm, stat.comm, sizeof(owner->comm));
	return owner;
}

static uint64_t namespace_of(pid_t pid, const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	return stat(path, &st) ? 0 : st.st_ino;
}

bool wait_thread_exists(const struct wait_job *job, pid_t tid)
{
	const struct target_core *core = target_core_of(job->scan->access);

	if (core)
		return job->pid == core->pid && target_core_thread(core, tid);
	/* Signal 0 only asks, and is cheaper than a file of /proc. */
	return !syscall(SYS_tgkill, job->pid, tid, 0) || errno == EPERM;
}

/* Looks for a thread by its number in the target's namespace. */
struct search {
	uint32_t ns_tid;
	pid_t pid; /* whose threads are looked at */
	pid_t tid; /* found */
	uint64_t pid_namespace;
	size_t refused;
};

static int try_thread(void *context, pid_t tid)
{
	struct search *search = context;
	struct target_status status;
	int r = target_read_status(tid, tid, &status);

	if (r < 0) {
		search->refused += r != -ESRCH;
		return 0;
	}
	if ((uint32_t)status.ns_tid != search->ns_tid)
		return 0;
	search->tid = tid;
	return 1;
}

static int try_process(void *context, pid_t pid)
{
	struct search *search = context;
	uint64_t inode = namespace_of(pid, "pid");

	if (inode != search->pid_namespace) {
		search->refused += inode == 0;
		return 0;
	}
	search->pid = pid;
	return target_for_each_tid(pid, try_thread, search) == 1;
}

pid_t wait_thread_of(struct wait_job *job, uint32_t ns_tid)
{
	const struct target_core *core = target_core_of(job->scan->access);
	struct search search = { .ns_tid = ns_tid, .pid = job->pid };
	const struct target_core_thread *thread;

	if (!ns_tid || ns_tid > INT32_MAX)
		return 0;
	if (core) {
		thread = target_core_own_thread(core, (pid_t)ns_tid);
		return thread ? thread->tid : 0;
	}
	if (wait_process_get(job->scan, job->pid)->same_pid_namespace)
		return wait_thread_exists(job, ns_tid) ? (pid_t)ns_tid : 0;
	/* Mostly the main thread, for which no list has to be read. */
	if (!try_thread(&search, job->pid))
		(void)target_for_each_tid(job->pid, try_thread, &search);
	return search.tid;
}

/* Beyond the target's own process. Returns the tid or 0; *ret_sure: all were looked at. */
static pid_t find_anywhere(struct wait_job *job, uint32_t ns_tid, pid_t *ret_pid, bool *ret_sure)
{
	const struct target_core *core = target_core_of(job->scan->access);
	struct search search = { .ns_tid = ns_tid };
	struct target_status status;
	int r;

	*ret_sure = !core || target_core_knows_all(core);
	if (core)
		return 0;
	if (wait_process_get(job->scan, job->pid)->same_pid_namespace) {
		r = target_read_status(ns_tid, ns_tid, &status);
		*ret_sure = r == -ESRCH || r == 0;
		*ret_pid = r ? 0 : status.tgid;
		return r ? 0 : (pid_t)ns_tid;
	}
	search.pid_namespace = namespace_of(job->pid, "pid");
	if (!search.pid_namespace) {
		*ret_sure = false;
		return 0;
	}
	(void)target_for_each_pid(try_process, &search);
	*ret_sure = search.refused == 0;
	*ret_pid = search.pid;
	return search.tid;
}

static void add_dead(struct wait_job *job, enum lc_wait_role role, uint32_t ns_tid)
{
	struct lc_wait *wait = job->wait;

	wait->recorded = LC_WAIT_DEAD;
	wait->flags |= LC_WAIT_OWNER_GONE;
	wait->owner_total = wait->owner_count = 1;
	wait->owners[0] = (struct lc_wait_owner){ .ns_tid = ns_tid, .role = role, .fd = -1 };
}

void wait_add_recorded(struct wait_job *job, enum lc_wait_role role, uint32_t ns_tid, bool shared)
{
	uint64_t since = job->subject->blocked_since;
	struct lc_wait_owner *owner;
	pid_t pid = job->pid, tid;
	bool sure = true;

	if (!ns_tid || ns_tid > INT32_MAX)
		return;
	tid = wait_thread_of(job, ns_tid);
	if (!tid)
		tid = find_anywhere(job, ns_tid, &pid, &sure);
	owner = tid ? wait_add_owner(job, role, pid, tid, -1) : NULL;
	/* Z of a leader whose other threads live is an exited thread all the same. */
	if (owner && (owner->state == 'Z' || owner->state == 'X'))
		owner = NULL;
	/* Younger than the wait, it can't be who is waited for. A lock goes to newcomers, too. */
	if (owner && since && role == LC_WAIT_JOINEE &&
	    owner->start_time > since + job->scan->boot_minus_monotonic + START_SLACK_NS)
		owner = NULL;
	if (!owner) {
		if (sure)
			add_dead(job, role, ns_tid);
		else
			wait_cannot_read(job, "threads of the PID namespace");
		job->wait->recorded = sure ? LC_WAIT_DEAD : LC_WAIT_UNREADABLE;
		return;
	}
	owner->ns_tid = ns_tid;
	if (tid == job->tid)
		job->wait->flags |= LC_WAIT_OWNER_SELF;
	if (pid != job->pid && !shared)
		job->wait->flags |= LC_WAIT_OWNER_ELSEWHERE | LC_WAIT_OWNER_GONE;
}

/*
 * Pairs of words of the process's own size: key and value. A key is small, and no file has to be
 * opened for it. (fs/proc/base.c, auxv_read())
 */
static bool is_compat(pid_t pid)
{
	_cleanup_close_ int fd = -1;
	uint64_t first = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &first, sizeof(first)) == sizeof(first) && first > UINT32_MAX;
}

void wait_process_maps(struct wait_process *process)
{
	const struct target_task task = { process->access, process->pid, process->pid };

	if (process->maps_read)
		return;
	process->maps_read = true;
	(void)target_maps_read(&task, TARGET_MAPS_ALL, &process->maps);
}

void wait_processes_release(struct wait_scan *scan)
{
	struct wait_process *process, *next;

	target_maps_release(&scan->spare.maps);
	HASH_ITER(hh, scan->processes, process, next) {
		HASH_DEL(scan->processes, process);
		target_maps_release(&process->maps);
		free(process);
	}
}

static void drop_maps(struct wait_process *process)
{
	if (!process)
		return;
	target_maps_release(&process->maps);
	process->maps_read = false;
}

/* Past the bound, and without memory, one takes the place of the last. */
static struct wait_process *add_process(struct wait_scan *scan, pid_t pid)
{
	struct wait_process *process = NULL;

	if (HASH_COUNT(scan->processes) < PROCESSES_MAX)
		process = calloc(1, sizeof(*process));
	if (!process) {
		scan->spare = (struct wait_process){ .pid = pid };
		return &scan->spare;
	}
	process->pid = pid;
	HASH_ADD_INT(scan->processes, pid, process);
	return process;
}

static uint64_t own_namespace(struct wait_scan *scan)
{
	if (!scan->pid_namespace)
		scan->pid_namespace = namespace_of(getpid(), "pid");
	return scan->pid_namespace;
}

static void read_process(struct wait_scan *scan, struct wait_process *process)
{
	const struct target_core *core = target_core_of(scan->access);
	uint64_t theirs;

	process->access = scan->access;
	process->maps = (struct target_maps)TARGET_MAPS_INIT;
	if (core) {
		/* Its handlers are not known: it may have some. */
		process->status_read = process->catches_signals = true;
		process->threads = core->thread_count;
		return;
	}
	process->compat = is_compat(process->pid);
	theirs = namespace_of(process->pid, "pid");
	/* Not readable: most processes share the one of who looks. */
	process->same_pid_namespace = !theirs || theirs == own_namespace(scan);
	wait_process_freezer(scan, process);
}

struct wait_process *wait_process_get(struct wait_scan *scan, pid_t pid)
{
	struct wait_process *process = scan->last;

	if (process && process->pid == pid)
		return process;
	drop_maps(process);
	HASH_FIND_INT(scan->processes, &pid, process);
	if (!process) {
		process = add_process(scan, pid);
		read_process(scan, process);
	}
	scan->last = process;
	return process;
}
