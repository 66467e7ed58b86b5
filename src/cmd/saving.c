// SPDX-License-Identifier: GPL-2.0-only
/* From a session to its recording: see saving.h. */
#include "cmd/saving.h"
#include "cmd/heading.h"
#include "observe/annotate.h"
#include "output/message.h"
#include "wait/wait.h"
#include "util/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define NAMED_A_SWEEP 100 /* stacks: a sweep is not to be held up for long */

/* --- a transaction --- */

static void fill_head(const struct session *session, const struct output_run *run,
		      struct record_run *ret)
{
	const struct session_options *options = session->options;
	struct utsname system;
	size_t i;

	uname(&system);
	snprintf(ret->version, sizeof(ret->version), "%s", run->version);
	snprintf(ret->command, sizeof(ret->command), "%s", run->command);
	snprintf(ret->host, sizeof(ret->host), "%s", run->host);
	snprintf(ret->kernel, sizeof(ret->kernel), "%s", run->kernel);
	snprintf(ret->arch, sizeof(ret->arch), "%s", system.machine);
	snprintf(ret->source, sizeof(ret->source), "%s", run->source);
	for (i = 0; i < RECORD_LIMITS && run->limits[i]; i++)
		snprintf(ret->limits[i], sizeof(ret->limits[i]), "%s", run->limits[i]);
	ret->once = options->observe.once;
	ret->all_threads = options->all;
	ret->life = options->life;
	ret->user_stacks = options->observe.user_stacks;
	ret->kernel_stacks = options->observe.kernel_stacks;
	ret->threads = options->observe.threads;
	ret->goroutines = options->observe.goroutines;
	ret->go_events = options->observe.collect.go_events;
	ret->short_blocks = options->observe.collect.short_blocks;
	ret->names_hidden = run->names_hidden;
	ret->stopped = session->observer.stopped;
}

static void fill_run(const struct session *session, const struct output_run *run, bool finished,
		     struct record_run *ret)
{
	memset(ret, 0, sizeof(*ret));
	fill_head(session, run, ret);
	ret->started = run->started;
	ret->ended = run->ended;
	ret->realtime_offset = run->realtime_offset;
	ret->now = run->now;
	ret->threshold_ns = run->threshold_ns;
	ret->finished = finished;
	ret->threads_seen = heading_threads_seen(session);
	ret->lost_events = run->lost.events;
	ret->lost_stacks = run->lost.stacks;
	ret->lost_threads = run->lost.threads;
	ret->lost_goroutines = run->lost.goroutines;
	ret->unasked_goroutines = run->lost.unasked;
	ret->user_ns = run->cost.user_ns;
	ret->system_ns = run->cost.system_ns;
	ret->rss_bytes = run->cost.rss_bytes;
	ret->load_ns = run->cost.load_ns;
	ret->sweeps = run->cost.sweeps;
	ret->go_first_sweep_ns = run->cost.go_first_sweep_ns;
	ret->go_longest_sweep_ns = run->cost.go_longest_sweep_ns;
	ret->bpf_runs = run->cost.bpf_runs;
	ret->bpf_ns = run->cost.bpf_ns;
	ret->go_counts = run->cost.go_events;
	ret->go_probe_ns = run->cost.go_probe_ns;
}

static void write_all(struct session *session, const struct output_run *run, bool finished)
{
	struct lc_snapshot snapshot;
	struct record_run head;
	struct error error = {};

	fill_run(session, run, finished, &head);
	observer_snapshot(&session->observer, run->now, &snapshot);
	if (recorder_write(session->recorder, &snapshot, session->observer.stacks, &head, &error) <
	    0)
		output_message("%s: what was recorded before is in '%s'", error.text,
			       session->options->recording);
}

static bool is_saved(const struct session *session)
{
	return session->recorder && !recorder_has_failed(session->recorder);
}

/* Where no stack is new, there is nothing to be gone through. */
static void name_new(struct session *session)
{
	size_t count = lc_stacks_count(session->observer.stacks);

	if (count != session->stacks_named && annotate_models(&session->observer, NAMED_A_SWEEP))
		session->stacks_named = count;
}

void saving_sweep(struct session *session)
{
	struct heading head;

	if (!is_saved(session))
		return;
	name_new(session);
	heading_fill(session, &head);
	write_all(session, &head.run, /* finished= */ false);
}

void saving_name_all(struct session *session)
{
	if (is_saved(session))
		annotate_models(&session->observer, SIZE_MAX);
}

/* --- what is told --- */

static struct record_finding finding_of(const struct session *session,
					const struct conclusion *conclusion, bool at_end)
{
	return (struct record_finding){
		.at = (int64_t)observer_now(&session->observer) + session->realtime_offset,
		.at_end = at_end,
		.verdict = verdict_name(conclusion->verdict),
		.rule = conclusion->rule,
		.reason = conclusion->reason,
		.proof = conclusion->proof,
		.remedy = conclusion->remedy,
	};
}

void saving_record(struct session *session, const struct verdict_record *record, bool at_end)
{
	struct record_finding finding;

	if (!is_saved(session))
		return;
	finding = finding_of(session, &record->conclusion, at_end);
	finding.kind = "thread";
	finding.pid = record->thread->task.pid;
	finding.comm = record->thread->process_comm;
	finding.tid = record->thread->task.tid;
	finding.count = record->count;
	finding.blocked_ns = record->blocked_ns;
	finding.stack = record->user_stack ?: record->kernel_stack;
	finding.spawn_stack = record->thread->spawn_stack;
	recorder_note_finding(session->recorder, &finding);
}

void saving_goroutines(struct session *session, const struct verdict_goroutines *record,
		       bool at_end)
{
	struct record_finding finding;

	if (!is_saved(session))
		return;
	finding = finding_of(session, &record->conclusion, at_end);
	finding.kind = "goroutine";
	finding.pid = record->process->pid;
	finding.comm = record->process->comm;
	finding.goid = record->goroutine->goid;
	finding.count = record->whole_site ? record->site->living : record->count;
	finding.blocked_ns = record->oldest_ns;
	finding.stack = record->goroutine->stack;
	finding.spawn_stack = record->site->spawn_stack;
	recorder_note_finding(session->recorder, &finding);
}

void saving_timers(struct session *session, const struct verdict_timers *timers, bool at_end)
{
	struct record_finding finding;

	if (!is_saved(session))
		return;
	finding = finding_of(session, &timers->conclusion, at_end);
	finding.kind = "timers";
	finding.pid = timers->process->pid;
	finding.comm = timers->process->comm;
	finding.count = timers->process->timers;
	recorder_note_finding(session->recorder, &finding);
}

/* --- the end --- */

static void save_notes(struct recorder *recorder, const struct verdict_records *records)
{
	const struct verdict_record *record;
	size_t i;

	for (i = 0; i < records->count; i++) {
		record = &records->list[i];
		if (record->has_futex_wake)
			recorder_note_futex_wake(recorder, record->thread->task.tid,
						 &record->futex_wake);
		if (record->has_epoll_return)
			recorder_note_epoll_return(recorder, record->thread->task.tid,
						   &record->epoll_return);
	}
}

static void save_go_notes(struct recorder *recorder, const struct verdict_goroutines *record)
{
	struct record_go_exact exact = {
		.pid = record->process->pid,
		.goid = record->goroutine->goid,
		.exact = record->exact,
		.ready_stack = record->ready_stack,
		.birth_stack = record->birth_stack,
		.parents_birth_stack = record->parents_birth_stack,
	};
	struct record_label label;
	size_t i;

	for (i = 0; i < record->label_count; i++) {
		snprintf(label.text, sizeof(label.text), "%s", record->labels[i].text);
		label.count = record->labels[i].count;
		recorder_note_label(recorder, exact.pid, exact.goid, &label);
	}
	if (record->has_exact)
		recorder_note_exact(recorder, &exact);
}

static void save_findings(struct session *session, const struct output_report *report)
{
	const struct verdict_records *const lists[] = { &report->findings, &report->suspects };
	const struct verdict_goroutine_records *groups = &report->goroutines;
	size_t list, i;

	for (list = 0; list < 2; list++) {
		for (i = 0; i < lists[list]->count; i++)
			saving_record(session, &lists[list]->list[i], /* at_end= */ true);
	}
	for (i = 0; i < groups->count; i++) {
		if (groups->list[i].conclusion.verdict >= VERDICT_SUSPECT)
			saving_goroutines(session, &groups->list[i], /* at_end= */ true);
	}
	for (i = 0; i < groups->timer_count; i++)
		saving_timers(session, &groups->timers[i], /* at_end= */ true);
}

/* --- connections, whose other ends may be in another recording --- */

struct connections {
	struct session *session;
	pid_t *pids; /* of the processes asked for, sorted */
	size_t pid_count, count;
};

static bool is_wanted(void *context, pid_t pid)
{
	const struct connections *connections = context;

	return bsearch(&pid, connections->pids, connections->pid_count, sizeof(pid), compare_pids);
}

static int save_connection(void *context, const struct wait_connection *connection)
{
	struct connections *connections = context;
	struct record_socket row = { .pid = connection->pid, .fd = connection->fd };

	snprintf(row.local, sizeof(row.local), "%s", connection->local);
	snprintf(row.remote, sizeof(row.remote), "%s", connection->remote);
	recorder_note_socket(connections->session->recorder, &row);
	return ++connections->count == RECORD_SOCKETS;
}

static void list_processes(struct connections *connections)
{
	const struct lc_model *model = connections->session->observer.model;
	struct lc_thread *thread = lc_model_next(model, NULL);

	connections->pids = calloc(lc_model_count(model) + 1, sizeof(pid_t));
	for (; connections->pids && thread; thread = lc_model_next(model, thread)) {
		if (!thread->kernel_thread && !thread->ended_at)
			connections->pids[connections->pid_count++] = thread->task.pid;
	}
	if (connections->pids)
		qsort(connections->pids, connections->pid_count, sizeof(pid_t), compare_pids);
}

static void save_connections(struct session *session)
{
	struct connections connections = { .session = session };
	struct wait_scan *scan;

	if (session->options->core || wait_scan_create(session->access, &scan) < 0)
		return;
	list_processes(&connections);
	if (connections.pid_count)
		(void)wait_each_connection(scan, is_wanted, save_connection, &connections);
	free(connections.pids);
	wait_scan_free(scan);
}

void saving_end(struct session *session, const struct output_run *run,
		const struct output_report *report)
{
	size_t i;

	if (!is_saved(session))
		return;
	save_findings(session, report);
	save_notes(session->recorder, &report->findings);
	save_notes(session->recorder, &report->suspects);
	save_notes(session->recorder, &report->waits);
	save_notes(session->recorder, &report->threads);
	for (i = 0; i < report->goroutines.count; i++)
		save_go_notes(session->recorder, &report->goroutines.list[i]);
	save_connections(session);
	write_all(session, run, /* finished= */ true);
}
