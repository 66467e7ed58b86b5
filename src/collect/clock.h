/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the scheduler's clock of a CPU (rq_clock_task) to CLOCK_MONOTONIC. That clock lags behind by
 * what interrupts and a hypervisor took from the CPU, more and more, each CPU by another amount.
 * Its steps are noted; a time is converted with the lag that held when it was taken, as far as
 * known. Private to this folder. Bounded: CLOCK_HISTORY notes for each CPU, the older half thinned
 * out when full.
 */
#ifndef LEAKHOP_COLLECT_CLOCK_H
#define LEAKHOP_COLLECT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_HISTORY 1024

struct cpu_clocks;

int cpu_clocks_create(size_t cpus, struct cpu_clocks **ret_clocks);
void cpu_clocks_free(struct cpu_clocks *clocks);

/*
 * From task_clock on (ns of the scheduler's clock of cpu) the lag is offset ns. Notes come in the
 * order of time; one that is not later than the last, and an offset of 0, are ignored.
 */
void cpu_clocks_note(struct cpu_clocks *clocks, size_t cpu, uint64_t task_clock, uint64_t offset);

/*
 * task_clock (ns of the scheduler's clock of cpu) on CLOCK_MONOTONIC; 0 if nothing is known of the
 * CPU.
 */
uint64_t cpu_clocks_convert(const struct cpu_clocks *clocks, size_t cpu, uint64_t task_clock);

#endif
