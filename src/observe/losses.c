// SPDX-License-Identifier: GPL-2.0-only
/* What an observer has missed, all bounds together: see observer.h. */
#include "observe/observer.h"

void observer_get_losses(const struct observer *observer, struct observer_losses *ret_losses)
{
	const struct lc_go_process *process;
	struct collect_lost lost;

	collect_get_lost(observer->collect, &lost);
	*ret_losses = (struct observer_losses){
		.events = lost.events,
		.stacks = observer->lost_stacks + lost.stack_copies +
			  lc_stacks_refused(observer->stacks),
		.threads = lc_model_refused(observer->model) + lost.targets +
			   observer->lost_others + lc_series_refused(observer->series),
		.goroutines = lost.goroutines + observer->go.refused,
	};
	for (process = observer->go.processes; process; process = process->hh.next) {
		ret_losses->goroutines += process->refused;
		ret_losses->unasked += lc_go_unasked(process);
	}
}
