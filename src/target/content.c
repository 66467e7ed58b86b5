// SPDX-License-Identifier: GPL-2.0-only
/* Address space for the whole file, filled piece by piece with pread(): see content.h. */
#include "target/content.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "target/file.h"

#define PIECE (UINT64_C(64) * 1024)
#define MAY_BE_HOLE (UINT64_C(64) << 20) /* smaller files are read, holes and all */
#define HOLE_TIMES 16

struct target_content {
	struct target_access *access;
	int fd; /* -1: the bytes are in memory */
	uint64_t size;
	uint8_t *bytes;
	uint64_t *present; /* a bit for each piece */
};

static bool is_hole(const struct stat *status)
{
	return (uint64_t)status->st_size > MAY_BE_HOLE &&
	       (uint64_t)status->st_blocks * 512 < (uint64_t)status->st_size / HOLE_TIMES;
}

static size_t bitmap_size(const struct target_content *content)
{
	return (content->size / PIECE / 64 + 1) * sizeof(uint64_t);
}

static int reserve(struct target_content *content)
{
	if (!content->size)
		return 0;
	content->present = calloc(1, bitmap_size(content));
	if (!content->present)
		return -ENOMEM;
	content->bytes = mmap(NULL, content->size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (content->bytes == MAP_FAILED) {
		content->bytes = NULL;
		return -errno;
	}
	return 0;
}

int target_content_open(struct target_access *access, int fd, struct target_content **ret_content)
{
	struct target_content *content;
	struct stat status;
	int r;

	r = target_file_status(fd, &status);
	if (r < 0)
		return r;
	if ((uint64_t)status.st_size > TARGET_CONTENT_MAX || is_hole(&status))
		return -EFBIG;
	content = calloc(1, sizeof(*content));
	if (!content)
		return -ENOMEM;
	content->access = access;
	content->fd = fd;
	content->size = (uint64_t)status.st_size;
	r = reserve(content);
	if (r < 0) {
		target_content_free(content);
		return r;
	}
	*ret_content = content;
	return 0;
}

int target_content_of(const void *bytes, size_t size, struct target_content **ret_content)
{
	struct target_content *content = calloc(1, sizeof(*content));

	if (!content)
		return -ENOMEM;
	content->fd = -1;
	content->size = size;
	content->bytes = (uint8_t *)bytes;
	*ret_content = content;
	return 0;
}

void target_content_free(struct target_content *content)
{
	if (!content)
		return;
	if (content->fd >= 0 && content->bytes)
		munmap(content->bytes, content->size);
	free(content->present);
	free(content);
}

uint64_t target_content_size(const struct target_content *content)
{
	return content ? content->size : 0;
}

static void read_piece(struct target_content *content, uint64_t piece)
{
	uint64_t at = piece * PIECE, end = at + PIECE;
	ssize_t count;

	if (end > content->size)
		end = content->size;
	while (at < end) {
		count = target_file_read(content->access, content->fd, content->bytes + at,
					 end - at, at);
		if (count <= 0)
			break;
		at += (uint64_t)count;
	}
	content->present[piece / 64] |= UINT64_C(1) << piece % 64;
}

const uint8_t *target_content_bytes(struct target_content *content, uint64_t offset, size_t size)
{
	if (!content || !size || offset >= content->size || size > content->size - offset)
		return NULL;
	if (content->fd < 0)
		return content->bytes + offset;
	for (uint64_t piece = offset / PIECE; piece <= (offset + size - 1) / PIECE; piece++) {
		if (!(content->present[piece / 64] & UINT64_C(1) << piece % 64))
			read_piece(content, piece);
	}
	return content->bytes + offset;
}

void target_content_forget(struct target_content *content)
{
	if (!content || content->fd < 0 || !content->bytes)
		return;
	(void)madvise(content->bytes, content->size, MADV_DONTNEED);
	memset(content->present, 0, bitmap_size(content));
}
