// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as records of the ring buffer, which lie behind each other in an input, a word with the
 * size before each; what they become is taken in by the model. With -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collect/bpf_source.h"
#include "model/threads.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take_event(void *context, const struct lc_event *event)
{
	const uint8_t *stack = event->stack;
	uint8_t sum = 0;

	if (memchr(event->task.comm, '\0', sizeof(event->task.comm)) == NULL)
		__builtin_trap();
	for (size_t i = 0; stack && i < event->stack_size; i++)
		sum += stack[i];
	return lc_model_event(context, event, sum, NULL);
}

/* Each record has memory of its very size: a read past its end is seen. */
static void give(struct collect *collect, const uint8_t *bytes, size_t size)
{
	void *record = malloc(size ?: 1);

	if (!record)
		return;
	memcpy(record, bytes, size);
	(void)bpf_event_received(collect, record, size);
	free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct leakhop_bpf skeleton;
	static typeof(*skeleton.rodata) constants;
	struct bpf_source source = { .skeleton = &skeleton, .event_fn = take_event };
	struct collect collect = { .bpf = &source };
	struct lc_model *model = NULL;
	size_t at = 0, length;
	uint16_t claimed;

	skeleton.rodata = &constants;
	constants.settings.short_blocks = size & 1;
	if (lc_model_create(0, &model) < 0 || cpu_clocks_create(4, &source.clocks) < 0)
		abort();
	cpu_clocks_note(source.clocks, 1, 1000, 5);
	source.event_context = model;
	for (; at + sizeof(claimed) <= size; at += length) {
		memcpy(&claimed, data + at, sizeof(claimed));
		at += sizeof(claimed);
		length = claimed < size - at ? claimed : size - at;
		give(&collect, data + at, length);
	}
	cpu_clocks_free(source.clocks);
	lc_model_free(model);
	return 0;
}
