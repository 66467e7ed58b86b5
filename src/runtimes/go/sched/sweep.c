// SPDX-License-Identifier: GPL-2.0-only
/*
 * One look at all goroutines of a process, in batches: descriptors, then stack and wait object of
 * those that stand still and are new there, then the descriptors again. Only what did not move in
 * between is kept.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/heap/heap.h"
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/private.h"
#include "runtimes/go/sched/timers.h"
#include "runtimes/go/sync/waits.h"
#include "target/core.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sweep {
	struct golang *golang;
	struct go_process *process;
	struct lc_go_process *model;
	uint64_t now;
	unsigned attempts;
	struct go_conditions conditions;
};

static uint32_t site_stack(struct golang *golang, const struct go_process *process, uint64_t pc,
			   bool exact)
{
	const struct go_module *module = go_process_module(process, pc);
	struct lc_raw_frame frame;
	uint32_t id = 0;

	if (!module)
		return 0;
	frame = (struct lc_raw_frame){
		.address = pc,
		.module = module->image->number,
		.vaddr = pc - module->bias,
		.interrupted = exact,
	};
	lc_stacks_intern(golang->stacks, &frame, 1, LC_STACK_WHOLE, &id);
	return id;
}

void go_fill_site(struct golang *golang, const struct go_process *process, struct lc_go_site *site,
		  uint64_t spawn_pc, uint64_t entry_pc)
{
	const struct go_module *module = go_process_module(process, entry_pc);
	struct go_function function;

	site->spawn_stack = spawn_pc ? site_stack(golang, process, spawn_pc, false) : 0;
	site->entry_stack = site_stack(golang, process, entry_pc, true);
	if (module && pclntab_function(module->image->table, entry_pc - module->bias, &function))
		site->system = go_system_of(pclntab_name(module->image->table, function.name));
}

/* Whoever waits has no thread, but for one that is kept for it. 0: none. */
static uint64_t thread_of(const struct go_descriptor *d, uint8_t state)
{
	if (state == LC_GO_SYSCALL || state == LC_GO_RUNNING)
		return d->m;
	return state == LC_GO_WAITING ? d->lockedm : 0;
}

static struct lc_goroutine *note(struct sweep *sweep, size_t place, uint64_t address,
				 const struct go_descriptor *d)
{
	struct lc_go_sample sample = {
		.goid = d->goid,
		.address = address,
		.parent_goid = d->parent_goid,
		.waits_since = go_time_here(sweep->process, d->waitsince, sweep->now),
		.spawn_pc = d->gopc,
		.entry_pc = d->startpc,
		.stack_bytes = d->stack_hi - d->stack_lo < UINT32_MAX ? d->stack_hi - d->stack_lo
								      : 0,
		.state = go_descriptor_state(d),
		.kind = go_descriptor_kind(sweep->process->kinds, d),
		.reason = d->reason,
		.tracking_seq = d->tracking_seq,
		.locked = d->lockedm != 0,
	};
	struct lc_goroutine *goroutine;
	uint64_t m;
	bool new_site;

	m = thread_of(d, sample.state);
	if (m)
		sample.tid = (pid_t)go_word(sweep->process, m + sweep->process->offsets.m_procid);
	goroutine = lc_go_note(sweep->model, place, &sample, sweep->now, &new_site);
	if (goroutine)
		goroutine->flags = (goroutine->flags & ~LC_GO_LABELLED) |
				   (d->labels ? LC_GO_LABELLED : 0);
	if (new_site)
		/* Goroutine 1 is started by the runtime's own code. */
		go_fill_site(sweep->golang, sweep->process, &sweep->model->sites[goroutine->site],
			     d->goid == 1 ? 0 : d->gopc, d->startpc);
	return goroutine;
}

static bool wants_stack(const struct lc_goroutine *goroutine)
{
	return goroutine->state > LC_GO_RUNNING && !(goroutine->flags & LC_GO_STACK_TRIED);
}

/* Channel or semaphore word of the first waiting record; 1.25 and older note no semaphore there. */
static uint64_t object_of(const struct go_process *process, const struct go_descriptor *d,
			  const struct target_piece *waiter)
{
	const struct go_offsets *o = &process->offsets;
	int32_t at = process->kinds[d->reason] >= LC_GO_MUTEX ? o->sudog_elem : o->sudog_c;
	uint64_t word;

	if (process->version >= GO_VERSION(1, 26, 0))
		at += 8; /* two words, of which the second is always there */
	if (!waiter->read || at < 0 || (size_t)at + 8 > waiter->size)
		return 0;
	memcpy(&word, (const uint8_t *)waiter->buffer + at, 8);
	return word;
}

static void walk_stack(struct sweep *sweep, const struct go_descriptor *d,
		       const struct target_piece *top)
{
	_cleanup_free_ uint8_t *whole = NULL;
	struct go_walk *walk = &sweep->golang->walk;
	uint64_t pc, sp;
	size_t size;

	go_descriptor_start(d, &pc, &sp);
	go_unwind(sweep->process, pc, sp, top->buffer, top->read ? top->size : 0, walk);
	if (walk->end != LC_STACK_NO_MEMORY || top->size >= go_stack_size(d))
		return;
	whole = go_read_stack(sweep->process, d, &size);
	if (whole)
		go_unwind(sweep->process, pc, sp, whole, size, walk);
}

static void take_stack(struct sweep *sweep, size_t i)
{
	struct golang *golang = sweep->golang;
	struct go_batch *batch = &golang->batch;
	struct lc_goroutine *goroutine = &sweep->model->list[batch->places[i]];
	enum lc_go_kind kind;

	goroutine->flags |= LC_GO_STACK_TRIED;
	goroutine->object = object_of(sweep->process, &batch->before[i], &batch->waiter[i]);
	if (goroutine->kind == LC_GO_COND && !goroutine->object && batch->stack[i].read)
		goroutine->object = go_find_condition(sweep->process, &sweep->conditions,
						      batch->addresses[i], batch->stack[i].buffer,
						      batch->stack[i].size);
	walk_stack(sweep, &batch->before[i], &batch->stack[i]);
	if (!golang->walk.count ||
	    lc_stacks_intern(golang->stacks, golang->walk.frames, golang->walk.count,
			     golang->walk.end, &goroutine->stack) < 0)
		return;
	kind = go_kind_by_stack(golang, sweep->process, &golang->walk, goroutine->stack);
	if (kind != LC_GO_NO_WAIT &&
	    (goroutine->kind == LC_GO_SEMAPHORE || goroutine->kind == LC_GO_IN_SYSCALL))
		goroutine->kind = kind;
}

/* Reads the descriptors of the batch again, into after; read[] tells which could be. */
static int read_again(struct sweep *sweep)
{
	struct go_batch *batch = &sweep->golang->batch;
	size_t i;
	int r;

	for (i = 0; i < batch->count; i++)
		batch->pieces[i] = (struct target_piece){
			.address = batch->addresses[i],
			.buffer = batch->descriptor_bytes[i],
			.size = allgs_size(sweep->process),
		};
	r = go_read_pieces(sweep->process, batch->pieces, batch->count);
	for (i = 0; i < batch->count; i++) {
		batch->read[i] = batch->pieces[i].read &&
				 allgs_is_goroutine(sweep->process, batch->addresses[i],
						    batch->descriptor_bytes[i]);
		if (batch->read[i])
			go_descriptor_read(&sweep->process->offsets, batch->descriptor_bytes[i],
					   &batch->after[i]);
	}
	return r;
}

static int read_stacks(struct sweep *sweep)
{
	struct go_batch *batch = &sweep->golang->batch;
	int32_t size = sweep->process->offsets.sudog_size;
	uint64_t pc, sp;
	size_t i, top;
	int r;

	if (size < 0 || size > GO_WAITER_MAX)
		size = 0;
	for (i = 0; i < batch->count; i++) {
		go_descriptor_start(&batch->before[i], &pc, &sp);
		top = go_stack_size(&batch->before[i]);
		batch->stack[i] = (struct target_piece){
			.address = sp,
			.buffer = batch->stack_bytes[i],
			.size = top < GO_STACK_TOP ? top : GO_STACK_TOP,
		};
		batch->waiter[i] = (struct target_piece){
			.address = batch->before[i].waiting,
			.buffer = batch->waiter_bytes[i],
			.size = batch->before[i].waiting ? size : 0,
		};
	}
	r = go_read_pieces(sweep->process, batch->stack, batch->count);
	return r ?: go_read_pieces(sweep->process, batch->waiter, batch->count);
}

static void put_member(struct go_batch *batch, size_t number, size_t place, uint64_t address,
		       const struct go_descriptor *descriptor)
{
	batch->places[number] = place;
	batch->addresses[number] = address;
	batch->before[number] = *descriptor;
}

/* Takes the stacks of the batch; what moved meanwhile stays in it, with its new descriptor. */
static int take_stacks(struct sweep *sweep)
{
	struct go_batch *batch = &sweep->golang->batch;
	struct lc_goroutine *goroutine;
	size_t i, left = 0;
	int r = read_stacks(sweep);

	r = r ?: read_again(sweep);
	for (i = 0; i < batch->count && !r; i++) {
		if (!batch->read[i])
			continue;
		if (go_descriptor_unmoved(&batch->before[i], &batch->after[i])) {
			take_stack(sweep, i);
			continue;
		}
		if (go_descriptor_state(&batch->after[i]) == LC_GO_NONE)
			continue;
		goroutine = note(sweep, batch->places[i], batch->addresses[i], &batch->after[i]);
		if (goroutine && wants_stack(goroutine))
			put_member(batch, left++, batch->places[i], batch->addresses[i],
				   &batch->after[i]);
	}
	batch->count = left;
	return r;
}

static int sweep_batch(void *context, const struct go_descriptors *read)
{
	struct sweep *sweep = context;
	struct go_batch *batch = &sweep->golang->batch;
	struct lc_goroutine *goroutine;
	struct go_descriptor d;
	unsigned attempt;
	size_t i;
	int r = 0;

	batch->count = 0;
	for (i = 0; i < read->count; i++) {
		if (!read->pieces[i].read ||
		    !allgs_is_goroutine(sweep->process, read->addresses[i], read->bytes[i]))
			continue;
		go_descriptor_read(&sweep->process->offsets, read->bytes[i], &d);
		if (go_descriptor_state(&d) == LC_GO_NONE)
			continue;
		goroutine = note(sweep, read->first + i, read->addresses[i], &d);
		if (goroutine && wants_stack(goroutine))
			put_member(batch, batch->count++, read->first + i, read->addresses[i], &d);
	}
	for (attempt = 0; attempt < sweep->attempts && batch->count && !r; attempt++)
		r = take_stacks(sweep);
	return r;
}

int go_sweep(struct golang *golang, struct go_process *process, struct lc_go_process *model,
	     uint64_t now, unsigned attempts)
{
	struct sweep sweep = {
		.golang = golang,
		.process = process,
		.model = model,
		.now = now,
		.attempts = attempts,
	};
	uint64_t list, length;
	int r;

	if (!allgs_is_believable(process)) {
		snprintf(model->unsupported, sizeof(model->unsupported),
			 "its list of goroutines is longer than its memory has room for");
		return -ENOTSUP;
	}
	if (!go_process_allgs(process, &list, &length))
		return -EFAULT;
	process->core_time = go_core_time(process);
	sweep.conditions.most = length + GO_CONDITIONS_LATE;
	lc_go_begin_sweep(model, now);
	r = go_each_descriptors(process, list, length, sweep_batch, &sweep);
	go_conditions_release(&sweep.conditions);
	if (r) /* who was not seen has not ended for that */
		return r;
	lc_go_end_sweep(model);
	go_find_semaphores(process, model);
	if (!target_core_of(process->access)) /* which does not tell what its time was */
		go_count_timers(process, model, now);
	model->heap_bytes = go_heap_bytes(process);
	if (!model->first_heap_bytes)
		model->first_heap_bytes = model->heap_bytes;
	return r;
}
