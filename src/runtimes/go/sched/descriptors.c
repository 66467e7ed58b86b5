// SPDX-License-Identifier: GPL-2.0-only
/* Two batches in turn, of which a thread reads the one: see descriptors.h. */
#include "runtimes/go/sched/descriptors.h"
#include "runtimes/go/sched/allgs.h"
#include "target/ahead.h"

#include <errno.h>
#include <stdlib.h>

#define AHEAD_LEAST 8192 /* goroutines: of fewer no thread is worth its beginning */

struct turns {
	const struct go_process *process;
	uint64_t list;
	struct go_descriptors *batches; /* two */
	struct target_ahead *thread;	/* NULL: what is begun is read at once */
	size_t count;
	go_descriptors_fn *take;
	void *context;
	int result; /* of the one that was begun last, where there is no thread */
};

/* Has the next batch read, into one of the two. */
static int begin(struct turns *turns, size_t first, struct go_descriptors *batch)
{
	const struct target_task task = { turns->process->access, turns->process->pid,
					  turns->process->pid };
	size_t left = turns->count - first, i;

	batch->first = first;
	batch->count = left < GO_BATCH ? left : GO_BATCH;
	if (!go_read(turns->process, turns->list + first * 8, batch->addresses, batch->count * 8))
		return -EFAULT;
	for (i = 0; i < batch->count; i++)
		batch->pieces[i] = (struct target_piece){ .address = batch->addresses[i],
							  .buffer = batch->bytes[i],
							  .size = allgs_size(turns->process) };
	if (turns->thread)
		target_ahead_begin(turns->thread, &task, batch->pieces, batch->count);
	else
		turns->result = go_read_pieces(turns->process, batch->pieces, batch->count);
	return 0;
}

static int end(struct turns *turns)
{
	return turns->thread ? target_ahead_end(turns->thread) : turns->result;
}

/* Without a thread a batch is begun when it is to be taken, so that none is older than it must be.
 */
static int each(struct turns *turns)
{
	struct go_descriptors *batch = turns->batches, *other = batch;
	size_t next = 0;
	int r = begin(turns, 0, batch);

	while (!r) {
		r = end(turns);
		next = batch->first + batch->count;
		if (turns->thread)
			other = batch == turns->batches ? batch + 1 : turns->batches;
		if (!r && turns->thread && next < turns->count)
			r = begin(turns, next, other);
		r = r ?: turns->take(turns->context, batch);
		if (r || next >= turns->count)
			break;
		if (!turns->thread)
			r = begin(turns, next, other);
		batch = other;
	}
	return r;
}

/* What a test or a core has in place of memory is read by nobody else. */
int go_each_descriptors(const struct go_process *process, uint64_t list, size_t count,
			go_descriptors_fn *take, void *context)
{
	struct turns turns = {
		.process = process, .list = list, .count = count, .take = take, .context = context
	};
	int r;

	if (!count)
		return 0;
	turns.batches = malloc((1 + (count > GO_BATCH)) * sizeof(*turns.batches));
	if (!turns.batches)
		return -ENOMEM;
	if (count >= AHEAD_LEAST && !process->memory)
		turns.thread = target_ahead_new();
	r = each(&turns);
	target_ahead_free(turns.thread); /* waits for what it reads into the batches */
	free(turns.batches);
	return r;
}
