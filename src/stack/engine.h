/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine: modules, processes and what was found out about them. The walk (unwind.c) and the
 * names of frames (names.c) are made of it; what it is made of does not know it. Private to this
 * folder.
 */
#ifndef LEAKHOP_STACK_ENGINE_H
#define LEAKHOP_STACK_ENGINE_H

#include "stack/address_names.h"
#include "stack/cache.h"
#include "stack/memory.h"
#include "stack/module.h"
#include "stack/process.h"
#include "stack/stack.h"

struct kernel_symbols;
struct perf_map;

struct stack_engine {
	struct target_access *access;
	unsigned max_frames;
	struct module_table modules;
	struct process_table processes;
	struct cache rules; /* of struct stack_rule */
	struct name_table names;
	struct stack_memory memory;	       /* of the walk under way; here as it is large */
	struct kernel_symbols *kernel_symbols; /* NULL: not read yet */
	struct perf_map *perf_map;	       /* the one used last; NULL: none */
	pid_t perf_map_pid;
	uint64_t perf_map_sweep;
};

#endif
