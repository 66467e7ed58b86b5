/* SPDX-License-Identifier: GPL-2.0-only */
/* Where functions begin, by the search table of unwind information: .eh_frame_hdr. */
#ifndef LEAKHOP_BINARY_FUNCTION_STARTS_H
#define LEAKHOP_BINARY_FUNCTION_STARTS_H

#include "binary/file.h"

/*
 * The function, or the part of one, that vaddr is in: its first address, and where the next one
 * begins (0: it is the last). false: the file has no such table, or in a form that linkers do not
 * make.
 */
bool binary_file_function(struct binary_file *file, uint64_t vaddr, uint64_t *ret_start,
			  uint64_t *ret_next);

#endif
