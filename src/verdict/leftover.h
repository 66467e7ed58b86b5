/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process leaves over when it ends: what lives then, but for its main thread, who ends it,
 * and what a language's runtime has for itself. Pure. docs/verdicts.md, "Left over".
 */
#ifndef LEAKHOP_VERDICT_LEFTOVER_H
#define LEAKHOP_VERDICT_LEFTOVER_H

#include "verdict/goroutines.h"
#include "verdict/report.h"

/* A process at its end. */
struct leftover_end {
	pid_t pid;
	pid_t tid;     /* who ends it */
	int exit_code; /* as it says */
	bool stacks;   /* were taken: whose a thread is, they tell */
};

/*
 * Takes the main thread and who ends the process out of a record of threads: at one place, or
 * before there are stacks, others may stand with them. False if none stays, or it is of another
 * process. `thread` may then be one of those taken out: see leftover_has().
 */
bool leftover_others(const struct leftover_end *end, struct verdict_record *record);
bool leftover_has(const struct verdict_record *record, pid_t tid);

/* Is the record of one that the program has left over? Says so in its conclusion. */
bool leftover_thread(const struct leftover_end *end, const struct lc_go *go,
		     const struct lc_stacks *stacks, struct verdict_record *record);
bool leftover_goroutines(const struct leftover_end *end, const struct lc_stacks *stacks,
			 struct verdict_goroutines *record);

#endif
