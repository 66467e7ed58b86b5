// SPDX-License-Identifier: GPL-2.0-only
/* Names for the frames of interned stacks: of a module's code, made at run time, or the kernel's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack/address_names.h"
#include "stack/engine.h"
#include "stack/kernel_symbols.h"
#include "stack/perf_map.h"

/* Frames under construction. */
struct frame_list {
	struct lc_frame *frames;
	size_t count;
	size_t capacity;
};

static void cleanup_frame_list(struct frame_list *list)
{
	free(list->frames);
}

#define _cleanup_frames_ __attribute__((__cleanup__(cleanup_frame_list)))

static struct lc_frame *add_frame(struct frame_list *list)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 64;
		struct lc_frame *grown = reallocarray(list->frames, capacity, sizeof(*grown));

		if (!grown)
			return NULL;
		list->frames = grown;
		list->capacity = capacity;
	}
	list->frames[list->count] = (struct lc_frame){ .function = "" };
	return &list->frames[list->count++];
}

/* A return address may be behind its function's end, or in the next line: the call is meant. */
static uint64_t lookup_address(const struct lc_raw_frame *raw)
{
	return raw->vaddr - !raw->interrupted;
}

static struct lc_frame frame_of(const struct address_names *names, const struct lc_raw_frame *raw,
				size_t i, bool inlined)
{
	struct lc_frame frame = {
		.function = "",
		.address = raw->address,
		.guessed = raw->guessed,
		.inlined = inlined,
	};

	if (names && names->count > 0) {
		frame.function = names->places[i].function;
		frame.file = names->places[i].file;
		frame.line = names->places[i].line;
	}
	if (names && names->symbol && !inlined) {
		frame.function = names->symbol;
		frame.offset = names->offset + !raw->interrupted;
	} else if (!names || names->count == 0) {
		frame.offset = raw->vaddr; /* what addr2line wants, with the debug data */
	}
	return frame;
}

size_t stack_frames_of(const struct address_names *names, const struct lc_raw_frame *raw,
		       const char *module, const char *build_id,
		       struct lc_frame frames[BINARY_PLACES_MAX])
{
	size_t count = names && names->count > 0 ? names->count : 1, i;

	if (count > BINARY_PLACES_MAX)
		count = BINARY_PLACES_MAX;
	for (i = 0; i < count; i++) {
		frames[i] = frame_of(names, raw, i, i + 1 < count);
		frames[i].module = module;
		frames[i].build_id = build_id;
	}
	return count;
}

static int add_module_frames(struct stack_engine *engine, struct stack_module *module,
			     const struct lc_raw_frame *raw, struct frame_list *frames)
{
	const struct address_names *names = NULL; /* stays NULL if the module is closed */
	struct lc_frame found[BINARY_PLACES_MAX], *frame;
	size_t count, i;
	int r = address_names_get(&engine->names, &engine->modules, module, lookup_address(raw),
				  &names);

	if (r < 0)
		return r;
	count = stack_frames_of(names, raw, module->path, module->build_id, found);
	for (i = 0; i < count; i++) {
		frame = add_frame(frames);
		if (!frame)
			return -ENOMEM;
		*frame = found[i];
	}
	return 0;
}

/* The engine keeps the perf map used last, for a sweep: code is made all the time. */
static const struct perf_map *get_perf_map(struct stack_engine *engine, pid_t pid)
{
	if (engine->perf_map_pid != pid || engine->perf_map_sweep != engine->processes.sweep) {
		perf_map_free(engine->perf_map);
		engine->perf_map = NULL;
		(void)perf_map_read(engine->access, pid,
				    &engine->perf_map); /* most processes have none */
		engine->perf_map_pid = pid;
		engine->perf_map_sweep = engine->processes.sweep;
	}
	return engine->perf_map;
}

static int add_jit_frame(struct stack_engine *engine, const struct lc_raw_frame *raw,
			 struct frame_list *frames)
{
	struct lc_frame *frame = add_frame(frames);
	const struct perf_map *map;

	if (!frame)
		return -ENOMEM;
	frame->address = raw->address;
	frame->guessed = raw->guessed;
	if (raw->pid == 0) /* in no mapping: a call through a bad pointer */
		return 0;
	frame->module = "[jit]";
	map = get_perf_map(engine, (pid_t)raw->pid);
	if (map) {
		frame->function = perf_map_find(map, lookup_address(raw), &frame->offset);
		if (frame->function)
			frame->offset += !raw->interrupted;
	}
	return 0;
}

int stack_name_user(struct stack_engine *engine, struct lc_stacks *stacks, uint32_t id)
{
	_cleanup_frames_ struct frame_list frames = { .count = 0 };
	const struct lc_stack *stack = lc_stacks_get(stacks, id);

	if (!stack)
		return -ENOENT;
	if (stack->frames)
		return 0;
	name_table_make_room(&engine->names, stack->raw_count);
	/* All run-time code of a stack is of one process: strings of its perf map stay valid. */
	for (size_t i = 0; i < stack->raw_count; i++) {
		const struct lc_raw_frame *raw = &stack->raw[i];
		struct stack_module *module = module_by_number(&engine->modules, raw->module);
		int r = module ? add_module_frames(engine, module, raw, &frames)
			       : add_jit_frame(engine, raw, &frames);

		if (r < 0)
			return r;
	}
	return lc_stacks_set_frames(stacks, id, frames.frames, frames.count);
}

/*
 * The file whose code lies next before an address: its data follow its code. That they do not reach
 * so far, the symbols' sizes tell.
 */
static const struct target_mapping *file_before(const struct stack_process *process,
						uint64_t address)
{
	const struct target_mapping *found = NULL;

	for (size_t i = 0; i < process->maps.count; i++) {
		if (process->maps.mappings[i].start <= address && process->maps.mappings[i].inode)
			found = &process->maps.mappings[i];
	}
	return found;
}

/* Where in a file an address is; false: in none. */
static bool locate(struct stack_engine *engine, pid_t pid, uint64_t address,
		   struct stack_location *ret)
{
	const struct target_mapping *mapping;
	struct stack_process *process;

	if (process_get(&engine->processes, pid, &process) < 0)
		return false;
	mapping = file_before(process, address);
	if (!mapping || process_locate(&engine->processes, process, mapping->start, ret) < 0 ||
	    !ret->module)
		return false;
	ret->vaddr += address - mapping->start;
	return true;
}

/* What is known of an address in a file; NULL: nothing is. */
static const struct address_names *names_of(struct stack_engine *engine, pid_t pid,
					    uint64_t address)
{
	const struct address_names *names = NULL;
	struct stack_location place;

	if (!locate(engine, pid, address, &place) ||
	    address_names_get(&engine->names, &engine->modules, place.module, place.vaddr, &names) <
		    0)
		return NULL;
	return names;
}

const char *stack_name_place(struct stack_engine *engine, pid_t pid, uint64_t address, char *buffer,
			     size_t size)
{
	const struct address_names *names = names_of(engine, pid, address - 1);
	const struct source_location *place = names && names->count
						      ? &names->places[names->count - 1]
						      : NULL;
	const char *base;

	buffer[0] = '\0';
	if (!place || !place->file || !place->line)
		return buffer;
	base = strrchr(place->file, '/');
	(void)snprintf(buffer, size, "%s:%u", base ? base + 1 : place->file, place->line);
	return buffer;
}

const char *stack_name_address(struct stack_engine *engine, pid_t pid, uint64_t address,
			       char *buffer, size_t size)
{
	const struct address_names *names = names_of(engine, pid, address);

	buffer[0] = '\0';
	if (!names || !names->symbol)
		return buffer;
	if (names->offset)
		(void)snprintf(buffer, size, "%s+%llu", names->symbol,
			       (unsigned long long)names->offset);
	else
		(void)snprintf(buffer, size, "%s", names->symbol);
	return buffer;
}

const char *stack_name_in_file(struct stack_engine *engine, pid_t pid, uint64_t address,
			       char *buffer, size_t size)
{
	struct stack_location place;
	const char *base;

	buffer[0] = '\0';
	if (!locate(engine, pid, address, &place) || !place.module->path)
		return buffer;
	base = strrchr(place.module->path, '/');
	(void)snprintf(buffer, size, "%s+0x%llx", base ? base + 1 : place.module->path,
		       (unsigned long long)place.vaddr);
	return buffer;
}

static int get_kernel_symbols(struct stack_engine *engine)
{
	return engine->kernel_symbols ? 0 : kernel_symbols_read(&engine->kernel_symbols);
}

int stack_name_kernel(struct stack_engine *engine, struct lc_stacks *stacks, uint32_t id)
{
	_cleanup_frames_ struct frame_list frames = { .count = 0 };
	const struct lc_stack *stack = lc_stacks_get(stacks, id);
	int r;

	if (!stack)
		return -ENOENT;
	if (stack->frames)
		return 0;
	r = get_kernel_symbols(engine);
	if (r < 0)
		return r;
	for (size_t i = 0; i < stack->raw_count; i++) {
		struct lc_frame *frame = add_frame(&frames);

		if (!frame)
			return -ENOMEM;
		frame->address = stack->raw[i].address;
		frame->function = kernel_symbols_find(engine->kernel_symbols, frame->address,
						      &frame->offset, &frame->module);
		if (!frame->function)
			frame->module = "[kernel]";
	}
	return lc_stacks_set_frames(stacks, id, frames.frames, frames.count);
}

bool stack_kernel_names_hidden(struct stack_engine *engine)
{
	return get_kernel_symbols(engine) < 0 || kernel_symbols_hidden(engine->kernel_symbols);
}
