/* SPDX-License-Identifier: GPL-2.0-only */
/* "1 thread", "2 threads". */
#ifndef LEAKHOP_UTIL_PLURAL_H
#define LEAKHOP_UTIL_PLURAL_H

#include <stdint.h>

/* What makes a word of one the word of number: "" or "s". */
static inline const char *plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}

#endif
