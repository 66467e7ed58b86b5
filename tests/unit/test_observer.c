// SPDX-License-Identifier: GPL-2.0-only
/*
 * The observer, with a source that follows a script: what each sweep finds, the events between, and
 * what was lost. What a thread waits for is read of a process that is there, so the threads of the
 * script have the numbers of threads of this test: they are said to sleep in the kernel, where the
 * script tells who has the lock.
 */
#include "unit.h"

#include "collect/source.h"
#include "observe/observer.h"
#include "verdict/report.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ull
#define SWEEPS 4
#define SAMPLES 8
#define EVENTS 4
#define NOBODY 0x7fffff00 /* tids from here on: more than Linux gives away */

/* The last sweep is found again and again. */
struct script {
	struct lc_sample samples[SWEEPS][SAMPLES];
	size_t counts[SWEEPS], sweeps, next;
	struct lc_event events[EVENTS];
	size_t event_count;
	struct collect_lost lost;
	int error; /* of sweeps */
};

/* Two threads that are there, for their numbers. */
struct numbers {
	pid_t pid, tids[2];
	pthread_t thread;
	sem_t ready, end;
};

struct fixture {
	struct script script;
	struct observer_options options;
	struct observer observer;
	uint64_t start;
};

static struct numbers numbers;

static int script_open(struct collect *collect, struct error *error)
{
	(void)collect;
	(void)error;
	return 0;
}

static void script_close(struct collect *collect)
{
	(void)collect;
}

static int script_sweep(struct collect *collect, uint64_t kernel_stack_after_ns,
			collect_sample_fn fn, void *context)
{
	struct script *script = collect->options.source_context;
	size_t sweep = script->next < script->sweeps ? script->next++ : script->sweeps - 1, i;
	struct lc_sample sample;
	int r = script->error;

	(void)kernel_stack_after_ns;
	for (i = 0; i < script->counts[sweep] && r >= 0; i++) {
		sample = script->samples[sweep][i];
		sample.now = now_monotonic();
		r = fn(context, &sample);
	}
	return r;
}

static int script_fd(const struct collect *collect)
{
	(void)collect;
	return -1;
}

static int script_consume(struct collect *collect, collect_event_fn fn, void *context)
{
	struct script *script = collect->options.source_context;
	size_t i;
	int r = 0;

	for (i = 0; i < script->event_count && r >= 0; i++)
		r = fn(context, &script->events[i]);
	script->event_count = 0;
	return r;
}

static struct cpu_clocks *script_clocks(const struct collect *collect)
{
	(void)collect;
	return NULL; /* asked for only of threads that are not in the script */
}

static void script_lost(const struct collect *collect, struct collect_lost *ret_lost)
{
	const struct script *script = collect->options.source_context;

	*ret_lost = script->lost;
}

static const struct collect_source script_source = {
	.name = "script",
	.open = script_open,
	.close = script_close,
	.sweep = script_sweep,
	.fd = script_fd,
	.consume = script_consume,
	.clocks = script_clocks,
	.lost = script_lost,
};

static void sleep_until(uint64_t time)
{
	struct timespec until = { .tv_sec = time / SECOND, .tv_nsec = time % SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static void *second_thread(void *context)
{
	(void)context;
	numbers.tids[1] = (pid_t)syscall(SYS_gettid);
	sem_post(&numbers.ready);
	while (sem_wait(&numbers.end))
		;
	return NULL;
}

static int borrow_numbers(void **state)
{
	(void)state;
	/* A machine that was booted just now has no past to sleep in. */
	sleep_until(12 * SECOND);
	numbers.pid = numbers.tids[0] = getpid();
	sem_init(&numbers.ready, 0, 0);
	sem_init(&numbers.end, 0, 0);
	if (pthread_create(&numbers.thread, NULL, second_thread, NULL))
		return -1;
	while (sem_wait(&numbers.ready))
		;
	return 0;
}

static int return_numbers(void **state)
{
	(void)state;
	sem_post(&numbers.end);
	return pthread_join(numbers.thread, NULL);
}

static void start_with(struct fixture *fixture, uint64_t threshold_ns, size_t max_threads)
{
	struct error error = {};

	*fixture = (struct fixture){ .start = now_monotonic() };
	fixture->options = (struct observer_options){
		.collect = { .threshold_ns = threshold_ns,
			     .source = &script_source,
			     .source_context = &fixture->script },
		.threads = true,
		.max_threads = max_threads,
	};
	assert_int_equal(observer_create(&fixture->options, &fixture->observer, &error), 0);
}

/* Longer than any threshold here, and since the machine was booted. */
static uint64_t long_ago(const struct fixture *fixture)
{
	return fixture->start / 2;
}

/* A thread that sleeps in the kernel, where no signal ends it. */
static struct lc_sample asleep(pid_t tid, uint64_t since, uint64_t switches)
{
	return (struct lc_sample){
		.task = { .tid = tid, .pid = numbers.pid, .comm = "thread" },
		.process_comm = "process",
		.state = 'D',
		.start_time = 7,
		.still_since = since,
		.voluntary_switches = switches,
		.syscall = { .nr = LC_NO_SYSCALL },
	};
}

static struct lc_sample behind(pid_t tid, uint64_t since, uint64_t switches, pid_t owner)
{
	struct lc_sample sample = asleep(tid, since, switches);

	sample.blocker = (struct lc_blocker){
		.lock = 0x1000u + (unsigned)owner,
		.kind = LC_BLOCKER_MUTEX,
		.owner_tid = owner,
		.owner_pid = numbers.pid,
	};
	return sample;
}

static void begin_sweep(struct fixture *fixture)
{
	assert_true(fixture->script.sweeps < SWEEPS);
	fixture->script.counts[fixture->script.sweeps++] = 0;
}

static void add(struct fixture *fixture, struct lc_sample sample)
{
	struct script *script = &fixture->script;
	size_t sweep = script->sweeps - 1;

	assert_true(script->counts[sweep] < SAMPLES);
	script->samples[sweep][script->counts[sweep]++] = sample;
}

/* Begins the script anew, for the next round of sweeps. */
static void next_round(struct fixture *fixture)
{
	fixture->script.sweeps = fixture->script.next = 0;
}

static void sweep(struct fixture *fixture, unsigned attempts)
{
	assert_int_equal(
		observer_sweep(&fixture->observer, fixture->options.collect.threshold_ns, attempts),
		0);
}

/* What would be told of a thread at that time; VERDICT_RUNNING and 0: nothing. */
static enum verdict reported(const struct fixture *fixture, uint64_t now, pid_t tid,
			     uint64_t *ret_since)
{
	enum verdict verdict = VERDICT_RUNNING;
	struct verdict_records records;
	struct lc_snapshot snapshot;
	struct verdict_view view;
	size_t i, j;

	*ret_since = 0;
	observer_snapshot(&fixture->observer, now, &snapshot);
	assert_int_equal(verdict_view_create(&snapshot, &view), 0);
	assert_int_equal(verdict_make(&view, VERDICT_NEW, &records), 0);
	for (i = 0; i < records.count; i++) {
		for (j = 0; j < records.list[i].count; j++) {
			if (records.list[i].tids[j].tid != tid)
				continue;
			verdict = records.list[i].conclusion.verdict;
			*ret_since = records.list[i].since;
		}
	}
	verdict_release(&records);
	verdict_view_release(&view);
	return verdict;
}

static void assert_told(const struct fixture *fixture, uint64_t now, pid_t tid,
			enum verdict verdict, uint64_t since)
{
	uint64_t told_since;

	assert_string_equal(verdict_name(reported(fixture, now, tid, &told_since)),
			    verdict_name(verdict));
	assert_int_equal(told_since, since);
}

static void assert_not_told(const struct fixture *fixture, uint64_t now, pid_t tid)
{
	assert_told(fixture, now, tid, VERDICT_RUNNING, 0);
}

/*
 * Not told before the threshold, and looked at again when it has passed: first as a suspect, in the
 * end as a finding; since when it sleeps stays the same.
 */
static void test_a_block_ages(void **state)
{
	uint64_t threshold = 100000000, since, before;
	struct fixture fixture;

	(void)state;
	for (;; threshold *= 2) { /* a busy host may be late: then there is nothing to see */
		start_with(&fixture, threshold, 0);
		since = now_monotonic();
		begin_sweep(&fixture);
		add(&fixture, asleep(numbers.tids[0], since, 5));
		sweep(&fixture, 1);
		before = now_monotonic();
		if (before < since + threshold)
			break;
		observer_release(&fixture.observer);
	}
	assert_not_told(&fixture, before, numbers.tids[0]);
	assert_int_equal(fixture.observer.next_due, since + threshold);
	assert_null(lc_model_find(fixture.observer.model, numbers.tids[0])->wait);

	sleep_until(fixture.observer.next_due);
	sweep(&fixture, 1);
	assert_told(&fixture, since + threshold, numbers.tids[0], VERDICT_SUSPECT, since);
	assert_told(&fixture, since + threshold + 2 * SECOND, numbers.tids[0], VERDICT_STUCK,
		    since);
	observer_release(&fixture.observer);
}

/* What was read of it was of a block that is over: nothing is told, and the next one counts anew.
 */
static void test_woken_between_two_reads(void **state)
{
	struct fixture fixture;
	uint64_t again;

	(void)state;
	start_with(&fixture, 2 * SECOND, 0);
	again = fixture.start - SECOND;
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], long_ago(&fixture), 5));
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], again, 6));
	sweep(&fixture, 1);
	assert_null(lc_model_find(fixture.observer.model, numbers.tids[0])->wait);
	assert_not_told(&fixture, now_monotonic(), numbers.tids[0]);
	/* That one was not read: it is blocked, and no more is known. */
	assert_not_told(&fixture, again + 60 * SECOND, numbers.tids[0]);
	assert_int_equal(lc_model_find(fixture.observer.model, numbers.tids[0])->blocked_since,
			 again);
	observer_release(&fixture.observer);
}

/* It is due each time, and has run each time: in a trace it is not blocked, in a dump it moves. */
static void test_never_still_for_two_reads(void **state)
{
	struct lc_thread *thread;
	struct fixture fixture;
	bool once;
	unsigned i;

	(void)state;
	for (once = false;; once = true) {
		start_with(&fixture, SECOND, 0);
		fixture.options.once = once;
		for (i = 0; i < 3; i++) {
			begin_sweep(&fixture);
			add(&fixture, asleep(numbers.tids[0], fixture.start - (9 - i) * SECOND, i));
		}
		sweep(&fixture, 2);
		thread = lc_model_find(fixture.observer.model, numbers.tids[0]);
		assert_int_equal(thread->blocked, once);
		assert_int_equal(thread->moving, once);
		assert_int_equal(fixture.observer.lost_stacks, once);
		assert_not_told(&fixture, now_monotonic(), numbers.tids[0]);
		observer_release(&fixture.observer);
		if (once)
			break;
	}
}

static void circle(struct fixture *fixture, uint64_t since, uint64_t second_switches)
{
	begin_sweep(fixture);
	add(fixture, behind(numbers.tids[0], since, 5, numbers.tids[1]));
	add(fixture, behind(numbers.tids[1], since, second_switches, numbers.tids[0]));
}

static void test_a_circle_holds_while_all_stand_still(void **state)
{
	struct fixture fixture;
	uint64_t since;

	(void)state;
	start_with(&fixture, SECOND, 0);
	since = fixture.start - 10 * SECOND;
	circle(&fixture, since, 5);
	sweep(&fixture, 1);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_DEADLOCK, since);
	assert_told(&fixture, now_monotonic(), numbers.tids[1], VERDICT_DEADLOCK, since);
	observer_release(&fixture.observer);
}

/* The second one has run since the first was read: it is no circle, whatever stands in the waits.
 */
static void test_a_circle_of_which_one_has_moved(void **state)
{
	struct fixture fixture;
	uint64_t since, told_since;

	(void)state;
	start_with(&fixture, SECOND, 0);
	since = fixture.start - 10 * SECOND;
	circle(&fixture, since, 5);
	circle(&fixture, since, 6);
	sweep(&fixture, 1);
	assert_true(reported(&fixture, now_monotonic(), numbers.tids[0], &told_since) <
		    VERDICT_DEADLOCK);
	assert_not_told(&fixture, now_monotonic(), numbers.tids[1]);
	/* The next round finds both at rest. */
	sweep(&fixture, 1);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_DEADLOCK, since);
	observer_release(&fixture.observer);
}

/* A sweep that lacks it says that it has ended, also if no event did. */
static void test_missing_at_a_sweep(void **state)
{
	struct fixture fixture;
	uint64_t since;

	(void)state;
	start_with(&fixture, SECOND, 0);
	since = fixture.start - 10 * SECOND;
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], since, 5));
	add(&fixture, asleep(numbers.tids[1], since, 5));
	sweep(&fixture, 1);
	assert_told(&fixture, now_monotonic(), numbers.tids[1], VERDICT_STUCK, since);
	assert_int_equal(fixture.observer.threads_living, 2);

	next_round(&fixture);
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], since, 5));
	sweep(&fixture, 1);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_STUCK, since);
	assert_not_told(&fixture, now_monotonic(), numbers.tids[1]);
	assert_true(lc_model_find(fixture.observer.model, numbers.tids[1])->ended_at >=
		    fixture.start);
	assert_int_equal(fixture.observer.threads_living, 1);
	assert_int_equal(fixture.observer.threads_seen, 2);
	observer_release(&fixture.observer);
}

/* A sweep that failed says nothing: nobody has ended. */
static void test_a_sweep_that_fails(void **state)
{
	struct fixture fixture;
	uint64_t since;

	(void)state;
	start_with(&fixture, SECOND, 0);
	since = fixture.start - 10 * SECOND;
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], since, 5));
	sweep(&fixture, 1);
	fixture.script.error = -EPERM;
	assert_int_equal(observer_sweep(&fixture.observer, SECOND, 1), -EPERM);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_STUCK, since);
	observer_release(&fixture.observer);
}

/* The same tid with another start is another thread, as still as it may be. */
static void test_a_reused_tid(void **state)
{
	struct fixture fixture;
	struct lc_sample other;

	(void)state;
	start_with(&fixture, SECOND, 0);
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], long_ago(&fixture), 5));
	sweep(&fixture, 1);
	lc_model_find(fixture.observer.model, numbers.tids[0])->reported = 1;
	assert_not_told(&fixture, now_monotonic(), numbers.tids[0]); /* as the user knows of it */

	next_round(&fixture);
	other = asleep(numbers.tids[0], fixture.start - 5 * SECOND, 5);
	other.start_time = 8;
	begin_sweep(&fixture);
	add(&fixture, other);
	sweep(&fixture, 1);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_STUCK,
		    fixture.start - 5 * SECOND);
	observer_release(&fixture.observer);
}

static struct lc_event *add_event(struct fixture *fixture, enum lc_event_kind kind, pid_t tid)
{
	struct lc_event *event = &fixture->script.events[fixture->script.event_count++];

	assert_true(fixture->script.event_count <= EVENTS);
	*event = (struct lc_event){
		.kind = kind,
		.at = now_monotonic(),
		.task = { .tid = tid, .pid = numbers.pid, .comm = "thread" },
		.syscall = { .nr = LC_NO_SYSCALL },
		.start_time = 7,
	};
	return event;
}

static void consume(struct fixture *fixture)
{
	assert_int_equal(
		collect_consume(fixture->observer.collect, observer_event, &fixture->observer), 0);
}

/* Born and ended between two sweeps, and blocks that were over before one. */
static void test_events_between_sweeps(void **state)
{
	const struct lc_thread *thread;
	struct fixture fixture;
	struct lc_event *event;
	uint64_t born;

	(void)state;
	start_with(&fixture, SECOND, 0);
	event = add_event(&fixture, LC_EVENT_SPAWN, NOBODY);
	event->other = (struct lc_task){ .tid = numbers.tids[0], .pid = numbers.pid };
	born = event->at;
	event = add_event(&fixture, LC_EVENT_BLOCK_ENDED, NOBODY);
	event->blocked_ns = 3 * SECOND;
	consume(&fixture);
	thread = lc_model_find(fixture.observer.model, NOBODY);
	assert_non_null(thread);
	assert_int_equal(thread->spawned_at, born);
	assert_int_equal(thread->spawner.tid, numbers.tids[0]);
	assert_int_equal(thread->blocks.count, 1);
	assert_int_equal(thread->blocks.max_ns, 3 * SECOND);
	assert_int_equal(thread->ended_at, 0);

	add_event(&fixture, LC_EVENT_EXIT, NOBODY);
	consume(&fixture);
	assert_int_not_equal(lc_model_find(fixture.observer.model, NOBODY)->ended_at, 0);
	observer_release(&fixture.observer);
}

/* A finding is over with the event of its end, before any sweep. */
static void test_an_exit_ends_a_finding(void **state)
{
	struct fixture fixture;
	uint64_t since;

	(void)state;
	start_with(&fixture, SECOND, 0);
	since = fixture.start - 10 * SECOND;
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], since, 5));
	sweep(&fixture, 1);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_STUCK, since);
	add_event(&fixture, LC_EVENT_EXIT, numbers.tids[0]);
	consume(&fixture);
	assert_not_told(&fixture, now_monotonic(), numbers.tids[0]);
	observer_release(&fixture.observer);
}

/*
 * The start of one and the end of the other were lost: the sweep tells all the same who is there,
 * and what was lost is counted.
 */
static void test_lost_events(void **state)
{
	struct observer_losses losses;
	const struct lc_thread *thread;
	struct fixture fixture;
	struct lc_event *event;

	(void)state;
	start_with(&fixture, SECOND, 0);
	event = add_event(&fixture, LC_EVENT_SPAWN, NOBODY);
	event->at = fixture.start;
	consume(&fixture);
	fixture.script.lost = (struct collect_lost){
		.events = 2, .stack_copies = 3, .targets = 4, .goroutines = 5
	};
	begin_sweep(&fixture);
	add(&fixture, asleep(numbers.tids[0], fixture.start - 10 * SECOND, 5));
	sweep(&fixture, 1);
	assert_int_not_equal(lc_model_find(fixture.observer.model, NOBODY)->ended_at, 0);
	thread = lc_model_find(fixture.observer.model, numbers.tids[0]);
	assert_int_equal(thread->spawned_at, 0);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_STUCK,
		    fixture.start - 10 * SECOND);
	observer_get_losses(&fixture.observer, &losses);
	assert_int_equal(losses.events, 2);
	assert_int_equal(losses.stacks, 3);
	assert_int_equal(losses.threads, 4);
	assert_int_equal(losses.goroutines, 5);
	observer_release(&fixture.observer);
}

/* Room for four: those are kept that stand still for longest, and the others are counted. */
static void test_the_bound_of_the_model(void **state)
{
	struct observer_losses losses;
	struct fixture fixture;
	unsigned i;

	(void)state;
	start_with(&fixture, SECOND, 4);
	begin_sweep(&fixture);
	for (i = 0; i < 5; i++)
		add(&fixture,
		    asleep(NOBODY + i, fixture.start - (20 - i) * (fixture.start / 64), 5));
	add(&fixture, asleep(numbers.tids[0], long_ago(&fixture), 5));
	sweep(&fixture, 1);
	assert_int_equal(lc_model_count(fixture.observer.model), 4);
	assert_told(&fixture, now_monotonic(), numbers.tids[0], VERDICT_STUCK, long_ago(&fixture));
	assert_non_null(lc_model_find(fixture.observer.model, NOBODY));
	assert_null(lc_model_find(fixture.observer.model, NOBODY + 4));
	observer_get_losses(&fixture.observer, &losses);
	assert_true(losses.threads >= 2);
	observer_release(&fixture.observer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_block_ages),
		cmocka_unit_test(test_woken_between_two_reads),
		cmocka_unit_test(test_never_still_for_two_reads),
		cmocka_unit_test(test_a_circle_holds_while_all_stand_still),
		cmocka_unit_test(test_a_circle_of_which_one_has_moved),
		cmocka_unit_test(test_missing_at_a_sweep),
		cmocka_unit_test(test_a_sweep_that_fails),
		cmocka_unit_test(test_a_reused_tid),
		cmocka_unit_test(test_events_between_sweeps),
		cmocka_unit_test(test_an_exit_ends_a_finding),
		cmocka_unit_test(test_lost_events),
		cmocka_unit_test(test_the_bound_of_the_model),
	};

	return cmocka_run_group_tests(tests, borrow_numbers, return_numbers);
}
