// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a core: what it says of itself, its memory, and a whole look at it, with stacks,
 * waits and goroutines. Built with clang -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "observe/annotate.h"
#include "observe/observer.h"
#include "target/core.h"
#include "target/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is)
{
	if (!is)
		__builtin_trap();
}

static int open_core(const uint8_t *data, size_t size, struct target_core **ret_core)
{
	int fd = memfd_create("core", MFD_CLOEXEC);
	static const struct target_core_options options;
	struct error error = {};
	char path[64];
	int r;

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)target_core_is_one(path);
	r = target_core_open(path, &options, ret_core, &error);
	require(r >= 0 || *error.text);
	close(fd);
	return r;
}

/* Mappings are sorted, and what is read of one stays in it. */
static void check_memory(struct target_core *core)
{
	const struct target_task task = { &core->access, core->pid, core->pid };
	struct target_maps maps = TARGET_MAPS_INIT;
	uint8_t bytes[256];
	uint64_t last = 0;
	size_t got;

	if (target_maps_read(&task, TARGET_MAPS_ALL, &maps) < 0)
		return;
	for (size_t i = 0; i < maps.count; i++) {
		const struct target_mapping *mapping = &maps.mappings[i];

		require(mapping->start >= last && mapping->start < mapping->end && mapping->path);
		last = mapping->end;
		got = 0;
		if (!target_memory_read(&task, mapping->start, bytes, sizeof(bytes), &got))
			require(got && got <= sizeof(bytes));
		(void)target_memory_read(&task, mapping->end - 1, bytes, sizeof(bytes), &got);
	}
	target_maps_release(&maps);
}

static void look(struct target_core *core)
{
	const struct observer_options options = {
		.once = true,
		.user_stacks = true,
		.threads = true,
		.goroutines = true,
		.max_threads = 64,
		.access = &core->access,
		.collect = { .source = &collect_core_source,
			     .source_context = core,
			     .filter = { .user_threads = true } },
	};
	struct observer observer;
	struct error error = {};

	require(!observer_create(&options, &observer, &error));
	require(!observer_sweep(&observer, 0, 3));
	annotate_stacks(&observer);
	observer_release(&observer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct target_core *core;

	if (open_core(data, size, &core) < 0)
		return 0;
	require(core->pid > 0 && core->thread_count > 0);
	for (size_t i = 1; i < core->thread_count; i++)
		require(core->threads[i - 1].tid < core->threads[i].tid);
	check_memory(core);
	look(core);
	target_core_free(core);
	return 0;
}
