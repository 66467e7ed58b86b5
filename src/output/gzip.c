// SPDX-License-Identifier: GPL-2.0-only
/* Compressed streams: see gzip.h. */
#include "output/gzip.h"

#include <errno.h>

#define GZIP_WINDOW (15 + 16) /* of zlib: the largest, with gzip's header */

int gzip_begin(struct gzip *gzip, FILE *stream)
{
	*gzip = (struct gzip){ .stream = stream };
	return deflateInit2(&gzip->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
			    Z_DEFAULT_STRATEGY) == Z_OK
		       ? 0
		       : -ENOMEM;
}

static int drain(struct gzip *gzip, int flush)
{
	unsigned char buffer[16384];
	size_t size;

	do {
		gzip->z.next_out = buffer;
		gzip->z.avail_out = sizeof(buffer);
		(void)deflate(&gzip->z, flush);
		size = sizeof(buffer) - gzip->z.avail_out;
		if (fwrite(buffer, 1, size, gzip->stream) != size)
			return -EIO;
	} while (!gzip->z.avail_out);
	return 0;
}

int gzip_write(struct gzip *gzip, const void *bytes, size_t size)
{
	gzip->z.next_in = (unsigned char *)bytes;
	gzip->z.avail_in = size;
	return drain(gzip, Z_NO_FLUSH);
}

int gzip_end(struct gzip *gzip, int error)
{
	int r = error ?: drain(gzip, Z_FINISH);

	deflateEnd(&gzip->z);
	return r;
}
