// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as /proc/kallsyms. Built with clang -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "stack/kernel_symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_symbols *symbols;
	uint64_t address = 0, offset;
	const char *module;

	if (kernel_symbols_parse((const char *)data, size, &symbols) < 0)
		return 0;
	for (size_t i = 0; i + sizeof(address) <= size && i < 512; i++) {
		const char *name;

		memcpy(&address, data + i, sizeof(address));
		name = kernel_symbols_find(symbols, address, &offset, &module);
		if (name && (strlen(name) > size || !module))
			__builtin_trap();
		(void)kernel_symbols_find(symbols, data[i], &offset, &module);
	}
	kernel_symbols_free(symbols);
	return 0;
}
