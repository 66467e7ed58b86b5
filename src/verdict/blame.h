/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which test has started what is left over. Pure.
 *
 * Go: a test runs in a goroutine of its own, testing.tRunner, below which its function is on the
 * stack; and each goroutine notes by which one it was started (1.21 and later). Both are kept while
 * they live, since the test has ended when its goroutine is left over. So a test that no sweep saw
 * is known only where it has the go statement itself. Rust: the stack at a thread's birth.
 */
#ifndef LEAKHOP_VERDICT_BLAME_H
#define LEAKHOP_VERDICT_BLAME_H

#include "model/goroutines.h"

#define BLAME_NAME 200
#define BLAME_GOROUTINES 500000u /* that are kept, of all processes */
#define BLAME_TESTS 16384u

struct blame_link;

struct blame {
	struct blame_link *links; /* uthash */
	char **tests;		  /* each once */
	size_t test_count, test_capacity;
	uint64_t refused; /* goroutines at the bound */
};

/* The test of a function of Go, "TestX" of "pkg.TestX.func1"; false: it is of none. */
bool blame_go_function(const char *function, char test[BLAME_NAME]);

/* The same of Rust: the stack, innermost first, of who started a thread. */
bool blame_rust_stack(const struct lc_stack *stack, char test[BLAME_NAME]);

/*
 * Is the goroutine one that runs a test, whose stack must have names for blame_note()? The stacks
 * of its site must have theirs.
 */
bool blame_runs_test(const struct lc_go_process *process, const struct lc_stacks *stacks,
		     const struct lc_goroutine *goroutine);

/* Keeps all that live of a process, as a sweep has found them. Returns 0 or -ENOMEM. */
int blame_note(struct blame *blame, const struct lc_go_process *process,
	       const struct lc_stacks *stacks);

/*
 * Keeps the test that is on a stack, that of who started a goroutine; false: it has none, or there
 * is no room for it. A goroutine that no sweep has seen alive is not kept, and has no test.
 */
bool blame_note_birth(struct blame *blame, pid_t pid, uint64_t goid, const struct lc_stack *stack);

/* The test of a goroutine, by its ancestors; NULL: not known. */
const char *blame_of(const struct blame *blame, pid_t pid, uint64_t goid);
void blame_release(struct blame *blame);

#endif
