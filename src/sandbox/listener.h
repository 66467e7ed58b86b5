/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libdw opens by itself in a worker, the kernel asks the parent (seccomp_unotify(2)): parts of
 * debug data that the compiler wrote to files of their own (.dwo, .dwp). They are opened like debug
 * files, and nothing else is.
 */
#ifndef LEAKHOP_SANDBOX_LISTENER_H
#define LEAKHOP_SANDBOX_LISTENER_H

#include <sys/types.h>

#include "binary/binary.h"

/*
 * Answers one call of a worker that waits for it. number: of the file that the worker is asked
 * about. Whatever goes wrong is a refusal.
 */
void listener_answer(int listener, pid_t worker, const struct binary_debug_files *files,
		     uint64_t number);

#endif
