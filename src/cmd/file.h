/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that the user names to be written. */
#ifndef LEAKHOP_CMD_FILE_H
#define LEAKHOP_CMD_FILE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Opens a file to be written from its beginning, created if need be. In a folder that everybody may
 * write to (/tmp) neither a link is followed nor another user's file written: it could be a trap.
 * Returns a descriptor, or -1 with errno; ELOOP, EPERM: such a trap.
 */
int file_create(const char *path);

/* A document that appears under its name when it is whole: what stood there before stays till then.
 */
struct file_document {
	FILE *stream;
	const char *path;
	bool nameless; /* it has no name yet */
};

/*
 * Begins a document; path must outlive it. It is written in place, by file_create(), if it grows,
 * that is, who reads it meanwhile is to see what there is so far; and where it could not be put
 * there at the end without privileges: over a link, a pipe or a device, in a folder or over a file
 * of another user, on a file system without O_TMPFILE. Returns 0 or a negative errno.
 */
int file_begin_document(const char *path, bool grows, struct file_document *ret_document);

/* Closes it; whole: it takes its place, else nothing has happened. Returns 0 or a negative errno.
 */
int file_end_document(struct file_document *document, bool whole);

#endif
