// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a stack's innermost functions tell of a wait that the runtime names too broadly: up to
 * Go 1.19 all locks are "semacquire", up to 1.23 a WaitGroup is; a cgo call is a system call to it.
 * Only functions of the runtime and of sync are looked at. Asked once for each stack.
 */
#include "runtimes/go/image/pclntab.h"
#include "runtimes/go/private.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_ASKED 8
#define ROOM_STEP 4096

static const struct {
	const char *function;
	enum lc_go_kind kind;
} tells[] = {
	{ "sync.(*Mutex).", LC_GO_MUTEX },
	{ "internal/sync.(*Mutex).", LC_GO_MUTEX },
	{ "sync.(*RWMutex).RLock", LC_GO_RWMUTEX_READ },
	{ "sync.(*RWMutex).Lock", LC_GO_RWMUTEX_WRITE },
	{ "sync.(*WaitGroup).Wait", LC_GO_WAITGROUP },
	{ "runtime.cgocall", LC_GO_IN_CGO },
	{ "os/signal.signal_recv", LC_GO_RUNTIME },
};

static enum lc_go_kind tell(const char *function)
{
	size_t i;

	/* A writer of an RWMutex first takes its Mutex: the outer function tells. */
	for (i = 0; i < sizeof(tells) / sizeof(tells[0]); i++) {
		if (!strncmp(function, tells[i].function, strlen(tells[i].function)))
			return tells[i].kind;
	}
	return LC_GO_NO_WAIT;
}

static enum lc_go_kind by_functions(const struct go_process *process, const struct go_walk *walk)
{
	struct go_call calls[GO_INLINED_MAX];
	const struct go_module *module;
	enum lc_go_kind found = LC_GO_NO_WAIT, kind;
	size_t i, j, count;

	for (i = 0; i < walk->count && i < FRAMES_ASKED; i++) {
		module = go_process_module(process, walk->frames[i].address);
		count = module ? pclntab_calls(module->image, walk->frames[i].vaddr,
					       walk->frames[i].interrupted, calls)
			       : 0;
		for (j = 0; j < count; j++) {
			kind = tell(calls[j].function);
			if (kind == LC_GO_NO_WAIT && found != LC_GO_NO_WAIT)
				return found;
			if (kind != LC_GO_NO_WAIT)
				found = kind;
		}
	}
	return found;
}

enum lc_go_kind go_kind_by_stack(struct golang *golang, const struct go_process *process,
				 const struct go_walk *walk, uint32_t stack)
{
	uint8_t *grown;

	if (stack >= golang->kinds_capacity) {
		grown = realloc(golang->kinds, stack + ROOM_STEP);
		if (!grown)
			return LC_GO_NO_WAIT;
		memset(grown + golang->kinds_capacity, 0,
		       stack + ROOM_STEP - golang->kinds_capacity);
		golang->kinds = grown;
		golang->kinds_capacity = stack + ROOM_STEP;
	}
	if (!golang->kinds[stack])
		golang->kinds[stack] = 1 + by_functions(process, walk);
	return golang->kinds[stack] - 1;
}
