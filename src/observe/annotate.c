// SPDX-License-Identifier: GPL-2.0-only
/* Names, labels and wake-ups of what is about to be told: see annotate.h. */
#include "observe/annotate.h"
#include "model/go_holders.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define LABELLED_MOST 1000 /* goroutines of a group whose labels are read */
#define LABELS_KEPT 64
#define BIRTHS_MOST 64 /* goroutines of a group that are asked who started them */

static bool is_epoll_wait(int64_t nr)
{
#ifdef SYS_epoll_wait
	if (nr == SYS_epoll_wait)
		return true;
#endif
	return nr == SYS_epoll_pwait || nr == 441; /* epoll_pwait2 */
}

static void look_up_wait(struct observer *observer, struct verdict_record *record)
{
	const struct lc_syscall *call = &record->syscall;
	pid_t pid = record->thread->task.pid;

	if (!record->still_blocked)
		return;
	if (call->nr == SYS_futex)
		record->has_futex_wake = collect_futex_wake(observer->collect, pid, call->args[0],
							    &record->futex_wake);
	else if (is_epoll_wait(call->nr))
		record->has_epoll_return = collect_epoll_return(
			observer->collect, pid, call->args[0], &record->epoll_return);
}

static void name_stacks(struct observer *observer, const struct verdict_record *record, bool life)
{
	const struct lc_thread *thread = record->thread;
	int i;

	stack_name_user(observer->engine, observer->stacks, record->user_stack);
	stack_name_user(observer->engine, observer->stacks, thread->spawn_stack);
	for (i = 0; life && i < LC_LONGEST_BLOCKS; i++)
		stack_name_user(observer->engine, observer->stacks, thread->longest[i].user_stack);
	if (record->kernel_stack)
		stack_name_kernel(observer->engine, observer->stacks, record->kernel_stack);
}

static void name_goroutines(struct observer *observer, uint32_t stack)
{
	observer->runtime->does->name(observer->runtime, stack);
}

void annotate_go_stack(struct observer *observer, uint32_t stack)
{
	if (observer->runtime)
		name_goroutines(observer, stack);
}

static void find_goroutine(struct observer *observer, struct verdict_record *record)
{
	record->go = lc_go_find(&observer->go, record->thread->task.pid);
	record->goroutine = record->go ? lc_go_by_thread(record->go, record->thread->task.tid)
				       : NULL;
	if (!record->goroutine)
		return;
	name_goroutines(observer, record->goroutine->stack);
	name_goroutines(observer, record->go->sites[record->goroutine->site].entry_stack);
}

void annotate_record(struct observer *observer, struct verdict_record *record, bool life)
{
	name_stacks(observer, record, life);
	look_up_wait(observer, record);
	find_goroutine(observer, record);
}

static int most_first(const void *a, const void *b)
{
	const struct verdict_label *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

static int compare_goids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct labels {
	struct observer *observer;
	struct lc_go_process *process;
	size_t count, looked_at;
	struct verdict_label list[LABELS_KEPT];
};

static void add_labels(struct labels *labels, uint64_t goid)
{
	const struct runtime_operations *does = labels->observer->runtime->does;
	char text[120];
	size_t i;

	if (labels->looked_at == LABELLED_MOST)
		return;
	labels->looked_at++;
	if (does->labels(labels->observer->runtime, labels->process, goid, text, sizeof(text)) <
		    0 ||
	    !text[0])
		return;
	for (i = 0; i < labels->count && strcmp(labels->list[i].text, text); i++)
		;
	if (i == labels->count && labels->count < LABELS_KEPT)
		strcpy(labels->list[labels->count++].text, text);
	if (i < labels->count)
		labels->list[i].count++;
}

static bool is_own(const struct observer *observer, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(observer->stacks, id);
	size_t i;

	for (i = 0; stack && i < stack->frame_count && !stack->frames[i].own; i++)
		;
	return !stack || i < stack->frame_count;
}

/*
 * A library's goroutine has the labels of whoever it was started for, long ago perhaps: those count
 * that wait for it now.
 */
static void add_callers_labels(struct labels *labels, const struct verdict_goroutines *record)
{
	const struct lc_go_releasers *releasers = NULL;
	const struct lc_goroutine *caller;
	const uint64_t *goid;

	while ((releasers = lc_go_next_releasers(record->process, releasers))) {
		caller = lc_go_by_goid(record->process, releasers->goid);
		goid = releasers->count == 1 ? releasers->goids : NULL;
		if (caller && goid && is_own(labels->observer, caller->stack) &&
		    bsearch(goid, record->goids, record->goid_count, sizeof(*goid), compare_goids))
			add_labels(labels, caller->goid);
	}
}

static void count_labels(struct observer *observer, struct verdict_goroutines *record)
{
	struct labels *labels = calloc(1, sizeof(*labels));
	bool of_callers;
	size_t i;

	if (!labels)
		return;
	labels->observer = observer;
	labels->process = lc_go_find(&observer->go, record->process->pid);
	if (record->dependent_count && !is_own(observer, record->goroutine->stack))
		add_callers_labels(labels, record);
	of_callers = labels->count != 0;
	for (i = 0; !of_callers && i < record->goid_count; i++)
		add_labels(labels, record->goids[i]);
	qsort(labels->list, labels->count, sizeof(*labels->list), most_first);
	record->label_count = labels->count < VERDICT_LABELS ? labels->count : VERDICT_LABELS;
	for (i = 0; i < record->label_count; i++)
		record->labels[i] = labels->list[i];
	free(labels);
}

static void name_exact(struct observer *observer, struct verdict_goroutines *record)
{
	pid_t pid = record->process->pid;

	if (!record->process->events ||
	    !collect_go_goroutine(observer->collect, pid, record->goroutine->goid, &record->exact))
		return;
	record->has_exact = true;
	record->ready_stack = observer->runtime->does->intern(
		observer->runtime, pid, record->exact.ready_stack, record->exact.ready_depth);
	name_goroutines(observer, record->ready_stack);
}

bool annotate_go_birth(struct observer *observer, const struct lc_go_process *process,
		       uint64_t goid, uint32_t *ret_stack, uint32_t *ret_parents_stack)
{
	const struct runtime_operations *does = observer->runtime ? observer->runtime->does : NULL;
	struct lc_go_birth birth;

	if (!does || !process->events ||
	    !collect_go_birth(observer->collect, process->pid, goid, &birth))
		return false;
	*ret_stack = does->intern(observer->runtime, process->pid, birth.stack, birth.depth);
	*ret_parents_stack = does->intern(observer->runtime, process->pid, birth.parents_stack,
					  birth.parents_depth);
	name_goroutines(observer, *ret_stack);
	name_goroutines(observer, *ret_parents_stack);
	return true;
}

/* Of one whose birth the probes have seen. */
static void name_birth(struct observer *observer, struct verdict_goroutines *record)
{
	size_t i;

	for (i = 0; !record->birth_stack && i < record->goid_count && i < BIRTHS_MOST; i++)
		annotate_go_birth(observer, record->process, record->goids[i], &record->birth_stack,
				  &record->parents_birth_stack);
}

static void name_holders(struct observer *observer, const struct verdict_goroutines *record)
{
	const struct lc_go_held *held = lc_go_held_for(record->process, record->goroutine);
	uint32_t i;

	for (i = 0; held && i < held->count; i++)
		name_goroutines(observer, held->holders[i].stack);
}

void annotate_goroutines(struct observer *observer, struct verdict_goroutines *record)
{
	size_t i;

	name_holders(observer, record);
	name_goroutines(observer, record->goroutine->stack);
	name_goroutines(observer, record->site->spawn_stack);
	name_goroutines(observer, record->site->entry_stack);
	for (i = 0; i < record->dependent_count; i++)
		name_goroutines(observer, record->dependents[i].goroutine->stack);
	count_labels(observer, record);
	name_exact(observer, record);
	name_birth(observer, record);
	name_goroutines(observer, record->parent_stack);
}

void annotate_graph(struct observer *observer, const struct graph *graph)
{
	uint32_t i;

	for (i = 0; i < graph->count; i++) {
		if (graph->nodes[i].goroutine)
			name_goroutines(observer, graph->nodes[i].goroutine->stack);
	}
}

void annotate_stacks(struct observer *observer)
{
	struct lc_thread *thread = lc_model_next(observer->model, NULL);
	int i;

	for (; thread; thread = lc_model_next(observer->model, thread)) {
		stack_name_user(observer->engine, observer->stacks, thread->user_stack);
		stack_name_user(observer->engine, observer->stacks, thread->spawn_stack);
		for (i = 0; i < LC_SITES && thread->places[i].blocks.count; i++)
			stack_name_user(observer->engine, observer->stacks,
					thread->places[i].user_stack);
		if (thread->kernel_stack)
			stack_name_kernel(observer->engine, observer->stacks, thread->kernel_stack);
	}
}

void annotate_go_events(struct observer *observer)
{
	struct lc_go_process *process;
	size_t i;

	for (process = observer->go.processes; process; process = process->hh.next) {
		if (!process->events)
			continue;
		for (i = 0; i < process->events->kept; i++) {
			name_goroutines(observer, process->events->blocks[i].stack);
			name_goroutines(observer, process->events->blocks[i].by_stack);
		}
		for (i = 0; i < process->site_count; i++) {
			name_goroutines(observer, process->sites[i].spawn_stack);
			name_goroutines(observer, process->sites[i].entry_stack);
		}
	}
}

/* --- all there is --- */

struct naming {
	struct observer *observer;
	size_t left;
};

static bool is_to_be_named(struct naming *naming, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(naming->observer->stacks, id);

	if (!stack || stack->frames || !naming->left)
		return false;
	naming->left--;
	return true;
}

static void name_user(struct naming *naming, uint32_t id)
{
	if (is_to_be_named(naming, id))
		stack_name_user(naming->observer->engine, naming->observer->stacks, id);
}

static void name_go(struct naming *naming, uint32_t id)
{
	if (is_to_be_named(naming, id))
		name_goroutines(naming->observer, id);
}

static void name_thread(struct naming *naming, const struct lc_thread *thread)
{
	int i;

	name_user(naming, thread->user_stack);
	name_user(naming, thread->spawn_stack);
	if (is_to_be_named(naming, thread->kernel_stack))
		stack_name_kernel(naming->observer->engine, naming->observer->stacks,
				  thread->kernel_stack);
	for (i = 0; i < LC_LONGEST_BLOCKS && thread->longest[i].ns; i++)
		name_user(naming, thread->longest[i].user_stack);
	for (i = 0; i < LC_SITES && thread->places[i].blocks.count; i++)
		name_user(naming, thread->places[i].user_stack);
	for (i = 0; i < LC_REPEATS; i++)
		name_user(naming, thread->repeats[i].user_stack);
}

static void name_process(struct naming *naming, const struct lc_go_process *process)
{
	const struct lc_go_held *held = NULL;
	size_t i;

	while ((held = lc_go_next_held(process, held))) {
		for (i = 0; i < held->count; i++)
			name_go(naming, held->holders[i].stack);
	}

	for (i = 0; i < process->count; i++)
		name_go(naming, process->list[i].stack);
	for (i = 0; i < process->site_count; i++) {
		name_go(naming, process->sites[i].spawn_stack);
		name_go(naming, process->sites[i].entry_stack);
	}
}

bool annotate_models(struct observer *observer, size_t most)
{
	struct naming naming = { .observer = observer, .left = most };
	const struct lc_model *models[] = { observer->model, observer->others };
	const struct lc_go_process *process = observer->go.processes;
	const struct lc_thread *thread;
	int i;

	for (i = 0; i < 2; i++) {
		for (thread = lc_snapshot_next(models[i], NULL); thread && naming.left;
		     thread = lc_snapshot_next(models[i], thread))
			name_thread(&naming, thread);
	}
	for (; process && naming.left; process = process->hh.next)
		name_process(&naming, process);
	return naming.left > 0;
}
