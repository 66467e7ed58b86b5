// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits of a process that is no more: what memory has of them. Futexes are described as those of a
 * living one; of all else there are the arguments of the call, which name descriptors and numbers,
 * and nobody left to ask what these were. So nothing of it is ever proof.
 */
#include "wait/futex.h"
#include "wait/kinds.h"
#include "target/core.h"

#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>

#define NAMED_MEMBERS 8
#define SELECT_FDS 1024
#define PATH_BYTES 128

static void unreadable(struct wait_job *job, enum lc_wait_kind kind, const char *what)
{
	job->wait->kind = kind;
	job->wait->recorded = LC_WAIT_UNREADABLE;
	wait_cannot_read(job, "%s", what);
}

static const char *direction_words(enum lc_wait_direction direction)
{
	switch (direction) {
	case LC_WAIT_READ:
		return ", to read";
	case LC_WAIT_WRITE:
		return ", to write";
	case LC_WAIT_ACCEPT:
		return ", to accept";
	case LC_WAIT_CONNECT:
		return ", to connect";
	case LC_WAIT_LOCK:
		return ", to lock";
	default:
		return "";
	}
}

static void describe_descriptor(struct wait_job *job, int fd, enum lc_wait_kind kind)
{
	unreadable(job, kind, "descriptors");
	job->wait->fd = fd;
	wait_say(job, "descriptor %d%s", fd, direction_words(job->wait->direction));
}

static void describe_poll(struct wait_job *job)
{
	struct pollfd fds[NAMED_MEMBERS];
	uint64_t count = job->args[1], i, some = count < NAMED_MEMBERS ? count : NAMED_MEMBERS;

	if (!some || !wait_peek(job, job->args[0], fds, some * sizeof(fds[0])))
		return;
	for (i = 0; i < some; i++)
		wait_add(job, "%s%d", i ? ", " : ": fd ", fds[i].fd);
	wait_add(job, "%s", count > some ? ", ..." : "");
}

static void describe_select(struct wait_job *job)
{
	uint64_t count = job->args[0] < SELECT_FDS ? job->args[0] : SELECT_FDS, set, fd;
	unsigned char bits[3][SELECT_FDS / 8] = {};
	unsigned named = 0;

	for (set = 0; set < 3; set++) {
		if (job->args[1 + set])
			(void)wait_peek(job, job->args[1 + set], bits[set], (count + 7) / 8);
	}
	for (fd = 0; fd < count && named < NAMED_MEMBERS; fd++) {
		if ((bits[0][fd / 8] | bits[1][fd / 8] | bits[2][fd / 8]) & 1 << fd % 8)
			wait_add(job, "%s%llu", named++ ? ", " : ": fd ", (unsigned long long)fd);
	}
}

static void describe_signal(struct wait_job *job)
{
	const struct target_core *core = target_core_of(job->scan->access);
	const struct target_core_thread *thread = target_core_thread(core, job->tid);
	uint64_t set = 0;

	job->wait->kind = LC_WAIT_SIGNAL;
	job->wait->direction = LC_WAIT_EVENT;
	job->wait->recorded = LC_WAIT_OUTSIDE;
	if (job->call->family == CALL_SIGWAIT && wait_peek(job, job->args[0], &set, sizeof(set)))
		wait_say(job, "one of the signals 0x%llx", (unsigned long long)set);
	else
		wait_say(job, "a signal; blocked 0x%llx",
			 (unsigned long long)(thread ? thread->blocked_signals : 0));
}

/* Any member may have been one that fires. */
static void describe_set(struct wait_job *job)
{
	bool epoll = job->call->family == CALL_EPOLL;
	bool poll = job->call->family == CALL_POLL;

	/* So the C library makes pause() where the kernel has no such call (arm64). */
	if (!epoll && !job->args[poll ? 1 : 0] && !job->wait->has_timeout) {
		describe_signal(job);
		return;
	}
	unreadable(job, epoll ? LC_WAIT_EPOLL : LC_WAIT_POLL, "descriptors");
	job->wait->flags |= LC_WAIT_CAN_FIRE;
	if (epoll) {
		job->wait->fd = job->args[0];
		wait_say(job, "epoll set, descriptor %d", job->wait->fd);
	} else if (poll) {
		wait_say(job, "poll set of %llu", (unsigned long long)job->args[1]);
		describe_poll(job);
	} else {
		wait_say(job, "select set");
		describe_select(job);
	}
}

static void describe_children(struct wait_job *job)
{
	bool by_id = job->call->family == CALL_WAITID;
	int32_t number = by_id ? job->args[1] : job->args[0];

	unreadable(job, LC_WAIT_CHILD, "list of children");
	if (by_id ? job->args[0] == P_PID : number > 0)
		wait_say(job, "the end of child %d", number);
	else
		wait_say(job, "a child");
}

static void describe_open(struct wait_job *job)
{
	char path[PATH_BYTES] = "";
	size_t i;

	for (i = 0; i + 1 < sizeof(path); i++) {
		if (!wait_peek(job, job->args[job->call->arg] + i, &path[i], 1) || !path[i])
			break;
	}
	path[i] = '\0';
	unreadable(job, LC_WAIT_KERNEL, "the kernel's side");
	wait_say(job, "the kernel, opening %s", path);
}

static void describe_number(struct wait_job *job, enum lc_wait_kind kind, const char *words)
{
	unreadable(job, kind, "the kernel's side");
	wait_say(job, "%s %d", words, (int)job->args[0]);
}

static void describe_call(struct wait_job *job)
{
	switch (job->call->family) {
	case CALL_FUTEX:
	case CALL_FUTEX_WAIT:
	case CALL_FUTEX_WAITV:
		wait_futex_describe(job);
		break;
	case CALL_POLL:
	case CALL_SELECT:
	case CALL_EPOLL:
		describe_set(job);
		break;
	case CALL_SLEEP:
	case CALL_CLOCK_SLEEP:
		wait_describe_sleep(job);
		break;
	case CALL_SUSPEND:
	case CALL_SIGWAIT:
		describe_signal(job);
		break;
	case CALL_WAIT4:
	case CALL_WAITID:
		describe_children(job);
		break;
	case CALL_OPEN:
		describe_open(job);
		break;
	case CALL_SEMOP:
		describe_number(job, LC_WAIT_SYSV_SEMAPHORE, "SysV semaphore set");
		break;
	case CALL_MESSAGE:
		describe_number(job, LC_WAIT_SYSV_QUEUE, "SysV message queue");
		break;
	case CALL_MQ:
		describe_descriptor(job, job->args[0], LC_WAIT_POSIX_QUEUE);
		break;
	case CALL_FLOCK:
	case CALL_FCNTL:
		describe_descriptor(job, job->args[0], LC_WAIT_FILE_LOCK);
		break;
	case CALL_IO_URING:
		describe_descriptor(job, job->args[0], LC_WAIT_IO_URING);
		break;
	case CALL_FD:
	case CALL_SENDFILE:
	case CALL_SPLICE:
		describe_descriptor(job, job->args[job->call->arg], LC_WAIT_UNKNOWN);
		break;
	default:
		unreadable(job, LC_WAIT_KERNEL, "the kernel's side");
		wait_say(job, "the kernel");
	}
}

void wait_describe_in_core(struct wait_job *job)
{
	if (job->call && job->call->family == CALL_RESTART) {
		job->wait->flags |= LC_WAIT_RESTARTED;
		job->call = wait_restarted_call(job);
	}
	if (!job->call) {
		unreadable(job, LC_WAIT_KERNEL, "the kernel's side");
		wait_say(job, "the kernel, in call %lld", (long long)job->nr);
		return;
	}
	snprintf(job->wait->op, sizeof(job->wait->op), "%s", job->call->name);
	job->wait->direction = job->call->direction;
	wait_describe_timeout(job);
	describe_call(job);
}
