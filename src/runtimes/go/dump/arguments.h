/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words that a function was called with, as far as they lie on the stack: by what the compiler
 * notes of each function for tracebacks (emitArgInfo and emitArgLiveInfo of
 * cmd/compile/internal/ssagen).
 */
#ifndef LEAKHOP_RUNTIMES_GO_ARGUMENTS_H
#define LEAKHOP_RUNTIMES_GO_ARGUMENTS_H

#include "runtimes/go/image/pclntab.h"
#include "model/go_trace.h"

#define GO_ARGUMENT_BYTES 192 /* of a function's note: (5 * 3 + 2) * 10 + 1 and a last operand */
#define GO_ARGUMENTS_MAX GO_ARGUMENT_BYTES

struct go_argument_note {
	uint8_t info[GO_ARGUMENT_BYTES];
	size_t size; /* 0: none: then nothing is told */
	int32_t live_index;
	bool has_live;
	uint8_t live_start;		     /* slots below this are always live */
	uint8_t live[GO_ARGUMENT_BYTES / 8]; /* a bit for each slot at live_index */
};

/* What is noted of a function for its arguments at vaddr. */
void go_arguments_note(const struct go_image *image, const struct go_function *function,
		       uint64_t vaddr, struct go_argument_note *ret);

/*
 * The arguments of a frame whose argument area begins at bytes, of which size can be read. Returns
 * how many there are in arguments.
 */
size_t go_arguments_read(const struct go_argument_note *note, const uint8_t *bytes, size_t size,
			 struct lc_go_argument arguments[GO_ARGUMENTS_MAX]);

#endif
