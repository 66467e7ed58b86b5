// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search of the heap for who can still be woken, in a runtime made by hand: what global
 * variables, stacks and objects of the heap lead to, pointers that move while they are looked for,
 * and memory that cannot be read.
 */
#include "go_leak.h"

#include "runtimes/go/heap/reach_search.h"

static const uint32_t versions[] = {
	GO_VERSION(1, 17, 0), GO_VERSION(1, 18, 0), GO_VERSION(1, 19, 0), GO_VERSION(1, 20, 0),
	GO_VERSION(1, 21, 0), GO_VERSION(1, 22, 0), GO_VERSION(1, 23, 0), GO_VERSION(1, 24, 0),
	GO_VERSION(1, 25, 0), GO_VERSION(1, 26, 0), GO_VERSION(1, 27, 0),
};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

static void test_nobody_has_the_channel(void **state)
{
	struct leak leak;
	size_t i;

	(void)state;
	for (i = 0; i < VERSIONS; i++) {
		leak_start(&leak, versions[i]);
		assert_dead(&leak, true);
	}
}

static void test_a_global_has_the_channel(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;
	size_t i;

	(void)state;
	for (i = 0; i < VERSIONS; i++) {
		runtime = leak_start(&leak, versions[i]);
		go_put_word(runtime, GLOBAL, leak.channel);
		assert_dead(&leak, false);
	}
}

/* By way of two objects; a pointer into the midst of one holds it as well. */
static void test_an_object_of_a_global_has_it(void **state)
{
	struct go_runtime *runtime;
	uint64_t first, second;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	first = go_new(runtime, SPAN_BOXES);
	second = go_new(runtime, SPAN_BOXES);
	go_put_word(runtime, GLOBAL, first);
	go_put_word(runtime, first, second + 8);
	go_put_word(runtime, second, leak.channel + 16);
	assert_dead(&leak, false);

	runtime = leak_start(&leak, GO_NEWEST);
	first = go_new(runtime, SPAN_BOXES);
	second = go_new(runtime, SPAN_BOXES);
	go_put_word(runtime, GLOBAL, first);
	go_put_word(runtime, second, leak.channel); /* which nobody has */
	assert_dead(&leak, true);
}

static void test_a_stack_has_it(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	go_put_stack(runtime, leak.main, 9, leak.channel);
	assert_dead(&leak, false);

	runtime = leak_start(&leak, GO_NEWEST);
	go_put_stack(runtime, leak.main, -2, leak.channel); /* of a frame that is no more */
	assert_dead(&leak, true);

	/* Of one that runs, sp says nothing. */
	runtime = leak_start(&leak, GO_NEWEST);
	go_put_stack(runtime, leak.main, -2, leak.channel);
	go_put_field(runtime, runtime->goroutines[leak.main],
		     runtime->process.offsets.g_atomicstatus, GO_STATUS_RUNNING, 4);
	assert_dead(&leak, false);
}

#if defined(__x86_64__) /* where the maps are known */
/*
 * Of a frame at a call only what is live holds: the words that the map names, and what they lead to
 * on the stack itself.
 */
static void test_a_frame_with_a_map(void **state)
{
	static const struct {
		size_t word; /* of the frame, that has the channel */
		bool leads;  /* the local that is live leads to the variable */
		bool in_call;
		bool dead;
	} cases[] = {
		{ 0, false, true, true },   { 1, false, true, true },  { 2, false, true, false },
		{ 3, false, true, true },   { 1, true, true, false },  { 3, true, true, true },
		{ 3, false, false, false }, { 7, false, true, false }, /* of the first function */
	};
	struct go_program program;
	struct go_runtime *runtime;
	struct leak leak;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		runtime = leak_start(&leak, GO_VERSION(1, 26, 0));
		go_program_make(&program, "main.f", 0);
		assert_true(go_program_begin(&program));
		leak_put_frames(&leak, leak.main, &program, AT_A_CALL - (cases[i].in_call ? 0 : 2));
		go_put_stack(runtime, leak.main, cases[i].word, leak.channel);
		if (cases[i].leads)
			go_put_stack(runtime, leak.main, 2, go_sp(leak.main) + 8);
		assert_dead(&leak, cases[i].dead);
		go_program_end(&program);
	}
}
#endif

/* One of the cases of a select is enough. */
static void test_a_select(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;
	uint64_t other;
	size_t place;
	int known; /* neither, the one, the other */

	(void)state;
	for (known = 0; known < 3; known++) {
		runtime = leak_start(&leak, GO_NEWEST);
		other = go_new(runtime, SPAN_CHANNELS);
		place = go_add_waiting(runtime, "select");
		go_wait_for(runtime, place, leak.channel);
		go_wait_for(runtime, place, other);
		if (known)
			go_put_word(runtime, GLOBAL, known == 1 ? other : leak.channel);
		assert_int_equal(go_runtime_reach(runtime), 0);
		assert_int_equal(runtime->dead[place], !known);
		/* It has the other one's channel, which it could send to. */
		assert_int_equal(runtime->dead[leak.receiver], !known);
		leak_end(&leak);
	}
}

/*
 * What if only one case of a select counted? Then whoever has another one's channel is nobody; of
 * those that are not asked about all cases count as ever.
 */
static void test_one_case_of_a_select(void **state)
{
	struct go_runtime *runtime;
	struct go_only only;
	struct leak leak;
	uint64_t other;
	size_t place, asked;
	uint8_t dead;
	int known; /* neither, the one that is not asked about, the other, both; and not waited for
		    */

	(void)state;
	for (known = 0; known < 5; known++) {
		runtime = leak_start(&leak, GO_NEWEST);
		other = go_new(runtime, SPAN_CHANNELS);
		asked = go_add_waiting(runtime, "select");
		place = go_add_waiting(runtime, "select");
		go_wait_for(runtime, asked, leak.channel);
		go_wait_for(runtime, asked, other);
		go_wait_for(runtime, place, leak.channel);
		go_wait_for(runtime, place, other);
		if (known & 1)
			go_put_word(runtime, GLOBAL, other);
		if (known & 2)
			go_put_word(runtime, GLOBAL + 8, leak.channel);
		assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
		only = (struct go_only){ runtime->model->list[asked].goid,
					 known == 4 ? go_new(runtime, SPAN_CHANNELS)
						    : leak.channel };
		dead = 2;
		assert_int_equal(go_reach_only(&runtime->process, runtime->model, &only, 1, &dead),
				 0);
		/* The other select, which lives by the other channel, could send to the one. */
		assert_int_equal(dead, known == 0);
		leak_end(&leak);
		(void)place;
	}
	/* Nobody else waits at both. */
	runtime = leak_start(&leak, GO_NEWEST);
	other = go_new(runtime, SPAN_CHANNELS);
	asked = go_add_waiting(runtime, "select");
	go_wait_for(runtime, asked, leak.channel);
	go_wait_for(runtime, asked, other);
	go_put_word(runtime, GLOBAL, other);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	only = (struct go_only){ runtime->model->list[asked].goid, leak.channel };
	assert_int_equal(go_reach_only(&runtime->process, runtime->model, &only, 1, &dead), 0);
	assert_int_equal(dead, 1);
	go_put_word(runtime, GLOBAL + 8, leak.channel);
	assert_int_equal(go_reach_only(&runtime->process, runtime->model, &only, 1, &dead), 0);
	assert_int_equal(dead, 0);
	leak_end(&leak);
}

/* Each has what the other waits for: neither can ever go on, and each is the other's releaser. */
static void test_a_circle(void **state)
{
	const struct lc_go_releasers *releasers;
	struct go_runtime *runtime;
	struct leak leak;
	uint64_t other;
	size_t second;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	other = go_new(runtime, SPAN_CHANNELS);
	second = go_add_receiver(runtime, other);
	go_put_stack(runtime, leak.receiver, 8, other);
	go_put_stack(runtime, second, 8, leak.channel);
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_true(runtime->dead[leak.receiver] && runtime->dead[second]);
	releasers = lc_go_releasers_of(runtime->model, leak.receiver + 1);
	assert_non_null(releasers);
	assert_true(releasers->known);
	assert_int_equal(releasers->total, 1);
	assert_int_equal(releasers->goids[0], second + 1);

	/* Somebody can wake the second, which can then wake the first. */
	go_put_word(runtime, GLOBAL, other);
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_false(runtime->dead[leak.receiver] || runtime->dead[second]);
	leak_end(&leak);
}

/* Of 1.25 and older the condition's own list is all there is: he is the last one of many. */
static void test_a_condition_that_many_wait_at(void **state)
{
	uint64_t nodes = DATA + 0x4000, list, waiter, i;
	const uint64_t others = 100;
	struct go_runtime *runtime;
	struct leak leak;
	size_t place;
	int known;

	(void)state;
	for (known = 0; known < 2; known++) {
		runtime = leak_start(&leak, GO_VERSION(1, 21, 0));
		list = go_new(runtime, SPAN_CHANNELS);
		waiter = go_new(runtime, SPAN_WAITERS);
		place = go_add_waiting(runtime, "sync.Cond.Wait");
		go_put_word(runtime, list, others + 1); /* so many have come, none was told */
		go_put_word(runtime, list + 16, nodes);
		go_put_word(runtime, list + 24, waiter);
		for (i = 0; i < others; i++) {
			go_put_word(runtime, nodes + i * 24, 0x1000000000 + i * 8);
			go_put_word(runtime, nodes + i * 24 + 8,
				    i + 1 < others ? nodes + (i + 1) * 24 : waiter);
		}
		go_put_word(runtime, waiter, runtime->goroutines[place]);
		go_put_stack(runtime, place, 5, list);
		if (known)
			go_put_word(runtime, GLOBAL, list);
		assert_int_equal(go_runtime_reach(runtime), 0);
		assert_int_equal(runtime->dead[place], !known);
		leak_end(&leak);
	}
}

static void test_no_channel_at_all(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;
	size_t place;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	place = go_add_waiting(runtime, "chan receive (nil chan)");
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_true(runtime->dead[place]);
	leak_end(&leak);
}

/* A channel that is no object of the heap is a variable of somebody. */
static void test_a_channel_outside_of_the_heap(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;
	size_t place;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	place = go_add_receiver(runtime, DATA + 0x400);
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_false(runtime->dead[place]);
	leak_end(&leak);
}

/*
 * The runtime's own books have what a goroutine waits for as well, and could not give it to
 * anybody.
 */
static void test_books_of_the_runtime(void **state)
{
	const struct go_offsets *o;
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	o = &runtime->process.offsets;
	go_put_word(runtime, GLOBAL, go_span_start(SPAN_WAITERS));
	assert_dead(&leak, true);

	runtime = leak_start(&leak, GO_NEWEST);
	go_put_word(runtime, GLOBAL, runtime->goroutines[leak.receiver]);
	go_put_field(runtime, runtime->goroutines[leak.receiver], o->g_labels, leak.channel, 8);
	assert_dead(&leak, true);
}

/* A variable leads to the second object of a span, which has the channel; bits tell of its use. */
static void put_box(struct leak *leak, bool in_use)
{
	struct go_runtime *runtime = &leak->runtime;
	const struct go_offsets *o = &runtime->process.offsets;
	uint64_t at = SPAN_BOOKS + SPAN_BOXES * 0x200, box;

	(void)go_new(runtime, SPAN_BOXES);
	box = go_new(runtime, SPAN_BOXES);
	go_put_word(runtime, GLOBAL, box);
	go_put_word(runtime, box, leak->channel);
	go_put_field(runtime, at, o->span_freeindex, 0, 2);
	go_put_field(runtime, at, o->span_alloc_bits, DATA + 0x600, 8);
	go_put(runtime, DATA + 0x600, in_use ? 3 : 1, 1);
}

/* What is free has old pointers, which hold nothing. */
static void test_an_object_that_is_free(void **state)
{
	struct leak leak;

	(void)state;
	leak_start(&leak, GO_NEWEST);
	put_box(&leak, /* in_use= */ true);
	assert_dead(&leak, false);

	leak_start(&leak, GO_NEWEST);
	put_box(&leak, /* in_use= */ false);
	assert_dead(&leak, true);
}

/* It came into use after the first question: then what it has was put there since. */
static void take_into_use(struct go_runtime *runtime, uint64_t address, size_t size)
{
	bool begins = address == SPAN_LIST && size > 8; /* a look does */

	runtime->step = begins ? 0 : runtime->step + (address == DATA + 0x600);
	if (begins || runtime->step == 2)
		go_put(runtime, DATA + 0x600, begins ? 1 : 3, 1);
}

static void test_an_object_that_comes_into_use(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	put_box(&leak, /* in_use= */ false);
	runtime->before = take_into_use;
	assert_dead(&leak, false);
}

/* The one that a finalizer will be called with. */
static void test_a_finalizer_gives_it(void **state)
{
	uint64_t record = DATA + 0x500, box;
	const struct go_offsets *o;
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	o = &runtime->process.offsets;
	(void)go_new(runtime, SPAN_BOXES);
	box = go_new(runtime, SPAN_BOXES);
	go_put_word(runtime, box, leak.channel);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, o->span_specials, record, 8);
	go_put_word(runtime, record + 8, box - go_span_start(SPAN_BOXES));
	go_put_field(runtime, record, o->special_kind, 2, 1);
	assert_dead(&leak, false);
}

/* One that is due, in a block outside of the heap: nothing else has its object any more. */
static void test_a_finalizer_that_is_due(void **state)
{
	uint64_t block = ALLP + 0x1000, queue = DATA_END - 8, box;
	struct go_runtime *runtime;
	struct leak leak;
	int due;

	(void)state;
	for (due = 0; due < 2; due++) {
		runtime = leak_start(&leak, GO_NEWEST);
		box = go_new(runtime, SPAN_BOXES);
		go_add_region(runtime, block, 4096);
		go_put_word(runtime, queue, block); /* runtime.finq */
		go_put_word(runtime, block + 16, due);
		go_put_word(runtime, block + 24, DATA); /* a function */
		go_put_word(runtime, block + 32, box);
		go_put_word(runtime, box, leak.channel);
		assert_dead(&leak, !due);
	}
}

/*
 * The same of a cleanup, which stands in the block behind the first: a word of its own in 1.25, and
 * three later, of which one is its argument.
 */
static void test_a_cleanup_that_is_due(void **state)
{
	const uint32_t versions[] = { GO_VERSION(1, 25, 0), GO_VERSION(1, 26, 0) };
	uint64_t blocks = ALLP + 0x1000, all = BSS + 0x80, box;
	struct go_runtime *runtime;
	struct leak leak;
	int due, i;

	(void)state;
	for (i = 0; i < 4; i++) {
		due = i % 2;
		runtime = leak_start(&leak, versions[i / 2]);
		box = go_new(runtime, SPAN_BOXES);
		go_add_region(runtime, blocks, 4096);
		go_put_word(runtime, all, blocks); /* runtime.gcCleanups.all */
		go_put_word(runtime, blocks + 16, blocks + 512);
		go_put_word(runtime, blocks + 512 + 24, due);
		go_put_word(runtime, blocks + 512 + (i < 2 ? 32 : 48), box);
		go_put_word(runtime, box, leak.channel);
		assert_dead(&leak, !due);
	}
}

/* A block that leads to itself: not all can be read, and nothing is known. */
static void test_cleanups_in_a_circle(void **state)
{
	uint64_t block = ALLP + 0x1000;
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	go_add_region(runtime, block, 4096);
	go_put_word(runtime, BSS + 0x80, block);
	go_put_word(runtime, block + 16, block);
	assert_int_equal(go_runtime_reach(runtime), -EFAULT);
	leak_end(&leak);
}

/*
 * In each look main takes the channel from its stack into a variable, when the variables have been
 * read, and the stack has not: seen in neither, but main has run, and all is looked at once more.
 */
static void move_to_a_global(struct go_runtime *runtime, uint64_t address, size_t size)
{
	bool begins = address == SPAN_LIST && size > 8;

	if (begins || (address >= STACKS && address < go_stack_end(0) && runtime->moves)) {
		runtime->moves = begins;
		go_put_word(runtime, GLOBAL, begins ? 0 : go_span_start(SPAN_CHANNELS));
		go_put_stack(runtime, 0, 9, begins ? go_span_start(SPAN_CHANNELS) : 0);
		go_has_run(runtime, 0, ++runtime->step);
	}
}

static void test_a_pointer_that_moves_in_a_look(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	runtime->before = move_to_a_global;
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_int_equal(runtime->step, 2); /* one look was enough */
	assert_false(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/*
 * Who runs may have it in a register, which nobody can read. As long as main does not get its CPU
 * nothing is known; when it has done something else since, its stack and the memory would have it.
 */
static void run_on(struct go_runtime *runtime, uint64_t address, size_t size)
{
	(void)size;
	if (address == ONLY_P + runtime->process.offsets.p_schedtick)
		go_run(runtime, 0);
}

static void test_who_runs_gets_no_cpu(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	go_run(runtime, leak.main);
	assert_int_equal(go_runtime_reach(runtime), -EAGAIN);
	runtime->before = run_on;
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_true(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/* The scheduler may have taken a timer from its heap, and not called it yet. */
static void test_the_scheduler_gets_no_cpu(void **state)
{
	const struct go_offsets *o;
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	o = &runtime->process.offsets;
	go_put_field(runtime, ONLY_P, o->p_m, ONLY_M, 8);
	assert_int_equal(go_runtime_reach(runtime), -EAGAIN);
	go_put_field(runtime, ONLY_P, o->p_m, 0, 8);
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_true(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/* On behalf of the collector, or in a system call: it was stopped at a call, as those that wait. */
static void test_who_is_stopped_on_its_thread(void **state)
{
	static const uint32_t stopped[] = { GO_STATUS_WAITING, GO_STATUS_SYSCALL };
	struct go_runtime *runtime;
	struct leak leak;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		runtime = leak_start(&leak, GO_NEWEST);
		go_run(runtime, leak.main);
		go_put_field(runtime, runtime->goroutines[leak.main],
			     runtime->process.offsets.g_atomicstatus, stopped[i], 4);
		assert_dead(&leak, true);
	}
}

/* Without processors it is not known who runs, nor what timers have. */
static void test_processors_that_are_not_found(void **state)
{
	struct leak leak;

	(void)state;
	leak_start(&leak, GO_NEWEST)->process.allp = 0;
	assert_int_equal(go_runtime_reach(&leak.runtime), -ENOENT);
	assert_false(leak.runtime.dead[leak.receiver]);
	leak_end(&leak);
}

/* It was nowhere at the first look, and is there at the second: that one counts. */
static void appear_at_the_second_look(struct go_runtime *runtime, uint64_t address, size_t size)
{
	if (address == SPAN_LIST && size > 8 && ++runtime->step == 2)
		go_put_word(runtime, GLOBAL, go_span_start(SPAN_CHANNELS));
}

static void test_a_pointer_between_two_looks(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	runtime->before = appear_at_the_second_look;
	assert_int_equal(go_runtime_reach(runtime), 0);
	assert_int_equal(runtime->step, 2);
	assert_false(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/*
 * The same in an object that the first look has met and read, be it that nothing leads to that any
 * more: what it had meanwhile, it may have given away.
 */
static void appear_in_an_object(struct go_runtime *runtime, uint64_t address, size_t size)
{
	if (address != SPAN_LIST || size <= 8 || ++runtime->step != 2)
		return;
	go_put_word(runtime, go_span_start(SPAN_BOXES), go_span_start(SPAN_CHANNELS));
	if (runtime->moves)
		go_put_word(runtime, GLOBAL, 0);
}

static void test_a_pointer_in_what_was_met(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;
	int moves;

	(void)state;
	for (moves = 0; moves < 2; moves++) {
		runtime = leak_start(&leak, GO_NEWEST);
		go_put_word(runtime, GLOBAL, go_new(runtime, SPAN_BOXES));
		runtime->before = appear_in_an_object;
		runtime->moves = moves;
		assert_dead(&leak, false);
	}
}

/* What the first look has met in a span says nothing of the objects that the span has now. */
static void become_another_span(struct go_runtime *runtime, uint64_t address, size_t size)
{
	if (address != SPAN_LIST || size <= 8 || ++runtime->step != 2)
		return;
	go_put_word(runtime, GLOBAL, 0);
	go_put_span(runtime, SPAN_BOXES, go_span_start(SPAN_BOXES), 1, 32, /* in use */ 1);
	go_put_word(runtime, go_span_start(SPAN_BOXES) + 16, go_span_start(SPAN_CHANNELS));
}

static void test_a_span_between_two_looks(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	go_put_word(runtime, GLOBAL, go_new(runtime, SPAN_BOXES));
	runtime->before = become_another_span;
	assert_dead(&leak, true);
}

/*
 * While the spans are read, one is given back, and its pages become a stack or another span, which
 * is read later: both are in the list then.
 */
static void lie_under_another(struct go_runtime *runtime, uint64_t address, size_t size)
{
	if (address != SPAN_LIST || size <= 8 || ++runtime->step != 2)
		return;
	go_put_span(runtime, SPAN_COUNT + 1, go_span_start(SPAN_BOXES), 1, runtime->moves ? 32 : 0,
		    runtime->moves ? /* in use */ 1 : /* by hand */ 2);
}

static void test_spans_that_overlap(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;
	int moves;

	(void)state;
	for (moves = 0; moves < 2; moves++) {
		runtime = leak_start(&leak, GO_NEWEST);
		(void)go_new(runtime, SPAN_BOXES);
		go_put_word(runtime, GLOBAL, go_new(runtime, SPAN_BOXES));
		go_put_field(runtime, HEAP_BOOKS, runtime->process.offsets.mheap_allspans + 8,
			     SPAN_COUNT + 2, 8);
		go_put_span(runtime, SPAN_COUNT + 1, go_span_start(SPAN_BOXES), 1, 0, /* free */ 0);
		go_put_span(runtime, SPAN_BOXES, go_span_start(SPAN_BOXES), 1, 16, /* in use */ 1);
		runtime->before = lie_under_another;
		runtime->moves = moves;
		assert_dead(&leak, true);
	}
}

/* The receiver itself has gone on since the sweep: its wait is not the one that was seen. */
static void test_a_waiter_that_has_gone_on(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	go_has_run(runtime, leak.receiver, 1);
	assert_int_equal(go_reach(&runtime->process, runtime->model, runtime->dead, NULL), 0);
	assert_false(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/* Whatever cannot be read ends the search: it might have what is looked for. */
static void test_memory_that_cannot_be_read(void **state)
{
	static const uint64_t places[] = { DATA, HEAP, STACKS, SPAN_BOOKS };
	struct go_runtime *runtime;
	struct leak leak;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		runtime = leak_start(&leak, GO_NEWEST);
		assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
		go_region_at(runtime, places[i])->gone = true;
		assert_true(go_reach(&runtime->process, runtime->model, runtime->dead, NULL) < 0);
		assert_false(runtime->dead[leak.receiver]);
		leak_end(&leak);
	}
}

/* Only part of the global variables: the rest may have it. */
static void test_globals_that_end_early(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	runtime->process.modules[0].ebss += 8;
	assert_int_equal(go_reach(&runtime->process, runtime->model, runtime->dead, NULL), -EFAULT);
	assert_false(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/* An object on the way is not readable any more: that memory was given back meanwhile. */
static void take_the_boxes_away(struct go_runtime *runtime, uint64_t address, size_t size)
{
	(void)size;
	if (address >= go_span_start(SPAN_BOXES) && address < go_span_start(SPAN_BOXES) + PAGE)
		go_region_at(runtime, go_span_start(SPAN_BOXES))->gone = true;
}

static void test_an_object_that_cannot_be_read(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	go_put_word(runtime, GLOBAL, go_new(runtime, SPAN_BOXES));
	runtime->before = take_the_boxes_away;
	assert_int_equal(go_runtime_reach(runtime), -EFAULT);
	assert_false(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/*
 * A variable before the heap's own has a page of a large heap, where what stands leads on to what
 * could be taken for a span that is all there is.
 */
static void test_a_page_that_looks_like_the_map(void **state)
{
	const uint64_t page = 0x3000000000, arena = 0x3100000000, span = DATA + 0x4000;
	uint64_t entry = page + ((HEAP + MAP_BASE) >> 26) * 8;
	const struct go_offsets *o;
	struct go_runtime *runtime;
	struct leak leak;
	uint64_t pages;

	(void)state;
	for (pages = 1; pages < 1ull << 60; pages <<= 20) {
		runtime = leak_start(&leak, GO_NEWEST);
		o = &runtime->process.offsets;
		go_add_region(runtime, entry, 8);
		go_add_region(runtime, arena, o->arena_spans + 8192 * 8);
		go_put_word(runtime, BSS + 0x80, page);
		go_put_word(runtime, entry, arena);
		go_put_word(runtime, arena + o->arena_spans, span);
		go_put_field(runtime, span, o->span_start, HEAP, 8);
		go_put_field(runtime, span, o->span_npages, pages, 8);
		go_put_field(runtime, span, o->span_elemsize, 64, 8);
		go_put_field(runtime, span, o->span_state, 1, 1);
		assert_dead(&leak, true);
	}
}

/* No heap was found, or there is a module whose variables are not known. */
static void test_what_is_not_known(void **state)
{
	struct go_runtime *runtime;
	struct leak leak;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	go_put_field(runtime, HEAP_BOOKS, runtime->process.offsets.mheap_arenas, 0, 8);
	assert_int_equal(go_runtime_reach(runtime), -ENOENT);
	assert_false(runtime->dead[leak.receiver]);
	leak_end(&leak);

	runtime = leak_start(&leak, GO_NEWEST);
	go_put_field(runtime, runtime->process.modules[0].address,
		     runtime->process.offsets.module_next, 0x5000000, 8);
	assert_int_equal(go_runtime_reach(runtime), -ENOENT);
	assert_false(runtime->dead[leak.receiver]);
	leak_end(&leak);
}

/*
 * In a block of tiny objects a word is held against all that wait there, each time that it is met:
 * the time is looked at in between.
 */
static void test_a_long_chain_of_waits(void **state)
{
	struct reach_goroutine goroutine = { .state = REACH_WAITS };
	struct search search = { .goroutines = &goroutine, .goroutine_count = 1, .end_at = 1 };
	struct go_runtime *runtime;
	struct leak leak;
	size_t i;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, runtime->process.offsets.span_class,
		     1, 1);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	assert_true(go_heap_bytes(&runtime->process) == 0);
	search.process = &runtime->process;
	assert_int_equal(go_heap_read(&runtime->process, &search.heap), 0);
	assert_int_equal(reach_marks_begin(&search), 0);
	for (i = 0; i < 1u << 20; i++)
		reach_await(&search, 0, go_span_start(SPAN_BOXES));
	assert_int_equal(search.error, 0);
	reach_mark(&search, go_span_start(SPAN_BOXES) + 8);
	assert_int_equal(search.error, -ETIME);
	assert_int_equal(goroutine.state, REACH_WAITS);
	search.goroutines = NULL;
	reach_release(&search);
	leak_end(&leak);
}

/* Objects that are chosen so that all have one place in the table: as reach_marks.c places them. */
static void test_objects_with_one_place(void **state)
{
	struct reach_goroutine goroutine = { .state = REACH_WAITS };
	struct search search = { .goroutines = &goroutine, .goroutine_count = 1 };
	uint64_t start = HEAP + (1ull << 26), object;
	struct go_runtime *runtime;
	struct leak leak;
	size_t count = 0;

	(void)state;
	runtime = leak_start(&leak, GO_NEWEST);
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	assert_true(go_heap_bytes(&runtime->process) == 0);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, runtime->process.offsets.span_start,
		     start, 8);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, runtime->process.offsets.span_npages,
		     3 << 13, 8);
	go_put_field(runtime, SPAN_BOOKS + SPAN_BOXES * 0x200, runtime->process.offsets.span_nelems,
		     0, 2);
	search.process = &runtime->process;
	assert_int_equal(go_heap_read(&runtime->process, &search.heap), 0);
	assert_int_equal(reach_marks_begin(&search), 0);
	for (object = start; object < start + (3ull << 26) && count < 1500; object += 16) {
		if ((object >> 3) * 0x9e3779b97f4a7c15ull >> 24 & 4095)
			continue;
		reach_await(&search, 0, object);
		count++;
	}
	assert_int_equal(count, 1500);
	assert_int_equal(goroutine.state, REACH_WAITS);
	assert_int_equal(search.error, -E2BIG);
	search.goroutines = NULL;
	reach_release(&search);
	leak_end(&leak);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_long_chain_of_waits),
		cmocka_unit_test(test_objects_with_one_place),
		cmocka_unit_test(test_nobody_has_the_channel),
		cmocka_unit_test(test_a_global_has_the_channel),
		cmocka_unit_test(test_an_object_of_a_global_has_it),
		cmocka_unit_test(test_a_stack_has_it),
#if defined(__x86_64__)
		cmocka_unit_test(test_a_frame_with_a_map),
#endif
		cmocka_unit_test(test_a_select),
		cmocka_unit_test(test_one_case_of_a_select),
		cmocka_unit_test(test_a_circle),
		cmocka_unit_test(test_a_condition_that_many_wait_at),
		cmocka_unit_test(test_no_channel_at_all),
		cmocka_unit_test(test_a_channel_outside_of_the_heap),
		cmocka_unit_test(test_books_of_the_runtime),
		cmocka_unit_test(test_an_object_that_is_free),
		cmocka_unit_test(test_an_object_that_comes_into_use),
		cmocka_unit_test(test_a_finalizer_gives_it),
		cmocka_unit_test(test_a_finalizer_that_is_due),
		cmocka_unit_test(test_a_cleanup_that_is_due),
		cmocka_unit_test(test_cleanups_in_a_circle),
		cmocka_unit_test(test_a_pointer_that_moves_in_a_look),
		cmocka_unit_test(test_who_runs_gets_no_cpu),
		cmocka_unit_test(test_the_scheduler_gets_no_cpu),
		cmocka_unit_test(test_who_is_stopped_on_its_thread),
		cmocka_unit_test(test_processors_that_are_not_found),
		cmocka_unit_test(test_a_pointer_between_two_looks),
		cmocka_unit_test(test_a_pointer_in_what_was_met),
		cmocka_unit_test(test_a_span_between_two_looks),
		cmocka_unit_test(test_spans_that_overlap),
		cmocka_unit_test(test_a_waiter_that_has_gone_on),
		cmocka_unit_test(test_memory_that_cannot_be_read),
		cmocka_unit_test(test_globals_that_end_early),
		cmocka_unit_test(test_an_object_that_cannot_be_read),
		cmocka_unit_test(test_a_page_that_looks_like_the_map),
		cmocka_unit_test(test_what_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
