// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads by their process, and when one of these has last moved: what need not be read again of a
 * process. Relies on uthash and utlist.
 */
#include "model/threads_private.h"
#include "util/compare.h"

#include <errno.h>
#include <stdlib.h>

#include <utlist.h>

static struct lc_process *find(const struct lc_model *model, pid_t pid)
{
	struct lc_process *process;

	HASH_FIND_INT(model->processes, &pid, process);
	return process;
}

static int find_or_add(struct lc_model *model, pid_t pid, struct lc_process **ret_process)
{
	struct lc_process *process = find(model, pid);

	if (!process) {
		process = calloc(1, sizeof(*process));
		if (!process)
			return -ENOMEM;
		process->pid = pid;
		process->model = model;
		HASH_ADD_INT(model->processes, pid, process);
		DL_APPEND2(model->awake, process, awake_prev, awake_next);
	}
	*ret_process = process;
	return 0;
}

int lc_process_join(struct lc_model *model, struct lc_thread *thread, const struct lc_task *task)
{
	struct lc_process *process = thread->process;
	int r;

	if (!process || process->pid != task->pid) {
		r = find_or_add(model, task->pid, &process);
		if (r < 0)
			return r;
		lc_process_leave(model, thread);
		DL_APPEND2(process->threads, thread, process_prev, process_next);
		process->count++;
		thread->process = process;
		lc_process_wake(process);
	}
	thread->task = *task;
	return 0;
}

void lc_process_leave(struct lc_model *model, struct lc_thread *thread)
{
	struct lc_process *process = thread->process;

	if (!process)
		return;
	lc_process_wake(process);
	DL_DELETE2(process->threads, thread, process_prev, process_next);
	process->count--;
	thread->process = NULL;
	if (process->threads)
		return;
	HASH_DEL(model->processes, process);
	DL_DELETE2(model->awake, process, awake_prev, awake_next);
	free(process);
}

void lc_process_moved(const struct lc_thread *thread, uint64_t at)
{
	if (!thread->process)
		return;
	lc_process_wake(thread->process);
	if (thread->process->moved_at < at)
		thread->process->moved_at = at;
}

void lc_process_seen(const struct lc_model *model, struct lc_thread *thread)
{
	struct lc_process *process = thread->process;

	if (process->sweep != model->sweep)
		process->seen = 0;
	process->seen += thread->sweep != model->sweep || !process->seen;
	process->sweep = thread->sweep = model->sweep;
}

void lc_process_sampled(const struct lc_model *model, struct lc_thread *thread,
			const struct lc_sample *sample, bool moved)
{
	struct lc_process *process = thread->process;

	lc_process_wake(process);
	lc_process_seen(model, thread);
	thread->files = sample->files;
	if (moved)
		lc_process_moved(thread, sample->now);
	if (sample->files)
		process->files_seen_at = sample->now;
}

/*
 * Who has ended may have shared them before with another process, which the other threads' samples
 * are too old to tell.
 */
bool lc_process_wants_files(const struct lc_thread *thread)
{
	struct lc_process *process = thread->process;

	if (!process->files_seen_at || process->files_seen_at >= process->moved_at ||
	    process->files_asked == process->moved_at)
		return false;
	process->files_asked = process->moved_at;
	return true;
}

struct lc_thread *lc_process_threads(const struct lc_model *model, pid_t pid)
{
	const struct lc_process *process = find(model, pid);

	return process ? process->threads : NULL;
}

/* All threads that live have the same descriptors, and no other process has them. */
static bool has_own_files(const struct lc_process *process)
{
	const struct lc_thread *thread;
	uint64_t files = 0;

	if (process->files_seen_at < process->moved_at)
		return false;
	DL_FOREACH2(process->threads, thread, process_next)
	{
		if (thread->ended_at)
			continue;
		if (!thread->files || (files && files != thread->files))
			return false;
		files = thread->files;
	}
	return files != 0;
}

bool lc_model_stood_still(const struct lc_model *model, pid_t pid, uint64_t at, uint64_t as_of)
{
	const struct lc_process *process;

	/* With one thread left out, its process may have one that is not known. */
	if (model->refused || model->sweep_at <= at || model->sweep_at <= as_of)
		return false;
	process = find(model, pid);
	return process && process->sweep == model->sweep && process->moved_at < at &&
	       has_own_files(process);
}

void lc_model_note_plain(struct lc_model *model, pid_t pid, uint64_t at)
{
	struct lc_process *process = find(model, pid);

	if (process)
		process->plain_at = at;
}

uint64_t lc_model_plain_at(const struct lc_model *model, pid_t pid)
{
	const struct lc_process *process = find(model, pid);

	return process ? process->plain_at : 0;
}

static bool has_living_thread(const struct lc_process *process)
{
	const struct lc_thread *thread;

	DL_FOREACH2(process->threads, thread, process_next)
	{
		if (!thread->kernel_thread && !thread->ended_at)
			return true;
	}
	return false;
}

int lc_model_list_processes(const struct lc_model *model, pid_t **ret_pids, size_t *ret_count)
{
	pid_t *pids = calloc(HASH_COUNT(model->processes) ?: 1, sizeof(*pids));
	const struct lc_process *process;
	size_t count = 0;

	if (!pids)
		return -ENOMEM;
	for (process = model->processes; process; process = process->hh.next) {
		if (has_living_thread(process))
			pids[count++] = process->pid;
	}
	qsort(pids, count, sizeof(*pids), compare_pids);
	*ret_pids = pids;
	*ret_count = count;
	return 0;
}
