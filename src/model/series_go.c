// SPDX-License-Identifier: GPL-2.0-only
/* Goroutines, go statements and timers, sweep by sweep: see series.h. */
#include "model/series.h"

struct lc_series_key lc_series_goroutine_key(const struct lc_go_process *process,
					     const struct lc_goroutine *goroutine)
{
	return (struct lc_series_key){
		.pid = process->pid,
		.kind = LC_SERIES_GOROUTINES + ((uint32_t)goroutine->kind << 8),
		.block_site = goroutine->stack,
		.spawn_site = goroutine->site + 1,
	};
}

struct lc_series_key lc_series_site_key(const struct lc_go_process *process, size_t site)
{
	return (struct lc_series_key){ .pid = process->pid,
				       .kind = LC_SERIES_GO_SITE,
				       .spawn_site = site + 1 };
}

struct lc_series_key lc_series_timers_key(const struct lc_go_process *process)
{
	return (struct lc_series_key){ .pid = process->pid, .kind = LC_SERIES_GO_TIMERS };
}

static void note_process(struct lc_series *series, struct lc_go_process *process)
{
	struct lc_goroutine *goroutine;
	struct lc_series_key key;
	size_t i;

	for (i = 0; i < process->count; i++) {
		goroutine = &process->list[i];

		if (goroutine->goid && goroutine->stack) {
			key = lc_series_goroutine_key(process, goroutine);
			goroutine->group = lc_series_member(series, &key, goroutine->group);
			continue;
		}
		lc_series_leave(series, goroutine->group);
		goroutine->group = 0;
	}
	if (process->timers_known) {
		key = lc_series_timers_key(process);
		lc_series_count(series, &key, process->timers_lasting, process->timers_lasting, 0);
	}
	for (i = 0; i < process->site_count; i++) {
		key = lc_series_site_key(process, i);
		lc_series_count(series, &key, process->sites[i].living, process->sites[i].born,
				process->sites[i].ended);
	}
}

void lc_series_note_go(struct lc_series *series, struct lc_go *go)
{
	struct lc_go_process *process;

	for (process = go->processes; process; process = process->hh.next)
		note_process(series, process);
}
