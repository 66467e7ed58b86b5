// SPDX-License-Identifier: GPL-2.0-only
/*
 * leakhop trace: sweeps at an interval, events between them, findings as they come due, until the
 * time is over, the target has ended, or a signal says so.
 */
#include "cmd/child.h"
#include "cmd/commands.h"
#include "cmd/ending.h"
#include "cmd/heading.h"
#include "cmd/options.h"
#include "cmd/saving.h"
#include "cmd/session_report.h"
#include "cmd/target.h"
#include "output/message.h"
#include "util/cleanup.h"
#include "util/plural.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#define LEAST_INTERVAL_NS 50000000ull
#define MOST_INTERVAL_NS 5000000000ull
#define SHORT_THRESHOLD_NS 1000000000ull
#define LEAST_PAUSE_NS 1000000ull
#define MOST_PAUSE_NS 60000000000ull
#define TRIM_INTERVAL_NS 30000000000ull
#define SHOW_LIFE_NS 1000000000ull

/* A thread that moved while it was read is not stuck: it comes up again if it is. */
#define TRACE_ATTEMPTS 1
#define LAST_ATTEMPTS 5

struct watch {
	struct session *session;
	struct child *child;
	int child_signals; /* signalfd */
	bool child_ended;
	uint64_t interval_ns;
	uint64_t pause_ns; /* at least, from one sweep to the next */
	uint64_t end_at;   /* 0: never */
	uint64_t next_sweep;
	uint64_t next_trim;
	uint32_t variation;
};

/*
 * A block must be seen by two sweeps: one that finds it under way, and one when it comes due, for
 * its stack; the second is timed to the moment. For the first, any interval shorter than the
 * threshold will do: a quarter is left for a sweep that comes late or takes long, and half of a
 * short threshold, whose quarter a busy machine uses up.
 */
static uint64_t interval_for(uint64_t threshold_ns)
{
	uint64_t interval = threshold_ns < SHORT_THRESHOLD_NS ? threshold_ns / 2
							      : threshold_ns / 4 * 3;

	if (interval < LEAST_INTERVAL_NS)
		return threshold_ns < LEAST_INTERVAL_NS ? 1000000000ull : LEAST_INTERVAL_NS;
	return interval > MOST_INTERVAL_NS ? MOST_INTERVAL_NS : interval;
}

static int open_child_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void take_child_signals(struct watch *watch)
{
	struct signalfd_siginfo info;

	while (read(watch->child_signals, &info, sizeof(info)) == sizeof(info)) {
		if (watch->child->pid && waitpid(watch->child->pid, NULL, WNOHANG) > 0)
			watch->child_ended = true;
	}
}

/*
 * Up to an eighth less, never the same: what happens at a fixed interval, and counts its turns in
 * one byte as the Go runtime does, must not look as if it stood still.
 */
static uint64_t vary(struct watch *watch)
{
	watch->variation = watch->variation * 1103515245 + 12345;
	return watch->interval_ns - watch->interval_ns / 8 * (watch->variation >> 16 & 255) / 256;
}

/*
 * Ten thousand threads that came and went leave the heap full of holes, which malloc keeps. Giving
 * back 100 MB of them takes some milliseconds.
 */
static void trim_heap(struct watch *watch, uint64_t now)
{
#ifdef __GLIBC__
	if (now < watch->next_trim)
		return;
	watch->next_trim = now + TRIM_INTERVAL_NS;
	malloc_trim(0);
#else
	(void)watch;
	(void)now;
#endif
}

/*
 * So that sweeps take their share of a processor and no more. What costs once, as the first look at
 * a program does, is not to keep the next one off for long.
 */
static void adapt_pause(struct watch *watch, uint64_t cost_ns)
{
	uint64_t pause = cost_ns * 1000 / watch->session->options->budget_permille;
	uint64_t most = 2 * watch->pause_ns;

	if (most < watch->interval_ns)
		most = watch->interval_ns;
	if (most > MOST_PAUSE_NS)
		most = MOST_PAUSE_NS;
	pause = pause < most ? pause : most;
	watch->pause_ns = pause > LEAST_PAUSE_NS ? pause : LEAST_PAUSE_NS;
}

/*
 * The next sweep comes at the moment when a block comes due. Where that is all the time, several
 * are taken together.
 */
static uint64_t time_of_next_sweep(struct watch *watch)
{
	uint64_t due = watch->session->observer.next_due, now = now_monotonic();
	uint64_t next = now + vary(watch), earliest = now + watch->pause_ns;

	if (due && due < next)
		next = due;
	if (next < earliest)
		next = earliest;
	return observer_next_sweep(&watch->session->observer, next);
}

static int sweep(struct watch *watch)
{
	struct session *session = watch->session;
	uint64_t threshold = session->options->observe.collect.threshold_ns;
	uint64_t begun = heading_cpu_ns(session);
	int r;

	r = observer_sweep(&session->observer, threshold, TRACE_ATTEMPTS);
	if (r == -EPERM)
		return r;
	if (!r)
		r = session_report_due(session);
	if (!r)
		saving_sweep(session);
	trim_heap(watch, now_monotonic());
	adapt_pause(watch, heading_cpu_since(session, begun));
	watch->next_sweep = time_of_next_sweep(watch);
	lc_model_drop_ended(session->observer.model, false);
	return r;
}

/* On a terminal, that a long run lives. */
static void show_life(struct session *session)
{
	const struct observer *observer = &session->observer;
	const struct lc_go_process *process = observer->go.processes;
	size_t goroutines = 0;
	char more[40] = "";

	if (!progress_is_long(&session->progress))
		return;
	for (; process; process = process->hh.next)
		goroutines += process->living;
	if (goroutines)
		snprintf(more, sizeof(more), ", %zu goroutine%s", goroutines, plural(goroutines));
	progress_live(&session->progress,
		      "%llu sweep%s, %zu thread%s%s; so far %u finding%s, %u suspect%s",
		      (unsigned long long)observer->sweeps, plural(observer->sweeps),
		      observer->threads_seen, plural(observer->threads_seen), more,
		      session->findings, plural(session->findings), session->suspects,
		      plural(session->suspects));
}

/* Waits for the next thing to do. Returns 1 when the trace is to end, 0, or a negative errno. */
static int wait_for_more(struct watch *watch)
{
	struct pollfd fds[3] = {
		{ .fd = watch->child_signals, .events = POLLIN },
		{ .fd = ending_fd(), .events = POLLIN },
		{ .fd = collect_fd(watch->session->observer.collect), .events = POLLIN },
	};
	uint64_t now = now_monotonic(), until = watch->next_sweep;
	struct timespec timeout;
	int r;

	if (watch->end_at && watch->end_at < until)
		until = watch->end_at;
	show_life(watch->session);
	if (watch->session->progress.wanted && now + SHOW_LIFE_NS < until)
		until = now + SHOW_LIFE_NS;
	until = until > now ? until - now : 0;
	timeout = (struct timespec){ .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };
	if (ppoll(fds, 3, &timeout, NULL) < 0 && errno != EINTR)
		return -errno;
	r = collect_consume(watch->session->observer.collect, observer_event,
			    &watch->session->observer);
	if (r < 0)
		return r;
	watch->next_sweep = observer_next_sweep(&watch->session->observer, watch->next_sweep);
	take_child_signals(watch);
	if (ending_asked())
		return 1;
	return watch->end_at && now_monotonic() >= watch->end_at;
}

static bool target_ended(const struct watch *watch)
{
	const struct collect_filter *filter = &watch->session->options->observe.collect.filter;

	if (watch->session->observer.threads_living)
		return false;
	return watch->child->pid ? watch->child_ended : !named_targets_live(filter);
}

static int watch_loop(struct watch *watch)
{
	int r;

	for (;;) {
		if (now_monotonic() >= watch->next_sweep) {
			r = sweep(watch);
			if (r < 0)
				return r;
			if (target_ended(watch))
				return 0;
		}
		r = wait_for_more(watch);
		if (r)
			return r < 0 ? r : 0;
	}
}

static int finish(struct watch *watch)
{
	struct session *session = watch->session;
	const struct session_options *options = session->options;
	struct error error = {};
	int r;

	/* The last look: what the report says is as of now, not as of the last sweep. */
	r = observer_sweep(&session->observer,
			   options->all ? 0 : options->observe.collect.threshold_ns, LAST_ATTEMPTS);
	if (!r && !session->observer.threads_seen) {
		error_say(&error, -ESRCH, "the target was gone before anything was seen");
		return session_fail(options, -ESRCH, &error);
	}
	if (!r)
		r = session_report_due(session);
	if (!r)
		r = session_report_end(session);
	if (watch->child->pid && !watch->child_ended && !options->quiet)
		output_message("'%s' goes on, as process %d", options->child_argv[0],
			       watch->child->pid);
	if (r < 0) {
		error_set(&error, r, "cannot write the report");
		return session_fail(options, r, &error);
	}
	return session_exit_code(session);
}

static int trace(struct session *session, struct child *child, int child_signals)
{
	const struct session_options *options = session->options;
	struct watch watch = {
		.session = session,
		.child = child,
		.child_signals = child_signals,
		.interval_ns = interval_for(options->observe.collect.threshold_ns),
	};
	struct error error = {};
	int r = 0;

	if (options->duration_ns)
		watch.end_at = now_monotonic() + options->duration_ns;
	if (watch.end_at)
		ending_set_deadline(watch.end_at);
	if (child->pid)
		r = child_start(child, options->child_argv, &error);
	if (r < 0)
		return session_fail(options, r, &error);
	session_report_begin(session);
	r = watch_loop(&watch);
	progress_clear(&session->progress);
	if (r < 0) {
		error_set(&error, r, "cannot go on tracing");
		return session_fail(options, r, &error);
	}
	return finish(&watch);
}

int command_trace(int argc, char **argv)
{
	_cleanup_close_ int child_signals = -1;
	struct collect_filter *filter;
	struct options options;
	struct child child = {};
	struct session session;
	struct error error = {};
	int r;

	options_parse(&options, "trace", argc, argv);
	filter = &options.session.observe.collect.filter;
	r = named_targets_check(filter, &error);
	r = r
		    ?: named_group_find(&options.group, options.session.observe.host_roots, filter,
					&error);
	if (r < 0)
		return session_fail(&options.session, r, &error);
	child_signals = open_child_signals();
	r = ending_begin();
	if (r < 0) {
		error_set(&error, r, "cannot start");
		return session_fail(&options.session, r, &error);
	}
	if (options.session.child_argv) {
		r = child_prepare(&child, options.session.child_argv, &error);
		if (r < 0)
			return session_fail(&options.session, r, &error);
		options.pids[filter->pid_count++] = child.pid;
	}
	r = session_open(&options.session, &session);
	if (!r) {
		r = trace(&session, &child, child_signals);
		r = session_close(&session, r);
	}
	child_release(&child);
	return r;
}
