/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for numbers: system calls, states, ends of stacks. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_NAMES_H
#define LEAKHOP_OUTPUT_NAMES_H

#include "output/output.h"

/* "futex", or "syscall 600" in buffer (32 bytes) for one that the build's headers did not know. */
const char *name_syscall(int64_t nr, char *buffer, size_t size);

/* How many of the six argument registers the call uses; 6 if not known. */
unsigned name_syscall_args(int64_t nr);

/* The same of the machine that a run was on. */
const char *name_call(const struct output_run *run, int64_t nr, char *buffer, size_t size);
unsigned name_call_args(const struct output_run *run, int64_t nr);

/* "sleeping", "in uninterruptible sleep", ... of a letter of /proc/PID/stat. */
const char *name_state(char state);

/* "whole", "cut at --max-stack", ... */
const char *name_stack_end(enum lc_stack_end end);

#endif
