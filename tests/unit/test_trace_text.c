// SPDX-License-Identifier: GPL-2.0-only
/* A goroutine in the words of Go's own dump. */
#include "unit.h"

#include "output/output.h"

#include <stdio.h>

static void assert_text(const struct lc_go_trace *trace, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_int_equal(output_go_trace(stream, trace), 0);
	fclose(stream);
	assert_string_equal(text, expected);
	free(text);
}

static const struct lc_go_argument arguments[] = {
	{ .value = 1 },
	{ .kind = LC_GO_ARGUMENT_BEGIN },
	{ .value = 0xc000012345, .uncertain = true },
	{ .value = 0 },
	{ .kind = LC_GO_ARGUMENT_END },
	{ .kind = LC_GO_ARGUMENT_FAR },
	{ .kind = LC_GO_ARGUMENT_BEGIN },
	{ .kind = LC_GO_ARGUMENT_MORE },
	{ .kind = LC_GO_ARGUMENT_END },
	{ .kind = LC_GO_ARGUMENT_MORE },
};

static void test_frames(void **state)
{
	struct lc_go_trace_frame frames[] = {
		{ .function = "main.inner", .file = "/src/a.go", .line = 3, .inlined = true },
		{ .function = "main.(*T).run",
		  .file = "/src/a.go",
		  .line = 9,
		  .offset = 0x1f,
		  .arguments = arguments,
		  .argument_count = 10 },
		{ .function = "main.start", .file = "", .line = 0 },
	};
	struct lc_go_trace trace = {
		.goid = 18,
		.status = "chan receive",
		.has_stack = true,
		.waits_ns = 179000000000,
		.locked = true,
		.frames = frames,
		.frame_count = 3,
		.has_creator = true,
		.creator = { .function = "main.main",
			     .file = "/src/b.go",
			     .line = 7,
			     .offset = 0x2a },
		.parent_goid = 1,
	};

	(void)state;
	assert_text(&trace, "goroutine 18 [chan receive, 2 minutes, locked to thread]:\n"
			    "main.inner(...)\n\t/src/a.go:3\n"
			    "main.(*T).run(0x1, {0xc000012345?, 0x0}, _, {...}, ...)\n"
			    "\t/src/a.go:9 +0x1f\n"
			    "main.start()\n\t?:0\n"
			    "created by main.main in goroutine 1\n\t/src/b.go:7 +0x2a\n");
	trace.parent_goid = 0;
	trace.frame_count = 2;
	trace.left_out_at = 1;
	trace.left_out = 81;
	trace.waits_ns = 59000000000;
	trace.locked = false;
	assert_text(&trace, "goroutine 18 [chan receive]:\n"
			    "main.inner(...)\n\t/src/a.go:3\n...81 frames elided...\n"
			    "main.(*T).run(0x1, {0xc000012345?, 0x0}, _, {...}, ...)\n"
			    "\t/src/a.go:9 +0x1f\n"
			    "created by main.main\n\t/src/b.go:7 +0x2a\n");
	trace.left_out = 0;
	trace.more = true;
	trace.has_creator = false;
	trace.frame_count = 1;
	assert_text(&trace, "goroutine 18 [chan receive]:\nmain.inner(...)\n\t/src/a.go:3\n"
			    "...additional frames elided...\n");
}

static void test_headings(void **state)
{
	static const struct lc_go_label labels[] = {
		{ "endpoint", "/orders", 8, 7 },
		{ "ten ant", "\xc3\xa9\"\n\x01\xff", 7, 6 },
	};
	struct lc_go_trace trace = { .goid = 5, .status = "running" };

	(void)state;
	assert_text(&trace, "goroutine 5 [running]:\n"
			    "\tgoroutine running on other thread; stack unavailable\n");
	trace.has_stack = true;
	trace.status = "chan send";
	trace.leaked = trace.scanned = true;
	assert_text(&trace, "goroutine 5 [chan send (leaked) (scan)]:\n");
	trace.leaked = trace.scanned = false;
	trace.durable = true;
	trace.bubble = 3;
	assert_text(&trace, "goroutine 5 [chan send (durable), synctest bubble 3]:\n");
	trace.durable = false;
	trace.bubble = 0;
	trace.labels = labels;
	trace.label_count = 2;
	assert_text(&trace, "goroutine 5 [chan send] {endpoint: /orders, "
			    "\"ten ant\": \"\\u00e9\\\"\\n\\x01\\xff\"}:\n");
	trace.labels_inside = true;
	trace.label_count = 1;
	assert_text(&trace, "goroutine 5 [chan send labels:{\"endpoint\": \"/orders\"}]:\n");
}

/* What a terminal might obey is not handed on. */
static void test_hostile_names(void **state)
{
	struct lc_go_trace_frame frame = {
		.function = "main.\x1b[2J\n", .file = "/a\tb.go", .line = 1, .inlined = true
	};
	struct lc_go_trace trace = {
		.goid = 5, .status = "sleep", .has_stack = true, .frames = &frame, .frame_count = 1
	};

	(void)state;
	assert_text(&trace, "goroutine 5 [sleep]:\nmain.\\x1b[2J\\x0a(...)\n\t/a\\x09b.go:1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_headings),
		cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
