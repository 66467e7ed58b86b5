/* SPDX-License-Identifier: GPL-2.0-only */
/* Offsets of a program's structures from its own debug data. */
#ifndef LEAKHOP_BINARY_LAYOUT_H
#define LEAKHOP_BINARY_LAYOUT_H

#include "binary/binary.h"

/* See struct binary_operations. */
int layout_read(int fd, const char *prefix, const char *const *names, size_t count,
		int32_t *ret_offsets);

#endif
