/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of global variables, where the file still has its table of symbols. */
#ifndef LEAKHOP_RUNTIMES_GO_VARIABLES_H
#define LEAKHOP_RUNTIMES_GO_VARIABLES_H

#include "runtimes/go/image/image.h"

/*
 * The variable that holds vaddr: its name, the file's, and how far into it that is. NULL: none is
 * known. Walks the table each time.
 */
const char *go_image_variable(const struct go_image *image, uint64_t vaddr, uint64_t *ret_offset);

#endif
