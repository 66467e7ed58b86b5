// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Go parent that waits for its child, which reads what the parent would write: a circle, as soon
 * as nothing else of the parent can run, and not before.
 */
#include "waits.h"

#include "verdict/goroutines.h"
#include "verdict/settle.h"

#define PARENT 7
#define CALLS 8	  /* the parent's thread that is in a call */
#define WORKER 9  /* its other one, without work */
#define POLLER 10 /* the same, and waits for descriptors */
#define CHILD 20

static struct lc_go go;
static struct lc_model *threads;
static struct verdict_view view;
static uint64_t goroutine_at; /* of the sweep in which they came to stand there */

static struct lc_go_process *parent(void)
{
	return lc_go_get(&go, PARENT, 1);
}

static struct lc_goroutine *stands(uint64_t goid, enum lc_go_state state, enum lc_go_kind kind,
				   pid_t tid)
{
	struct lc_go_sample sample = {
		.goid = goid,
		.address = 0x1000 * goid,
		.spawn_pc = 0x400000 + goid,
		.entry_pc = 0x500000,
		.state = state,
		.kind = kind,
		.tid = tid,
		.tracking_seq = goroutine_at / SECOND, /* it ran before */
	};
	bool new_site;

	return lc_go_note(parent(), goid, &sample, goroutine_at, &new_site);
}

static void worker(pid_t tid, enum lc_wait_kind kind, uint64_t flags)
{
	struct lc_wait wait = wait_for(kind, tid);

	wait.flags = flags;
	wait.has_timeout = tid == WORKER; /* as of the scheduler's own watcher */
	wait_set(thread_add(threads, PARENT, tid, 60), &wait);
}

/* Waits for the end of the child. */
static void calls(void)
{
	struct lc_wait wait = wait_for(LC_WAIT_CHILD, CHILD);

	wait_owner(&wait, CHILD, 0, LC_WAIT_CHILD_PROCESS);
	wait_set(thread_add(threads, PARENT, CALLS, 60), &wait);
}

static int set_up(void **state)
{
	struct lc_wait reads = wait_for(LC_WAIT_PIPE, 1);

	(void)state;
	goroutine_at = NOW - 10 * SECOND;
	threads = model_new();
	calls();
	worker(WORKER, LC_WAIT_GO, 0);
	reads.direction = LC_WAIT_READ;
	wait_owner(&reads, PARENT, 0, LC_WAIT_OTHER_END);
	wait_set(thread_add(threads, CHILD, CHILD, 60), &reads);
	lc_go_begin_sweep(parent(), goroutine_at);
	parent()->timers_known = true;
	stands(1, LC_GO_SYSCALL, LC_GO_IN_SYSCALL, CALLS);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	verdict_view_release(&view);
	lc_model_free(threads);
	lc_go_release(&go);
	go = (struct lc_go){};
	return 0;
}

static void conclude_at(uint64_t now)
{
	free(parent()->by_goid); /* of the end before: all is one sweep */
	parent()->by_goid = NULL;
	lc_go_end_sweep(parent());
	verdict_view_release(&view);
	view_at(&view, threads, &go, NULL, now, 5 * SECOND);
}

static void is_no_circle(void)
{
	conclude_at(NOW);
	assert_int_equal(concluded(&view, CALLS)->verdict, VERDICT_IDLE);
	assert_true(concluded(&view, CHILD)->verdict < VERDICT_SUSPECT);
	assert_true(concluded(&view, WORKER)->verdict < VERDICT_SUSPECT);
}

static void is_a_circle(void)
{
	conclude_at(NOW);
	assert_int_equal(concluded(&view, CALLS)->verdict, VERDICT_SUSPECT);
	assert_string_equal(concluded(&view, CALLS)->rule, "unless-collected");
	assert_string_equal(concluded(&view, CHILD)->rule, "unless-collected");
	assert_int_equal(concluded(&view, WORKER)->verdict, VERDICT_IDLE);
}

static void test_a_suspect_until_the_collector_has_run(void **state)
{
	(void)state;
	stands(2, LC_GO_WAITING, LC_GO_CHAN_RECEIVE, 0);
	is_a_circle();
	conclude_at(goroutine_at + 301 * SECOND);
	assert_int_equal(concluded(&view, CALLS)->verdict, VERDICT_DEADLOCK);
	assert_int_equal(concluded(&view, CHILD)->verdict, VERDICT_DEADLOCK);
	assert_int_equal(concluded(&view, WORKER)->verdict, VERDICT_IDLE);
}

static void test_who_may_run_breaks_it(void **state)
{
	static const struct {
		enum lc_go_state state;
		enum lc_go_kind kind;
	} others[] = {
		{ LC_GO_RUNNING, LC_GO_NO_WAIT },    { LC_GO_RUNNABLE, LC_GO_NO_WAIT },
		{ LC_GO_PREEMPTED, LC_GO_NO_WAIT },  { LC_GO_WAITING, LC_GO_SLEEP },
		{ LC_GO_WAITING, LC_GO_NETWORK },    { LC_GO_WAITING, LC_GO_SYNCTEST },
		{ LC_GO_WAITING, LC_GO_SEMAPHORE },  { LC_GO_WAITING, LC_GO_RUNTIME },
		{ LC_GO_SYSCALL, LC_GO_IN_SYSCALL }, { LC_GO_SYSCALL, LC_GO_IN_CGO },
		{ LC_GO_SYSCALL, LC_GO_RUNTIME },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		stands(2, others[i].state, others[i].kind, 0);
		is_no_circle();
	}
	/* In a call, of a thread that runs a scheduler: so the runtime waits for signals. */
	stands(2, LC_GO_SYSCALL, LC_GO_IN_SYSCALL, WORKER);
	is_no_circle();
	stands(2, LC_GO_WAITING, LC_GO_MUTEX, 0);
	is_a_circle();
	goroutine_at = NOW + SECOND; /* it has come to stand there after the threads were seen */
	stands(2, LC_GO_WAITING, LC_GO_MUTEX, 0);
	is_no_circle();
}

static void test_timers_and_what_is_not_known_break_it(void **state)
{
	(void)state;
	parent()->timers = 1;
	is_no_circle();
	parent()->timers = 0;
	parent()->timers_known = false;
	is_no_circle();
	parent()->timers_known = true;
	parent()->refused = 1;
	is_no_circle();
	parent()->refused = 0;
	strcpy(parent()->other_runtime, "libother.so");
	is_no_circle();
	parent()->other_runtime[0] = '\0';
	is_a_circle();
}

static void test_one_look_proves_nothing_and_asks_for_another(void **state)
{
	bool needed = false;

	(void)state;
	goroutine_at = NOW + SECOND; /* read after the threads, and only then */
	stands(1, LC_GO_SYSCALL, LC_GO_IN_SYSCALL, CALLS);
	is_no_circle();
	assert_int_equal(verdict_needs_time(&view.snapshot, &needed), 0);
	assert_true(needed);
	parent()->timers = 1;
	needed = false;
	assert_int_equal(verdict_needs_time(&view.snapshot, &needed), 0);
	assert_false(needed);
}

static void test_a_c_thread_of_the_parent_breaks_it(void **state)
{
	(void)state;
	thread_add(threads, PARENT, 11, 0); /* runs */
	is_no_circle();
}

static void test_the_poller_waits_for_goroutines(void **state)
{
	(void)state;
	worker(POLLER, LC_WAIT_EPOLL, LC_WAIT_GO_POLLER | LC_WAIT_CAN_FIRE);
	is_a_circle();
	assert_int_equal(concluded(&view, POLLER)->verdict, VERDICT_IDLE);
	worker(12, LC_WAIT_EPOLL, LC_WAIT_CAN_FIRE); /* of a C library */
	is_no_circle();
}

/* The parent reads the child's output, which the child would close. */
static void test_a_descriptor_may_be_part_of_it(void **state)
{
	struct lc_go_wait wait = { .goid = 2, .fd = 5, .has_socket = true };

	(void)state;
	wait.socket = wait_for(LC_WAIT_PIPE, 2);
	wait_owner(&wait.socket, CHILD, 0, LC_WAIT_OTHER_END);
	stands(2, LC_GO_WAITING, LC_GO_NETWORK, 0);
	assert_int_equal(lc_go_set_wait(parent(), &wait), 0);
	is_a_circle();
	/* Somebody else may write. */
	wait.socket.flags = LC_WAIT_INCOMPLETE;
	assert_int_equal(lc_go_set_wait(parent(), &wait), 0);
	is_no_circle();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		EACH(test_a_suspect_until_the_collector_has_run),
		EACH(test_who_may_run_breaks_it),
		EACH(test_timers_and_what_is_not_known_break_it),
		EACH(test_one_look_proves_nothing_and_asks_for_another),
		EACH(test_a_c_thread_of_the_parent_breaks_it),
		EACH(test_the_poller_waits_for_goroutines),
		EACH(test_a_descriptor_may_be_part_of_it),
	};

	return cmocka_run_group_tests_name("graph_still", tests, NULL, NULL);
}
