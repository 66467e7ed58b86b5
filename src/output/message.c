// SPDX-License-Identifier: GPL-2.0-only
/* Remarks on standard error: see message.h. */
#include "output/message.h"
#include "output/escape.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_BYTES 1200

void output_message(const char *format, ...)
{
	char text[MESSAGE_BYTES], clean[MESSAGE_BYTES * 2];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "leakhop: %s\n", escape_text(text, clean, sizeof(clean)));
}
