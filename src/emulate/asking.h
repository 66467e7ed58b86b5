/* SPDX-License-Identifier: GPL-2.0-only */
/* A question under way, which takes several runs. Private to this folder. */
#ifndef LEAKHOP_EMULATE_ASKING_H
#define LEAKHOP_EMULATE_ASKING_H

#include "emulate/run.h"

struct local {
	struct emulator emulator; /* first */
	struct unicorn unicorn;
	struct vdso vdso;
	uc_engine *uc; /* NULL: none is open */
	uint64_t world;
	struct run_slot slot;
	struct pages pages;
};

struct asking {
	struct local *local;
	struct pages *pages;
	const struct emulate_question *question;
	struct emulate_outcome *outcome;
	uint64_t deadline;
	struct run base, other;
};

/* ask.c. A run from the begin, which the caller may change before ask_go(); pages_restore() is his.
 */
void ask_begin_run(struct asking *asking, struct run *run);
void ask_go(struct asking *asking, struct run *run);

/*
 * A run from the begin on the memory as it is, which follows or not. Where it does little in its
 * time, it is run once more, with more of it.
 */
#define ASK_PATIENCE 5
void ask_go_from(struct asking *asking, struct run *run, bool follows);

/* The run on the memory as it is, into asking->base; the outcome has its end. */
void ask_go_first(struct asking *asking, bool follows);

/* A run as if all clocks had just begun, into asking->other. */
void ask_go_early(struct asking *asking);

bool ask_has_time(const struct asking *asking);

/*
 * ask_interpreter.c, of a thread that runs an interpreter: EMULATE_WOULD_WAKE; and whether it would
 * come to a wake-up if a test on its way were otherwise, which the first run has shown.
 */
void ask_interpreter(struct asking *asking);
void ask_interpreter_of_wakes(struct asking *asking);

#endif
