// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as /tmp/perf-PID.map. Built with clang -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "stack/perf_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct perf_map *map;
	uint64_t address = 0, offset;

	if (perf_map_parse((const char *)data, size, &map) < 0)
		return 0;
	/* Addresses to look up: the input itself, as words and as small numbers. */
	for (size_t i = 0; i + sizeof(address) <= size && i < 512; i++) {
		const char *name;

		memcpy(&address, data + i, sizeof(address));
		name = perf_map_find(map, address, &offset);
		if (name && strlen(name) > size)
			__builtin_trap();
		(void)perf_map_find(map, data[i], &offset);
	}
	perf_map_free(map);
	return 0;
}
