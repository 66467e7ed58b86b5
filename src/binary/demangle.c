// SPDX-License-Identifier: GPL-2.0-only
/*
 * Demangles with libiberty, in its variant that hands out the text in pieces: a few hundred hostile
 * bytes can stand for gigabytes (each substitution doubles the text), so output must be stoppable.
 */
#include "binary/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define MANGLED_MAX 1024
#define DEMANGLED_MAX ((size_t)16 * 1024)

struct output {
	jmp_buf too_long;
	size_t length;
	char text[DEMANGLED_MAX];
};

/* libiberty's callers of this work on the stack, so leaving them by a jump loses nothing. */
static void append(const char *piece, size_t length, void *context)
{
	struct output *output = context;

	if (length >= DEMANGLED_MAX - output->length)
		longjmp(output->too_long, 1);
	memcpy(output->text + output->length, piece, length);
	output->length += length;
}

static int is_mangled(const char *name)
{
	return strncmp(name, "_Z", 2) == 0 || strncmp(name, "_R", 2) == 0 ||
	       strncmp(name, "___Z", 4) == 0;
}

/* Returns 0 if output holds no name. */
static int run(const char *name, struct output *output)
{
	/* Without DMGL_VERBOSE the hash at the end of a Rust name is left out. */
	const int options = DMGL_PARAMS | DMGL_ANSI;

	output->length = 0;
	if (setjmp(output->too_long))
		return 0;
	if (rust_demangle_callback(name, options, append, output))
		return 1;
	output->length = 0;
	return cplus_demangle_v3_callback(name, options, append, output);
}

char *demangle(const char *name)
{
	struct output *output;
	char *result = NULL;

	if (!is_mangled(name) || strnlen(name, MANGLED_MAX + 1) > MANGLED_MAX)
		return strdup(name);
	output = malloc(sizeof(*output));
	if (!output)
		return NULL;
	if (run(name, output) && output->length > 0)
		result = strndup(output->text, output->length);
	else
		result = strdup(name);
	free(output);
	return result;
}
