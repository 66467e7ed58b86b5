// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts of groups of goroutines: what is proven, what grows, what is healthy. */
#include "unit.h"

#include "verdict/goroutines.h"

#define NOW 1000000000000ull
#define SECOND 1000000000ull
#define SWEEPS 24

static struct lc_go go;
static struct growth *growth;
static struct verdict_goroutine_records records;
static uint64_t now;

static int set_up(void **state)
{
	(void)state;
	now = NOW;
	return growth_create(&growth);
}

static int tear_down(void **state)
{
	(void)state;
	verdict_goroutines_release(&records);
	lc_go_release(&go);
	go = (struct lc_go){};
	growth_free(growth);
	return 0;
}

static struct lc_go_process *process_of(void)
{
	return lc_go_get(&go, 7, 100);
}

/* A goroutine that stands at the place of its kind, started by the go statement site. */
static struct lc_goroutine *stand(uint64_t goid, enum lc_go_kind kind, uint64_t site)
{
	struct lc_go_sample sample = {
		.goid = goid,
		.address = 0x1000 * goid,
		.spawn_pc = 0x400000 + site,
		.entry_pc = 0x500000,
		.stack_bytes = 2048,
		.state = kind == LC_GO_NO_WAIT ? LC_GO_RUNNING : LC_GO_WAITING,
		.kind = kind,
	};
	bool new_site;
	struct lc_goroutine *goroutine = lc_go_note(process_of(), goid, &sample, now, &new_site);

	assert_non_null(goroutine);
	goroutine->stack = kind + 1;
	return goroutine;
}

static void end_sweep(void)
{
	lc_go_end_sweep(process_of());
	verdict_goroutines_note(growth, &go);
	growth_close(growth, now);
	now += SECOND;
}

static void judge(void)
{
	verdict_goroutines_release(&records);
	assert_int_equal(verdict_goroutines_make(&go, growth, now, SECOND, &records), 0);
}

static const struct verdict_goroutines *group_of(enum lc_go_kind kind)
{
	size_t i;

	for (i = 0; i < records.count; i++) {
		if (records.list[i].goroutine->kind == kind)
			return &records.list[i];
	}
	fail_msg("no group of %s", lc_go_kind_name(kind));
	return NULL;
}

static void is(enum lc_go_kind kind, enum verdict verdict, const char *rule)
{
	const struct verdict_goroutines *group = group_of(kind);

	assert_string_equal(group->conclusion.rule, rule);
	assert_int_equal(group->conclusion.verdict, verdict);
	assert_true(group->conclusion.reason[0] != '\0');
	if (verdict >= VERDICT_SUSPECT)
		assert_true(group->conclusion.remedy[0] != '\0');
	if (verdict >= VERDICT_LEAK)
		assert_true(group->conclusion.proof[0] != '\0');
}

/* All of one look, which stand there for sweeps looks. */
static void looks(unsigned sweeps, void (*fill)(void))
{
	while (sweeps--) {
		lc_go_begin_sweep(process_of(), now);
		fill();
		end_sweep();
	}
	judge();
}

static void fill_hopeless(void)
{
	stand(2, LC_GO_NIL_RECEIVE, 1);
	stand(3, LC_GO_SELECT_EMPTY, 2);
	stand(4, LC_GO_CHAN_SEND, 3)->flags |= LC_GO_ASKED | LC_GO_UNREACHABLE;
}

static void test_what_nothing_can_wake_leaks_at_one_look(void **state)
{
	(void)state;
	looks(1, fill_hopeless);
	is(LC_GO_NIL_RECEIVE, VERDICT_LEAK, "nil-channel");
	is(LC_GO_SELECT_EMPTY, VERDICT_LEAK, "empty-select");
	is(LC_GO_CHAN_SEND, VERDICT_LEAK, "unreachable");
}

static void fill_main(void)
{
	stand(1, LC_GO_SELECT_EMPTY, 0);
}

static void test_main_may_wait_for_ever(void **state)
{
	(void)state;
	looks(5, fill_main);
	is(LC_GO_SELECT_EMPTY, VERDICT_IDLE, "main");
}

static void fill_pool(void)
{
	uint64_t goid;

	for (goid = 10; goid < 20; goid++)
		stand(goid, LC_GO_CHAN_RECEIVE, 1)->object = 0xc000;
	stand(30, LC_GO_SLEEP, 2);
	stand(31, LC_GO_RUNTIME, 3);
	stand(32, LC_GO_WAITGROUP, 4);
	stand(33, LC_GO_NETWORK, 5);
}

static void test_a_pool_is_idle(void **state)
{
	(void)state;
	looks(SWEEPS, fill_pool);
	is(LC_GO_CHAN_RECEIVE, VERDICT_IDLE, "waits-for-word");
	is(LC_GO_SLEEP, VERDICT_IDLE, "sleep");
	is(LC_GO_RUNTIME, VERDICT_IDLE, "runtime");
	is(LC_GO_WAITGROUP, VERDICT_IDLE, "waits-for-others");
	is(LC_GO_NETWORK, VERDICT_IDLE, "network");
	assert_int_equal(records.timer_count, 0);
}

static void fill_lock(void)
{
	stand(5, LC_GO_MUTEX, 1);
}

static void test_a_lock_is_held_for_moments(void **state)
{
	(void)state;
	looks(1, fill_lock);
	is(LC_GO_MUTEX, VERDICT_STUCK, "lock-held"); /* a second has gone by since */
	verdict_goroutines_release(&records);
	assert_int_equal(verdict_goroutines_make(&go, growth, now - SECOND / 2, SECOND, &records),
			 0);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
}

static void fill_circle(void)
{
	struct lc_go_wait first = { .goid = 5,
				    .address = 0x100,
				    .holders_known = true,
				    .holders = 1,
				    .holder = 6,
				    .fd = -1 };
	struct lc_go_wait second = { .goid = 6,
				     .address = 0x200,
				     .holders_known = true,
				     .holders = 1,
				     .holder = 5,
				     .fd = -1 };

	stand(5, LC_GO_MUTEX, 1)->flags |= LC_GO_ASKED | LC_GO_UNREACHABLE;
	stand(6, LC_GO_RWMUTEX_WRITE, 2)->flags |= LC_GO_ASKED | LC_GO_UNREACHABLE;
	lc_go_set_wait(process_of(), &first);
	lc_go_set_wait(process_of(), &second);
}

static void test_two_that_have_each_others_lock(void **state)
{
	(void)state;
	looks(1, fill_circle);
	is(LC_GO_MUTEX, VERDICT_DEADLOCK, "circle");
	is(LC_GO_RWMUTEX_WRITE, VERDICT_DEADLOCK, "circle");
}

static uint64_t sweep_number;

static void fill_growing(void)
{
	uint64_t goid;

	sweep_number++;
	for (goid = 10; goid < 10 + 2 * sweep_number; goid++)
		stand(goid, LC_GO_SELECT, 1);
}

static void test_a_group_that_only_grows_leaks(void **state)
{
	(void)state;
	sweep_number = 0;
	looks(SWEEPS, fill_growing);
	is(LC_GO_SELECT, VERDICT_LEAK, "growing");
	assert_int_equal(group_of(LC_GO_SELECT)->count, 2 * SWEEPS);
	assert_true(group_of(LC_GO_SELECT)->trend.slope_per_s > 1.9);
}

/* As many more wait for a connection that the process has accepted. */
static void fill_streams(void)
{
	struct lc_go_wait wait = { .fd = 5, .has_socket = true };
	uint64_t goid;

	fill_growing();
	for (goid = 1000; goid < 1000 + 2 * sweep_number; goid++)
		stand(goid, LC_GO_NETWORK, 2);
	wait.goid = 1000;
	wait.socket = (struct lc_wait){ .kind = LC_WAIT_TCP, .flags = LC_WAIT_SERVER };
	lc_go_set_wait(process_of(), &wait);
}

static void test_streams_grow_with_their_connections(void **state)
{
	(void)state;
	sweep_number = 0;
	looks(SWEEPS, fill_streams);
	is(LC_GO_SELECT, VERDICT_IDLE, "grows-with-connections");
	is(LC_GO_NETWORK, VERDICT_IDLE, "network");
}

/* Started at each sweep, and they end: two of three. None stands where another stood. */
static void fill_spinning(void)
{
	uint64_t goid;

	sweep_number++;
	for (goid = 0; goid < sweep_number; goid++)
		stand(100 + goid * 7, LC_GO_NO_WAIT, 1)->stack = 0;
}

static void test_a_go_statement_without_bound(void **state)
{
	const struct verdict_goroutines *group;

	(void)state;
	sweep_number = 0;
	looks(SWEEPS, fill_spinning);
	group = group_of(LC_GO_NO_WAIT);
	assert_true(group->whole_site);
	is(LC_GO_NO_WAIT, VERDICT_LEAK, "spawns-without-bound");
}

static void fill_timers(void)
{
	sweep_number++;
	stand(10, LC_GO_SELECT, 1);
	process_of()->timers_known = true;
	process_of()->timers = 50 * sweep_number;
}

static void test_timers_that_only_grow(void **state)
{
	(void)state;
	sweep_number = 0;
	looks(SWEEPS, fill_timers);
	assert_int_equal(records.timer_count, 1);
	assert_int_equal(records.timers[0].conclusion.verdict, VERDICT_LEAK);
}

static void fill_warming_up(void)
{
	uint64_t goid, count;

	sweep_number++;
	count = sweep_number < SWEEPS / 2 ? sweep_number : SWEEPS / 2;
	for (goid = 10; goid < 10 + count; goid++)
		stand(goid, LC_GO_SELECT, 1);
	process_of()->timers_known = true;
	process_of()->timers = 100 * count;
}

static void test_a_pool_that_fills_is_idle(void **state)
{
	(void)state;
	sweep_number = 0;
	looks(SWEEPS, fill_warming_up);
	is(LC_GO_SELECT, VERDICT_IDLE, "waits-for-word");
	assert_int_equal(records.timer_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_nothing_can_wake_leaks_at_one_look),
		TEST(test_main_may_wait_for_ever),
		TEST(test_a_pool_is_idle),
		TEST(test_a_lock_is_held_for_moments),
		TEST(test_two_that_have_each_others_lock),
		TEST(test_a_group_that_only_grows_leaks),
		TEST(test_streams_grow_with_their_connections),
		TEST(test_a_go_statement_without_bound),
		TEST(test_timers_that_only_grow),
		TEST(test_a_pool_that_fills_is_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
