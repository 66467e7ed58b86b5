// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who calls functions of a program besides its goroutines: C, whose threads may call back, and the
 * collector, which comes every two minutes and calls what was given to SetFinalizer and AddCleanup.
 */
#include "runtimes/go/heap/specials.h"
#include "runtimes/go/private.h"

static bool has_c(const struct go_process *process)
{
	for (size_t i = 0; i < process->module_count; i++) {
		if (process->modules[i].image->links_c)
			return true;
	}
	return false;
}

bool golang_called(struct runtime *runtime, const struct lc_go_process *model)
{
	struct go_process *process = go_known_process(golang_of(runtime), model->pid);
	struct go_heap heap = {};
	bool called;

	if (!process || has_c(process))
		return true;
	called = go_heap_read(process, &heap) < 0 || go_specials_call(process, &heap);
	go_heap_release(&heap);
	return called;
}
