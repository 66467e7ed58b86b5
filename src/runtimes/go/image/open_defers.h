/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a frame keeps its deferred calls, in a function whose defers are open-coded: a byte that
 * tells which of them are to be called when it returns, and a closure for each. Layouts:
 * emitOpenDeferInfo() in src/cmd/compile/internal/ssagen/ssa.go of Go 1.17 to 1.27.
 */
#ifndef LEAKHOP_RUNTIMES_GO_OPEN_DEFERS_H
#define LEAKHOP_RUNTIMES_GO_OPEN_DEFERS_H

#include "runtimes/go/image/pclntab.h"

#define GO_OPEN_DEFERS_MAX 8 /* the compiler's own bound */

/* Bytes below varp, the address behind the frame's variables. */
struct go_open_defers {
	uint32_t bits;	/* of the byte: bit i is set while the defer statement i is armed */
	uint32_t count; /* of the slots that are named */
	uint32_t slots[GO_OPEN_DEFERS_MAX]; /* of the pointer to the closure of statement i */
};

/*
 * Of a function of the image. False: it has none, or they make no sense. From 1.22 on it is not
 * noted how many there are: then all 8 slots are named, of which those count whose bit is set.
 */
bool go_open_defers_of(const struct go_image *image, const struct go_function *function,
		       struct go_open_defers *ret);

#endif
