/* SPDX-License-Identifier: GPL-2.0-only */
/* What the emulator's worker answers. Private to this folder, and to its fuzzer. */
#ifndef LEAKHOP_SANDBOX_ANSWER_H
#define LEAKHOP_SANDBOX_ANSWER_H

#include "emulate/emulate.h"
#include "sandbox/wire.h"

/*
 * Takes an answer whose counts and kinds are within their bounds. Returns 0; -ENOTCONN: the worker
 * has no library; -EBADMSG: it is none, and *ret stays as it was.
 */
int answer_take(const struct wire_message *in, struct emulate_outcome *ret);

#endif
