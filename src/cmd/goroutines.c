// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines in a round and in a report: see goroutines.h. */
#include "cmd/goroutines.h"
#include "cmd/go_events.h"
#include "wait/wait.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define LABELLED_MOST 1000 /* goroutines of a group whose labels are read */
#define LABELS_KEPT 64
#define REACH_ROUND_NS 15000000000ull /* of all heaps together */
#define REACH_SHARE 20		      /* searching takes at most 1/20 of the time */

static int by_pid(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return x < y ? -1 : x > y;
}

/* The processes of the model, each once; the caller frees them. */
static pid_t *list_processes(struct session *session, size_t *ret_count)
{
	size_t count = 0, i, n = 0, room = lc_model_count(session->model);
	struct lc_thread *thread;
	pid_t *pids = calloc(room ?: 1, sizeof(*pids));

	for (thread = lc_model_next(session->model, NULL); thread && pids;
	     thread = lc_model_next(session->model, thread)) {
		if (!thread->kernel_thread && !thread->ended_at && count < room)
			pids[count++] = thread->task.pid;
	}
	if (!pids)
		return NULL;
	qsort(pids, count, sizeof(*pids), by_pid);
	for (i = 0; i < count; i++) {
		if (!n || pids[n - 1] != pids[i])
			pids[n++] = pids[i];
	}
	*ret_count = n;
	return pids;
}

/* What the model still has of processes that were not there any more. */
static void forget_ended(struct session *session, const pid_t *pids, size_t count)
{
	struct lc_go_process *process, *next;

	HASH_ITER(hh, session->go.processes, process, next) {
		if (bsearch(&process->pid, pids, count, sizeof(*pids), by_pid))
			continue;
		go_events_forget(session, process->pid);
		golang_forget(session->golang, &session->go, process->pid);
	}
}

/* Both ends of the socket that a goroutine waits for, as of a thread in read() or write(). */
static void look_at_socket(struct wait_scan *scan, struct lc_go_process *process, uint64_t goid)
{
	const struct lc_go_wait *known = lc_go_wait_of(process, goid);
	struct wait_subject subject = {
		.task = { .tid = process->pid, .pid = process->pid },
		.state = 'S',
	};
	struct lc_go_wait wait;

	if (!known || known->fd < 0)
		return;
	wait = *known;
	subject.syscall.nr = wait.writes ? SYS_write : SYS_read;
	subject.syscall.args[0] = wait.fd;
	wait.has_socket = !wait_describe(scan, &subject, &wait.socket);
	lc_go_set_wait(process, &wait);
}

static int describe_groups(struct session *session, const struct verdict_goroutine_records *records)
{
	struct lc_go_process *process;
	struct wait_scan *scan;
	size_t i;
	int r = wait_scan_create(&scan);

	if (r < 0)
		return r;
	for (i = 0; i < records->count && !r; i++) {
		const struct verdict_goroutines *record = &records->list[i];

		process = lc_go_find(&session->go, record->process->pid);
		r = golang_describe(session->golang, process, record->goroutine->goid);
		if (!r && record->goroutine->kind == LC_GO_NETWORK)
			look_at_socket(scan, process, record->goroutine->goid);
		r = r == -ENOMEM ? r : 0;
	}
	wait_scan_free(scan);
	return r;
}

/* Whether something that lives could still release it decides only where just the program itself could. */
static bool is_question(const struct session *session, const struct verdict_goroutines *record)
{
	return !record->site->system && lc_go_is_internal(record->goroutine->kind) &&
	       (session->options->once || record->due);
}

/* One question is worth a search, and that answers all. */
static bool has_question(const struct session *session, const struct lc_go_process *process,
			 const struct verdict_goroutine_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		if (records->list[i].process == process && is_question(session, &records->list[i]))
			return true;
	}
	return false;
}

/* It costs a pass over each heap, so it gets a small share of the time only. */
static int ask_reachable(struct session *session, const struct verdict_goroutine_records *records,
			 bool now)
{
	struct lc_go_process *process;
	uint64_t begun = now_monotonic();
	int r = 0;

	if (!now && begun < session->reach_next)
		return 0;
	for (process = session->go.processes; process && !r; process = process->hh.next) {
		if (!has_question(session, process, records))
			continue;
		if (now_monotonic() - begun > REACH_ROUND_NS) {
			process->search = LC_GO_SEARCH_SKIPPED;
			continue;
		}
		progress_say(&session->progress, "searching the heap of process %d", process->pid);
		if (golang_reach(session->golang, process) == -ENOMEM)
			r = -ENOMEM;
	}
	session->reach_next = now_monotonic() + (now_monotonic() - begun) * REACH_SHARE;
	return r;
}

static int look_at_groups(struct session *session, bool ask_now)
{
	struct verdict_goroutine_records records;
	int r = verdict_goroutines_make(&session->go, session->growth, /* view= */ NULL,
					now_monotonic(), session->options->collect.threshold_ns,
					&records);

	r = r ?: describe_groups(session, &records);
	r = r ?: ask_reachable(session, &records, ask_now);
	verdict_goroutines_release(&records);
	return r;
}

static void note_time(struct session *session, uint64_t took)
{
	if (!session->go_first_sweep_ns)
		session->go_first_sweep_ns = took;
	else if (took > session->go_longest_sweep_ns)
		session->go_longest_sweep_ns = took;
}

int goroutines_look(struct session *session, unsigned attempts)
{
	struct lc_go_process *process;
	uint64_t begun = now_monotonic();
	size_t count, i;
	pid_t *pids;
	int r = 0;

	if (!session->golang)
		return 0;
	pids = list_processes(session, &count);
	if (!pids)
		return -ENOMEM;
	forget_ended(session, pids, count);
	for (i = 0; i < count && !r; i++) {
		progress_say(&session->progress, "reading goroutines: process %d", pids[i]);
		r = golang_sweep(session->golang, &session->go, pids[i], now_monotonic(), attempts,
				 &process);
		r = r ?: go_events_take(session, process);
		r = r == -ENOMEM ? r : 0;
	}
	free(pids);
	note_time(session, now_monotonic() - begun);
	if (!r)
		verdict_goroutines_note(session->growth, &session->go);
	return r ?: look_at_groups(session, /* ask_now= */ attempts > 1);
}

static int most_first(const void *a, const void *b)
{
	const struct verdict_label *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

static void count_labels(struct session *session, struct verdict_goroutines *record)
{
	struct verdict_label *labels = calloc(LABELS_KEPT, sizeof(*labels));
	size_t count = 0, i, j;
	char text[120];

	for (i = 0; labels && i < record->goid_count && i < LABELLED_MOST; i++) {
		if (golang_labels(session->golang, lc_go_find(&session->go, record->process->pid),
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

void goroutines_name(struct session *session, struct verdict_goroutines *record)
{
	golang_name(session->golang, record->goroutine->stack);
	golang_name(session->golang, record->site->spawn_stack);
	golang_name(session->golang, record->site->entry_stack);
	count_labels(session, record);
	go_events_name(session, record);
}

void goroutines_name_graph(struct session *session, const struct graph *graph)
{
	uint32_t i;

	for (i = 0; i < graph->count; i++) {
		if (graph->nodes[i].goroutine)
			golang_name(session->golang, graph->nodes[i].goroutine->stack);
	}
}

void goroutines_executed(struct session *session, pid_t pid, uint64_t at)
{
	const struct lc_go_process *process = lc_go_find(&session->go, pid);

	/* A sweep may have been quicker than the word of it. */
	if (process && process->first_sweep_at > at)
		return;
	go_events_forget(session, pid);
	if (session->golang)
		golang_forget(session->golang, &session->go, pid);
}

uint64_t goroutines_refused(const struct session *session)
{
	const struct lc_go_process *process;
	uint64_t refused = session->go.refused;

	for (process = session->go.processes; process; process = process->hh.next)
		refused += process->refused;
	return refused;
}

uint64_t goroutines_unasked(const struct session *session)
{
	const struct lc_go_process *process;
	uint64_t count = 0;

	for (process = session->go.processes; process; process = process->hh.next)
		count += lc_go_unasked(process);
	return count;
}

void goroutines_of_thread(struct session *session, struct verdict_record *record)
{
	record->go = lc_go_find(&session->go, record->thread->task.pid);
	record->goroutine = record->go ? lc_go_by_thread(record->go, record->thread->task.tid)
				       : NULL;
	if (!record->goroutine)
		return;
	golang_name(session->golang, record->goroutine->stack);
	golang_name(session->golang, record->go->sites[record->goroutine->site].entry_stack);
}
