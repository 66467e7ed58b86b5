// SPDX-License-Identifier: GPL-2.0-only
/* The engine's life: creation, sweeps, forgetting, end. */
#include "stack/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "stack/kernel_symbols.h"
#include "stack/perf_map.h"
#include "stack/rules.h"

int stack_engine_create(const struct stack_options *options, struct stack_engine **ret_engine)
{
	struct stack_engine *engine;
	int r;

	if (options->max_frames > STACK_MAX_FRAMES)
		return -EINVAL;
	engine = calloc(1, sizeof(*engine));
	if (!engine)
		return -ENOMEM;
	r = module_table_init(&engine->modules, options);
	if (r < 0) {
		free(engine);
		return r;
	}
	engine->max_frames = options->max_frames ? options->max_frames : STACK_MAX_FRAMES;
	engine->access = options->access;
	process_table_init(&engine->processes, &engine->modules, options->access);
	rules_init(&engine->rules);
	name_table_init(&engine->names, options);
	*ret_engine = engine;
	return 0;
}

void stack_engine_free(struct stack_engine *engine)
{
	if (!engine)
		return;
	cache_release(&engine->rules);
	name_table_release(&engine->names);
	process_table_release(&engine->processes);
	module_table_release(&engine->modules);
	kernel_symbols_free(engine->kernel_symbols);
	perf_map_free(engine->perf_map);
	free(engine);
}

void stack_begin_sweep(struct stack_engine *engine)
{
	process_begin_sweep(&engine->processes);
	if (engine->access)
		engine->access->does->begin_sweep(engine->access);
}

void stack_forget_process(struct stack_engine *engine, pid_t pid)
{
	process_forget(&engine->processes, pid);
	if (engine->perf_map_pid == pid) {
		perf_map_free(engine->perf_map);
		engine->perf_map = NULL;
		engine->perf_map_pid = 0;
	}
}
