/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debug files from the debuginfod servers that the user's environment names (DEBUGINFOD_URLS), by
 * elfutils' client library, in a process of its own: it keeps the network and the user's cache, and
 * has no capabilities. All that a run waits for it is bounded.
 */
#ifndef LEAKHOP_SANDBOX_FETCHER_H
#define LEAKHOP_SANDBOX_FETCHER_H

#include "binary/binary.h"
#include "sandbox/process.h"

struct wire_message;

struct fetcher {
	struct worker_process process;
	uint64_t left; /* ns that may still be waited */
	bool given_up;
};

void fetcher_begin(struct fetcher *fetcher);
void fetcher_end(struct fetcher *fetcher);

/*
 * Fetches the debug file with a build-id. in is room for the answer. Returns 0 and a descriptor;
 * -ENOENT: nobody has it, or no server is named; -ETIME once, when the time is used up.
 */
int fetcher_get(struct fetcher *fetcher, const uint8_t *build_id, size_t size,
		struct wire_message *in, int *ret_fd);

/* What the process does: returns an exit code. */
int fetcher_work(int socket);

#endif
