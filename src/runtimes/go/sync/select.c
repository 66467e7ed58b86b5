// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of a select what its queued waiters do not tell: cases whose channel is nil
 * (src/runtime/select.go, selectgo, queues nobody for them), and which channel is the Done of a
 * context.
 *
 * All cases stand in an array of the function that selects, sends first. Where, and how many, is
 * read from its code before the call (x86-64); it is believed where the array has each channel that
 * is waited for, and else nothing but nil.
 */
#include "runtimes/go/private.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/image/types.h"
#include "runtimes/go/sched/unwind.h"
#include "runtimes/go/sync/waits.h"
#include "util/cleanup.h"

#include <stdlib.h>
#include <string.h>

#define CALL_SIZE 5
#define CODE_MOST 64 /* bytes before the call */
#define ARRAY_MOST 64
#define CONTEXT_DONE 24 /* cancelCtx: Context 16, Mutex 8, done {type, channel} */
#define PARENTS_MOST 8
#define ITAB_TYPE 8	/* internal/abi/iface.go */
#define CAPTURED_MOST 8 /* words of a closure */
#define READS_MOST 512
#define FAR (1ull << 38) /* bytes between objects of one heap */

struct scase {
	uint64_t channel, element;
};

/* The registers of selectgo's arguments; each a known number, or an offset from sp. */
enum { CASES, ORDER, PC, SENDS, RECEIVES, BLOCKS, REGISTERS };

struct argument {
	bool known, of_sp;
	uint32_t value;
};

/* An instruction that sets one of them: so many bytes, then a constant of so many. */
struct pattern {
	uint8_t bytes[4];
	uint8_t length, constant;
	int8_t to;   /* -1: none */
	int8_t from; /* register that is copied; -1: the constant, or 0 */
	bool of_sp;
};

static const struct pattern patterns[] = {
	{ { 0x48, 0x8d, 0x44, 0x24 }, 4, 1, CASES, -1, true },
	{ { 0x48, 0x8d, 0x84, 0x24 }, 4, 4, CASES, -1, true },
	{ { 0x48, 0x8d, 0x5c, 0x24 }, 4, 1, ORDER, -1, true },
	{ { 0x48, 0x8d, 0x9c, 0x24 }, 4, 4, ORDER, -1, true },
	{ { 0x48, 0x8d, 0x4c, 0x24 }, 4, 1, PC, -1, true }, /* with the race detector */
	{ { 0x48, 0x8d, 0x8c, 0x24 }, 4, 4, PC, -1, true },
	{ { 0x31, 0xc9 }, 2, 0, PC, -1, false },
	{ { 0x31, 0xff }, 2, 0, SENDS, -1, false },
	{ { 0x31, 0xf6 }, 2, 0, RECEIVES, -1, false },
	{ { 0xbf }, 1, 4, SENDS, -1, false },
	{ { 0xbe }, 1, 4, RECEIVES, -1, false },
	{ { 0x48, 0x89, 0xfe }, 3, 0, RECEIVES, SENDS, false },
	{ { 0x48, 0x89, 0xcf }, 3, 0, SENDS, PC, false },
	{ { 0x48, 0x89, 0xce }, 3, 0, RECEIVES, PC, false },
	{ { 0x41, 0xb8 }, 2, 4, BLOCKS, -1, false },
	{ { 0x45, 0x31, 0xc0 }, 3, 0, BLOCKS, -1, false },
	{ { 0x49, 0x89, 0xf8 }, 3, 0, BLOCKS, SENDS, false },
	{ { 0x49, 0x89, 0xf0 }, 3, 0, BLOCKS, RECEIVES, false },
	{ { 0x90 }, 1, 0, -1, -1, false },
	{ { 0x66, 0x90 }, 2, 0, -1, -1, false },
	{ { 0x0f, 0x1f, 0x00 }, 3, 0, -1, -1, false },
	{ { 0x0f, 0x1f, 0x40 }, 3, 1, -1, -1, false },
	{ { 0x0f, 0x1f, 0x44 }, 3, 2, -1, -1, false },
};

static void set(struct argument *arguments, const struct pattern *pattern, const uint8_t *constant)
{
	struct argument argument = { .known = true, .of_sp = pattern->of_sp };

	if (pattern->to < 0)
		return;
	memcpy(&argument.value, constant, pattern->constant);
	arguments[pattern->to] = pattern->from < 0 ? argument : arguments[pattern->from];
}

/* Runs the code to its end. False: another instruction is among it. */
static bool run(const uint8_t *code, size_t size, struct argument *arguments)
{
	size_t at, i;

	memset(arguments, 0, REGISTERS * sizeof(*arguments));
	for (at = 0; at < size;) {
		for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
			if (patterns[i].length + patterns[i].constant <= size - at &&
			    !memcmp(code + at, patterns[i].bytes, patterns[i].length))
				break;
		}
		if (i == sizeof(patterns) / sizeof(patterns[0]))
			return false;
		set(arguments, &patterns[i], code + at + patterns[i].length);
		at += patterns[i].length + patterns[i].constant;
	}
	return true;
}

static bool is_complete(const struct argument *arguments)
{
	return arguments[CASES].known && arguments[CASES].of_sp && arguments[SENDS].known &&
	       !arguments[SENDS].of_sp && arguments[RECEIVES].known && !arguments[RECEIVES].of_sp &&
	       arguments[SENDS].value <= ARRAY_MOST &&
	       arguments[RECEIVES].value <= ARRAY_MOST - arguments[SENDS].value;
}

/* What the call that returns to this place was given. */
static bool read_arguments(const struct go_process *process, uint64_t place,
			   struct argument *arguments)
{
	uint8_t code[CODE_MOST];
	size_t size;

#if !defined(__x86_64__)
	return false;
#endif
	if (!go_read(process, place - CALL_SIZE - CODE_MOST, code, CODE_MOST))
		return false;
	for (size = 4; size <= CODE_MOST; size++) {
		if (run(code + CODE_MOST - size, size, arguments) && is_complete(arguments))
			return true;
	}
	return false;
}

/* The frame that called selectgo. */
static bool find_caller(struct go_process *process, const struct go_descriptor *d,
			const uint8_t *stack, size_t size, uint64_t *ret_pc, uint64_t *ret_sp)
{
	struct go_cursor cursor = go_cursor_begin(process, d->sched_pc, d->sched_sp, stack, size);
	struct go_function function;
	bool selects = false;

	while (!selects && cursor.depth < 8 && go_cursor_next(&cursor))
		selects = pclntab_function(cursor.module->image->table,
					   cursor.pc - cursor.module->bias, &function) &&
			  !strcmp(pclntab_name(cursor.module->image->table, function.name),
				  "runtime.selectgo");
	if (!selects || !go_cursor_next(&cursor))
		return false;
	*ret_pc = cursor.pc;
	*ret_sp = cursor.sp;
	return true;
}

/* The channels of the queued waiters, as many as there are room for. */
static size_t read_waiters(const struct go_process *process, const struct go_descriptor *d,
			   uint64_t channels[ARRAY_MOST])
{
	uint8_t waiter[GO_WAITER_MAX];
	uint64_t at = d->waiting;
	size_t count;

	for (count = 0; at && count < ARRAY_MOST; count++) {
		if (!go_read_waiter(process, at, waiter))
			return ARRAY_MOST;
		channels[count] = go_waiter_word(process, waiter, process->offsets.sudog_c);
		memcpy(&at, waiter + process->offsets.sudog_waitlink, 8);
	}
	return count;
}

/* Each channel that is waited for is of one case, and there are no others. */
static bool are_its(const struct scase *cases, size_t count, uint64_t *channels, size_t waiters)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		if (!cases[i].channel)
			continue;
		for (k = 0; k < waiters && channels[k] != cases[i].channel; k++)
			;
		if (k == waiters)
			return false;
		channels[k] = channels[--waiters];
	}
	return !waiters;
}

static void add_nil_cases(struct go_process *process, const struct go_descriptor *d,
			  const uint8_t *stack, size_t size, struct lc_go_wait *wait)
{
	struct argument arguments[REGISTERS];
	struct scase cases[ARRAY_MOST];
	uint64_t channels[ARRAY_MOST], pc, sp, from;
	size_t waiters = read_waiters(process, d, channels), count, i;

	if (waiters == ARRAY_MOST || !find_caller(process, d, stack, size, &pc, &sp) ||
	    !read_arguments(process, pc, arguments))
		return;
	count = arguments[SENDS].value + arguments[RECEIVES].value;
	from = sp + (arguments[CASES].value) - d->sched_sp;
	if (from >= size || count * sizeof(*cases) > size - from)
		return;
	memcpy(cases, stack + from, count * sizeof(*cases));
	if (!are_its(cases, count, channels, waiters))
		return;
	for (i = 0; i < count; i++) {
		if (cases[i].channel)
			continue;
		wait->case_total++;
		if (wait->case_count < LC_GO_CASES)
			wait->cases[wait->case_count++] =
				(struct lc_go_channel){ .send = i < arguments[SENDS].value };
	}
}

/* --- contexts --- */
/* The channels of a wait, and the context whose Done each is; 0: none is known. */
struct contexts {
	struct lc_go_wait *wait;
	uint64_t at[LC_GO_CASES];
	unsigned reads;
};

/* Is there a cancelCtx at this address, whose Done is one of the channels? */
static void take_context(const struct go_process *process, uint64_t address,
			 struct contexts *contexts)
{
	struct lc_go_wait *wait = contexts->wait;
	struct go_type type;
	uint64_t done[2];
	uint32_t i;

	if (!go_read(process, address + CONTEXT_DONE, done, sizeof(done)) || !done[1])
		return;
	for (i = 0; i < wait->case_count; i++) {
		if (wait->cases[i].address == done[1] && wait->cases[i].tokens &&
		    !wait->cases[i].send && go_is_type(process, done[0]) &&
		    go_type_read(process, done[0], &type) && type.kind == GO_TYPE_CHAN) {
			wait->cases[i].context = true;
			contexts->at[i] = address;
		}
	}
}

/* Contexts begin with the one that they were made of: an interface. */
static void take_contexts(const struct go_process *process, uint64_t address,
			  struct contexts *contexts)
{
	unsigned depth;

	for (depth = 0; address && !(address & 7) && depth < PARENTS_MOST; depth++) {
		if (contexts->reads > READS_MOST)
			return;
		contexts->reads += 2;
		take_context(process, address, contexts);
		address = go_word(process, address + 8);
	}
}

/* A case that may be one, and was not found so far; NULL: there is none. */
static const struct lc_go_channel *in_question(const struct lc_go_wait *wait)
{
	uint32_t i;

	for (i = 0; i < wait->case_count; i++) {
		if (wait->cases[i].tokens && !wait->cases[i].send && !wait->cases[i].capacity &&
		    !wait->cases[i].timer && !wait->cases[i].context)
			return &wait->cases[i];
	}
	return NULL;
}

static bool is_near(uint64_t word, uint64_t channel)
{
	return !(word & 7) && (word < channel ? channel - word : word - channel) < FAR;
}

/* By way of a word of the stack, or of what that leads to: a closure has it. */
static void find_contexts(const struct go_process *process, const struct go_descriptor *d,
			  const uint8_t *stack, size_t size, struct contexts *contexts)
{
	const struct lc_go_channel *channel = in_question(contexts->wait);
	uint64_t word, captured[CAPTURED_MOST];
	size_t at, i;

	for (at = 0; channel && at + 8 <= size && contexts->reads <= READS_MOST; at += 8) {
		memcpy(&word, stack + at, 8);
		if (!is_near(word, channel->address) || (word >= d->stack_lo && word < d->stack_hi))
			continue;
		take_contexts(process, word, contexts);
		contexts->reads++;
		if (!go_read(process, word, captured, sizeof(captured)))
			continue;
		for (i = 0; i < CAPTURED_MOST; i++) {
			if (is_near(captured[i], channel->address))
				take_contexts(process, captured[i], contexts);
		}
		channel = in_question(contexts->wait);
	}
}

void go_describe_select(struct go_process *process, const struct lc_goroutine *goroutine,
			const struct go_descriptor *d, struct lc_go_wait *wait)
{
	_cleanup_free_ uint8_t *stack = NULL;
	struct contexts contexts = { .wait = wait };
	size_t size;

	if (goroutine->kind != LC_GO_SELECT && goroutine->kind != LC_GO_CHAN_RECEIVE)
		return;
	stack = go_read_stack(process, d, &size);
	if (!stack)
		return;
	if (goroutine->kind == LC_GO_SELECT)
		add_nil_cases(process, d, stack, size, wait);
	find_contexts(process, d, stack, size, &contexts);
}

/* The type of what an interface has, as the language writes it; table: its first word. */
static void type_in(const struct go_process *process, uint64_t table, char name[GO_TYPE_NAME])
{
	uint64_t type = table ? go_word(process, table + ITAB_TYPE) : 0;

	*name = '\0';
	if (type && go_is_type(process, type))
		go_type_name(process, type, name);
}

/*
 * What a cancelCtx was made of: is it nothing that could be cancelled in turn, nor by a timer
 * (src/context/context.go)?
 */
static bool has_no_other_end(const struct go_process *process, uint64_t context)
{
	char name[GO_TYPE_NAME];
	uint64_t parent[2]; /* table, data */
	unsigned depth;

	for (depth = 0; depth < PARENTS_MOST && go_read(process, context, parent, sizeof(parent));
	     depth++) {
		type_in(process, parent[0], name);
		if (!strcmp(name, "context.backgroundCtx") || !strcmp(name, "context.todoCtx") ||
		    !strcmp(name, "*context.emptyCtx") || !strcmp(name, "context.withoutCancelCtx"))
			return true;
		if (strcmp(name, "*context.valueCtx") != 0)
			return false;
		context = parent[1];
	}
	return false;
}

bool go_contexts_have_no_other_end(struct go_process *process, const struct go_descriptor *d,
				   const struct lc_go_wait *wait)
{
	_cleanup_free_ uint8_t *stack = NULL;
	struct lc_go_wait again = *wait;
	struct contexts contexts = { .wait = &again };
	bool none = true;
	size_t size;
	uint32_t i;

	stack = go_read_stack(process, d, &size);
	if (!stack)
		return false;
	for (i = 0; i < again.case_count; i++)
		again.cases[i].context = false;
	find_contexts(process, d, stack, size, &contexts);
	for (i = 0; i < wait->case_count && none; i++)
		none = !wait->cases[i].context ||
		       (contexts.at[i] && has_no_other_end(process, contexts.at[i]));
	return none;
}
