// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goroutines that can run have on their stacks and in their descriptors: see reach_search.h.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/heap/reach_paths.h"
#include "runtimes/go/heap/reach_search.h"

#include <errno.h>
#include <string.h>

/*
 * Of one that does not run, from its sp up: below are old frames, which hold nothing. Of one that
 * runs, all of it. What begins to run meanwhile has what it has from there.
 */
void reach_stack_range(const struct go_descriptor *d, uint64_t *from, uint64_t *to)
{
	uint64_t pc, sp;

	*from = d->stack_lo;
	*to = d->stack_hi;
	if (d->stack_hi <= d->stack_lo || d->stack_hi - d->stack_lo > GO_STACK_MAX) {
		*from = *to;
		return;
	}
	go_descriptor_start(d, &pc, &sp);
	if (!go_descriptor_runs(d) && sp >= d->stack_lo && sp <= d->stack_hi)
		*from = sp;
}

const char *reach_entry_name(const struct search *search, uint64_t pc)
{
	const struct go_module *module = go_process_module(search->process, pc);
	struct go_function function;

	if (!module || !pclntab_function(module->image->table, pc - module->bias, &function))
		return "";
	return pclntab_name(module->image->table, function.name);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count && strcmp(name, names[i]) != 0; i++)
		;
	return i < count;
}

/*
 * The runtime's own goroutines have addresses of memory on their stacks, where objects begin, and
 * hold none; nor do those that call finalizers and cleanups while they wait for some. While they
 * call them, their stacks lead to what else is due: reach_due.c.
 */
static bool is_runtimes(struct search *search, uint32_t number, const struct go_descriptor *d)
{
	static const char *const own[] = { "runtime.bgsweep", "runtime.bgscavenge",
					   "runtime.forcegchelper", "runtime.gcBgMarkWorker",
					   "runtime.ensureSigM.func1" };
	const char *name;

	if (d->startpc == search->others_entry)
		return false;
	name = reach_entry_name(search, d->startpc);
	if (is_one_of(name, own, 5))
		return true;
	if (go_system_of(name) != LC_GO_CALLS_BACK) {
		search->others_entry = d->startpc;
		return false;
	}
	return go_waits_for_calls(search->process->version, d) ||
	       !reach_push(search, &search->calling, number);
}

static bool read_whole(struct search *search, uint64_t from, uint64_t to, uint8_t *bytes)
{
	size_t got;

	return !go_read_part(search->process, from, bytes, to - from, &got) && got == to - from;
}

static bool mark_range(struct search *search, uint64_t from, uint64_t to)
{
	size_t got, size;

	for (; from < to; from += size) {
		size = to - from < REACH_CHUNK ? to - from : REACH_CHUNK;
		if (go_read_part(search->process, from, search->chunk, size, &got) < 0 ||
		    got < size)
			return false;
		reach_mark_words(search, search->chunk, size);
	}
	return true;
}

static bool read_pieces(struct search *search, struct target_piece *pieces, size_t count)
{
	if (go_read_pieces(search->process, pieces, count) < 0) {
		reach_fail(search, -EFAULT);
		return false;
	}
	return true;
}

/*
 * Notes what the stack was read for: reach_look_again() compares it. False: another goroutine, or
 * none.
 */
static bool take_descriptor(struct search *search, uint32_t number, size_t i,
			    struct go_descriptor *d)
{
	struct reach_goroutine *goroutine = &search->goroutines[number];
	struct go_batch *batch = search->batch;

	if (!batch->pieces[i].read) {
		reach_fail(search, -EFAULT);
		return false;
	}
	go_descriptor_read(&search->process->offsets, batch->descriptor_bytes[i], d);
	if (d->goid != goroutine->goid || d->status != goroutine->status ||
	    d->tracking_seq != goroutine->tracking_seq || d->sched_sp != goroutine->sp)
		goroutine->doubtful = true;
	if (go_descriptor_state(d) == LC_GO_NONE || is_runtimes(search, number, d))
		return false;
	/* Deferred calls, a panic's value, labels; not the stack's own bounds. */
	memset(batch->descriptor_bytes[i], 0, 2 * sizeof(uint64_t));
	reach_mark_words(search, batch->descriptor_bytes[i], allgs_size(search->process));
	return true;
}

static bool read_descriptors(struct search *search, const uint32_t *numbers, size_t count)
{
	struct go_batch *batch = search->batch;
	size_t i;

	for (i = 0; i < count; i++)
		batch->pieces[i] = (struct target_piece){
			.address = search->goroutines[numbers[i]].address,
			.buffer = batch->descriptor_bytes[i],
			.size = allgs_size(search->process),
		};
	return read_pieces(search, batch->pieces, count);
}

/*
 * Did it stand still while its stack was read? Then its bytes and the descriptor's belong together.
 */
static bool stood_still(struct search *search, size_t i)
{
	struct go_batch *batch = search->batch;

	if (!batch->pieces[i].read)
		return false;
	go_descriptor_read(&search->process->offsets, batch->descriptor_bytes[i], &batch->after[i]);
	memset(batch->descriptor_bytes[i], 0, 2 * sizeof(uint64_t));
	return go_descriptor_unmoved(&batch->before[i], &batch->after[i]);
}

/* All of a stack that fits in the batch's buffer was read before, with the others. */
static void mark_stack(struct search *search, size_t i, uint64_t from, uint64_t to)
{
	struct go_batch *batch = search->batch;
	size_t size = batch->stack[i].size;

	/* Also that of a stack which was given back stays readable. */
	if (!batch->stack[i].read) {
		reach_fail(search, -EFAULT);
		return;
	}
	if (size == to - from && stood_still(search, i) &&
	    reach_mark_frames(search, &batch->after[i], batch->descriptor_bytes[i],
			      batch->stack_bytes[i], size))
		return;
	reach_mark_words(search, batch->stack_bytes[i], size);
	if (!mark_range(search, from + size, to))
		reach_fail(search, -EFAULT);
}

/* One that is deeper, once more: in all, between two looks at its descriptor. */
static bool mark_deep(struct search *search, size_t i, uint64_t from, uint64_t to)
{
	struct go_batch *batch = search->batch;
	struct target_piece *piece = &batch->pieces[i];

	return to - from <= REACH_CHUNK && read_whole(search, from, to, search->chunk) &&
	       go_read_pieces(search->process, piece, 1) >= 0 && stood_still(search, i) &&
	       reach_mark_frames(search, &batch->after[i], batch->descriptor_bytes[i],
				 search->chunk, to - from);
}

/*
 * A batch: descriptors in one call, the tops of their stacks in another, and the descriptors again.
 */
static void read_batch(struct search *search, const uint32_t *numbers, size_t count)
{
	struct go_batch *batch = search->batch;
	uint64_t from[GO_BATCH], to[GO_BATCH];
	size_t i;

	if (!read_descriptors(search, numbers, count))
		return;
	for (i = 0; i < count; i++) {
		from[i] = to[i] = 0;
		reach_from(search, REACH_FROM_GOROUTINE, numbers[i]);
		if (take_descriptor(search, numbers[i], i, &batch->before[i]))
			reach_stack_range(&batch->before[i], &from[i], &to[i]);
		batch->stack[i] = (struct target_piece){
			.address = from[i],
			.buffer = batch->stack_bytes[i],
			.size = to[i] - from[i] < GO_STACK_TOP ? to[i] - from[i] : GO_STACK_TOP,
		};
	}
	if (!read_pieces(search, batch->stack, count) || !read_descriptors(search, numbers, count))
		return;
	for (i = 0; i < count; i++) {
		reach_from(search, REACH_FROM_GOROUTINE, numbers[i]);
		if (batch->stack[i].size && (batch->stack[i].size == to[i] - from[i] ||
					     !mark_deep(search, i, from[i], to[i])))
			mark_stack(search, i, from[i], to[i]);
	}
}

void reach_read_stacks(struct search *search, struct reach_list *list)
{
	uint32_t numbers[GO_BATCH] = {};
	size_t count = list->count < GO_BATCH ? list->count : GO_BATCH, i;

	/* As they came: who lie beside each other are read together. */
	list->count -= count;
	for (i = 0; i < count; i++)
		numbers[i] = list->items[list->count + i];
	read_batch(search, numbers, count);
}
