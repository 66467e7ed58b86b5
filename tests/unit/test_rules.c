// SPDX-License-Identifier: GPL-2.0-only
/* Each rule of docs/verdicts.md, and the healthy twin that differs in one fact. */
#include "waits.h"

/* Thread 10 of process 1 has this wait; thread 20 of process 1 and 30 of process 2 run. */
static struct conclusion judge_one(const struct lc_wait *wait, char thread_state)
{
	struct lc_model *model = model_new();
	struct lc_thread *thread = thread_add(model, 1, 10, 60);
	struct conclusion conclusion;
	struct verdict_view view;

	thread->state = thread_state;
	thread_add(model, 1, 20, 0);
	thread_add(model, 2, 30, 0);
	wait_set(thread, wait);
	view = view_of(model);
	conclusion = *concluded(&view, 10);
	verdict_view_release(&view);
	lc_model_free(model);
	return conclusion;
}

#define expect(wait, verdict_, rule_)                                    \
	do {                                                             \
		struct conclusion conclusion_ = judge_one(&(wait), 'S'); \
		assert_string_equal(conclusion_.rule, rule_);            \
		assert_int_equal(conclusion_.verdict, verdict_);         \
		assert_true(conclusion_.reason[0]);                      \
		if (conclusion_.verdict >= VERDICT_SUSPECT)              \
			assert_true(conclusion_.remedy[0]);              \
	} while (0)

static void test_locks(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_MUTEX, 1);

	(void)state;
	expect(wait, VERDICT_SUSPECT, "owner-not-recorded");
	wait.flags = LC_WAIT_ANY_THREAD | LC_WAIT_NEVER_UNLOCKED;
	wait.threads = 3;
	expect(wait, VERDICT_LEAK, "never-unlocked");
	wait.flags = 0;
	wait.recorded = LC_WAIT_DEAD;
	expect(wait, VERDICT_LEAK, "owner-gone");
	wait = wait_for(LC_WAIT_MUTEX, 1);
	wait_owner(&wait, 1, 20, LC_WAIT_HOLDER);
	expect(wait, VERDICT_SUSPECT, "holder-works");
	wait.flags = LC_WAIT_OBJECT_FREE;
	expect(wait, VERDICT_SUSPECT, "just-released");
	wait.flags |= LC_WAIT_NO_WAKER;
	expect(wait, VERDICT_STUCK, "lost-wake-up");
	wait.flags = LC_WAIT_OWNER_ELSEWHERE;
	expect(wait, VERDICT_LEAK, "lock-copied-by-fork");
	wait.flags = LC_WAIT_OWNER_SELF;
	expect(wait, VERDICT_DEADLOCK, "self");
	wait.flags = 0;
	wait.kind = LC_WAIT_FILE_LOCK;
	expect(wait, VERDICT_SUSPECT, "standby");
}

/* What a trace read at that time of the lock that tid waits for. */
static void held_since(struct lc_model *model, pid_t tid, uint64_t at)
{
	struct lc_thread *thread = lc_model_find(model, tid);
	uint64_t read_at = thread->wait_read_at;

	thread->wait_read_at = at;
	assert_int_equal(lc_model_note_holder(model, thread), 0);
	thread->wait_read_at = read_at;
}

/*
 * Thread 30 of process 2 has the file lock and waits for work; who waits for the lock is process 1.
 */
static struct conclusion behind_file_lock(pid_t parent, pid_t holders_parent, uint64_t flags)
{
	struct lc_wait work = wait_for(LC_WAIT_EPOLL, 1), lock = wait_for(LC_WAIT_FILE_LOCK, 2);
	struct lc_model *model = model_new();
	struct conclusion conclusion;
	struct verdict_view view;

	wait_set(thread_add(model, 2, 30, 60), &work);
	wait_owner(&lock, 2, 0, LC_WAIT_HOLDER);
	lock.flags = flags;
	lock.owners[0].fd = 9;
	strcpy(lock.owners[0].comm, "tail");
	wait_set(thread_add(model, 1, 10, 60), &lock);
	lc_model_find(model, 10)->parent_pid = parent;
	lc_model_find(model, 30)->parent_pid = holders_parent;
	view = view_of(model);
	conclusion = *concluded(&view, 10);
	verdict_view_release(&view);
	lc_model_free(model);
	return conclusion;
}

static struct lc_wait link_to(enum lc_wait_kind kind, enum lc_wait_direction direction, pid_t pid,
			      pid_t tid)
{
	struct lc_wait wait = wait_for(kind, pid);

	wait.direction = direction;
	wait_owner(&wait, pid, tid, LC_WAIT_HOLDER);
	return wait;
}

/* Thread 10 of process 1 and 30 of process 2 wait for each other: what would prevent it. */
static void check_circle(struct lc_wait first, struct lc_wait second, const char *word)
{
	struct lc_model *model = model_new();
	struct conclusion conclusion;
	struct verdict_view view;

	wait_set(thread_add(model, 1, 10, 60), &first);
	wait_set(thread_add(model, 2, 30, 60), &second);
	view = view_of(model);
	conclusion = *concluded(&view, 10);
	assert_string_equal(conclusion.rule, "cycle");
	if (!strstr(conclusion.remedy, word))
		fail_msg("'%s' has no '%s'", conclusion.remedy, word);
	verdict_view_release(&view);
	lc_model_free(model);
}

/*
 * The remedy follows from the links: an order of locks is none for two that wait for each other's
 * word.
 */
static void test_remedies_of_circles(void **state)
{
	struct lc_wait lock = link_to(LC_WAIT_MUTEX, LC_WAIT_LOCK, 1, 10);

	(void)state;
	check_circle(link_to(LC_WAIT_MUTEX, LC_WAIT_LOCK, 2, 30),
		     link_to(LC_WAIT_FILE_LOCK, LC_WAIT_LOCK, 1, 10), "one fixed order");
	check_circle(link_to(LC_WAIT_PIPE, LC_WAIT_WRITE, 2, 30),
		     link_to(LC_WAIT_PIPE, LC_WAIT_WRITE, 1, 10), "read while writing");
	check_circle(link_to(LC_WAIT_UNIX, LC_WAIT_READ, 2, 30),
		     link_to(LC_WAIT_UNIX, LC_WAIT_READ, 1, 10), "speak first");
	check_circle(link_to(LC_WAIT_CHILD, LC_WAIT_EVENT, 2, 30),
		     link_to(LC_WAIT_PIPE, LC_WAIT_WRITE, 1, 10), "read the child's output");
	check_circle(link_to(LC_WAIT_CHILD, LC_WAIT_EVENT, 2, 30),
		     link_to(LC_WAIT_PIPE, LC_WAIT_READ, 1, 10), "close what the child reads");
	check_circle(link_to(LC_WAIT_JOIN, LC_WAIT_EVENT, 2, 30), lock,
		     "hold a lock while waiting");
	check_circle(link_to(LC_WAIT_JOIN, LC_WAIT_EVENT, 2, 30),
		     link_to(LC_WAIT_JOIN, LC_WAIT_EVENT, 1, 10), "waits for its own");
	check_circle(link_to(LC_WAIT_TCP, LC_WAIT_READ, 2, 30), lock, "the word of one");
	check_circle(link_to(LC_WAIT_ONCE, LC_WAIT_NO_DIRECTION, 2, 30),
		     link_to(LC_WAIT_ONCE, LC_WAIT_NO_DIRECTION, 1, 10), "initialiser");
	check_circle(link_to(LC_WAIT_CONDITION, LC_WAIT_NO_DIRECTION, 2, 30), lock,
		     "must not wait for the next");
}

/* No advice for a condition where there is none, nor a recursive mutex for what is no mutex. */
static void test_remedies_of_things(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_CONDITION, 1);

	(void)state;
	wait.flags = LC_WAIT_LOST_WAKEUP | LC_WAIT_NO_WAKER;
	assert_non_null(strstr(judge_one(&wait, 'S').remedy, "with the mutex held"));
	wait = wait_for(LC_WAIT_ATOMIC, 1);
	wait.flags = LC_WAIT_OBJECT_FREE | LC_WAIT_NO_WAKER;
	assert_null(strstr(judge_one(&wait, 'S').remedy, "mutex"));
	assert_non_null(strstr(judge_one(&wait, 'S').remedy, "notify"));
	wait = wait_for(LC_WAIT_SEMAPHORE, 1);
	wait.flags = LC_WAIT_OBJECT_FREE | LC_WAIT_NO_WAKER;
	assert_string_equal(judge_one(&wait, 'S').rule, "lost-wake-up");
	assert_string_equal(judge_one(&wait, 'S').remedy, "");
	wait = wait_for(LC_WAIT_MUTEX, 1);
	wait.flags = LC_WAIT_OWNER_SELF;
	assert_non_null(strstr(judge_one(&wait, 'S').remedy, "recursive mutex"));
	wait.kind = LC_WAIT_FILE_LOCK;
	assert_null(strstr(judge_one(&wait, 'S').remedy, "mutex"));
	assert_non_null(strstr(judge_one(&wait, 'S').remedy, "each open()"));
	wait = wait_for(LC_WAIT_JOIN, 1);
	wait.recorded = LC_WAIT_NOBODY;
	assert_non_null(strstr(judge_one(&wait, 'S').remedy, "pthread_create"));
	wait.kind = LC_WAIT_CHILD;
	wait.recorded = LC_WAIT_OUTSIDE;
	assert_string_equal(judge_one(&wait, 'S').rule, "traces");
	assert_int_equal(judge_one(&wait, 'S').verdict, VERDICT_IDLE);
	wait.recorded = LC_WAIT_UNREADABLE;
	assert_true(judge_one(&wait, 'S').verdict < VERDICT_SUSPECT);
}

/*
 * Children of one process take turns; strangers have an office, or a lock that was handed on by
 * mistake.
 */
static void test_file_locks(void **state)
{
	struct conclusion conclusion;

	(void)state;
	assert_string_equal(behind_file_lock(5, 5, 0).rule, "turn");
	assert_int_equal(behind_file_lock(5, 5, 0).verdict, VERDICT_IDLE);
	conclusion = behind_file_lock(5, 6, 0);
	assert_string_equal(conclusion.rule, "standby");
	assert_int_equal(conclusion.verdict, VERDICT_SUSPECT);
	assert_non_null(strstr(conclusion.reason, "process 2 (tail) has the file lock"));
	/* Daemons are all of them children of init, and not known to be of a kind. */
	assert_string_equal(behind_file_lock(1, 1, 0).rule, "standby");
	assert_string_equal(behind_file_lock(0, 0, 0).rule, "standby");
	conclusion = behind_file_lock(5, 1, LC_WAIT_TAKER_GONE);
	assert_string_equal(conclusion.rule, "standby");
	assert_non_null(strstr(conclusion.reason, "process 2 (tail) has the same open file"));
	assert_non_null(strstr(conclusion.remedy, "fd 9"));
}

/* The leader of leader and followers waits for work: the followers' lock is a turn, not a fault. */
static void test_turns_gates_and_queues(void **state)
{
	struct lc_wait work = wait_for(LC_WAIT_EPOLL, 1);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	wait_set(thread_add(model, 1, 20, 60), &work);
	locks(model, 1, 10, 20);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "turn");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_IDLE);
	verdict_view_release(&view);
	lc_model_free(model);

	model = model_new();
	thread_add(model, 1, 20, 0);
	locks(model, 1, 10, 20);
	lc_model_find(model, 10)->spawned_at = 5;
	lc_model_find(model, 10)->spawner.tid = 20;
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "gate");
	verdict_view_release(&view);
	/* The same, but somebody waits for the waiter: it owes something. */
	lc_model_find(model, 10)->spawned_at = 0;
	locks(model, 1, 11, 10);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "others-wait");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_SUSPECT);
	verdict_view_release(&view);
	/* And a trace saw that the holder kept it. */
	held_since(model, 10, NOW - 6 * SECOND);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "others-wait");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_STUCK);
	assert_string_equal(concluded(&view, 11)->rule, "holder-is-a-finding");
	verdict_view_release(&view);
	lc_model_free(model);
}

/*
 * A lock that changes hands is a queue, however long its waiters have waited; one that is kept is
 * none.
 */
static void test_contention(void **state)
{
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	thread_add(model, 1, 20, 0);
	thread_add(model, 1, 30, 0);
	locks(model, 1, 11, 10);
	locks(model, 1, 10, 20);
	held_since(model, 10, NOW - 9 * SECOND);
	/* Another has had it since. */
	lc_model_find(model, 10)->wait->owners[0].tid = 30;
	held_since(model, 10, NOW - 2 * SECOND);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "contended");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_IDLE);
	assert_non_null(strstr(concluded(&view, 10)->reason, "1 time in"));
	verdict_view_release(&view);
	/*
	 * A waiter that goes on has been served, though the owner's number may be the same again.
	 */
	locks(model, 1, 12, 20);
	lc_model_find(model, 12)->wait->key = lc_model_find(model, 10)->wait->key;
	thread_add(model, 1, 12, 0);
	assert_int_equal(lc_model_holding(model, lc_model_find(model, 10)->wait)->changes, 2);
	/* It was seen to change hands long ago, and is kept now. */
	held_since(model, 10, NOW - 100 * SECOND);
	held_since(model, 10, NOW);
	lc_model_find(model, 10)->wait->owners[0].tid = 20;
	held_since(model, 10, NOW - 20 * SECOND);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "others-wait");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_STUCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

/*
 * An initialiser that another thread runs is a wait for an end; one that the waiter runs itself has
 * none.
 */
static void test_initialisers(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_ONCE, 1), back = wait_for(LC_WAIT_ONCE, 2);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	expect(wait, VERDICT_SUSPECT, "owner-not-recorded");
	wait_owner(&wait, 1, 20, LC_WAIT_JOINEE);
	expect(wait, VERDICT_IDLE, "waits-for-end");
	wait_owner(&back, 1, 10, LC_WAIT_JOINEE);
	wait_set(thread_add(model, 1, 10, 60), &wait);
	wait_set(thread_add(model, 1, 20, 60), &back);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "cycle");
	assert_int_equal(concluded(&view, 20)->verdict, VERDICT_DEADLOCK);
	verdict_view_release(&view);
	/* The runner is stuck in something else. */
	back = wait_for(LC_WAIT_MUTEX, 3);
	back.recorded = LC_WAIT_DEAD;
	wait_set(lc_model_find(model, 20), &back);
	view = view_of(model);
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_STUCK);
	verdict_view_release(&view);
	lc_model_free(model);
	wait = wait_for(LC_WAIT_ONCE, 1);
	wait.flags = LC_WAIT_OWNER_SELF;
	expect(wait, VERDICT_DEADLOCK, "self");
}

/* A chain behind an answer that is outstanding: a doubt is handed on, not turned into a finding. */
static void test_behind_a_suspect(void **state)
{
	struct lc_wait answer = wait_for(LC_WAIT_TCP, 1);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	answer.direction = LC_WAIT_READ;
	answer.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST;
	wait_set(thread_add(model, 1, 20, 60), &answer);
	locks(model, 1, 10, 20);
	locks(model, 1, 11, 10);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "holder-is-a-suspect");
	assert_string_equal(concluded(&view, 11)->rule, "holder-is-a-suspect");
	verdict_view_release(&view);
	lc_model_free(model);
}

/* Of two waiters on one condition variable one was woken before: both are served. */
static void test_siblings_are_served(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_CONDITION, 1),
		       other = wait_for(LC_WAIT_CONDITION, 2);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	wait_set(thread_add(model, 1, 10, 60), &wait);
	wait_set(thread_add(model, 1, 11, 60), &wait);
	wait_set(thread_add(model, 1, 12, 60), &other);
	lc_model_find(model, 10)->last_wake_at = 5;
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "served");
	assert_string_equal(concluded(&view, 11)->rule, "served");
	assert_string_equal(concluded(&view, 12)->rule, "never-signalled");
	verdict_view_release(&view);
	lc_model_free(model);
}

/* What its own code said: a finding only where it said so twice, and nobody is on the way. */
static void test_asked(void)
{
	static const enum lc_wait_kind kinds[] = { LC_WAIT_CONDITION, LC_WAIT_SEMAPHORE,
						   LC_WAIT_ATOMIC, LC_WAIT_PARK, LC_WAIT_FUTEX };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct lc_wait wait = wait_for(kinds[i], 1);

		wait.flags = LC_WAIT_ASKED;
		expect(wait, i ? VERDICT_IDLE : VERDICT_SUSPECT,
		       i ? "waits-for-work" : "never-signalled");
		wait.flags |= LC_WAIT_SLEEPS_AGAIN;
		expect(wait, VERDICT_IDLE, "would-sleep-again");
		wait.flags = LC_WAIT_ASKED | LC_WAIT_GOES_ON;
		expect(wait, VERDICT_SUSPECT, "condition-true");
		wait.flags |= LC_WAIT_NO_WAKER;
		expect(wait, VERDICT_SUSPECT, "condition-true");
		wait.flags |= LC_WAIT_GOES_ON_STILL;
		expect(wait, VERDICT_STUCK, "lost-wake-up");
		wait.flags &= ~LC_WAIT_NO_WAKER;
		expect(wait, VERDICT_SUSPECT, "condition-true");
	}
}

/* The same of loops that others of their process wake by a descriptor. */
static void test_asked_of_descriptors(void **state)
{
	static const enum lc_wait_kind kinds[] = { LC_WAIT_PIPE, LC_WAIT_EVENTFD, LC_WAIT_EPOLL,
						   LC_WAIT_POLL, LC_WAIT_UNIX };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct lc_wait wait = wait_for(kinds[i], 1);

		wait.direction = LC_WAIT_READ;
		wait.flags = LC_WAIT_OWN_PROCESS | LC_WAIT_ASKED | LC_WAIT_SLEEPS_AGAIN;
		expect(wait, VERDICT_IDLE, "would-sleep-again");
		wait.flags ^= LC_WAIT_SLEEPS_AGAIN | LC_WAIT_GOES_ON;
		expect(wait, VERDICT_SUSPECT, "condition-true");
		wait.flags |= LC_WAIT_GOES_ON_STILL;
		expect(wait, VERDICT_SUSPECT, "condition-true");
		wait.flags |= LC_WAIT_NO_WAKER;
		expect(wait, VERDICT_STUCK, "lost-wake-up");
		assert_non_null(strstr(judge_one(&wait, 'S').remedy, "write to the descriptor"));
	}
}

static void test_signals(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_CONDITION, 1);

	(void)state;
	expect(wait, VERDICT_SUSPECT, "never-signalled");
	wait.flags = LC_WAIT_LOST_WAKEUP;
	expect(wait, VERDICT_SUSPECT, "just-signalled");
	wait.flags |= LC_WAIT_NO_WAKER;
	expect(wait, VERDICT_STUCK, "lost-wake-up");
	wait.flags = 0;
	wait.has_timeout = true;
	expect(wait, VERDICT_IDLE, "time-out");
	test_asked();
	wait = wait_for(LC_WAIT_SEMAPHORE, 1);
	expect(wait, VERDICT_IDLE, "waits-for-work");
	wait = wait_for(LC_WAIT_GO, 1);
	expect(wait, VERDICT_IDLE, "waits-for-work");
	wait = wait_for(LC_WAIT_BARRIER, 1);
	expect(wait, VERDICT_SUSPECT, "barrier-short");
}

static void test_sockets(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_TCP, 1);

	(void)state;
	wait.direction = LC_WAIT_READ;
	wait.flags = LC_WAIT_SERVER | LC_WAIT_SPOKE_LAST;
	expect(wait, VERDICT_IDLE, "accepting-side");
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_HEARD_LAST;
	expect(wait, VERDICT_IDLE, "heard-last");
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST;
	expect(wait, VERDICT_SUSPECT, "answer-outstanding");
	/* Within the clock's slack of each other, or without clocks: not known is not known. */
	wait.flags = LC_WAIT_CLIENT;
	expect(wait, VERDICT_SUSPECT, "answer-outstanding");
	assert_non_null(strstr(judge_one(&wait, 'S').reason, "which came last is not known"));
	assert_true(rules_asks(&wait));
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_NEVER_SPOKE; /* it never asked: it listens */
	expect(wait, VERDICT_IDLE, "heard-last");
	wait.flags = 0; /* which side it is is not known */
	expect(wait, VERDICT_IDLE, "heard-last");
	wait.flags = LC_WAIT_CLIENT;
	wait.has_timeout = true;
	expect(wait, VERDICT_IDLE, "time-out");
	wait.has_timeout = false;
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST | LC_WAIT_PEER_UNREAD;
	wait.tcp.peer_receive_queue = 5;
	expect(wait, VERDICT_STUCK, "request-stands");
	assert_non_null(strstr(judge_one(&wait, 'S').proof, "5 bytes lie unread"));
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_RETRANSMITS;
	expect(wait, VERDICT_STUCK, "request-stands");
	wait.flags = LC_WAIT_SERVER |
		     LC_WAIT_PEER_UNREAD; /* an answer the client has not fetched yet */
	expect(wait, VERDICT_IDLE, "accepting-side");
	wait.flags = 0;
	wait.direction = LC_WAIT_ACCEPT;
	expect(wait, VERDICT_IDLE, "accept");
	wait.direction = LC_WAIT_CONNECT;
	expect(wait, VERDICT_STUCK, "connect");
	wait.direction = LC_WAIT_WRITE;
	expect(wait, VERDICT_STUCK, "write");
	wait = wait_for(LC_WAIT_UDP, 1);
	wait.direction = LC_WAIT_READ;
	expect(wait, VERDICT_IDLE, "datagrams");
}

/* A private futex in a process of so many threads, whose word only these can change. */
static struct lc_wait private_wait(enum lc_wait_kind kind, uint64_t object, uint32_t threads)
{
	struct lc_wait wait = wait_for(kind, object);

	wait.flags = LC_WAIT_ANY_THREAD;
	wait.threads = threads;
	return wait;
}

static void expect_of(struct lc_model *model, pid_t tid, enum verdict verdict, const char *rule)
{
	struct verdict_view view = view_of(model);

	assert_string_equal(concluded(&view, tid)->rule, rule);
	assert_int_equal(concluded(&view, tid)->verdict, verdict);
	verdict_view_release(&view);
}

/* Main joins its workers as soon as they are born; who comes to join later waits for an end. */
static void test_who_joins_early_waits_for_nothing_yet(void **state)
{
	struct lc_wait semaphore = wait_for(LC_WAIT_SEMAPHORE, 1);
	struct lc_wait join = wait_for(LC_WAIT_JOIN, 2);
	struct lc_model *model = model_new();
	struct lc_thread *worker;

	(void)state;
	worker = thread_add(model, 1, 20, 60);
	wait_set(worker, &semaphore);
	wait_owner(&join, 1, 20, LC_WAIT_JOINEE);
	wait_set(thread_add(model, 1, 10, 59), &join);
	worker->start_time = NOW - 60 * SECOND;
	expect_of(model, 20, VERDICT_IDLE, "waits-for-work");
	worker->start_time = NOW - 100 * SECOND;
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	worker->start_time = 0; /* not known */
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	/* By /proc, on a host that was suspended for an hour before: later than it was. */
	worker->start_time = NOW - 100 * SECOND + 3600 * SECOND;
	expect_of(model, 20, VERDICT_IDLE, "waits-for-work");
	/* Somebody waits for the one that joined early. */
	worker->start_time = NOW - 60 * SECOND;
	locks(model, 1, 30, 10);
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	lc_model_free(model);
}

/*
 * Two threads that wait for each other's word, and main who joins one: until one thing is
 * otherwise.
 */
static void test_nobody_left(void **state)
{
	struct lc_wait semaphore = private_wait(LC_WAIT_SEMAPHORE, 1, 3);
	struct lc_wait condition = private_wait(LC_WAIT_CONDITION, 2, 3);
	struct lc_wait join = wait_for(LC_WAIT_JOIN, 3);
	struct lc_model *model = model_new();
	struct lc_thread *main_thread, *second;

	(void)state;
	wait_owner(&join, 1, 20, LC_WAIT_JOINEE);
	main_thread = thread_add(model, 1, 10, 60);
	wait_set(main_thread, &join);
	wait_set(thread_add(model, 1, 20, 60), &semaphore);
	second = thread_add(model, 1, 30, 60);
	wait_set(second, &condition);
	expect_of(model, 20, VERDICT_LEAK, "nobody-left");
	expect_of(model, 30, VERDICT_LEAK, "nobody-left");
	expect_of(model, 10, VERDICT_STUCK, "dead-end");
	/* One of them has moved since the first was read. */
	second->steady_from = NOW + 1;
	second->wait_read_at = NOW + 2;
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	second->steady_from = 0;
	/* One has a time-out. */
	second->wait->has_timeout = true;
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	second->wait->has_timeout = false;
	/* One was not looked at. */
	wait_set(second, &condition);
	lc_thread_set_wait(second, NULL, 0);
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	wait_set(second, &condition);
	expect_of(model, 20, VERDICT_LEAK, "nobody-left");
	/* There is a fourth thread that nobody saw. */
	lc_model_find(model, 20)->wait->threads = 4;
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	lc_model_find(model, 20)->wait->threads = 3;
	/* The process catches a signal. */
	lc_model_find(model, 20)->wait->flags = LC_WAIT_SIGNAL_HANDLER;
	expect_of(model, 20, VERDICT_SUSPECT, "others-wait");
	lc_model_find(model, 20)->wait->flags = LC_WAIT_ANY_THREAD;
	/* Main waits for something outside instead. */
	join = wait_for(LC_WAIT_SIGNAL, 4);
	wait_set(main_thread, &join);
	expect_of(model, 20, VERDICT_IDLE, "waits-for-work");
	lc_model_free(model);
}

/* A lock that is private to libc, in a child of one thread; and one waited for in a handler. */
static void test_locks_without_an_owner(void **state)
{
	struct lc_wait wait = private_wait(LC_WAIT_INTERNAL_LOCK, 1, 1);
	struct lc_model *model = model_new();
	struct lc_thread *thread = thread_add(model, 1, 10, 60);

	(void)state;
	wait_set(thread, &wait);
	expect_of(model, 10, VERDICT_LEAK, "nobody-left");
	wait.flags = LC_WAIT_SIGNAL_HANDLER | LC_WAIT_INTERRUPTED_SELF;
	wait_set(thread, &wait);
	wait_set(thread, &wait);
	expect_of(model, 10, VERDICT_DEADLOCK, "interrupted-itself");
	/* It may be another thread's turn. */
	thread->blocked_since = NOW - SECOND / 2;
	expect_of(model, 10, VERDICT_SUSPECT, "interrupted-itself");
	lc_model_free(model);
}

/* What rests on time alone needs more of it than a busy host takes, whatever the threshold. */
static void test_time_alone(void **state)
{
	static const enum lc_wait_direction directions[] = { LC_WAIT_WRITE, LC_WAIT_CONNECT };
	static const uint64_t waited_ms[] = { 30, 900, 1100 };
	struct lc_wait wait = wait_for(LC_WAIT_TCP, 1);
	struct lc_model *model = model_new();
	struct lc_thread *thread = thread_add(model, 1, 10, 1);
	struct verdict_view view;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		wait.direction = directions[i / 3];
		wait_set(thread, &wait);
		thread->blocked_since = NOW - waited_ms[i % 3] * 1000000;
		view_at(&view, model, NULL, NULL, NOW, 20000000);
		assert_int_equal(concluded(&view, 10)->verdict,
				 i % 3 == 2 ? VERDICT_STUCK : VERDICT_SUSPECT);
		verdict_view_release(&view);
	}
	lc_model_free(model);
}

static void test_unix_sockets(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_UNIX, 1);

	(void)state;
	wait.direction = LC_WAIT_READ;
	wait.flags = LC_WAIT_CLIENT;
	expect(wait, VERDICT_SUSPECT, "answer-outstanding");
	assert_non_null(strstr(judge_one(&wait, 'S').reason, "not recorded"));
	wait.flags = 0; /* of a pair */
	expect(wait, VERDICT_IDLE, "heard-last");
	wait.flags = LC_WAIT_PEER_UNREAD;
	expect(wait, VERDICT_STUCK, "request-stands");
	wait.flags = LC_WAIT_SERVER;
	expect(wait, VERDICT_IDLE, "accepting-side");
	wait.flags |= LC_WAIT_PEER_UNREAD; /* an answer that the client has not fetched yet */
	expect(wait, VERDICT_IDLE, "accepting-side");
}

/* It names who should do something, and only what the thing has. */
static void test_remedies_of_sockets(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_UNIX, 1);
	struct conclusion conclusion;

	(void)state;
	wait.fd = 7;
	wait.direction = LC_WAIT_READ;
	wait.flags = LC_WAIT_CLIENT;
	assert_null(strstr(judge_one(&wait, 'S').remedy, "TCP"));
	wait.direction = LC_WAIT_WRITE;
	assert_null(strstr(judge_one(&wait, 'S').remedy, "TCP"));
	assert_non_null(strstr(judge_one(&wait, 'S').remedy, "SO_SNDTIMEO"));
	wait = wait_for(LC_WAIT_TCP, 1);
	wait.fd = 7;
	wait.direction = LC_WAIT_READ;
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST;
	assert_non_null(strstr(judge_one(&wait, 'S').remedy, "TCP_USER_TIMEOUT"));
	wait.flags |= LC_WAIT_NOT_ACCEPTED | LC_WAIT_PEER_UNREAD;
	wait.tcp.peer_receive_queue = 5;
	wait_owner(&wait, 41, 0, LC_WAIT_LISTENER);
	strcpy(wait.owners[0].comm, "deaf");
	conclusion = judge_one(&wait, 'S');
	assert_string_equal(conclusion.rule, "request-stands");
	assert_non_null(strstr(conclusion.reason, "has not been accepted"));
	assert_non_null(strstr(conclusion.proof, "5 bytes lie unread"));
	assert_non_null(strstr(conclusion.proof, "process 41 (deaf) listens"));
	assert_non_null(strstr(conclusion.remedy, "process 41 (deaf) does, which should accept"));
	wait.flags &= ~LC_WAIT_NOT_ACCEPTED;
	wait.owners[0].role = LC_WAIT_PEER;
	conclusion = judge_one(&wait, 'S');
	assert_non_null(strstr(conclusion.proof, "held by process 41 (deaf)"));
	assert_non_null(strstr(conclusion.remedy, "should read the request"));
	wait.direction = LC_WAIT_CONNECT;
	wait.flags = LC_WAIT_BACKLOG_FULL;
	wait.owners[0].role = LC_WAIT_LISTENER;
	conclusion = judge_one(&wait, 'S');
	assert_string_equal(conclusion.rule, "connect");
	assert_non_null(strstr(conclusion.proof, "process 41 (deaf) listens"));
}

static void test_numbers_in_words(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_RWLOCK, 1);

	(void)state;
	wait.readers = 1;
	expect(wait, VERDICT_SUSPECT, "readers");
	assert_non_null(strstr(judge_one(&wait, 'S').reason, "1 reader holds the lock"));
	wait.readers = 2;
	assert_non_null(strstr(judge_one(&wait, 'S').reason, "2 readers hold the lock"));
	wait = wait_for(LC_WAIT_TCP, 1);
	wait.direction = LC_WAIT_READ;
	wait.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST | LC_WAIT_PEER_UNREAD;
	wait.tcp.peer_receive_queue = 1;
	assert_non_null(strstr(judge_one(&wait, 'S').proof, "1 byte lies unread"));
}

/* A server's thread is not sick because its client is. */
static void test_a_sick_peer(void **state)
{
	struct lc_wait socket = wait_for(LC_WAIT_UNIX, 1), mutex = wait_for(LC_WAIT_MUTEX, 2);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	mutex.recorded = LC_WAIT_DEAD;
	wait_set(thread_add(model, 2, 30, 60), &mutex);
	socket.direction = LC_WAIT_READ;
	wait_owner(&socket, 2, 30, LC_WAIT_PEER);
	wait_set(thread_add(model, 1, 10, 60), &socket);
	socket.flags = LC_WAIT_SERVER | LC_WAIT_INCOMPLETE;
	wait_set(thread_add(model, 1, 11, 60), &socket);
	view = view_of(model);
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_STUCK);
	assert_string_equal(concluded(&view, 11)->rule, "accepting-side");
	assert_int_equal(concluded(&view, 11)->verdict, VERDICT_IDLE);
	verdict_view_release(&view);
	lc_model_free(model);
}

static void test_pipes_and_sets(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_PIPE, 1);

	(void)state;
	wait.direction = LC_WAIT_READ;
	wait_owner(&wait, 2, 0, LC_WAIT_OTHER_END);
	expect(wait, VERDICT_IDLE, "reader");
	wait.flags = LC_WAIT_OWN_PROCESS | LC_WAIT_OWN_THREAD;
	expect(wait, VERDICT_LEAK, "only-itself");
	wait.flags |= LC_WAIT_SIGNAL_HANDLER; /* a handler may write: the self-pipe trick */
	expect(wait, VERDICT_IDLE, "reader");
	wait.flags = LC_WAIT_OWN_PROCESS;
	expect(wait, VERDICT_SUSPECT, "own-pipe");
	strcpy(wait.op, "ppoll"); /* a loop, which others of its process wake */
	expect(wait, VERDICT_IDLE, "event-loop");
	wait.flags |= LC_WAIT_OWN_THREAD;
	expect(wait, VERDICT_LEAK, "only-itself");
	wait = wait_for(LC_WAIT_EVENTFD, 1);
	wait.flags = LC_WAIT_OWN_PROCESS;
	strcpy(wait.op, "read");
	expect(wait, VERDICT_SUSPECT, "own-eventfd");
	strcpy(wait.op, "epoll_pwait2");
	expect(wait, VERDICT_IDLE, "event-loop");
	wait.flags |= LC_WAIT_OWN_THREAD;
	expect(wait, VERDICT_LEAK, "only-itself");
	wait = wait_for(LC_WAIT_FIFO, 1);
	wait.direction = LC_WAIT_OPEN;
	wait.recorded = LC_WAIT_OUTSIDE;
	expect(wait, VERDICT_IDLE, "open");
	assert_non_null(strstr(judge_one(&wait, 'S').reason, "to read"));
	wait.flags = LC_WAIT_OPENS_TO_WRITE;
	expect(wait, VERDICT_STUCK, "open");
	assert_non_null(strstr(judge_one(&wait, 'S').reason, "nobody has opened it to read"));
	wait = wait_for(LC_WAIT_EPOLL, 1);
	expect(wait, VERDICT_IDLE, "event-loop");
	wait.flags = LC_WAIT_NEVER_FIRES;
	wait.member_total = 1;
	expect(wait, VERDICT_STUCK, "nothing-can-fire");
	assert_non_null(strstr(judge_one(&wait, 'S').proof, ": 1 member, none"));
	wait.flags |= LC_WAIT_SIGNAL_HANDLER;
	expect(wait, VERDICT_IDLE, "event-loop");
	wait = wait_for(LC_WAIT_SLEEP, 1);
	expect(wait, VERDICT_IDLE, "sleep");
}

static void test_state_d(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_KERNEL, 1);
	struct conclusion conclusion = judge_one(&wait, 'D');

	(void)state;
	assert_int_equal(conclusion.verdict, VERDICT_STUCK);
	expect(wait, VERDICT_IDLE, "in-the-kernel");
	wait.kind = LC_WAIT_SUPERVISOR;
	assert_string_equal(judge_one(&wait, 'D').rule, "supervised");
	expect(wait, VERDICT_SUSPECT, "supervised");
}

/* A lock of the kernel whose owner is noted: it takes the owner's finding, or names who has it. */
static void test_kernel_locks(void **state)
{
	struct lc_wait wait = wait_for(LC_WAIT_KERNEL, 1), back = wait_for(LC_WAIT_KERNEL, 2);
	struct lc_wait daemon = wait_for(LC_WAIT_FUSE, 3);
	struct lc_model *model = model_new();
	struct conclusion conclusion;
	struct verdict_view view;

	(void)state;
	wait_owner(&wait, 1, 20, LC_WAIT_HOLDER);
	conclusion = judge_one(&wait, 'D');
	assert_string_equal(conclusion.rule, "uninterruptible");
	assert_non_null(strstr(conclusion.reason, "thread 20"));
	assert_non_null(strstr(conclusion.remedy, "thread 20"));

	wait_set(thread_add(model, 1, 10, 60), &wait);
	wait_set(thread_add(model, 1, 20, 60), &daemon);
	lc_model_find(model, 10)->state = lc_model_find(model, 20)->state = 'D';
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "blocker-is-a-finding");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_STUCK);
	verdict_view_release(&view);
	/* Two locks of the kernel, each held by who waits for the other. */
	wait_owner(&back, 1, 10, LC_WAIT_HOLDER);
	wait_set(lc_model_find(model, 20), &back);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "cycle");
	assert_int_equal(concluded(&view, 20)->verdict, VERDICT_DEADLOCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

/* main joins a thread that is stuck: it takes its verdict. It joins one that works: it is idle. */
static void test_join_takes_the_verdict(void **state)
{
	struct lc_wait join = wait_for(LC_WAIT_JOIN, 1), mutex = wait_for(LC_WAIT_MUTEX, 2);
	struct lc_model *model = model_new();
	struct verdict_view view;

	(void)state;
	wait_owner(&join, 1, 20, LC_WAIT_JOINEE);
	wait_set(thread_add(model, 1, 10, 60), &join);
	thread_add(model, 1, 20, 0);
	view = view_of(model);
	assert_string_equal(concluded(&view, 10)->rule, "waits-for-end");
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_IDLE);
	verdict_view_release(&view);
	mutex.recorded = LC_WAIT_DEAD;
	wait_set(thread_add(model, 1, 20, 60), &mutex);
	view = view_of(model);
	assert_int_equal(concluded(&view, 20)->verdict, VERDICT_LEAK);
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_STUCK);
	verdict_view_release(&view);
	/* By a pidfd it is the same. */
	join.kind = LC_WAIT_PIDFD;
	wait_set(lc_model_find(model, 10), &join);
	view = view_of(model);
	assert_int_equal(concluded(&view, 10)->verdict, VERDICT_STUCK);
	verdict_view_release(&view);
	lc_model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_turns_gates_and_queues),
		cmocka_unit_test(test_contention),
		cmocka_unit_test(test_time_alone),
		cmocka_unit_test(test_who_joins_early_waits_for_nothing_yet),
		cmocka_unit_test(test_nobody_left),
		cmocka_unit_test(test_locks_without_an_owner),
		cmocka_unit_test(test_initialisers),
		cmocka_unit_test(test_behind_a_suspect),
		cmocka_unit_test(test_siblings_are_served),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_asked_of_descriptors),
		cmocka_unit_test(test_remedies_of_circles),
		cmocka_unit_test(test_remedies_of_things),
		cmocka_unit_test(test_file_locks),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_unix_sockets),
		cmocka_unit_test(test_remedies_of_sockets),
		cmocka_unit_test(test_numbers_in_words),
		cmocka_unit_test(test_a_sick_peer),
		cmocka_unit_test(test_pipes_and_sets),
		cmocka_unit_test(test_state_d),
		cmocka_unit_test(test_kernel_locks),
		cmocka_unit_test(test_join_takes_the_verdict),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
