// SPDX-License-Identifier: GPL-2.0-only
/* Where the search begins, but for stacks: global variables, timers, finalizers, weak pointers. */
#include "runtimes/go/heap/reach_search.h"
#include "target/core.h"

#include <errno.h>

/* The heap's own books have addresses of its parts, where objects begin. */
static bool is_heaps_own(const struct search *search, uint64_t address)
{
	uint64_t heap = search->process->heap;

	return address >= heap && search->process->offsets.mheap_size > 0 &&
	       address - heap < (uint64_t)search->process->offsets.mheap_size;
}

static void read_range(struct search *search, uint64_t from, uint64_t to)
{
	const uint64_t *words = (const uint64_t *)search->chunk;
	size_t got, size, i;

	for (from &= ~7ull; from < to && !search->error; from += size) {
		size = to - from < REACH_CHUNK ? to - from : REACH_CHUNK;
		if (go_read_part(search->process, from, search->chunk, size, &got) < 0 ||
		    got < size) {
			reach_fail(search, -EFAULT);
			return;
		}
		for (i = 0; i < size / 8; i++) {
			if (!is_heaps_own(search, from + i * 8))
				reach_mark(search, words[i]);
		}
	}
}

static void read_timers(void *context, uint64_t list, uint64_t length, unsigned step)
{
	struct search *search = context;

	reach_mark(search, list);
	/* What was appended since the list was met. */
	read_range(search, list, list + length * step);
}

/* What threads had in registers when their core was made stands nowhere else. */
static void mark_registers(struct search *search)
{
	const struct target_core *core = target_core_of(search->process->access);
	size_t i, j;

	for (i = 0; core && i < core->thread_count; i++) {
		for (j = 0; j < LC_REGISTER_COUNT; j++)
			reach_mark(search, core->threads[i].registers.value[j]);
	}
}

void reach_read_roots(struct search *search)
{
	const struct go_module *module;
	size_t i;

	for (i = 0; i < search->process->module_count; i++) {
		module = &search->process->modules[i];
		read_range(search, module->data, module->ebss);
	}
	mark_registers(search);
	for (i = 0; i < search->specials.count; i++)
		reach_mark(search, search->specials.words[i]);
	for (i = 0; i < search->specials.object_count; i++)
		reach_mark(search, search->specials.objects[i]);
	if (search->processor_count)
		go_each_timer_heap(search->process, read_timers, search);
}
