// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores used as locks: sem_wait() and sem_post() by one thread. Nothing of the object tells
 * that from a queue's counter, which one thread posts and another waits for; the code of its own
 * waiters does. Who would post it again once it has it, uses it as a lock, or as one of a few
 * places.
 */
#include "observe/forward_private.h"

#include <sys/syscall.h>

#define COUNT_MASK UINT32_MAX

/* std::counting_semaphore has its counter for a word, in which 0 is waited out. */
static bool is_counter(const struct lc_wait *wait)
{
	return wait->kind == LC_WAIT_ATOMIC && wait->protocol == LC_WAIT_PLAIN_WORD &&
	       wait->has_value && !wait->value && !wait->expected;
}

bool forward_is_semaphore(const struct lc_wait *wait)
{
	return wait->protocol == LC_WAIT_GLIBC_SEMAPHORE || wait->protocol == LC_WAIT_PYTHON_LOCK ||
	       is_counter(wait);
}

struct emulate_watch forward_semaphore_watch(const struct lc_wait *wait)
{
	return (struct emulate_watch){ .address = wait->key.object, .mask = COUNT_MASK, .more = 1 };
}

void forward_post_counter(const struct lc_wait *wait, struct emulate_question *question)
{
	if (!is_counter(wait) || question->patch_count == EMULATE_PATCHES)
		return;
	question->patches[question->patch_count++] = (struct emulate_patch){
		.address = wait->key.object, .value = 1, .size = 4, .add = 1
	};
}

bool forward_gives_back(struct asking *asking, const struct lc_thread *thread)
{
	const struct emulate_source source = { forward_page, &asking->process };
	struct emulator *emulator = asking->observer->options->emulator;
	struct emulate_question question;
	struct emulate_outcome outcome;

	if (thread->syscall.nr != SYS_futex ||
	    !forward_frees_question(&asking->process, thread, &question))
		return false;
	forward_post_counter(thread->wait, &question);
	question.watch_count = 1;
	question.watches[0] = forward_semaphore_watch(thread->wait);
	return emulator->does->ask(emulator, &question, &source, &outcome) == 0 &&
	       forward_stood_still(asking, thread) && outcome.gave_back;
}
