// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait-for graph: cycles are found, chains have roots, the living are left alone, in linear
 * time.
 */
#include "waits.h"

static const struct graph_node *node_of(const struct verdict_view *view, pid_t tid)
{
	return &view->graph.nodes[graph_find(&view->graph, tid)];
}

static void test_two_threads_in_a_circle(void **state)
{
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	locks(model, 1, 10, 11);
	locks(model, 1, 11, 10);
	locks(model, 1, 12, 10); /* behind the circle, not in it */
	view = view_of(model);
	assert_true(node_of(&view, 10)->in_cycle);
	assert_true(node_of(&view, 11)->in_cycle);
	assert_false(node_of(&view, 12)->in_cycle);
	assert_false(node_of(&view, 12)->alive);
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_DEADLOCK);
	assert_int_equal(concluded(&view, 12)->verdict, VERDICT_STUCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

static void test_a_time_out_breaks_the_circle(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_MUTEX, 1);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	locks(model, 1, 10, 11);
	wait_owner(&wait, 1, 10, LC_WAIT_HOLDER);
	wait.has_timeout = true;
	wait_set(thread_add(model, 1, 11, 60), &wait);
	view = view_of(model);
	assert_true(node_of(&view, 10)->alive);
	assert_false(node_of(&view, 10)->in_cycle);
	assert_true(concluded(&view, 10)->verdict < VERDICT_DEADLOCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

/*
 * Each link may be released by the next or by somebody outside: chains through it must end all the
 * same.
 */
static void test_a_circle_of_the_living_ends(void **state)
{
	struct lc_model *model = model_new();
	uint32_t at, entry = GRAPH_NONE;
	struct verdict_view view;
	unsigned links = 0;
	pid_t tid;

	(void)state;
	for (tid = 10; tid < 13; tid++) {
		struct lc_wait wait = wait_for(LC_WAIT_PIPE, tid);

		wait_owner(&wait, 1, tid == 12 ? 10 : tid + 1, LC_WAIT_OTHER_END);
		wait.flags = LC_WAIT_INCOMPLETE;
		wait.direction = LC_WAIT_READ;
		wait_set(thread_add(model, 1, tid, 60), &wait);
	}
	locks(model, 1, 13, 10);
	view = view_of(model);
	for (at = graph_find(&view.graph, 13); at != GRAPH_NONE && links < 100; links++)
		at = graph_chain_next(&view.graph, at, &entry);
	assert_true(links <= 4);
	assert_true(concluded(&view, 10)->verdict < VERDICT_STUCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

static void test_chain_of_fifty_has_one_root(void **state)
{
	struct lc_model *model = model_new();
	struct verdict_view view;
	pid_t tid;

	(void)state;
	thread_add(model, 1, 100, 0); /* runs */
	for (tid = 101; tid <= 150; tid++)
		locks(model, 1, tid, tid - 1);
	view = view_of(model);
	assert_int_equal(concluded(&view, 150)->root, graph_find(&view.graph, 100));
	assert_int_equal(node_of(&view, 100)->dependents, 50);
	assert_int_equal(node_of(&view, 149)->dependents, 1);
	assert_true(node_of(&view, 150)->alive);
	verdict_view_release(&view);
	lc_model_free(model);
}

/*
 * Parent and child, each with a full pipe to the other: any thread of the process would do, and
 * none can.
 */
static void test_processes_in_a_circle(void **state)
{
	struct lc_model *model = model_new();
	struct lc_wait wait = wait_for(LC_WAIT_PIPE, 1);
	struct verdict_view view;

	(void)state;
	wait.direction = LC_WAIT_WRITE;
	wait_owner(&wait, 2, 0, LC_WAIT_OTHER_END);
	wait_set(thread_add(model, 1, 1, 60), &wait);
	wait.owners[0].pid = 1;
	wait_set(thread_add(model, 2, 2, 60), &wait);
	view = view_of(model);
	assert_int_equal(concluded(&view, 1)->verdict, VERDICT_DEADLOCK);
	assert_int_equal(concluded(&view, 2)->verdict, VERDICT_DEADLOCK);
	verdict_view_release(&view);
	/* One more thread of process 2, which works, could read. */
	thread_add(model, 2, 3, 0);
	view = view_of(model);
	assert_true(node_of(&view, 1)->alive);
	assert_true(concluded(&view, 1)->verdict < VERDICT_DEADLOCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

static void test_unknown_owner_is_no_proof(void **state)
{
	struct lc_model *model = model_new();
	struct lc_wait wait = wait_for(LC_WAIT_PIPE, 1);
	struct verdict_view view;

	(void)state;
	wait_owner(&wait, 1, 0, LC_WAIT_OTHER_END);
	wait.flags = LC_WAIT_INCOMPLETE;
	wait_set(thread_add(model, 1, 1, 60), &wait);
	view = view_of(model);
	assert_true(node_of(&view, 1)->alive);
	assert_false(node_of(&view, 1)->in_cycle);
	verdict_view_release(&view);
	lc_model_free(model);
}

static void test_owner_gone_takes_all_behind_it(void **state)
{
	struct lc_model *model = model_new();
	struct lc_wait wait = wait_for(LC_WAIT_MUTEX, 1);
	struct verdict_view view;

	(void)state;
	wait.recorded = LC_WAIT_DEAD;
	wait.flags = LC_WAIT_OWNER_GONE;
	wait.owner_count = wait.owner_total = 1;
	wait.owners[0].ns_tid = 99;
	wait_set(thread_add(model, 1, 10, 60), &wait);
	locks(model, 1, 11, 10);
	locks(model, 1, 12, 11);
	view = view_of(model);
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_LEAK);
	assert_int_equal(concluded(&view, 11)->verdict, VERDICT_STUCK);
	assert_int_equal(concluded(&view, 12)->verdict, VERDICT_STUCK);
	assert_int_equal(concluded(&view, 12)->root, graph_find(&view.graph, 10));
	assert_int_equal(node_of(&view, 10)->dependents, 2);
	assert_non_null(strstr(concluded(&view, 10)->proof, "99"));
	verdict_view_release(&view);
	lc_model_free(model);
}

/*
 * A hundred thousand random waits that all lead down to one that runs; then one circle among them.
 */
static void test_a_circle_among_a_hundred_thousand(void **state)
{
	enum { THREADS = 100000 };
	struct lc_model *model = model_new();
	struct lc_wait wait = wait_for(LC_WAIT_MUTEX, 7);
	unsigned cycle = 0, dead = 0;
	struct verdict_view view;
	uint32_t i;

	(void)state;
	srand(7);
	thread_add(model, 1, 1, 0);
	for (i = 2; i <= THREADS; i++)
		locks(model, 1, i, 1 + rand() % (i - 1));
	view = view_of(model);
	for (i = 0; i < view.graph.count; i++)
		cycle += view.graph.nodes[i].in_cycle;
	assert_int_equal(cycle, 0);
	verdict_view_release(&view);
	/* 5 waits for 50000, and that one is made to wait for 5 in the end. */
	wait_owner(&wait, 1, 50000, LC_WAIT_HOLDER);
	wait_set(lc_model_find(model, 5), &wait);
	wait.owners[0].tid = 5;
	wait_set(lc_model_find(model, 50000), &wait);
	view = view_of(model);
	for (i = 0; i < view.graph.count; i++) {
		cycle += view.graph.nodes[i].in_cycle;
		dead += view.graph.nodes[i].thread && !view.graph.nodes[i].alive;
	}
	assert_int_equal(cycle, 2);
	assert_true(dead > 2);
	assert_int_equal(concluded(&view, 5)->verdict, VERDICT_DEADLOCK);
	assert_int_equal(concluded(&view, 50000)->verdict, VERDICT_DEADLOCK);
	assert_true(concluded(&view, 2)->verdict < VERDICT_LEAK);
	verdict_view_release(&view);
	lc_model_free(model);
}

/*
 * Several releasers each: one living is enough, none is death. Checked against a slow, plain
 * answer.
 */
static void test_random_graphs_against_the_plain_answer(void **state)
{
	enum { THREADS = 40 };
	int round, pass, i, j;

	(void)state;
	srand(11);
	for (round = 0; round < 300; round++) {
		bool alive[THREADS + 1] = {};
		int owners[THREADS + 1][3], counts[THREADS + 1] = {};
		struct lc_model *model = model_new();
		struct verdict_view view;

		for (i = 1; i <= THREADS; i++) {
			struct lc_wait wait = wait_for(LC_WAIT_PIPE, i);

			alive[i] = rand() % 12 == 0;
			if (alive[i]) {
				thread_add(model, 1, i, 0);
				continue;
			}
			counts[i] = 1 + rand() % 3;
			for (j = 0; j < counts[i]; j++) {
				owners[i][j] = 1 + rand() % THREADS;
				wait_owner(&wait, 1, owners[i][j], LC_WAIT_OTHER_END);
			}
			wait_set(thread_add(model, 1, i, 60), &wait);
		}
		/* As often as there are threads, everybody looks at whom they wait for. */
		for (pass = 0; pass < THREADS; pass++) {
			for (i = 1; i <= THREADS; i++) {
				for (j = 0; j < counts[i]; j++)
					alive[i] |= alive[owners[i][j]];
			}
		}
		view = view_of(model);
		for (i = 1; i <= THREADS; i++)
			assert_int_equal(node_of(&view, i)->alive, alive[i]);
		verdict_view_release(&view);
		lc_model_free(model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_threads_in_a_circle),
		cmocka_unit_test(test_a_time_out_breaks_the_circle),
		cmocka_unit_test(test_a_circle_of_the_living_ends),
		cmocka_unit_test(test_chain_of_fifty_has_one_root),
		cmocka_unit_test(test_processes_in_a_circle),
		cmocka_unit_test(test_unknown_owner_is_no_proof),
		cmocka_unit_test(test_owner_gone_takes_all_behind_it),
		cmocka_unit_test(test_a_circle_among_a_hundred_thousand),
		cmocka_unit_test(test_random_graphs_against_the_plain_answer),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
