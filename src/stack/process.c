// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of processes: mappings by sweep, modules by address. Relies on /proc/PID/maps and task.
 */
#include "stack/process.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/core.h"
#include "util/cleanup.h"

/*
 * Mappings are read anew in each sweep. What was read before saves finding modules again; but most
 * processes of a busy host live for less than a sweep.
 */
#define SWEEPS_KEPT 2

static void free_process(struct stack_process *process)
{
	target_maps_release(&process->maps);
	free(process->modules);
	free(process);
}

void process_table_init(struct process_table *table, struct module_table *modules,
			struct target_access *access)
{
	*table = (struct process_table){ .modules = modules, .access = access, .sweep = 1 };
}

void process_table_release(struct process_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free_process(table->processes[i]);
	free(table->processes);
	*table = (struct process_table){ .processes = NULL };
}

/* The index of pid, or where it would have to be put. */
static size_t find_index(const struct process_table *table, pid_t pid)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->processes[middle]->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void remove_at(struct process_table *table, size_t index)
{
	free_process(table->processes[index]);
	table->count--;
	memmove(&table->processes[index], &table->processes[index + 1],
		(table->count - index) * sizeof(*table->processes));
	table->last = NULL;
}

void process_forget(struct process_table *table, pid_t pid)
{
	size_t index = find_index(table, pid);

	if (index < table->count && table->processes[index]->pid == pid)
		remove_at(table, index);
}

void process_begin_sweep(struct process_table *table)
{
	size_t kept = 0;

	table->sweep++;
	for (size_t i = 0; i < table->count; i++) {
		struct stack_process *process = table->processes[i];

		if (process->sweep + SWEEPS_KEPT < table->sweep)
			free_process(process);
		else
			table->processes[kept++] = process;
	}
	table->count = kept;
	table->last = NULL;
}

static void remove_oldest(struct process_table *table)
{
	size_t oldest = 0;

	for (size_t i = 1; i < table->count; i++) {
		if (table->processes[i]->used < table->processes[oldest]->used)
			oldest = i;
	}
	remove_at(table, oldest);
}

static int add_process(struct process_table *table, pid_t pid, struct stack_process **ret_process)
{
	struct stack_process *process;
	size_t index;

	if (table->count == PROCESS_MAX)
		remove_oldest(table);
	if (table->count == table->capacity) {
		size_t capacity = table->capacity ? table->capacity * 2 : 64;
		struct stack_process **grown = reallocarray(table->processes, capacity,
							    sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		table->processes = grown;
		table->capacity = capacity;
	}
	process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->pid = pid;
	process->task = (struct target_task){ table->access, pid, pid };
	index = find_index(table, pid);
	memmove(&table->processes[index + 1], &table->processes[index],
		(table->count - index) * sizeof(*table->processes));
	table->processes[index] = process;
	table->count++;
	*ret_process = process;
	return 0;
}

/*
 * A leader that called pthread_exit() has no memory any more, while its process lives on: then a
 * thread that still has some is asked.
 */
static int read_maps_of_any_thread(struct stack_process *process, struct target_maps *maps)
{
	_cleanup_closedir_ DIR *folder = NULL;
	struct dirent *entry;
	char path[64];
	struct target_task task = process->task;
	int r;

	task.tid = process->pid;
	process->task = task;
	r = target_maps_read(&task, TARGET_MAPS_EXECUTABLE, maps);
	if (r < 0 || maps->count > 0)
		return r;
	if (target_core_of(task.access))
		return -ESRCH;
	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)process->pid);
	folder = opendir(path);
	if (!folder)
		return -ESRCH;
	while ((entry = readdir(folder))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		task.tid = tid;
		if (tid <= 0 || target_maps_read(&task, TARGET_MAPS_EXECUTABLE, maps) < 0)
			continue;
		process->task = task;
		if (maps->count > 0)
			return 0;
	}
	return -ESRCH;
}

static bool is_same(const struct target_mapping *a, const struct target_mapping *b)
{
	return a->start == b->start && a->end == b->end && a->offset == b->offset &&
	       a->inode == b->inode && a->device == b->device && strcmp(a->path, b->path) == 0;
}

/* Reads the mappings; those that were there before keep their module. */
static int read_maps(struct stack_process *process)
{
	struct target_maps maps = TARGET_MAPS_INIT;
	struct stack_module **modules;
	int r = read_maps_of_any_thread(process, &maps);

	if (r < 0)
		return r;
	modules = calloc(maps.count, sizeof(struct stack_module *));
	if (!modules) {
		target_maps_release(&maps);
		return -ENOMEM;
	}
	for (size_t i = 0; process->modules && i < maps.count; i++) {
		const struct target_mapping *old = target_maps_find(&process->maps,
								    maps.mappings[i].start);

		if (old && is_same(old, &maps.mappings[i]))
			modules[i] = process->modules[old - process->maps.mappings];
	}
	target_maps_release(&process->maps);
	free(process->modules);
	process->maps = maps;
	process->modules = modules;
	return 0;
}

int process_get(struct process_table *table, pid_t pid, struct stack_process **ret_process)
{
	struct stack_process *process = table->last;
	int r;

	if (!process || process->pid != pid) {
		size_t index = find_index(table, pid);

		process = index < table->count ? table->processes[index] : NULL;
	}
	if (!process || process->pid != pid) {
		r = add_process(table, pid, &process);
		if (r < 0)
			return r;
	}
	process->fresh = false;
	if (process->sweep != table->sweep || !process->modules) {
		r = read_maps(process);
		if (r < 0) {
			process_forget(table, pid);
			return r;
		}
		process->sweep = table->sweep;
		process->read_again = false;
		process->fresh = true;
	}
	process->used = ++table->clock;
	table->last = process;
	*ret_process = process;
	return 0;
}

static int place_in(struct module_table *modules, struct stack_process *process,
		    const struct target_mapping *mapping, uint64_t address,
		    struct stack_location *ret_place)
{
	struct stack_module **module = &process->modules[mapping - process->maps.mappings];
	bool is_file = mapping->inode != 0 || strcmp(mapping->path, "[vdso]") == 0;

	*ret_place = (struct stack_location){ .vaddr = address };
	if (!is_file)
		return 0;
	if (!*module || ((*module)->kind == MODULE_ELF && !(*module)->open)) {
		int r = module_open(modules, &process->task, mapping, module);

		if (r == -ENOENT)
			return 0;
		if (r < 0)
			return r;
	}
	module_touch(modules, *module);
	if ((*module)->kind == MODULE_NOT_ELF)
		return 0;
	ret_place->module = *module;
	ret_place->vaddr = module_vaddr(*module, address - mapping->start + mapping->offset);
	return 0;
}

int process_locate(struct process_table *table, struct stack_process *process, uint64_t address,
		   struct stack_location *ret_place)
{
	const struct target_mapping *mapping = target_maps_find(&process->maps, address);

	if (!mapping && !process->fresh && !process->read_again) {
		process->read_again = true; /* code may have been loaded meanwhile */
		if (read_maps(process) == 0)
			mapping = target_maps_find(&process->maps, address);
	}
	if (!mapping)
		return -ENOENT;
	return place_in(table->modules, process, mapping, address, ret_place);
}
