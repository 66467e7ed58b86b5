// SPDX-License-Identifier: GPL-2.0-only
/* Processes that rest, and those that are awake: see threads.h. Relies on uthash and utlist. */
#include "model/threads_private.h"

#include <utlist.h>

void lc_process_wake(struct lc_process *process)
{
	if (!process->rest.until)
		return;
	process->rest = (struct lc_rest){};
	DL_APPEND2(process->model->awake, process, awake_prev, awake_next);
}

void lc_model_rest(struct lc_model *model,
		   bool (*fn)(void *context, struct lc_thread *first, struct lc_rest *ret_rest),
		   void *context)
{
	struct lc_process *process, *next;
	struct lc_rest rest;

	DL_FOREACH_SAFE2(model->awake, process, next, awake_next)
	{
		if (!fn(context, process->threads, &rest) || !rest.until)
			continue;
		DL_DELETE2(model->awake, process, awake_prev, awake_next);
		process->rest = rest;
		if (!model->rest_until || rest.until < model->rest_until)
			model->rest_until = rest.until;
	}
}

bool lc_thread_rests(const struct lc_thread *thread)
{
	return thread->process && thread->process->rest.until;
}

bool lc_model_rests(const struct lc_model *model, pid_t pid)
{
	const struct lc_thread *thread = lc_process_threads(model, pid);

	return thread && lc_thread_rests(thread);
}

void lc_thread_wake(struct lc_thread *thread)
{
	if (thread->process)
		lc_process_wake(thread->process);
}

void lc_model_wake(struct lc_model *model, pid_t pid)
{
	struct lc_thread *thread = lc_process_threads(model, pid);

	if (thread)
		lc_thread_wake(thread);
}

void lc_model_wake_until(struct lc_model *model, uint64_t until,
			 bool (*goes_on)(void *context, struct lc_thread *first,
					 uint64_t *ret_until),
			 void *context)
{
	struct lc_process *process;

	if (!model->rest_until || model->rest_until > until)
		return;
	model->rest_until = 0;
	for (process = model->processes; process; process = process->hh.next) {
		if (!process->rest.until)
			continue;
		if (process->rest.until <= until &&
		    !(goes_on && goes_on(context, process->threads, &process->rest.until)))
			lc_process_wake(process);
		else if (!model->rest_until || process->rest.until < model->rest_until)
			model->rest_until = process->rest.until;
	}
}

struct lc_thread *lc_model_next_awake(const struct lc_model *model, const struct lc_thread *thread)
{
	const struct lc_process *process = thread ? thread->process->awake_next : model->awake;

	if (thread && thread->process_next)
		return thread->process_next;
	return process ? process->threads : NULL;
}

struct lc_thread *lc_model_next_to_ask(const struct lc_model *model, uint32_t ask,
				       const struct lc_thread *thread)
{
	const struct lc_process *process = thread ? thread->process->hh.next : model->processes;

	if (thread && thread->process_next)
		return thread->process_next;
	while (process && process->rest.until && !(process->rest.ask & ask))
		process = process->hh.next;
	return process ? process->threads : NULL;
}
