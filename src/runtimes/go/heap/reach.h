/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Can anything that lives still reach what goroutines wait for? From outside, as the collector
 * marks: from global variables, timers, finalizers and the stacks of goroutines that can run, to
 * all that these lead to. A goroutine that waits can run if something that it waits for is met.
 * What is not met nobody can ever send to, close or unlock. The rule is that of the runtime's own
 * leak detector (src/runtime/mgc.go, 1.27; ASPLOS 2025, GOLF).
 *
 * Pointers are taken conservatively: any word that points into an object holds it, but in frames
 * whose live pointers the compiler's maps name (reach_frames.c). So "reachable" may be wrong. The
 * process runs on meanwhile: a pointer that is moved from a place not read yet to one that was read
 * is not seen, nor one in the registers of who runs. So whoever moved during a look is looked at
 * again, and it is looked two times or three, between which all who ran have done something else.
 * Whatever cannot be read ends it without an answer.
 */
#ifndef LEAKHOP_RUNTIMES_GO_REACH_H
#define LEAKHOP_RUNTIMES_GO_REACH_H

#include "runtimes/go/private.h"
#include "runtimes/runtime.h"

/*
 * Is holder a loop that a library runs, and does waiter wait inside of that library? So what the
 * loop serves may be some steps away from it.
 */
typedef bool go_loop_fn(void *context, const struct lc_goroutine *waiter,
			const struct lc_goroutine *holder);

struct go_loops {
	go_loop_fn *fn;
	void *context;
	const struct runtime_goids *readers; /* who waits for these is noted in the model; NULL */
};

/*
 * Asks for all goroutines of the model that wait. dead: a byte for each place of the model, not
 * zero where nothing that lives reaches what is waited for; who could end a wait, of those, is
 * noted in the model. Returns 0; -ENOENT: the heap was not found, its layout is not known, or not
 * all modules are; -EFAULT: something could not be read; -ETIME; -E2BIG: larger than is searched;
 * -EAGAIN: who runs got no CPU between two looks; -ENOMEM. On failure nothing is unreachable. loops
 * may be NULL.
 */
int go_reach(struct go_process *process, struct lc_go_process *model, uint8_t *dead,
	     const struct go_loops *loops);

/* Of a goroutine's select the one channel that is asked about. */
struct go_only {
	uint64_t goid, channel;
};

/*
 * reach_only.c: the same question as go_reach()'s of these goroutines alone, as if each waited for
 * that one channel and nothing else; who is not among them waits for all. only: by rising goid.
 * dead: a byte for each of them. Looks twice or three times. Returns as go_reach().
 */
int go_reach_only(struct go_process *process, const struct lc_go_process *model,
		  const struct go_only *only, size_t count, uint8_t *dead);

/*
 * reach_retained.c: keeps in the model what each group of goroutines holds and nothing else does
 * (lc_go_set_retained()); go_reach() does it of those that are dead. One search. Returns as
 * go_reach().
 */
int go_reach_retained(struct go_process *process, struct lc_go_process *model);

/*
 * path_words.c: keeps in the model why what these goroutines wait for is reached
 * (lc_go_set_path()), of those where something does; and who depends on one of those who are stuck
 * (lc_go_set_releasers()), which go_reach() does of those that are dead. One search. Returns as
 * go_reach().
 */
int go_reach_paths(struct go_process *process, struct lc_go_process *model,
		   const struct runtime_why *why, const struct go_loops *loops);

#endif
