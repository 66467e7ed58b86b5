// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds Go's locks: each goroutine that stands is run forward, as if its wait had ended, with
 * each result that this may have. Who unlocks a lock more often than it locks it holds it now; if
 * only with some results, or behind another wait, it is likely. What its deferred calls tell is
 * confirmed that way, or proven wrong.
 */
#include "observe/forward.h"
#include "observe/forward_private.h"

#include "model/go_holders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(RUNTIME_WORDS < EMULATE_PATCHES, "");

#define GOROUTINES_MAX 4096 /* that are asked about locks of one process */
#define ALIKE 8		    /* of those at one place are asked, whatever they say */
#define SIDES_MAX (4 * EMULATE_WATCHES)
#define MUTEX_LOCKED 1u
#define RWMUTEX_READERS 16
#define RWMUTEX_READER_BITS 0x3fffffffu /* also while a writer waits, who takes 1 << 30 off */

#if defined(__x86_64__)
#define SECOND_RESULT 3 /* rbx */
#else
#define SECOND_RESULT 1
#endif

/* Those that stand at one place, by the number of their stack. */
struct crowd {
	uint64_t object; /* that all which were asked wait for; 0: different ones, or not known */
	uint8_t asked;
	bool releases; /* one of them unlocks something */
	bool complete; /* of each it is known that it does not */
};

struct go_asking {
	struct asking asking;
	struct crowd *crowds;	 /* LC_STACKS_MAX + 1 */
	bool *seen;		 /* by place in the process's list */
	bool released, complete; /* what the goroutine asked last has said */
	struct lc_go_process *process;
	struct lc_go_held sides[SIDES_MAX];
	size_t count;
	struct runtime_forward forward; /* of the goroutine at hand */
	struct emulate_question question;
};

/* What the runs of one goroutine said of some locks. */
struct answers {
	bool always[EMULATE_WATCHES], ever[EMULATE_WATCHES];
	struct emulate_release release[EMULATE_WATCHES];
	bool ended;    /* each run did */
	bool complete; /* the same, or came back to its wait, and nothing was guessed */
	bool unmoved;  /* each run came back to its wait, and would do so again */
	uint64_t instructions;
};

/* --- the question --- */

static struct emulate_watch watch_of(const struct lc_go_held *side,
				     const struct lc_goroutine *goroutine, uint64_t own)
{
	struct emulate_watch watch = { .address = side->address, .mask = MUTEX_LOCKED };

	if (side->to_read) {
		watch.address += RWMUTEX_READERS;
		watch.mask = RWMUTEX_READER_BITS;
	}
	if (side->address != own)
		return watch;
	/* A writer that waits for readers has the other side already. */
	if (goroutine->kind == LC_GO_RWMUTEX_WRITE && !side->to_read)
		watch.mask = 0;
	if (goroutine->kind == LC_GO_MUTEX && !side->to_read)
		watch.taken = watch.borrowed = 1;
	/* Readers that wait are counted before. */
	if (goroutine->kind == LC_GO_RWMUTEX_READ && side->to_read)
		watch.taken = 1;
	return watch;
}

static void begin_question(struct go_asking *a)
{
	const struct runtime_forward *forward = &a->forward;
	struct emulate_question *question = &a->question;

	*question = (struct emulate_question){
		.asked = EMULATE_WHAT_FREES,
		.tid = (uint32_t)a->process->pid,
		.pid = (uint32_t)a->process->pid,
		.follow = 1,
		.goroutine = 1,
		.world = a->asking.process.world,
		.registers = forward->registers,
		.call = { .nr = -1 },
		.own = { { forward->stack_from, forward->stack_to } },
		.vdso = forward_vdso(&a->asking.process),
		.known_count = (uint32_t)forward->known_count,
	};
	memcpy(question->known, forward->known, sizeof(question->known));
	for (size_t i = 0; i < forward->word_count; i++)
		question->patches[question->patch_count++] =
			(struct emulate_patch){ .address = forward->words[i].address,
						.value = forward->words[i].value,
						.size = 8 };
}

static size_t watch_sides(struct go_asking *a, const struct lc_goroutine *goroutine, size_t first)
{
	size_t count = a->count - first < EMULATE_WATCHES ? a->count - first : EMULATE_WATCHES;

	a->question.watch_count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		a->question.watches[i] = watch_of(&a->sides[first + i], goroutine, a->forward.lock);
	return count;
}

/* --- runs --- */

static void take_outcome(const struct emulate_outcome *outcome, struct answers *answers)
{
	bool released[EMULATE_WATCHES] = { false }, certain[EMULATE_WATCHES] = { false };

	for (uint32_t i = 0; i < outcome->release_count; i++) {
		const struct emulate_release *release = &outcome->releases[i];

		if (!answers->ever[release->watch] && !released[release->watch])
			answers->release[release->watch] = *release;
		released[release->watch] = true;
		certain[release->watch] |= release->certain;
	}
	for (size_t i = 0; i < EMULATE_WATCHES; i++) {
		answers->always[i] &= certain[i];
		answers->ever[i] |= released[i];
	}
	answers->ended &= outcome->end == EMULATE_ENDS;
	answers->complete &= (outcome->end == EMULATE_ENDS || outcome->end == EMULATE_CAME_BACK) &&
			     !outcome->made_up;
	answers->unmoved &= outcome->unmoved;
	answers->instructions += outcome->instructions;
}

static void set_ending(struct go_asking *a, const struct runtime_ending *ending)
{
	struct emulate_question *question = &a->question;

	question->result = ending->result[0];
	question->registers.value[SECOND_RESULT] = ending->result[1];
	question->patch_count = (uint32_t)a->forward.word_count;
	if (ending->size)
		question->patches[question->patch_count++] = (struct emulate_patch){
			.address = ending->address, .value = ending->value, .size = ending->size
		};
}

/* Returns 0, or what the emulator says of itself. */
static int run_all(struct go_asking *a, struct answers *answers)
{
	const struct emulate_source source = { forward_page, &a->asking.process };
	struct emulator *emulator = a->asking.observer->options->emulator;
	struct emulate_outcome outcome;
	int r = 0;

	*answers =
		(struct answers){ .ended = true, .complete = !a->forward.guessed, .unmoved = true };
	memset(answers->always, 1, sizeof(answers->always));
	for (size_t i = 0; i < a->forward.ending_count && r == 0; i++) {
		set_ending(a, &a->forward.endings[i]);
		r = emulator->does->ask(emulator, &a->question, &source, &outcome);
		if (r == 0)
			take_outcome(&outcome, answers);
	}
	return r;
}

static uint32_t stack_of(const struct go_asking *a, const struct emulate_release *release)
{
	uint64_t addresses[1 + EMULATE_CALLERS] = { release->at + 1 }; /* as if it returned there */
	struct observer *observer = a->asking.observer;
	size_t count = 1;

	while (count <= EMULATE_CALLERS && release->callers[count - 1]) {
		addresses[count] = release->callers[count - 1];
		count++;
	}
	return observer->runtime->does->intern(observer->runtime, a->process->pid, addresses,
					       count);
}

static const struct lc_go_holder *holder_of(const struct lc_go_held *side, uint64_t goid)
{
	for (uint32_t i = 0; i < side->count; i++) {
		if (side->holders[i].goid == goid)
			return &side->holders[i];
	}
	return NULL;
}

/*
 * It releases nothing, whatever the others do. Who waits for these only goes on when one of them
 * has. Who sleeps goes on by itself, and must change nothing: others may go on because of that, or
 * it does itself, when it has slept often enough. What comes from outside is not known.
 */
static bool is_complete(const struct lc_goroutine *goroutine, const struct answers *answers)
{
	if (!answers->complete || goroutine->state == LC_GO_SYSCALL)
		return false;
	return goroutine->kind == LC_GO_SLEEP
		       ? answers->unmoved
		       : lc_go_is_internal(goroutine->kind) || goroutine->kind == LC_GO_SEMAPHORE;
}

/* What its deferred calls told is kept, where the run did not come to an end. */
static void take_answer(struct go_asking *a, struct lc_go_held *side,
			const struct lc_goroutine *goroutine, const struct answers *answers,
			size_t watch)
{
	uint64_t goid = goroutine->goid;
	const struct lc_go_holder *known = holder_of(side, goid);
	struct lc_go_holder holder = { .goid = goid };

	side->runs++;
	side->ended += is_complete(goroutine, answers);
	side->instructions += answers->instructions;
	if (!answers->ever[watch]) {
		if (known && known->how != LC_GO_HOLDS_NEXT && answers->ended)
			lc_go_held_remove(side, goid);
		return;
	}
	holder.how = answers->always[watch] && !a->forward.guessed ? LC_GO_HOLDS
								   : LC_GO_HOLDS_LIKELY;
	holder.stack = known && known->stack ? known->stack : stack_of(a, &answers->release[watch]);
	holder.deferred = known && known->deferred;
	lc_go_held_add(side, &holder);
}

/* It waits for what never comes, whoever it is. */
static bool never_goes_on(const struct lc_goroutine *goroutine)
{
	return goroutine->kind == LC_GO_NIL_RECEIVE || goroutine->kind == LC_GO_NIL_SEND ||
	       goroutine->kind == LC_GO_SELECT_EMPTY;
}

static void count_as_asked(struct go_asking *a)
{
	for (size_t i = 0; i < a->count; i++) {
		a->sides[i].runs++;
		a->sides[i].ended++;
	}
}

static int ask_goroutine(struct go_asking *a, const struct lc_goroutine *goroutine)
{
	struct observer *observer = a->asking.observer;
	struct answers answers;
	size_t first, count, i;
	int r = 0;

	a->released = false;
	a->complete = never_goes_on(goroutine);
	if (a->complete) {
		count_as_asked(a);
		return 0;
	}
	if (!observer->runtime->does->forward(observer->runtime, a->process, goroutine,
					      &a->forward))
		return 0;
	begin_question(a);
	a->question.twice = goroutine->kind == LC_GO_SLEEP;
	a->complete = true;
	for (first = 0; first < a->count && r == 0; first += count) {
		count = watch_sides(a, goroutine, first);
		r = run_all(a, &answers);
		if (r < 0 ||
		    !observer->runtime->does->stands(observer->runtime, a->process, goroutine))
			return r;
		for (i = 0; i < count; i++) {
			take_answer(a, &a->sides[first + i], goroutine, &answers, i);
			a->released |= answers.ever[i];
		}
		a->complete &= is_complete(goroutine, &answers);
	}
	return r;
}

/* --- whom --- */

static bool stands(const struct go_asking *a, const struct lc_goroutine *goroutine)
{
	return goroutine->goid && goroutine->stack && goroutine->kind != LC_GO_IN_CGO &&
	       goroutine->kind != LC_GO_RUNTIME &&
	       (goroutine->state == LC_GO_WAITING || goroutine->state == LC_GO_LEAKED ||
		goroutine->state == LC_GO_SYSCALL) &&
	       goroutine->stack <= LC_STACKS_MAX && !lc_go_is_runtimes(a->process, goroutine);
}

static void note_crowd(const struct go_asking *a, struct crowd *crowd,
		       const struct lc_goroutine *goroutine)
{
	if (!crowd->asked++)
		*crowd = (struct crowd){ goroutine->object, 1, a->released, a->complete };
	if (crowd->object != goroutine->object)
		crowd->object = 0;
	crowd->releases |= a->released;
	crowd->complete &= a->complete;
}

/*
 * The first few at each place are asked one by one. If none of them unlocks anything, nor will the
 * others: where all wait for one object, and so it is known, they count as asked.
 */
static bool is_like_others(struct go_asking *a, const struct crowd *crowd,
			   const struct lc_goroutine *goroutine)
{
	if (crowd->asked < ALIKE || crowd->releases)
		return false;
	if (crowd->complete && crowd->object && crowd->object == goroutine->object)
		count_as_asked(a);
	return true;
}

/* Returns 0, or what the emulator says of itself. */
static int ask_some(struct go_asking *a, bool first_few, size_t *asked)
{
	struct observer *observer = a->asking.observer;
	const struct lc_goroutine *list = a->process->list;
	uint64_t begun = now_monotonic();
	int r = 0;

	for (size_t i = 0; i < a->process->count && *asked < GOROUTINES_MAX && r == 0; i++) {
		struct crowd *crowd = stands(a, &list[i]) ? &a->crowds[list[i].stack] : NULL;

		if (!crowd || a->seen[i] || (first_few && crowd->asked >= ALIKE))
			continue;
		a->seen[i] = true;
		if (!first_few && is_like_others(a, crowd, &list[i]))
			continue;
		if (!forward_has_time(observer) || observer_is_stopped(observer))
			return 0;
		(*asked)++;
		r = ask_goroutine(a, &list[i]);
		if (first_few)
			note_crowd(a, crowd, &list[i]);
		observer->forward_ns += now_monotonic() - begun;
		begun = now_monotonic();
	}
	return r;
}

static int ask_all(struct go_asking *a)
{
	size_t asked = 0;
	int r;

	a->crowds = calloc(LC_STACKS_MAX + 1, sizeof(*a->crowds));
	a->seen = calloc(a->process->count + 1, sizeof(*a->seen));
	r = a->crowds && a->seen ? ask_some(a, /* first_few= */ true, &asked) : -ENOMEM;
	r = r ?: ask_some(a, /* first_few= */ false, &asked);
	free(a->crowds);
	free(a->seen);
	return r;
}

static void collect_sides(struct go_asking *a)
{
	const struct lc_go_held *held = NULL;

	while ((held = lc_go_next_held(a->process, held)) && a->count < SIDES_MAX) {
		if (!held->runs)
			a->sides[a->count++] = *held;
	}
}

/* Threads that are not Go's may call it. */
static bool is_go_alone(const struct target_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++) {
		if (strstr(maps->mappings[i].path, "/libc.") ||
		    strstr(maps->mappings[i].path, "/ld-"))
			return false;
	}
	return maps->count;
}

/* Timers of others than those that sleep call functions. */
static bool has_callbacks(const struct lc_go_process *process)
{
	size_t sleepers = 0;

	for (size_t i = 0; i < process->count; i++)
		sleepers += process->list[i].goid && process->list[i].kind == LC_GO_SLEEP;
	return !process->timers_known || process->timers > sleepers;
}

/* These unlock nothing of the program. */
static bool is_runtime_own(const struct lc_go_process *process,
			   const struct lc_goroutine *goroutine)
{
	return goroutine->kind == LC_GO_RUNTIME || lc_go_is_runtimes(process, goroutine);
}

static size_t count_goroutines(const struct lc_go_process *process)
{
	size_t count = 0;

	for (size_t i = 0; i < process->count; i++)
		count += process->list[i].goid && !is_runtime_own(process, &process->list[i]);
	return count;
}

static void conclude(struct go_asking *a)
{
	struct runtime *runtime = a->asking.observer->runtime;
	size_t living = count_goroutines(a->process);
	bool alone = is_go_alone(&a->asking.process.maps) && !has_callbacks(a->process);
	bool asked = false, called = true;

	for (size_t i = 0; i < a->count; i++) {
		lc_go_held_conclude(&a->sides[i]);
		a->sides[i].never = alone && !a->sides[i].count && a->sides[i].runs == living &&
				    a->sides[i].ended == living;
		if (a->sides[i].never && !asked) {
			called = runtime->does->called(runtime, a->process);
			asked = true;
		}
		a->sides[i].never &= !called;
		(void)lc_go_set_held(a->process, &a->sides[i]);
	}
}

static bool has_scratch(const struct target_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++) {
		if (maps->mappings[i].start < LC_SCRATCH_END && maps->mappings[i].end > LC_SCRATCH)
			return false;
	}
	return true;
}

void forward_ask_goroutines(struct observer *observer, struct lc_go_process *process)
{
	struct go_asking *a = observer->options->emulator ? calloc(1, sizeof(*a)) : NULL;

	if (!a)
		return;
	a->asking.observer = observer;
	a->asking.begun = observer_now(observer);
	a->process = process;
	if (!observer->forward_begun)
		observer->forward_begun = a->asking.begun;
	collect_sides(a);
	if (a->count && forward_take_process(&a->asking, process->pid) &&
	    has_scratch(&a->asking.process.maps) && ask_all(a) == 0)
		conclude(a);
	target_maps_release(&a->asking.process.maps);
	free(a);
}
