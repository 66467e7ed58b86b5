/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that is known at one moment, to be read only: what verdicts and reports are made of, whoever
 * has filled the models (an observer of a live target, a unit test). The models must not change
 * while a snapshot is used.
 */
#ifndef LEAKHOP_MODEL_SNAPSHOT_H
#define LEAKHOP_MODEL_SNAPSHOT_H

#include "model/cgroups.h"
#include "model/series.h"

struct lc_snapshot {
	const struct lc_model *threads;	  /* asked for */
	const struct lc_model *others;	  /* not asked for, but in chains of waits; may be NULL */
	const struct lc_go *go;		  /* may be NULL */
	const struct lc_series *series;	  /* groups of both over time; may be NULL */
	const struct lc_cgroups *cgroups; /* of processes; may be NULL */
	uint64_t now;			  /* ns, CLOCK_MONOTONIC */
	uint64_t threshold_ns;		  /* blocked for how long is of interest */
	bool awake; /* only of processes that do not rest (lc_model_rest()) is anything concluded */
	bool once;  /* of a moment: who is blocked has mostly been so before it was seen */
};

/* A thread of a model by its number; and all of them, as of lc_model_next(). */
static inline const struct lc_thread *lc_snapshot_find(const struct lc_model *threads, pid_t tid)
{
	return lc_model_find(threads, tid);
}

static inline const struct lc_thread *lc_snapshot_next(const struct lc_model *threads,
						       const struct lc_thread *thread)
{
	return lc_model_next(threads, thread);
}

/* Those of which something is concluded: of the threads asked for, or of the others. */
static inline const struct lc_thread *lc_snapshot_next_concluded(const struct lc_snapshot *snapshot,
								 const struct lc_model *threads,
								 const struct lc_thread *thread)
{
	return snapshot->awake ? lc_model_next_awake(threads, thread)
			       : lc_model_next(threads, thread);
}

#endif
