// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses /proc/PID/maps (fs/proc/task_mmu.c, show_map_vma()):
 *
 *	55d0c0a00000-55d0c0a21000 r-xp 00002000 fd:01 1048601        /usr/bin/cat
 *
 * Of a path the kernel escapes nothing but the newline, as "\012": a backslash with other digits
 * belongs to the name.
 */
#include "target/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util/cleanup.h"

#define READ_SIZE ((size_t)64 * 1024)
#define LINE_MAX_SIZE ((size_t)4 * PATH_MAX + 256) /* every byte of a path may be escaped */
/* The first block of paths; each further one is twice as large. */
#define TEXT_BLOCK_SIZE ((size_t)1024)
#define DELETED " (deleted)"

/* Paths live in a chain of blocks, so that pointers to them stay valid while more are added. */
struct target_maps_text {
	struct target_maps_text *next;
	size_t used;
	size_t size;
	char bytes[];
};

struct cursor {
	const char *at;
	const char *end;
};

static bool take_char(struct cursor *cursor, char wanted)
{
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

static bool take_number(struct cursor *cursor, unsigned base, uint64_t *ret)
{
	const char *start = cursor->at;
	uint64_t value = 0;

	for (; cursor->at < cursor->end; cursor->at++) {
		char c = *cursor->at;
		unsigned digit;

		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a') + 10;
		else
			break;
		if (digit >= base)
			break;
		if (value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	*ret = value;
	return cursor->at != start;
}

static bool take_protection(struct cursor *cursor, struct target_mapping *mapping)
{
	const char *flags = cursor->at;

	if (cursor->end - cursor->at < 4)
		return false;
	mapping->protection = (flags[0] == 'r' ? PROT_READ : 0) |
			      (flags[1] == 'w' ? PROT_WRITE : 0) |
			      (flags[2] == 'x' ? PROT_EXEC : 0);
	mapping->shared = flags[3] == 's';
	cursor->at += 4;
	return true;
}

static bool take_device(struct cursor *cursor, dev_t *ret)
{
	uint64_t major_number, minor_number;

	if (!take_number(cursor, 16, &major_number) || !take_char(cursor, ':') ||
	    !take_number(cursor, 16, &minor_number))
		return false;
	*ret = makedev((unsigned)major_number, (unsigned)minor_number);
	return true;
}

/* Leaves cursor at the path. */
static bool take_fields(struct cursor *cursor, struct target_mapping *mapping)
{
	bool fine = take_number(cursor, 16, &mapping->start) && take_char(cursor, '-') &&
		    take_number(cursor, 16, &mapping->end) && take_char(cursor, ' ') &&
		    take_protection(cursor, mapping) && take_char(cursor, ' ') &&
		    take_number(cursor, 16, &mapping->offset) && take_char(cursor, ' ') &&
		    take_device(cursor, &mapping->device) && take_char(cursor, ' ') &&
		    take_number(cursor, 10, &mapping->inode);

	if (!fine || mapping->start >= mapping->end)
		return false;
	if (cursor->at < cursor->end && *cursor->at != ' ')
		return false;
	while (take_char(cursor, ' '))
		;
	return true;
}

static bool is_wanted(const struct target_mapping *mapping, enum target_maps_keep keep)
{
	if (keep == TARGET_MAPS_ALL || (mapping->protection & PROT_EXEC))
		return true;
	return keep == TARGET_MAPS_CODE_AND_FILES && mapping->inode != 0;
}

static char *text_reserve(struct target_maps *maps, size_t size)
{
	struct target_maps_text *block = maps->text;
	size_t block_size = block ? block->size * 2 : TEXT_BLOCK_SIZE;

	if (!block || block->size - block->used < size) {
		block_size = size > block_size ? size : block_size;
		block = malloc(sizeof(*block) + block_size);
		if (!block)
			return NULL;
		block->next = maps->text;
		block->used = 0;
		block->size = block_size;
		maps->text = block;
	}
	return block->bytes + block->used;
}

/* Copies the path, with newlines restored; the same path in a row is stored once. */
static int set_path(struct target_maps *maps, struct target_mapping *mapping,
		    const struct cursor *cursor)
{
	size_t length = 0, deleted_length = strlen(DELETED);
	const char *from = cursor->at;
	char *path;

	mapping->path = "";
	if (from == cursor->end)
		return 0;
	path = text_reserve(maps, (size_t)(cursor->end - from) + 1);
	if (!path)
		return -ENOMEM;
	while (from < cursor->end) {
		if (cursor->end - from >= 4 && memcmp(from, "\\012", 4) == 0) {
			path[length++] = '\n';
			from += 4;
		} else {
			path[length++] = *from++;
		}
	}
	path[length] = '\0';
	length = strlen(path);
	if (length > deleted_length && strcmp(path + length - deleted_length, DELETED) == 0) {
		mapping->deleted = true;
		length -= deleted_length;
		path[length] = '\0';
	}
	mapping->path = path;
	if (maps->count > 0 && strcmp(maps->mappings[maps->count - 1].path, path) == 0)
		mapping->path = maps->mappings[maps->count - 1].path;
	else
		maps->text->used += length + 1;
	return 0;
}

static void note_device(struct target_maps *maps, const struct target_mapping *mapping)
{
	if (!mapping->inode)
		return;
	for (size_t i = 0; i < maps->device_count && i < TARGET_DEVICES_MAX; i++) {
		if (maps->devices[i] == mapping->device)
			return;
	}
	if (maps->device_count < TARGET_DEVICES_MAX)
		maps->devices[maps->device_count] = mapping->device;
	if (maps->device_count <= TARGET_DEVICES_MAX)
		maps->device_count++;
}

static int make_room(struct target_maps *maps)
{
	size_t capacity = maps->capacity ? maps->capacity * 2 : 32;
	struct target_mapping *grown;

	if (maps->count == TARGET_MAPS_MAX)
		return -E2BIG;
	if (maps->count < maps->capacity)
		return 0;
	grown = reallocarray(maps->mappings, capacity, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	maps->mappings = grown;
	maps->capacity = capacity;
	return 0;
}

int target_maps_add(struct target_maps *maps, const struct target_mapping *mapping,
		    enum target_maps_keep keep)
{
	int r = is_wanted(mapping, keep) ? make_room(maps) : 0;

	if (r == 0 && is_wanted(mapping, keep))
		maps->mappings[maps->count++] = *mapping;
	return r;
}

static int add_line(struct target_maps *maps, struct cursor line, enum target_maps_keep keep)
{
	struct target_mapping mapping = { .start = 0 };
	int r;

	if (!take_fields(&line, &mapping))
		return 0;
	note_device(maps, &mapping);
	if (!is_wanted(&mapping, keep))
		return 0;
	r = make_room(maps);
	if (r < 0)
		return r;
	r = set_path(maps, &mapping, &line);
	if (r < 0)
		return r;
	maps->mappings[maps->count++] = mapping;
	return 0;
}

int target_maps_parse(struct target_maps *maps, const char *text, size_t size,
		      enum target_maps_keep keep)
{
	const char *end = text + size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;
		int r = add_line(maps, (struct cursor){ text, line_end }, keep);

		if (r < 0)
			return r;
		text = newline ? newline + 1 : end;
	}
	return 0;
}

static int compare_mappings(const void *left, const void *right)
{
	const struct target_mapping *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

/* The kernel sorts, but what changes between two reads may break the order. */
void target_maps_sort(struct target_maps *maps)
{
	for (size_t i = 1; i < maps->count; i++) {
		if (maps->mappings[i - 1].start > maps->mappings[i].start) {
			qsort(maps->mappings, maps->count, sizeof(*maps->mappings),
			      compare_mappings);
			return;
		}
	}
}

const struct target_mapping *target_maps_find(const struct target_maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (maps->mappings[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || address >= maps->mappings[low - 1].end)
		return NULL;
	return &maps->mappings[low - 1];
}

/* Hands the whole lines of buffer to the parser and moves the rest to its start. */
static int parse_whole_lines(struct target_maps *maps, char *buffer, size_t *used,
			     enum target_maps_keep keep)
{
	char *newline = memrchr(buffer, '\n', *used);
	size_t whole;
	int r;

	if (!newline) /* no line of the kernel's is that long: drop what can't be one */
		whole = *used >= LINE_MAX_SIZE ? *used : 0;
	else
		whole = (size_t)(newline - buffer) + 1;
	r = newline ? target_maps_parse(maps, buffer, whole, keep) : 0;
	memmove(buffer, buffer + whole, *used - whole);
	*used -= whole;
	return r;
}

static int read_all(int fd, enum target_maps_keep keep, struct target_maps *maps)
{
	_cleanup_free_ char *buffer = malloc(LINE_MAX_SIZE + READ_SIZE);
	size_t used = 0;
	int r;

	if (!buffer)
		return -ENOMEM;
	for (;;) {
		ssize_t count = read(fd, buffer + used, READ_SIZE);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (count == 0)
			break;
		used += (size_t)count;
		r = parse_whole_lines(maps, buffer, &used, keep);
		if (r < 0)
			return r;
	}
	r = target_maps_parse(maps, buffer, used, keep);
	target_maps_sort(maps);
	return r;
}

static void tell_devices(const struct target_task *task, const struct target_maps *maps)
{
	bool all = maps->device_count <= TARGET_DEVICES_MAX;

	task->access->does->note_devices(task->access, task->pid, maps->devices,
					 all ? maps->device_count : TARGET_DEVICES_MAX, all);
}

int target_maps_read(const struct target_task *task, enum target_maps_keep keep,
		     struct target_maps *maps)
{
	_cleanup_close_ int fd = -1;
	char path[64];
	int r;

	target_maps_release(maps);
	if (task->access && task->access->does->maps)
		return task->access->does->maps(task->access, keep, maps);
	if (task->access && !task->access->does->answers(task->access, task->pid))
		return -ETIME;
	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)task->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	r = read_all(fd, keep, maps);
	if (task->access && (r == 0 || r == -E2BIG))
		tell_devices(task, maps);
	if (r < 0)
		target_maps_release(maps);
	return r;
}

void target_maps_release(struct target_maps *maps)
{
	while (maps->text) {
		struct target_maps_text *next = maps->text->next;

		free(maps->text);
		maps->text = next;
	}
	free(maps->mappings);
	*maps = (struct target_maps)TARGET_MAPS_INIT;
}
