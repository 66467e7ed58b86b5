// SPDX-License-Identifier: GPL-2.0-only
/* leakhop dump: every thread, once, now. */
#include "cmd/commands.h"
#include "cmd/dump.h"
#include "cmd/ending.h"
#include "cmd/go_dump.h"
#include "cmd/options.h"
#include "cmd/saving.h"
#include "cmd/target.h"
#include "cmd/session_report.h"
#include "verdict/settle.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

/* A thread that runs now and then is caught between two runs sooner or later. */
#define DUMP_ATTEMPTS 10

/* After the first look, if that leaves something open. */
#define LOOKS_AGAIN 2

/* Until that moment, or a signal. */
static void rest_until(uint64_t at)
{
	struct pollfd signal = { .fd = ending_fd(), .events = POLLIN };
	uint64_t now = now_monotonic();
	struct timespec left = {};

	if (at > now)
		left = (struct timespec){ (at - now) / 1000000000, (at - now) % 1000000000 };
	ppoll(&signal, 1, &left, NULL);
}

/* The next sweep, and of the last one what a recording has of each. */
static int look_again(struct session *session)
{
	saving_sweep(session);
	return observer_sweep(&session->observer, 0, DUMP_ATTEMPTS);
}

/* What one look cannot tell: in the middle and at the end of the time for that. */
static int settle(struct session *session)
{
	const struct session_options *options = session->options;
	uint64_t begun = now_monotonic();
	struct lc_snapshot snapshot;
	bool needed;
	int look, r;

	for (look = 1; look <= LOOKS_AGAIN; look++) {
		observer_snapshot(&session->observer, observer_now(&session->observer), &snapshot);
		r = verdict_needs_time(&snapshot, &needed);
		if (r < 0 || !needed || ending_asked())
			return r;
		progress_say(&session->progress, "looking again");
		rest_until(begun + options->settle_ns / LOOKS_AGAIN * look);
		r = look_again(session);
		if (r < 0)
			return r;
		lc_model_drop_ended(session->observer.model, false);
	}
	return 0;
}

/*
 * A thread sleeps though what it waits for is so: perhaps it is just being woken. What is still so
 * a second later, with nothing moved, was lost.
 */
static int ask_again(struct session *session)
{
	uint64_t at = session->observer.ask_again_at;

	if (!at)
		return 0;
	rest_until(at);
	return ending_asked() ? 0 : look_again(session);
}

static int dump(struct session *session)
{
	const struct session_options *options = session->options;
	struct error error = {};
	int r;

	session_report_begin(session);
	r = observer_sweep(&session->observer, 0, DUMP_ATTEMPTS);
	if (!r && options->settle_ns && !options->core) {
		r = settle(session);
		r = r ?: ask_again(session);
	}
	if (r < 0) {
		error_set(&error, r, "cannot read the threads");
		return session_fail(options, r, &error);
	}
	if (!session->observer.threads_living) {
		error_say(&error, -ESRCH, "nothing was found that fits");
		return session_fail(options, -ESRCH, &error);
	}
	r = session_report_end(session);
	if (r < 0) {
		error_set(&error, r, "cannot write the report");
		return session_fail(options, r, &error);
	}
	return session_exit_code(session);
}

int dump_once(struct session_options *options)
{
	struct session session;
	struct error error;
	int r = ending_begin();

	if (r < 0) {
		error_set(&error, r, "cannot start");
		return session_fail(options, r, &error);
	}
	r = session_open(options, &session);
	if (r)
		return r;
	r = dump(&session);
	return session_close(&session, r);
}

int command_dump(int argc, char **argv)
{
	struct collect_filter *filter;
	struct options options;
	struct error error;
	int r = 0;

	options_parse(&options, "dump", argc, argv);
	filter = &options.session.observe.collect.filter;
	if (!options.session.core)
		r = named_targets_check(filter, &error);
	r = r
		    ?: named_group_find(&options.group, options.session.observe.host_roots, filter,
					&error);
	if (r < 0)
		return session_fail(&options.session, r, &error);
	return options.session.go_dump ? go_dump(&options.session) : dump_once(&options.session);
}
