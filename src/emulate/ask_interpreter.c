// SPDX-License-Identifier: GPL-2.0-only
/*
 * Would a thread that runs an interpreter go on? Its tests are jumps in code that is data, each of
 * which can be turned round. One that was, and leads back to the same wait, or no more, is what
 * decides.
 *
 * Back in its wait, it may also have done its work: then, woken once more, it finds its test
 * otherwise than the first time.
 *
 * What a wake-up returns is made up, and so is what a test makes of it: a test counts only in code
 * that throws away what the wait has returned. Nor is it of account if it says so because of what
 * time it is, which changes by itself. And a test behind a wait is not yet around it, as in
 * ask.c: only where the thread, followed further, ends by what is known of it, or comes back to its
 * wait because the test has said so, in whatever place the compiler has put it a second time.
 */
#include "emulate/asking.h"

static bool goes_on(const struct run *run)
{
	return run->end == EMULATE_ACTS || run->end == EMULATE_WAITS || run->end == EMULATE_ENDS ||
	       (run->end == EMULATE_NOT_KNOWN && run->why == EMULATE_LONG);
}

static bool sleeps(const struct run *run)
{
	return run->end == EMULATE_SLEEPS_AGAIN;
}

static bool is_back(const struct run *run)
{
	return sleeps(run) || run->end == EMULATE_CAME_BACK;
}

static void note_condition(struct asking *asking, uint64_t test)
{
	struct emulate_condition *condition =
		&asking->outcome->conditions[asking->outcome->condition_count++];

	*condition = (struct emulate_condition){ .address = test, .branch = test, .size = 1 };
}

static void go_turned(struct asking *asking, uint64_t test, bool follows)
{
	ask_begin_run(asking, &asking->other);
	asking->other.turned = test;
	asking->other.follows = follows;
	ask_go(asking, &asking->other);
	pages_restore(asking->pages);
}

/* Woken twice: a test that the second time, without anybody's doing, says "wait". 0: none. */
static uint64_t find_changed(struct asking *asking)
{
	const struct run *base = &asking->base, *run = &asking->other;
	uint64_t found = 0, first, second;

	ask_begin_run(asking, &asking->other);
	asking->other.again = true;
	ask_go(asking, &asking->other);
	pages_restore(asking->pages);
	if (!is_back(run) || run->again || run->passage_count == RUN_PASSAGES)
		return 0;
	for (size_t i = 0; i < base->test_count && !found; i++) {
		first = run_goes_to(run, base->tests[i], 0);
		second = run_goes_to(run, base->tests[i], run->first_passages);
		if (first && second && first != second && run_is_free_test(base, base->tests[i]))
			found = base->tests[i];
	}
	return found;
}

/* Where the test leads that says "wait", a test has led before it came to its wait. */
static bool has_asked_again(const struct run *run, uint64_t test, uint64_t waits_at)
{
	bool passed = false;

	for (size_t i = 0; i < run->passage_count; i++) {
		if (passed && run->passages[i].next == waits_at)
			return true;
		passed |= run->passages[i].test == test;
	}
	return false;
}

static bool is_guarded(struct asking *asking, uint64_t test, uint64_t waits_at)
{
	const struct run *run = &asking->other;

	ask_go_from(asking, &asking->other, /* follows= */ true);
	if (run->end == EMULATE_ENDS)
		return !run->guessed;
	return is_back(run) && has_asked_again(run, test, waits_at);
}

/* Would it go another way at another time? */
static bool is_about_time(struct asking *asking, uint64_t test)
{
	ask_go_early(asking);
	return run_goes_to(&asking->other, test, 0) != run_goes_to(&asking->base, test, 0);
}

/* It goes on, by its base run: a test which, turned, leads back to the wait. */
static void find_reason(struct asking *asking, uint64_t only)
{
	struct emulate_outcome *outcome = asking->outcome;
	const struct run *base = &asking->base;
	uint64_t waits_at = 0;

	for (size_t i = 0; i < base->test_count && !outcome->condition_count; i++) {
		if (!run_is_free_test(base, base->tests[i]) || !ask_has_time(asking) ||
		    (only && base->tests[i] != only))
			continue;
		go_turned(asking, base->tests[i], /* follows= */ false);
		waits_at = run_goes_to(&asking->other, base->tests[i], 0);
		if (sleeps(&asking->other) && waits_at && !is_about_time(asking, base->tests[i]))
			note_condition(asking, base->tests[i]);
	}
	if (outcome->condition_count)
		outcome->guarded = is_guarded(asking, outcome->conditions[0].address, waits_at);
}

/* It sleeps again: a test which, turned, lets it go on. */
static void find_what_it_waits_for(struct asking *asking)
{
	const struct run *base = &asking->base;

	for (size_t i = 0; i < base->test_count && !asking->outcome->condition_count; i++) {
		if (!run_is_free_test(base, base->tests[i]) || !ask_has_time(asking))
			continue;
		go_turned(asking, base->tests[i], /* follows= */ false);
		if (goes_on(&asking->other))
			note_condition(asking, base->tests[i]);
	}
}

void ask_interpreter(struct asking *asking)
{
	uint64_t changed;

	ask_go_first(asking, /* follows= */ false);
	if (goes_on(&asking->base))
		return find_reason(asking, 0);
	if (!sleeps(&asking->base))
		return;
	changed = find_changed(asking);
	if (!changed)
		return find_what_it_waits_for(asking);
	asking->outcome->end = EMULATE_CAME_BACK;
	find_reason(asking, changed);
}

void ask_interpreter_of_wakes(struct asking *asking)
{
	struct emulate_outcome *outcome = asking->outcome;
	const struct run *base = &asking->base;

	if (!is_back(base))
		return;
	for (size_t i = 0; i < base->test_count && outcome->end != EMULATE_WAKES; i++) {
		if (!ask_has_time(asking)) {
			outcome->end = EMULATE_NOT_KNOWN;
			outcome->why = EMULATE_LONG;
			return;
		}
		go_turned(asking, base->tests[i], /* follows= */ true);
		if (asking->other.end == EMULATE_WAKES)
			outcome->end = EMULATE_WAKES;
	}
}
