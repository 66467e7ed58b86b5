// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll, select and epoll: the members, and which of them could still fire. A set of one member is a
 * wait on that member, and is described as such.
 */
#include "wait/names.h"
#include "wait/kinds.h"

#include <poll.h>
#include <stdio.h>

/* Members that are looked at; beyond it one is taken to be able to fire. */
#define MEMBERS_LOOKED_AT 64
#define SELECT_FDS 1024
/* EPOLLET, EPOLLONESHOT, EPOLLWAKEUP, EPOLLEXCLUSIVE: what is left of a fired one-shot entry */
#define EPOLL_PRIVATE 0xf0000000u

struct entry {
	int fd;
	uint32_t events; /* as of poll.h, whose bits epoll shares */
	uint64_t inode;	 /* epoll: of what was added; 0: not told */
	bool disarmed;
};

struct set {
	struct entry entries[MEMBERS_LOOKED_AT];
	size_t count, total;
};

static void add(struct set *set, const struct entry *entry)
{
	if (set->count < MEMBERS_LOOKED_AT)
		set->entries[set->count++] = *entry;
	set->total++;
}

static bool read_poll(struct wait_job *job, struct set *set)
{
	struct pollfd fds[MEMBERS_LOOKED_AT];
	uint64_t count = job->args[1], i, most = count;

	if (most > MEMBERS_LOOKED_AT)
		most = MEMBERS_LOOKED_AT;
	if (most && !wait_peek(job, job->args[0], fds, most * sizeof(*fds)))
		return false;
	for (i = 0; i < most; i++)
		if (fds[i].fd >= 0) /* negative ones are left out by poll */
			add(set,
			    &(struct entry){ .fd = fds[i].fd, .events = (uint16_t)fds[i].events });
	set->total += count - most;
	return true;
}

static bool read_select(struct wait_job *job, struct set *set)
{
	static const uint32_t events[] = { POLLIN, POLLOUT, POLLPRI };
	unsigned char bits[3][SELECT_FDS / 8] = {};
	uint64_t count = job->args[0];
	struct entry entry;
	size_t i, fd;

	if (count > SELECT_FDS)
		count = SELECT_FDS;
	for (i = 0; i < 3; i++)
		if (count && job->args[1 + i] &&
		    !wait_peek(job, job->args[1 + i], bits[i], (count + 7) / 8))
			return false;
	for (fd = 0; fd < count; fd++) {
		entry = (struct entry){ .fd = fd };
		for (i = 0; i < 3; i++)
			if (bits[i][fd / 8] & 1 << (fd % 8))
				entry.events |= events[i];
		if (entry.events)
			add(set, &entry);
	}
	return true;
}

static bool read_epoll(struct wait_job *job, struct set *set)
{
	struct target_epoll_member members[MEMBERS_LOOKED_AT];
	size_t count, total, i;

	if (target_epoll_read(job->pid, job->tid, job->args[0], members, MEMBERS_LOOKED_AT, &count,
			      &total))
		return false;
	for (i = 0; i < count; i++)
		add(set, &(struct entry){ .fd = members[i].fd,
					  .events = members[i].events,
					  .inode = members[i].inode,
					  .disarmed = !(members[i].events & ~EPOLL_PRIVATE) });
	set->total += total - count;
	return true;
}

static enum lc_wait_direction direction_of(uint32_t events)
{
	if (events & (POLLIN | POLLPRI | POLLRDNORM))
		return LC_WAIT_READ;
	return events & (POLLOUT | POLLWRNORM) ? LC_WAIT_WRITE : LC_WAIT_EVENT;
}

/*
 * An entry outlives its descriptor while a duplicate is open: what it is can't be told by its
 * number.
 */
static bool is_other_file(struct wait_job *job, const struct entry *entry)
{
	struct target_fd_file file;

	return entry->inode && (target_fd_stat(job->pid, job->tid, entry->fd, &file) < 0 ||
				file.inode != entry->inode);
}

static void describe_entry(struct wait_job *job, const struct entry *entry)
{
	if (is_other_file(job, entry)) {
		job->wait->kind = LC_WAIT_UNKNOWN;
		job->wait->fd = entry->fd;
		job->wait->direction = direction_of(entry->events);
		wait_say(job, "descriptor %d, closed, of which a duplicate is open", entry->fd);
	} else {
		wait_describe_fd(job, entry->fd, direction_of(entry->events));
	}
	if (entry->disarmed)
		job->wait->flags |= LC_WAIT_NEVER_FIRES;
}

static bool can_fire(const struct lc_wait *wait)
{
	/*
	 * Other threads of the process can write into its own pipe; a lone one can't, while it
	 * waits.
	 */
	return !(wait->flags & (LC_WAIT_NEVER_FIRES | LC_WAIT_OWN_THREAD));
}

static void add_member(struct wait_job *job, const struct entry *entry,
		       const struct lc_wait *member)
{
	struct lc_wait *wait = job->wait;
	struct lc_wait_member *last;

	if (can_fire(member))
		wait->flags |= LC_WAIT_CAN_FIRE;
	wait->flags |= member->flags & (LC_WAIT_INCOMPLETE | LC_WAIT_SIGNAL_HANDLER);
	if (wait->member_count == LC_WAIT_MEMBERS)
		return;
	last = &wait->members[wait->member_count++];
	*last = (struct lc_wait_member){
		.fd = entry->fd,
		.events = entry->events,
		.kind = member->kind,
		.can_fire = can_fire(member),
		.flags = member->flags,
		.key = member->key,
	};
	snprintf(last->object, sizeof(last->object), "%.*s", (int)sizeof(last->object) - 1,
		 member->object);
}

/* One member: the wait is that member's, but for the call. */
static void describe_single(struct wait_job *job, const struct entry *entry)
{
	struct lc_wait *wait = job->wait;
	enum lc_wait_kind via = wait->kind;

	describe_entry(job, entry);
	wait->via = via;
	wait->member_total = 1;
	if (can_fire(wait))
		wait->flags |= LC_WAIT_CAN_FIRE;
}

static void describe_members(struct wait_job *job, const struct set *set)
{
	struct wait_job member_job = *job;
	struct lc_wait member;
	size_t i;

	for (i = 0; i < set->count; i++) {
		member = (struct lc_wait){ .fd = -1 };
		member_job.wait = &member;
		describe_entry(&member_job, &set->entries[i]);
		add_member(job, &set->entries[i], &member);
	}
	job->wait->member_total = set->total;
	if (set->total > set->count)
		job->wait->flags |= LC_WAIT_CAN_FIRE;
}

static const char *set_name(const struct wait_job *job)
{
	return job->call->family == CALL_EPOLL	? "epoll"
	       : job->call->family == CALL_POLL ? "poll"
						: "select";
}

void wait_describe_set(struct wait_job *job)
{
	bool epoll = job->call->family == CALL_EPOLL, known;
	struct lc_wait *wait = job->wait;
	struct set set = {};

	wait->kind = epoll ? LC_WAIT_EPOLL : LC_WAIT_POLL;
	wait->direction = LC_WAIT_EVENT;
	wait->recorded = LC_WAIT_NOT_RECORDED;
	if (epoll) {
		wait->flags |= wait_names_contain(job->subject, "runtime.netpoll")
				       ? LC_WAIT_GO_POLLER
				       : 0;
		wait->fd = job->args[0];
		wait_set_key(job, LC_WAIT_SPACE_FD, job->pid, job->args[0], 0);
	}
	known = epoll				 ? read_epoll(job, &set)
		: job->call->family == CALL_POLL ? read_poll(job, &set)
						 : read_select(job, &set);
	if (!known) {
		wait->recorded = LC_WAIT_UNREADABLE;
		wait->flags |= LC_WAIT_CAN_FIRE;
		wait_say(job, "%s set", set_name(job));
		wait_cannot_read(job, "members of the set");
		return;
	}
	/* So the C library makes pause() where the kernel has no such call (arm64). */
	if (!epoll && !set.total && !wait->has_timeout) {
		wait_describe_signal(job);
		return;
	}
	if (set.total == 1) {
		describe_single(job, &set.entries[0]);
	} else {
		describe_members(job, &set);
		wait_say(job, "%s set of %zu", set_name(job), set.total);
	}
	wait_note_signals(job);
	if (!(wait->flags & LC_WAIT_CAN_FIRE) && !wait->has_timeout)
		wait->flags |= LC_WAIT_NEVER_FIRES;
}
