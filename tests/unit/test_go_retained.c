// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goroutines that nothing can wake hold and nothing else does, in a runtime made by hand; and
 * by what way something reaches those that can be woken.
 */
#include "go_leak.h"

#define BOX 16

/* A second receiver of another group; groups are the model's. */
struct two {
	struct leak leak;
	size_t other;
	uint64_t channel_size;
};

static struct go_runtime *two_start(struct two *two, uint32_t version)
{
	struct go_runtime *runtime = leak_start(&two->leak, version);

	two->other = go_add_receiver(runtime, go_new(runtime, SPAN_CHANNELS));
	two->channel_size = runtime->sizes[SPAN_CHANNELS];
	return runtime;
}

static int two_search(struct two *two)
{
	struct go_runtime *runtime = &two->leak.runtime;

	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	runtime->model->list[two->leak.main].group = 3;
	runtime->model->list[two->leak.receiver].group = 1;
	runtime->model->list[two->other].group = 2;
	return go_reach(&runtime->process, runtime->model, runtime->dead, NULL);
}

static const struct lc_go_retained *retained_by(const struct two *two, size_t place)
{
	const struct lc_go_retained *retained = lc_go_retained_of(two->leak.runtime.model,
								  place + 1);

	assert_non_null(retained);
	return retained;
}

static void test_what_only_one_holds(void **state)
{
	const struct lc_go_retained *first, *second;
	uint64_t own, inner, theirs, both, living;
	struct go_runtime *runtime;
	struct two two;

	(void)state;
	runtime = two_start(&two, GO_NEWEST);
	own = go_new(runtime, SPAN_BOXES);
	inner = go_new(runtime, SPAN_BOXES);
	theirs = go_new(runtime, SPAN_BOXES);
	both = go_new(runtime, SPAN_BOXES);
	living = go_new(runtime, SPAN_BOXES);
	go_put_word(runtime, own, inner);
	go_put_word(runtime, inner, both);
	go_put_word(runtime, inner + 8, living);
	go_put_stack(runtime, two.leak.receiver, 9, own);
	go_put_stack(runtime, two.other, 9, both);
	go_put_stack(runtime, two.other, 10, theirs);
	go_put_word(runtime, GLOBAL, living);
	assert_int_equal(two_search(&two), 0);
	assert_true(runtime->dead[two.leak.receiver] && runtime->dead[two.other]);

	first = retained_by(&two, two.leak.receiver);
	assert_int_equal(first->goroutines, 1);
	assert_int_equal(first->stack_bytes, PAGE);
	/* Its channel, and the record by which it waits there, with two boxes. */
	assert_int_equal(first->heap_bytes,
			 2 * BOX + two.channel_size + runtime->sizes[SPAN_WAITERS]);
	assert_int_equal(first->objects, 4);
	assert_int_equal(first->shared_bytes, BOX);
	second = retained_by(&two, two.other);
	assert_int_equal(second->heap_bytes, BOX + two.channel_size + runtime->sizes[SPAN_WAITERS]);
	assert_int_equal(second->shared_bytes, BOX);
	assert_int_equal(second->count, 2); /* a channel and such a record are of one size */
	assert_true(second->types[0].bytes > second->types[1].bytes);
	assert_int_equal(second->types[1].size, BOX);
	leak_end(&two.leak);
}

/* Nothing is told of who can be woken, but where all are asked about. */
static void test_what_the_living_hold(void **state)
{
	struct go_runtime *runtime;
	uint64_t box, channel;
	struct two two;

	(void)state;
	runtime = two_start(&two, GO_NEWEST);
	box = go_new(runtime, SPAN_BOXES);
	go_put_stack(runtime, two.leak.main, 9, box);
	channel = two.leak.channel;
	go_put_word(runtime, box, channel);
	assert_int_equal(two_search(&two), 0);
	assert_false(runtime->dead[two.leak.receiver]);
	assert_null(lc_go_retained_of(runtime->model, two.leak.main + 1));
	assert_null(lc_go_retained_of(runtime->model, two.leak.receiver + 1));
	assert_int_equal(go_reach_retained(&runtime->process, runtime->model), 0);
	assert_int_equal(retained_by(&two, two.leak.main)->heap_bytes, BOX);
	/* Both have the channel. */
	assert_int_equal(retained_by(&two, two.leak.receiver)->heap_bytes, 0);
	assert_int_equal(retained_by(&two, two.leak.main)->shared_bytes,
			 two.channel_size + runtime->sizes[SPAN_WAITERS]);
	leak_end(&two.leak);
}

/* A span says that it has more objects than it has room for, and that each has its type before it.
 */
static void test_a_span_that_lies(void **state)
{
	struct go_runtime *runtime;
	struct two two;
	uint64_t at;

	(void)state;
	runtime = two_start(&two, GO_NEWEST);
	at = SPAN_BOOKS + SPAN_BOXES * 0x200;
	go_put_span(runtime, SPAN_BOXES, go_span_start(SPAN_BOXES), 1, 1024, /* in use */ 1);
	go_put_field(runtime, at, runtime->process.offsets.span_nelems, 0xffff, 2);
	go_put_field(runtime, at, runtime->process.offsets.span_class, 0x40, 1);
	go_put_stack(runtime, two.leak.receiver, 9, go_span_start(SPAN_BOXES));
	go_put_stack(runtime, two.other, 9, go_span_start(SPAN_BOXES) + PAGE - 8);
	assert_int_equal(two_search(&two), 0);
	assert_int_equal(retained_by(&two, two.leak.receiver)->types[0].size, 1024);
	assert_int_equal(retained_by(&two, two.leak.receiver)->types[0].count, 1);
	leak_end(&two.leak);
}

/* What cannot be read any more ends it, and nothing is said. */
static void test_memory_that_is_gone(void **state)
{
	struct go_runtime *runtime;
	struct two two;

	(void)state;
	runtime = two_start(&two, GO_NEWEST);
	go_put_stack(runtime, two.leak.receiver, 9, go_new(runtime, SPAN_BOXES));
	assert_int_equal(two_search(&two), 0);
	go_region_at(runtime, go_span_start(SPAN_BOXES))->gone = true;
	assert_int_equal(go_reach_retained(&runtime->process, runtime->model), -EFAULT);
	leak_end(&two.leak);
}

static const struct lc_go_path *path_of(struct two *two, size_t place)
{
	struct go_runtime *runtime = &two->leak.runtime;
	const uint64_t goid = place + 1;
	const struct runtime_why why = { .goids = &goid, .count = 1 };

	assert_int_equal(go_reach_paths(&runtime->process, runtime->model, &why, NULL), 0);
	return lc_go_path_of(runtime->model, goid);
}

static void test_by_what_way_it_is_reached(void **state)
{
	const struct lc_go_path *path;
	struct go_runtime *runtime;
	uint64_t boxes[20];
	struct two two;
	size_t i;

	(void)state;
	runtime = two_start(&two, GO_NEWEST);
	assert_int_equal(two_search(&two), 0);
	assert_null(path_of(&two, two.leak.receiver)); /* by none */
	leak_end(&two.leak);

	runtime = two_start(&two, GO_NEWEST);
	boxes[0] = go_new(runtime, SPAN_BOXES);
	go_put_word(runtime, GLOBAL + 0x20, boxes[0]);
	go_put_word(runtime, boxes[0] + 8, two.leak.channel);
	go_put_stack(runtime, two.leak.receiver, 9, two.leak.channel + two.channel_size);
	assert_int_equal(two_search(&two), 0);
	path = path_of(&two, two.leak.receiver);
	assert_non_null(path);
	assert_int_equal(path->count, 3);
	assert_string_equal(path->links[0], "global variable at 0x1000020");
	assert_string_equal(path->links[1], "16 bytes");
	/* The one whose channel he has could be woken by him. */
	path = path_of(&two, two.other);
	assert_non_null(path);
	assert_int_equal(path->count, 5);
	assert_string_equal(path->links[3], "goroutine 2");
	leak_end(&two.leak);

	/* Of a long way the beginning and the end. */
	runtime = two_start(&two, GO_NEWEST);
	for (i = 0; i < 20; i++) {
		boxes[i] = go_new(runtime, SPAN_BOXES);
		go_put_word(runtime, i ? boxes[i - 1] : GLOBAL, boxes[i]);
	}
	go_put_word(runtime, boxes[19], two.leak.channel);
	assert_int_equal(two_search(&two), 0);
	path = path_of(&two, two.leak.receiver);
	assert_non_null(path);
	assert_int_equal(path->count, LC_GO_LINKS);
	assert_int_equal(path->left_out, 22 - LC_GO_LINKS);
	assert_string_equal(path->links[0], "global variable at 0x1000000");
	leak_end(&two.leak);
}

#if defined(__x86_64__) /* where the maps are known */
/* Who lives and waits for what a leak has at hand, in a word that is a pointer for certain. */
static void test_who_depends_on_a_leak(void **state)
{
	static const size_t words[] = { 2, 3 }; /* of its frame: one is live, the other is not */
	const struct lc_go_releasers *releasers;
	struct go_program program;
	struct go_runtime *runtime;
	struct two two;
	uint64_t third;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		runtime = two_start(&two, GO_VERSION(1, 26, 0));
		go_program_make(&program, "main.f", 0);
		assert_true(go_program_begin(&program));
		leak_put_frames(&two.leak, two.leak.receiver, &program, AT_A_CALL);
		go_put_word(runtime, GLOBAL, two.leak.channel + two.channel_size);
		go_put_stack(runtime, two.leak.receiver, words[i],
			     two.leak.channel + two.channel_size);
		/* The first of its cases, which lives: the other one counts as well. */
		third = go_new(runtime, SPAN_CHANNELS);
		go_wait_for(runtime, two.other, third);
		go_put_word(runtime, GLOBAL + 8, third);
		assert_int_equal(two_search(&two), 0);
		assert_true(runtime->dead[two.leak.receiver] && !runtime->dead[two.other]);
		releasers = lc_go_releasers_of(runtime->model, two.other + 1);
		assert_int_equal(releasers != NULL, !i);
		if (releasers) {
			assert_false(releasers->known);
			assert_int_equal(releasers->total, 1);
			assert_int_equal(releasers->goids[0], two.leak.receiver + 1);
		}
		leak_end(&two.leak);
		go_program_end(&program);
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_only_one_holds),
		cmocka_unit_test(test_what_the_living_hold),
		cmocka_unit_test(test_a_span_that_lies),
		cmocka_unit_test(test_memory_that_is_gone),
		cmocka_unit_test(test_by_what_way_it_is_reached),
#if defined(__x86_64__)
		cmocka_unit_test(test_who_depends_on_a_leak),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
