// SPDX-License-Identifier: GPL-2.0-only
/* Whom to ask, when, and what their answers mean for their waits: see forward.h. */
#include "observe/forward.h"
#include "observe/forward_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "target/core.h"
#include "target/memory.h"

#define AGAIN_AFTER 1000000000ull /* what is so must be so for that long */
#define FREE_NS 2000000000ull	  /* that all questions together may take, */
#define SHARE 100		  /* and one part in so many of the time since */
#define OBJECT_BYTES 64
#define ANSWERS \
	(LC_WAIT_SLEEPS_AGAIN | LC_WAIT_GOES_ON | LC_WAIT_GOES_ON_STILL | LC_WAIT_WAKER_ASLEEP)
#define ALIKE 8 /* at one place: the others are taken to be so, too */

static bool is_kind(const struct lc_wait *wait)
{
	switch (wait->kind) {
	case LC_WAIT_CONDITION:
	case LC_WAIT_SEMAPHORE:
	case LC_WAIT_ATOMIC:
	case LC_WAIT_PARK:
	case LC_WAIT_FUTEX:
		return wait->key.space == LC_WAIT_SPACE_PRIVATE && !wait->has_timeout &&
		       !(wait->flags & (LC_WAIT_LET_GO | LC_WAIT_DISAGREE | LC_WAIT_HOLDERS_RUN));
	default:
		return false;
	}
}

static bool waker_has_moved(const struct asking *asking, const struct lc_thread *waiter)
{
	const struct lc_thread *waker = lc_model_find(asking->observer->model,
						      waiter->goes_on.waker);

	return !waker || waker->ended_at || !waker->blocked ||
	       waker->blocked_since != waiter->goes_on.waker_since;
}

static bool can_be_asked(const struct lc_thread *thread)
{
	return forward_stands(thread) &&
	       (thread->syscall.nr == SYS_futex ? is_kind(thread->wait)
						: forward_is_doorbell(thread));
}

uint32_t forward_is_to_ask(const struct observer *observer, const struct lc_thread *thread)
{
	uint32_t ask = 0;

	if (!observer->options->emulator)
		return 0;
	if (can_be_asked(thread) && !(thread->wait->flags & LC_WAIT_ASKED))
		ask |= thread->wait->kind == LC_WAIT_CONDITION ? LC_REST_ASK_CONDITIONS
							       : LC_REST_ASK_OTHERS;
	return ask | (forward_wants_holders(thread) ? LC_REST_ASK_HOLDERS : 0);
}

/* Once for each reading; where its condition was so, again when that is to be confirmed. */
static bool is_due(const struct asking *asking, const struct lc_thread *thread)
{
	const struct lc_wait *wait = thread->wait;

	if (!can_be_asked(thread))
		return false;
	if (!(wait->flags & LC_WAIT_ASKED))
		return true;
	if (wait->flags & LC_WAIT_WAKER_ASLEEP)
		return waker_has_moved(asking, thread);
	return wait->flags & LC_WAIT_GOES_ON && !(wait->flags & LC_WAIT_GOES_ON_STILL) &&
	       asking->begun >= thread->goes_on.since + AGAIN_AFTER;
}

bool forward_take_process(struct asking *asking, pid_t pid)
{
	struct forward_process *process = &asking->process;

	if (process->task.pid == pid)
		return true;
	process->task = (struct target_task){ asking->observer->options->access, pid, pid };
	process->world = ++asking->observer->forward_worlds;
	if (target_maps_read(&process->task, TARGET_MAPS_ALL, &process->maps) == 0 &&
	    process->maps.count) {
		forward_find_byte_functions(process);
		return true;
	}
	process->task.pid = 0;
	return false;
}

/* It stands where it stood when its registers were taken. */
bool forward_stood_still(const struct asking *asking, const struct lc_thread *thread)
{
	struct lc_sample sample;

	if (target_core_of(asking->observer->options->access))
		return true;
	return collect_sample_thread(asking->observer->collect, thread->task.pid, thread->task.tid,
				     &sample) == 0 &&
	       sample.voluntary_switches == thread->voluntary_switches &&
	       sample.involuntary_switches == thread->involuntary_switches;
}

/* --- words --- */

void forward_name_address(const struct asking *asking, uint64_t address, char *buffer, size_t size)
{
	const struct forward_process *process = &asking->process;
	const struct target_mapping *mapping = target_maps_find(&process->maps, address);

	buffer[0] = '\0';
	/* What lies in no file, nor behind the data of one, no symbol can name. */
	if (mapping && mapping->path[0] != '[')
		(void)stack_name_address(asking->observer->engine, process->task.pid, address,
					 buffer, size);
	if (!buffer[0] && forward_is_in_file(process, address))
		(void)stack_name_in_file(asking->observer->engine, process->task.pid, address,
					 buffer, size);
	if (!buffer[0])
		(void)snprintf(buffer, size, "0x%llx", (unsigned long long)address);
}

static void say_condition(const struct asking *asking, const struct emulate_outcome *outcome,
			  struct lc_wait *wait)
{
	char name[64];
	size_t used = 0;
	int length;

	wait->condition[0] = '\0';
	if (asking->python.count && outcome->condition_count)
		return forward_python_test(asking, outcome->conditions[0].address, wait->condition,
					   sizeof(wait->condition));
	for (uint32_t i = 0; i < outcome->condition_count; i++) {
		const struct emulate_condition *one = &outcome->conditions[i];
		bool small = one->value < 1000000;

		forward_name_address(asking, one->address, name, sizeof(name));
		length = snprintf(wait->condition + used, sizeof(wait->condition) - used,
				  small ? "%s%s (%llu)" : "%s%s (0x%llx)", i ? " or " : "", name,
				  (unsigned long long)one->value);
		if (length < 0 || (size_t)length >= sizeof(wait->condition) - used) {
			wait->condition[used] = '\0'; /* the ones before fit */
			return;
		}
		used += (size_t)length;
	}
}

static const char *end_words(const struct emulate_outcome *outcome)
{
	switch (outcome->end) {
	case EMULATE_SLEEPS_AGAIN:
		return "it sleeps again";
	case EMULATE_CAME_BACK:
		return "it does something and sleeps again";
	case EMULATE_ACTS:
		return "it goes on, to a system call";
	case EMULATE_WAITS:
		return "it goes on, and waits for something else";
	case EMULATE_LOCKED:
		return "it waits for its lock, which somebody has just now";
	case EMULATE_ENDS:
		return "it goes on to its end";
	default:
		return emulate_why_words(outcome->why);
	}
}

#if defined(__x86_64__)
static const char *branch_words(const struct emulate_condition *condition)
{
	static const char *const names[] = { "jo", "jno", "jb", "jae", "je", "jne", "jbe", "ja",
					     "js", "jns", "jp", "jnp", "jl", "jge", "jle", "jg" };
	const uint8_t *code = condition->code;

	if (condition->code_size == 6 && code[0] == 0x0f)
		return names[code[1] & 15];
	return (code[0] & 0xf0) == 0x70 ? names[code[0] & 15] : "branch";
}
#else
static const char *branch_words(const struct emulate_condition *condition)
{
	switch (condition->code[3]) {
	case 0x54:
		return "b.cond";
	case 0x34:
	case 0xb4:
		return "cbz";
	case 0x35:
	case 0xb5:
		return "cbnz";
	case 0x36:
	case 0xb6:
		return "tbz";
	default:
		return "tbnz";
	}
}
#endif

static void say_run(const struct asking *asking, const struct emulate_outcome *outcome,
		    struct lc_wait *wait)
{
	const struct emulate_condition *first = &outcome->conditions[0];
	char name[64];
	int length;

	forward_name_address(asking, outcome->at, name, sizeof(name));
	length = snprintf(wait->run, sizeof(wait->run),
			  "%u run%s, the first of %llu instructions: %s, at %s", outcome->runs,
			  outcome->runs == 1 ? "" : "s", (unsigned long long)outcome->instructions,
			  end_words(outcome), name);
	if (!outcome->condition_count || length < 0 || (size_t)length >= sizeof(wait->run))
		return;
	if (asking->python.count) {
		(void)snprintf(wait->run + length, sizeof(wait->run) - (size_t)length,
			       "; %s decides", wait->condition);
		return;
	}
	forward_name_address(asking, first->branch, name, sizeof(name));
	(void)snprintf(wait->run + length, sizeof(wait->run) - (size_t)length,
		       "; `%s` at %s decides, %staken", branch_words(first), name,
		       first->taken ? "" : "not ");
}

/* --- what it means --- */

static uint64_t hash_of_object(const struct asking *asking, const struct lc_wait *wait)
{
	uint8_t bytes[OBJECT_BYTES] = { 0 };
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t count = 0;

	/* That nothing is to be read of a descriptor was seen when it was asked. */
	if (wait->key.space != LC_WAIT_SPACE_PRIVATE)
		return 0;
	if (target_memory_read(&asking->process.task, wait->key.object, bytes, sizeof(bytes),
			       &count) < 0)
		return 0;
	/* Only what is surely of the object. */
	count = wait->protocol == LC_WAIT_GLIBC_CONDITION ? 48 : 4;
	for (size_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static void note_sleeps_again(struct lc_thread *thread)
{
	thread->wait->flags |= LC_WAIT_SLEEPS_AGAIN;
	thread->goes_on = (struct lc_goes_on){ .block = thread->blocked_since };
}

/*
 * As long as nothing has changed, somebody between the change and the signal was there from the
 * begin.
 */
static void note_waker(struct asking *asking, const struct emulate_outcome *outcome,
		       struct lc_thread *thread)
{
	struct lc_goes_on *goes_on = &thread->goes_on;
	const struct lc_thread *waker;
	bool known = false;

	if (goes_on->no_waker)
		return;
	if (!goes_on->waker || waker_has_moved(asking, thread)) {
		goes_on->waker = forward_find_waker(asking, thread, outcome, &known);
		waker = lc_model_find(asking->observer->model, goes_on->waker);
		goes_on->no_waker = !goes_on->waker;
		goes_on->waker_since = waker && forward_has_time(asking->observer)
					       ? waker->blocked_since
					       : 0;
		goes_on->waker_known = known;
	}
	if (goes_on->waker)
		thread->wait->flags |= LC_WAIT_WAKER_ASLEEP;
	thread->wait->waker = goes_on->waker_known ? goes_on->waker : 0;
}

/*
 * Its condition is so. That it was not so before, while it slept, or that the code shows that it
 * tests it before each wait: else it may be one that waits first and then works.
 */
static void note_goes_on(struct asking *asking, const struct emulate_outcome *outcome,
			 struct lc_thread *thread)
{
	struct lc_goes_on now = { .block = thread->blocked_since,
				  .since = asking->begun,
				  .word = outcome->conditions[0].address,
				  .value = outcome->conditions[0].value,
				  .object = hash_of_object(asking, thread->wait) };
	const struct lc_goes_on before = thread->goes_on;
	bool known = before.block == now.block;

	/* Who waits for a descriptor, or an event in Python, need not test anything before. */
	if (!outcome->guarded && (!known || forward_is_doorbell(thread) || asking->python.count))
		return;
	thread->wait->flags |= LC_WAIT_GOES_ON;
	if (known && before.since && before.word == now.word && before.value == now.value &&
	    before.object == now.object)
		now = before;
	thread->goes_on = now;
	if (asking->begun < now.since + AGAIN_AFTER)
		return;
	thread->wait->flags |= LC_WAIT_GOES_ON_STILL;
	note_waker(asking, outcome, thread);
}

static void take_outcome(struct asking *asking, const struct emulate_outcome *outcome,
			 struct lc_thread *thread)
{
	struct lc_wait *wait = thread->wait;

	say_condition(asking, outcome, wait);
	say_run(asking, outcome, wait);
	if (outcome->end == EMULATE_SLEEPS_AGAIN &&
	    (outcome->condition_count || !forward_is_doorbell(thread)))
		note_sleeps_again(thread);
	else if (outcome->condition_count && outcome->end != EMULATE_LOCKED)
		note_goes_on(asking, outcome, thread);
	if (!(wait->flags & (LC_WAIT_SLEEPS_AGAIN | LC_WAIT_GOES_ON)))
		wait->condition[0] = '\0'; /* it decides something, but not whether to wait */
}

/* --- thousands at one place --- */

static struct forward_site *find_site(struct asking *asking, const struct lc_thread *thread,
				      uint64_t object)
{
	for (size_t i = 0; i < FORWARD_SITES; i++) {
		struct forward_site *site = &asking->sites[i];

		if (site->pid == thread->task.pid && site->user_stack == thread->user_stack &&
		    site->object == object)
			return site;
	}
	return NULL;
}

static void note_site(struct asking *asking, const struct lc_thread *thread)
{
	const uint64_t answers = LC_WAIT_SLEEPS_AGAIN | LC_WAIT_GOES_ON;
	const struct lc_wait *wait = thread->wait;
	uint64_t object = wait->flags & answers ? wait->key.object : 0;
	struct forward_site *site = find_site(asking, thread, object);

	if (!thread->user_stack)
		return;
	if (!site) {
		site = &asking->sites[asking->site_count++ % FORWARD_SITES];
		*site = (struct forward_site){ .pid = thread->task.pid,
					       .user_stack = thread->user_stack,
					       .object = object };
	}
	if (site->flags != (wait->flags & answers) || strcmp(site->condition, wait->condition) != 0)
		site->alike = 0;
	site->alike++;
	site->flags = wait->flags & answers;
	memcpy(site->condition, wait->condition, sizeof(site->condition));
	memcpy(site->run, wait->run, sizeof(site->run));
}

/*
 * The first few are asked one by one. If all say that they would sleep again, the others at the
 * same place and object would, too; if nothing is known of any, nothing will be of the others. That
 * a condition is so, each says for itself.
 */
static bool answer_alike(struct asking *asking, struct lc_thread *thread)
{
	struct lc_wait *wait = thread->wait;
	const struct forward_site *site = find_site(asking, thread, wait->key.object);

	site = site && site->alike >= ALIKE ? site : find_site(asking, thread, 0);
	if (!thread->user_stack || !site || site->alike < ALIKE || site->flags & LC_WAIT_GOES_ON)
		return false;
	wait->flags &= ~ANSWERS;
	wait->flags |= LC_WAIT_ASKED | site->flags;
	memcpy(wait->condition, site->condition, sizeof(wait->condition));
	memcpy(wait->run, site->run, sizeof(wait->run));
	return true;
}

/* --- whom --- */

static int ask_thread(struct asking *asking, struct lc_thread *thread)
{
	const struct emulate_source source = { forward_page, &asking->process };
	struct emulator *emulator = asking->observer->options->emulator;
	struct emulate_question question;
	struct emulate_outcome outcome;
	int r;

	thread->wait->flags |= LC_WAIT_ASKED;
	thread->wait->flags &= ~ANSWERS;
	if (!forward_take_process(asking, thread->task.pid))
		return 0;
	asking->python.count = 0;
	if (forward_is_doorbell(thread))
		r = forward_ask_doorbell(asking, thread, &outcome);
	else if (forward_question(&asking->process, thread, &question) &&
		 (forward_python_note(&asking->process, thread, &asking->python, &question) ||
		  thread->wait->protocol != LC_WAIT_PYTHON_LOCK))
		r = emulator->does->ask(emulator, &question, &source, &outcome);
	else
		return 0;
	if (r == 0 && (outcome.runs || outcome.why) && forward_stood_still(asking, thread))
		take_outcome(asking, &outcome, thread);
	return r;
}

bool forward_has_time(const struct observer *observer)
{
	uint64_t since = observer_now(observer) - observer->forward_begun;

	return observer->forward_ns < FREE_NS + since / SHARE;
}

/* When those whose condition is so are to be asked again; 0: there are none. */
static void note_again(struct observer *observer)
{
	struct lc_thread *thread = lc_model_next_awake(observer->model, NULL);
	uint64_t due;

	observer->ask_again_at = 0;
	for (; thread; thread = lc_model_next_awake(observer->model, thread)) {
		if (!thread->blocked || thread->ended_at || !thread->wait ||
		    !(thread->wait->flags & LC_WAIT_GOES_ON) ||
		    thread->wait->flags & LC_WAIT_GOES_ON_STILL)
			continue;
		due = thread->goes_on.since + AGAIN_AFTER;
		if (!observer->ask_again_at || due < observer->ask_again_at)
			observer->ask_again_at = due;
	}
}

/* Those first of whom nothing else would be known. Returns what the emulator says of itself. */
static int ask_kind(struct asking *asking, bool conditions)
{
	struct observer *observer = asking->observer;
	uint32_t ask = conditions ? LC_REST_ASK_CONDITIONS : LC_REST_ASK_OTHERS;
	struct lc_thread *thread = lc_model_next_to_ask(observer->model, ask, NULL);
	uint64_t begun = now_monotonic();
	int r = 0;

	for (; thread && !r && !observer_is_stopped(observer);
	     thread = lc_model_next_to_ask(observer->model, ask, thread)) {
		if (!is_due(asking, thread) ||
		    (thread->wait->kind == LC_WAIT_CONDITION) != conditions)
			continue;
		if (answer_alike(asking, thread)) {
			lc_thread_wake(thread);
			continue;
		}
		if (!forward_has_time(observer))
			break;
		lc_thread_wake(thread);
		r = ask_thread(asking, thread);
		note_site(asking, thread);
		observer->forward_ns += now_monotonic() - begun;
		begun = now_monotonic();
	}
	return r;
}

void forward_ask(struct observer *observer)
{
	struct asking asking = { .observer = observer, .begun = observer_now(observer) };
	uint64_t begun;
	bool again = observer->ask_again_at && asking.begun >= observer->ask_again_at;
	int r = observer->options->emulator ? 0 : -ENOTCONN;

	if (!observer->forward_due && !again)
		return;
	if (!observer->forward_begun)
		observer->forward_begun = asking.begun;
	r = r ?: ask_kind(&asking, /* conditions= */ true);
	begun = now_monotonic();
	if (!r)
		forward_find_holders(&asking);
	observer->forward_ns += now_monotonic() - begun;
	r = r ?: ask_kind(&asking, /* conditions= */ false);
	target_maps_release(&asking.process.maps);
	observer->forward_due = !r && !forward_has_time(observer);
	note_again(observer);
}
