// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops that others of their process hand work to, and wake by a byte or a count: they wait for
 * nothing but pipes, eventfds and pairs of sockets that nobody else can write to.
 *
 * How such a wait is said to have ended decides what its code shows. A loop that was interrupted
 * looks again, as one that was told that nothing is ready; so both are tried, and a wake-up is lost
 * only if it goes on in either case by the same word: one may be a case that the program takes for
 * impossible, or one in which it waits again without a look. Not as if something had come: a
 * handler may do its work then though nobody was to wake it yet, as where work is gathered.
 *
 * For read() there is no "nothing", but what an eventfd says when it was rung is known: a one.
 */
#include "observe/forward_private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "target/core.h"
#include "target/fd.h"
#include "target/memory.h"

#define WORD_BITS 64
#define REVENTS offsetof(struct pollfd, revents)
#define COUNTER_BYTES 8

enum family { NO_FAMILY, FAMILY_POLL, FAMILY_SELECT, FAMILY_EPOLL, FAMILY_READ };

static enum family family_of(int64_t nr)
{
	switch (nr) {
#ifdef SYS_poll
	case SYS_poll:
#endif
	case SYS_ppoll:
		return FAMILY_POLL;
#ifdef SYS_select
	case SYS_select:
#endif
	case SYS_pselect6:
		return FAMILY_SELECT;
#ifdef SYS_epoll_wait
	case SYS_epoll_wait:
#endif
	case SYS_epoll_pwait:
#ifdef SYS_epoll_pwait2
	case SYS_epoll_pwait2:
#endif
		return FAMILY_EPOLL;
	case SYS_read:
		return FAMILY_READ;
	default:
		return NO_FAMILY;
	}
}

/* With one thread only, nobody can write to it at all: a rule says so. */
static bool is_own(enum lc_wait_kind kind, uint64_t flags)
{
	const uint64_t others = LC_WAIT_OWN_THREAD | LC_WAIT_INCOMPLETE | LC_WAIT_NEVER_FIRES |
				LC_WAIT_CLOSED;

	return (kind == LC_WAIT_PIPE || kind == LC_WAIT_EVENTFD || kind == LC_WAIT_UNIX) &&
	       flags & LC_WAIT_OWN_PROCESS && !(flags & others);
}

static bool is_read(uint32_t events)
{
	return events & POLLIN && !(events & POLLOUT);
}

bool forward_is_doorbell(const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;
	enum family family = family_of(thread->syscall.nr);

	if (family == NO_FAMILY || wait->has_timeout || wait->recorded == LC_WAIT_UNREADABLE)
		return false;
	if (wait->kind != LC_WAIT_EPOLL && wait->kind != LC_WAIT_POLL)
		return wait->direction == LC_WAIT_READ && is_own(wait->kind, wait->flags) &&
		       (family != FAMILY_READ || wait->kind == LC_WAIT_EVENTFD);
	if (!wait->member_total || wait->member_total != wait->member_count)
		return false;
	for (uint32_t i = 0; i < wait->member_count; i++) {
		const struct lc_wait_member *member = &wait->members[i];

		if (!is_own(member->kind, member->flags) || !is_read(member->events))
			return false;
	}
	return true;
}

/* --- there is nothing to be read --- */

static bool add_empty(const struct lc_thread *thread, enum lc_wait_kind kind, int fd,
		      struct emulate_question *question)
{
	struct target_fdinfo info;

	if (question->empty_count == EMULATE_EMPTY)
		return false;
	if (kind == LC_WAIT_EVENTFD &&
	    (target_fdinfo_read(thread->task.pid, thread->task.tid, fd, &info) < 0 ||
	     info.eventfd_count))
		return false;
	question->empty[question->empty_count++] = fd;
	return true;
}

/*
 * A pipe does not say how much is in it; but who waits for it would not, were there anything. Only
 * epoll can be told to report once what comes, and to wait though it is still there.
 */
static bool are_told_once(const struct lc_thread *thread)
{
	struct target_epoll_member members[LC_WAIT_MEMBERS];
	size_t count, total;

	if (target_epoll_read(thread->task.pid, thread->task.tid, (int)thread->syscall.args[0],
			      members, LC_WAIT_MEMBERS, &count, &total) < 0 ||
	    count != total)
		return true;
	for (size_t i = 0; i < count; i++) {
		if (members[i].events & EPOLLET)
			return true;
	}
	return false;
}

static bool has_count_only(const struct lc_wait *wait)
{
	for (uint32_t i = 0; i < wait->member_count; i++) {
		if (wait->members[i].kind != LC_WAIT_EVENTFD)
			return false;
	}
	return wait->member_count || wait->kind == LC_WAIT_EVENTFD;
}

static bool note_empty(const struct lc_thread *thread, struct emulate_question *question)
{
	const struct lc_wait *wait = thread->wait;

	if (!has_count_only(wait) && family_of(thread->syscall.nr) == FAMILY_EPOLL &&
	    are_told_once(thread))
		return false;
	if (!wait->member_count)
		return add_empty(thread, wait->kind, wait->fd, question);
	for (uint32_t i = 0; i < wait->member_count; i++) {
		if (!add_empty(thread, wait->members[i].kind, wait->members[i].fd, question))
			return false;
	}
	return true;
}

/* --- what the kernel leaves behind --- */

static bool add_patch(struct emulate_question *question, uint64_t address, uint64_t value,
		      uint32_t size)
{
	if (question->patch_count == EMULATE_PATCHES)
		return false;
	question->patches[question->patch_count++] =
		(struct emulate_patch){ .address = address, .value = value, .size = size };
	return true;
}

/* Also where it was interrupted. */
static bool nothing_polled(const struct lc_syscall *call, struct emulate_question *question)
{
	for (uint64_t i = 0; i < call->args[1]; i++) {
		if (!add_patch(question, call->args[0] + i * sizeof(struct pollfd) + REVENTS, 0,
			       sizeof(short)))
			return false;
	}
	question->object = (struct emulate_range){
		call->args[0], call->args[0] + call->args[1] * sizeof(struct pollfd)
	};
	return true;
}

static bool nothing_selected(const struct lc_syscall *call, struct emulate_question *question)
{
	for (uint64_t first = 0; first < call->args[0]; first += WORD_BITS) {
		for (size_t set = 1; set <= 3; set++) {
			if (call->args[set] &&
			    !add_patch(question, call->args[set] + first / 8, 0, WORD_BITS / 8))
				return false;
		}
	}
	return true;
}

static bool nothing_ready(const struct lc_syscall *call, struct emulate_question *question)
{
	question->result = 0;
	switch (family_of(call->nr)) {
	case FAMILY_POLL:
		return nothing_polled(call, question);
	case FAMILY_SELECT:
		return nothing_selected(call, question);
	default:
		return true;
	}
}

static bool rung_once(const struct lc_syscall *call, struct emulate_question *question)
{
	question->result = COUNTER_BYTES;
	return call->args[2] >= COUNTER_BYTES &&
	       add_patch(question, call->args[1], 1, COUNTER_BYTES);
}

/* --- what it means --- */

static bool goes_on(const struct emulate_outcome *outcome)
{
	return outcome->end != EMULATE_SLEEPS_AGAIN && outcome->end != EMULATE_LOCKED &&
	       outcome->end != EMULATE_NOT_KNOWN && outcome->condition_count && outcome->guarded;
}

/* Other processes may change that word, too. */
static bool is_shared(const struct asking *asking, uint64_t address)
{
	const struct target_mapping *mapping = target_maps_find(&asking->process.maps, address);

	return !mapping || mapping->shared;
}

static void keep_common(struct emulate_outcome *outcome, const struct emulate_outcome *other)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < outcome->condition_count; i++) {
		for (uint32_t j = 0; j < other->condition_count; j++) {
			if (outcome->conditions[i].address != other->conditions[j].address)
				continue;
			outcome->conditions[count++] = outcome->conditions[i];
			break;
		}
	}
	outcome->condition_count = count;
}

static void take_both(const struct asking *asking, struct emulate_outcome *outcome,
		      const struct emulate_outcome *interrupted)
{
	if (outcome->end == EMULATE_SLEEPS_AGAIN)
		outcome->condition_count *= !goes_on(interrupted);
	else if (!goes_on(outcome) || !goes_on(interrupted))
		outcome->condition_count = 0;
	else
		keep_common(outcome, interrupted);
	for (uint32_t i = 0; i < outcome->condition_count; i++) {
		if (outcome->end != EMULATE_SLEEPS_AGAIN &&
		    is_shared(asking, outcome->conditions[i].address))
			outcome->condition_count = 0;
	}
}

int forward_ask_doorbell(struct asking *asking, const struct lc_thread *thread,
			 struct emulate_outcome *ret)
{
	const struct emulate_source source = { forward_page, &asking->process };
	struct emulator *emulator = asking->observer->options->emulator;
	struct emulate_question question = forward_begin(&asking->process, thread), other;
	struct emulate_outcome interrupted = { 0 };
	int r;

	memset(ret, 0, sizeof(*ret));
	question.asked = EMULATE_WOULD_WAKE;
	question.library = forward_library_at(&asking->process.maps, thread->pc);
	question.lock_size = FORWARD_MUTEX_BYTES; /* what it takes first, to have a look */
	if (!thread->thread_pointer || target_core_of(asking->observer->options->access) ||
	    !note_empty(thread, &question))
		return 0;
	if (!nothing_ready(&thread->syscall, &question))
		return 0;
	other = question;
	other.result = (uint64_t)-EINTR;
	if (family_of(thread->syscall.nr) == FAMILY_READ && !rung_once(&thread->syscall, &question))
		return 0;
	r = emulator->does->ask(emulator, &question, &source, ret);
	if (r == 0 && ret->condition_count)
		r = emulator->does->ask(emulator, &other, &source, &interrupted);
	take_both(asking, ret, &interrupted);
	return r;
}
