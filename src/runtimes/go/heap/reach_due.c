// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finalizers that are due, and not called yet: who calls them may not have got its CPU. Nothing
 * else has their objects then. They stand in blocks outside of the heap, the first of which is the
 * variable runtime.finq's (src/runtime/mfinal.go, 1.17 to 1.27; of 1.24 cleanups, too). For the
 * collector that is no pointer, and without symbols it has no name: so each word of the small
 * variables that are none is tried, whether it leads to such a block. The linker puts the small
 * ones first (dodataSect() of cmd/link/internal/ld/data.go); behind them may lie megabytes that the
 * program itself has never touched.
 */
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <string.h>

#define SMALL_BYTES (256u << 10) /* of variables of a word: room for 32,768 */
#define BLOCKS_MAX 65536

/* struct finblock: alllink, next, cnt, and so many finalizers {fn, arg, nret, fint, ot}. */
#define BLOCK_BYTES 4096
#define NEXT 8
#define COUNT 16
#define FIRST 24
#define FINALIZER_BYTES 40
#define COUNT_MOST ((BLOCK_BYTES - FIRST) / FINALIZER_BYTES)
#define RESULT_MOST (1u << 20)

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
static bool leads_out(const struct search *search, uint64_t word)
{
	size_t i;

	if (word % 8 || word < 0x10000 || word >> 48 || is_in_heap(search, word))
		return false;
	for (i = 0; i < search->process->module_count; i++) {
		const struct go_module *module = &search->process->modules[i];

		if (word >= module->data && word < module->ebss)
			return false;
	}
	return true;
}

/* Its header, and the first finalizer. A cleanup has no object. */
static bool is_block(const struct search *search, const uint8_t *bytes)
{
	uint64_t count = word_at(bytes, COUNT), function = word_at(bytes, FIRST);
	uint64_t object = word_at(bytes, FIRST + 8);

	return count && count <= COUNT_MOST && function && function % 8 == 0 &&
	       is_in_heap(search, object ? object : function) &&
	       word_at(bytes, FIRST + 16) < RESULT_MOST;
}

static void mark_block(struct search *search, const uint8_t *bytes)
{
	uint64_t count = word_at(bytes, COUNT), i;

	for (i = 0; i < count && i < COUNT_MOST; i++) {
		const uint8_t *finalizer = bytes + FIRST + i * FINALIZER_BYTES;

		reach_from(search, REACH_FROM_FINALIZER, word_at(finalizer, 8));
		reach_mark_words(search, finalizer, FINALIZER_BYTES);
	}
}

static void read_blocks(struct search *search, uint64_t block)
{
	uint8_t bytes[BLOCK_BYTES];
	unsigned count;

	for (count = 0; block && !search->error; count++) {
		if (count == BLOCKS_MAX || !go_read(search->process, block, bytes, sizeof(bytes)))
			return reach_fail(search, -EFAULT);
		mark_block(search, bytes);
		block = word_at(bytes, NEXT);
	}
}

/* Of words that may lead to one. */
static void try_blocks(struct search *search, size_t count)
{
	struct go_batch *batch = search->batch;
	size_t i;

	if (go_read_pieces(search->process, batch->pieces, count) < 0)
		return reach_fail(search, -EFAULT);
	for (i = 0; i < count; i++) {
		if (batch->pieces[i].read && is_block(search, batch->descriptor_bytes[i]))
			read_blocks(search, batch->pieces[i].address);
	}
}

static void try_words(struct search *search, uint64_t from, size_t size)
{
	struct go_batch *batch = search->batch;
	size_t at, count = 0;

	for (at = 0; at + 8 <= size && !search->error; at += 8) {
		uint64_t word = word_at(search->chunk, at);

		if (!leads_out(search, word) || reach_is_heaps_own(search, from + at))
			continue;
		batch->pieces[count] =
			(struct target_piece){ .address = word,
					       .buffer = batch->descriptor_bytes[count],
					       .size = FIRST + FINALIZER_BYTES };
		if (++count == GO_BATCH) {
			try_blocks(search, count);
			count = 0;
		}
	}
	if (count)
		try_blocks(search, count);
}

void reach_read_due(struct search *search)
{
	uint64_t size;
	size_t i;

	for (i = 0; i < search->process->module_count && !search->error; i++) {
		const struct go_module *module = &search->process->modules[i];

		/* What makes no sense is no variables of a runtime's: see reach_roots.c. */
		if (module->noptrbss < module->data || module->noptrbss > module->noptrbss_end ||
		    module->noptrbss_end > module->ebss)
			continue;
		size = module->noptrbss_end - module->noptrbss;
		size = size < SMALL_BYTES ? size : SMALL_BYTES;
		if (size && !go_read(search->process, module->noptrbss, search->chunk, size))
			return reach_fail(search, -EFAULT);
		try_words(search, module->noptrbss, size);
	}
}
