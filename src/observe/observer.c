// SPDX-License-Identifier: GPL-2.0-only
/* Creation and end of an observer, and how it speaks: see observer.h. */
#include "observe/observer.h"
#include "runtimes/go/golang.h"
#include "target/core.h"
#include "wait/wait.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_BYTES 320

void observer_progress(const struct observer *observer, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list args;

	if (!observer->options->progress)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	observer->options->progress(observer->options->context, text);
}

void observer_remark(const struct observer *observer, const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list args;

	if (!observer->options->remark)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	observer->options->remark(observer->options->context, text);
}

uint64_t observer_now(const struct observer *observer)
{
	const struct target_core *core = target_core_of(observer->options->access);

	return core ? core->opened_at : now_monotonic();
}

bool observer_is_stopped(struct observer *observer)
{
	if (!observer->stopped && observer->options->stop)
		observer->stopped = observer->options->stop(observer->options->context);
	return observer->stopped;
}

static void stack_progress(void *context, const char *what)
{
	observer_progress(context, "%s", what);
}

/* Where a stripped program of Go has no symbols, its own table has the names. */
static size_t ask_runtime(void *context, uint64_t device, uint64_t inode, uint64_t vaddr,
			  struct lc_frame *calls, size_t capacity)
{
	const struct observer *observer = context;

	return observer->runtime ? observer->runtime->does->calls(observer->runtime, device, inode,
								  vaddr, calls, capacity)
				 : 0;
}

int observer_open_debug_file(void *context, const struct binary_debug_request *request,
			     unsigned attempt, int *ret_fd)
{
	const struct observer *observer = context;

	return stack_open_debug_file(observer->engine, request, attempt, ret_fd);
}

/* Is every thread of the host in the model? */
static bool knows_all(const struct observer_options *options)
{
	const struct collect_filter *filter = &options->collect.filter;

	return filter->all && filter->user_threads && !filter->comm && !filter->cgroup &&
	       !filter->pid_count && !filter->tid_count && !target_core_of(options->access);
}

static bool stood_still(void *context, pid_t pid, uint64_t at, uint64_t as_of)
{
	const struct observer *observer = context;

	return lc_model_stood_still(observer->model, pid, at, as_of);
}

static int create_parts(struct observer *observer)
{
	const struct observer_options *options = observer->options;
	const struct binary_debug_files debug_files = { observer_open_debug_file, observer };
	struct stack_options stack = {
		.access = options->access,
		.files = options->files,
		.symfs = options->symfs,
		.max_frames = options->max_stack,
		.progress = stack_progress,
		.progress_context = observer,
		.other_names = ask_runtime,
		.other_names_context = observer,
	};
	int r = lc_stacks_create(0, &observer->stacks);

	if (!stack.files) {
		r = r ?: binary_local_create(&debug_files, &observer->own_files);
		stack.files = observer->own_files;
	}
	r = r ?: lc_model_create(options->max_threads, &observer->model);
	r = r ?: lc_model_create(OBSERVER_MOST_OTHERS, &observer->others);
	r = r ?: lc_series_create(&observer->series);
	r = r ?: lc_cgroups_create(&observer->cgroups);
	if (knows_all(options))
		r = r ?: wait_book_create(stood_still, observer, &observer->book);
	r = r ?: stack_engine_create(&stack, &observer->engine);
	if (options->goroutines && !options->collect.filter.tid_count)
		r = r
			    ?: golang_open(observer->stacks, options->access, stack.files,
					   &observer->runtime);
	return r;
}

int observer_create(const struct observer_options *options, struct observer *observer,
		    struct error *error)
{
	int r;

	*observer = (struct observer){ .options = options };
	r = create_parts(observer);
	if (r < 0)
		error_set(error, r, "cannot start");
	else
		r = collect_open(&options->collect, &observer->collect, error);
	if (r < 0)
		observer_release(observer);
	return r;
}

void observer_release(struct observer *observer)
{
	collect_free(observer->collect);
	stack_engine_free(observer->engine);
	lc_model_free(observer->model);
	lc_model_free(observer->others);
	lc_series_free(observer->series);
	lc_cgroups_free(observer->cgroups);
	wait_book_free(observer->book);
	lc_go_release(&observer->go);
	if (observer->runtime)
		observer->runtime->does->close(observer->runtime);
	if (observer->own_files)
		observer->own_files->does->free(observer->own_files);
	lc_stacks_free(observer->stacks);
	*observer = (struct observer){};
}

void observer_snapshot(const struct observer *observer, uint64_t now,
		       struct lc_snapshot *ret_snapshot)
{
	*ret_snapshot = (struct lc_snapshot){
		.threads = observer->model,
		.others = observer->others,
		.go = &observer->go,
		.series = observer->series,
		.cgroups = observer->cgroups,
		.now = now,
		.threshold_ns = observer->options->collect.threshold_ns,
		.once = observer->options->once,
	};
}
