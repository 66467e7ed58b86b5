// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finalizers and cleanups that are due, and not called yet: who calls them may not have got its
 * CPU. Nothing else has their objects then. They stand in blocks outside of the heap:
 *
 * - finalizers in a list that the variable runtime.finq begins (src/runtime/mfinal.go, 1.17 to
 *   1.27; in 1.24 cleanups, too). For the collector it is no pointer.
 * - cleanups in blocks all of which runtime.gcCleanups.all leads to (src/runtime/mcleanup.go, from
 *   1.25 on).
 *
 * Without symbols these variables have no names: so each word of the small variables is tried,
 * whether it leads to such a block. The linker puts the small ones first (dodataSect() of
 * cmd/link/internal/ld/data.go); behind them may lie megabytes that the program itself has never
 * touched. What is taken for a block and is none keeps something alive, no more.
 */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/sched/allgs.h"

#include <errno.h>
#include <string.h>

#define SMALL_BYTES (256u << 10) /* of each: room for 32,768 of a word */
#define BLOCKS_MAX 65536	 /* in one look */

/* struct finblock: alllink, next, cnt, and so many finalizers {fn, arg, nret, fint, ot}. */
#define BLOCK_BYTES 4096
#define NEXT 8
#define COUNT 16
#define FIRST 24
#define FINALIZER_BYTES 40
#define COUNT_MOST ((BLOCK_BYTES - FIRST) / FINALIZER_BYTES)
#define RESULT_MOST (1u << 20)

/*
 * struct cleanupBlock: lfnode (two words), alllink, n, and so many cleanups: of a word in 1.25, of
 * three later. persistentalloc() aligns it to more than a line of the cache.
 */
#define CLEANUPS_BYTES 512
#define CLEANUPS_LINK 16
#define CLEANUPS_COUNT 24
#define CLEANUPS_FIRST 32
#define CLEANUP_BYTES 24
#define CLEANUPS_MOST ((CLEANUPS_BYTES - CLEANUPS_FIRST) / 8)
#define CLEANUPS_ALIGNMENT 64

/* What a variable may lead to. */
struct due_block {
	uint64_t alignment;
	size_t head; /* bytes by which it is known */
	bool (*is_one)(const struct search *search, const uint8_t *head);
	void (*read_all)(struct search *search, uint64_t block);
};

static uint64_t word_at(const uint8_t *bytes, size_t at)
{
	uint64_t word;

	memcpy(&word, bytes + at, sizeof(word));
	return word;
}

static bool is_in_heap(const struct search *search, uint64_t word)
{
	return word >= search->heap.low && word < search->heap.high;
}

/* May it lead to what the runtime has for itself? */
static bool leads_out(const struct search *search, uint64_t word, uint64_t alignment)
{
	size_t i;

	if (word % alignment || word < 0x10000 || word >> 48 || is_in_heap(search, word))
		return false;
	for (i = 0; i < search->process->module_count; i++) {
		const struct go_module *module = &search->process->modules[i];

		if ((word >= module->data && word < module->ebss) ||
		    (word >= module->text && word < module->etext))
			return false;
	}
	return true;
}

/* Its header, and the first finalizer. A cleanup has no object. */
static bool is_finalizers(const struct search *search, const uint8_t *bytes)
{
	uint64_t count = word_at(bytes, COUNT), function = word_at(bytes, FIRST);
	uint64_t object = word_at(bytes, FIRST + 8);

	return count && count <= COUNT_MOST && function && function % 8 == 0 &&
	       is_in_heap(search, object ? object : function) &&
	       word_at(bytes, FIRST + 16) < RESULT_MOST;
}

static void mark_finalizers(struct search *search, const uint8_t *bytes)
{
	uint64_t count = word_at(bytes, COUNT), i;

	for (i = 0; i < count && i < COUNT_MOST; i++) {
		const uint8_t *finalizer = bytes + FIRST + i * FINALIZER_BYTES;

		reach_from(search, REACH_FROM_FINALIZER, word_at(finalizer, 8));
		reach_mark_words(search, finalizer, FINALIZER_BYTES);
	}
}

static void read_finalizers(struct search *search, uint64_t block)
{
	uint8_t bytes[BLOCK_BYTES];

	search->due.found = true;
	while (block && !search->error) {
		if (++search->due.blocks > BLOCKS_MAX ||
		    !go_read(search->process, block, bytes, sizeof(bytes)))
			return reach_fail(search, -EFAULT);
		mark_finalizers(search, bytes);
		block = word_at(bytes, NEXT);
	}
}

static bool is_cleanups(const struct search *search, const uint8_t *bytes)
{
	uint64_t link = word_at(bytes, CLEANUPS_LINK);

	return word_at(bytes, CLEANUPS_COUNT) <= CLEANUPS_MOST &&
	       (!link || leads_out(search, link, CLEANUPS_ALIGNMENT));
}

static void mark_cleanups(struct search *search, const uint8_t *bytes)
{
	uint64_t size = word_at(bytes, CLEANUPS_COUNT) * CLEANUP_BYTES;

	if (size > CLEANUPS_BYTES - CLEANUPS_FIRST)
		size = CLEANUPS_BYTES - CLEANUPS_FIRST;
	reach_from(search, REACH_FROM_FINALIZER, 0);
	reach_mark_words(search, bytes + CLEANUPS_FIRST, size);
}

static void read_cleanups(struct search *search, uint64_t block)
{
	uint8_t bytes[CLEANUPS_BYTES];

	if (search->due.head_count < REACH_DUE_HEADS)
		search->due.heads[search->due.head_count++] = block;
	while (block && !search->error) {
		if (++search->due.blocks > BLOCKS_MAX)
			return reach_fail(search, -EFAULT);
		if (!go_read(search->process, block, bytes, sizeof(bytes)) ||
		    !is_cleanups(search, bytes))
			return;
		mark_cleanups(search, bytes);
		block = word_at(bytes, CLEANUPS_LINK);
	}
}

/* Is a block one of those that a head leads to? */
static bool is_behind(struct search *search, uint64_t head, uint64_t block)
{
	uint8_t bytes[CLEANUPS_FIRST];

	for (; head && head != block; head = word_at(bytes, CLEANUPS_LINK)) {
		if (++search->due.blocks > BLOCKS_MAX)
			reach_fail(search, -EFAULT);
		if (search->error || !go_read(search->process, head, bytes, sizeof(bytes)) ||
		    !is_cleanups(search, bytes))
			return false;
	}
	return head;
}

static bool are_called_cleanups(const struct search *search, const uint8_t *bytes)
{
	return word_at(bytes, CLEANUPS_COUNT) && is_cleanups(search, bytes);
}

/* Who calls them has them on its stack: what leads to these leads to all. */
static void find_called_cleanups(struct search *search, uint64_t block)
{
	unsigned i;

	for (i = 0; i < search->due.head_count && !search->due.found; i++)
		search->due.found = is_behind(search, search->due.heads[i], block);
}

static const struct due_block finalizers = { 8, FIRST + FINALIZER_BYTES, is_finalizers,
					     read_finalizers };
static const struct due_block called_cleanups = { CLEANUPS_ALIGNMENT, CLEANUPS_FIRST,
						  are_called_cleanups, find_called_cleanups };
static const struct due_block cleanups = { CLEANUPS_ALIGNMENT, CLEANUPS_FIRST, is_cleanups,
					   read_cleanups };

/* Of words that may lead to one. */
static void try_blocks(struct search *search, const struct due_block *kind, size_t count)
{
	struct go_batch *batch = search->batch;
	size_t i;

	if (go_read_pieces(search->process, batch->pieces, count) < 0)
		return reach_fail(search, -EFAULT);
	for (i = 0; i < count; i++) {
		if (batch->pieces[i].read && kind->is_one(search, batch->descriptor_bytes[i]))
			kind->read_all(search, batch->pieces[i].address);
	}
}

static void try_words(struct search *search, const struct due_block *kind, uint64_t from,
		      size_t size)
{
	struct go_batch *batch = search->batch;
	size_t at, count = 0;

	for (at = 0; at + 8 <= size && !search->error; at += 8) {
		uint64_t word = word_at(search->chunk, at);

		if (!leads_out(search, word, kind->alignment) ||
		    reach_is_heaps_own(search, from + at))
			continue;
		batch->pieces[count] =
			(struct target_piece){ .address = word,
					       .buffer = batch->descriptor_bytes[count],
					       .size = kind->head };
		if (++count == GO_BATCH) {
			try_blocks(search, kind, count);
			count = 0;
		}
	}
	if (count)
		try_blocks(search, kind, count);
}

static void try_small(struct search *search, const struct due_block *kind, uint64_t from,
		      uint64_t to)
{
	uint64_t size = to - from < SMALL_BYTES ? to - from : SMALL_BYTES;

	if (size && !go_read(search->process, from, search->chunk, size))
		return reach_fail(search, -EFAULT);
	try_words(search, kind, from, size);
}

void reach_read_due(struct search *search)
{
	bool has_cleanups = search->process->version >= GO_VERSION(1, 25, 0);
	size_t i;

	search->due.blocks = search->due.head_count = 0;
	for (i = 0; i < search->process->module_count && !search->error; i++) {
		const struct go_module *module = &search->process->modules[i];

		/* What makes no sense is no variables of a runtime's: see reach_roots.c. */
		if (module->noptrbss >= module->data && module->noptrbss <= module->noptrbss_end &&
		    module->noptrbss_end <= module->ebss)
			try_small(search, &finalizers, module->noptrbss, module->noptrbss_end);
		if (has_cleanups && !search->error && module->bss >= module->data &&
		    module->bss <= module->bss_end && module->bss_end <= module->ebss)
			try_small(search, &cleanups, module->bss, module->bss_end);
	}
}

/*
 * The rest of a block, of finalizers with those behind it, stands only on the stack of who calls
 * them one after the other.
 */
static void read_caller(struct search *search, uint32_t number)
{
	const struct go_process *process = search->process;
	uint64_t address = search->goroutines[number].address, from, to;
	uint8_t bytes[GO_DESCRIPTOR_MAX] = {};
	struct go_descriptor d;
	bool cleans;

	if (!go_read(process, address, bytes, allgs_size(process)))
		return reach_fail(search, -EFAULT);
	go_descriptor_read(&process->offsets, bytes, &d);
	if (go_descriptor_state(&d) == LC_GO_NONE || go_waits_for_calls(process->version, &d))
		return; /* it has moved, and is looked at again for that */
	reach_stack_range(&d, &from, &to);
	if (from >= to || to - from > REACH_CHUNK ||
	    !go_read(process, from, search->chunk, to - from))
		return reach_fail(search, -EFAULT);
	cleans = !strcmp(reach_entry_name(search, d.startpc), GO_RUNS_CLEANUPS);
	search->due.found = false;
	try_words(search, cleans ? &called_cleanups : &finalizers, from, to - from);
	if (!search->due.found)
		reach_fail(search, -EFAULT);
}

bool reach_read_callers(struct search *search)
{
	struct reach_due *due = &search->due;
	size_t before = due->callers;

	while (due->callers < search->calling.count && !search->error)
		read_caller(search, (uint32_t)search->calling.items[due->callers++]);
	return due->callers > before;
}
