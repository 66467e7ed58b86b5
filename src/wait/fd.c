// SPDX-License-Identifier: GPL-2.0-only
/* Waits on a descriptor: which kind of thing it is. */
#include "wait/kinds.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define MISC_MAJOR 10
#define FUSE_MINOR 229

static bool is_terminal(const struct target_fd_file *file)
{
	/* 4 tty and serial, 5 tty and console, 136 to 143 pty slaves, 188 USB serial */
	return file->type == S_IFCHR &&
	       (file->major == 4 || file->major == 5 ||
		(file->major >= 136 && file->major <= 143) || file->major == 188);
}

static void describe_file(struct wait_job *job, const struct target_fd *link,
			  const struct target_fd_file *file)
{
	job->wait->kind = LC_WAIT_FILE;
	if (file->type == S_IFCHR && file->major == MISC_MAJOR && file->minor == FUSE_MINOR) {
		job->wait->kind = LC_WAIT_FUSE;
		wait_say(job, "requests to a FUSE daemon, %s", link->name);
		return;
	}
	wait_set_key(job, LC_WAIT_SPACE_FILE,
		     wait_pack_device(major(file->device), minor(file->device)), file->inode, 0);
	job->wait->recorded = LC_WAIT_OUTSIDE;
	wait_say(job, "%s %s", file->type == S_IFCHR || file->type == S_IFBLK ? "device" : "file",
		 link->name);
}

bool wait_describe_fd(struct wait_job *job, int fd, enum lc_wait_direction direction)
{
	struct target_fd_file file = {};
	struct target_fd link;
	int r = target_fd_read(job->pid, job->tid, fd, &link);

	job->wait->fd = fd;
	job->wait->direction = direction;
	if (r < 0) {
		job->wait->kind = LC_WAIT_UNKNOWN;
		job->wait->recorded = LC_WAIT_UNREADABLE;
		wait_say(job, "descriptor %d", fd);
		wait_cannot_read(job, "descriptor %d: %s", fd, strerror(-r));
		return false;
	}
	switch (link.kind) {
	case TARGET_FD_PIPE:
		wait_describe_pipe(job, fd, &link, direction);
		return true;
	case TARGET_FD_SOCKET:
		wait_describe_socket(job, fd, &link, direction);
		return true;
	case TARGET_FD_ANONYMOUS:
		wait_describe_anonymous(job, fd, &link, direction);
		return true;
	case TARGET_FD_PATH:
		break;
	}
	if (target_fd_stat(job->pid, job->tid, fd, &file) < 0)
		wait_cannot_read(job, "file of descriptor %d", fd);
	if (file.type == S_IFIFO)
		wait_describe_fifo(job, fd, &link, &file, direction);
	else if (is_terminal(&file))
		wait_describe_terminal(job, &link, &file);
	else
		describe_file(job, &link, &file);
	return true;
}

/* Blocks on what it writes to; reading from disk is the kernel's. */
void wait_describe_sendfile(struct wait_job *job)
{
	wait_describe_fd(job, job->args[0], LC_WAIT_WRITE);
}

/* Which end it is stands only in the kernel's stack: pipe_wait_readable, pipe_wait_writable. */
void wait_describe_splice(struct wait_job *job)
{
	const char *function = wait_kernel_function(job);
	int to = job->nr == job->call->nr && !strcmp(job->call->name, "tee") ? 1 : 2;

	if (strstr(function, "writable") || strstr(function, "pipe_write") ||
	    strstr(function, "sk_stream") || strstr(function, "unix_stream_send"))
		wait_describe_fd(job, job->args[to], LC_WAIT_WRITE);
	else
		wait_describe_fd(job, job->args[0], LC_WAIT_READ);
}

void wait_describe_queue(struct wait_job *job)
{
	struct target_fd_file file = {};
	struct target_fd link;
	int fd = job->args[0];

	job->wait->kind = LC_WAIT_POSIX_QUEUE;
	job->wait->fd = fd;
	job->wait->direction = job->call->direction;
	if (target_fd_read(job->pid, job->tid, fd, &link) < 0 ||
	    target_fd_stat(job->pid, job->tid, fd, &file) < 0) {
		job->wait->recorded = LC_WAIT_UNREADABLE;
		wait_cannot_read(job, "descriptor %d", fd);
		return;
	}
	wait_set_key(job, LC_WAIT_SPACE_FILE,
		     wait_pack_device(major(file.device), minor(file.device)), file.inode, 0);
	wait_say(job, "message queue %s, %s, fd %d", link.name,
		 job->wait->direction == LC_WAIT_READ ? "empty" : "full", fd);
	wait_add_holders(job, LC_WAIT_SAME_OBJECT, link.kind, wait_descriptor_key(&link), NULL,
			 NULL);
	wait_note_own(job);
}
