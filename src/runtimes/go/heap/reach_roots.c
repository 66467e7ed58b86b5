// SPDX-License-Identifier: GPL-2.0-only
/* Where the search begins, but for stacks: global variables, timers, finalizers, weak pointers. */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"
#include "target/core.h"

#include <errno.h>
#include <stdlib.h>

bool reach_is_heaps_own(const struct search *search, uint64_t address)
{
	uint64_t heap = search->process->heap;

	return address >= heap && search->process->offsets.mheap_size > 0 &&
	       address - heap < (uint64_t)search->process->offsets.mheap_size;
}

static void mark_variable(struct search *search, uint64_t address, uint64_t word)
{
	if (search->paths && search->in_variables)
		reach_from(search, REACH_FROM_VARIABLE, address);
	reach_mark(search, word);
}

static void mark_range(struct search *search, uint64_t from, size_t size)
{
	const uint64_t *words = (const uint64_t *)search->chunk;
	size_t i;

	for (i = 0; i < size / 8; i++) {
		if (!reach_is_heaps_own(search, from + i * 8))
			mark_variable(search, from + i * 8, words[i]);
	}
}

/* The same, of the words that a module says are pointers; bits: where those of from are. */
static bool mark_by_bits(struct search *search, uint64_t from, size_t size, uint64_t bits)
{
	const uint64_t *words = (const uint64_t *)search->chunk;
	uint8_t *has = search->arena_bits;
	size_t i;

	if (!go_read(search->process, bits, has, (size / 8 + 7) / 8))
		return false;
	for (i = 0; i < size / 8; i++) {
		if (has[i / 8] >> (i % 8) & 1 && !reach_is_heaps_own(search, from + i * 8))
			mark_variable(search, from + i * 8, words[i]);
	}
	return true;
}

/* variables: those that the range is of, as far as its pointers are known; NULL: they are not. */
static void read_range(struct search *search, uint64_t from, uint64_t to,
		       const struct go_variables *variables)
{
	size_t got, size;

	for (from &= ~7ull; from < to && !search->error; from += size) {
		size = to - from < REACH_CHUNK ? to - from : REACH_CHUNK;
		if (go_read_part(search->process, from, search->chunk, size, &got) < 0 ||
		    got < size) {
			reach_fail(search, -EFAULT);
			return;
		}
		if (!variables || !mark_by_bits(search, from, size,
						variables->bits + (from - variables->from) / 64))
			mark_range(search, from, size);
	}
}

static void read_timers(void *context, uint64_t list, uint64_t length, unsigned step)
{
	struct search *search = context;

	reach_from(search, REACH_FROM_TIMER, 0);
	reach_mark(search, list);
	/* What was appended since the list was met. */
	read_range(search, list, list + length * step, NULL);
}

/* How far up its handler's frames a signal's frame may lie; Go's signal stacks are of 32 KiB. */
#define SIGNAL_STACK (64u << 10)
/* struct ucontext begins with flags, link, and the signal stack's {start, flags, size}. */
#define CONTEXT_WORDS 5
#define REGISTER_WORDS 64 /* behind them, with what stands before them on arm64 */
#define STACK_LEAST 2048u
#define STACK_LARGEST (1u << 20)

/* Does a core's thread run a goroutine, be it that a signal has interrupted that? */
static bool runs(const struct search *search, const struct target_core_thread *thread)
{
	const struct lc_goroutine *goroutine = lc_go_by_thread(search->model,
							       thread->own_tid ?: thread->tid);

	return thread->call.nr == LC_NO_SYSCALL || (goroutine && goroutine->state == LC_GO_RUNNING);
}

/* Threads that goroutines run on may have other numbers there than a debugger gave them. */
static bool knows_threads(const struct search *search, const struct target_core *core)
{
	const struct lc_goroutine *goroutine;
	size_t i;

	for (i = 0; i < search->model->count; i++) {
		goroutine = &search->model->list[i];
		if (goroutine->goid && goroutine->state == LC_GO_RUNNING &&
		    !target_core_own_thread(core, goroutine->tid) &&
		    !target_core_thread(core, goroutine->tid))
			return false;
	}
	return true;
}

/* It is on the signal stack that it names, as the thread is. */
static bool is_context(const uint64_t *words, uint64_t address, uint64_t sp)
{
	uint64_t start = words[2], size = words[4];

	return !words[1] && size >= STACK_LEAST && size <= STACK_LARGEST && start <= sp &&
	       address > sp && address - start < size;
}

/* The registers that a signal's handler has interrupted, where the thread is in one. */
static void mark_signal_frame(struct search *search, uint64_t sp)
{
	const uint64_t *words = (const uint64_t *)search->chunk;
	size_t got = 0, count, i, k;

	if (go_read_part(search->process, sp, search->chunk, SIGNAL_STACK, &got) < 0)
		return;
	count = got / 8;
	for (i = 1; i + CONTEXT_WORDS < count && !is_context(words + i, sp + i * 8, sp); i++)
		;
	for (k = i + CONTEXT_WORDS; k < i + CONTEXT_WORDS + REGISTER_WORDS && k < count; k++)
		reach_mark(search, words[k]);
}

static void mark_thread(struct search *search, const struct target_core_thread *thread)
{
	size_t i;

	for (i = 0; i < LC_REGISTER_COUNT; i++)
		reach_mark(search, thread->registers.value[i]);
	mark_signal_frame(search, thread->registers.value[LC_REGISTER_SP] & ~7ull);
}

/*
 * What a goroutine that ran had in registers when its core was made stands nowhere else, or in the
 * frame of the signal that ended the program. Who sleeps in the kernel has all on its stack.
 */
static void mark_registers(struct search *search)
{
	const struct target_core *core = target_core_of(search->process->access);
	bool all = core && !knows_threads(search, core);
	size_t i;

	for (i = 0; core && i < core->thread_count; i++) {
		if (all || runs(search, &core->threads[i]))
			mark_thread(search, &core->threads[i]);
	}
}

/* One piece of a module's variables after the other; what lies between may be C's. */
struct piece {
	uint64_t from, to;
	const struct go_variables *variables; /* NULL: none of these is a pointer */
};

static int by_beginning(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static bool are_apart(const struct go_module *module, const struct piece *pieces, size_t count)
{
	uint64_t at = module->data;
	size_t i;

	for (i = 0; i < count; i++) {
		if (pieces[i].from < at || pieces[i].to < pieces[i].from)
			return false;
		at = pieces[i].to;
	}
	return at <= module->ebss;
}

/*
 * Those that cannot be pointers hold nothing, as for the collector. That is believed where all of
 * it makes sense.
 */
static void read_variables(struct search *search, const struct go_module *module)
{
	struct piece pieces[] = {
		{ module->noptrdata, module->noptrdata_end, NULL },
		{ module->with_data.from, module->with_data.to, &module->with_data },
		{ module->with_bss.from, module->with_bss.to, &module->with_bss },
		{ module->noptrbss, module->noptrbss_end, NULL },
	};
	size_t count = sizeof(pieces) / sizeof(*pieces), i;
	uint64_t at = module->data;

	qsort(pieces, count, sizeof(*pieces), by_beginning);
	if (!module->with_data.bits || !module->with_bss.bits ||
	    !are_apart(module, pieces, count)) {
		read_range(search, module->data, module->ebss, NULL);
		return;
	}
	for (i = 0; i < count; i++) {
		read_range(search, at, pieces[i].from, NULL);
		if (pieces[i].variables)
			read_range(search, pieces[i].from, pieces[i].to, pieces[i].variables);
		at = pieces[i].to;
	}
	read_range(search, at, module->ebss, NULL);
}

void reach_read_roots(struct search *search)
{
	size_t i;

	search->in_variables = true;
	for (i = 0; i < search->process->module_count; i++)
		read_variables(search, &search->process->modules[i]);
	search->in_variables = false;
	reach_from(search, REACH_FROM_REGISTER, 0);
	mark_registers(search);
	reach_read_specials(search);
	go_each_timer_heap(search->process, read_timers, search);
}
