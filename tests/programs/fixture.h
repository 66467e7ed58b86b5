/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fixture: what the test programs have in common.
 *
 * A fixture starts threads that block in places known to the tests. The line of a thread's own
 * function that is on its stack while it blocks ends in a comment, "@block NAME"; the line that
 * starts it in "@spawn NAME". Before it blocks, each thread calls fixture_ready(NAME). With END=n in its environment it
 * ends by itself after n seconds, and says that all went well.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#ifdef __cplusplus
extern "C" {
#endif

/* A frame that the tests look for by its name: never inlined, cloned or merged with its like. */
#ifdef __clang__
#define FRAME __attribute__((noinline, used))
#else
#define FRAME __attribute__((noinline, noclone, noipa, used))
#endif

/*
 * Prints "READY tid name time pid": the caller is about to block. The time is ns of
 * CLOCK_MONOTONIC, read just before.
 */
void fixture_ready(const char *name);

/* Prints "SKIP name reason": this host has no such thing. */
void fixture_skip(const char *name, const char *reason);

/* Prints "OWNS kind id": a SysV object that outlives us, to be removed with ipcrm -KIND ID. */
void fixture_owns(char kind, int id);

/*
 * Ends the process: a wait without end has ended. Called after each such wait; it also keeps the
 * wait from becoming a tail call, which would take its function off the stack.
 */
void fixture_came_back(const char *name) __attribute__((cold, noreturn));

/* Ends the process with errno's message if result is -1 or !ok. */
int fixture_try(int result, const char *what);

/*
 * Is this thread wanted? The program's arguments name the threads to start, all if there are none.
 * Call fixture_init first.
 */
void fixture_init(int argc, char **argv);
int fixture_wants(const char *name);

/* Waits for a signal, for ever; the main thread's usual end. */
void fixture_pause(void);

/* A main of programs with a fault of several: PROGRAM FAULT [well]; well is set for the healthy twin. */
struct fixture_fault {
	const char *name; /* NULL: the end of the list */
	void (*make)(void);
};

int fixture_main(int argc, char **argv, const struct fixture_fault *faults, int *well);

#ifdef __cplusplus
}
#endif
#endif
