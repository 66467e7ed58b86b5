// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a write means: nothing (the thread's own memory, the object of its wait), the lock that the
 * wait gave up, a lock that somebody watches, or something that others can see.
 */
#include "emulate/machine.h"
#include "emulate/run.h"

#include <string.h>

#define LOCKED 1u /* of a lock that LC_CALL_TAKES is about */

static bool overlaps(const struct emulate_range *range, uint64_t address, size_t size)
{
	return address < range->end && address + size > range->start;
}

static bool is_own(const struct run *run, uint64_t address, size_t size)
{
	const struct emulate_question *question = run->question;

	return overlaps(&question->own[0], address, size) ||
	       overlaps(&question->own[1], address, size);
}

bool run_is_free(const void *context, uint64_t address)
{
	const struct run *run = context;

	for (size_t i = 0; i < run->forgotten_count; i++) {
		if (overlaps(&run->forgotten[i], address, 1))
			return true;
	}
	if (run->other && address - run->other->address < run->other->size)
		return true;
	return is_own(run, address, 1) || overlaps(&run->question->object, address, 1);
}

#if defined(__x86_64__)
static const uint8_t kept_by_calls[RUN_KEPT] = { 3, 6, 12, 13, 14, 15 }; /* rbx, rbp, r12 to r15 */
#else
static const uint8_t kept_by_calls[RUN_KEPT] = { 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29 };
#endif

/* The thread that a goroutine runs on is made up. */
static bool is_free_or_made_up(const void *context, uint64_t address)
{
	const struct run *run = context;
	const struct emulate_question *question = run->question;

	for (size_t i = 0; question->goroutine && i < question->patch_count; i++) {
		if (address - question->patches[i].address < question->patches[i].size)
			return true;
	}
	if (question->goroutine && address >= LC_SCRATCH && address < LC_SCRATCH_FREE)
		return true;
	return run_is_free(context, address);
}

/* What it keeps for itself, where it waits: a goroutine keeps nothing in registers. */
static void read_state(struct run *run, struct run_state *ret)
{
	const struct emulate_question *question = run->question;

	*ret = (struct run_state){ .stack = pages_sum(run->pages,
						      question->registers.value[LC_REGISTER_SP],
						      question->own[0].end) };
	for (size_t i = 0; i < RUN_KEPT && !question->goroutine; i++)
		ret->registers[i] = run_register(run, machine_registers[kept_by_calls[i]]);
}

/* Whatever it changes, as often as it may. */
static bool goes_round_anyhow(struct run *run)
{
	struct run_state now;

	read_state(run, &now);
	run->settled = run->rounds == run->question->rounds ||
		       (run->rounds && !memcmp(&now, &run->first, sizeof(now)) &&
			pages_are_unchanged(run->pages, is_free_or_made_up, run));
	run->rounds++;
	run->first = now;
	return !run->settled;
}

bool run_goes_round(struct run *run)
{
	struct run_state now;

	if (run->question->rounds)
		return goes_round_anyhow(run);
	if (!run->question->twice || run->told_time || run->made_up ||
	    !pages_are_unchanged(run->pages, is_free_or_made_up, run))
		return false;
	read_state(run, &now);
	if (run->rounds++) {
		run->unmoved = !memcmp(&now, &run->first, sizeof(now));
		return false;
	}
	run->first = now;
	return true;
}

/* The word of the lock, taken again at the begin, and given up at the end. */
static void note_lock(struct run *run, uint64_t old, uint64_t fresh)
{
	if (!(uint32_t)old || (uint32_t)fresh)
		return;
	run->lock_releases++;
	run->effect = true;
}

static void forget(struct run *run, uint64_t address, size_t size)
{
	if (run->forgotten_count < RUN_FORGOTTEN)
		run->forgotten[run->forgotten_count++] = (struct emulate_range){ address,
										 address + size };
}

static bool is_lock(struct run *run, uint64_t address, size_t size)
{
	const struct emulate_question *question = run->question;
	struct emulate_range object;

	if (!run->lock && question->lock_size) /* its address is not known: it is taken first */
		run->lock = address;
	object = (struct emulate_range){ run->lock, run->lock + question->lock_size };
	return run->lock && overlaps(&object, address, size);
}

/*
 * What was read of the lock, before it was known for that, is no condition. Locks are taken from
 * nothing to something: of another word it may be the condition that was read.
 */
static void forget_lock(struct run *run, uint64_t old)
{
	uint64_t end = run->lock + run->question->lock_size;
	size_t count = 0;

	if ((uint32_t)old)
		return;
	for (size_t i = 0; i < run->read_count; i++) {
		if (run->reads[i].address < run->lock || run->reads[i].address >= end)
			run->reads[count++] = run->reads[i];
	}
	run->read_count = count;
}

static uint32_t field_of(const struct emulate_watch *watch, uint32_t word)
{
	return (word & watch->mask) >> watch->shift;
}

static void note_release(struct run *run, size_t index)
{
	struct emulate_release *release;

	if (run->release_count == EMULATE_RELEASES)
		return;
	release = &run->releases[run->release_count++];
	*release = (struct emulate_release){ .watch = (uint32_t)index,
					     .certain = !run->made_up,
					     .at = run->at };
	for (size_t i = 0; i < EMULATE_CALLERS && i < run->depth; i++)
		release->callers[i] = run->callers[run->depth - 1 - i];
}

/* What somebody else has, too, he has still. */
static void give_up(struct run *run, size_t index, uint32_t old)
{
	run->taken[index]--;
	if (!run->made_up)
		run->gave_back |= UINT32_C(1) << index;
	if (!run->borrowed[index])
		return;
	run->borrowed[index]--;
	run->given_back = (uint32_t)index + 1;
	run->given_back_value = old;
}

void run_give_back(struct run *run)
{
	const struct emulate_watch *watch = &run->question->watches[run->given_back - 1];

	run->given_back = 0;
	(void)run->unicorn->uc_mem_write(run->uc, watch->address, &run->given_back_value,
					 sizeof(run->given_back_value));
}

/* Free, it is locked as any other is, and that is seen. */
void run_take(struct run *run, uint64_t lock)
{
	uint32_t word = 0;

	if (run_peek(run, lock, &word, sizeof(word)) && !(word & LOCKED)) {
		word |= LOCKED;
		(void)run_poke(run, lock, &word, sizeof(word));
		return;
	}
	for (size_t i = 0; i < run->question->watch_count && i < EMULATE_WATCHES; i++) {
		if (run->question->watches[i].address != lock || !run->question->watches[i].mask)
			continue;
		run->taken[i]++;
		run->borrowed[i]++;
	}
}

static void note_watched(struct run *run, size_t index, uint32_t old, uint32_t fresh)
{
	const struct emulate_watch *watch = &run->question->watches[index];
	uint32_t before = field_of(watch, old), now = field_of(watch, fresh);
	bool released = watch->more ? now > before : now < before;

	if (before == now)
		return;
	if (!released)
		run->taken[index]++;
	else if (run->taken[index])
		give_up(run, index, old);
	else
		note_release(run, index);
}

static void look_at_watches(struct run *run, uint64_t address, size_t size, uint64_t old,
			    uint64_t fresh)
{
	const struct emulate_question *question = run->question;

	for (size_t i = 0; i < question->watch_count && i < EMULATE_WATCHES; i++) {
		uint64_t at = question->watches[i].address;

		if (address <= at && at < address + size && at - address < sizeof(old))
			note_watched(run, i, (uint32_t)(old >> 8 * (at - address)),
				     (uint32_t)(fresh >> 8 * (at - address)));
	}
}

static void note_effect(struct run *run)
{
	run->other_writes++;
	run->effect = true;
}

void run_note_tested(struct run *run, uint64_t address, size_t size, bool read)
{
	for (size_t i = 0; i < run->tested_count; i++) {
		if (overlaps(&run->tested[i].word, address, size))
			run->tested[i].read = read;
	}
}

void run_note_write(struct run *run, uint64_t address, size_t size, uint64_t old, uint64_t fresh)
{
	bool has_lock = run->lock;
	uint64_t mask = size < 8 ? (UINT64_C(1) << 8 * size) - 1 : UINT64_MAX;

	old &= mask;
	fresh &= mask;
	pages_note_write(run->pages, address, size);
	if (old == fresh && size <= 8)
		return;
	run_note_tested(run, address, size, /* read= */ false);
	look_at_watches(run, address, size, old, fresh);
	if (is_own(run, address, size) || overlaps(&run->question->object, address, size))
		return;
	if (run->resolves)
		forget(run, address, size);
	else if (!is_lock(run, address, size))
		note_effect(run);
	else if (address == run->lock)
		note_lock(run, old, fresh);
	if (!has_lock && run->lock)
		forget_lock(run, old);
}
