/* SPDX-License-Identifier: GPL-2.0-only */
/* What is left out, said to the user. */
#ifndef LEAKHOP_SANDBOX_REMARK_H
#define LEAKHOP_SANDBOX_REMARK_H

#include "sandbox/sandbox.h"

/* A line of text, to whom audience names. */
void sandbox_remark(const struct sandbox_audience *audience, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#endif
