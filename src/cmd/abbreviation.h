/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * getopt takes any beginning of a long option that fits one only: "--all" would mean
 * --all-processes where there is no --all. What a beginning means changes with the next option that
 * is added, so none is taken.
 */
#ifndef LEAKHOP_CMD_ABBREVIATION_H
#define LEAKHOP_CMD_ABBREVIATION_H

#include <argp.h>

/* Called first by a parser of argp; lists: of options, up to NULL. Ends as argp_error() does. */
void abbreviation_refuse(int key, const char *arg, struct argp_state *state,
			 const struct argp_option *const lists[]);

#endif
