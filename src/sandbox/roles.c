// SPDX-License-Identifier: GPL-2.0-only
/* Which worker this program is to be. */
#include <string.h>

#include "sandbox/emulator.h"
#include "sandbox/fetcher.h"
#include "sandbox/spawn.h"
#include "sandbox/reader.h"
#include "sandbox/sandbox.h"
#include "sandbox/worker.h"

int sandbox_work(const char *argument)
{
	if (strcmp(argument, FILES_WORKER) == 0)
		return worker_work(WORKER_SOCKET);
	if (strcmp(argument, FETCHER_WORKER) == 0)
		return fetcher_work(WORKER_SOCKET);
	if (strcmp(argument, READER_WORKER) == 0)
		return reader_work(WORKER_SOCKET);
	if (strcmp(argument, EMULATOR_WORKER) == 0)
		return emulator_work(WORKER_SOCKET);
	return -1;
}
