// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a core was made, on the clock of its process: nothing in it says so. The runtime's notes of
 * since when goroutines wait are of the past, so it was not before the last of these.
 */
#include "runtimes/go/sched/allgs.h"
#include "runtimes/go/sched/goroutine.h"
#include "runtimes/go/sched/process.h"
#include "target/core.h"

#define AT_ONCE 128

static uint64_t waits_since(const struct go_process *process, uint64_t address)
{
	uint8_t bytes[GO_DESCRIPTOR_MAX];
	struct go_descriptor d;

	if (!go_read(process, address, bytes, allgs_size(process)) ||
	    !allgs_is_goroutine(process, address, bytes))
		return 0;
	go_descriptor_read(&process->offsets, bytes, &d);
	return go_descriptor_state(&d) == LC_GO_NONE || d.waitsince > INT64_MAX ? 0 : d.waitsince;
}

uint64_t go_core_time(const struct go_process *process)
{
	uint64_t list, length, addresses[AT_ONCE], at, count, i, since, last = 0;

	if (!target_core_of(process->access) || !go_process_allgs(process, &list, &length))
		return 0;
	for (at = 0; at < length; at += count) {
		count = length - at < AT_ONCE ? length - at : AT_ONCE;
		if (!go_read(process, list + at * 8, addresses, count * 8))
			break;
		for (i = 0; i < count; i++) {
			since = waits_since(process, addresses[i]);
			last = since > last ? since : last;
		}
	}
	return last;
}

uint64_t go_time_here(const struct go_process *process, uint64_t time, uint64_t now)
{
	if (!target_core_of(process->access) || !time)
		return time;
	if (time >= process->core_time || process->core_time - time >= now)
		return time >= process->core_time ? now : 1;
	return now - (process->core_time - time);
}
