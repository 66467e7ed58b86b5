// SPDX-License-Identifier: GPL-2.0-only
/* Pipes and other descriptors, sets of them, sleeps and signals, and waits inside the kernel. */
#include "verdict/rules/private.h"

#include <string.h>

/*
 * In epoll, poll or select, of this one descriptor only: a loop that others of its process hand
 * work to, which tell it so by a word.
 */
static bool is_loop(struct judged *judged)
{
	const char *call = judged->wait->op;

	if (strncmp(call, "epoll_", 6) != 0 && strncmp(call, "poll", 4) != 0 &&
	    strncmp(call, "ppoll", 5) != 0 && strncmp(call, "select", 6) != 0 &&
	    strncmp(call, "pselect", 7) != 0)
		return false;
	judge(judged, VERDICT_IDLE, "event-loop",
	      "it waits for what other threads of its process tell it");
	return true;
}

static void pipe_end(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	bool reading = wait->direction == LC_WAIT_READ;
	bool own = wait->flags & LC_WAIT_OWN_PROCESS,
	     handler = wait->flags & LC_WAIT_SIGNAL_HANDLER;

	if (own && (wait->flags & LC_WAIT_OWN_THREAD) && !handler) {
		judge(judged, VERDICT_LEAK, "only-itself",
		      "only this thread itself could %s the other end",
		      reading ? "write to" : "read from");
		judge_proof(judged,
			    "%s: every holder of the other end is process %d, which has one thread "
			    "and catches no signal",
			    wait->object, judged->thread->task.pid);
		judge_remedy(judged, "close the end that is not used after fork (in process %d%s)",
			     judged->thread->task.pid,
			     wait->owner_count && wait->owners[0].fd >= 0
				     ? ", the other end is still open there"
				     : "");
	} else if (!(wait->flags & LC_WAIT_GOES_ON) &&
		   rules_follow(judged, "other-end-is-a-finding")) {
		return;
	} else if (!reading) {
		judge(judged, rules_stalled(judged), "write",
		      "it wants to write, and nobody reads");
		judge_remedy(judged, "read the other end, or don't fill it: its reader is %s",
			     wait->owner_count ? "named above" : "not known");
	} else if (rules_asked(judged)) {
		return;
	} else if (own && !handler) {
		if (is_loop(judged))
			return;
		judge(judged, VERDICT_SUSPECT, "own-pipe",
		      "only threads of its own process could write to it");
		judge_remedy(judged,
			     "look for the thread that should write, or close the end that is "
			     "not used after fork");
	} else {
		judge(judged, VERDICT_IDLE, "reader", "it waits for the other end's next word");
	}
	judge_otherwise(judged,
			"holders of the other end that are stuck or gone would make it a finding");
}

/*
 * Nobody has the other end. To read is to wait for work; what is to be written has nobody to read
 * it.
 */
static void open_of_fifo(struct judged *judged)
{
	if (!(judged->wait->flags & LC_WAIT_OPENS_TO_WRITE)) {
		judge(judged, VERDICT_IDLE, "open",
		      "it opens the FIFO to read, and waits until another opens it to write");
		return;
	}
	judge(judged, rules_stalled(judged), "open",
	      "it opens the FIFO to write, and nobody has opened it to read");
	judge_remedy(judged, "start who should read it, or open it with O_NONBLOCK and give up "
			     "while there is nobody (ENXIO)");
	judge_otherwise(judged, "to read, it would be idle: it would wait for work");
}

static void set_of_descriptors(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if (wait->has_timeout) {
		judge(judged, VERDICT_IDLE, "time-out", "it wakes by itself when its time is over");
	} else if ((wait->flags & LC_WAIT_NEVER_FIRES) && !(wait->flags & LC_WAIT_SIGNAL_HANDLER)) {
		judge(judged, VERDICT_STUCK, "nothing-can-fire",
		      "none of what it waits for can ever happen, and it has no time-out");
		judge_proof(judged, "%s: %u member%s, none can fire; the process catches no signal",
			    wait->object, wait->member_total, wait->member_total == 1 ? "" : "s");
		judge_remedy(
			judged,
			"give the wait a time-out, or an eventfd by which it can be told to end");
	} else if (!rules_asked(judged)) {
		judge(judged, VERDICT_IDLE, "event-loop",
		      "one of what it waits for can still happen");
	}
}

static void own_descriptor(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;

	if ((wait->flags & LC_WAIT_NEVER_FIRES) && !(wait->flags & LC_WAIT_SIGNAL_HANDLER)) {
		judge(judged, VERDICT_STUCK, "nothing-can-fire",
		      "what it waits for can never happen");
		judge_proof(judged, "%s", wait->object);
		judge_remedy(judged, "arm it, or give the wait a time-out");
	} else if ((wait->flags & LC_WAIT_OWN_PROCESS) && (wait->flags & LC_WAIT_OWN_THREAD) &&
		   !(wait->flags & LC_WAIT_SIGNAL_HANDLER) && wait->kind == LC_WAIT_EVENTFD) {
		judge(judged, VERDICT_LEAK, "only-itself", "only this thread itself could wake it");
		judge_proof(judged, "%s: its one holder is this process, with one thread",
			    wait->object);
		judge_remedy(judged, "give the wait a time-out, or hand fd %d to who is to write",
			     wait->fd);
	} else if ((wait->flags & LC_WAIT_OWN_PROCESS) && wait->kind == LC_WAIT_EVENTFD) {
		if (rules_asked(judged) || is_loop(judged))
			return;
		judge(judged, VERDICT_SUSPECT, "own-eventfd",
		      "only threads of its own process could wake it");
		judge_remedy(judged, "look for the thread that should write to fd %d", wait->fd);
	} else {
		judge(judged, VERDICT_IDLE, "waits-for-an-event",
		      "it waits for an event from outside");
	}
}

static void kernel_wait(struct judged *judged)
{
	const struct lc_wait *wait = judged->wait;
	char words[64];

	if (judged->thread->state != 'D') {
		judge(judged, VERDICT_IDLE, "in-the-kernel",
		      "it waits in the kernel, where it can be interrupted");
		return;
	}
	if (rules_follow(judged, "blocker-is-a-finding"))
		return;
	judge_otherwise(judged, "in a sleep that a signal can end it would be idle");
	if (judged->owner) {
		judge(judged, rules_stalled(judged), "uninterruptible",
		      "the kernel does not come back (uninterruptible sleep%s%s): %s has its lock",
		      wait->kernel_function[0] ? " in " : "", wait->kernel_function,
		      graph_node_words(judged->owner, words, sizeof(words)));
		judge_remedy(judged,
			     "look at what %s does in the kernel: this one goes on when that one "
			     "has given the lock back",
			     words);
		return;
	}
	judge(judged, rules_stalled(judged), "uninterruptible",
	      "the kernel does not come back (uninterruptible sleep%s%s)",
	      wait->kernel_function[0] ? " in " : "", wait->kernel_function);
	judge_remedy(
		judged,
		"look at the disk, network file system or driver behind it; such a thread can't be "
		"killed");
}

void rules_channel(struct judged *judged)
{
	switch (judged->wait->kind) {
	case LC_WAIT_PIPE:
	case LC_WAIT_FIFO:
		if (judged->wait->direction == LC_WAIT_OPEN)
			open_of_fifo(judged);
		else
			pipe_end(judged);
		return;
	case LC_WAIT_EPOLL:
	case LC_WAIT_POLL:
		set_of_descriptors(judged);
		return;
	case LC_WAIT_EVENTFD:
	case LC_WAIT_TIMERFD:
	case LC_WAIT_SIGNALFD:
	case LC_WAIT_INOTIFY:
		own_descriptor(judged);
		return;
	case LC_WAIT_PIDFD: /* a process whose end is waited for, as by wait4() */
		if (!rules_follow(judged, "waits-for-a-finding"))
			own_descriptor(judged);
		return;
	case LC_WAIT_KERNEL:
	case LC_WAIT_NFS:
	case LC_WAIT_FUSE:
	case LC_WAIT_USERFAULTFD:
	case LC_WAIT_FILE:
		kernel_wait(judged);
		return;
	case LC_WAIT_SLEEP:
		judge(judged, VERDICT_IDLE, "sleep", "it sleeps, and wakes by itself");
		return;
	case LC_WAIT_SIGNAL:
		judge(judged, VERDICT_IDLE, "signal", "it waits for a signal");
		return;
	case LC_WAIT_UNKNOWN:
		judge(judged, VERDICT_BLOCKED, "unknown", "what it waits for could not be told");
		return;
	default:
		judge(judged, VERDICT_IDLE, "waits-for-an-event",
		      "it waits for an event from outside");
	}
}
