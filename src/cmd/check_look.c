// SPDX-License-Identifier: GPL-2.0-only
/* Sweeps of a check, and what is found in them: see check.h. */
#include "cmd/check.h"
#include "cmd/heading.h"
#include "cmd/reporting.h"
#include "cmd/saving.h"
#include "observe/annotate.h"
#include "target/family.h"
#include "target/proc.h"
#include "verdict/leftover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LEAST_INTERVAL_NS 20000000ull
#define MOST_INTERVAL_NS 10000000000ull
#define ATTEMPTS 1
#define LAST_ATTEMPTS 3
#define SETTLING_NAPS 10
#define FIRST_NAP_NS 10000000ull
#define LONGEST_NAP_NS 200000000ull

/* What is concluded of one sweep. */
struct picture {
	struct heading head;
	struct verdict_view view;
	struct verdict_goroutine_records goroutines;
};

static int picture_make(struct check *check, struct picture *picture)
{
	struct session *session = &check->session;
	struct lc_snapshot snapshot;
	int r;

	memset(picture, 0, sizeof(*picture));
	heading_fill(session, &picture->head);
	picture->head.run.view = &picture->view;
	observer_snapshot(&session->observer, picture->head.run.now, &snapshot);
	r = verdict_view_create(&snapshot, &picture->view);
	if (r < 0)
		return r;
	annotate_graph(&session->observer, &picture->view.graph);
	return reporting_goroutines(&picture->view, &picture->goroutines);
}

static void picture_release(struct picture *picture)
{
	verdict_goroutines_release(&picture->goroutines);
	verdict_view_release(&picture->view);
}

/* --- what is stuck --- */

static int stuck_threads(struct check *check, const struct picture *picture)
{
	struct verdict_records records = {};
	size_t i;
	int r = verdict_make(&picture->view, VERDICT_FINDINGS, &records);

	for (i = 0; i < records.count && !r; i++) {
		if (!records.list[i].still_blocked)
			continue;
		annotate_record(&check->session.observer, &records.list[i], /* life= */ false);
		saving_record(&check->session, &records.list[i], /* at_end= */ false);
		r = check_add_thread(check, FOUND_STUCK, &picture->head.run, &records.list[i]);
		r = r == -ENOSPC ? 0 : r;
	}
	verdict_release(&records);
	return r;
}

static int stuck_goroutines(struct check *check, struct picture *picture)
{
	const struct verdict_goroutine_records *records = &picture->goroutines;
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && !r; i++) {
		if (records->list[i].conclusion.verdict < VERDICT_STUCK)
			continue;
		annotate_goroutines(&check->session.observer, &records->list[i]);
		r = check_add_goroutines(check, FOUND_STUCK, &picture->head.run, &records->list[i]);
		r = r == -ENOSPC ? 0 : r;
	}
	for (i = 0; i < records->timer_count && !r; i++) {
		r = found_add_timers(&check->founds, &picture->head.run, &records->timers[i],
				     check->look);
		r = r == -ENOSPC ? 0 : r;
	}
	return r;
}

static bool lives(pid_t pid)
{
	struct target_stat stat;

	return !target_read_stat(pid, pid, &stat) && stat.state != 'Z' && stat.state != 'X';
}

/* Who was stuck and went on is no finding; who ended so, or was ended, is. */
static void drop_resolved(struct check *check)
{
	size_t i = 0;

	while (i < check->founds.count) {
		const struct found *found = &check->founds.list[i];

		i++;
		if (found->kind != FOUND_STUCK || found->look >= check->look || !lives(found->pid))
			continue;
		found_drop_stuck(&check->founds, found->pid, check->look);
		i = 0;
	}
}

static int take_stuck(struct check *check, struct picture *picture)
{
	int r = check->session.options->observe.threads ? stuck_threads(check, picture) : 0;

	r = r ?: stuck_goroutines(check, picture);
	if (!r)
		drop_resolved(check);
	return r;
}

/* --- a sweep --- */

/* So that all sweeps take their share of a core and no more. */
static void adapt(struct check *check, uint64_t took_ns)
{
	uint64_t threshold = check->options->session.observe.collect.threshold_ns;
	uint64_t most = threshold / 4 * 3, interval;

	if (check->options->hang_after_ns && check->options->hang_after_ns / 4 < most)
		most = check->options->hang_after_ns / 4;
	if (check->options->silence_ns && check->options->silence_ns / 4 < most)
		most = check->options->silence_ns / 4;
	interval = took_ns * 1000 / check->options->session.budget_permille;
	if (most < LEAST_INTERVAL_NS)
		most = LEAST_INTERVAL_NS;
	if (interval < LEAST_INTERVAL_NS)
		interval = LEAST_INTERVAL_NS;
	/* A threshold is to be kept; but for a tree so large that the budget forbids it. */
	if (interval > most && interval < most * 4)
		interval = most;
	if (interval > MOST_INTERVAL_NS)
		interval = MOST_INTERVAL_NS;
	/* The first look at a program costs once: what comes soon after is to be seen all the same.
	 */
	if (interval > check->interval_ns * 2)
		interval = check->interval_ns * 2;
	check->interval_ns = interval;
}

static int observe(struct check *check, uint64_t stack_after_ns, unsigned attempts)
{
	struct observer *observer = &check->session.observer;
	int r = collect_consume(observer->collect, observer_event, observer);

	r = r ?: observer_sweep(observer, stack_after_ns, attempts);
	check->look++;
	if (r == -EPERM || r == -EACCES) {
		check->refused = true;
		return 0;
	}
	return r ?: check_note_tests(check);
}

int check_look(struct check *check, uint64_t blocked_ns, unsigned attempts, bool counts)
{
	struct picture picture;
	int r;

	r = observe(check, blocked_ns, attempts);
	if (r < 0 || !counts)
		return r;
	r = picture_make(check, &picture);
	if (r < 0)
		return r;
	r = take_stuck(check, &picture);
	picture_release(&picture);
	return r;
}

int check_sweep(struct check *check)
{
	uint64_t before = heading_cpu_ns(&check->session), due, now;
	int r = check_look(check, check->options->session.observe.collect.threshold_ns, ATTEMPTS,
			   true);

	if (r < 0)
		return r;
	saving_sweep(&check->session);
	check_take_pulse(check);
	lc_model_drop_ended(check->session.observer.model, false);
	adapt(check, heading_cpu_since(&check->session, before));
	now = now_monotonic();
	due = check->session.observer.next_due;
	check->next_sweep = now + check->interval_ns;
	if (due && due < check->next_sweep)
		check->next_sweep = due > now ? due : now + LEAST_INTERVAL_NS;
	check->next_sweep = observer_next_sweep(&check->session.observer, check->next_sweep);
	return r;
}

/* --- what is left over --- */

static int left_threads(struct check *check, const struct leftover_end *end,
			const struct picture *picture, bool take, size_t *ret_count)
{
	struct observer *observer = &check->session.observer;
	struct verdict_records records = {};
	size_t i;
	int r = verdict_make(&picture->view, VERDICT_THREADS, &records);

	for (i = 0; i < records.count && !r; i++) {
		struct verdict_record *record = &records.list[i];

		if (!leftover_others(end, record))
			continue;
		if (!leftover_has(record, record->thread->task.tid))
			record->thread = lc_model_find(observer->model, record->tids[0].tid);
		if (!record->thread)
			continue;
		annotate_record(observer, record, /* life= */ false);
		if (!leftover_thread(end, &observer->go, observer->stacks, record))
			continue;
		++*ret_count;
		if (take)
			saving_record(&check->session, record, /* at_end= */ true);
		if (take)
			r = check_add_thread(check, FOUND_LEFT, &picture->head.run, record);
		r = r == -ENOSPC ? 0 : r;
	}
	verdict_release(&records);
	return r;
}

static int left_goroutines(struct check *check, const struct leftover_end *end,
			   struct picture *picture, bool take, size_t *ret_count)
{
	struct observer *observer = &check->session.observer;
	size_t i;
	int r = 0;

	for (i = 0; i < picture->goroutines.count && !r; i++) {
		struct verdict_goroutines *record = &picture->goroutines.list[i];

		if (record->process->pid != end->pid || record->site->system)
			continue;
		annotate_goroutines(observer, record);
		if (!leftover_goroutines(end, observer->stacks, record))
			continue;
		++*ret_count;
		if (take)
			saving_goroutines(&check->session, record, /* at_end= */ true);
		if (take)
			r = check_add_goroutines(check, FOUND_LEFT, &picture->head.run, record);
		r = r == -ENOSPC ? 0 : r;
	}
	return r;
}

/* Of whom nothing is in the model, though the kernel says that there are threads. */
static bool is_unread(const struct check *check, pid_t pid)
{
	const struct lc_model *model = check->session.observer.model;
	const struct lc_thread *thread;

	for (thread = lc_model_next(model, NULL); thread; thread = lc_model_next(model, thread)) {
		if (thread->task.pid == pid && !thread->ended_at && thread->seen_at)
			return false;
	}
	return target_count_tids(pid) > 1;
}

static void note_process(struct check *check, pid_t pid)
{
	struct target_stat stat;
	size_t i;

	for (i = 0; i < check->process_count; i++) {
		if (check->processes[i].pid == pid)
			return;
	}
	if (check->process_count == CHECK_PROCESSES || target_read_stat(pid, pid, &stat) < 0)
		return;
	check->processes[i].pid = pid;
	memcpy(check->processes[i].comm, stat.comm, sizeof(stat.comm));
	check->process_count++;
}

static void note_unread(struct check *check, pid_t pid)
{
	struct target_stat stat = {};

	check->unread++;
	(void)target_read_stat(pid, pid, &stat);
	check_remark(check,
		     "process %d (%s) could not be read: it runs as another user, or with rights "
		     "that this one has not, or ptrace_scope forbids it",
		     pid, stat.comm);
}

static bool has_grace(const struct check *check, const struct check_hold *hold)
{
	return now_monotonic() < hold->since + check->options->grace_ns;
}

static void nap(struct check_hold *hold)
{
	uint64_t ns = FIRST_NAP_NS << (hold->looks < 6 ? hold->looks : 6);

	hold->looks++;
	hold->next = now_monotonic() + (ns < LONGEST_NAP_NS ? ns : LONGEST_NAP_NS);
}

int check_look_at_hold(struct check *check, struct check_hold *hold, bool *ret_done)
{
	bool threads = check->session.options->observe.threads, last = !has_grace(check, hold);
	const struct leftover_end end = { hold->pid, hold->tid, hold->exit_code,
					  last || hold->looks };
	struct picture picture;
	uint64_t after = 0;
	size_t left = 0;
	int r;

	/*
	 * The first look takes no stacks: it is enough for one with nothing left over, and where a
	 * compiler is begun for each file, there are many of these.
	 */
	if (!last && !hold->looks)
		after = check->session.options->observe.collect.threshold_ns;
	r = observe(check, after, last ? LAST_ATTEMPTS : ATTEMPTS);
	r = r ?: picture_make(check, &picture);
	if (r < 0)
		return r;
	note_process(check, hold->pid);
	r = take_stuck(check, &picture);
	if (!r && threads)
		r = left_threads(check, &end, &picture, last, &left);
	r = r ?: left_goroutines(check, &end, &picture, last, &left);
	picture_release(&picture);
	if (last)
		saving_sweep(&check->session);
	*ret_done = last || !left;
	if (is_unread(check, hold->pid))
		note_unread(check, hold->pid);
	nap(hold);
	return r;
}

/* --- who is left behind --- */

/* "it is in serve (server.c:12)" */
static void add_place(FILE *stream, const char *words, const struct lc_frame *frame)
{
	if (!frame || !frame->function[0])
		return;
	fprintf(stream, "%s in %.150s", words, frame->function);
	if (frame->line)
		fprintf(stream, " (%.150s:%u)", frame->file, frame->line);
}

/* Who has begun it, and where its main thread is. */
static void tell_of_process(struct check *check, struct picture *picture,
			    struct verdict_record *record, FILE *stream)
{
	const struct lc_thread *thread = record->thread;
	const struct output_run *run = &picture->head.run;
	const char *words = "it is";

	annotate_record(&check->session.observer, record, /* life= */ false);
	if (thread->spawner.pid) {
		fprintf(stream, "started by %.15s (%d)", thread->spawner.comm, thread->spawner.pid);
		add_place(stream, "", found_frame(run, thread->spawn_stack));
		words = "; it is";
	}
	add_place(stream, words, found_frame(run, record->user_stack));
}

/* Of the process's main thread; "" if nothing is known. */
static void where(struct check *check, struct picture *picture, pid_t pid, char *text, size_t size)
{
	struct verdict_records records = {};
	FILE *stream;
	size_t i;

	*text = '\0';
	stream = fmemopen(text, size, "w");
	if (!stream)
		return;
	if (!verdict_make(&picture->view, VERDICT_THREADS, &records)) {
		for (i = 0; i < records.count; i++) {
			if (records.list[i].thread->task.tid == pid)
				tell_of_process(check, picture, &records.list[i], stream);
		}
		verdict_release(&records);
	}
	fclose(stream);
	text[size - 1] = '\0';
}

static int take_process(struct check *check, struct picture *picture, pid_t pid)
{
	struct target_stat stat;
	char text[800];
	int r;

	/* Its exit is under way, or it is another one's keeper. */
	if (target_read_stat(pid, pid, &stat) < 0 || stat.state == 'Z' || stat.state == 'X')
		return 0;
	where(check, picture, pid, text, sizeof(text));
	r = found_add_process(&check->founds, pid, stat.comm, NULL, text);
	return r == -ENOSPC ? 0 : r;
}

/* One that was begun just now is soon where it stays; one that works on is looked at as it is. */
static void let_settle(const pid_t *pids, size_t count)
{
	const struct timespec nap = { .tv_nsec = FIRST_NAP_NS };
	struct target_stat stat;
	size_t i = 0;

	for (unsigned naps = 0; i < count && naps < SETTLING_NAPS;) {
		if (!target_read_stat(pids[i], pids[i], &stat) && stat.state == 'R') {
			nanosleep(&nap, NULL);
			naps++;
		} else {
			i++;
		}
	}
}

int check_look_at_rest(struct check *check)
{
	struct picture picture;
	pid_t *pids = NULL;
	size_t count = 0, i;
	int r;

	r = target_family(check->keeper.keeper, &pids, &count);
	if (r < 0 && r != -ENOSPC)
		return r;
	let_settle(pids, count);
	r = observe(check, 0, LAST_ATTEMPTS);
	r = r ?: picture_make(check, &picture);
	if (r < 0) {
		free(pids);
		return r;
	}
	for (i = 0; i < count && !r; i++)
		r = take_process(check, &picture, pids[i]);
	free(pids);
	r = r ?: take_stuck(check, &picture);
	picture_release(&picture);
	return r;
}
