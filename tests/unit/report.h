/* SPDX-License-Identifier: GPL-2.0-only */
/* A report of threads made by hand, with names as hostile as they come: for tests of formats. */
#ifndef LEAKHOP_TESTS_UNIT_REPORT_H
#define LEAKHOP_TESTS_UNIT_REPORT_H

#include "waits.h"

#include "output/format.h"

/* Each byte that means something in one format or another. */
#define HOSTILE_NAME "</sc;&\"'\n\x1b\xff 7"
#define HOSTILE_FUNCTION "evil;\n</script><img src=x onerror=alert(1)>\xe2\x80\xa8\xff\x1b]0;x 12"

struct made_report {
	struct lc_model *model;
	struct lc_stacks *stacks;
	struct verdict_view view;
	struct output_run run;
	struct output_report report;
};

/* A stack of two frames: where it stands, inlined into who called that; its number. */
static inline uint32_t stack_add(struct lc_stacks *stacks, uint64_t address, const char *function,
				 const char *module)
{
	const struct lc_raw_frame raw = { .address = 0x7f0000000000 + address,
					  .module = 1,
					  .vaddr = address };
	const struct lc_frame frames[] = {
		{ .function = function,
		  .file = "/src/worker.c",
		  .line = 7,
		  .module = module,
		  .build_id = "c0ffee",
		  .address = raw.address,
		  .inlined = true },
		{ .function = "run",
		  .file = "/src/worker.c",
		  .line = 40,
		  .module = module,
		  .build_id = "c0ffee",
		  .address = raw.address },
	};
	uint32_t id = 0;

	assert_int_equal(lc_stacks_intern(stacks, &raw, 1, LC_STACK_WHOLE, &id), 0);
	assert_int_equal(lc_stacks_set_frames(stacks, id, frames, 2), 0);
	return id;
}

/* Three threads in a circle of two locks, and one that nothing is known of. */
static inline void report_make(struct made_report *made)
{
	struct lc_thread *thread;
	pid_t tid;

	memset(made, 0, sizeof(*made));
	made->model = model_new();
	assert_int_equal(lc_stacks_create(100, &made->stacks), 0);
	locks(made->model, 10, 11, 12);
	locks(made->model, 10, 12, 11);
	locks(made->model, 10, 13, 11);
	thread_add(made->model, 10, 14, 3)->user_stack = 0;
	thread = lc_model_find(made->model, 11);
	thread->user_stack = stack_add(made->stacks, 0x100, HOSTILE_FUNCTION, "/bin/" HOSTILE_NAME);
	thread->spawned_at = NOW - 70 * SECOND;
	thread->spawn_stack = stack_add(made->stacks, 0x300, "spawns", "/bin/program");
	thread->spawner = (struct lc_task){ .tid = 10, .pid = 10, .comm = HOSTILE_NAME };
	thread->last_wake_at = NOW - 60 * SECOND;
	thread->waker = (struct lc_task){ .tid = 77, .pid = 70, .comm = "waker" };
	strcpy(thread->task.comm, HOSTILE_NAME);
	for (tid = 11; tid < 15; tid++)
		strcpy(lc_model_find(made->model, tid)->process_comm, HOSTILE_NAME);
	lc_model_find(made->model, 12)->user_stack = stack_add(made->stacks, 0x200, "plain",
							       "/bin/program");
	lc_model_find(made->model, 13)->user_stack = lc_model_find(made->model, 12)->user_stack;
	made->view = view_of(made->model);
	made->run = (struct output_run){
		.command = "dump",
		.version = "1",
		.host = "host",
		.kernel = "6",
		.source = "proc",
		.started = 1700000000000000000,
		.ended = 1700000001000000000,
		.realtime_offset = 1700000001000000000 - (int64_t)NOW,
		.now = NOW,
		.threshold_ns = 5 * SECOND,
		.stacks = made->stacks,
		.view = &made->view,
		.user_stacks = true,
		.kernel_stacks = true,
	};
	made->report.has_threads = true;
	made->report.threads_seen = 4;
	assert_int_equal(verdict_make(&made->view, VERDICT_FINDINGS, &made->report.findings), 0);
	assert_int_equal(verdict_make(&made->view, VERDICT_THREADS, &made->report.threads), 0);
}

static inline void report_free(struct made_report *made)
{
	verdict_release(&made->report.findings);
	verdict_release(&made->report.threads);
	verdict_view_release(&made->view);
	lc_stacks_free(made->stacks);
	lc_model_free(made->model);
}

/* What a format makes of it; the caller frees. */
static inline char *written_as(const char *name, struct made_report *made, size_t *ret_size)
{
	const struct output_format *format = output_format_find(name);
	struct output_sink sink = { .run = &made->run };
	char *bytes = NULL;

	assert_non_null(format);
	sink.stream = open_memstream(&bytes, ret_size);
	assert_non_null(sink.stream);
	assert_int_equal(format->end(&sink, &made->report), 0);
	fclose(sink.stream);
	return bytes;
}

#endif
