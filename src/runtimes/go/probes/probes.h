/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions that probes.c looks for in the machine code of Go's own functions. */
#ifndef LEAKHOP_RUNTIMES_GO_PROBES_H
#define LEAKHOP_RUNTIMES_GO_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How far behind a function's entry a probe is best: where arguments are as at the entry, and the
 * kernel need not single-step. 0: at the entry.
 */
size_t go_probe_entry(bool arm64, const uint8_t *code, size_t size);

/* Does a call from here to there stand here? */
bool go_probe_call(bool arm64, const uint8_t *code, size_t size, uint64_t from, uint64_t to);

/* Does a return instruction stand here? */
bool go_probe_return(bool arm64, const uint8_t *code, size_t size);

#endif
