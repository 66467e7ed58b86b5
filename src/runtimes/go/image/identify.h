/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a file Go, and whose? Opens it, and looks where its tables are. */
#ifndef LEAKHOP_RUNTIMES_GO_IDENTIFY_H
#define LEAKHOP_RUNTIMES_GO_IDENTIFY_H

#include "runtimes/go/image/image.h"

/*
 * Looks at a file, of which fd is taken over and path is a name. access: as of
 * target_content_open(). *ret_image (to be released with
 * go_image_free()) says what it is, also if it is not Go. Returns 0 or a negative errno.
 */
int go_image_open(struct target_access *access, int fd, const char *path,
		  struct go_image **ret_image);
void go_image_free(struct go_image *image);

/* Tells what image->elf is: for go_image_open(), and for fuzzing. */
void go_image_look(struct go_image *image);

#endif
