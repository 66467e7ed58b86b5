// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks goroutine stacks: see unwind.h. Rules: src/runtime/traceback.go (1.17 to 1.27). On amd64
 * the return address lies above the frame; on arm64 it is the frame's first word.
 */
#include "runtimes/go/sched/unwind.h"
#include "runtimes/go/image/pclntab.h"

#include <string.h>

enum go_code {
	CODE_UNKNOWN, /* empty cache line */
	CODE_NORMAL,
	CODE_TOP,	  /* nobody called it */
	CODE_INTERRUPTED, /* its caller was interrupted, not calling */
	CODE_SWITCHES,	  /* sets sp by itself: its caller can't be found */
	CODE_NONE,	  /* not Go's */
};

#if defined(__aarch64__)
#define RETURN_SIZE 0
#else
#define RETURN_SIZE 8
#endif

static enum go_code code_of(const struct go_module *module, uint64_t pc, int32_t *ret_size)
{
	const struct go_pclntab *table = module->image->table;
	struct go_function function;
	const char *name;

	if (!pclntab_function(table, pc - module->bias, &function))
		return CODE_NONE;
	*ret_size = pclntab_frame_size(table, &function, pc - module->bias);
	if (*ret_size < 0)
		return CODE_NONE; /* nor has Go any use for it */
	if (pclntab_is_top(&function))
		return CODE_TOP;
	name = pclntab_name(table, function.name);
	if (pclntab_sets_sp(&function) && strcmp(name, "runtime.cgocallback"))
		return CODE_SWITCHES;
	if (!function.id)
		return CODE_NORMAL;
	if (!strcmp(name, "runtime.asyncPreempt") || !strcmp(name, "runtime.sigpanic"))
		return CODE_INTERRUPTED;
	if (!strcmp(name, "runtime.goexit")) /* marked as top since 1.17, but for a few */
		return CODE_TOP;
	return CODE_NORMAL;
}

static const struct go_cached_size *size_at(struct go_process *process,
					    const struct go_module *module, uint64_t pc)
{
	struct go_cached_size *cached = &process->sizes[(pc ^ pc >> 14) & (GO_CACHED_SIZES - 1)];

	if (cached->pc != pc || cached->kind == CODE_UNKNOWN) {
		cached->pc = pc;
		cached->size = -1;
		cached->kind = code_of(module, pc, &cached->size);
	}
	return cached;
}

struct go_cursor go_cursor_begin(struct go_process *process, uint64_t pc, uint64_t sp,
				 const uint8_t *stack, size_t size)
{
	return (struct go_cursor){
		.process = process,
		.stack = stack,
		.size = size,
		.bottom = sp,
		.in_call = true,
		.fp = sp,
		.next_pc = pc,
		.end = LC_STACK_TRUNCATED,
	};
}

static bool end_at(struct go_cursor *cursor, enum lc_stack_end end)
{
	cursor->last = true;
	cursor->end = end;
	return false;
}

/* What the caller of the frame is; false: it can't be read. */
static bool find_caller(struct go_cursor *cursor, const struct go_cached_size *code)
{
	uint64_t slot = cursor->sp - cursor->bottom + (RETURN_SIZE ? (uint32_t)code->size : 0);

	if (slot > cursor->size || cursor->size - slot < 8)
		return false;
	memcpy(&cursor->next_pc, cursor->stack + slot, 8);
	cursor->next_interrupted = code->kind == CODE_INTERRUPTED;
	return true;
}

bool go_cursor_next(struct go_cursor *cursor)
{
	const struct go_cached_size *code = NULL;
	const struct go_module *module;

	if (cursor->last)
		return false;
	module = go_process_module(cursor->process, cursor->next_pc);
	if (module)
		code = size_at(cursor->process, module, cursor->next_pc);
	if (!code || code->kind == CODE_NONE)
		return end_at(cursor, cursor->next_pc ? LC_STACK_NO_MODULE : LC_STACK_WHOLE);
	cursor->module = module;
	cursor->pc = cursor->next_pc;
	cursor->interrupted = cursor->next_interrupted;
	cursor->sp = cursor->fp;
	cursor->fp = cursor->sp + (uint32_t)code->size + RETURN_SIZE;
	cursor->depth++;
	if (code->kind == CODE_TOP)
		end_at(cursor, LC_STACK_WHOLE);
	else if (code->kind == CODE_SWITCHES && !(cursor->in_call && cursor->depth == 1))
		end_at(cursor, LC_STACK_NO_UNWIND);
	else if (!find_caller(cursor, code))
		end_at(cursor, LC_STACK_NO_MEMORY);
	return true;
}

void go_unwind(struct go_process *process, uint64_t pc, uint64_t sp, const uint8_t *stack,
	       size_t size, struct go_walk *walk)
{
	struct go_cursor cursor = go_cursor_begin(process, pc, sp, stack, size);

	walk->count = 0;
	while (walk->count < GO_FRAMES_MAX && go_cursor_next(&cursor)) {
		walk->sp[walk->count] = cursor.sp;
		walk->frames[walk->count++] = (struct lc_raw_frame){
			.address = cursor.pc,
			.module = cursor.module->image->number,
			.vaddr = cursor.pc - cursor.module->bias,
			.interrupted = cursor.interrupted,
		};
	}
	walk->end = cursor.end;
}
