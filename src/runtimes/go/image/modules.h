/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files with Go code that a process has loaded: the program, its plugins, shared libraries.
 * Most processes have one runtime for all of them; each shared library that was built as C's has
 * one of its own.
 */
#ifndef LEAKHOP_RUNTIMES_GO_MODULES_H
#define LEAKHOP_RUNTIMES_GO_MODULES_H

#include "runtimes/go/sched/process.h"

/* All that was found, of all runtimes. */
struct go_modules {
	struct go_module list[GO_MODULES_MAX];
	size_t count;
	const char *version_text;	/* of the first; the images' */
	const struct go_image *foreign; /* built by a compiler with another runtime; NULL */
	char reason[200];		/* why one is not in the list; "" */
};

/*
 * Looks at the files that are mapped. Those that process has already are not searched again. 0 or a
 * negative errno.
 */
int go_modules_find(struct go_images *images, const struct go_process *process,
		    struct go_modules *ret);

/*
 * Gives the process the modules of one runtime: of that one which modules->list[first] belongs to.
 * Each runtime numbers its goroutines for itself, so a process is read as one of them; of another
 * the file is noted.
 */
void go_modules_take(struct go_process *process, const struct go_modules *modules, size_t first);

/* Has its runtime got a module that process does not know? *ret_new: its address. */
bool go_modules_have_grown(const struct go_process *process, uint64_t *ret_new);

#endif
