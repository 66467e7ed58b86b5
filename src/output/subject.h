/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a group of a library's goroutines serves: those of the program that wait for it, else those
 * that have made the library start it, by whose place a person knows it. Private to this folder.
 */
#ifndef LEAKHOP_OUTPUT_SUBJECT_H
#define LEAKHOP_OUTPUT_SUBJECT_H

#include "output/output.h"

#define SUBJECT_WORDS 400

struct subject {
	const struct verdict_dependents *who; /* that waits; NULL: it is who has started it */
	const struct lc_frame *place;	      /* the program's own */
	const struct lc_frame *call;	      /* of the library, that it has called there */
};

/*
 * False: the group stands in the program's own code, or it is not known for whom. Who has started
 * it counts where nobody waits, and where its go statement is a library's: as the probes saw it, or
 * while the call stands still on the parent's stack.
 */
bool subject_of(const struct output_run *run, const struct verdict_goroutines *record,
		struct subject *ret);

/* "wait in net/http.Get for the answer of 10.0.0.5:443, through these". Returns buffer. */
const char *subject_words(const struct verdict_goroutines *record, const struct subject *subject,
			  char *buffer, size_t size);

/* Where the group stands, or its subject does: the place to look for. NULL: not known. */
const struct lc_frame *subject_place(const struct output_run *run,
				     const struct verdict_goroutines *record);

#endif
