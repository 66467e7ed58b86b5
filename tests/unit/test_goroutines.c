// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goroutines over sweeps: births, ends, places used again, since when they stand, parents, bounds.
 */
#include "unit.h"

#include "model/goroutines.h"

static struct lc_go go;

static struct lc_go_process *begin(uint64_t now)
{
	struct lc_go_process *process = lc_go_get(&go, 7, 100);

	assert_non_null(process);
	lc_go_begin_sweep(process, now);
	return process;
}

static int release(void **state)
{
	(void)state;
	lc_go_release(&go);
	go = (struct lc_go){};
	return 0;
}

static struct lc_go_sample sample(uint64_t goid)
{
	return (struct lc_go_sample){
		.goid = goid,
		.address = 0x1000 * goid,
		.spawn_pc = 0x400000,
		.entry_pc = 0x500000,
		.stack_bytes = 2048,
		.state = LC_GO_WAITING,
		.kind = LC_GO_CHAN_RECEIVE,
		.reason = 14,
	};
}

static struct lc_goroutine *note(struct lc_go_process *process, size_t place,
				 const struct lc_go_sample *one, uint64_t now)
{
	bool new_site;

	return lc_go_note(process, place, one, now, &new_site);
}

static void test_births_and_ends(void **state)
{
	struct lc_go_sample one = sample(1), two = sample(2), other = sample(3);
	struct lc_go_process *process = begin(10);
	bool new_site;

	(void)state;
	other.spawn_pc++;
	assert_non_null(lc_go_note(process, 0, &one, 10, &new_site));
	assert_true(new_site);
	assert_non_null(lc_go_note(process, 1, &two, 10, &new_site));
	assert_false(new_site);
	lc_go_end_sweep(process);
	assert_int_equal(process->living, 2);
	assert_int_equal(process->sites[0].living, 2);
	assert_int_equal(process->sites[0].born, 0); /* they were there before */
	assert_int_equal(process->first_greatest_goid, 2);

	begin(20);
	note(process, 0, &one, 20);
	assert_int_equal(lc_go_note(process, 70, &other, 20, &new_site)->first_seen_at, 20);
	assert_true(new_site);
	lc_go_end_sweep(process);
	assert_int_equal(process->living, 2);
	assert_int_equal(process->count, 71);
	assert_int_equal(process->sites[0].living, 1);
	assert_int_equal(process->sites[0].ended, 1);
	assert_int_equal(process->sites[1].born, 1);
	assert_int_equal(process->list[0].first_seen_at, 10);
	assert_int_equal(process->greatest_goid, 3);
	assert_non_null(lc_go_by_goid(process, 1));
	assert_null(lc_go_by_goid(process, 2));
	assert_ptr_equal(lc_go_by_goid(process, 3), &process->list[70]);
	assert_null(lc_go_by_goid(process, 0));
}

static void test_slot_used_again(void **state)
{
	struct lc_go_sample old = sample(5), new = sample(9);
	struct lc_go_process *process = begin(10);

	(void)state;
	note(process, 0, &old, 10)->group = 3;
	process->list[0].stack = 8;
	process->list[0].reported = 2;
	lc_go_end_sweep(process);
	begin(20);
	note(process, 0, &new, 20);
	lc_go_end_sweep(process);
	assert_int_equal(process->list[0].goid, 9);
	assert_int_equal(process->list[0].stack, 0);
	assert_int_equal(process->list[0].reported, 0);
	assert_int_equal(process->list[0].first_seen_at, 20);
	assert_int_equal(process->list[0].group, 3); /* whose count has to fall */
	assert_int_equal(process->sites[0].living, 1);
	assert_int_equal(process->sites[0].born, 1);
	assert_int_equal(process->sites[0].ended, 1);
}

static void test_still_since(void **state)
{
	struct lc_go_sample one = sample(5);
	struct lc_go_process *process = begin(10);

	(void)state;
	note(process, 0, &one, 10);
	process->list[0].stack = 8;
	process->list[0].kind = LC_GO_MUTEX; /* as its stack has told */
	lc_go_end_sweep(process);
	begin(20);
	note(process, 0, &one, 20);
	lc_go_end_sweep(process);
	assert_int_equal(process->list[0].still_since, 10);
	assert_int_equal(process->list[0].stack, 8);
	assert_int_equal(process->list[0].kind, LC_GO_MUTEX);
	one.tracking_seq++; /* it has run, and waits at the same place */
	begin(30);
	note(process, 0, &one, 30);
	lc_go_end_sweep(process);
	assert_int_equal(process->list[0].still_since, 30);
	assert_int_equal(process->list[0].stack, 0);
	assert_int_equal(process->list[0].kind, LC_GO_CHAN_RECEIVE);
	one.kind = LC_GO_CHAN_SEND;
	begin(40);
	note(process, 0, &one, 40);
	lc_go_end_sweep(process);
	assert_int_equal(process->list[0].still_since, 40);
	one.state = LC_GO_RUNNABLE;
	begin(50);
	note(process, 0, &one, 50);
	lc_go_end_sweep(process);
	assert_int_equal(process->list[0].still_since, 50);
	assert_int_equal(process->list[0].first_seen_at, 10);
}

static void test_parents(void **state)
{
	struct lc_go_sample parent = sample(5), child = sample(9), stranger = sample(10);
	struct lc_go_process *process = begin(10);

	(void)state;
	child.parent_goid = 5;
	note(process, 0, &parent, 10);
	note(process, 1, &child, 10);
	note(process, 2, &stranger, 10);
	lc_go_end_sweep(process);
	assert_false(process->list[1].flags & LC_GO_PARENT_ENDED);
	assert_false(process->list[2].flags & LC_GO_PARENT_ENDED);
	begin(20);
	note(process, 1, &child, 20);
	note(process, 2, &stranger, 20);
	lc_go_end_sweep(process);
	assert_true(process->list[1].flags & LC_GO_PARENT_ENDED);
	assert_false(process->list[2].flags & LC_GO_PARENT_ENDED); /* none is known */
	child.tracking_seq++;
	begin(30);
	note(process, 1, &child, 30);
	lc_go_end_sweep(process);
	assert_true(process->list[1].flags & LC_GO_PARENT_ENDED);
}

static void test_threads(void **state)
{
	struct lc_go_sample one = sample(5), other = sample(6);
	struct lc_go_process *process = begin(10);

	(void)state;
	one.tid = 70;
	one.state = LC_GO_SYSCALL;
	note(process, 0, &other, 10);
	note(process, 1, &one, 10);
	lc_go_end_sweep(process);
	assert_ptr_equal(lc_go_by_thread(process, 70), &process->list[1]);
	assert_null(lc_go_by_thread(process, 0));
	assert_null(lc_go_by_thread(process, 71));
}

static void test_many(void **state)
{
	struct lc_go_process *process = begin(10);
	struct lc_go_sample one;
	uint64_t i;

	(void)state;
	for (i = 0; i < 30000; i++) {
		one = sample(i * 7 + 1);
		assert_non_null(note(process, i, &one, 10));
	}
	lc_go_end_sweep(process);
	assert_int_equal(process->living, 30000);
	for (i = 0; i < 30000; i++)
		assert_ptr_equal(lc_go_by_goid(process, i * 7 + 1), &process->list[i]);
	assert_null(lc_go_by_goid(process, 2));
}

static void test_bounds(void **state)
{
	struct lc_go_process *process = begin(10);
	struct lc_go_sample one = sample(1);
	uint64_t i;

	(void)state;
	assert_null(note(process, LC_GO_MAX, &one, 10));
	assert_int_equal(process->refused, 1);
	assert_int_equal(process->count, 0);
	for (i = 0; i < LC_GO_SITES_MAX; i++) {
		one = sample(i + 1);
		one.spawn_pc = i;
		assert_non_null(note(process, i, &one, 10));
	}
	one = sample(i + 1);
	one.spawn_pc = i;
	assert_null(note(process, i, &one, 10));
	assert_int_equal(process->refused, 2);
	one.spawn_pc = 0; /* a site that is known has room */
	assert_non_null(note(process, i, &one, 10));
	lc_go_end_sweep(process);
	assert_int_equal(process->living, LC_GO_SITES_MAX + 1);
	for (i = 1; i < LC_GO_PROCESSES_MAX; i++)
		assert_non_null(lc_go_get(&go, 1000 + i, 1));
	assert_null(lc_go_get(&go, 999999, 1));
	assert_int_equal(go.refused, 1);
	assert_non_null(lc_go_get(&go, 7, 100));
}

static void test_another_process(void **state)
{
	struct lc_go_sample one = sample(1);
	struct lc_go_process *process = begin(10);

	(void)state;
	note(process, 0, &one, 10);
	lc_go_end_sweep(process);
	process = lc_go_get(&go, 7, 101); /* the same number, started later */
	assert_int_equal(process->living, 0);
	assert_int_equal(process->sweep, 0);
	assert_int_equal(go.count, 1);
	assert_ptr_equal(lc_go_find(&go, 7), process);
	lc_go_forget(&go, process);
	assert_null(lc_go_find(&go, 7));
}

static void test_waits(void **state)
{
	struct lc_go_wait wait = { .goid = 5, .case_count = 1 };
	struct lc_go_process *process = begin(10);

	(void)state;
	assert_int_equal(lc_go_set_wait(process, &wait), 0);
	wait.case_count = 2;
	assert_int_equal(lc_go_set_wait(process, &wait), 0);
	assert_int_equal(lc_go_wait_of(process, 5)->case_count, 2);
	assert_null(lc_go_wait_of(process, 6));
	begin(20);
	assert_null(lc_go_wait_of(process, 5)); /* until the next sweep */
}

static void test_families(void **state)
{
	enum lc_go_kind kind;

	(void)state;
	for (kind = LC_GO_NO_WAIT; kind < LC_GO_KIND_COUNT; kind++)
		assert_string_not_equal(lc_go_kind_name(kind), "?");
	assert_string_equal(lc_go_kind_name(LC_GO_KIND_COUNT), "?");
	assert_int_equal(lc_go_family_of(LC_GO_NIL_SEND), LC_GO_FAMILY_CHANNEL);
	assert_int_equal(lc_go_family_of(LC_GO_COND), LC_GO_FAMILY_SYNC);
	assert_int_equal(lc_go_family_of(LC_GO_IN_CGO), LC_GO_FAMILY_EXTERNAL);
	assert_int_equal(lc_go_family_of(LC_GO_RUNTIME), LC_GO_FAMILY_NONE);
}

#define LIARS 400000 /* a search among all for each would take minutes */

/* A list that has one goroutine again and again. */
static void test_one_again_and_again(void **state)
{
	struct lc_go_sample one = sample(5), other = sample(6);
	struct lc_go_process *process = begin(10);
	size_t i;

	(void)state;
	for (i = 0; i < LIARS; i++)
		assert_non_null(note(process, i, &one, 10));
	note(process, LIARS, &other, 10);
	lc_go_end_sweep(process);
	assert_ptr_equal(lc_go_by_goid(process, 5), &process->list[0]);
	assert_ptr_equal(lc_go_by_goid(process, 6), &process->list[LIARS]);
	assert_null(lc_go_by_goid(process, 7));
}

/* Goids that are chosen to meet in one bucket: who is not near it is not found, and all others are.
 */
static void test_goids_that_collide(void **state)
{
	/* The inverse of the hash's factor: products of it are the numbers themselves. */
	const uint64_t inverse = 0xf1de83e19937733dull;
	struct lc_go_sample one, honest = sample(77);
	struct lc_go_process *process = begin(10);
	size_t i, found = 0;

	(void)state;
	assert_true(inverse * 0x9e3779b97f4a7c15ull == 1);
	for (i = 0; i < LIARS; i++) {
		one = sample(inverse * (i + 1)); /* below 2^20: all in bucket 0 */
		note(process, i, &one, 10);
	}
	note(process, LIARS, &honest, 10);
	lc_go_end_sweep(process);
	assert_ptr_equal(lc_go_by_goid(process, 77), &process->list[LIARS]);
	for (i = 0; i < 2000; i++)
		found += lc_go_by_goid(process, inverse * (i + 1)) == &process->list[i];
	assert_true(found > 500 && found < 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_births_and_ends, release),
		cmocka_unit_test_teardown(test_slot_used_again, release),
		cmocka_unit_test_teardown(test_one_again_and_again, release),
		cmocka_unit_test_teardown(test_goids_that_collide, release),
		cmocka_unit_test_teardown(test_still_since, release),
		cmocka_unit_test_teardown(test_parents, release),
		cmocka_unit_test_teardown(test_threads, release),
		cmocka_unit_test_teardown(test_many, release),
		cmocka_unit_test_teardown(test_bounds, release),
		cmocka_unit_test_teardown(test_another_process, release),
		cmocka_unit_test_teardown(test_waits, release),
		cmocka_unit_test(test_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
