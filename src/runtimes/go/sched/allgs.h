/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runtime.allgs, the list of all goroutines, found by what it looks like: a slice in the zeroed
 * data whose elements all are goroutine descriptors. That also proves the table of offsets for this
 * program.
 */
#ifndef LEAKHOP_RUNTIMES_GO_ALLGS_H
#define LEAKHOP_RUNTIMES_GO_ALLGS_H

#include "runtimes/go/sched/process.h"

/* Sets process->allgs. Returns 0, -ENOENT, -ENOMEM. */
int allgs_find(struct go_process *process);

/* Whether a descriptor's bytes are one: see go_process's offsets. */
bool allgs_is_goroutine(const struct go_process *process, uint64_t address, const uint8_t *bytes);

/* How many bytes of a descriptor are read: up to the last field of use. */
size_t allgs_size(const struct go_process *process);

/*
 * A descriptor takes memory, dead or alive: a list of more of them than the process has room for
 * lies, and reading it would take minutes.
 */
bool allgs_is_believable(const struct go_process *process);

#endif
