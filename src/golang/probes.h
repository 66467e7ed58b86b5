/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions that probes.c looks for in the machine code of Go's own functions. */
#ifndef LEAKHOP_GOLANG_PROBES_H
#define LEAKHOP_GOLANG_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far behind a function's entry its check of the stack's size ends; 0: it has none that is known. */
size_t go_probe_entry(bool arm64, const uint8_t *code, size_t size);

/* Does a return instruction stand here? */
bool go_probe_return(bool arm64, const uint8_t *code, size_t size);

#endif
