// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread from /proc: for the source without BPF, and for threads that nobody asked for but that
 * stand in a chain of waits. Of the user registers /proc has only the stack pointer and the program
 * counter.
 */
#include "collect/proc_thread.h"
#include "collect/source.h"
#include "target/proc.h"
#include "util/now.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000

static void fill_still_since(const struct cpu_clocks *clocks, unsigned cpu,
			     struct lc_sample *sample)
{
	uint64_t exec_start;

	if (target_read_exec_start(sample->task.pid, sample->task.tid, &exec_start))
		return;
	sample->still_since = cpu_clocks_convert(clocks, cpu, exec_start);
	if (sample->still_since > sample->now)
		sample->still_since = sample->now;
}

int proc_thread_sample(const struct cpu_clocks *clocks, pid_t pid, pid_t tid,
		       struct lc_sample *sample)
{
	struct target_syscall call;
	struct target_status status;
	struct target_stat stat;
	int r;

	/*
	 * Counters first: if they are the same later, all that was read between belongs together.
	 */
	r = target_read_status(pid, tid, &status);
	if (!r)
		r = target_read_stat(pid, tid, &stat);
	if (!r)
		r = target_read_syscall(pid, tid, &call);
	if (r < 0)
		return r;
	*sample = (struct lc_sample){
		.task = { .tid = tid,
			  .pid = pid,
			  .ns_tid = status.ns_tid,
			  .ns_pid = status.ns_pid },
		.parent_pid = stat.ppid,
		.state = stat.state,
		.on_cpu = call.running && stat.state == 'R',
		.kernel_thread = stat.flags & PF_KTHREAD,
		.now = now_monotonic(),
		.start_time = stat.start_ticks * (1000000000ull / sysconf(_SC_CLK_TCK)),
		.voluntary_switches = status.voluntary_switches,
		.involuntary_switches = status.involuntary_switches,
		.syscall = call.call,
	};
	memcpy(sample->task.comm, stat.comm, sizeof(sample->task.comm));
	target_read_run_ns(pid, tid, &sample->run_ns);
	fill_still_since(clocks, stat.cpu, sample);
	if (!call.running && call.pc) {
		sample->registers.value[LC_REGISTER_SP] = call.sp;
		sample->registers.value[LC_REGISTER_PC] = call.pc;
		sample->registers.known = 1ull << LC_REGISTER_SP | 1ull << LC_REGISTER_PC;
	}
	return 0;
}

int collect_sample_thread(struct collect *collect, pid_t pid, pid_t tid,
			  struct lc_sample *ret_sample)
{
	struct target_stat stat;
	int r;

	if (collect->source->sample_thread)
		return collect->source->sample_thread(collect, pid, tid, ret_sample);
	r = proc_thread_sample(collect->source->clocks(collect), pid, tid, ret_sample);
	if (!r && !target_read_stat(pid, pid, &stat))
		memcpy(ret_sample->process_comm, stat.comm, sizeof(ret_sample->process_comm));
	return r;
}
