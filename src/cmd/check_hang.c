// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is told of a tree that hangs, and how that is noticed: see check.h.
 *
 * A tree that waits is never wholly still: schedulers of runtimes and loops that poll run for some
 * microseconds each. So whoever takes less than half a percent of a core since it ran last, and of
 * the time after which that is told, while nobody is born and nobody ends, has not run.
 */
#include "cmd/check.h"
#include "cmd/heading.h"
#include "cmd/reporting.h"
#include "cmd/saving.h"
#include "observe/annotate.h"
#include "output/hung.h"
#include "output/message.h"
#include "target/proc.h"
#include "util/duration.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STILL_SHARE 200	       /* of a core: 1/200 */
#define BLOCKED_NS 20000000ull /* is told where it hangs, whatever the threshold */
#define HANG_ATTEMPTS 3
#define PATIENCE_NS 10000000000ull /* for a look that nobody waits for */

/* --- telling --- */

struct telling {
	struct check *check;
	struct heading head;
	struct verdict_view view;
};

/* Names of large programs may take longer than there is: then frames have none. */
static bool is_late(const struct check *check)
{
	return check->stop_at && now_monotonic() >= check->stop_at;
}

static void name_record(void *context, struct verdict_record *record)
{
	struct check *check = context;

	if (!is_late(check))
		annotate_record(&check->session.observer, record, /* life= */ false);
}

static void name_goroutines(void *context, struct verdict_goroutines *record)
{
	struct check *check = context;

	if (!is_late(check))
		annotate_goroutines(&check->session.observer, record);
}

static int make_view(struct telling *telling)
{
	struct session *session = &telling->check->session;
	struct lc_snapshot snapshot;
	int r;

	heading_fill(session, &telling->head);
	telling->head.run.view = &telling->view;
	observer_snapshot(&session->observer, telling->head.run.now, &snapshot);
	r = verdict_view_create(&snapshot, &telling->view);
	if (!r && !is_late(telling->check))
		annotate_graph(&session->observer, &telling->view.graph);
	return r;
}

static int write_both(struct check *check, const struct telling *telling,
		      const struct output_report *report, const char *why, bool hung)
{
	char line[HUNG_LINE];

	if (check->session.options->output)
		output_message("hung: %s",
			       hung_line(&telling->head.run, report, line, sizeof(line)));
	return hung_text(check->session.out.stream, &telling->head.run, report, why, hung);
}

static int tell(struct check *check, const char *why, bool hung)
{
	struct telling telling = { .check = check };
	struct output_report report = {};
	struct report_source source;
	int r = make_view(&telling);

	source = (struct report_source){
		.options = check->session.options,
		.run = &telling.head.run,
		.view = &telling.view,
		.threads_seen = check->session.observer.threads_living,
		.threads = check->session.options->observe.threads,
		.name_record = name_record,
		.name_goroutines = name_goroutines,
		.context = check,
	};
	r = r ?: reporting_make(&source, &report);
	r = r ?: write_both(check, &telling, &report, why, hung);
	reporting_release(&report);
	verdict_view_release(&telling.view);
	return r;
}

/* The end of the report need not have it all again. */
static void mark_reported(struct check *check)
{
	size_t i;

	for (i = 0; i < check->founds.count; i++)
		check->founds.list[i].reported = true;
}

int check_report_hang(struct check *check, const char *why, bool counts)
{
	uint64_t *threshold = &check->options->session.observe.collect.threshold_ns;
	uint64_t before = *threshold, stop_at = check->stop_at;
	int r;

	if (!stop_at)
		check->stop_at = now_monotonic() + PATIENCE_NS;
	if (*threshold > BLOCKED_NS)
		*threshold = BLOCKED_NS;
	/* More than one: heaps are searched now, however lately that was. A signal has no time for
	 * it. */
	r = check_look(check, *threshold, counts ? HANG_ATTEMPTS : 1, counts);
	r = r ?: tell(check, why, /* hung= */ counts);
	if (counts)
		mark_reported(check);
	*threshold = before;
	check->stop_at = stop_at;
	saving_sweep(&check->session);
	return r;
}

/* --- noticing --- */

/* Bytes that a process has written, as it counts itself; 0 where that may not be read. */
static uint64_t written_by(pid_t pid)
{
	static const char name[] = "wchar: ";
	char path[64], text[512];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/io", pid);
	if (target_read_file(path, text, sizeof(text)) < 0)
		return 0;
	at = strstr(text, name);
	return at ? strtoull(at + sizeof(name) - 1, NULL, 10) : 0;
}

static struct check_pulse measure(struct check *check)
{
	const struct lc_model *model = check->session.observer.model;
	struct check_pulse pulse = check->pulse;
	const struct lc_thread *thread;

	pulse.run_ns = pulse.written = pulse.births = 0;
	pulse.threads = 0;
	for (thread = lc_model_next(model, NULL); thread; thread = lc_model_next(model, thread)) {
		if (thread->ended_at || thread->kernel_thread)
			continue;
		pulse.threads++;
		pulse.run_ns += thread->run_ns;
		pulse.births ^= thread->start_time * 31 + (uint64_t)thread->task.tid;
		if (check->options->silence_ns && thread->task.tid == thread->task.pid)
			pulse.written += written_by(thread->task.pid);
	}
	return pulse;
}

void check_take_pulse(struct check *check)
{
	struct check_pulse pulse = measure(check), *before = &check->pulse;
	uint64_t now = now_monotonic(), still = now - before->ran_at;
	bool others = pulse.threads != before->threads || pulse.births != before->births;

	if (still < check->options->hang_after_ns)
		still = check->options->hang_after_ns;
	if (others || pulse.run_ns - before->ran_ns > still / STILL_SHARE) {
		pulse.ran_at = now;
		pulse.ran_ns = pulse.run_ns;
		pulse.reported_idle = false;
	}
	if (others || pulse.written != before->written) {
		pulse.wrote_at = now;
		pulse.reported_silent = false;
	}
	*before = pulse;
}

static int report_if_due(struct check *check, uint64_t after_ns, uint64_t since, bool *reported,
			 const char *what)
{
	char span[32], why[80];

	if (!after_ns || *reported || now_monotonic() < since + after_ns)
		return 0;
	*reported = true;
	snprintf(why, sizeof(why), "%s for %s", what,
		 duration_format(now_monotonic() - since, span, sizeof(span)));
	return check_report_hang(check, why, /* counts= */ true);
}

int check_pulse(struct check *check)
{
	const struct check_options *options = check->options;
	struct check_pulse *pulse = &check->pulse;
	int r;

	if (check->timed_out_at)
		return 0;
	r = report_if_due(check, options->hang_after_ns, pulse->ran_at, &pulse->reported_idle,
			  "no thread has run");
	return r
		       ?: report_if_due(check, options->silence_ns, pulse->wrote_at,
					&pulse->reported_silent, "nothing has been written");
}

uint64_t check_pulse_due(const struct check *check)
{
	const struct check_options *options = check->options;
	uint64_t at = 0, other;

	if (options->hang_after_ns && !check->pulse.reported_idle)
		at = check->pulse.ran_at + options->hang_after_ns;
	other = check->pulse.wrote_at + options->silence_ns;
	if (options->silence_ns && !check->pulse.reported_silent && (!at || other < at))
		at = other;
	return check->timed_out_at ? 0 : at;
}
