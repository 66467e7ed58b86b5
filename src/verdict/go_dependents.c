// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for a goroutine that is stuck: what that has at hand, and no other one that is stuck
 * has. Of a library's goroutine these tell what it is for.
 */
#include "verdict/goroutines.h"

static void add(struct verdict_goroutines *record, const struct lc_goroutine *goroutine)
{
	size_t i;

	for (i = 0; i < record->dependent_count; i++) {
		if (record->dependents[i].goroutine == goroutine) {
			record->dependents[i].count++;
			return;
		}
	}
	if (record->dependent_count < VERDICT_DEPENDENTS)
		record->dependents[record->dependent_count++] =
			(struct verdict_dependents){ goroutine, 1 };
}

/* The worst come first. */
static struct verdict_goroutine_records those_stuck(const struct verdict_goroutine_records *records)
{
	struct verdict_goroutine_records stuck = *records;
	size_t i;

	for (i = 0; i < records->count && records->list[i].conclusion.verdict >= VERDICT_SUSPECT;
	     i++)
		;
	stuck.count = i;
	return stuck;
}

void verdict_find_dependents(const struct lc_go *go, struct verdict_goroutine_records *records)
{
	const struct verdict_goroutine_records stuck = those_stuck(records);
	const struct verdict_goroutines *on, *waits;
	const struct lc_go_releasers *releasers;
	const struct lc_go_process *process;

	for (process = go->processes; process && stuck.count; process = process->hh.next) {
		releasers = NULL;
		while ((releasers = lc_go_next_releasers(process, releasers))) {
			if (releasers->known || releasers->count != 1)
				continue;
			on = verdict_goroutines_find(&stuck, process, releasers->goids[0]);
			waits = on ? verdict_goroutines_find(records, process, releasers->goid)
				   : NULL;
			if (waits && waits != on)
				add(&records->list[on - records->list], waits->goroutine);
		}
	}
}
