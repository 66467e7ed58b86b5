// SPDX-License-Identifier: GPL-2.0-only
/* Finds the list of all goroutines: see allgs.h. */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/sched/goroutine.h"
#include "target/core.h"
#include "target/proc.h"

#include <errno.h>
#include <string.h>

#define MOST_BSS (256u << 20)
/* A runtime has at least main and its three helpers. */
#define LEAST_GOROUTINES 4
#define TRIED 8
#define GOROUTINES_BELIEVED 100000 /* without a look at the size of the process */

size_t allgs_size(const struct go_process *process)
{
	return process->offsets.g_size > 0 && process->offsets.g_size <= GO_DESCRIPTOR_MAX
		       ? process->offsets.g_size
		       : GO_DESCRIPTOR_MAX;
}

bool allgs_is_goroutine(const struct go_process *process, uint64_t address, const uint8_t *bytes)
{
	struct go_descriptor d;

	go_descriptor_read(&process->offsets, bytes, &d);
	if (d.sched_g != address)
		return false;
	if (d.status == GO_STATUS_DEAD || d.status == GO_STATUS_IDLE ||
	    d.status == GO_STATUS_DEADEXTRA)
		return true;
	/* While it runs, sched.sp is 0: gogo() clears it. */
	return d.status <= GO_STATUS_DEADEXTRA && d.goid && d.stack_lo < d.stack_hi &&
	       d.stack_hi - d.stack_lo <= GO_STACK_MAX &&
	       (!d.sched_sp || (d.sched_sp >= d.stack_lo && d.sched_sp <= d.stack_hi));
}

static bool is_list(const struct go_process *process, uint64_t list, uint64_t length)
{
	uint8_t bytes[GO_DESCRIPTOR_MAX];
	uint64_t elements[TRIED];
	struct go_descriptor d;
	size_t count = length < TRIED ? length : TRIED, size = allgs_size(process), i, living = 0;

	if (!go_read(process, list, elements, count * 8))
		return false;
	for (i = 0; i < count; i++) {
		if ((elements[i] & 7) || !go_read(process, elements[i], bytes, size) ||
		    !allgs_is_goroutine(process, elements[i], bytes))
			return false;
		go_descriptor_read(&process->offsets, bytes, &d);
		living += d.status == GO_STATUS_WAITING;
	}
	return living > 0;
}

static bool fits(void *context, uint64_t address, const uint64_t words[3])
{
	(void)address;
	return words[0] && !(words[0] & 7) && words[1] >= LEAST_GOROUTINES &&
	       words[1] <= words[2] && words[2] < (1ull << 32) &&
	       is_list(context, words[0], words[1]);
}

int allgs_find(struct go_process *process)
{
	size_t i;
	int r = -ENOENT;

	for (i = 0; i < process->module_count && r == -ENOENT; i++)
		r = go_search(process, process->modules[i].bss, process->modules[i].bss_end,
			      MOST_BSS, fits, process, &process->allgs);
	return r;
}

bool allgs_is_believable(const struct go_process *process)
{
	uint64_t length = go_word(process, process->allgs + 8), bytes;

	if (length <= GOROUTINES_BELIEVED || process->memory)
		return true;
	bytes = target_core_of(process->access) ? target_core_memory(process->access->core)
						: target_memory_used(process->pid);
	return !bytes || length <= bytes / allgs_size(process);
}

bool go_process_allgs(const struct go_process *process, uint64_t *ret_list, uint64_t *ret_length)
{
	/* The length first: the list only grows, and an old one stays valid. */
	*ret_length = go_word(process, process->allgs + 8);
	*ret_list = go_word(process, process->allgs);
	return *ret_list && *ret_length && *ret_length <= LC_GO_MAX && allgs_is_believable(process);
}
