// SPDX-License-Identifier: GPL-2.0-only
/* Terminals: who has the master of a pseudo-terminal. */
#include "wait/kinds.h"

#include <stdio.h>
#include <sys/sysmacros.h>

#define PTY_SLAVE_MAJOR 136
#define PTY_SLAVE_MAJOR_LAST 143

static bool is_master_of(struct wait_descriptor *descriptor, void *context)
{
	struct target_fdinfo info;

	return !target_fdinfo_read(descriptor->pid, descriptor->tid, descriptor->fd, &info) &&
	       info.tty_index == *(int *)context;
}

/* Masters are opened as /dev/ptmx or /dev/pts/ptmx. */
static void add_masters(struct wait_job *job, int index)
{
	static const char *const names[] = { "/dev/ptmx", "/dev/pts/ptmx" };
	struct target_fd link;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		target_fd_parse(names[i], &link);
		wait_add_holders(job, LC_WAIT_MASTER, link.kind, wait_descriptor_key(&link),
				 is_master_of, &index);
	}
}

void wait_describe_terminal(struct wait_job *job, const struct target_fd *link,
			    const struct target_fd_file *file)
{
	job->wait->kind = LC_WAIT_TTY;
	wait_set_key(job, LC_WAIT_SPACE_FILE,
		     wait_pack_device(major(file->device), minor(file->device)), file->inode, 0);
	wait_say(job, "terminal %s, fd %d", link->name, job->wait->fd);
	job->wait->recorded = LC_WAIT_OUTSIDE;
	if (file->major >= PTY_SLAVE_MAJOR && file->major <= PTY_SLAVE_MAJOR_LAST)
		add_masters(job, (file->major - PTY_SLAVE_MAJOR) * 256 + file->minor);
}
