/* SPDX-License-Identifier: GPL-2.0-only */
/* Is there a Go runtime in a process? What is found becomes a struct go_process. */
#ifndef LEAKHOP_RUNTIMES_GO_OPEN_H
#define LEAKHOP_RUNTIMES_GO_OPEN_H

#include "runtimes/go/sched/process.h"

/*
 * Looks whether there is Go in a process. Returns 0 and *ret_process; -ENOENT if not; -ENOTSUP if
 * there is, and it can't be read: why is in reason, and version_text is set; -ESRCH, -EPERM,
 * -ENOMEM.
 */
int go_process_open(struct go_images *images, pid_t pid, uint64_t now,
		    struct go_process **ret_process, char version_text[64], char reason[200]);

/* Looks whether it has loaded more Go since: a plugin at once, other runtimes from time to time. */
void go_process_refresh(struct go_images *images, struct go_process *process, uint64_t now);
void go_process_free(struct go_process *process);

#endif
