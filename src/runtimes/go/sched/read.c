// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading what belongs to one goroutine: its descriptor, its stack, its record in a queue of
 * waiters.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/sync/waits.h"

#include <stdlib.h>
#include <string.h>

#define STACK_MOST (1u << 20) /* of one goroutine */

void go_descriptor_start(const struct go_descriptor *d, uint64_t *ret_pc, uint64_t *ret_sp)
{
	bool call = d->status == GO_STATUS_SYSCALL && d->syscallsp;

	*ret_pc = call ? d->syscallpc : d->sched_pc;
	*ret_sp = call ? d->syscallsp : d->sched_sp;
}

size_t go_stack_size(const struct go_descriptor *d)
{
	uint64_t pc, sp;

	go_descriptor_start(d, &pc, &sp);
	if (sp < d->stack_lo || sp >= d->stack_hi || d->stack_hi - d->stack_lo > GO_STACK_MAX)
		return 0;
	return d->stack_hi - sp < STACK_MOST ? d->stack_hi - sp : STACK_MOST;
}

uint8_t *go_read_stack(const struct go_process *process, const struct go_descriptor *d,
		       size_t *ret_size)
{
	size_t size = go_stack_size(d);
	uint8_t *bytes = size ? malloc(size) : NULL;
	uint64_t pc, sp;

	go_descriptor_start(d, &pc, &sp);
	if (bytes && !go_read(process, sp, bytes, size)) {
		free(bytes);
		return NULL;
	}
	*ret_size = size;
	return bytes;
}

bool go_read_descriptor(const struct go_process *process, const struct lc_goroutine *goroutine,
			struct go_descriptor *ret)
{
	uint8_t bytes[GO_DESCRIPTOR_MAX] = {};

	if (!go_read(process, goroutine->address, bytes, allgs_size(process)) ||
	    !allgs_is_goroutine(process, goroutine->address, bytes))
		return false;
	go_descriptor_read(&process->offsets, bytes, ret);
	return ret->goid == goroutine->goid;
}

uint64_t go_waiter_word(const struct go_process *process, const uint8_t *waiter, int32_t offset)
{
	uint64_t word = 0;

	if (process->version >= GO_VERSION(1, 26, 0))
		offset += 8;
	if (offset >= 0 && offset <= GO_WAITER_MAX - 8)
		memcpy(&word, waiter + offset, 8);
	return word;
}

bool go_read_waiter(const struct go_process *process, uint64_t address,
		    uint8_t waiter[GO_WAITER_MAX])
{
	int32_t size = process->offsets.sudog_size;

	memset(waiter, 0, GO_WAITER_MAX);
	return size > 0 && size <= GO_WAITER_MAX && go_read(process, address, waiter, size);
}
