// SPDX-License-Identifier: GPL-2.0-only
/* Stacks with their names: each frame's texts once. See writer.h. */
#include "record/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_WRITTEN, WRITTEN, WRITTEN_WITH_NAMES };

static int64_t string_id(struct recorder *recorder, const char *text)
{
	bool is_new;
	int64_t id = writer_text(recorder, &recorder->strings, &recorder->string_count, text,
				 &is_new);
	sqlite3_stmt *statement = is_new ? writer_statement(recorder, SQL_STRING) : NULL;

	if (statement) {
		sqlite3_bind_int64(statement, 1, id);
		sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC);
		writer_step(recorder, statement);
	}
	return id;
}

static int64_t module_id(struct recorder *recorder, const struct lc_frame *frame)
{
	char key[4096 + 64];
	sqlite3_stmt *statement;
	bool is_new;
	int64_t id;

	snprintf(key, sizeof(key), "%.60s %s", frame->build_id, frame->module);
	id = writer_text(recorder, &recorder->modules, &recorder->module_count, key, &is_new);
	statement = is_new ? writer_statement(recorder, SQL_MODULE) : NULL;
	if (statement) {
		sqlite3_bind_int64(statement, 1, id);
		sqlite3_bind_text(statement, 2, frame->module, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 3, frame->build_id, -1, SQLITE_STATIC);
		writer_step(recorder, statement);
	}
	return id;
}

static void write_frame(struct recorder *recorder, uint32_t stack, size_t n,
			const struct lc_frame *frame)
{
	WRITER_RUN(recorder, SQL_FRAME, stack, (int64_t)n, string_id(recorder, frame->function),
		   (int64_t)frame->offset, string_id(recorder, frame->file), frame->line,
		   module_id(recorder, frame), (int64_t)frame->address, frame->inlined,
		   frame->guessed, frame->go, frame->own);
}

static void write_raw_frame(struct recorder *recorder, uint32_t stack, size_t n,
			    const struct lc_raw_frame *raw)
{
	WRITER_RUN(recorder, SQL_RAW_FRAME, stack, (int64_t)n, (int64_t)raw->address,
		   (int64_t)raw->module, (int64_t)raw->vaddr, raw->pid, raw->interrupted,
		   raw->guessed);
}

static void write_stack(struct recorder *recorder, uint32_t id, const struct lc_stack *stack)
{
	sqlite3_stmt *statement = writer_statement(recorder, SQL_STACK);
	size_t i;

	if (!statement)
		return;
	sqlite3_bind_int64(statement, 1, id);
	sqlite3_bind_int64(statement, 2, (int64_t)stack->raw_count);
	if (stack->frames)
		sqlite3_bind_int64(statement, 3, (int64_t)stack->frame_count);
	else
		sqlite3_bind_null(statement, 3);
	sqlite3_bind_int(statement, 4, stack->end);
	writer_step(recorder, statement);
	for (i = 0; i < stack->raw_count; i++)
		write_raw_frame(recorder, id, i, &stack->raw[i]);
	for (i = 0; stack->frames && i < stack->frame_count; i++)
		write_frame(recorder, id, i, &stack->frames[i]);
}

static bool make_room(struct recorder *recorder, size_t count)
{
	uint8_t *grown;

	if (count <= recorder->stack_capacity)
		return true;
	grown = realloc(recorder->stacks, count * 2);
	if (!grown) {
		writer_fail(recorder, -ENOMEM);
		return false;
	}
	memset(grown + recorder->stack_capacity, NOT_WRITTEN, count * 2 - recorder->stack_capacity);
	recorder->stacks = grown;
	recorder->stack_capacity = count * 2;
	return true;
}

void write_stacks(struct recorder *recorder, const struct lc_stacks *stacks)
{
	size_t count = lc_stacks_count(stacks), i;
	const struct lc_stack *stack;

	if (!make_room(recorder, count))
		return;
	for (i = 0; i < count && !recorder->result; i++) {
		if (recorder->stacks[i] == WRITTEN_WITH_NAMES)
			continue;
		stack = lc_stacks_get(stacks, (uint32_t)i + 1);
		if (recorder->stacks[i] == WRITTEN && !stack->frames)
			continue;
		write_stack(recorder, (uint32_t)i + 1, stack);
		recorder->stacks[i] = stack->frames ? WRITTEN_WITH_NAMES : WRITTEN;
	}
}
