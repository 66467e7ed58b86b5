/* SPDX-License-Identifier: GPL-2.0-only */
/* A stream compressed as by gzip (RFC 1952), by zlib. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_GZIP_H
#define LEAKHOP_OUTPUT_GZIP_H

#include <stdint.h>
#include <stdio.h>
#include <zlib.h>

struct gzip {
	FILE *stream;
	z_stream z;
};

/* Returns 0 or -ENOMEM; gzip_end() releases what gzip_begin() has made, if that returned 0. */
int gzip_begin(struct gzip *gzip, FILE *stream);

/* Returns 0 or -EIO. */
int gzip_write(struct gzip *gzip, const void *bytes, size_t size);

/* Writes what is left, unless there was an error before, and releases. Returns 0 or -EIO. */
int gzip_end(struct gzip *gzip, int error);

#endif
