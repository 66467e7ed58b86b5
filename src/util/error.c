// SPDX-License-Identifier: GPL-2.0-only
/* The error record of error.h. */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void error_format(struct error *error, const char *format, va_list args)
{
	error->remedy[0] = '\0';
	vsnprintf(error->text, sizeof(error->text), format, args);
}

int error_set(struct error *error, int code, const char *format, ...)
{
	va_list args;
	size_t used;

	if (!error)
		return code;
	va_start(args, format);
	error_format(error, format, args);
	va_end(args);
	used = strlen(error->text);
	if (code < 0)
		snprintf(error->text + used, sizeof(error->text) - used, ": %s", strerror(-code));
	return code;
}

int error_say(struct error *error, int code, const char *format, ...)
{
	va_list args;

	if (!error)
		return code;
	va_start(args, format);
	error_format(error, format, args);
	va_end(args);
	return code;
}

void error_remedy(struct error *error, const char *format, ...)
{
	va_list args;

	if (!error)
		return;
	va_start(args, format);
	vsnprintf(error->remedy, sizeof(error->remedy), format, args);
	va_end(args);
}
