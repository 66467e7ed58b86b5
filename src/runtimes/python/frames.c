// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the state of a thread, and its frames. A layout is taken for right where all fits: the
 * thread's numbers in its PyThreadState, and the instruction of each frame in the bytes of its
 * code.
 */
#include "runtimes/python/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STACK_BYTES 32768
#define CANDIDATES 512
#define STATE_BYTES 256
#define FRAMES_MOST 1000 /* as deep as Python lets them be, unless told otherwise */
#define CODE_MOST 1000000
#define DESCRIPTOR 8192 /* struct pthread, which pthread_self() is, is so near the thread pointer \
			 */

#define LOCK_LOCK 16	     /* of lockobject (Modules/_threadmodule.c) */
#define WEAK_REFERENCE_TO 16 /* wr_object (Include/cpython/weakrefobject.h) */

struct reading {
	const struct target_task *task;
	const struct target_maps *maps;
	pid_t own_tid;
	uint64_t thread_pointer;
};

static uint64_t innermost(const struct target_task *task, const struct python_layout *layout,
			  uint64_t state)
{
	uint64_t address = state;

	for (uint32_t i = 0; i < layout->hop_count && address; i++)
		address = python_word(task, address + layout->hops[i]);
	return address;
}

/*
 * Of a frame that C made for itself nothing fits but the link to the next: from 3.12 on there is
 * one at each entry from C.
 */
static bool read_frame(const struct target_task *task, const struct python_layout *layout,
		       uint64_t frame, struct python_frame *ret)
{
	uint64_t units;

	ret->code = python_word(task, frame + layout->frame_code);
	ret->instruction = python_word(task, frame + layout->frame_instruction);
	if (!ret->code ||
	    !python_read(task, ret->code + PYTHON_OBJECT_SIZE, &units, sizeof(units)) || !units ||
	    units > CODE_MOST)
		return false;
	ret->start = ret->code + layout->code_bytes;
	ret->end = ret->start + PYTHON_UNIT * units;
	return ret->instruction >= ret->start - PYTHON_UNIT && ret->instruction < ret->end;
}

static bool read_frames(const struct target_task *task, struct python_thread *thread)
{
	const struct python_layout *layout = thread->layout;
	uint64_t frame = innermost(task, layout, thread->state);
	unsigned misfits = 0, all = 0;

	thread->count = 0;
	for (; frame && all < FRAMES_MOST; all++) {
		if (thread->count == PYTHON_FRAMES)
			return true;
		if (read_frame(task, layout, frame, &thread->frames[thread->count]))
			thread->count++;
		else if (layout->hop_count > 1 && layout->hops[1]) /* 3.11 has no such frames */
			return false;
		else if (++misfits > thread->count + 1)
			return false;
		frame = python_word(task, frame + layout->frame_previous);
	}
	return !frame && thread->count;
}

static bool is_state(const struct reading *reading, const struct python_layout *layout,
		     const uint64_t words[STATE_BYTES / 8])
{
	const uint64_t *ids = &words[layout->thread_id / 8];

	return ids[1] == (uint64_t)reading->own_tid && ids[0] &&
	       reading->thread_pointer - ids[0] < DESCRIPTOR;
}

static bool try_state(const struct reading *reading, uint64_t address, struct python_thread *ret)
{
	uint64_t words[STATE_BYTES / 8];

	if (!python_read(reading->task, address, words, sizeof(words)))
		return false;
	for (size_t i = 0; (ret->layout = python_layout(i)); i++) {
		ret->state = address;
		if (is_state(reading, ret->layout, words) && read_frames(reading->task, ret))
			return true;
	}
	return false;
}

/* On the heap, or, of the main thread, among the variables of the program or library. */
static bool may_be_state(const struct reading *reading, uint64_t word, uint64_t sp)
{
	const struct target_mapping *mapping;

	if (!word || word % 8 || (word >= sp && word - sp < STACK_BYTES))
		return false;
	mapping = target_maps_find(reading->maps, word);
	return mapping && mapping->protection & PROT_WRITE && mapping->end - word >= STATE_BYTES;
}

static bool is_new(uint64_t word, const uint64_t *seen, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (seen[i] == word)
			return false;
	}
	return true;
}

static int find_on_stack(const struct reading *reading, uint64_t sp, uint64_t *words, size_t count,
			 struct python_thread *ret)
{
	uint64_t seen[CANDIDATES];
	size_t seen_count = 0;

	for (size_t i = 0; i < count && seen_count < CANDIDATES; i++) {
		if (!may_be_state(reading, words[i], sp) || !is_new(words[i], seen, seen_count))
			continue;
		seen[seen_count++] = words[i];
		if (try_state(reading, words[i], ret))
			return 0;
	}
	return -ENOENT;
}

int python_find_thread(const struct target_task *task, const struct target_maps *maps,
		       pid_t own_tid, uint64_t sp, uint64_t thread_pointer,
		       struct python_thread *ret)
{
	const struct reading reading = { task, maps, own_tid, thread_pointer };
	uint64_t *words = malloc(STACK_BYTES);
	size_t count = 0;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!words)
		return -ENOMEM;
	r = target_memory_read(task, sp, words, STACK_BYTES, &count);
	r = r < 0 ? -ENOENT : find_on_stack(&reading, sp, words, count / 8, ret);
	free(words);
	return r;
}

uint64_t python_joined(const struct target_task *task, const struct python_thread *thread)
{
	uint64_t reference, lock;

	if (!thread->layout->on_delete_data)
		return 0;
	reference = python_word(task, thread->state + thread->layout->on_delete_data);
	lock = reference ? python_word(task, reference + WEAK_REFERENCE_TO) : 0;
	return lock ? python_word(task, lock + LOCK_LOCK) : 0;
}
