// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks goroutine stacks: see unwind.h. Rules: src/runtime/traceback.go (1.17 to 1.27). On amd64 the return
 * address lies above the frame; on arm64 it is the frame's first word.
 */
#include "golang/unwind.h"
#include "golang/pclntab.h"

#include <string.h>

enum go_code {
	CODE_UNKNOWN, /* empty cache line */
	CODE_NORMAL,
	CODE_TOP,	  /* nobody called it */
	CODE_INTERRUPTED, /* its caller was interrupted, not calling */
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
	if (pclntab_is_top(&function))
		return CODE_TOP;
	if (!function.id)
		return *ret_size < 0 ? CODE_NONE : CODE_NORMAL;
	name = pclntab_name(table, function.name);
	if (!strcmp(name, "runtime.asyncPreempt") || !strcmp(name, "runtime.sigpanic"))
		return CODE_INTERRUPTED;
	if (!strcmp(name, "runtime.goexit")) /* marked as top since 1.17, but for a few */
		return CODE_TOP;
	return *ret_size < 0 ? CODE_NONE : CODE_NORMAL;
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

void go_unwind(struct go_process *process, uint64_t pc, uint64_t sp, const uint8_t *stack,
	       size_t size, struct go_walk *walk)
{
	const struct go_cached_size *code;
	const struct go_module *module;
	uint64_t at = 0, slot;
	bool interrupted = false;

	walk->count = 0;
	walk->end = LC_STACK_TRUNCATED;
	while (walk->count < GO_FRAMES_MAX) {
		module = go_process_module(process, pc);
		code = module ? size_at(process, module, pc) : NULL;
		if (!code || code->kind == CODE_NONE) {
			walk->end = !pc ? LC_STACK_WHOLE : LC_STACK_NO_MODULE;
			return;
		}
		walk->sp[walk->count] = sp + at;
		walk->frames[walk->count++] = (struct lc_raw_frame){
			.address = pc,
			.module = module->image->number,
			.vaddr = pc - module->bias,
			.interrupted = interrupted,
		};
		if (code->kind == CODE_TOP) {
			walk->end = LC_STACK_WHOLE;
			return;
		}
		slot = at + (RETURN_SIZE ? (uint32_t)code->size : 0);
		if (slot > size || size - slot < 8) {
			walk->end = LC_STACK_NO_MEMORY;
			return;
		}
		memcpy(&pc, stack + slot, 8);
		at += (uint32_t)code->size + RETURN_SIZE;
		interrupted = code->kind == CODE_INTERRUPTED;
	}
}
