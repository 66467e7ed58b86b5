// SPDX-License-Identifier: GPL-2.0-only
/* See remark.h. */
#include "sandbox/remark.h"

#include <stdarg.h>
#include <stdio.h>

void sandbox_remark(const struct sandbox_audience *audience, const char *format, ...)
{
	char text[512];
	va_list arguments;

	if (!audience->remark)
		return;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	audience->remark(audience->context, text);
}
