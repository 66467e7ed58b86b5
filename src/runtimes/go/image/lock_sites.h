/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the code of a function locks and unlocks: calls of package sync's locks, inlined or not, by
 * their names in the table of functions. And which global variable a piece of code names. Looks at
 * the instructions of a call and of an address only, on amd64 and arm64.
 */
#ifndef LEAKHOP_RUNTIMES_GO_LOCK_SITES_H
#define LEAKHOP_RUNTIMES_GO_LOCK_SITES_H

#include "runtimes/go/image/pclntab.h"

#define GO_LOCK_SITES_MAX 32

enum go_lock_operation {
	GO_LOCK_NONE,
	GO_LOCK_TAKES, /* any of them, for whatever */
	GO_LOCK_UNLOCKS_MUTEX,
	GO_LOCK_UNLOCKS_WRITER, /* RWMutex.Unlock */
	GO_LOCK_UNLOCKS_READER,
};

struct go_lock_site {
	uint64_t at; /* vaddr of its first instruction that was found */
	enum go_lock_operation operation;
	int32_t inlined; /* number of that call in the function; -1: called */
};

struct go_lock_sites {
	size_t count;
	bool complete; /* false: there are more, or the code could not be read */
	bool calls;    /* others than those, and than the runtime */
	struct go_lock_site list[GO_LOCK_SITES_MAX];
};

/* What a function does by its full name, as of package sync. */
enum go_lock_operation go_lock_operation_of(const char *function);

void go_lock_sites_of(const struct go_image *image, const struct go_function *function,
		      struct go_lock_sites *ret);

/* Does the code of the function name this address of the file's memory? */
bool go_code_names(const struct go_image *image, const struct go_function *function,
		   uint64_t vaddr);

#endif
