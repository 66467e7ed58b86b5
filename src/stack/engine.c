// SPDX-License-Identifier: GPL-2.0-only
/* The engine's life: creation, rounds, forgetting, end. */
#include "stack/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack/kernel_symbols.h"
#include "stack/names.h"
#include "stack/perf_map.h"
#include "stack/rules.h"

int stack_engine_create(const struct stack_options *options, struct stack_engine **ret_engine)
{
	struct stack_engine *engine;

	if (options->max_frames > STACK_MAX_FRAMES)
		return -EINVAL;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOSYS;
	engine = calloc(1, sizeof(*engine));
	if (!engine)
		return -ENOMEM;
	if (options->symfs) {
		engine->symfs = strdup(options->symfs);
		if (!engine->symfs) {
			free(engine);
			return -ENOMEM;
		}
	}
	engine->max_frames = options->max_frames ? options->max_frames : STACK_MAX_FRAMES;
	engine->progress = options->progress;
	engine->progress_context = options->progress_context;
	engine->other_names = options->other_names;
	engine->other_names_context = options->other_names_context;
	engine->round = 1;
	module_table_init(&engine->modules);
	cache_init(&engine->rules, ENGINE_MAX_RULES, rule_free);
	cache_init(&engine->names, ENGINE_MAX_NAMES, name_list_free);
	*ret_engine = engine;
	return 0;
}

void stack_engine_free(struct stack_engine *engine)
{
	if (!engine)
		return;
	cache_release(&engine->rules);
	cache_release(&engine->names);
	process_table_release(&engine->processes);
	module_table_release(&engine->modules);
	kernel_symbols_free(engine->kernel_symbols);
	perf_map_free(engine->perf_map);
	free(engine->symfs);
	free(engine);
}

void stack_begin_round(struct stack_engine *engine)
{
	engine->round++;
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

void engine_progress(struct stack_engine *engine, const char *path)
{
	char what[256];

	if (!engine->progress)
		return;
	(void)snprintf(what, sizeof(what), "reading symbols of %s", path);
	engine->progress(engine->progress_context, what);
}
