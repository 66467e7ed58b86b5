// SPDX-License-Identifier: GPL-2.0-only
/*
 * A batch after the other: see descriptors.h. What is copied is looked at while it is in the cache;
 * a thread that copies the next batch meanwhile makes a sweep of a million slower, not faster.
 */
#include "runtimes/go/sched/descriptors.h"
#include "runtimes/go/sched/allgs.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>

static int read_batch(const struct go_process *process, uint64_t list, struct go_descriptors *batch)
{
	size_t i;

	if (!go_read(process, list + batch->first * 8, batch->addresses, batch->count * 8))
		return -EFAULT;
	for (i = 0; i < batch->count; i++)
		batch->pieces[i] = (struct target_piece){ .address = batch->addresses[i],
							  .buffer = batch->bytes[i],
							  .size = allgs_size(process) };
	return go_read_pieces(process, batch->pieces, batch->count);
}

int go_each_descriptors(const struct go_process *process, uint64_t list, size_t count,
			go_descriptors_fn *take, void *context)
{
	_cleanup_free_ struct go_descriptors *batch = malloc(sizeof(*batch));
	size_t first;
	int r = 0;

	if (!batch)
		return -ENOMEM;
	for (first = 0; first < count && !r; first += batch->count) {
		batch->first = first;
		batch->count = count - first < GO_BATCH ? count - first : GO_BATCH;
		r = read_batch(process, list, batch);
		r = r ?: take(context, batch);
	}
	return r;
}
