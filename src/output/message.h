/* SPDX-License-Identifier: GPL-2.0-only */
/* A remark or an error for the person at the terminal. */
#ifndef LEAKHOP_OUTPUT_MESSAGE_H
#define LEAKHOP_OUTPUT_MESSAGE_H

/*
 * Writes "leakhop: ..." as one line to standard error. What came from a process or a file is made
 * harmless as in a report, line breaks too.
 */
void output_message(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

#endif
