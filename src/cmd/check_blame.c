// SPDX-License-Identifier: GPL-2.0-only
/* Tests in a check: who of the living belongs to which, and findings by test. See check.h. */
#include "cmd/check.h"
#include "observe/annotate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TESTS 64	 /* of the goroutines at one place */
#define MOST_BIRTHS 1024 /* whose stacks are asked for */

/* Each stack gets its names once; of goroutines only those that run tests are asked. */
static void name_tests(struct observer *observer, const struct lc_go_process *process)
{
	const struct lc_goroutine *goroutine;
	size_t i;

	for (i = 0; i < process->site_count; i++) {
		annotate_go_stack(observer, process->sites[i].spawn_stack);
		annotate_go_stack(observer, process->sites[i].entry_stack);
	}
	for (i = 0; i < process->count; i++) {
		goroutine = &process->list[i];
		if (goroutine->goid && goroutine->site < process->site_count && goroutine->stack &&
		    blame_runs_test(process, observer->stacks, goroutine))
			annotate_go_stack(observer, goroutine->stack);
	}
}

/* A program that has no testing in it has no tests: told by what its first goroutine started. */
static bool has_tests(const struct observer *observer, const struct lc_go_process *process)
{
	const struct lc_stack *stack;
	size_t i;

	for (i = 0; i < process->site_count; i++) {
		stack = lc_stacks_get(observer->stacks, process->sites[i].spawn_stack);
		if (stack && stack->frame_count &&
		    !strncmp(stack->frames[0].function, "testing.", 8))
			return true;
	}
	return false;
}

int check_note_tests(struct check *check)
{
	struct observer *observer = &check->session.observer;
	const struct lc_go_process *process = observer->go.processes;
	int r = 0;

	for (; process && !r; process = process->hh.next) {
		if (process->unsupported[0])
			continue;
		name_tests(observer, process);
		if (has_tests(observer, process))
			r = blame_note(&check->blame, process, observer->stacks);
	}
	return r;
}

/* How many of a record's goroutines are of each test; the first is that of none. */
struct tally {
	const char *tests[MOST_TESTS];
	size_t counts[MOST_TESTS];
	size_t used;
};

static void count(struct tally *tally, const char *test)
{
	size_t i;

	for (i = 0; i < tally->used; i++) {
		if (tally->tests[i] == test) {
			tally->counts[i]++;
			return;
		}
	}
	if (tally->used == MOST_TESTS) {
		tally->counts[0]++;
		return;
	}
	tally->tests[tally->used] = test;
	tally->counts[tally->used++] = 1;
}

static void tally_up(const struct check *check, const struct verdict_goroutines *record,
		     struct tally *tally)
{
	size_t i;

	*tally = (struct tally){ .used = 1 };
	for (i = 0; i < record->goid_count; i++)
		count(tally, blame_of(&check->blame, record->process->pid, record->goids[i]));
	if (record->count > record->goid_count)
		tally->counts[0] += record->count - record->goid_count;
}

/* Whose test no sweep has seen at work: by the stacks at their births, where there are probes. */
static void note_births(struct check *check, const struct verdict_goroutines *record)
{
	struct observer *observer = &check->session.observer;
	pid_t pid = record->process->pid;
	uint32_t stack, parents;
	size_t i;

	for (i = 0; i < record->goid_count && i < MOST_BIRTHS; i++) {
		if (!blame_of(&check->blame, pid, record->goids[i]) &&
		    annotate_go_birth(observer, record->process, record->goids[i], &stack,
				      &parents) &&
		    !blame_note_birth(&check->blame, pid, record->goids[i],
				      lc_stacks_get(observer->stacks, stack)))
			blame_note_birth(&check->blame, pid, record->goids[i],
					 lc_stacks_get(observer->stacks, parents));
	}
}

int check_add_goroutines(struct check *check, enum found_kind kind, const struct output_run *run,
			 const struct verdict_goroutines *record)
{
	struct verdict_goroutines part = *record;
	struct tally tally;
	size_t i;
	int r = 0;

	note_births(check, record);
	tally_up(check, record, &tally);
	for (i = 0; i < tally.used && (!r || r == -ENOSPC); i++) {
		part.count = tally.counts[i];
		if (part.count)
			r = found_add_goroutines(&check->founds, kind, run, &part, tally.tests[i],
						 check->look);
	}
	return r;
}

int check_add_thread(struct check *check, enum found_kind kind, const struct output_run *run,
		     const struct verdict_record *record)
{
	const struct lc_stack *spawn = lc_stacks_get(run->stacks, record->thread->spawn_stack);
	char test[BLAME_NAME];
	bool known = blame_rust_stack(spawn, test);

	return found_add_thread(&check->founds, kind, run, record, known ? test : NULL,
				check->look);
}
