// SPDX-License-Identifier: GPL-2.0-only
/* All waits one by one: that none is told twice, and none left out. */
#include "report.h"

#include "output/samples.h"

#include <errno.h>

#define GROUP (VERDICT_GOIDS + 2000)

struct sum {
	uint64_t count, ns, samples, without_goid;
	uint64_t seen[GROUP + 10]; /* by goid */
};

static int add(void *context, const struct sample *sample)
{
	struct sum *sum = context;

	sum->samples++;
	sum->count += sample->count;
	sum->ns += sample->ns;
	if (!sample->goid)
		sum->without_goid += sample->count;
	else
		sum->seen[sample->goid] += sample->count;
	return 0;
}

static void stand(struct lc_go_process *process, uint64_t goid, enum lc_go_kind kind, uint64_t at)
{
	const struct lc_go_sample sample = {
		.goid = goid,
		.address = 0x1000 * goid,
		.spawn_pc = 0x400000,
		.entry_pc = 0x500000,
		.state = kind == LC_GO_NO_WAIT ? LC_GO_RUNNING : LC_GO_WAITING,
		.kind = kind,
		.waits_since = at,
	};
	struct lc_goroutine *goroutine;
	bool new_site;

	goroutine = lc_go_note(process, goid, &sample, NOW, &new_site);
	assert_non_null(goroutine);
	goroutine->stack = 1;
}

/*
 * A group of more than its record lists, that have waited for 1, 2, ... s, and two others; the one
 * that runs has no wait.
 */
static void test_goroutines_past_the_bound(void **state)
{
	struct lc_go go = {};
	struct lc_go_process *process = lc_go_get(&go, 7, 100);
	struct output_report report = { .go = &go };
	struct verdict_view view;
	struct lc_model *threads = model_new();
	struct output_run run = { .now = NOW, .view = &view };
	struct sum *sum = calloc(1, sizeof(*sum));
	uint64_t i;

	(void)state;
	assert_non_null(sum);
	lc_go_begin_sweep(process, NOW);
	for (i = 1; i <= GROUP; i++)
		stand(process, i, LC_GO_CHAN_SEND, NOW - i * SECOND);
	stand(process, GROUP + 1, LC_GO_MUTEX, NOW - SECOND);
	stand(process, GROUP + 2, LC_GO_NO_WAIT, 0);
	lc_go_end_sweep(process);
	view_at(&view, threads, &go, NULL, NOW, SECOND);
	assert_int_equal(verdict_goroutines_make(&view.snapshot, &view, &report.goroutines), 0);
	assert_int_equal(samples_each(&run, &report, add, sum), 0);
	assert_int_equal(sum->count, GROUP + 1);
	assert_int_equal(sum->without_goid, GROUP - VERDICT_GOIDS);
	assert_int_equal(sum->samples, VERDICT_GOIDS + 2);
	assert_int_equal(sum->ns, (GROUP * (GROUP + 1ull) / 2 + 1) * SECOND);
	assert_int_equal(sum->seen[GROUP + 1], 1);
	assert_int_equal(sum->seen[GROUP + 2], 0);
	for (i = 1; i <= GROUP; i++)
		assert_in_range(sum->seen[i], 0, 1);
	verdict_goroutines_release(&report.goroutines);
	verdict_view_release(&view);
	lc_model_free(threads);
	lc_go_release(&go);
	free(sum);
}

static int stop_at_two(void *context, const struct sample *sample)
{
	(void)sample;
	return ++*(int *)context == 2 ? -EIO : 0;
}

/* Threads that have ended count by their earlier blocks only; who takes them may stop it. */
static void test_threads(void **state)
{
	struct sum *sum = calloc(1, sizeof(*sum));
	struct made_report made;
	struct lc_thread *thread;
	int calls = 0;

	(void)state;
	assert_non_null(sum);
	report_make(&made);
	thread = lc_model_find(made.model, 13);
	thread->ended_at = NOW;
	thread->places[0] = (struct lc_site){ .blocks = { .count = 5, .total_ns = 9 } };
	thread->places[1] = (struct lc_site){ .blocks = { .count = 1, .total_ns = 1 } };
	assert_int_equal(samples_each(&made.run, &made.report, add, sum), 0);
	assert_int_equal(sum->samples, 5);
	assert_int_equal(sum->count, 3 + 5 + 1);
	assert_int_equal(sum->ns, (60 + 60 + 3) * SECOND + 10);
	assert_int_equal(samples_each(&made.run, &made.report, stop_at_two, &calls), -EIO);
	assert_int_equal(calls, 2);
	report_free(&made);
	free(sum);
}

static void test_frame_names(void **state)
{
	struct lc_frame frame = {
		.function = "", .module = "/usr/lib/libx\n.so", .offset = 0x1f, .address = 0x7f10
	};
	char name[SAMPLE_NAME_BYTES];

	(void)state;
	assert_string_equal(sample_frame_name(&frame, name, sizeof(name)), "libx\\x0a.so+0x1f");
	frame.offset = 0;
	assert_string_equal(sample_frame_name(&frame, name, sizeof(name)), "0x7f10");
	frame.function = "f";
	assert_string_equal(sample_frame_name(&frame, name, sizeof(name)), "f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goroutines_past_the_bound),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_frame_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
