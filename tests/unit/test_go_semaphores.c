// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of semaphores of a program that lies: what it costs to look for it, and to read one
 * that leads into itself.
 */
#include "go_runtime.h"

#include "runtimes/go/sync/waits.h"

#include <time.h>

#define VARIABLES 0x2400000000ull
#define VARIABLES_SIZE 0x80000ull
#define MANY 100000

static unsigned reads;

static void count_read(struct go_runtime *runtime, uint64_t address, size_t size)
{
	(void)runtime, (void)address, (void)size;
	reads++;
}

static void start(struct go_runtime *runtime)
{
	go_runtime_start(runtime, GO_VERSION(1, 25, 0));
	go_add_region(runtime, VARIABLES, VARIABLES_SIZE);
	runtime->process.modules[0].bss = VARIABLES;
	runtime->process.modules[0].bss_end = VARIABLES + VARIABLES_SIZE;
}

/* A record of a goroutine that waits for a word. */
static uint64_t put_waiter(struct go_runtime *runtime, uint64_t g, uint64_t word)
{
	const struct go_offsets *o = &runtime->process.offsets;
	uint64_t waiter = go_new(runtime, SPAN_WAITERS);

	go_put_field(runtime, waiter, o->sudog_g, g, 8);
	go_put_field(runtime, waiter, o->sudog_elem, word, 8);
	return waiter;
}

static void add_goroutines(struct go_runtime *runtime, size_t count)
{
	struct lc_go_sample sample = { .state = LC_GO_WAITING, .kind = LC_GO_MUTEX };
	bool new_site;
	size_t i;

	lc_go_begin_sweep(runtime->model, 1000);
	for (i = 0; i < count; i++) {
		sample.goid = i + 1;
		sample.address = HEAP + i * 512;
		assert_non_null(lc_go_note(runtime->model, i, &sample, 1000, &new_site));
	}
	lc_go_end_sweep(runtime->model);
}

static uint64_t cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

/* Each variable leads to a waiter that is none of many who wait: not each is held against each. */
static void test_variables_that_lead_to_a_waiter(void **state)
{
	struct go_runtime runtime;
	uint64_t waiter, at, begun;

	(void)state;
	start(&runtime);
	waiter = put_waiter(&runtime, HEAP + 8, HEAP + 16);
	for (at = VARIABLES; at < VARIABLES + VARIABLES_SIZE; at += 8)
		go_put_word(&runtime, at, waiter);
	add_goroutines(&runtime, MANY);
	begun = cpu_ns();
	assert_int_equal(go_find_semaphores(&runtime.process, runtime.model), -ENOENT);
	assert_true(cpu_ns() - begun < 2000000000);
	go_runtime_end(&runtime);
}

/* A chain, and a tree, of one waiter: no more are taken than goroutines can be waiting. */
static void test_a_table_that_leads_into_itself(void **state)
{
	static const int32_t *fields[3];
	struct go_runtime runtime;
	uint64_t waiter;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		start(&runtime);
		fields[0] = &runtime.process.offsets.sudog_waitlink;
		fields[1] = &runtime.process.offsets.sudog_prev;
		fields[2] = &runtime.process.offsets.sudog_next;
		add_goroutines(&runtime, 10);
		waiter = put_waiter(&runtime, HEAP + 5 * 512, HEAP + 16);
		go_put_field(&runtime, waiter, *fields[i], waiter, 8);
		go_put_field(&runtime, waiter, *fields[(i + 1) % 3], waiter, 8);
		runtime.process.semtable = VARIABLES;
		runtime.process.semtable_root = 64;
		go_put_word(&runtime, VARIABLES + 8, waiter);
		runtime.before = count_read;
		reads = 0;
		assert_int_equal(go_find_semaphores(&runtime.process, runtime.model), 0);
		assert_int_equal(go_seen(&runtime, 5)->object, HEAP + 16);
		assert_true(reads < 10000);
		go_runtime_end(&runtime);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variables_that_lead_to_a_waiter),
		cmocka_unit_test(test_a_table_that_leads_into_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
