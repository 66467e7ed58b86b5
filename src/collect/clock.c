// SPDX-License-Identifier: GPL-2.0-only
/* The history of each CPU's clock lag: see clock.h. */
#include "collect/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct note {
	uint64_t task_clock;
	uint64_t offset;
};

struct history {
	struct note notes[CLOCK_HISTORY]; /* task_clock rises */
	size_t count;
};

struct cpu_clocks {
	size_t cpus;
	struct history *histories[];
};

int cpu_clocks_create(size_t cpus, struct cpu_clocks **ret_clocks)
{
	struct cpu_clocks *clocks = calloc(1,
					   sizeof(*clocks) + cpus * sizeof(clocks->histories[0]));

	if (!clocks)
		return -ENOMEM;
	clocks->cpus = cpus;
	*ret_clocks = clocks;
	return 0;
}

void cpu_clocks_free(struct cpu_clocks *clocks)
{
	size_t i;

	if (!clocks)
		return;
	for (i = 0; i < clocks->cpus; i++)
		free(clocks->histories[i]);
	free(clocks);
}

/* Drops every second note of the older half. */
static void thin_out(struct history *history)
{
	size_t half = history->count / 2, from, to = 0;

	for (from = 0; from < history->count; from++) {
		if (from < half && from % 2)
			continue;
		history->notes[to++] = history->notes[from];
	}
	history->count = to;
}

void cpu_clocks_note(struct cpu_clocks *clocks, size_t cpu, uint64_t task_clock, uint64_t offset)
{
	struct history *history;
	struct note *last;

	if (cpu >= clocks->cpus || !offset)
		return;
	if (!clocks->histories[cpu])
		clocks->histories[cpu] = calloc(1, sizeof(struct history));
	history = clocks->histories[cpu];
	if (!history)
		return;
	last = history->count ? &history->notes[history->count - 1] : NULL;
	if (last && (task_clock <= last->task_clock || offset == last->offset))
		return;
	if (history->count == CLOCK_HISTORY)
		thin_out(history);
	history->notes[history->count++] = (struct note){ task_clock, offset };
}

uint64_t cpu_clocks_convert(const struct cpu_clocks *clocks, size_t cpu, uint64_t task_clock)
{
	const struct history *history = cpu < clocks->cpus ? clocks->histories[cpu] : NULL;
	size_t low = 0, high, middle;

	if (!history || !history->count)
		return 0;
	/* The last note that is not later. Before the first one nothing is known but that. */
	high = history->count;
	while (low < high) {
		middle = (low + high) / 2;
		if (history->notes[middle].task_clock <= task_clock)
			low = middle + 1;
		else
			high = middle;
	}
	return task_clock + history->notes[low ? low - 1 : 0].offset;
}
