/* SPDX-License-Identifier: GPL-2.0-only */
/* How the doctor's checks are shown. */
#ifndef LEAKHOP_OUTPUT_DOCTOR_H
#define LEAKHOP_OUTPUT_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct output_check {
	const char *name;
	const char *state; /* "yes", "no", "partly" */
	bool needed;	   /* for the BPF source */
	const char *why;
	const char *remedy; /* "" if there is none, or nothing is missing */
};

/* usable: all that is needed is there. Returns 0 or -EIO. */
int output_doctor(FILE *stream, bool json, const struct output_check *checks, size_t count,
		  bool usable);

#endif
