/* SPDX-License-Identifier: GPL-2.0-only */
/* The timers of a Go process, counted: runtime.allp, and in each p a heap of them. */
#ifndef LEAKHOP_GOLANG_TIMERS_H
#define LEAKHOP_GOLANG_TIMERS_H

#include "golang/private.h"

/* Fills the model's timers, and the function that most of some of them call. Nothing where they are not found. */
void go_count_timers(struct go_process *process, struct lc_go_process *model);

#endif
