// SPDX-License-Identifier: GPL-2.0-only
/* From a recording to what a report is made of: see recorded.h. */
#include "cmd/recorded.h"
#include "cmd/found_record.h"
#include "cmd/late_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was recorded decides where the options are silent. */
static void fill_options(struct session_options *options, const struct record_run *run)
{
	options->observe.once = run->once;
	options->observe.collect.threshold_ns = options->observe.collect.threshold_ns
							?: run->threshold_ns;
	options->observe.collect.go_events = run->go_events;
	options->observe.collect.short_blocks = run->short_blocks;
	options->observe.user_stacks &= run->user_stacks;
	options->observe.kernel_stacks &= run->kernel_stacks;
	options->observe.threads &= run->threads;
	options->observe.goroutines &= run->goroutines;
	options->all |= run->all_threads;
	options->life |= run->life;
}

static int take_syscalls(struct recorded *recorded)
{
	const struct recording *recording = &recorded->recording;
	size_t i;

	recorded->syscalls = calloc(recording->syscall_count + 1, sizeof(*recorded->syscalls));
	if (!recorded->syscalls)
		return -ENOMEM;
	for (i = 0; i < recording->syscall_count; i++)
		recorded->syscalls[i] = (struct output_syscall){ recording->syscalls[i].nr,
								 recording->syscalls[i].name,
								 recording->syscalls[i].args };
	return 0;
}

static struct output_cost cost_of(const struct record_run *run)
{
	return (struct output_cost){
		.user_ns = run->user_ns,
		.system_ns = run->system_ns,
		.rss_bytes = run->rss_bytes,
		.load_ns = run->load_ns,
		.sweeps = run->sweeps,
		.go_first_sweep_ns = run->go_first_sweep_ns,
		.go_longest_sweep_ns = run->go_longest_sweep_ns,
		.bpf_runs = run->bpf_runs,
		.bpf_ns = run->bpf_ns,
		.go_events = run->go_counts,
		.go_probe_ns = run->go_probe_ns,
	};
}

static void fill_run(struct recorded *recorded, const struct session_options *options)
{
	const struct record_run *run = &recorded->recording.run;

	recorded->run = (struct output_run){
		.command = run->command,
		.version = run->version,
		.host = run->host,
		.kernel = run->kernel,
		.source = run->source,
		.limits = recorded->recording.limits,
		.started = run->started,
		.ended = run->ended,
		.realtime_offset = run->realtime_offset,
		.now = run->now,
		.threshold_ns = options->observe.collect.threshold_ns,
		.lost = { .events = run->lost_events,
			  .stacks = run->lost_stacks,
			  .threads = run->lost_threads,
			  .goroutines = run->lost_goroutines,
			  .unasked = run->unasked_goroutines },
		.cost = cost_of(run),
		.stacks = recorded->recording.stacks,
		.view = &recorded->view,
		.user_stacks = options->observe.user_stacks,
		.kernel_stacks = options->observe.kernel_stacks,
		.life = options->life,
		.verbose = options->verbose,
		.go_events = options->observe.collect.go_events,
		.explain = options->explain,
		.explain_goid = options->explain_goid,
		.ended_in_full = run->short_blocks,
		.show_ended = run->short_blocks || options->all || options->verbose,
		.names_hidden = run->names_hidden,
		.syscalls = recorded->syscalls,
		.syscall_count = recorded->recording.syscall_count,
	};
}

static struct record_filter filter_of(const struct session_options *options)
{
	const struct collect_filter *filter = &options->observe.collect.filter;

	return (struct record_filter){
		.pids = filter->pids,
		.tids = filter->tids,
		.pid_count = filter->pid_count,
		.tid_count = filter->tid_count,
		.comm = filter->comm,
		.no_user_threads = !filter->user_threads,
		.no_kernel_threads = !filter->kernel_threads,
		.no_goroutines = !options->observe.goroutines,
	};
}

static bool is_filtered(const struct record_filter *filter)
{
	return filter->pid_count || filter->tid_count || filter->comm || filter->no_user_threads ||
	       filter->no_kernel_threads;
}

int recorded_read(struct options *options, const char *path, struct recorded *recorded,
		  struct error *error)
{
	struct record_filter filter = filter_of(&options->session);
	struct recording *recording = &recorded->recording;
	int r;

	memset(recorded, 0, sizeof(*recorded));
	r = recording_read(path, &filter, recording, error);
	if (r < 0)
		return r;
	late_names_fill(recording->stacks, &options->session);
	if (is_filtered(&filter))
		recording->run.threads_seen = lc_model_count(recording->threads);
	fill_options(&options->session, &recording->run);
	recording->snapshot.threshold_ns = options->session.observe.collect.threshold_ns;
	r = take_syscalls(recorded);
	r = r ?: found_record_read(recording, &filter, &recorded->founds);
	fill_run(recorded, &options->session);
	r = r ?: verdict_view_create(&recording->snapshot, &recorded->view);
	if (r < 0) {
		recorded_release(recorded);
		return error_set(error, r, "cannot read '%s'", path);
	}
	return 0;
}

void recorded_release(struct recorded *recorded)
{
	verdict_view_release(&recorded->view);
	recording_release(&recorded->recording);
	found_release(&recorded->founds);
	free(recorded->syscalls);
}

static void name_record(void *context, struct verdict_record *record)
{
	const struct recording *recording = context;
	pid_t tid = record->thread->task.tid;

	if (record->still_blocked) {
		record->has_futex_wake = recording_futex_wake(recording, tid, &record->futex_wake);
		record->has_epoll_return = recording_epoll_return(recording, tid,
								  &record->epoll_return);
	}
	record->go = lc_go_find(&recording->go, record->thread->task.pid);
	record->goroutine = record->go ? lc_go_by_thread(record->go, tid) : NULL;
}

static void name_goroutines(void *context, struct verdict_goroutines *record)
{
	const struct recording *recording = context;
	const struct record_go_exact *exact = recording_exact(recording, record->process->pid,
							      record->goroutine->goid);
	struct record_label labels[RECORD_LABELS];
	size_t count = recording_labels(recording, record->process->pid, record->goroutine->goid,
					labels);
	size_t i;

	for (i = 0; i < count && i < VERDICT_LABELS; i++) {
		_Static_assert(sizeof(record->labels[i].text) >= sizeof(labels[i].text), "");
		strcpy(record->labels[i].text, labels[i].text);
		record->labels[i].count = labels[i].count;
	}
	record->label_count = i;
	if (!exact)
		return;
	record->has_exact = true;
	record->exact = exact->exact;
	record->ready_stack = exact->ready_stack;
	record->birth_stack = exact->birth_stack;
	record->parents_birth_stack = exact->parents_birth_stack;
}

struct report_source recorded_source(struct recorded *recorded,
				     const struct session_options *options)
{
	return (struct report_source){
		.options = options,
		.run = &recorded->run,
		.view = &recorded->view,
		.threads_seen = recorded->recording.run.threads_seen,
		.threads = options->observe.threads,
		.name_record = name_record,
		.name_goroutines = name_goroutines,
		.context = &recorded->recording,
		.founds = !strcmp(recorded->run.command, "check") ? &recorded->founds : NULL,
	};
}

const char *recorded_count(const struct recorded *recorded, char *buffer, size_t size)
{
	snprintf(buffer, size, "%llu", (unsigned long long)recorded->recording.sweep_count);
	return buffer;
}
