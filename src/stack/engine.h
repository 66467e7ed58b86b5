/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this folder share: the engine, which holds modules, processes and what was
 * found out about them. Private to this folder.
 */
#ifndef LEAKHOP_STACK_ENGINE_H
#define LEAKHOP_STACK_ENGINE_H

#include "stack/cache.h"
#include "stack/memory.h"
#include "stack/module.h"
#include "stack/process.h"
#include "stack/stack.h"

#define ENGINE_MAX_RULES ((size_t)256 * 1024)
#define ENGINE_MAX_NAMES ((size_t)64 * 1024)

struct kernel_symbols;
struct perf_map;

struct stack_engine {
	char *symfs;
	unsigned max_frames;
	void (*progress)(void *context, const char *what);
	void *progress_context;
	size_t (*other_names)(void *context, uint64_t device, uint64_t inode, uint64_t vaddr,
			      struct lc_frame *calls, size_t capacity); /* NULL: nobody to ask */
	void *other_names_context;
	uint64_t round;
	uint64_t clock; /* goes up with each use of a module or process, to tell the oldest */
	struct module_table modules;
	struct process_table processes;
	struct cache rules;		       /* of struct stack_rule */
	struct cache names;		       /* of struct name_list */
	struct stack_memory memory;	       /* of the walk under way; here as it is large */
	struct kernel_symbols *kernel_symbols; /* NULL: not read yet */
	struct perf_map *perf_map;	       /* the one used last; NULL: none */
	pid_t perf_map_pid;
	uint64_t perf_map_round;
};

/* Tells the user, if somebody listens, that reading path may take a while. */
void engine_progress(struct stack_engine *engine, const char *path);

#endif
