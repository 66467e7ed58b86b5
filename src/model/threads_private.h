/* SPDX-License-Identifier: GPL-2.0-only */
/* What threads.c and thread_events.c share; private to this folder. */
#ifndef LEAKHOP_MODEL_THREADS_PRIVATE_H
#define LEAKHOP_MODEL_THREADS_PRIVATE_H

#include "model/threads.h"

struct lc_process {
	UT_hash_handle hh;
	pid_t pid;
	struct lc_thread *threads; /* those in the model; utlist */
	uint64_t sweep;		   /* number of the last one that saw a thread of it */
	uint64_t moved_at;	   /* the last sample or event that told of a change */
	uint64_t files_seen_at;	   /* the last sample that said whose its descriptors are */
	uint64_t plain_at;	   /* lc_model_note_plain() */
	uint64_t files_asked;	   /* moved_at when that was last asked for */
	uint32_t count, seen;	   /* threads; those that the last sweep has seen */
	struct lc_model *model;
	struct lc_process *awake_next, *awake_prev; /* of those that do not rest; utlist */
	struct lc_rest rest;			    /* until 0: it does not */
};

struct lc_model {
	struct lc_thread *threads; /* uthash, by tid */
	struct lc_process *processes;
	struct lc_process *awake;
	uint64_t rest_until; /* nobody's rest ends before; 0: nobody rests */
	struct lc_thread *last_unmoved;
	size_t max_threads;
	uint64_t refused;
	uint64_t sweep;
	uint64_t sweep_at;
	uint64_t sampled_at; /* the last sample of a sweep */
	bool has_ended;	     /* threads have, since those were dropped */
	struct lc_holdings holdings;
};

/*
 * Adds an empty thread; newcomer: for how long it has stood still (ns), which decides at the bound.
 */
int lc_model_add(struct lc_model *model, pid_t tid, uint64_t now, uint64_t newcomer,
		 struct lc_thread **ret_thread);
void lc_model_drop(struct lc_model *model, struct lc_thread *thread);

/* processes.c: it is a thread of that process from now on. Returns 0 or -ENOMEM. */
int lc_process_join(struct lc_model *model, struct lc_thread *thread, const struct lc_task *task);
void lc_process_leave(struct lc_model *model, struct lc_thread *thread);
/* It has run, was born, or has ended, at this time or before. */
void lc_process_moved(const struct lc_thread *thread, uint64_t at);
/* The sweep under way has come by it. */
void lc_process_seen(const struct lc_model *model, struct lc_thread *thread);
void lc_process_sampled(const struct lc_model *model, struct lc_thread *thread,
			const struct lc_sample *sample, bool moved);
/* A short sample of a thread: is a whole one needed to know whose its descriptors are? */
bool lc_process_wants_files(const struct lc_thread *thread);
/* Something of it is not as it was: it does not rest any more. */
void lc_process_wake(struct lc_process *process);

/*
 * A block at one place has ended, which lasted for ns at most, not before at; the same of the block
 * that the last sample saw, once; and the peer that the thread waits for now (its wait is set).
 */
void lc_repeat_ended(struct lc_thread *thread, const struct lc_site_id *id, uint64_t ns,
		     uint64_t at, uint32_t user_stack);
void lc_repeat_now_ended(struct lc_thread *thread, uint64_t ns, uint64_t at);
void lc_repeat_note_peer(struct lc_thread *thread);

/* rearmed.c: has a blocked thread done nothing since its last sample but arm its wait again? */
bool lc_thread_is_rearmed(const struct lc_thread *thread, const struct lc_sample *sample);
void lc_thread_rearm(struct lc_thread *thread, const struct lc_sample *sample);

#endif
