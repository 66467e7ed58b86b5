/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks of goroutines that stand still, from a copy of the stack, by the frame sizes of Go's own table of
 * functions. So every Go function is walked, also assembly, and where no frame pointer is kept.
 */
#ifndef LEAKHOP_GOLANG_UNWIND_H
#define LEAKHOP_GOLANG_UNWIND_H

#include "golang/process.h"

#define GO_FRAMES_MAX 128

struct go_walk {
	struct lc_raw_frame frames[GO_FRAMES_MAX]; /* innermost first */
	uint64_t sp[GO_FRAMES_MAX];		   /* of each frame, for who searches it */
	size_t count;
	enum lc_stack_end end;
};

/*
 * Walks from pc, sp. The stack's bytes from sp on are in stack; the walk ends with LC_STACK_NO_MEMORY where
 * they do.
 */
void go_unwind(struct go_process *process, uint64_t pc, uint64_t sp, const uint8_t *stack,
	       size_t size, struct go_walk *walk);

#endif
