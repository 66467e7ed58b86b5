// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipes and FIFOs: who has the other end. A blocked reader always has a writer somewhere, else it
 * would get the end of the file; the question is whether that is anyone but itself.
 */
#include "wait/kinds.h"
#include "wait/wait.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Which descriptors are of the other end, and for a FIFO, of the same file. */
struct other_end {
	bool writes;
	bool is_fifo;
	dev_t device;
	uint64_t inode;
};

static bool is_other_end(struct wait_descriptor *descriptor, void *context)
{
	const struct other_end *end = context;
	struct target_fd_file file;

	if (!(wait_descriptor_mode(descriptor) & (end->writes ? WAIT_MODE_WRITE : WAIT_MODE_READ)))
		return false;
	if (!end->is_fifo)
		return true;
	return !target_fd_stat(descriptor->pid, descriptor->tid, descriptor->fd, &file) &&
	       file.inode == end->inode && file.device == end->device;
}

static bool is_named(const struct lc_wait *wait, pid_t pid)
{
	uint32_t i;

	for (i = 0; i < wait->owner_count && wait->owners[i].pid != pid; i++)
		;
	return i < wait->owner_count;
}

bool wait_has_no_others(struct wait_scan *scan, pid_t pid, const struct lc_wait *wait)
{
	const struct wait_descriptor *found;
	size_t count, i;

	/* Of one thread that has both ends, tables of other threads were asked, too. */
	if (wait->key.space != LC_WAIT_SPACE_PIPE || wait->flags & LC_WAIT_OWN_THREAD)
		return false;
	found = wait_descriptors_find(scan, TARGET_FD_PIPE, wait->key.object, &count);
	for (i = 0; i < count; i++) {
		if (found[i].pid != pid && !is_named(wait, found[i].pid))
			return false;
	}
	return count && !scan->descriptors.refused && !scan->descriptors.cut &&
	       !(wait->flags & LC_WAIT_OWN_PROCESS && wait_in_flight(scan));
}

static void find_other_end(struct wait_job *job, const struct target_fd *link,
			   struct other_end *end)
{
	size_t found = wait_add_holders(job, LC_WAIT_OTHER_END, link->kind,
					wait_descriptor_key(link), is_other_end, end);

	wait_note_own(job);
	if (found)
		return;
	job->wait->recorded = job->wait->flags & LC_WAIT_INCOMPLETE ? LC_WAIT_UNREADABLE
								    : LC_WAIT_NOBODY;
	if (job->wait->recorded == LC_WAIT_NOBODY)
		job->wait->flags |= LC_WAIT_CLOSED;
}

void wait_describe_pipe(struct wait_job *job, int fd, const struct target_fd *link,
			enum lc_wait_direction direction)
{
	bool writes = direction == LC_WAIT_WRITE ||
		      (direction == LC_WAIT_EVENT && link->writes && !link->reads);
	struct other_end end = { .writes = !writes };

	job->wait->kind = LC_WAIT_PIPE;
	job->wait->direction = writes ? LC_WAIT_WRITE : LC_WAIT_READ;
	wait_set_key(job, LC_WAIT_SPACE_PIPE, 0, link->inode, 0);
	wait_say(job, "pipe %llu, %s end, fd %d", (unsigned long long)link->inode,
		 writes ? "writing" : "reading", fd);
	find_other_end(job, link, &end);
}

void wait_describe_fifo(struct wait_job *job, int fd, const struct target_fd *link,
			const struct target_fd_file *file, enum lc_wait_direction direction)
{
	bool writes = direction == LC_WAIT_WRITE ||
		      (direction == LC_WAIT_EVENT && link->writes && !link->reads);
	struct other_end end = {
		.writes = !writes, .is_fifo = true, .device = file->device, .inode = file->inode
	};

	job->wait->kind = LC_WAIT_FIFO;
	job->wait->direction = writes ? LC_WAIT_WRITE : LC_WAIT_READ;
	wait_set_key(job, LC_WAIT_SPACE_FILE,
		     wait_pack_device(major(file->device), minor(file->device)), file->inode, 0);
	wait_say(job, "FIFO %s, %s end, fd %d", link->name, writes ? "writing" : "reading", fd);
	find_other_end(job, link, &end);
}

/* open() of a FIFO waits until the other end is opened, which anybody may do who has the path. */
void wait_describe_fifo_open(struct wait_job *job, const char *path, int flags)
{
	bool writes = (flags & O_ACCMODE) == O_WRONLY;

	job->wait->kind = LC_WAIT_FIFO;
	job->wait->direction = LC_WAIT_OPEN;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	if (writes)
		job->wait->flags |= LC_WAIT_OPENS_TO_WRITE;
	wait_say(job, "FIFO %s, to be opened for %s by another", path,
		 writes ? "reading" : "writing");
}
