/* SPDX-License-Identifier: GPL-2.0-only */
/* What goroutines.c and go_waits.c share. Private to this folder. */
#ifndef LEAKHOP_MODEL_GO_WAITS_H
#define LEAKHOP_MODEL_GO_WAITS_H

#include "model/goroutines.h"

void lc_go_drop_waits(struct lc_go_process *process);

/* All, or those of goroutines that have run since, or ended. */
void lc_go_drop_releasers(struct lc_go_process *process, bool all);

/* go_paths.c: the same. */
void lc_go_drop_paths(struct lc_go_process *process, bool all);

/* go_retained.c: the same. */
void lc_go_drop_retained(struct lc_go_process *process, bool all);

#endif
