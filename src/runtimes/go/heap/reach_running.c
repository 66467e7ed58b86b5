// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who runs when a look has ended is taken off its processor before the next one begins. What runs
 * may have a pointer in registers only, which cannot be read from outside; and a thread that waits
 * for its CPU, as on a busy machine, or is stopped, has the same there at any number of looks. As
 * soon as its processor has begun with something anew (p.schedtick, which execute() of
 * src/runtime/proc.go counts, 1.17 to 1.27), all that it had is on a stack or where it was put. A
 * goroutine that does not give up its processor is made to after 10 ms.
 */
#include "runtimes/go/heap/reach_search.h"
#include "runtimes/go/sched/allgs.h"
#include "target/core.h"
#include "target/proc.h"
#include "util/cleanup.h"
#include "util/now.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define PATIENCE_NS 250000000ull /* longer than a quota keeps a group from its CPUs */
#define NAP_NS 1000000u
#define NAP_MOST_NS 16000000u

/* What a processor (p) runs, by its thread (m): the goroutine at hand; 0: the scheduler. */
struct runner {
	uint64_t processor, m, goroutine; /* addresses */
	uint32_t tick;			  /* p.schedtick */
};

/*
 * Does a processor run something: a goroutine, or the scheduler itself, which may have a timer at
 * hand? One of the others was stopped at a call: on behalf of the collector, or in a system call.
 */
static bool read_runner(const struct search *search, uint64_t processor, struct runner *ret)
{
	const struct go_offsets *offsets = &search->process->offsets;
	uint8_t bytes[GO_DESCRIPTOR_MAX];
	struct go_descriptor d;

	*ret = (struct runner){ .processor = processor };
	ret->tick = (uint32_t)go_word(search->process, processor + offsets->p_schedtick);
	ret->m = go_word(search->process, processor + offsets->p_m);
	ret->goroutine = ret->m ? go_word(search->process, ret->m + offsets->m_curg) : 0;
	if (!ret->goroutine ||
	    !go_read(search->process, ret->goroutine, bytes, allgs_size(search->process)))
		return ret->m;
	go_descriptor_read(offsets, bytes, &d);
	return d.status == GO_STATUS_RUNNING;
}

/*
 * In a system call that Go makes without telling its scheduler, as to exit: all that it had is on
 * its stack. Of one that only waits for its CPU, or for a page, the kernel says another thing.
 */
static bool is_in_call(const struct search *search, const struct runner *runner)
{
	const struct go_process *process = search->process;
	struct target_syscall syscall;
	pid_t tid;

	if (process->memory || process->offsets.m_procid < 0)
		return false;
	tid = (pid_t)go_word(process, runner->m + process->offsets.m_procid);
	return tid > 0 && !target_read_syscall(process->pid, tid, &syscall) && !syscall.running &&
	       syscall.call.nr >= 0;
}

static bool runs_still(const struct search *search, const struct runner *before)
{
	struct runner now;

	return read_runner(search, before->processor, &now) && now.m == before->m &&
	       now.goroutine == before->goroutine && now.tick == before->tick &&
	       !is_in_call(search, before);
}

/* Who runs now. */
static size_t list_runners(const struct search *search, struct runner *list)
{
	size_t count = 0, i;

	for (i = 0; i < search->processor_count; i++)
		count += read_runner(search, search->processors[i], &list[count]);
	return count;
}

/* Until all of a list have done something else. */
static int wait_for(const struct search *search, const struct runner *list, size_t count)
{
	uint64_t until = now_monotonic() + PATIENCE_NS;
	struct timespec nap = { .tv_nsec = NAP_NS };

	while (count) {
		if (!runs_still(search, &list[count - 1])) {
			count--;
			continue;
		}
		if (now_monotonic() > until)
			return -EAGAIN;
		(void)nanosleep(&nap, NULL);
		if (nap.tv_nsec < (long)NAP_MOST_NS)
			nap.tv_nsec *= 2;
	}
	return 0;
}

int reach_wait_for_runners(const struct search *search)
{
	const struct go_offsets *offsets = &search->process->offsets;
	_cleanup_free_ struct runner *list = NULL;

	if (target_core_of(search->process->access)) /* it has their registers */
		return 0;
	if (offsets->p_m < 0 || offsets->p_schedtick < 0 || offsets->m_curg < 0)
		return -ENOENT;
	list = calloc(search->processor_count, sizeof(*list));
	return list ? wait_for(search, list, list_runners(search, list)) : -ENOMEM;
}
