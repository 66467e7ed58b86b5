/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks of goroutines that stand still, from a copy of the stack, by the frame sizes of Go's own
 * table of functions. So every Go function is walked, also assembly, and where no frame pointer is
 * kept.
 */
#ifndef LEAKHOP_RUNTIMES_GO_UNWIND_H
#define LEAKHOP_RUNTIMES_GO_UNWIND_H

#include "runtimes/go/sched/process.h"

#define GO_FRAMES_MAX 128

struct go_walk {
	struct lc_raw_frame frames[GO_FRAMES_MAX]; /* innermost first */
	uint64_t sp[GO_FRAMES_MAX];		   /* of each frame, for who searches it */
	size_t count;
	enum lc_stack_end end;
};

/* A position in a stack that is walked frame by frame, for who has no room for all of them. */
struct go_cursor {
	struct go_process *process;
	const uint8_t *stack; /* bytes from bottom on */
	size_t size;
	uint64_t bottom;
	bool in_call; /* it begins where a system call was entered */
	/* of the frame it is at: */
	const struct go_module *module;
	uint64_t pc, sp;
	uint64_t fp; /* the caller's sp */
	bool interrupted;
	size_t depth;	       /* frames so far, with this one */
	enum lc_stack_end end; /* why there is no other */
	uint64_t next_pc;
	bool next_interrupted;
	bool last;
};

struct go_cursor go_cursor_begin(struct go_process *process, uint64_t pc, uint64_t sp,
				 const uint8_t *stack, size_t size);

/* Goes to the first frame or the next. False: there is none. */
bool go_cursor_next(struct go_cursor *cursor);

/*
 * Walks from pc, sp. The stack's bytes from sp on are in stack; the walk ends with
 * LC_STACK_NO_MEMORY where they do.
 */
void go_unwind(struct go_process *process, uint64_t pc, uint64_t sp, const uint8_t *stack,
	       size_t size, struct go_walk *walk);

#endif
