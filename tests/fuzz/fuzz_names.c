// SPDX-License-Identifier: GPL-2.0-only
/* Any text as the name of a thread, file or function. Built with clang -fsanitize=fuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "output/escape.h"
#include "binary/demangle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *name, shown[200];

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	escape_text(text, shown, sizeof(shown));
	for (size_t i = 0; shown[i]; i++)
		if ((unsigned char)shown[i] < ' ' || shown[i] == 0x7f)
			__builtin_trap(); /* what a terminal would obey */
	name = demangle(text);
	if (name && strlen(name) > 16384)
		__builtin_trap();
	free(name);
	free(text);
	return 0;
}
