// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the C library on bytes, which it has in instructions of the newest processors that
 * no emulator knows. Where one comes to such an instruction, and the function is where the question
 * says, or its code is byte for byte that of this process's own library, it is done here instead.
 */
#include "emulate/run.h"

#include <string.h>

#include "emulate/machine.h"

#define SAME_CODE 32 /* bytes that are compared */
#define BYTES_MAX ((uint64_t)1024 * 1024)

/* What a function does with bytes at its first and second argument, and a count in its third. */
enum action {
	COPY, /* from the second to the first; result: the first */
	COPY_TO_END,
	COPY_TEXT,
	COPY_TEXT_TO_END,
	ADD_TEXT,
	FILL,
	COMPARE,      /* count bytes, or */
	COMPARE_TEXT, /* until both end */
	COMPARE_TEXT_MOST,
	LENGTH,
	LENGTH_MOST,
	FIND,	      /* a byte among count, */
	FIND_IN_TEXT, /* or before the end of a text */
	FIND_OR_END,
	FIND_LAST,
	FIND_FOR_SURE,
};

#define FUNCTION(name, action)                    \
	{                                         \
		(const void *)name, action, #name \
	}

static const struct {
	const void *function;
	enum action action;
	const char *name;
} functions[EMULATE_BYTE_FUNCTIONS] = {
	FUNCTION(memcpy, COPY),
	FUNCTION(memmove, COPY),
	FUNCTION(mempcpy, COPY_TO_END),
	FUNCTION(strcpy, COPY_TEXT),
	FUNCTION(stpcpy, COPY_TEXT_TO_END),
	FUNCTION(strcat, ADD_TEXT),
	FUNCTION(memset, FILL),
	FUNCTION(memcmp, COMPARE),
	FUNCTION(strcmp, COMPARE_TEXT),
	FUNCTION(strncmp, COMPARE_TEXT_MOST),
	FUNCTION(strlen, LENGTH),
	FUNCTION(strnlen, LENGTH_MOST),
	FUNCTION(memchr, FIND),
	FUNCTION(strchr, FIND_IN_TEXT),
	FUNCTION(strchrnul, FIND_OR_END),
	FUNCTION(strrchr, FIND_LAST),
	FUNCTION(rawmemchr, FIND_FOR_SURE),
};

struct doing {
	struct run *run;
	uint64_t first, second, count;
	bool failed;
};

static uint8_t byte_at(struct doing *doing, uint64_t address)
{
	uint8_t byte = 0;

	run_note_read(doing->run, address, 1);
	if (!run_peek(doing->run, address, &byte, 1))
		doing->failed = true;
	return byte;
}

static void put(struct doing *doing, uint64_t address, uint8_t byte)
{
	if (!run_poke(doing->run, address, &byte, 1))
		doing->failed = true;
}

static uint64_t bounded(const struct doing *doing, uint64_t count)
{
	return doing->failed ? 0 : count < BYTES_MAX ? count : BYTES_MAX;
}

/* Backwards where they overlap that way: as memmove() does, which may be memcpy(), too. */
static void copy(struct doing *doing)
{
	bool back = doing->first > doing->second;

	for (uint64_t i = 0; i < bounded(doing, doing->count); i++) {
		uint64_t at = back ? doing->count - 1 - i : i;

		put(doing, doing->first + at, byte_at(doing, doing->second + at));
	}
}

static uint64_t length(struct doing *doing, uint64_t text, uint64_t most)
{
	uint64_t i = 0;

	while (i < bounded(doing, most) && byte_at(doing, text + i))
		i++;
	return i;
}

static uint64_t copy_text(struct doing *doing, enum action action)
{
	uint64_t result = doing->first;

	if (action == ADD_TEXT)
		doing->first += length(doing, doing->first, BYTES_MAX);
	doing->count = length(doing, doing->second, BYTES_MAX) + 1;
	copy(doing);
	return action == COPY_TEXT_TO_END ? doing->first + doing->count - 1 : result;
}

static uint64_t compare(struct doing *doing, uint64_t most, bool is_text)
{
	for (uint64_t i = 0; i < bounded(doing, most); i++) {
		int a = byte_at(doing, doing->first + i), b = byte_at(doing, doing->second + i);

		if (a != b)
			return (uint64_t)(int64_t)(a - b);
		if (is_text && !a)
			return 0;
	}
	return 0;
}

/* The address of a byte, or none. */
static uint64_t find(struct doing *doing, enum action action)
{
	uint64_t most = action == FIND ? doing->count : BYTES_MAX, found = 0;
	uint8_t wanted = (uint8_t)doing->second, byte;

	for (uint64_t i = 0; i < bounded(doing, most); i++) {
		byte = byte_at(doing, doing->first + i);
		if (byte == wanted)
			found = doing->first + i;
		if (found && action != FIND_LAST)
			return found;
		if (!byte && action != FIND && action != FIND_FOR_SURE)
			return action == FIND_OR_END ? doing->first + i : found;
	}
	return found;
}

static uint64_t do_action(struct doing *doing, enum action action)
{
	switch (action) {
	case COPY:
		copy(doing);
		return doing->first;
	case COPY_TO_END:
		copy(doing);
		return doing->first + doing->count;
	case COPY_TEXT:
	case COPY_TEXT_TO_END:
	case ADD_TEXT:
		return copy_text(doing, action);
	case FILL:
		for (uint64_t i = 0; i < bounded(doing, doing->count); i++)
			put(doing, doing->first + i, (uint8_t)doing->second);
		return doing->first;
	case COMPARE:
		return compare(doing, doing->count, false);
	case COMPARE_TEXT:
		return compare(doing, BYTES_MAX, true);
	case COMPARE_TEXT_MOST:
		return compare(doing, doing->count, true);
	case LENGTH:
		return length(doing, doing->first, BYTES_MAX);
	case LENGTH_MOST:
		return length(doing, doing->first, doing->count);
	default:
		return find(doing, action);
	}
}

const char *emulate_byte_function(size_t index)
{
	return functions[index].name;
}

/* Index into functions; -1: none has this code. */
static int find_function(struct run *run)
{
	uint8_t code[SAME_CODE];

	for (size_t i = 0; i < EMULATE_BYTE_FUNCTIONS && run->entry.at; i++) {
		if (run->question->byte_functions[i] == run->entry.at)
			return (int)i;
	}
	if (!run->entry.at || !run_peek(run, run->entry.at, code, sizeof(code)))
		return -1;
	for (size_t i = 0; i < EMULATE_BYTE_FUNCTIONS; i++) {
		if (memcmp(code, functions[i].function, sizeof(code)) == 0)
			return (int)i;
	}
	return -1;
}

bool run_string_function(struct run *run)
{
	int index = find_function(run);
	struct doing doing = { .run = run,
			       .first = run->entry.args[0],
			       .second = run->entry.args[1],
			       .count = run->entry.args[2] };
	uint64_t result;

	if (index < 0)
		return false;
	result = do_action(&doing, functions[index].action);
	if (doing.failed) {
		run_end(run, EMULATE_NOT_KNOWN, run->pages->why);
		return true;
	}
	run_set_register(run, machine_registers[LC_REGISTER_SP], run->entry.sp);
	return machine_leave_function(run->unicorn, run->uc, result) == 0;
}
