// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who ran when a look ended has been taken off its processor before the next one begins. What runs
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
#include "util/now.h"

#include <errno.h>
#include <time.h>

#define PATIENCE_NS 40000000ull
#define NAP_NS 1000000u
#define NAP_MOST_NS 16000000u

/*
 * Does a processor run something: a goroutine, or the scheduler itself, which may have a timer at
 * hand? One of the others was stopped at a call: on behalf of the collector, or in a system call.
 */
static bool read_runner(const struct search *search, uint64_t processor, struct reach_runner *ret)
{
	const struct go_offsets *offsets = &search->process->offsets;
	uint8_t bytes[GO_DESCRIPTOR_MAX];
	struct go_descriptor d;

	*ret = (struct reach_runner){ .processor = processor };
	ret->tick = (uint32_t)go_word(search->process, processor + offsets->p_schedtick);
	ret->m = go_word(search->process, processor + offsets->p_m);
	ret->goroutine = ret->m ? go_word(search->process, ret->m + offsets->m_curg) : 0;
	if (!ret->goroutine ||
	    !go_read(search->process, ret->goroutine, bytes, allgs_size(search->process)))
		return ret->m;
	go_descriptor_read(offsets, bytes, &d);
	return d.status == GO_STATUS_RUNNING;
}

void reach_note_runners(struct search *search)
{
	const struct go_offsets *offsets = &search->process->offsets;
	size_t i;

	search->runner_count = 0;
	if (target_core_of(search->process->access)) /* it has their registers */
		return;
	if (offsets->p_m < 0 || offsets->p_schedtick < 0 || offsets->m_curg < 0)
		reach_fail(search, -ENOENT);
	for (i = 0; i < search->processor_count && !search->error; i++)
		search->runner_count += read_runner(search, search->processors[i],
						    &search->runners[search->runner_count]);
}

/*
 * Does its thread sleep? Then it is in a system call that Go makes without telling its scheduler,
 * as to exit, and all that it had is on its stack. One that waits for its CPU, or is stopped, does
 * not; nor does what a test has in place of a process.
 */
static bool is_in_call(const struct search *search, const struct reach_runner *runner)
{
	const struct go_process *process = search->process;
	struct target_stat stat;
	pid_t tid;

	if (process->memory || process->offsets.m_procid < 0)
		return false;
	tid = (pid_t)go_word(process, runner->m + process->offsets.m_procid);
	return tid <= 0 || target_read_stat(process->pid, tid, &stat) < 0 || stat.state == 'S' ||
	       stat.state == 'D' || stat.state == 'Z';
}

static bool runs_still(const struct search *search, const struct reach_runner *before)
{
	struct reach_runner now;

	return read_runner(search, before->processor, &now) && now.m == before->m &&
	       now.goroutine == before->goroutine && now.tick == before->tick &&
	       !is_in_call(search, before);
}

static bool have_moved(struct search *search)
{
	while (search->runner_count &&
	       !runs_still(search, &search->runners[search->runner_count - 1]))
		search->runner_count--;
	return !search->runner_count;
}

int reach_wait_for_runners(struct search *search)
{
	uint64_t until = now_monotonic() + PATIENCE_NS;
	struct timespec nap = { .tv_nsec = NAP_NS };

	while (!have_moved(search)) {
		if (now_monotonic() > until)
			return -EAGAIN;
		(void)nanosleep(&nap, NULL);
		if (nap.tv_nsec < (long)NAP_MOST_NS)
			nap.tv_nsec *= 2;
	}
	return 0;
}
