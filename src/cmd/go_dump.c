// SPDX-License-Identifier: GPL-2.0-only
/* dump --format=go: see go_dump.h. */
#include "cmd/go_dump.h"
#include "cmd/core.h"
#include "cmd/file.h"
#include "runtimes/go/golang.h"
#include "sandbox/sandbox.h"
#include "output/message.h"
#include "output/output.h"
#include "util/now.h"

#include <errno.h>
#include <stdio.h>

/* One that runs now and then is caught between two runs sooner or later. */
#define ATTEMPTS 10

struct writing {
	FILE *stream;
	uint64_t count;
};

static int write_trace(void *context, const struct lc_go_trace *trace)
{
	struct writing *writing = context;

	/* A blank line between two goroutines, and none behind the last. */
	if (writing->count++)
		fputc('\n', writing->stream);
	return output_go_trace(writing->stream, trace);
}

static int tell_why(int r, pid_t pid, const char *reason, struct error *error)
{
	switch (r) {
	case -ENOENT:
		error_say(error, r, "process %d is no Go program", pid);
		error_remedy(error, "--format=text shows its threads");
		return -ENOTSUP;
	case -ENOTSUP:
		error_say(error, r, "the goroutines of process %d cannot be read: %s", pid, reason);
		error_remedy(error, "--format=text --no-go shows its threads");
		return r;
	case -EIO:
		return error_set(error, r, "cannot write the dump");
	case -ETIME:
		error_say(error, r, "process %d hangs whoever reads it", pid);
		error_remedy(error, "--format=text tells what the kernel knows of it");
		return -EIO;
	case -EPERM:
		error_set(error, r, "cannot read the memory of process %d", pid);
		error_remedy(error, "run it as root, or as the user of that process");
		return r;
	default:
		return error_set(error, r, "cannot read the goroutines of process %d", pid);
	}
}

static void say_remark(void *context, const char *text)
{
	(void)context;
	output_message("%s", text);
}

/* core: NULL for a process that lives. */
static int write_all(pid_t pid, struct target_access *core, FILE *stream, struct error *error)
{
	struct writing writing = { .stream = stream };
	struct runtime *runtime = NULL;
	const struct sandbox_options sandbox = { .audience = { .remark = say_remark } };
	struct target_access *access = core;
	struct binary_files *files = NULL;
	struct lc_stacks *stacks = NULL;
	char reason[200] = "";
	int r = lc_stacks_create(1, &stacks);

	if (!core)
		r = r ?: sandbox_open_access(&sandbox, &access);
	r = r ?: sandbox_open(&sandbox, &files);
	r = r ?: golang_open(stacks, access, files, &runtime);
	if (!r)
		(void)sandbox_limit_itself(0);
	r = r
		    ?: runtime->does->dump(runtime, pid, now_monotonic(), ATTEMPTS, write_trace,
					   &writing, reason);
	if (!r && fflush(stream))
		r = -EIO;
	if (r < 0)
		r = tell_why(r, pid, reason, error);
	if (runtime)
		runtime->does->close(runtime);
	if (files)
		files->does->free(files);
	if (access && !core)
		access->does->free(access);
	lc_stacks_free(stacks);
	return r;
}

/* Of the one process that was named, or of a core's. */
static int write_goroutines(struct session_options *options, FILE *stream, struct error *error)
{
	const struct target_core_options files = { .exe = options->exe,
						   .symfs = options->observe.symfs };
	struct target_core *core;
	int r;

	if (!options->core)
		return write_all(options->observe.collect.filter.pids[0], NULL, stream, error);
	r = core_begin(options->core, &files, &options->observe, &core, error);
	if (r < 0)
		return r;
	r = write_all(core->pid, &core->access, stream, error);
	target_core_free(core);
	return r;
}

int go_dump(struct session_options *options)
{
	struct file_document output;
	struct error error = {};
	int r;

	r = session_open_output(options, &output);
	if (r < 0) {
		error_set(&error, r, "cannot write '%s'", options->output);
		return session_fail(options, -EIO, &error);
	}
	r = write_goroutines(options, output.stream, &error);
	r = r < 0 ? session_fail(options, r, &error) : EXIT_RAN;
	return session_close_output(options, &output, r);
}
