/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What "go version -m" tells of a file: by which version it was made, from which module, and how.
 * Format: src/debug/buildinfo of Go 1.17 to 1.27.
 */
#ifndef LEAKHOP_RUNTIMES_GO_BUILD_INFO_H
#define LEAKHOP_RUNTIMES_GO_BUILD_INFO_H

#include "runtimes/go/image/image.h"

/* Finds the build information, and reads the version from it. False: there is none. */
bool go_image_read_build_info(struct go_image *image);

/*
 * For files that are shipped without build information (a stripper took it): the version from the
 * data of the runtime, where it can be found.
 */
void go_image_search_version(struct go_image *image);

/*
 * The text behind the version: framed by 16 bytes at both ends, lines of "kind\tvalue"; not
 * terminated; NULL: there is none.
 */
const char *go_image_build_text(const struct go_image *image, size_t *ret_size);

/*
 * Copies a setting of the build ("go version -m": "DefaultGODEBUG") to buffer, cut at size. False:
 * there is none; before Go 1.18 none was noted.
 */
bool go_image_setting(const struct go_image *image, const char *name, char *buffer, size_t size);

#endif
