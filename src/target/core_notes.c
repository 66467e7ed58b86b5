// SPDX-License-Identifier: GPL-2.0-only
/*
 * The notes of a core: who the process was, its threads, the files that it had mapped. Each is
 * struct elf64_nhdr {namesz, descsz, type}, name and description, both padded to four bytes.
 */
#include "target/core_private.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NOTES_MOST (UINT64_C(1) << 30) /* 10,000 threads with all of AVX have a tenth of it */
#define NOTE_MOST ((size_t)16 << 20)   /* the kernel ends the list of files at 4 MiB */
#define NAME_SIZE 8
#define WINDOW ((size_t)64 << 10)

/* struct elf_prpsinfo of 64 bits */
#define PROCESS_PID 24
#define PROCESS_NAME 40
#define PROCESS_SIZE 136

/* Notes are many and small: they are read in windows. */
struct walk {
	struct target_core *core;
	uint64_t at, end; /* in the file */
	uint64_t window;
	size_t window_size;
	uint8_t bytes[WINDOW];
};

/* size bytes at offset, valid until the next call; NULL: not there. size is at most WINDOW. */
static const uint8_t *window_at(struct walk *walk, uint64_t offset, size_t size)
{
	uint64_t left = walk->core->size > offset ? walk->core->size - offset : 0;

	if (size > left)
		return NULL;
	if (offset < walk->window || offset + size > walk->window + walk->window_size) {
		walk->window = offset;
		walk->window_size = left < WINDOW ? (size_t)left : WINDOW;
		if (!core_pread(walk->core, offset, walk->bytes, walk->window_size)) {
			walk->window_size = 0;
			return NULL;
		}
	}
	return walk->bytes + (offset - walk->window);
}

static int add_thread(struct target_core *core, const struct target_core_thread *thread)
{
	size_t count = core->thread_count;
	struct target_core_thread *grown;

	if (count == TARGET_CORE_THREADS_MAX) {
		core->threads_refused++;
		return 0;
	}
	if ((count & (count - 1)) == 0) { /* full at each power of two */
		grown = reallocarray(core->threads, count ? count * 2 : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		core->threads = grown;
	}
	core->threads[core->thread_count++] = *thread;
	return 0;
}

static int take_thread(struct target_core *core, const uint8_t *bytes, size_t size)
{
	struct target_core_thread thread;

	if (!core_take_status(bytes, size, &thread)) {
		core->threads_refused++;
		return 0;
	}
	if (!core->thread_count) /* the one that ended the process comes first */
		core->signal = thread.signal;
	return add_thread(core, &thread);
}

static void take_process(struct target_core *core, const uint8_t *bytes, size_t size)
{
	int32_t pid;

	if (size < PROCESS_SIZE)
		return;
	memcpy(&pid, bytes + PROCESS_PID, sizeof(pid));
	core->pid = pid > 0 ? pid : 0;
	memcpy(core->comm, bytes + PROCESS_NAME, sizeof(core->comm) - 1);
}

static void take_auxiliary(struct target_core *core, const uint8_t *bytes, size_t size)
{
	uint64_t pair[2];

	for (; size >= sizeof(pair); bytes += sizeof(pair), size -= sizeof(pair)) {
		memcpy(pair, bytes, sizeof(pair));
		if (pair[0] == AT_ENTRY)
			core->entry = pair[1];
		if (pair[0] == AT_SYSINFO_EHDR)
			core->vdso = pair[1];
	}
}

static int take_long(struct target_core *core, uint64_t offset, size_t size)
{
	uint8_t *bytes = size ? malloc(size) : NULL;
	int r = 0;

	if (!bytes)
		return size ? -ENOMEM : 0;
	if (core_pread(core, offset, bytes, size))
		r = core_take_files(core, bytes, size);
	else
		core->notes_cut = true;
	free(bytes);
	return r;
}

static int take(struct walk *walk, uint32_t type, uint64_t offset, size_t size)
{
	struct target_core *core = walk->core;
	const uint8_t *bytes;

	if (type == NT_FILE)
		return size > NOTE_MOST ? 0 : take_long(core, offset, size);
	if (type != NT_PRSTATUS && type != NT_PRPSINFO && type != NT_AUXV)
		return 0;
	bytes = size && size <= WINDOW ? window_at(walk, offset, size) : NULL;
	if (!bytes) {
		core->notes_cut |= type == NT_PRSTATUS;
		return 0;
	}
	if (type == NT_PRSTATUS)
		return take_thread(core, bytes, size);
	if (type == NT_PRPSINFO)
		take_process(core, bytes, size);
	else
		take_auxiliary(core, bytes, size);
	return 0;
}

static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~UINT64_C(3);
}

/* Returns 1 at the end, 0 or a negative errno. */
static int step(struct walk *walk)
{
	const uint8_t *bytes = window_at(walk, walk->at, sizeof(Elf64_Nhdr) + NAME_SIZE);
	uint64_t description;
	Elf64_Nhdr head;
	bool is_core;

	if (!bytes) /* the last one may be shorter than its name's room: it is none of ours */
		return 1;
	memcpy(&head, bytes, sizeof(head));
	is_core = head.n_namesz == sizeof("CORE") &&
		  memcmp(bytes + sizeof(head), "CORE", sizeof("CORE")) == 0;
	description = walk->at + sizeof(head) + padded(head.n_namesz);
	walk->at = description + padded(head.n_descsz);
	if (walk->at > walk->end || description + head.n_descsz > walk->core->size) {
		walk->core->notes_cut = true;
		return 1;
	}
	return is_core ? take(walk, head.n_type, description, head.n_descsz) : 0;
}

int core_read_notes(struct target_core *core, uint64_t offset, uint64_t size)
{
	struct walk *walk;
	int r = 0;

	if (offset > core->size || size > core->size - offset || size > NOTES_MOST) {
		core->notes_cut = true;
		if (offset > core->size)
			return 0;
		size = size > core->size - offset ? core->size - offset : size;
		size = size > NOTES_MOST ? NOTES_MOST : size;
	}
	walk = calloc(1, sizeof(*walk));
	if (!walk)
		return -ENOMEM;
	walk->core = core;
	walk->at = offset;
	walk->end = offset + size;
	while (r == 0 && walk->at + sizeof(Elf64_Nhdr) < walk->end)
		r = step(walk);
	free(walk);
	return r < 0 ? r : 0;
}
