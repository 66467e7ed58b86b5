// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for a goroutine that is stuck: what that has at hand, and no other one that is stuck
 * has. Of a library's goroutine these tell what it is for. They may wait for it by way of others,
 * which are not stuck themselves.
 */
#include "verdict/goroutines.h"

#include <string.h>

#define LINKS_MOST 4

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

/* The member of these that a goroutine waits for, in turn, and for nobody else; 0: none. */
static uint64_t depends_on(const struct verdict_goroutine_records *stuck,
			   const struct lc_go_process *process, uint64_t goid)
{
	const struct lc_go_releasers *releasers;
	unsigned links;

	for (links = 0; links < LINKS_MOST; links++) {
		releasers = lc_go_releasers_of(process, goid);
		if (!releasers || releasers->count != 1)
			return 0;
		goid = releasers->goids[0];
		if (verdict_goroutines_find(stuck, process, goid))
			return goid;
	}
	return 0;
}

static bool is_in_circle(const struct verdict_goroutines *record)
{
	return !strcmp(record->conclusion.rule, "circle") ||
	       !strcmp(record->conclusion.rule, "self");
}

void verdict_find_dependents(const struct lc_go *go, struct verdict_goroutine_records *records)
{
	const struct verdict_goroutine_records stuck = those_stuck(records);
	const struct verdict_goroutines *on, *waits;
	const struct lc_go_releasers *releasers;
	const struct lc_go_process *process;
	uint64_t goid;

	for (process = go->processes; process && stuck.count; process = process->hh.next) {
		releasers = NULL;
		while ((releasers = lc_go_next_releasers(process, releasers))) {
			goid = depends_on(&stuck, process, releasers->goid);
			on = goid ? verdict_goroutines_find(&stuck, process, goid) : NULL;
			waits = on ? verdict_goroutines_find(records, process, releasers->goid)
				   : NULL;
			if (waits && waits != on && !is_in_circle(on))
				add(&records->list[on - records->list], waits->goroutine);
		}
	}
}
