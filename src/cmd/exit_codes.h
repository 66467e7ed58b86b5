/* SPDX-License-Identifier: GPL-2.0-only */
/* With what leakhop ends, for scripts: docs/leakhop.1, EXIT STATUS. */
#ifndef LEAKHOP_CMD_EXIT_CODES_H
#define LEAKHOP_CMD_EXIT_CODES_H

enum {
	EXIT_RAN = 0,
	EXIT_FOUND = 1, /* --fail-on */
	EXIT_USAGE = 2,
	/* Not permitted, or not supported here; a recording that is none, damaged, or of another
	   version. */
	EXIT_NOT_POSSIBLE = 3,
	EXIT_NO_TARGET = 4,
	EXIT_COULD_NOT = 5, /* no memory, descriptors or disk, or it was not let come to its end */
};

#endif
