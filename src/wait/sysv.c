// SPDX-License-Identifier: GPL-2.0-only
/*
 * SysV semaphores and message queues. The kernel answers for the caller's own IPC namespace only.
 * The last process that did an operation is a hint: used as a lock, it is the holder.
 */
#include "wait/kinds.h"
#include "util/plural.h"

#include <stdio.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCOPE_SEMAPHORES 1
#define SCOPE_MESSAGES 2

static uint64_t namespace_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* Sets the key; whether the kernel may be asked about it. */
static bool begin(struct wait_job *job, uint32_t scope)
{
	uint64_t theirs = namespace_of(job->pid);

	wait_set_key(job, LC_WAIT_SPACE_SYSV, scope, (uint32_t)job->args[0], theirs);
	if (theirs && theirs == namespace_of(getpid()))
		return true;
	wait_cannot_read(job, "another IPC namespace");
	job->wait->recorded = LC_WAIT_UNREADABLE;
	return false;
}

void wait_describe_semop(struct wait_job *job)
{
	int id = job->args[0], last, value, waiters;
	struct lc_wait *wait = job->wait;
	struct sembuf operation = {};

	wait->kind = LC_WAIT_SYSV_SEMAPHORE;
	wait_say(job, "SysV semaphore set %d", id);
	if (!begin(job, SCOPE_SEMAPHORES))
		return;
	if (!job->args[2] || !wait_peek(job, job->args[1], &operation, sizeof(operation))) {
		wait_cannot_read(job, "operations");
		return;
	}
	last = semctl(id, operation.sem_num, GETPID);
	value = semctl(id, operation.sem_num, GETVAL);
	waiters = semctl(id, operation.sem_num, operation.sem_op ? GETNCNT : GETZCNT);
	wait_say(job, "SysV semaphore %d of set %d, %s", operation.sem_num, id,
		 operation.sem_op < 0 ? "to take" : "to become 0");
	wait->direction = operation.sem_op < 0 ? LC_WAIT_LOCK : LC_WAIT_EVENT;
	if (value < 0) {
		wait_cannot_read(job, "the set's values");
		wait->recorded = LC_WAIT_UNREADABLE;
		return;
	}
	wait->has_value = true;
	wait->value = value;
	wait_add(job, ", value %d, %d waiting", value, waiters > 0 ? waiters : 0);
	if (last > 0)
		wait_add_owner(job, LC_WAIT_LAST_USER, last, 0, -1);
}

void wait_describe_message(struct wait_job *job)
{
	bool reads = job->call->direction == LC_WAIT_READ;
	struct lc_wait *wait = job->wait;
	int id = job->args[0];
	struct msqid_ds queue;
	pid_t last;

	wait->kind = LC_WAIT_SYSV_QUEUE;
	wait->direction = job->call->direction;
	wait_say(job, "SysV message queue %d, to %s", id, reads ? "receive" : "send");
	if (!begin(job, SCOPE_MESSAGES))
		return;
	if (msgctl(id, IPC_STAT, &queue)) {
		wait_cannot_read(job, "the queue's state");
		wait->recorded = LC_WAIT_UNREADABLE;
		return;
	}
	wait_add(job, ", %lu message%s", (unsigned long)queue.msg_qnum, plural(queue.msg_qnum));
	if (reads && (int64_t)job->args[3])
		wait_add(job, ", type %lld wanted", (long long)job->args[3]);
	/* A message is there, and is not of the type wanted. */
	if (reads && queue.msg_qnum)
		wait->flags |= LC_WAIT_PENDING;
	last = reads ? queue.msg_lspid : queue.msg_lrpid;
	if (last > 0)
		wait_add_owner(job, LC_WAIT_LAST_USER, last, 0, -1);
}
