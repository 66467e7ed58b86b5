// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits at a sync.Cond: 1.25 and older note it in the condition's own list only
 * (src/runtime/sema.go, notifyList), to which a word of the waiter's stack leads. Each list is read
 * once for all that wait there.
 */
#include "runtimes/go/sync/waits.h"

#include <stdlib.h>
#include <string.h>

#define NOTIFY_HEAD 16 /* runtime.notifyList: wait 0, notify 4, lock 8 */
#define NOTIFY_TAIL 24
#define NOTIFY_SIZE 32
#define STACK_WORDS 192
#define STEPS_MOST(most) ((most)*8 + 4096)
#define RECORD_WORDS 3 /* of a waiter: g, next, prev */

static size_t slot_of(const struct go_conditions *conditions, uint64_t g)
{
	size_t at = (g >> 3) * 0x9e3779b97f4a7c15ull >> 24 & conditions->mask;

	while (conditions->found[at].g && conditions->found[at].g != g)
		at = (at + 1) & conditions->mask;
	return at;
}

static bool make_room(struct go_conditions *conditions)
{
	struct go_conditions larger = { .mask = conditions->mask ? conditions->mask * 2 + 1 : 255 };
	size_t i;

	if (conditions->count * 2 < conditions->mask)
		return true;
	larger.found = calloc(larger.mask + 1, sizeof(*larger.found));
	if (!larger.found)
		return false;
	for (i = 0; conditions->found && i <= conditions->mask; i++) {
		if (conditions->found[i].g)
			larger.found[slot_of(&larger, conditions->found[i].g)] =
				conditions->found[i];
	}
	free(conditions->found);
	conditions->found = larger.found;
	conditions->mask = larger.mask;
	return true;
}

/* False: the list is longer than there are goroutines, or no memory. */
static bool note(struct go_conditions *conditions, uint64_t g, uint64_t list)
{
	size_t at;

	if (conditions->count >= conditions->most || !make_room(conditions))
		return false;
	at = slot_of(conditions, g);
	conditions->count += !conditions->found[at].g;
	conditions->found[at] = (struct go_semaphore){ .g = g, .object = list };
	return true;
}

static bool is_list(const struct go_process *process, uint64_t address, uint64_t *ret_head)
{
	uint8_t list[NOTIFY_SIZE];
	uint32_t numbers[2];
	uint64_t tail;

	if (!address || (address & 7) || !go_read(process, address, list, sizeof(list)))
		return false;
	memcpy(numbers, list, sizeof(numbers));
	memcpy(ret_head, list + NOTIFY_HEAD, 8);
	memcpy(&tail, list + NOTIFY_TAIL, 8);
	return *ret_head && tail && numbers[0] > numbers[1];
}

/* A circle ends at the bound, too. */
static void read_list(const struct go_process *process, struct go_conditions *conditions,
		      uint64_t list, uint64_t head)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t words[RECORD_WORDS];

	if (o->sudog_g != 0 || o->sudog_next != 8)
		return;
	for (; head && conditions->steps < STEPS_MOST(conditions->most); conditions->steps++) {
		if (!go_read(process, head, words, sizeof(words)) || !words[0] ||
		    !note(conditions, words[0], list))
			return;
		head = words[1];
	}
}

bool go_is_condition(const struct go_process *process, struct go_conditions *conditions,
		     uint64_t list, uint64_t goroutine)
{
	uint64_t head;

	if (conditions->found) {
		const struct go_semaphore *known =
			&conditions->found[slot_of(conditions, goroutine)];

		if (known->g)
			return known->object == list;
	}
	if (conditions->last == list || !is_list(process, list, &head))
		return false;
	conditions->last = list;
	read_list(process, conditions, list, head);
	return conditions->found &&
	       conditions->found[slot_of(conditions, goroutine)].object == list;
}

uint64_t go_find_condition(const struct go_process *process, struct go_conditions *conditions,
			   uint64_t goroutine, const uint8_t *stack, size_t size)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < STACK_WORDS && (i + 1) * 8 <= size; i++) {
		memcpy(&word, stack + i * 8, 8);
		if (word && go_is_condition(process, conditions, word, goroutine))
			return word;
	}
	return 0;
}

void go_conditions_release(struct go_conditions *conditions)
{
	free(conditions->found);
	*conditions = (struct go_conditions){ .most = conditions->most };
}
