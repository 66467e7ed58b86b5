// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as /proc/PID/maps. Built with clang -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>

#include "target/maps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct target_maps maps = TARGET_MAPS_INIT;

	(void)target_maps_parse(&maps, (const char *)data, size, TARGET_MAPS_ALL);
	target_maps_sort(&maps);
	for (size_t i = 0; i < maps.count; i++) {
		const struct target_mapping *mapping = &maps.mappings[i];

		if (mapping->start >= mapping->end || !mapping->path)
			__builtin_trap();
		(void)target_maps_find(&maps, mapping->start);
		(void)target_maps_find(&maps, mapping->end);
	}
	target_maps_release(&maps);
	return 0;
}
