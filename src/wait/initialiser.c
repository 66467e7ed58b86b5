// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who runs an initialiser that others wait for. Neither pthread_once() nor the guard of a C++
 * static records it, but the one who runs it has it on its stack.
 *
 * pthread_once() puts a clean-up record there, in case the thread is cancelled: glibc {routine,
 * once, 1, ...} (struct __pthread_cleanup_combined_frame and __pthread_cleanup_frame of pthreadP.h
 * and pthread.h), musl {routine, once, next} (struct __ptcb). Of a C++ static, the function that
 * has it is on the stack, further out than where it would wait for its guard.
 */
#include "wait/futex.h"
#include "target/core.h"
#include "target/memory.h"
#include "target/proc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define MOST_THREADS 1024
#define STACK_BYTES (64 << 10) /* an initialiser may be deep */
#define STACK_REACH (64ull << 20)

struct search {
	struct wait_job *job;
	uint64_t once;
	uint64_t *words; /* STACK_BYTES */
	unsigned threads;
	pid_t found;
};

/* The record's routine is the C library's own, as the code is in which the waiter sleeps. */
static bool is_of_library(struct wait_job *job, uint64_t address)
{
	struct wait_process *process = wait_process_get(job->scan, job->pid);
	const struct target_mapping *mapping;

	wait_process_maps(process);
	mapping = target_maps_find(&process->maps, address);
	return mapping && mapping->protection & PROT_EXEC &&
	       mapping == target_maps_find(&process->maps, job->subject->pc);
}

/* The record that words[i] is the second word of. */
static bool is_record(struct search *search, size_t i, uint64_t sp, bool waits)
{
	uint64_t next = search->words[i + 1], at = sp + 8 * (i - 1);
	bool glibc = (uint32_t)next == 1;
	bool musl = !waits && (!next || (next > at && next - at < STACK_REACH));

	return (glibc || musl) && is_of_library(search->job, search->words[i - 1]);
}

static bool read_call(const struct wait_job *job, pid_t tid, struct target_syscall *ret)
{
	const struct target_core *core = target_core_of(job->scan->access);
	const struct target_core_thread *thread = core ? target_core_thread(core, tid) : NULL;

	if (!core)
		return !target_read_syscall(job->pid, tid, ret) && !ret->running;
	if (!thread)
		return false;
	*ret = (struct target_syscall){
		.call = thread->call,
		.sp = thread->registers.value[LC_REGISTER_SP],
	};
	return true;
}

static int look_at_stack(void *context, pid_t tid)
{
	struct search *search = context;
	struct wait_job *job = search->job;
	const struct target_task task = { job->scan->access, job->pid, tid };
	struct target_syscall call;
	size_t count = 0, i;
	bool waits;

	if (++search->threads > MOST_THREADS)
		return 1;
	if (!read_call(job, tid, &call) ||
	    target_memory_read(&task, call.sp & ~7ull, search->words, STACK_BYTES, &count))
		return 0;
	waits = call.call.nr == SYS_futex && call.call.args[0] == search->once;
	for (i = 1; i + 1 < count / 8; i++) {
		if (search->words[i] == search->once &&
		    is_record(search, i, call.sp & ~7ull, waits)) {
			search->found = tid;
			return 1;
		}
	}
	return 0;
}

static void look_at_stacks(struct search *search)
{
	const struct target_core *core = target_core_of(search->job->scan->access);
	size_t i;

	if (!core)
		(void)target_for_each_tid(search->job->pid, look_at_stack, search);
	for (i = 0; core && i < core->thread_count; i++) {
		if (look_at_stack(search, core->threads[i].tid))
			break;
	}
}

void wait_add_initialiser(struct wait_job *job, uint64_t once)
{
	struct search search = { .job = job, .once = once, .words = malloc(STACK_BYTES) };

	if (search.words)
		look_at_stacks(&search);
	free(search.words);
	if (!search.found)
		return;
	wait_add_owner(job, LC_WAIT_RUNNER, job->pid, search.found, -1);
	if (search.found == job->tid)
		job->wait->flags |= LC_WAIT_OWNER_SELF;
}

/*
 * The frame behind the guard's, counted from the innermost; 0: it does not wait for a guard, or has
 * no name.
 */
static size_t guarded_frame(const char *const *functions, size_t count)
{
	size_t i;

	for (i = 0; i + 1 < count; i++) {
		if (functions[i] && !strcmp(functions[i], "__cxa_guard_acquire"))
			return functions[i + 1] && *functions[i + 1] ? i + 1 : 0;
	}
	return 0;
}

bool wait_runs_initialiser(const struct wait_subject *waiter, const char *const *functions,
			   size_t count)
{
	size_t guarded = guarded_frame(waiter->functions, waiter->function_count);
	size_t i = guarded_frame(functions, count) + 1;

	if (!guarded)
		return false;
	/* Not the innermost frame, nor the one that waits: whoever is in it waits as well. */
	for (; i < count; i++) {
		if (functions[i] && !strcmp(functions[i], waiter->functions[guarded]))
			return true;
	}
	return false;
}
