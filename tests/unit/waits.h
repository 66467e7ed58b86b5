/* SPDX-License-Identifier: GPL-2.0-only */
/* Models of waiting threads, made by hand: what the tests of verdict share. */
#ifndef LEAKHOP_TESTS_UNIT_WAITS_H
#define LEAKHOP_TESTS_UNIT_WAITS_H

#include "unit.h"
#include "view.h"

#include <stdio.h>

#define SECOND 1000000000ull
#define NOW (100000 * SECOND)

static inline struct lc_model *model_new(void)
{
	struct lc_model *model;

	assert_int_equal(lc_model_create(1000000, &model), 0);
	return model;
}

/* A thread of process pid; blocked_s 0: it runs. */
static inline struct lc_thread *thread_add(struct lc_model *model, pid_t pid, pid_t tid,
					   uint64_t blocked_s)
{
	struct lc_sample sample = {
		.task = { .tid = tid, .pid = pid, .ns_tid = tid, .ns_pid = pid, .comm = "thread" },
		.process_comm = "process",
		.state = blocked_s ? 'S' : 'R',
		.now = NOW,
		.start_time = 1,
		.still_since = NOW - blocked_s * SECOND,
		.syscall = { .nr = 202 },
	};
	struct lc_thread *thread;

	assert_true(lc_model_sample(model, &sample, &thread) >= 0);
	if (thread->blocked)
		thread->user_stack = 1;
	return thread;
}

static inline struct lc_wait wait_for(enum lc_wait_kind kind, uint64_t object)
{
	struct lc_wait wait = { .kind = kind, .fd = -1 };

	wait.key.space = LC_WAIT_SPACE_PRIVATE;
	wait.key.object = object;
	snprintf(wait.object, sizeof(wait.object), "%s %llu", lc_wait_kind_name(kind),
		 (unsigned long long)object);
	return wait;
}

static inline void wait_owner(struct lc_wait *wait, pid_t pid, pid_t tid, enum lc_wait_role role)
{
	wait->recorded = LC_WAIT_RECORDED;
	wait->owners[wait->owner_count++] =
		(struct lc_wait_owner){ .pid = pid, .tid = tid, .role = role, .fd = -1 };
	wait->owner_total++;
}

/* Noted twice, as a careful caller does. */
static inline void wait_set(struct lc_thread *thread, const struct lc_wait *wait)
{
	assert_true(lc_thread_set_wait(thread, wait, NOW) >= 0);
	assert_true(lc_thread_set_wait(thread, wait, NOW) >= 0);
}

/* tid waits for a mutex that owner holds. */
static inline void locks(struct lc_model *model, pid_t pid, pid_t tid, pid_t owner)
{
	struct lc_wait wait = wait_for(LC_WAIT_MUTEX, owner);

	wait_owner(&wait, pid, owner, LC_WAIT_HOLDER);
	wait_set(thread_add(model, pid, tid, 60), &wait);
}

static inline struct verdict_view view_of(struct lc_model *model)
{
	struct verdict_view view;

	view_at(&view, model, NULL, NULL, NOW, 5 * SECOND);
	return view;
}

/* Valid until the next call. */
static inline const struct conclusion *concluded(const struct verdict_view *view, pid_t tid)
{
	static struct conclusion conclusion;
	uint32_t node = graph_find(&view->graph, tid);

	assert_int_not_equal(node, GRAPH_NONE);
	verdict_conclude(view, node, &conclusion);
	assert_int_equal(conclusion.verdict, view->judgements[node].verdict);
	assert_string_equal(conclusion.rule, view->judgements[node].rule);
	return &conclusion;
}

#endif
