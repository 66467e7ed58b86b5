/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a file, read as they are asked for. A mapping of the file would end the process by
 * SIGBUS when somebody cuts the file: here what is not there any more is zero.
 */
#ifndef LEAKHOP_TARGET_CONTENT_H
#define LEAKHOP_TARGET_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#define TARGET_CONTENT_MAX (UINT64_C(16) << 30)

struct target_access;
struct target_content;

/*
 * fd stays the caller's and must outlive it, as access, by which it is read (NULL: by itself).
 * Returns 0, -EFBIG (past TARGET_CONTENT_MAX, or nearly all of it a hole), -ENOMEM or another
 * negative errno.
 */
int target_content_open(struct target_access *access, int fd, struct target_content **ret_content);

/* The same of bytes in memory, which must outlive it. */
int target_content_of(const void *bytes, size_t size, struct target_content **ret_content);
void target_content_free(struct target_content *content);

uint64_t target_content_size(const struct target_content *content);

/*
 * size bytes at offset, valid until target_content_forget(); NULL: they are not in the file, or no
 * memory.
 */
const uint8_t *target_content_bytes(struct target_content *content, uint64_t offset, size_t size);

/* Gives the memory back. What is asked for again is read again. */
void target_content_forget(struct target_content *content);

#endif
