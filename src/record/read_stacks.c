// SPDX-License-Identifier: GPL-2.0-only
/* Stacks with their names: see reader.h. */
#include "record/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 65536
#define TEXTS_MOST (1 << 21)
#define FRAMES_MOST 4096

/* Texts by their number, which rises from 1 on with few gaps. */
struct texts {
	char **list;
	size_t capacity;
};

static void release(struct texts *texts)
{
	size_t i;

	for (i = 0; i < texts->capacity; i++)
		free(texts->list[i]);
	free(texts->list);
}

static int put(struct texts *texts, size_t number, const char *text)
{
	size_t capacity = texts->capacity ? texts->capacity : 256;
	char **grown;

	while (capacity <= number)
		capacity *= 2;
	if (capacity != texts->capacity) {
		grown = reallocarray(texts->list, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		memset(grown + texts->capacity, 0, (capacity - texts->capacity) * sizeof(*grown));
		texts->list = grown;
		texts->capacity = capacity;
	}
	if (texts->list[number])
		return -EBADMSG;
	texts->list[number] = strdup(text);
	return texts->list[number] ? 0 : -ENOMEM;
}

static const char *get(const struct texts *texts, int64_t number)
{
	return number >= 0 && (size_t)number < texts->capacity ? texts->list[number] : NULL;
}

/* One column of a table, by its first. */
static int read_texts(struct reader *reader, const char *sql, struct texts *texts)
{
	sqlite3_stmt *statement = reader_prepare(reader, sql);
	int64_t number, before = 0;
	const char *text;
	int r = statement ? 0 : -EBADMSG;

	while (!r && (r = reader_step(reader, statement)) == 1) {
		text = reader_text(statement, 1, TEXT_MOST);
		if (!text || !reader_number(statement, 0, before + 1, TEXTS_MOST, &number)) {
			r = reader_bad(reader, "a table of texts is not what it can be");
			break;
		}
		before = number;
		r = put(texts, (size_t)number, text);
	}
	sqlite3_finalize(statement);
	return r;
}

struct names {
	struct texts strings, modules, build_ids;
	struct lc_frame frames[FRAMES_MOST];
	struct lc_raw_frame raw[FRAMES_MOST];
	sqlite3_stmt *statement, *raw_statement; /* the frames of a stack */
};

static int get_frame(struct reader *reader, const struct names *names, struct lc_frame *frame)
{
	sqlite3_stmt *statement = names->statement;
	int64_t function, offset, file, line, module, address, flags[4];
	bool ok = reader_number(statement, 1, 0, TEXTS_MOST, &function) &&
		  reader_number(statement, 2, INT64_MIN, INT64_MAX, &offset) &&
		  reader_number(statement, 3, 0, TEXTS_MOST, &file) &&
		  reader_number(statement, 4, 0, UINT32_MAX, &line) &&
		  reader_number(statement, 5, 0, TEXTS_MOST, &module) &&
		  reader_number(statement, 6, INT64_MIN, INT64_MAX, &address);
	int i;

	for (i = 0; i < 4 && ok; i++)
		ok = reader_number(statement, 7 + i, 0, 1, &flags[i]);
	if (!ok)
		return reader_bad(reader, "table frame is not what it can be");
	*frame = (struct lc_frame){
		.function = get(&names->strings, function),
		.offset = (uint64_t)offset,
		.file = get(&names->strings, file),
		.line = (unsigned)line,
		.module = get(&names->modules, module),
		.build_id = get(&names->build_ids, module),
		.address = (uint64_t)address,
		.inlined = flags[0],
		.guessed = flags[1],
		.go = flags[2],
		.own = flags[3],
	};
	if (!frame->function || !frame->file || !frame->module || !frame->build_id)
		return reader_bad(reader, "table frame names a text that is not there");
	return 0;
}

static int read_frames(struct reader *reader, struct names *names, int64_t stack, int64_t count)
{
	int64_t i, n;
	int r = 0;

	sqlite3_bind_int64(names->statement, 1, stack);
	for (i = 0; i < count && !r; i++) {
		r = reader_step(reader, names->statement);
		if (r == 1)
			r = reader_number(names->statement, 0, i, i, &n)
				    ? get_frame(reader, names, &names->frames[i])
				    : reader_bad(reader, "table frame has gaps");
		else if (!r)
			r = reader_bad(reader, "table frame is not whole");
	}
	sqlite3_reset(names->statement);
	return r;
}

static int get_raw(struct reader *reader, sqlite3_stmt *statement, int64_t n,
		   struct lc_raw_frame *raw)
{
	int64_t address, file, vaddr, pid, interrupted, guessed;

	if (!reader_number(statement, 0, n, n, &n) ||
	    !reader_number(statement, 1, INT64_MIN, INT64_MAX, &address) ||
	    !reader_number(statement, 2, INT64_MIN, INT64_MAX, &file) ||
	    !reader_number(statement, 3, INT64_MIN, INT64_MAX, &vaddr) ||
	    !reader_number(statement, 4, 0, UINT32_MAX, &pid) ||
	    !reader_number(statement, 5, 0, 1, &interrupted) ||
	    !reader_number(statement, 6, 0, 1, &guessed))
		return reader_bad(reader, "table raw_frame is not what it can be");
	*raw = (struct lc_raw_frame){ .address = (uint64_t)address,
				      .module = (uint64_t)file,
				      .vaddr = (uint64_t)vaddr,
				      .pid = (uint32_t)pid,
				      .interrupted = interrupted,
				      .guessed = guessed };
	return 0;
}

static int read_raw(struct reader *reader, struct names *names, int64_t stack, int64_t count)
{
	int64_t i;
	int r = 0;

	sqlite3_bind_int64(names->raw_statement, 1, stack);
	for (i = 0; i < count && !r; i++) {
		r = reader_step(reader, names->raw_statement);
		if (r == 1)
			r = get_raw(reader, names->raw_statement, i, &names->raw[i]);
		else if (!r)
			r = reader_bad(reader, "table raw_frame is not whole");
	}
	sqlite3_reset(names->raw_statement);
	return r;
}

/* Two of a file that are the same would share the names of one: each is there once. */
static int add_stack(struct reader *reader, const struct names *names, int64_t raw, int64_t frames,
		     enum lc_stack_end end, uint32_t *ret_id)
{
	struct lc_stacks *stacks = reader->recording->stacks;
	size_t before = lc_stacks_count(stacks);
	int r = lc_stacks_intern(stacks, names->raw, (size_t)raw, end, ret_id);

	if (r == -ENOSPC || (!r && lc_stacks_count(stacks) == before))
		return reader_bad(reader, "table stack has one twice, or too many");
	return r || frames < 0
		       ? r
		       : lc_stacks_set_frames(stacks, *ret_id, names->frames, (size_t)frames);
}

static int note_number(struct reader *reader, int64_t number, uint32_t id)
{
	size_t capacity = reader->stacks.count ? reader->stacks.count : 256;
	uint32_t *grown;

	while (capacity <= (size_t)number)
		capacity *= 2;
	if (capacity != reader->stacks.count) {
		grown = reallocarray((void *)reader->stacks.by_number, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		memset(grown + reader->stacks.count, 0,
		       (capacity - reader->stacks.count) * sizeof(*grown));
		reader->stacks.by_number = grown;
		reader->stacks.count = capacity;
	}
	((uint32_t *)reader->stacks.by_number)[number] = id;
	return 0;
}

static int read_stack(struct reader *reader, struct names *names, sqlite3_stmt *statement,
		      int64_t *before)
{
	int64_t number, raw, frames = -1, end;
	uint32_t id;
	int r;

	if (!reader_number(statement, 0, *before + 1, LC_STACKS_MAX, &number) ||
	    !reader_number(statement, 1, 0, FRAMES_MOST, &raw) ||
	    (sqlite3_column_type(statement, 2) != SQLITE_NULL &&
	     !reader_number(statement, 2, 0, FRAMES_MOST, &frames)) ||
	    !reader_number(statement, 3, 0, LC_STACK_NO_REGISTER, &end))
		return reader_bad(reader, "table stack is not what it can be");
	*before = number;
	r = read_raw(reader, names, number, raw);
	if (!r && frames > 0)
		r = read_frames(reader, names, number, frames);
	r = r ?: add_stack(reader, names, raw, frames, (enum lc_stack_end)end, &id);
	return r ?: note_number(reader, number, id);
}

static int read_list(struct reader *reader, struct names *names)
{
	sqlite3_stmt *statement = reader_prepare(reader, "SELECT id, raw_frames, frames, ends "
							 "FROM stack ORDER BY id");
	int64_t before = 0;
	int r = statement ? 0 : -EBADMSG;

	names->statement = reader_prepare(reader,
					  "SELECT n, function, offset, file, line, module, "
					  "address, inlined, guessed, go, own FROM frame WHERE "
					  "stack = ? ORDER BY n");
	names->raw_statement = reader_prepare(reader,
					      "SELECT n, address, file, vaddr, pid, interrupted, "
					      "guessed FROM raw_frame WHERE stack = ? ORDER BY n");
	if (!names->statement || !names->raw_statement)
		r = -EBADMSG;
	while (!r && (r = reader_step(reader, statement)) == 1)
		r = read_stack(reader, names, statement, &before);
	sqlite3_finalize(statement);
	sqlite3_finalize(names->statement);
	sqlite3_finalize(names->raw_statement);
	return r;
}

int read_stacks(struct reader *reader)
{
	struct names *names = calloc(1, sizeof(*names));
	int r = names ? 0 : -ENOMEM;

	r = r ?: read_texts(reader, "SELECT id, text FROM string ORDER BY id", &names->strings);
	r = r ?: read_texts(reader, "SELECT id, path FROM module ORDER BY id", &names->modules);
	r = r
		    ?: read_texts(reader, "SELECT id, build_id FROM module ORDER BY id",
				  &names->build_ids);
	r = r ?: read_list(reader, names);
	if (names) {
		release(&names->strings);
		release(&names->modules);
		release(&names->build_ids);
	}
	free(names);
	return r;
}
