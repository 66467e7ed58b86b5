/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of options that several commands have. What is none ends the program, with a message. */
#ifndef LEAKHOP_CMD_VALUES_H
#define LEAKHOP_CMD_VALUES_H

#include <argp.h>
#include <stdint.h>

/* A decimal number from least to most. Returns 0, or -EINVAL, of which the caller tells. */
int value_number(const char *text, unsigned long least, unsigned long most,
		 unsigned long *ret_number);
unsigned long value_bounded(struct argp_state *state, const char *text, unsigned long least,
			    unsigned long most);

/* "250ms", in ns. */
void value_time(struct argp_state *state, const char *text, uint64_t *ret_ns);

/* --budget: "1" or "0.5" percent of a core, in steps of a tenth. Returns thousandths. */
unsigned value_budget(struct argp_state *state, const char *text);

/* --without: adds features to bits, as collect_parse_without() numbers them. */
void value_without(struct argp_state *state, const char *text, unsigned *bits);

#endif
