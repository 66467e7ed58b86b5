// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where an instruction is in the source, by the names in its code object and by co_linetable, whose
 * format CPython 3.11 and later have (Objects/locations.md, InternalDocs/code_objects.md).
 */
#include "runtimes/python/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_FILENAME 112
#define CODE_NAME 120
#define CODE_LINE_TABLE 136
#define BYTES_START 32 /* ob_sval */
#define STRING_STATE 32
#define STRING_COMPACT_ASCII 0x60u
#define NAME_MOST 64
#define PATH_MOST 512
#define TABLE_MOST 65536

enum { NO_LOCATION = 15, LONG = 14, NO_COLUMN = 13, ONE_LINE = 10 };

struct table {
	const uint8_t *at, *end;
};

/* The least significant six bits first. */
static uint32_t number(struct table *table)
{
	uint32_t value = 0;
	uint8_t byte = 0x40;

	for (unsigned shift = 0; table->at < table->end && byte & 0x40 && shift < 32; shift += 6) {
		byte = *table->at++;
		value |= (uint32_t)(byte & 0x3f) << shift;
	}
	return value;
}

static int32_t signed_number(struct table *table)
{
	uint32_t value = number(table);

	return value & 1 ? -(int32_t)(value >> 1) : (int32_t)(value >> 1);
}

/* How many lines an entry is behind the one before; its columns are left out by the caller. */
static int32_t lines_of(struct table *table, unsigned kind)
{
	if (kind == LONG || kind == NO_COLUMN)
		return signed_number(table);
	return kind >= ONE_LINE && kind < NO_COLUMN ? (int32_t)kind - ONE_LINE : 0;
}

/* The line of an instruction so many bytes behind the first; 0: it has none. */
static int64_t find_line(struct table table, int64_t line, uint64_t offset)
{
	uint64_t begin = 0, bytes;
	unsigned kind;

	while (table.at < table.end) {
		kind = *table.at >> 3 & 15;
		bytes = PYTHON_UNIT * ((*table.at++ & 7) + 1u);
		line += lines_of(&table, kind);
		if (offset < begin + bytes)
			return kind == NO_LOCATION ? 0 : line;
		begin += bytes;
		while (table.at < table.end && !(*table.at & 0x80)) /* which begins an entry */
			table.at++;
	}
	return 0;
}

static int64_t line_of(const struct target_task *task, const struct python_layout *layout,
		       const struct python_frame *frame, uint64_t instruction)
{
	uint64_t table = python_word(task, frame->code + CODE_LINE_TABLE), size = 0;
	int64_t line = 0;
	int32_t first;
	uint8_t *bytes;

	if (!table ||
	    !target_memory_read_all(task, table + PYTHON_OBJECT_SIZE, &size, sizeof(size)) ||
	    !size || size > TABLE_MOST ||
	    !target_memory_read_all(task, frame->code + layout->code_first_line, &first,
				    sizeof(first)))
		return 0;
	bytes = malloc(size);
	if (bytes && target_memory_read_all(task, table + BYTES_START, bytes, size))
		line = find_line((struct table){ bytes, bytes + size }, first,
				 instruction - frame->start);
	free(bytes);
	return line;
}

/* Of ASCII, which names are as a rule; "" for any other. */
static void read_text(const struct target_task *task, const struct python_layout *layout,
		      uint64_t string, char *buffer, size_t size)
{
	uint64_t length = 0;
	uint32_t state = 0;

	buffer[0] = '\0';
	if (!string ||
	    !target_memory_read_all(task, string + STRING_STATE, &state, sizeof(state)) ||
	    (state & STRING_COMPACT_ASCII) != STRING_COMPACT_ASCII ||
	    !target_memory_read_all(task, string + PYTHON_OBJECT_SIZE, &length, sizeof(length)) ||
	    length >= size || !target_memory_read_all(task, string + layout->text, buffer, length))
		length = 0;
	buffer[length] = '\0';
}

static const struct python_frame *frame_with(const struct python_thread *thread,
					     uint64_t instruction)
{
	for (size_t i = 0; i < thread->count; i++) {
		if (instruction >= thread->frames[i].start && instruction < thread->frames[i].end)
			return &thread->frames[i];
	}
	return NULL;
}

void python_place(const struct target_task *task, const struct python_thread *thread,
		  uint64_t instruction, char *buffer, size_t size)
{
	const struct python_frame *frame = frame_with(thread, instruction);
	char path[PATH_MOST], name[NAME_MOST];
	const char *base;
	int64_t line;

	buffer[0] = '\0';
	if (!frame)
		return;
	line = line_of(task, thread->layout, frame, instruction);
	read_text(task, thread->layout, python_word(task, frame->code + CODE_FILENAME), path,
		  sizeof(path));
	read_text(task, thread->layout, python_word(task, frame->code + CODE_NAME), name,
		  sizeof(name));
	base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (line > 0 && *base)
		(void)snprintf(buffer, size, "%s:%lld%s%s", base, (long long)line,
			       *name ? ", in " : "", name);
}
