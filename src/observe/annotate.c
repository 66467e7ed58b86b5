// SPDX-License-Identifier: GPL-2.0-only
/* Names, labels and wake-ups of what is about to be told: see annotate.h. */
#include "observe/annotate.h"
#include "model/go_holders.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define LABELLED_MOST 1000 /* goroutines of a group whose labels are read */
#define LABELS_KEPT 64

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

static void count_labels(struct observer *observer, struct verdict_goroutines *record)
{
	struct verdict_label *labels = calloc(LABELS_KEPT, sizeof(*labels));
	size_t count = 0, i, j;
	char text[120];

	for (i = 0; labels && i < record->goid_count && i < LABELLED_MOST; i++) {
		if (observer->runtime->does->labels(observer->runtime,
						    lc_go_find(&observer->go, record->process->pid),
						    record->goids[i], text, sizeof(text)) < 0 ||
		    !text[0])
			continue;
		for (j = 0; j < count && strcmp(labels[j].text, text); j++)
			;
		if (j == count && count < LABELS_KEPT)
			strcpy(labels[count++].text, text);
		if (j < count)
			labels[j].count++;
	}
	if (labels)
		qsort(labels, count, sizeof(*labels), most_first);
	record->label_count = count < VERDICT_LABELS ? count : VERDICT_LABELS;
	for (i = 0; i < record->label_count; i++)
		record->labels[i] = labels[i];
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
