/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Can anything that lives still reach what goroutines wait for? From outside, and backwards: from the channels
 * and locks to whatever holds a pointer to them, until a root is met: a global variable, or the stack of a
 * goroutine that can run. What no root reaches, nobody can ever send to, close or unlock. The rule is that of
 * the runtime's own leak detector (src/runtime/mgc.go, 1.27; ASPLOS 2025, GOLF).
 *
 * Pointers are taken conservatively: any word that points into an object holds it. So "reachable" may be
 * wrong, "unreachable" only by a pointer that moved while memory was read: look twice.
 */
#ifndef LEAKHOP_GOLANG_REACH_H
#define LEAKHOP_GOLANG_REACH_H

#include "golang/reach_nodes.h"

/*
 * Answers. Returns 0; -ENOENT: the heap was not found, or not all modules are known; -E2BIG: too large to be searched in time; -ENOMEM. On failure
 * nothing is unreachable.
 */
int go_reach(struct go_process *process, const struct lc_go_process *model,
	     struct go_question *questions, size_t count);

#endif
