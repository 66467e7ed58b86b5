// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads of Python that wait in threading's locks, conditions, queues and events, all of which are
 * made of _thread.lock. Each wait there is for a lock of its own, that whoever wakes it releases;
 * what it tests behind that is Python's code.
 */
#include "observe/forward_private.h"

#include <stdio.h>
#include <string.h>

#include "target/memory.h"

static void take_layout(const struct python_thread *python, struct emulate_interpreter *ret)
{
	const struct python_layout *layout = python->layout;

	*ret = (struct emulate_interpreter){
		.state = python->state,
		.hops = { layout->hops[0], layout->hops[1] },
		.hop_count = layout->hop_count,
		.previous = layout->frame_previous,
		.instruction = layout->frame_instruction,
		.caches = layout->jump_caches,
		.dropped = layout->pop_top,
		.turn_count = layout->turn_count,
		.first_fused = layout->first_fused,
		.fused_count = layout->fused_count,
		.unfused = layout->unfused,
		.fused_bytes = layout->fused_bytes,
		.parks = layout->parks,
	};
	memcpy(ret->leads, layout->leads, sizeof(ret->leads));
	memcpy(ret->jumps, layout->jumps, sizeof(ret->jumps));
	for (uint32_t i = 0; i < layout->turn_count && i < EMULATE_TURNS; i++) {
		ret->turns[i][0] = layout->turns[i].opcode;
		ret->turns[i][1] = layout->turns[i].other;
	}
	for (size_t i = 0; i < python->count && i < EMULATE_CODES; i++)
		ret->code[ret->code_count++] = (struct emulate_range){ python->frames[i].start,
								       python->frames[i].end };
}

static bool find(const struct forward_process *process, const struct lc_thread *thread,
		 struct python_thread *ret)
{
	return python_find_thread(&process->task, &process->maps, thread->task.ns_tid, thread->sp,
				  thread->thread_pointer, ret) == 0;
}

bool forward_python_note(const struct forward_process *process, const struct lc_thread *thread,
			 struct python_thread *python, struct emulate_question *question)
{
	python->count = 0;
	if (thread->wait->protocol != LC_WAIT_PYTHON_LOCK || !find(process, thread, python))
		return false;
	take_layout(python, &question->interpreter);
	return true;
}

void forward_python_test(const struct asking *asking, uint64_t test, char *buffer, size_t size)
{
	char place[128];

	python_place(&asking->process.task, &asking->python, test, place, sizeof(place));
	(void)snprintf(buffer, size, "%s%s", place[0] ? LC_WAIT_TEST_AT : "a test", place);
}

struct python_wait forward_python_wait(const struct forward_process *process,
				       const struct lc_wait *wait)
{
	struct python_wait found = { .semaphore = wait->key.object };

	if (!target_memory_read_all(&process->task, found.semaphore - sizeof(found.parked),
				    &found.parked, sizeof(found.parked)))
		found.parked = 0;
	return found;
}

bool forward_python_joins(const struct forward_process *process, const struct lc_thread *thread,
			  const struct python_wait *wait)
{
	struct python_thread python;

	return find(process, thread, &python) && python_is_joined(&process->task, &python, wait);
}
