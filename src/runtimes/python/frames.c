// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the state of a thread, and its frames. A layout is taken for right where all fits: the
 * thread's numbers in its PyThreadState, and the instruction of each frame in the bytes of its
 * code.
 */
#include "runtimes/python/private.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STACK_BYTES 32768
#define CANDIDATES 512
#define STATE_BYTES 256
#define FRAMES_MOST 1000 /* as deep as Python lets them be, unless told otherwise */
#define CODE_MOST 1000000
#define DESCRIPTOR                                                                     \
	8192 /* struct pthread, which pthread_self() is, is so near the thread pointer \
	      */

#define TAGS 7ull /* of a _PyStackRef, which holds the code from 3.14 on */
/* ident and thread_is_exiting of ThreadHandle (Modules/_threadmodule.c) */
#define HANDLE_IDENT 32
#define HANDLE_EVENT 57

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

	ret->code = python_word(task, frame + layout->frame_code) & ~TAGS;
	ret->instruction = python_word(task, frame + layout->frame_instruction);
	if (!ret->code ||
	    !target_memory_read_all(task, ret->code + PYTHON_OBJECT_SIZE, &units, sizeof(units)) ||
	    !units || units > CODE_MOST)
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

	ret->state = address;
	return target_memory_read_all(reading->task, address, words, sizeof(words)) &&
	       is_state(reading, ret->layout, words) && read_frames(reading->task, ret);
}

/*
 * "/usr/bin/python3.13", "libpython3.13.so.1.0", "/usr/lib/python3.13/lib-dynload/..."; 0: neither.
 * "python3.13t" and "python3.13d" have other structures.
 */
static unsigned long minor_version(const char *path)
{
	static const char name[] = "python3.";
	const char *found = strstr(path, name);
	char *end = NULL;
	unsigned long minor = found ? strtoul(found + sizeof(name) - 1, &end, 10) : 0;

	return found && !isalpha((unsigned char)*end) ? minor : 0;
}

static const struct python_layout *find_layout(const struct target_maps *maps)
{
	const struct python_layout *layout;
	unsigned long minor;

	for (size_t i = 0; i < maps->count; i++) {
		minor = minor_version(maps->mappings[i].path);
		for (size_t index = 0; minor && (layout = python_layout(index)); index++) {
			if (layout->minor == minor)
				return layout;
		}
	}
	return NULL;
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
	ret->layout = find_layout(maps);
	if (!words || !ret->layout) {
		free(words);
		return words ? -ENOENT : -ENOMEM;
	}
	r = target_memory_read(task, sp, words, STACK_BYTES, &count);
	r = r < 0 ? -ENOENT : find_on_stack(&reading, sp, words, count / 8, ret);
	free(words);
	return r;
}

bool python_is_joined(const struct target_task *task, const struct python_thread *thread,
		      const struct python_wait *wait)
{
	const struct python_layout *layout = thread->layout;
	uint64_t reference, lock, thread_id;

	if (layout->parks) { /* for its ThreadHandle's event, which it is behind */
		thread_id = python_word(task, thread->state + layout->thread_id);
		return thread_id && wait->parked > HANDLE_EVENT - HANDLE_IDENT &&
		       python_word(task, wait->parked - (HANDLE_EVENT - HANDLE_IDENT)) == thread_id;
	}
	reference = python_word(task, thread->state + thread->layout->on_delete_data);
	lock = reference ? python_word(task, reference + WEAK_REFERENCE_TO) : 0;
	return lock && wait->semaphore && python_word(task, lock + LOCK_LOCK) == wait->semaphore;
}
