/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of a language's runtime whose meaning is known: where its program is run forward, they
 * are not run, but answered. Who knows the runtime lists them, who runs the program goes by them.
 */
#ifndef LEAKHOP_MODEL_KNOWN_CALLS_H
#define LEAKHOP_MODEL_KNOWN_CALLS_H

#include <stdint.h>

#define LC_KNOWN_CALLS 56

/*
 * Memory that the process has not (whoever asks makes sure of that), zeroed and the run's own: for
 * what the runtime would keep of the thread that runs it, and behind it for what is allocated.
 */
#define LC_SCRATCH 0x300000000000
#define LC_SCRATCH_FREE (LC_SCRATCH + 0x2000)
#define LC_SCRATCH_END (LC_SCRATCH + 0x100000)

enum lc_call_meaning {
	LC_CALL_RETURNS,    /* at once, with its results */
	LC_CALL_TELLS_TIME, /* the same; another time its results would be others */
	LC_CALL_MAKES_UP,   /* the same: a wait that ends; what comes behind it is not certain */
	LC_CALL_TAKES,	    /* returns, and has the lock whose word its first argument points to */
	LC_CALL_ALLOCATES,  /* as many bytes as its first argument says, zeroed */
	LC_CALL_MAKES_ONE,  /* as many as the word says that its first argument points to */
	LC_CALL_CALLS,	    /* the closure that is its argument on the stack */
	LC_CALL_FINISHES,   /* what is run */
	LC_CALL_STOPS,	    /* what comes then is not known */
	LC_CALL_LAST = LC_CALL_STOPS
};

struct lc_known_call {
	uint64_t address; /* of the function's first instruction */
	uint64_t result[2];
	uint32_t meaning; /* enum lc_call_meaning */
	uint32_t pad;
};

#endif
