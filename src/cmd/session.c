// SPDX-License-Identifier: GPL-2.0-only
/* Opening and closing of a session: see session.h. */
#include "cmd/session.h"
#include "cmd/core.h"
#include "cmd/ending.h"
#include "cmd/file.h"
#include "cmd/recording_file.h"
#include "output/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int session_fail(const struct session_options *options, int r, const struct error *error)
{
	(void)options;
	output_message("%s", error->text);
	if (*error->remedy)
		output_message("to get there: %s", error->remedy);
	switch (r) {
	case -ENOENT:
	case -ESRCH:
		return EXIT_NO_TARGET;
	case -EINVAL:
		return EXIT_USAGE;
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
	case -ENOSPC:
	case -EDQUOT:
	case -EIO:
		return EXIT_COULD_NOT;
	default:
		return EXIT_NOT_POSSIBLE;
	}
}

static void say_progress(void *context, const char *text)
{
	struct session *session = context;

	progress_say(&session->progress, "%s", text);
}

static void say_remark(void *context, const char *text)
{
	struct session *session = context;

	if (session->options->quiet)
		return;
	progress_clear(&session->progress);
	output_message("%s", text);
}

/*
 * Each open binary costs descriptors, and a whole host has many. A program started by leakhop was
 * forked before this and keeps its own limit.
 */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* A command's stdout is its own, and the report would stand in the midst of it. */
static FILE *open_terminal(const struct session_options *options)
{
	int fd;

	if (!options->child_argv)
		return stdout;
	fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

int session_open_output(const struct session_options *options, struct file_document *ret_output)
{
	bool grows = !options->observe.once && options->format->as_due;

	if (options->output)
		return file_begin_document(options->output, grows, ret_output);
	*ret_output = (struct file_document){ .stream = open_terminal(options) };
	return ret_output->stream ? 0 : -errno;
}

/* The processes of this host, or the one of a core. */
static int open_access(struct session *session, const struct sandbox_options *sandbox,
		       struct error *error)
{
	struct session_options *options = session->options;
	struct target_core *core;
	struct target_core_options files = { .exe = options->exe, .symfs = options->observe.symfs };
	int r = 0;

	if (!options->reads_itself)
		r = sandbox_open_access(sandbox,
					options->core ? &session->careful : &session->access);
	if (r < 0)
		return error_set(error, r, "cannot start");
	if (!options->core)
		return 0;
	files.careful = session->careful;
	r = core_begin(options->core, &files, &options->observe, &core, error);
	if (r < 0)
		return r;
	session->access = &core->access;
	session->started = core->made_at;
	session->realtime_offset = session->started - (int64_t)core->opened_at;
	if (!options->quiet)
		core_say_origin(options->core, core);
	return 0;
}

/* Begun before all else, so that it is ready when the first stack is. */
static int open_sandbox(struct session *session, struct error *error)
{
	struct sandbox_options sandbox = {
		.debug_files = { observer_open_debug_file, &session->observer },
		.audience = { say_remark, session->options->stop ?: ending_is_due, session },
	};
	int r = sandbox_open_spawner(&session->spawner);

	if (r < 0)
		return error_set(error, r, "cannot start");
	sandbox.spawner = session->spawner;
	r = open_access(session, &sandbox, error);
	if (r < 0)
		return r;
	r = sandbox_open(&sandbox, &session->files);
	r = r ?: sandbox_open_emulator(&sandbox, &session->emulator);
	return r < 0 ? error_set(error, r, "cannot start") : 0;
}

/*
 * A file of another program's does not belong on a terminal, nor among what a command says on
 * stderr.
 */
static int check_output(const struct session_options *options, FILE *stream, struct error *error)
{
	const char *name = options->format->name;

	if (!options->format->is_file ||
	    (!isatty(fileno(stream)) && (options->output || !options->child_argv)))
		return 0;
	error_say(error, -EINVAL, "--format=%s is a file for another program, and not for %s", name,
		  isatty(fileno(stream)) ? "a terminal" : "a command's stderr");
	error_remedy(error, "name a file: -o FILE");
	return -EINVAL;
}

int session_close_output(const struct session_options *options, struct file_document *output,
			 int code)
{
	bool whole = code == EXIT_RAN || code == EXIT_FOUND;
	struct error error = {};
	int r;

	if (!output->stream || output->stream == stdout)
		return code;
	r = file_end_document(output, whole);
	if (r == 0 || !whole)
		return code;
	error_set(&error, r, "cannot write '%s'", options->output ?: "stderr");
	return session_fail(options, -EIO, &error);
}

/* The graph is written at the end, and a recording has files beside it until then. */
static enum sandbox_needs needs_of(const struct session_options *options)
{
	return (options->observe.collect.go_events ? SANDBOX_NEEDS_PROBES : 0) |
	       (options->dot || options->recording || options->writes_files ? SANDBOX_NEEDS_FOLDERS
									    : 0);
}

int session_open(struct session_options *options, struct session *session)
{
	struct error error = {};
	int r;

	raise_descriptor_limit();
	memset(session, 0, sizeof(*session));
	session->options = options;
	options->observe.progress = say_progress;
	options->observe.remark = say_remark;
	options->observe.stop = options->stop ?: ending_is_due;
	options->observe.context = session;
	progress_init(&session->progress, !options->quiet, !options->child_argv);
	session->started = now_realtime();
	session->realtime_offset = session->started - (int64_t)now_monotonic();
	r = session_open_output(options, &session->out);
	if (r < 0) {
		error_set(&error, r, "cannot write '%s'", options->output ?: "stderr");
		return session_fail(options, -EIO, &error);
	}
	r = check_output(options, session->out.stream, &error);
	if (r < 0)
		return session_close_output(options, &session->out,
					    session_fail(options, r, &error));
	r = options->recording ? recording_file_open(options->recording, options->max_size,
						     &session->recorder, &error)
			       : 0;
	if (r < 0) {
		return session_close(session, session_fail(options, -EIO, &error));
	}
	r = open_sandbox(session, &error);
	options->observe.files = session->files;
	options->observe.access = session->access;
	options->observe.emulator = session->emulator;
	if (!r)
		r = observer_create(&options->observe, &session->observer, &error);
	if (r < 0) {
		return session_close(session, session_fail(options, r, &error));
	}
	r = sandbox_limit_itself(needs_of(options));
	if (r < 0 && options->verbose)
		output_message("cannot give up rights that are not needed any more: %s",
			       strerror(-r));
	return 0;
}

int session_exit_code(const struct session *session)
{
	if (session->found & session->options->fail_on)
		return EXIT_FOUND;
	return session->recorder && recorder_has_failed(session->recorder) ? EXIT_COULD_NOT
									   : EXIT_RAN;
}

int session_close(struct session *session, int code)
{
	recorder_close(session->recorder);
	observer_release(&session->observer);
	if (session->files)
		session->files->does->free(session->files);
	if (session->emulator)
		session->emulator->does->free(session->emulator);
	if (session->access)
		session->access->does->free(session->access);
	if (session->careful)
		session->careful->does->free(session->careful);
	sandbox_close_spawner(session->spawner);
	return session_close_output(session->options, &session->out, code);
}
