// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits inside the kernel: state D, page faults, and calls that only a file system or device can
 * block. The kernel's function tells whose code it is; the mount, which file system; and what the
 * kernel notes for its own watch over hung tasks, which lock and who has it.
 */
#include "wait/kinds.h"
#include "target/core.h"
#include "target/proc.h"
#include "util/cleanup.h"

#include <inttypes.h>
#include <stdio.h>

#define NFS_WORDS 96

const char *wait_kernel_function(struct wait_job *job)
{
	char path[80], *buffer = job->wait->kernel_function;
	size_t size = sizeof(job->wait->kernel_function);

	if (*buffer)
		return buffer;
	if (job->subject->kernel_function) {
		snprintf(buffer, size, "%s", job->subject->kernel_function);
		return buffer;
	}
	if (target_core_of(job->scan->access))
		return buffer;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/wchan", job->pid, job->tid);
	if (target_read_file(path, buffer, size) < 0)
		*buffer = '\0';
	if (!strcmp(buffer, "0"))
		*buffer = '\0';
	return buffer;
}

/* kernel/seccomp.c: since 5.0; in state S, or D where the filter asks for it
 * (WAIT_KILLABLE_RECV, 5.19) */
static const char supervised[] = "seccomp_do_user_notification";

static const char a_lock[] = "a lock of the kernel";

/* Parts of function names: they change over kernel versions, and wchan may name a caller. */
static const struct {
	const char *part;
	enum lc_wait_kind kind;
	const char *words;
} functions[] = {
	{ "do_freezer_trap", LC_WAIT_FROZEN, "the freezer" },
	{ "__refrigerator", LC_WAIT_FROZEN, "the freezer" },
	{ supervised, LC_WAIT_SUPERVISOR, "the answer of who supervises its system calls" },
	{ "handle_userfault", LC_WAIT_USERFAULTFD, "a page from a userfaultfd handler" },
	{ "request_wait_answer", LC_WAIT_FUSE, "the answer of a FUSE daemon" },
	{ "fuse_", LC_WAIT_FUSE, "a FUSE daemon" },
	{ "rpc_wait_bit", LC_WAIT_NFS, "the answer of an NFS server" },
	{ "rpc_", LC_WAIT_NFS, "the answer of an NFS server" },
	{ "nfs", LC_WAIT_NFS, "an NFS server" },
	{ "io_schedule", LC_WAIT_KERNEL, "a disk" },
	{ "folio_wait", LC_WAIT_KERNEL, "a page of a file" },
	{ "wait_on_page", LC_WAIT_KERNEL, "a page of a file" },
	{ "wait_on_buffer", LC_WAIT_KERNEL, "a disk" },
	{ "jbd2", LC_WAIT_KERNEL, "the journal of a file system" },
	{ "rwsem", LC_WAIT_KERNEL, a_lock },
	{ "mutex_lock", LC_WAIT_KERNEL, a_lock },
	{ "de_thread", LC_WAIT_KERNEL, "its other threads to end, in exec" },
	{ "do_exit", LC_WAIT_KERNEL, "its own end" },
	{ "exit_mm", LC_WAIT_KERNEL, "its own end" },
};

static void name_mount(struct wait_job *job, uint64_t mount_id)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[64], line[4096], type[32], source[NFS_WORDS];
	const char *rest;
	uint64_t id;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", job->pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNu64, &id) != 1 || id != mount_id)
			continue;
		rest = strstr(line, " - ");
		if (!rest || sscanf(rest + 3, "%31s %95s", type, source) != 2)
			return;
		wait_add(job, ", file system %s of %s", type, source);
		if (job->wait->kind != LC_WAIT_KERNEL)
			return;
		if (!strncmp(type, "nfs", 3))
			job->wait->kind = LC_WAIT_NFS;
		else if (!strncmp(type, "fuse", 4))
			job->wait->kind = LC_WAIT_FUSE;
		return;
	}
}

static void name_descriptor(struct wait_job *job)
{
	struct target_fdinfo info;
	struct target_fd link;
	int fd;

	if (!job->call || job->call->arg < 0 ||
	    (job->call->family != CALL_FD && job->call->family != CALL_KERNEL))
		return;
	fd = job->args[job->call->arg];
	job->wait->fd = fd;
	if (target_fd_read(job->pid, job->tid, fd, &link) < 0)
		return;
	wait_add(job, ", %s, fd %d", link.name, fd);
	if (!target_fdinfo_read(job->pid, job->tid, fd, &info) && info.mount_id)
		name_mount(job, info.mount_id);
}

static const char *blocker_words(uint32_t kind)
{
	switch (kind) {
	case LC_BLOCKER_MUTEX:
		return "a mutex of the kernel";
	case LC_BLOCKER_SEMAPHORE:
		return "a semaphore of the kernel";
	case LC_BLOCKER_RWSEM_READER:
		return "a read-write lock of the kernel, to read";
	default:
		return "a read-write lock of the kernel, to write";
	}
}

/*
 * Who has the lock. A reader of a read-write lock is one of many, and a semaphore belongs to
 * nobody.
 */
static void add_blocker(struct wait_job *job)
{
	const struct lc_blocker *blocker = &job->subject->blocker;
	enum lc_wait_role role = blocker->hint ? LC_WAIT_LAST_USER : LC_WAIT_HOLDER;

	job->wait->kind = LC_WAIT_KERNEL;
	job->wait->recorded = LC_WAIT_NOT_RECORDED;
	job->wait->direction = blocker->kind == LC_BLOCKER_RWSEM_READER ? LC_WAIT_LOCK_SHARED
									: LC_WAIT_LOCK;
	wait_set_key(job, LC_WAIT_SPACE_KERNEL, 0, blocker->lock, 0);
	if (!blocker->owner_tid || !blocker->owner_pid)
		return;
	if (!wait_add_owner(job, role, blocker->owner_pid, blocker->owner_tid, -1))
		return;
	if (blocker->owner_tid == job->tid && !blocker->hint)
		job->wait->flags |= LC_WAIT_OWNER_SELF;
}

bool wait_is_supervised(struct wait_job *job)
{
	/* Without BPF the function of each sleeper would have to be read. */
	return (job->subject->kernel_function || job->subject->state == 'D') &&
	       strstr(wait_kernel_function(job), supervised);
}

void wait_describe_kernel(struct wait_job *job)
{
	const char *function = wait_kernel_function(job);
	const char *words = "the kernel";
	size_t i;

	job->wait->kind = LC_WAIT_KERNEL;
	job->wait->recorded = LC_WAIT_NOT_RECORDED;
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (!strstr(function, functions[i].part))
			continue;
		job->wait->kind = functions[i].kind;
		words = functions[i].words;
		if (words != a_lock) /* that one somebody here has */
			job->wait->recorded = LC_WAIT_OUTSIDE;
		break;
	}
	if (job->subject->blocker.lock)
		words = blocker_words(job->subject->blocker.kind);
	wait_say(job, "%s", words);
	if (*function)
		wait_add(job, " in %s()", function);
	name_descriptor(job);
	if (job->subject->blocker.lock)
		add_blocker(job);
}
