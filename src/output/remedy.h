/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to do about a conclusion, with the place in the code where that is known. Private to this
 * folder.
 */
#ifndef LEAKHOP_OUTPUT_REMEDY_H
#define LEAKHOP_OUTPUT_REMEDY_H

#include "output/output.h"

#define REMEDY_BYTES 800

/*
 * The conclusion's own words, and where the thread stands that has the lock waited for. Returns
 * buffer.
 */
const char *remedy_words(const struct output_run *run, const struct conclusion *conclusion,
			 char *buffer, size_t size);

/*
 * The same for goroutines; "" where the code to be changed is not the program's own: what would fit
 * a library is not known.
 */
const char *remedy_of_goroutines(const struct output_run *run,
				 const struct verdict_goroutines *record);

#endif
