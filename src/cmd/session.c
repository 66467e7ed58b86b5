// SPDX-License-Identifier: GPL-2.0-only
/* Opening and closing of a session: see session.h. */
#include "cmd/session.h"
#include "cmd/waits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int session_fail(const struct session_options *options, int r, const struct error *error)
{
	(void)options;
	fprintf(stderr, "leakhop: %s\n", error->text);
	if (*error->remedy)
		fprintf(stderr, "leakhop: to get there: %s\n", error->remedy);
	switch (r) {
	case -ENOENT:
	case -ESRCH:
		return EXIT_NO_TARGET;
	case -EINVAL:
		return EXIT_USAGE;
	default:
		return EXIT_NOT_POSSIBLE;
	}
}

static void say_progress(void *context, const char *what)
{
	progress_say(context, "%s", what);
}

/* Where a stripped program of Go has no symbols, its own table has the names. */
static size_t ask_golang(void *context, uint64_t device, uint64_t inode, uint64_t vaddr,
			 struct lc_frame *calls, size_t room)
{
	const struct session *session = context;

	return session->golang ? golang_calls(session->golang, device, inode, vaddr, calls, room)
			       : 0;
}

/*
 * Each open binary costs descriptors, and a whole host has many. A program started by leakhop was forked
 * before this and keeps its own limit.
 */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Where the report goes. A command's stdout is its own, and the report would stand in the midst of it. */
static FILE *open_output(const struct session_options *options)
{
	int fd;

	if (options->output)
		return fopen(options->output, "we");
	if (!options->child_argv)
		return stdout;
	fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

int session_open(const struct session_options *options, struct session *session)
{
	struct stack_options stack = {
		.symfs = options->symfs,
		.max_frames = options->max_stack,
		.progress = say_progress,
		.progress_context = &session->progress,
		.other_names = ask_golang,
		.other_names_context = session,
	};
	struct error error = {};
	int r;

	raise_descriptor_limit();
	memset(session, 0, sizeof(*session));
	session->options = options;
	progress_init(&session->progress, !options->quiet);
	session->started = now_realtime();
	session->started_monotonic = now_monotonic();
	session->realtime_offset = session->started - (int64_t)session->started_monotonic;
	session->out = open_output(options);
	if (!session->out) {
		error_set(&error, -errno, "cannot write '%s'", options->output ?: "stderr");
		return session_fail(options, -EIO, &error);
	}
	r = lc_stacks_create(0, &session->stacks);
	r = r ?: lc_model_create(options->max_threads, &session->model);
	r = r ?: lc_model_create(WAITS_MOST_OTHERS, &session->others);
	r = r ?: growth_create(&session->growth);
	r = r ?: stack_engine_create(&stack, &session->engine);
	if (options->goroutines && !options->collect.filter.tid_count)
		r = r ?: golang_create(session->stacks, &session->golang);
	if (r < 0)
		error_set(&error, r, "cannot start");
	else
		r = collect_open(&options->collect, &session->collect, &error);
	if (r < 0) {
		session_close(session);
		return session_fail(options, r, &error);
	}
	return 0;
}

int session_exit_code(const struct session *session)
{
	return session->found & session->options->fail_on ? EXIT_FOUND : EXIT_RAN;
}

void session_close(struct session *session)
{
	collect_free(session->collect);
	stack_engine_free(session->engine);
	lc_model_free(session->model);
	lc_model_free(session->others);
	growth_free(session->growth);
	lc_go_release(&session->go);
	golang_free(session->golang);
	lc_stacks_free(session->stacks);
	if (session->out && session->out != stdout)
		fclose(session->out);
}
