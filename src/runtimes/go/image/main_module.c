// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions are the program's own: those of its main module, by the build information ("mod",
 * path, version), or of package main. In a function's name the dots of the last part of its import
 * path are written %2e (src/cmd/internal/objabi, PathToPrefix).
 */
#include "runtimes/go/image/build_info.h"

#include <stdlib.h>
#include <string.h>

static const char head[] = "mod\t";

void go_image_find_main_module(struct go_image *image)
{
	size_t size, length;
	const char *text = go_image_build_text(image, &size), *end;

	while (text && size) {
		end = memchr(text, '\n', size);
		length = end ? (size_t)(end - text) : size;
		if (length > sizeof(head) - 1 && !memcmp(text, head, sizeof(head) - 1)) {
			text += sizeof(head) - 1;
			image->main_module = strndup(text, strcspn(text, "\t\n"));
			return;
		}
		size -= length + (end ? 1 : 0);
		text = end ? end + 1 : NULL;
	}
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next byte of a name, as it is in the import path; moves on behind it. */
static char next_of(const char **name)
{
	const char *at = *name;
	int high = at[0] == '%' ? digit(at[1]) : -1, low = high >= 0 ? digit(at[2]) : -1;

	*name += low >= 0 ? 3 : 1;
	return low >= 0 ? (char)(high << 4 | low) : at[0];
}

bool go_image_is_own(const struct go_image *image, const char *function)
{
	const char *module = image->main_module;

	if (!strncmp(function, "main.", 5))
		return true;
	if (!module || !*module)
		return false;
	while (*module && *function) {
		if (next_of(&function) != *module++)
			return false;
	}
	return !*module && (*function == '/' || *function == '.');
}
