/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that runs threads of others forward (emulate/emulate.h). It may make memory that can
 * be executed, which the other workers may not, and is begun only when something is first asked.
 */
#ifndef LEAKHOP_SANDBOX_EMULATOR_H
#define LEAKHOP_SANDBOX_EMULATOR_H

#include "emulate/emulate.h"

/* What the process does: returns an exit code. */
int emulator_work(int socket);

/* In flags of a page: the program may write to it. */
#define WIRE_WRITABLE 1

/* Pages that are sent with a question, behind it, since they will be asked for. */
#define EMULATOR_PAGES_AHEAD 12

struct emulator_page {
	uint64_t address;
	uint64_t flags;
	uint8_t bytes[EMULATE_PAGE];
};

#endif
