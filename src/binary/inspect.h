/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be known of an ELF file from its headers. */
#ifndef LEAKHOP_BINARY_INSPECT_H
#define LEAKHOP_BINARY_INSPECT_H

#include "binary/binary.h"

/* See struct binary_operations. */
void inspect_describe(int fd, struct binary_description *ret);

/* How many bytes of a file are on its disk: a hole of terabytes is none. 0 where that fails. */
uint64_t inspect_stored_size(int fd);

/*
 * Whether a file may be given to libdwfl: ELF and nothing packed around it, a program or library,
 * no object file, and what its compressed
 * sections say of their size in memory is no more than eight times its own, which debug data never
 * needs, and 64 MiB.
 */
bool inspect_is_bounded(int fd);

/* Returns 1 if the file has this build-id, 0 if it has another, -ENOENT if it has none. */
int inspect_compare_build_id(int fd, const uint8_t *build_id, size_t size);

/* The checksum that .gnu_debuglink has of a whole file. Returns 0 or a negative errno. */
int inspect_checksum(int fd, uint32_t *ret_checksum);

/* What .gnu_debugaltlink of a file says: bytes of a build-id. Returns its size, 0: none. */
size_t inspect_alternate_build_id(int fd, uint8_t build_id[BINARY_BUILD_ID_MAX]);

#endif
