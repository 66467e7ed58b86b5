// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a goroutine that stands would go on: from where what it waits in returns to, with each result
 * that this may have. The runtime's own part of its wait is left out, and functions of the runtime
 * that wait, wake others or need a thread are answered. Names and results: src/runtime/{chan,
 * select,sema,time,proc}.go, src/sync/runtime.go, src/internal/poll/fd_poll_runtime.go of Go 1.17
 * to 1.27; registers of calls: src/cmd/compile/abi-internal.md.
 */
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/private.h"
#include "runtimes/go/sync/waits.h"
#include "model/go_locks.h"
#include "util/now.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STACK_GUARD 16 /* g.stackguard0, behind the stack's bounds */
#define STACK_SMALL 928
#define SAVED_BP 16
#if defined(__aarch64__)
#define QUANTUM 4 /* sys.PCQuantum */
#else
#define QUANTUM 1
#endif

static const struct {
	const char *function;
	enum lc_call_meaning meaning;
	uint64_t result[2];
} meanings[] = {
	{ "sync.(*Mutex).lockSlow", LC_CALL_TAKES, {} },
	{ "internal/sync.(*Mutex).lockSlow", LC_CALL_TAKES, {} },
	{ "sync.runtime_Semrelease", LC_CALL_RETURNS, {} },
	{ "internal/sync.runtime_Semrelease", LC_CALL_RETURNS, {} },
	{ "sync.runtime_SemacquireRWMutexR", LC_CALL_RETURNS, {} },
	{ "sync.runtime_SemacquireRWMutex", LC_CALL_RETURNS, {} },
	{ "sync.runtime_SemacquireMutex", LC_CALL_RETURNS, {} },
	{ "sync.runtime_notifyListNotifyAll", LC_CALL_RETURNS, {} },
	{ "sync.runtime_notifyListNotifyOne", LC_CALL_RETURNS, {} },
	{ "internal/poll.runtime_Semrelease", LC_CALL_RETURNS, {} },
	{ "internal/poll.runtime_pollReset", LC_CALL_RETURNS, {} },
	{ "internal/poll.runtime_pollSetDeadline", LC_CALL_RETURNS, {} },
	{ "internal/poll.runtime_pollUnblock", LC_CALL_RETURNS, {} },
	{ "time.stopTimer", LC_CALL_RETURNS, { 1 } },
	{ "time.resetTimer", LC_CALL_RETURNS, { 1 } },
	{ "time.startTimer", LC_CALL_RETURNS, {} },
	{ "runtime.entersyscall", LC_CALL_RETURNS, {} },
	{ "runtime.exitsyscall", LC_CALL_RETURNS, {} },
	{ "runtime.newproc", LC_CALL_RETURNS, {} },
	{ "runtime.closechan", LC_CALL_RETURNS, {} },
	{ "runtime.Gosched", LC_CALL_RETURNS, {} },
	{ "runtime.goready", LC_CALL_RETURNS, {} },
	{ "runtime.ready", LC_CALL_RETURNS, {} },
	{ "runtime.wakep", LC_CALL_RETURNS, {} },
	{ "runtime.nanotime1", LC_CALL_TELLS_TIME, {} },
	{ "runtime.walltime", LC_CALL_TELLS_TIME, {} },
	{ "time.now", LC_CALL_TELLS_TIME, {} },
	{ "runtime.chansend1", LC_CALL_MAKES_UP, {} },
	{ "runtime.chanrecv1", LC_CALL_MAKES_UP, {} },
	{ "runtime.chanrecv2", LC_CALL_MAKES_UP, { 1 } },
	{ "runtime.selectgo", LC_CALL_MAKES_UP, { 0, 1 } },
	{ "runtime.selectnbsend", LC_CALL_MAKES_UP, {} },
	{ "runtime.selectnbrecv", LC_CALL_MAKES_UP, {} },
	{ "time.Sleep", LC_CALL_MAKES_UP, {} },
	{ "sync.runtime_notifyListWait", LC_CALL_MAKES_UP, {} },
	{ "sync.runtime_Semacquire", LC_CALL_MAKES_UP, {} },
	{ "sync.runtime_SemacquireWaitGroup", LC_CALL_MAKES_UP, {} },
	{ "internal/poll.runtime_pollWait", LC_CALL_MAKES_UP, {} },
	{ "internal/poll.runtime_Semacquire", LC_CALL_MAKES_UP, {} },
	{ "runtime.mallocgc", LC_CALL_ALLOCATES, {} },
	{ "runtime.newobject", LC_CALL_MAKES_ONE, {} },
	{ "runtime.systemstack", LC_CALL_CALLS, {} },
	{ "runtime.goexit", LC_CALL_FINISHES, {} }, /* where its first function returns to */
	{ "runtime.gopark", LC_CALL_STOPS, {} },
	{ "runtime.morestack", LC_CALL_STOPS, {} },
	{ "runtime.morestack_noctxt", LC_CALL_STOPS, {} },
	{ "runtime.gopanic", LC_CALL_STOPS, {} },
	{ "runtime.throw", LC_CALL_STOPS, {} },
	{ "runtime.fatal", LC_CALL_STOPS, {} },
	{ "runtime.Goexit", LC_CALL_STOPS, {} },
	{ "runtime.cgocall", LC_CALL_STOPS, {} },
	{ "runtime.coroswitch", LC_CALL_STOPS, {} },
	{ "runtime.mcall", LC_CALL_STOPS, {} },
};

#define MEANINGS (sizeof(meanings) / sizeof(meanings[0]))
_Static_assert(MEANINGS <= LC_KNOWN_CALLS, "");

/* Of the module that has the runtime; found once. */
static const uint64_t *entries_of(struct go_process *process)
{
	const char *names[MEANINGS];
	size_t i;

	if (process->known_calls)
		return process->known_calls;
	process->known_calls = calloc(MEANINGS, sizeof(*process->known_calls));
	for (i = 0; i < MEANINGS; i++)
		names[i] = meanings[i].function;
	if (process->known_calls && process->module_count)
		pclntab_named_all(process->modules[0].image->table, names, MEANINGS,
				  process->known_calls);
	return process->known_calls;
}

static void set_clock(struct lc_known_call *call, const char *function)
{
	if (!strcmp(function, "runtime.nanotime1"))
		call->result[0] = now_monotonic();
	else if (!strcmp(function, "runtime.walltime") || !strcmp(function, "time.now"))
		call->result[0] = (uint64_t)time(NULL);
}

static bool add_known(struct go_process *process, struct runtime_forward *forward)
{
	const uint64_t *entries = entries_of(process);
	struct lc_known_call *call;
	size_t i;

	for (i = 0; entries && i < MEANINGS; i++) {
		if (!entries[i])
			continue;
		call = &forward->known[forward->known_count++];
		*call = (struct lc_known_call){
			.address = entries[i] + process->modules[0].bias +
				   (meanings[i].meaning == LC_CALL_FINISHES ? QUANTUM : 0),
			.result = { meanings[i].result[0], meanings[i].result[1] },
			.meaning = meanings[i].meaning,
		};
		set_clock(call, meanings[i].function);
	}
	return forward->known_count;
}

/* --- where it goes on --- */

/* What is the runtime's part of a wait. Of sync.Cond that ends before it takes its lock again. */
static bool is_of_wait(const char *name)
{
	static const char *const beginnings[] = {
		"runtime.",	  "internal/runtime/",	    "sync.runtime_",
		"sync.(*Mutex).", "sync.(*RWMutex).",	    "sync.(*rlocker).",
		"internal/sync.", "internal/poll.runtime_", "sync.(*WaitGroup).Wait",
		"time.Sleep",
	};
	size_t i;

	for (i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (!strncmp(name, beginnings[i], strlen(beginnings[i])))
			return true;
	}
	return false;
}

static const char *name_at(const struct go_cursor *cursor)
{
	const struct go_pclntab *table = cursor->module->image->table;
	struct go_function function;

	return pclntab_function(table, cursor->pc - cursor->module->bias, &function)
		       ? pclntab_name(table, function.name)
		       : "";
}

static void add_ending(struct runtime_forward *forward, uint64_t first, uint64_t second)
{
	if (forward->ending_count < RUNTIME_ENDINGS)
		forward->endings[forward->ending_count++] =
			(struct runtime_ending){ .result = { first, second } };
}

/* One case of a select, or the one wait: where a value would go (0: it sends), and its bytes. */
struct arrival {
	uint64_t to;
	uint32_t size;
	bool pointers; /* there are some in it */
};

#define TYPE_POINTER_BYTES 8 /* abi.Type.PtrBytes */

/* hchan.elemtype lies behind timer, or where that would be. */
static bool has_pointers(const struct go_process *process, uint64_t channel)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t type = go_word(process, channel + (o->hchan_timer >= 0 ? o->hchan_timer + 8
									: o->hchan_closed + 4));

	return !type || go_word(process, type + TYPE_POINTER_BYTES);
}

static bool read_arrival(const struct go_process *process, uint64_t *at, struct arrival *ret)
{
	uint8_t waiter[GO_WAITER_MAX];
	struct lc_go_channel state;
	uint16_t size = 0;
	uint64_t channel;

	if (!go_read_waiter(process, *at, waiter))
		return false;
	channel = go_waiter_word(process, waiter, process->offsets.sudog_c);
	if (!go_read_channel(process, channel, *at, &state))
		return false;
	memcpy(at, waiter + process->offsets.sudog_waitlink, 8);
	if (!channel || process->offsets.hchan_elemsize < 0 ||
	    !go_read(process, channel + process->offsets.hchan_elemsize, &size, sizeof(size)))
		return false;
	*ret = (struct arrival){ .size = size, .pointers = has_pointers(process, channel) };
	if (!state.send)
		ret->to = go_waiter_word(process, waiter, process->offsets.sudog_elem);
	return true;
}

/* What has no pointer in it may be anything: 0 and 1 are tried. */
static void add_received(struct runtime_forward *forward, const struct arrival *arrival,
			 uint64_t first)
{
	struct runtime_ending *ending;

	add_ending(forward, first, 0);
	if (!arrival->to || !arrival->size)
		return;
	if (arrival->size > 8 || arrival->pointers) {
		forward->guessed = true;
		return;
	}
	ending = &forward->endings[forward->ending_count - 1];
	ending->address = arrival->to;
	ending->size = arrival->size;
	add_ending(forward, first, 0);
	ending[1].address = arrival->to;
	ending[1].size = arrival->size;
	ending[1].value = 1;
}

/* Which case, is told; what it has received not. */
static bool add_cases(const struct go_process *process, const struct go_descriptor *d,
		      struct runtime_forward *forward)
{
	struct arrival arrival;
	uint64_t at = d->waiting, i;

	for (i = 0; at && i < RUNTIME_ENDINGS; i++) {
		if (!read_arrival(process, &at, &arrival))
			return false;
		forward->guessed |= arrival.to && arrival.size;
		add_ending(forward, i, 1);
	}
	return !at;
}

/* Which results the call that ends its wait may have. False: they are not known. */
static bool add_endings(const struct go_process *process, const struct go_descriptor *d,
			const char *function, struct runtime_forward *forward)
{
	uint64_t at = d->waiting;
	struct arrival arrival = { 0 };

	if (!strcmp(function, "runtime.selectgo"))
		return add_cases(process, d, forward);
	if (strncmp(function, "runtime.chanrecv", 16) != 0) {
		add_ending(forward, 0, 0);
		return true;
	}
	if (!at || !read_arrival(process, &at, &arrival))
		return false;
	add_received(forward, &arrival, 1);
	if (!strcmp(function, "runtime.chanrecv2"))
		add_ending(forward, 0, 0);
	return true;
}

#if defined(__x86_64__)
static void set_registers(struct runtime_forward *forward, const struct go_cursor *cursor,
			  uint64_t g)
{
	struct lc_registers *registers = &forward->registers;

	registers->value[LC_REGISTER_FP] = cursor->fp - SAVED_BP;
	registers->value[14] = g;
	registers->value[LC_REGISTER_SP] = cursor->sp;
	registers->value[LC_REGISTER_PC] = cursor->pc;
}
#else
static void set_registers(struct runtime_forward *forward, const struct go_cursor *cursor,
			  uint64_t g)
{
	struct lc_registers *registers = &forward->registers;

	registers->value[LC_REGISTER_FP] = cursor->sp - 8;
	registers->value[28] = g;
	registers->value[LC_REGISTER_SP] = cursor->sp;
	registers->value[LC_REGISTER_PC] = cursor->pc;
}
#endif

static bool find_start(struct go_process *process, const struct go_descriptor *d,
		       const struct lc_goroutine *goroutine, const uint8_t *stack, size_t size,
		       struct runtime_forward *forward)
{
	char before[64] = "";
	struct go_cursor cursor;
	const char *name;
	uint64_t pc, sp;

	go_descriptor_start(d, &pc, &sp);
	cursor = go_cursor_begin(process, pc, sp, stack, size);
	while (go_cursor_next(&cursor)) {
		name = name_at(&cursor);
		if (cursor.interrupted)
			return false;
		if (!is_of_wait(name)) {
			set_registers(forward, &cursor, goroutine->address);
			return add_endings(process, d, before, forward);
		}
		(void)strncpy(before, name, sizeof(before) - 1);
	}
	return false;
}

/* --- what it would have, as it runs --- */

static void add_word(struct runtime_forward *forward, uint64_t address, uint64_t value)
{
	if (forward->word_count == RUNTIME_WORDS)
		return;
	forward->words[forward->word_count].address = address;
	forward->words[forward->word_count++].value = value;
}

/* A thread of the runtime's, with a processor whose caches it has. */
static bool add_thread(const struct go_process *process, const struct go_descriptor *d,
		       const struct lc_goroutine *goroutine, struct runtime_forward *forward)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t list = process->allp ? go_word(process, process->allp) : 0;

	if (o->g_m < 0 || o->m_curg < 0 || o->m_p < 0)
		return false;
	add_word(forward, goroutine->address + o->g_m, LC_SCRATCH);
	add_word(forward, LC_SCRATCH + o->m_curg, goroutine->address);
	add_word(forward, LC_SCRATCH + o->m_p, list ? go_word(process, list) : 0);
	add_word(forward, goroutine->address + STACK_GUARD, d->stack_lo + STACK_SMALL);
	return true;
}

static bool is_as_seen(const struct go_process *process, const struct lc_goroutine *goroutine,
		       struct go_descriptor *ret)
{
	return go_read_descriptor(process, goroutine, ret) &&
	       ret->tracking_seq == goroutine->tracking_seq && !go_descriptor_runs(ret) &&
	       go_descriptor_state(ret) == (enum lc_go_state)goroutine->state;
}

bool golang_stands(struct runtime *runtime, const struct lc_go_process *model,
		   const struct lc_goroutine *goroutine)
{
	struct go_process *process = go_known_process(golang_of(runtime), model->pid);
	struct go_descriptor d;

	return process && is_as_seen(process, goroutine, &d);
}

bool golang_forward(struct runtime *runtime, const struct lc_go_process *model,
		    const struct lc_goroutine *goroutine, struct runtime_forward *ret)
{
	struct go_process *process = go_known_process(golang_of(runtime), model->pid);
	struct go_descriptor d;
	uint8_t *stack;
	size_t size;
	bool found;

	memset(ret, 0, sizeof(*ret));
	if (!process || !is_as_seen(process, goroutine, &d))
		return false;
	stack = go_read_stack(process, &d, &size);
	ret->registers.known = (1ull << LC_REGISTER_COUNT) - 1;
	ret->stack_from = d.stack_lo;
	ret->stack_to = d.stack_hi;
	ret->lock = lc_go_lock_of(goroutine);
	found = stack && find_start(process, &d, goroutine, stack, size, ret) &&
		add_thread(process, &d, goroutine, ret) && add_known(process, ret);
	free(stack);
	return found && golang_stands(runtime, model, goroutine);
}
