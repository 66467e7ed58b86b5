/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that the user names to be written. */
#ifndef LEAKHOP_CMD_FILE_H
#define LEAKHOP_CMD_FILE_H

/*
 * Opens a file to be written from its beginning, created if need be. In a folder that everybody may
 * write to (/tmp) neither a link is followed nor another user's file written: it could be a trap.
 * Returns a descriptor, or -1 with errno; ELOOP, EPERM: such a trap.
 */
int file_create(const char *path);

#endif
