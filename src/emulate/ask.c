// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions, each in several runs: on the memory as it is, and then with one word otherwise, which
 * shows on what it depends.
 *
 * That a thread goes on when it is woken for no reason proves nothing: some code waits without a
 * test, and does a round of work each time. With a test around the wait there is a word with which
 * it sleeps again; and followed further, it reads that word anew before it comes to the same wait,
 * and does not come there while it says "go on": code that waits first, and then looks whether
 * there is something to do, or through a list, goes to its wait whatever that says.
 */
#include "emulate/asking.h"
#include "emulate/clock.h"
#include "emulate/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A first run may spend its time on memory that the host is slow to give: what it had is there for
 * the next one.
 */
#define COLD_INSTRUCTIONS 100000

/* After so many pages the library is begun anew: it becomes slower with each. */
#define PAGES_KEPT 256

void ask_begin_run(struct asking *asking, struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->slot = &asking->local->slot;
	run->unicorn = &asking->local->unicorn;
	run->uc = asking->local->uc;
	run->pages = asking->pages;
	run->vdso = &asking->local->vdso;
	run->question = asking->question;
	run->patience = 1;
}

void ask_go(struct asking *asking, struct run *run)
{
	run_forward(run);
	asking->outcome->runs++;
}

static void take_end(struct emulate_outcome *outcome, const struct run *run)
{
	outcome->instructions = run->instructions;
	outcome->end = run->end;
	outcome->why = run->why;
	outcome->at = run->at;
	outcome->call = run->call;
	outcome->object = run->object;
	outcome->parked = run->parked;
}

static bool was_cold(const struct run *run)
{
	return run->end == EMULATE_NOT_KNOWN && run->why == EMULATE_LONG &&
	       run->instructions < COLD_INSTRUCTIONS;
}

void ask_go_from(struct asking *asking, struct run *run, bool follows)
{
	for (unsigned patience = 1; patience <= ASK_PATIENCE; patience += ASK_PATIENCE - 1) {
		ask_begin_run(asking, run);
		run->follows = follows;
		run->patience = patience;
		ask_go(asking, run);
		pages_restore(asking->pages);
		if (!was_cold(run))
			return;
	}
}

void ask_go_first(struct asking *asking, bool follows)
{
	ask_go_from(asking, &asking->base, follows);
	asking->deadline = emulate_clock() + EMULATE_ALL_NS;
	take_end(asking->outcome, &asking->base);
}

void ask_go_early(struct asking *asking)
{
	ask_begin_run(asking, &asking->other);
	asking->other.early = true;
	ask_go(asking, &asking->other);
	pages_restore(asking->pages);
}

static void go_with(struct asking *asking, const struct run_read *read, uint64_t value,
		    bool follows)
{
	ask_begin_run(asking, &asking->other);
	asking->other.other = read;
	asking->other.other_value = value;
	asking->other.follows = follows;
	ask_go(asking, &asking->other);
	pages_restore(asking->pages);
}

/* Where the two runs part: the first branch that went another way. NULL: none. */
static const struct run_branch *parting(const struct asking *asking)
{
	const struct run *a = &asking->base, *b = &asking->other;

	for (size_t i = 0; i < a->branch_count && i < b->branch_count; i++) {
		if (a->branches[i].at != b->branches[i].at)
			return NULL; /* by a jump that is no branch */
		if (a->branches[i].taken != b->branches[i].taken)
			return &a->branches[i];
	}
	return NULL;
}

static bool sleeps_by_a_test(const struct run *run)
{
	return run->end == EMULATE_SLEEPS_AGAIN && run->lock_releases <= 1 && !run->other_writes;
}

/* What can change: not a constant, nor a table of functions. */
static bool is_variable(struct asking *asking, const struct run_read *read)
{
	const struct page *page = pages_get(asking->pages, read->address);

	return page && page->writable;
}

static uint64_t mask_of(uint32_t size)
{
	return size >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;
}

/*
 * Values that turn most comparisons over; what a futex was expected to be; and those that other
 * words have, as ends of a list.
 */
#define VALUES 8
static size_t list_values(const struct asking *asking, const struct run_read *read,
			  uint64_t values[VALUES + RUN_READS])
{
	const uint64_t first[VALUES] = { 0,
					 1,
					 read->value ^ 1,
					 ~read->value,
					 read->value + 1,
					 asking->question->call.args[2],
					 read->value - 1,
					 mask_of(read->size) >> 1 };
	size_t count = 0;

	for (size_t i = 0; i < VALUES; i++)
		values[count++] = first[i] & mask_of(read->size);
	for (size_t i = 0; i < asking->base.read_count; i++) {
		if (asking->base.reads[i].size == read->size)
			values[count++] = asking->base.reads[i].value;
	}
	return count;
}

static void note_condition(struct asking *asking, const struct run_read *read, uint64_t value,
			   const struct run_branch *branch)
{
	struct emulate_outcome *outcome = asking->outcome;
	struct emulate_condition *condition = &outcome->conditions[outcome->condition_count++];

	*condition = (struct emulate_condition){ .address = read->address,
						 .value = read->value,
						 .other = value,
						 .size = read->size,
						 .branch = branch->at,
						 .code_size = branch->code_size,
						 .taken = branch->taken };
	memcpy(condition->code, branch->code, branch->code_size);
}

bool ask_has_time(const struct asking *asking)
{
	return asking->outcome->runs < EMULATE_RUNS && emulate_clock() < asking->deadline;
}

/* Is there a value with which the run ends the other way, by a branch? */
static void try_word(struct asking *asking, const struct run_read *read)
{
	bool sleeps = asking->base.end == EMULATE_SLEEPS_AGAIN;
	uint64_t values[VALUES + RUN_READS];
	size_t count = list_values(asking, read, values);
	const struct run_branch *branch;

	for (size_t i = 0; i < count && ask_has_time(asking); i++) {
		if (values[i] == read->value)
			continue;
		go_with(asking, read, values[i], /* follows= */ false);
		branch = parting(asking);
		if (!branch || sleeps_by_a_test(&asking->other) == sleeps)
			continue;
		note_condition(asking, read, values[i], branch);
		return;
	}
}

static void find_conditions(struct asking *asking)
{
	const struct run *base = &asking->base;

	for (size_t i = 0; i < base->read_count; i++) {
		if (asking->outcome->condition_count < EMULATE_CONDITIONS &&
		    is_variable(asking, &base->reads[i]))
			try_word(asking, &base->reads[i]);
	}
}

static bool still_says_go_on(struct asking *asking, const struct emulate_condition *condition)
{
	uint64_t now = 0;

	return !run_peek(&asking->other, condition->address, &now, condition->size) ||
	       now == condition->value;
}

static void note_tested(struct run *run, const struct emulate_outcome *outcome)
{
	run->tested_count = outcome->condition_count;
	for (size_t i = 0; i < run->tested_count; i++) {
		const struct emulate_condition *condition = &outcome->conditions[i];

		run->tested[i].word = (struct emulate_range){
			condition->address, condition->address + condition->size
		};
	}
}

/* Back in its wait. A test behind the wait alone is not around it: nothing asks before it waits. */
static bool has_asked_again(struct asking *asking)
{
	const struct emulate_outcome *outcome = asking->outcome;
	bool read = false;

	for (uint32_t i = 0; i < outcome->condition_count; i++) {
		if (still_says_go_on(asking, &outcome->conditions[i]))
			return false;
		read |= asking->other.tested[i].read;
	}
	return read;
}

/*
 * Followed further, as if each system call went well: does it come to the same wait while the test
 * says "go on", or without a test? Where that cannot be seen, it may.
 */
static bool is_guarded(struct asking *asking)
{
	const struct run *run = &asking->other;
	bool guarded;

	ask_begin_run(asking, &asking->other);
	asking->other.follows = true;
	note_tested(&asking->other, asking->outcome);
	ask_go(asking, &asking->other);
	guarded = run->end == EMULATE_CAME_BACK || run->end == EMULATE_SLEEPS_AGAIN
			  ? has_asked_again(asking)
			  : run->end != EMULATE_NOT_KNOWN;
	pages_restore(asking->pages);
	return guarded;
}

/* At another time it would sleep: its test says "go on" by itself, sooner or later. */
static bool is_about_time(struct asking *asking)
{
	if (!asking->base.told_time)
		return false;
	ask_go_early(asking);
	return asking->other.end == EMULATE_SLEEPS_AGAIN;
}

static void would_it_wake(struct asking *asking)
{
	struct emulate_outcome *outcome = asking->outcome;

	ask_go_first(asking, /* follows= */ false);
	if (outcome->end == EMULATE_LOCKED)
		return;
	find_conditions(asking);
	if (outcome->end == EMULATE_SLEEPS_AGAIN || !outcome->condition_count)
		return;
	if (is_about_time(asking))
		outcome->condition_count = 0;
	else
		outcome->guarded = is_guarded(asking);
}

static void what_frees_it(struct asking *asking)
{
	struct emulate_outcome *outcome = asking->outcome;
	const struct run *run = &asking->base;

	ask_go_first(asking, asking->question->follow);
	outcome->made_up = run->made_up;
	outcome->unmoved = run->unmoved;
	outcome->settled = run->settled && !run->told_time;
	outcome->gave_back = run->gave_back;
	outcome->release_count = (uint32_t)run->release_count;
	memcpy(outcome->releases, run->releases, sizeof(outcome->releases));
}

/*
 * What it waits for may come only later: it is on the way to a wake-up also if it would come there
 * with another value of a word that it tests.
 */
static void try_other_words(struct asking *asking)
{
	struct emulate_outcome *outcome = asking->outcome;

	find_conditions(asking);
	for (uint32_t i = 0; i < outcome->condition_count && ask_has_time(asking); i++) {
		const struct emulate_condition *condition = &outcome->conditions[i];
		const struct run_read read = { .address = condition->address,
					       .size = condition->size,
					       .value = condition->value };

		go_with(asking, &read, condition->other, /* follows= */ true);
		if (asking->other.end == EMULATE_WAKES && !asking->other.release_count)
			outcome->end = EMULATE_WAKES;
	}
}

static void whom_it_wakes(struct asking *asking)
{
	what_frees_it(asking);
	if (asking->question->interpreter.state)
		ask_interpreter_of_wakes(asking);
	else if (asking->outcome->end == EMULATE_SLEEPS_AGAIN && !asking->question->rounds)
		try_other_words(asking);
}

static void close_library(struct local *local)
{
	if (!local->uc)
		return;
	pages_end(&local->pages);
	(void)local->unicorn.uc_close(local->uc);
	local->uc = NULL;
}

/* As the last question left it, where that was of the same world. */
static bool open_library(struct local *local, const struct emulate_question *question,
			 const struct emulate_source *source)
{
	const struct unicorn *unicorn = &local->unicorn;

	if (local->uc && question->world && question->world == local->world) {
		pages_keep_constant(&local->pages);
		local->pages.scratch = question->goroutine;
		local->pages.source = source;
		if (local->pages.count < PAGES_KEPT)
			return true;
	}
	close_library(local);
	if (unicorn->uc_open(machine_arch, machine_mode, &local->uc))
		return false;
	machine_set_model(unicorn, local->uc);
	local->world = question->world;
	pages_begin(&local->pages, unicorn, local->uc, source);
	local->pages.scratch = question->goroutine;
	if (run_add_hooks(unicorn, local->uc, &local->slot))
		return true;
	close_library(local);
	return false;
}

static int local_ask(struct emulator *emulator, const struct emulate_question *question,
		     const struct emulate_source *source, struct emulate_outcome *ret)
{
	const uint64_t needed = (UINT64_C(1) << LC_REGISTER_COUNT) - 1;
	struct local *local = (struct local *)emulator;
	struct asking *asking = calloc(1, sizeof(*asking));

	if (!asking)
		return -ENOMEM;
	memset(ret, 0, sizeof(*ret));
	asking->local = local;
	asking->pages = &local->pages;
	asking->question = question;
	asking->outcome = ret;
	if ((question->registers.known & needed) != needed)
		ret->why = EMULATE_NO_REGISTERS;
	else if (!open_library(local, question, source))
		ret->why = EMULATE_NO_EMULATOR;
	else if (question->asked == EMULATE_WHAT_FREES)
		what_frees_it(asking);
	else if (question->asked == EMULATE_WHOM_WAKES)
		whom_it_wakes(asking);
	else if (question->interpreter.state)
		ask_interpreter(asking);
	else
		would_it_wake(asking);
	free(asking);
	return 0;
}

static void local_free(struct emulator *emulator)
{
	struct local *local = (struct local *)emulator;

	close_library(local);
	library_close(&local->unicorn);
	free(local);
}

static const struct emulator_operations operations = { .free = local_free, .ask = local_ask };

int emulate_local_create(struct emulator **ret_emulator)
{
	struct local *local = calloc(1, sizeof(*local));
	int r = local ? library_open(&local->unicorn) : -ENOMEM;

	if (r < 0) {
		free(local);
		return r;
	}
	local->emulator.does = &operations;
	vdso_read(&local->vdso);
	*ret_emulator = &local->emulator;
	return 0;
}

const char *emulate_why_words(enum emulate_why why)
{
	switch (why) {
	case EMULATE_NO_EMULATOR:
		return "there is no emulator";
	case EMULATE_UNREADABLE:
		return "it comes to memory that cannot be read";
	case EMULATE_INSTRUCTION:
		return "it comes to an instruction that cannot be run";
	case EMULATE_LONG:
		return "it goes on for too long";
	case EMULATE_CHANGES_CODE:
		return "it changes its code";
	case EMULATE_NO_REGISTERS:
		return "its registers are not known";
	case EMULATE_LOST:
		return "the emulator was lost over it";
	case EMULATE_UNFORESEEN:
		return "it comes to what cannot be foreseen";
	default:
		return "";
	}
}
