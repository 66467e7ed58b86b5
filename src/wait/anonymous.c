// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous inodes: eventfd, timerfd, signalfd, inotify, pidfd, io_uring. fdinfo tells what they
 * hold.
 */
#include "wait/kinds.h"

#include <stdio.h>

static void describe_eventfd(struct wait_job *job, const struct target_fdinfo *info)
{
	struct wait_scan *scan = job->scan;
	pid_t last = 0;
	size_t i;

	job->wait->kind = LC_WAIT_EVENTFD;
	wait_say(job, "eventfd %lld, count %lld", (long long)info->eventfd_id,
		 (long long)info->eventfd_count);
	if (info->eventfd_id < 0) { /* Linux before 5.2 */
		job->wait->recorded = LC_WAIT_UNREADABLE;
		return;
	}
	wait_set_key(job, LC_WAIT_SPACE_EVENTFD, 0, info->eventfd_id, 0);
	job->wait->has_value = true;
	job->wait->value = info->eventfd_count;
	if (wait_eventfds_load(scan) < 0)
		return;
	for (i = 0; i < scan->eventfd_count; i++) {
		if (scan->eventfds[i].id != info->eventfd_id || scan->eventfds[i].pid == last)
			continue;
		last = scan->eventfds[i].pid;
		wait_add_owner(job, LC_WAIT_SAME_OBJECT, last, 0, scan->eventfds[i].fd);
	}
	if (scan->descriptors.refused || scan->descriptors.cut)
		job->wait->flags |= LC_WAIT_INCOMPLETE;
	wait_note_own(job);
}

static void describe_timerfd(struct wait_job *job, const struct target_fdinfo *info)
{
	job->wait->kind = LC_WAIT_TIMERFD;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	if (!info->timer_left) {
		job->wait->flags |= LC_WAIT_NEVER_FIRES;
		wait_say(job, "timerfd, disarmed");
		return;
	}
	wait_say(job, "timerfd, fires in %llu ms", (unsigned long long)info->timer_left / 1000000);
}

static void describe_pidfd(struct wait_job *job, const struct target_fdinfo *info)
{
	job->wait->kind = LC_WAIT_PIDFD;
	if (info->pid <= 0) {
		wait_say(job, "pidfd of a process that has ended");
		job->wait->recorded = LC_WAIT_NOBODY;
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
		return;
	}
	wait_say(job, "the end of process %d, by pidfd", info->pid);
	wait_set_key(job, LC_WAIT_SPACE_PROCESS, 0, info->pid, 0);
	wait_add_owner(job, LC_WAIT_AWAITED, info->pid, 0, -1);
}

void wait_describe_anonymous(struct wait_job *job, int fd, const struct target_fd *link,
			     enum lc_wait_direction direction)
{
	struct target_fdinfo info;
	int r = target_fdinfo_read(job->pid, job->tid, fd, &info);

	(void)direction;
	wait_set_key(job, LC_WAIT_SPACE_FD, job->pid, fd, 0);
	if (r < 0) {
		target_fdinfo_parse("", &info);
		wait_cannot_read(job, "fdinfo %d", fd);
	}
	if (!strcmp(link->name, "eventfd")) {
		describe_eventfd(job, &info);
	} else if (!strcmp(link->name, "timerfd") && r == 0) {
		describe_timerfd(job, &info);
	} else if (!strcmp(link->name, "pidfd")) {
		describe_pidfd(job, &info);
	} else if (!strcmp(link->name, "signalfd")) {
		job->wait->kind = LC_WAIT_SIGNALFD;
		job->wait->recorded = LC_WAIT_OUTSIDE;
		wait_say(job, "signalfd, signals 0x%llx", (unsigned long long)info.signals);
	} else if (!strcmp(link->name, "inotify")) {
		job->wait->kind = LC_WAIT_INOTIFY;
		job->wait->recorded = LC_WAIT_OUTSIDE;
		wait_say(job, "inotify, %u watch%s", info.watches, info.watches == 1 ? "" : "es");
	} else if (!strcmp(link->name, "userfaultfd")) {
		job->wait->kind = LC_WAIT_USERFAULTFD;
		wait_say(job, "userfaultfd");
	} else if (!strcmp(link->name, "io_uring")) {
		job->wait->kind = LC_WAIT_IO_URING;
		job->wait->recorded = LC_WAIT_OUTSIDE;
		wait_say(job, "io_uring, %u submitted, %u completed", info.sq_pending,
			 info.cq_pending);
	} else if (!strcmp(link->name, "eventpoll")) {
		job->wait->kind = LC_WAIT_EPOLL;
		wait_say(job, "epoll set");
	} else {
		job->wait->kind = LC_WAIT_FILE;
		job->wait->recorded = LC_WAIT_OUTSIDE;
		wait_say(job, "%s", link->name);
	}
	wait_add(job, ", fd %d", fd);
}
