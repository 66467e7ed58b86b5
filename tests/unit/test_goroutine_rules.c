// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts of groups of goroutines: what is proven, what grows, what is healthy. */
#include "waits.h"

#include "model/go_holders.h"
#include "verdict/goroutines.h"
#include "verdict/settle.h"
#include "verdict/report.h"

#define SWEEPS 24

static struct lc_go go;
static struct lc_series *series;
static struct verdict_goroutine_records records;
static struct verdict_view view;
static struct lc_model *threads;
static uint64_t now;

static int set_up(void **state)
{
	(void)state;
	now = NOW;
	threads = model_new();
	return lc_series_create(&series);
}

static int tear_down(void **state)
{
	(void)state;
	verdict_goroutines_release(&records);
	verdict_view_release(&view);
	lc_model_free(threads);
	lc_go_release(&go);
	go = (struct lc_go){};
	lc_series_free(series);
	return 0;
}

static struct lc_go_process *process_of(void)
{
	return lc_go_get(&go, 7, 100);
}

/*
 * A goroutine that stands at the place of its kind, started by the go statement site; it has run so
 * often.
 */
static struct lc_goroutine *stand_at(uint64_t goid, enum lc_go_kind kind, uint64_t site,
				     uint8_t times)
{
	struct lc_go_sample sample = {
		.goid = goid,
		.address = 0x1000 * goid,
		.spawn_pc = 0x400000 + site,
		.entry_pc = 0x500000,
		.stack_bytes = 2048,
		.state = kind == LC_GO_NO_WAIT ? LC_GO_RUNNING : LC_GO_WAITING,
		.kind = kind,
		.tracking_seq = times,
	};
	bool new_site;
	struct lc_goroutine *goroutine = lc_go_note(process_of(), goid, &sample, now, &new_site);

	assert_non_null(goroutine);
	goroutine->stack = kind + 1;
	return goroutine;
}

static struct lc_goroutine *stand(uint64_t goid, enum lc_go_kind kind, uint64_t site)
{
	return stand_at(goid, kind, site, 0);
}

static void end_sweep(void)
{
	lc_go_end_sweep(process_of());
	lc_series_note_go(series, &go);
	lc_series_close(series, now);
	now += SECOND;
}

static void judge_at(uint64_t moment)
{
	verdict_goroutines_release(&records);
	verdict_view_release(&view);
	view_at(&view, threads, &go, series, moment, SECOND);
	assert_int_equal(verdict_goroutines_make(&view.snapshot, &view, &records), 0);
}

static void judge(void)
{
	judge_at(now);
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
	if (verdict >= VERDICT_STUCK)
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

/* A goroutine with one case for each of these channels. */
static void stand_at_channels(uint64_t goid, enum lc_go_kind kind, uint16_t flags,
			      const struct lc_go_channel *channels, uint32_t count)
{
	struct lc_go_wait wait = {
		.goid = goid, .fd = -1, .case_count = count, .case_total = count
	};

	memcpy(wait.cases, channels, count * sizeof(*channels));
	stand(goid, kind, goid)->flags |= flags;
	assert_int_equal(lc_go_set_wait(process_of(), &wait), 0);
}

#define PROVEN (LC_GO_ASKED | LC_GO_UNREACHABLE)

static void fill_channels(void)
{
	const struct lc_go_channel plain = { .address = 16, .send = true };
	const struct lc_go_channel full = {
		.address = 16, .send = true, .capacity = 8, .length = 8
	};
	const struct lc_go_channel slots = {
		.address = 16, .send = true, .capacity = 2, .length = 2, .tokens = true
	};
	const struct lc_go_channel done = { .address = 16, .tokens = true };
	const struct lc_go_channel both[] = { plain, done };

	stand_at_channels(2, LC_GO_CHAN_SEND, PROVEN, &plain, 1);
	stand_at_channels(3, LC_GO_CHAN_SEND, PROVEN, &full, 1);
	stand_at_channels(4, LC_GO_CHAN_SEND, PROVEN, &slots, 1);
	stand_at_channels(5, LC_GO_CHAN_RECEIVE, PROVEN, &done, 1);
	stand_at_channels(6, LC_GO_SELECT, PROVEN, both, 2);
	stand_at_channels(7, LC_GO_SELECT, PROVEN, both, 1);
}

static void test_remedies_fit_the_channel(void **state)
{
	static const char *const fits[] = {
		"a buffer of one",
		"receive until",
		"give each place",
		"close the channel, or ",
		"cancel the context that it",
		"add a case for ctx.Done()",
	};
	const struct verdict_goroutines *group;
	uint64_t goid, other;

	(void)state;
	looks(1, fill_channels);
	for (goid = 2; goid < 8; goid++) {
		group = verdict_goroutines_find(&records, process_of(), goid);
		assert_non_null(group);
		for (other = 2; other < 8; other++)
			assert_int_equal(!!strstr(group->conclusion.remedy, fits[other - 2]),
					 other == goid);
	}
}

static void fill_nil_cases(void)
{
	const struct lc_go_channel send = { .address = 16, .send = true };
	const struct lc_go_channel nil[] = { {}, { .send = true } }, one[] = { send, {} };

	stand_at_channels(2, LC_GO_SELECT, PROVEN, nil, 2);
	stand_at_channels(3, LC_GO_SELECT, PROVEN, one, 2);
	stand_at_channels(4, LC_GO_SELECT, LC_GO_ASKED, nil, 2);
}

/* A select of nil channels only is told as that, where the search has proven it of each. */
static void test_nil_channels_in_selects(void **state)
{
	static const char *const rules[] = { "nil-channel", "unreachable", "waits-for-word" };
	const struct verdict_goroutines *group;
	uint64_t goid;

	(void)state;
	looks(1, fill_nil_cases);
	for (goid = 2; goid < 5; goid++) {
		group = verdict_goroutines_find(&records, process_of(), goid);
		assert_non_null(group);
		assert_string_equal(group->conclusion.rule, rules[goid - 2]);
		assert_int_equal(!!strstr(group->conclusion.remedy, "one case is nil"), goid == 3);
	}
}

static void fill_senders_in_selects(void)
{
	const struct lc_go_channel send = { .address = 16, .send = true };
	const struct lc_go_channel receive = { .address = 32 };
	const struct lc_go_channel both[] = { send, receive };

	stand_at_channels(2, LC_GO_SELECT, LC_GO_ASKED, &send, 1);
	stand_at_channels(3, LC_GO_SELECT, LC_GO_ASKED, both, 2);
}

/*
 * A select that can only send is a sender; what the case of a suspect is is not known, and so not
 * what mends it.
 */
static void test_a_select_that_only_sends(void **state)
{
	(void)state;
	looks(2, fill_senders_in_selects);
	assert_string_equal(verdict_goroutines_find(&records, process_of(), 2)->conclusion.rule,
			    "send");
	assert_int_equal(verdict_goroutines_find(&records, process_of(), 2)->conclusion.verdict,
			 VERDICT_SUSPECT);
	assert_string_equal(verdict_goroutines_find(&records, process_of(), 2)->conclusion.remedy,
			    "");
	assert_string_equal(verdict_goroutines_find(&records, process_of(), 3)->conclusion.rule,
			    "waits-for-word");
}

static uint32_t senders_flags;

static void fill_own_channels(void)
{
	for (uint64_t goid = 10; goid < 15; goid++) {
		struct lc_goroutine *goroutine = stand(goid, LC_GO_CHAN_SEND, 1);

		goroutine->flags |= senders_flags;
		goroutine->object = 0xc000 + goid * 96;
	}
}

/* What makes values ready, for who comes now and then, stands so, too. */
static void test_senders_at_channels_of_their_own(void **state)
{
	(void)state;
	looks(8, fill_own_channels);
	is(LC_GO_CHAN_SEND, VERDICT_SUSPECT, "send");
	assert_non_null(strstr(group_of(LC_GO_CHAN_SEND)->conclusion.reason, "of its own"));
	senders_flags = LC_GO_ASKED | LC_GO_UNREACHABLE;
	looks(2, fill_own_channels);
	is(LC_GO_CHAN_SEND, VERDICT_LEAK, "unreachable");
}

static void fill_mixed(void)
{
	uint64_t goid;

	for (goid = 10; goid < 22; goid++)
		stand(goid, LC_GO_CHAN_RECEIVE, 1)->flags |= LC_GO_ASKED |
							     (goid == 14 ? LC_GO_UNREACHABLE : 0);
	stand(22, LC_GO_CHAN_RECEIVE, 1); /* came after the search */
}

static const struct verdict_goroutines *group_with(uint64_t goid)
{
	const struct verdict_goroutines *group = verdict_goroutines_find(&records, process_of(),
									 goid);

	assert_non_null(group);
	return group;
}

static void test_one_that_is_lost_does_not_condemn_the_others(void **state)
{
	(void)state;
	looks(2, fill_mixed);
	assert_int_equal(records.count, 2);
	assert_int_equal(group_with(14)->conclusion.verdict, VERDICT_LEAK);
	assert_int_equal(group_with(14)->count, 1);
	assert_int_equal(group_with(14)->goid_count, 1);
	assert_int_equal(group_with(14)->stack_bytes, 2048);
	assert_non_null(strstr(group_with(14)->conclusion.proof, "1 of 1 looked at"));
	assert_non_null(strstr(group_with(14)->conclusion.proof, "11 more"));
	assert_int_equal(group_with(22)->count, 12);
	assert_int_equal(group_with(22)->stack_bytes, 12 * 2048);
	assert_true(group_with(22)->conclusion.verdict < VERDICT_STUCK);
}

static void fill_all_lost(void)
{
	stand(10, LC_GO_CHAN_RECEIVE, 1)->flags |= LC_GO_ASKED | LC_GO_UNREACHABLE;
	stand(11, LC_GO_CHAN_RECEIVE, 1)->flags |= LC_GO_ASKED | LC_GO_UNREACHABLE;
	stand(12, LC_GO_CHAN_RECEIVE, 1); /* came after the search */
}

static void test_who_came_later_belongs_to_those_that_agree(void **state)
{
	(void)state;
	looks(1, fill_all_lost);
	assert_int_equal(records.count, 1);
	assert_int_equal(records.list[0].count, 3);
	assert_non_null(strstr(records.list[0].conclusion.proof, "2 of 2 looked at"));
}

static void fill_unasked(void)
{
	stand(10, LC_GO_CHAN_RECEIVE, 1);
	stand(11, LC_GO_SLEEP, 2);
	stand(1, LC_GO_WAITGROUP, 3);
	process_of()->search = LC_GO_SEARCH_TIME;
}

/* What a search that gave up did not ask is not known: that is not idle. */
static void test_what_was_not_asked_is_not_idle(void **state)
{
	(void)state;
	looks(1, fill_unasked);
	is(LC_GO_CHAN_RECEIVE, VERDICT_BLOCKED, "not-searched");
	is(LC_GO_SLEEP, VERDICT_IDLE, "sleep");
	is(LC_GO_WAITGROUP, VERDICT_IDLE, "main");
	assert_int_equal(lc_go_unasked(process_of()), 1);
	process_of()->search = LC_GO_SEARCH_DONE;
	judge();
	is(LC_GO_CHAN_RECEIVE, VERDICT_IDLE, "waits-for-word");
	assert_int_equal(lc_go_unasked(process_of()), 0);
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
	stand(5, LC_GO_MUTEX, 1)->object = 0xc004;
}

static void test_a_lock_that_nobody_is_let_in_to(void **state)
{
	(void)state;
	looks(1, fill_lock);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held"); /* one look tells nothing of the time */
	judge_at(now + 3600 * SECOND);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
	looks(2, fill_lock);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
	looks(4, fill_lock);
	is(LC_GO_MUTEX, VERDICT_STUCK, "lock-held");
	assert_non_null(strstr(group_of(LC_GO_MUTEX)->conclusion.reason, "nobody was let in"));
}

static bool needs_time(void)
{
	bool needed = false;

	assert_int_equal(verdict_needs_time(&view.snapshot, &needed), 0);
	return needed;
}

/* A dump that looked again has seen less of it than the threshold, and does not know how long it
 * was so before. */
static void test_another_look_at_a_lock(void **state)
{
	(void)state;
	looks(1, fill_lock);
	assert_true(needs_time());
	looks(2, fill_lock);
	view.snapshot.threshold_ns = 3600 * SECOND;
	view.snapshot.once = true;
	verdict_goroutines_release(&records);
	assert_int_equal(verdict_goroutines_make(&view.snapshot, &view, &records), 0);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
	view.snapshot.once = false;
	verdict_goroutines_release(&records);
	assert_int_equal(verdict_goroutines_make(&view.snapshot, &view, &records), 0);
	is(LC_GO_MUTEX, VERDICT_IDLE, "lock-held");
	looks(1, fill_pool);
	assert_false(needs_time());
}

static void fill_old_lock(void)
{
	stand(5, LC_GO_MUTEX, 1)->waits_since = 1;
}

/* For how long one has waited says nothing of whom else the lock let in meanwhile. */
static void test_a_dump_has_watched_a_lock_for_a_moment(void **state)
{
	(void)state;
	now += 3600 * SECOND;
	looks(2, fill_old_lock);
	is(LC_GO_MUTEX, VERDICT_STUCK, "lock-held");
	view.snapshot.once = true;
	verdict_goroutines_release(&records);
	assert_int_equal(verdict_goroutines_make(&view.snapshot, &view, &records), 0);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
}

/*
 * All wait for one lock, that of a writer of an RWMutex among them, and at each sweep another one
 * is let in.
 */
static unsigned turn;

static void fill_contended(void)
{
	uint64_t goid;

	for (goid = 10; goid < 20; goid++)
		stand_at(goid, LC_GO_MUTEX, 1, goid % 10 < turn)->object = 0xc004;
	stand_at(30, LC_GO_RWMUTEX_WRITE, 2, 0)->object = 0xc008;
	turn++;
}

static void fill_held(void)
{
	fill_contended();
	turn--;
}

static void test_a_lock_that_changes_hands_is_contended(void **state)
{
	(void)state;
	turn = 0;
	looks(8, fill_contended);
	is(LC_GO_MUTEX, VERDICT_IDLE, "contended");
	is(LC_GO_RWMUTEX_WRITE, VERDICT_IDLE, "contended");
	assert_non_null(
		strstr(group_of(LC_GO_RWMUTEX_WRITE)->conclusion.reason, "7 times seen in 7.0s"));
	/* As soon as nobody is let in any more, it is stuck after all. */
	turn--;
	looks(2, fill_held);
	is(LC_GO_MUTEX, VERDICT_IDLE, "contended");
	looks(5, fill_held);
	is(LC_GO_MUTEX, VERDICT_STUCK, "lock-held");
}

/* Proven, and this one (0: nobody) could release it. */
static void waits_behind(uint64_t goid, enum lc_go_kind kind, uint64_t releaser)
{
	struct lc_go_releasers releasers = { .goid = goid,
					     .goids = { releaser },
					     .count = !!releaser,
					     .total = !!releaser,
					     .known = true };
	struct lc_goroutine *goroutine = stand(goid, kind, goid);

	goroutine->flags |= LC_GO_ASKED | LC_GO_UNREACHABLE;
	goroutine->object = 0x10000 * goid;
	assert_int_equal(lc_go_set_releasers(process_of(), &releasers), 0);
}

static void fill_circle(void)
{
	waits_behind(5, LC_GO_MUTEX, 6);
	waits_behind(6, LC_GO_RWMUTEX_WRITE, 5);
}

static void test_two_that_have_each_others_lock(void **state)
{
	(void)state;
	looks(1, fill_circle);
	is(LC_GO_MUTEX, VERDICT_DEADLOCK, "circle");
	is(LC_GO_RWMUTEX_WRITE, VERDICT_DEADLOCK, "circle");
}

static void fill_mixed_circle(void)
{
	waits_behind(5, LC_GO_CHAN_RECEIVE, 6);
	waits_behind(6, LC_GO_WAITGROUP, 7);
	waits_behind(7, LC_GO_MUTEX, 5);
	waits_behind(8, LC_GO_CHAN_SEND, 7); /* behind the circle, not in it */
	waits_behind(9, LC_GO_COND, 0);
}

static void test_a_circle_of_channel_group_and_lock(void **state)
{
	(void)state;
	looks(1, fill_mixed_circle);
	is(LC_GO_CHAN_RECEIVE, VERDICT_DEADLOCK, "circle");
	is(LC_GO_WAITGROUP, VERDICT_DEADLOCK, "circle");
	is(LC_GO_MUTEX, VERDICT_DEADLOCK, "circle");
	is(LC_GO_CHAN_SEND, VERDICT_LEAK, "unreachable");
	is(LC_GO_COND, VERDICT_LEAK, "unreachable");
	assert_non_null(strstr(group_of(LC_GO_MUTEX)->conclusion.proof,
			       "goroutine 7 waits for goroutine 5, which waits for goroutine 6"));
}

/* It waits for a lock at that address, which the other holds; to_read: as a reader. */
static void waits_for_holder(uint64_t goid, enum lc_go_kind kind, uint64_t address, uint64_t holder,
			     enum lc_go_holding how)
{
	struct lc_go_held held = { .address = address,
				   .to_read = kind == LC_GO_RWMUTEX_WRITE,
				   .known = how != LC_GO_HOLDS_LIKELY,
				   .asked_at = now,
				   .count = 1,
				   .total = 1,
				   .holders = { { .goid = holder, .how = how } } };
	struct lc_goroutine *goroutine = stand(goid, kind, goid);

	goroutine->object = address + (kind == LC_GO_MUTEX	     ? 4
				       : kind == LC_GO_RWMUTEX_WRITE ? 8
								     : 12);
	assert_int_equal(lc_go_set_held(process_of(), &held), 0);
}

static void fill_holders(void)
{
	waits_for_holder(5, LC_GO_MUTEX, 0x5000, 6, LC_GO_HOLDS);
	waits_for_holder(6, LC_GO_RWMUTEX_WRITE, 0x6000, 5, LC_GO_HOLDS);
	waits_for_holder(7, LC_GO_RWMUTEX_READ, 0x6000, 6, LC_GO_HOLDS_NEXT);
}

/* Nobody asked whether anything reaches the locks, as of global variables. */
static void test_two_that_hold_each_others_lock(void **state)
{
	(void)state;
	looks(1, fill_holders);
	is(LC_GO_MUTEX, VERDICT_DEADLOCK, "circle");
	is(LC_GO_RWMUTEX_WRITE, VERDICT_DEADLOCK, "circle");
	is(LC_GO_RWMUTEX_READ, VERDICT_LEAK, "dead-end");
	assert_non_null(strstr(group_of(LC_GO_RWMUTEX_READ)->conclusion.reason, "goroutine 6"));
}

static void fill_likely_holders(void)
{
	waits_for_holder(5, LC_GO_MUTEX, 0x5000, 6, LC_GO_HOLDS_LIKELY);
	waits_for_holder(6, LC_GO_RWMUTEX_WRITE, 0x6000, 5, LC_GO_HOLDS);
}

static void test_what_is_only_likely_closes_no_circle(void **state)
{
	(void)state;
	looks(1, fill_likely_holders);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
	is(LC_GO_RWMUTEX_WRITE, VERDICT_SUSPECT, "lock-held");
}

static void fill_living_holder(void)
{
	stand(6, LC_GO_NETWORK, 6);
	waits_for_holder(5, LC_GO_MUTEX, 0x5000, 6, LC_GO_HOLDS);
}

static void test_a_holder_that_can_run_is_no_dead_end(void **state)
{
	(void)state;
	looks(1, fill_living_holder);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
}

static void fill_self(void)
{
	waits_for_holder(5, LC_GO_MUTEX, 0x5000, 5, LC_GO_HOLDS);
}

static void test_a_lock_that_is_locked_twice(void **state)
{
	(void)state;
	looks(1, fill_self);
	is(LC_GO_MUTEX, VERDICT_DEADLOCK, "self");
}

static bool nobody_unlocks;

static void fill_forgotten_lock(void)
{
	struct lc_go_held held = { .address = 0x5000,
				   .asked_at = now,
				   .most = 1,
				   .runs = 3,
				   .ended = 3,
				   .never = nobody_unlocks };

	stand(5, LC_GO_MUTEX, 5)->object = 0x5004;
	assert_int_equal(lc_go_set_held(process_of(), &held), 0);
}

static void test_a_lock_that_nobody_unlocks(void **state)
{
	(void)state;
	nobody_unlocks = true;
	looks(1, fill_forgotten_lock);
	is(LC_GO_MUTEX, VERDICT_LEAK, "never-unlocked");
	nobody_unlocks = false;
	looks(1, fill_forgotten_lock);
	is(LC_GO_MUTEX, VERDICT_SUSPECT, "lock-held");
}

static uint64_t fill_moves_holder;

static void fill_moving_holder(void)
{
	if (!fill_moves_holder++)
		waits_for_holder(5, LC_GO_MUTEX, 0x5000, 6, LC_GO_HOLDS);
	else
		stand(5, LC_GO_MUTEX, 5)->object = 0x5004;
	stand(6, LC_GO_NETWORK, 6);
	process_of()->list[6].still_since = now; /* it has run meanwhile */
}

static void test_a_holder_that_has_run_is_forgotten(void **state)
{
	(void)state;
	fill_moves_holder = 0;
	looks(1, fill_moving_holder);
	assert_non_null(lc_go_held_for(process_of(), lc_go_by_goid(process_of(), 5)));
	looks(1, fill_moving_holder);
	assert_null(lc_go_held_for(process_of(), lc_go_by_goid(process_of(), 5)));
}

static void fill_senders(void)
{
	waits_behind(5, LC_GO_CHAN_SEND, 6);
	waits_behind(6, LC_GO_CHAN_SEND, 5);
	process_of()->list[6].stack = 77; /* elsewhere */
}

/* Each has the other's channel, and neither receives: that is no circle. */
static void test_senders_do_not_wait_for_each_other(void **state)
{
	(void)state;
	looks(1, fill_senders);
	is(LC_GO_CHAN_SEND, VERDICT_LEAK, "unreachable");
}

static void fill_siblings(void)
{
	waits_behind(5, LC_GO_CHAN_RECEIVE, 6);
	waits_behind(6, LC_GO_CHAN_RECEIVE, 5);
	process_of()->list[6].site = process_of()->list[5].site;
}

/* Subscribers that all have the list of all. */
static void test_siblings_do_not_wait_for_each_other(void **state)
{
	(void)state;
	looks(1, fill_siblings);
	is(LC_GO_CHAN_RECEIVE, VERDICT_LEAK, "unreachable");
}

/* A C thread that called Go waits for the goroutine, and another thread for that thread. */
static void fill_callback(void)
{
	struct lc_goroutine *goroutine;

	waits_behind(5, LC_GO_CHAN_RECEIVE, 0);
	goroutine = &process_of()->list[5];
	goroutine->tid = 70;
	goroutine->locked = true;
}

static void test_threads_behind_a_goroutine(void **state)
{
	struct lc_wait parked = wait_for(LC_WAIT_GO, 1), joins = wait_for(LC_WAIT_JOIN, 2);

	(void)state;
	wait_set(thread_add(threads, 7, 70, 60), &parked);
	wait_owner(&joins, 7, 70, LC_WAIT_JOINEE);
	wait_set(thread_add(threads, 7, 71, 60), &joins);
	looks(1, fill_callback);
	assert_int_equal(concluded(&view, 70)->verdict, VERDICT_STUCK);
	assert_string_equal(concluded(&view, 70)->rule, "dead-end");
	assert_non_null(strstr(concluded(&view, 70)->reason, "goroutine 5"));
	assert_int_equal(concluded(&view, 71)->verdict, VERDICT_STUCK);
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
	/* Two each second: those of the last look were seen once. */
	assert_int_equal(group_of(LC_GO_SELECT)->ages[0], 2);
	assert_int_equal(group_of(LC_GO_SELECT)->ages[1], 2 * 9);
	assert_int_equal(group_of(LC_GO_SELECT)->ages[2], 2 * (SWEEPS - 10));
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

static uint32_t asked_ms_ago;

static void fill_asking(void)
{
	struct lc_go_wait wait = { .goid = 40, .fd = 5, .has_socket = true };

	stand(40, LC_GO_NETWORK, 2);
	wait.socket = (struct lc_wait){ .kind = LC_WAIT_TCP,
					.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST };
	wait.socket.tcp.known = true;
	wait.socket.tcp.sent_ms_ago = asked_ms_ago;
	lc_go_set_wait(process_of(), &wait);
}

/* One look in the midst of a request, and one at an answer that is not there a second later. */
static void test_who_has_asked_just_now(void **state)
{
	(void)state;
	asked_ms_ago = 0;
	looks(1, fill_asking);
	is(LC_GO_NETWORK, VERDICT_IDLE, "not-yet");
	asked_ms_ago = 1000;
	looks(1, fill_asking);
	is(LC_GO_NETWORK, VERDICT_SUSPECT, "answer-outstanding");
}

static size_t forgotten;

static void fill_bodies(void)
{
	uint64_t goid;

	for (goid = 40; goid < 43; goid++)
		stand(goid, LC_GO_SELECT, 2)->flags |= goid - 40 < forgotten ? LC_GO_BODY_FORGOTTEN
									     : 0;
}

/* Of connections of one kind each is told for itself: whose body is read is no suspect. */
static void test_bodies_that_nobody_has(void **state)
{
	size_t i, suspects, idle;

	(void)state;
	for (forgotten = 0; forgotten <= 3; forgotten++) {
		looks(1, fill_bodies);
		for (i = 0, suspects = 0, idle = 0; i < records.count; i++) {
			const struct verdict_goroutines *record = &records.list[i];

			if (!strcmp(record->conclusion.rule, "body-forgotten")) {
				assert_int_equal(record->conclusion.verdict, VERDICT_SUSPECT);
				assert_non_null(strstr(record->conclusion.remedy, "Body.Close()"));
				suspects += record->count;
			} else if (record->goroutine->kind == LC_GO_SELECT) {
				assert_int_equal(record->conclusion.verdict, VERDICT_IDLE);
				idle += record->count;
			}
		}
		assert_int_equal(suspects, forgotten);
		assert_int_equal(idle, 3 - forgotten);
	}
}

static uint64_t spoke;
static uint16_t awaited[3];

static void fill_readers(void)
{
	struct lc_go_wait wait = { .fd = 5, .has_socket = true };
	struct lc_goroutine *reader;

	wait.socket = (struct lc_wait){ .kind = LC_WAIT_TCP, .flags = LC_WAIT_CLIENT | spoke };
	wait.socket.tcp.known = true;
	wait.socket.tcp.sent_ms_ago = 5000;
	for (wait.goid = 40; wait.goid < 43; wait.goid++) {
		reader = stand(wait.goid, LC_GO_NETWORK, 2);
		reader->flags &= ~(LC_GO_AWAITED | LC_GO_AWAITED_FOR_A_TIME);
		reader->flags |= awaited[wait.goid - 40];
		lc_go_set_wait(process_of(), &wait);
	}
}

static void are_readers(size_t suspects, size_t given_up, size_t idle)
{
	size_t i, of[3] = {};

	looks(1, fill_readers);
	for (i = 0; i < records.count; i++) {
		const struct verdict_goroutines *record = &records.list[i];

		if (!strcmp(record->conclusion.rule, "answer-outstanding"))
			of[0] += record->count;
		else if (!strcmp(record->conclusion.rule, "caller-has-deadline"))
			of[1] += record->count;
		else if (!strcmp(record->conclusion.rule, "network"))
			of[2] += record->count;
	}
	assert_int_equal(of[0], suspects);
	assert_int_equal(of[1], given_up);
	assert_int_equal(of[2], idle);
}

/* Whose answer is awaited, and whether for ever, decides of each connection, and for itself. */
static void test_who_waits_for_a_connections_answer(void **state)
{
	(void)state;
	spoke = LC_WAIT_SPOKE_LAST;
	are_readers(3, 0, 0);
	awaited[0] = awaited[1] = awaited[2] = LC_GO_AWAITED_FOR_A_TIME;
	are_readers(0, 3, 0);
	awaited[1] = LC_GO_AWAITED;
	are_readers(1, 2, 0);
	awaited[2] = 0;
	are_readers(2, 1, 0);
	spoke = 0; /* which of the two ends has, TCP does not tell */
	are_readers(1, 1, 1);
	awaited[0] = awaited[1] = 0;
	are_readers(0, 0, 3);
	spoke = LC_WAIT_HEARD_LAST;
	awaited[0] = LC_GO_AWAITED;
	are_readers(0, 0, 3);
	awaited[0] = 0;
}

static bool has_deadline;

static void fill_slots(void)
{
	struct lc_go_wait wait = { .goid = 50, .fd = -1, .case_count = 1, .case_total = 1 };

	wait.cases[0] = (struct lc_go_channel){ .address = 0x77000, .timer = has_deadline };
	wait.pool = (struct lc_go_pool){ LC_GO_POOL_CONNECTIONS, 5, 5, 1 };
	stand(50, LC_GO_SELECT, 3);
	lc_go_set_wait(process_of(), &wait);
}

/* Slots are in use in health, too: what counts is for how long nobody is let in. */
static void test_slots_that_are_all_in_use(void **state)
{
	(void)state;
	has_deadline = false;
	looks(1, fill_slots);
	is(LC_GO_SELECT, VERDICT_IDLE, "pool-exhausted");
	looks(3, fill_slots);
	is(LC_GO_SELECT, VERDICT_SUSPECT, "pool-exhausted");
	assert_string_not_equal(group_of(LC_GO_SELECT)->conclusion.remedy, "");
	assert_true(group_of(LC_GO_SELECT)->remedy_at_caller);
	has_deadline = true;
	looks(1, fill_slots);
	is(LC_GO_SELECT, VERDICT_IDLE, "timer");
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
	process_of()->timers = process_of()->timers_lasting = 50 * sweep_number;
}

static void test_timers_that_only_grow(void **state)
{
	(void)state;
	sweep_number = 0;
	looks(SWEEPS, fill_timers);
	assert_int_equal(records.timer_count, 1);
	assert_int_equal(records.timers[0].conclusion.verdict, VERDICT_LEAK);
	/* Fifty a second that end in an hour are very many; in three minutes they are not. */
	process_of()->timers_end_ns = 3600 * SECOND;
	judge();
	assert_int_equal(records.timer_count, 1);
	process_of()->timers_end_ns = 180 * SECOND;
	judge();
	assert_int_equal(records.timer_count, 0);
}

/* Two more each second, each of them for so long. */
static uint64_t life;
static bool in_a_loop, some_end;

static void fill_sleepers(void)
{
	struct lc_go_wait wait = { .fd = -1 };
	struct lc_goroutine *goroutine;
	uint64_t goid;

	sweep_number++;
	for (goid = 10; goid < 10 + 2 * sweep_number; goid++) {
		if (some_end && goid < 10 + sweep_number - sweep_number / 4)
			continue;
		goroutine = stand_at(goid, LC_GO_SLEEP, 1, in_a_loop ? sweep_number / 4 : 0);
		wait.goid = goid;
		wait.until = goroutine->still_since + life;
		assert_int_equal(lc_go_set_wait(process_of(), &wait), 0);
	}
}

static void grow_sleepers(uint64_t each, bool loop)
{
	sweep_number = 0;
	life = each;
	in_a_loop = loop;
	looks(SWEEPS, fill_sleepers);
	some_end = false;
}

static void test_growth_with_a_known_end_is_no_leak(void **state)
{
	(void)state;
	grow_sleepers(60 * SECOND, /* loop= */ false);
	is(LC_GO_SLEEP, VERDICT_IDLE, "ends-by-itself");
	assert_non_null(strstr(group_of(LC_GO_SLEEP)->conclusion.reason, "there will be 120"));
}

/* Nor where the first have ended while the others still come. */
static void test_ends_that_have_begun(void **state)
{
	(void)state;
	some_end = true;
	grow_sleepers(60 * SECOND, /* loop= */ false);
	assert_true(group_of(LC_GO_SLEEP)->has_site_trend);
	assert_true(group_of(LC_GO_SLEEP)->site_trend.rises);
	assert_true(group_of(LC_GO_SLEEP)->conclusion.verdict < VERDICT_SUSPECT);
}

static void test_some_that_end_late_leak(void **state)
{
	(void)state;
	some_end = true;
	grow_sleepers(24 * 3600 * SECOND, /* loop= */ false);
	is(LC_GO_SLEEP, VERDICT_LEAK, "spawns-without-bound");
}

/* Who sleeps in a loop wakes, but does not end. */
static void test_sleepers_in_a_loop_that_grow_leak(void **state)
{
	(void)state;
	grow_sleepers(60 * SECOND, /* loop= */ true);
	is(LC_GO_SLEEP, VERDICT_LEAK, "growing");
}

static void test_very_many_that_end_late_leak(void **state)
{
	(void)state;
	grow_sleepers(24 * 3600 * SECOND, /* loop= */ false);
	is(LC_GO_SLEEP, VERDICT_LEAK, "growing");
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

/* Each process has its own numbers, and a group has more members than it lists. */
static void test_which_process_has_it(void **state)
{
	struct lc_go_process *other;
	uint64_t goid;

	(void)state;
	for (goid = 1; goid <= VERDICT_GOIDS + 5; goid++)
		stand(goid, LC_GO_CHAN_SEND, 1);
	end_sweep();
	judge();
	assert_ptr_equal(verdict_goroutines_find(&records, process_of(), 3),
			 group_of(LC_GO_CHAN_SEND));
	assert_ptr_equal(verdict_goroutines_find(&records, process_of(), VERDICT_GOIDS + 5),
			 group_of(LC_GO_CHAN_SEND));
	assert_null(verdict_goroutines_find(&records, process_of(), VERDICT_GOIDS + 6));
	other = lc_go_get(&go, 8, 100);
	assert_null(verdict_goroutines_find(&records, other, 3));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_nothing_can_wake_leaks_at_one_look),
		TEST(test_remedies_fit_the_channel),
		TEST(test_nil_channels_in_selects),
		TEST(test_a_select_that_only_sends),
		TEST(test_senders_at_channels_of_their_own),
		TEST(test_one_that_is_lost_does_not_condemn_the_others),
		TEST(test_who_came_later_belongs_to_those_that_agree),
		TEST(test_what_was_not_asked_is_not_idle),
		TEST(test_main_may_wait_for_ever),
		TEST(test_a_pool_is_idle),
		TEST(test_a_lock_that_nobody_is_let_in_to),
		TEST(test_another_look_at_a_lock),
		TEST(test_a_dump_has_watched_a_lock_for_a_moment),
		TEST(test_a_lock_that_changes_hands_is_contended),
		TEST(test_two_that_have_each_others_lock),
		TEST(test_two_that_hold_each_others_lock),
		TEST(test_what_is_only_likely_closes_no_circle),
		TEST(test_a_holder_that_can_run_is_no_dead_end),
		TEST(test_a_lock_that_is_locked_twice),
		TEST(test_a_lock_that_nobody_unlocks),
		TEST(test_a_holder_that_has_run_is_forgotten),
		TEST(test_a_circle_of_channel_group_and_lock),
		TEST(test_senders_do_not_wait_for_each_other),
		TEST(test_siblings_do_not_wait_for_each_other),
		TEST(test_threads_behind_a_goroutine),
		TEST(test_a_group_that_only_grows_leaks),
		TEST(test_streams_grow_with_their_connections),
		TEST(test_who_has_asked_just_now),
		TEST(test_bodies_that_nobody_has),
		TEST(test_who_waits_for_a_connections_answer),
		TEST(test_slots_that_are_all_in_use),
		TEST(test_a_go_statement_without_bound),
		TEST(test_timers_that_only_grow),
		TEST(test_growth_with_a_known_end_is_no_leak),
		TEST(test_ends_that_have_begun),
		TEST(test_some_that_end_late_leak),
		TEST(test_sleepers_in_a_loop_that_grow_leak),
		TEST(test_very_many_that_end_late_leak),
		TEST(test_a_pool_that_fills_is_idle),
		TEST(test_which_process_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
