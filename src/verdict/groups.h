/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What waits, by where it waits and for what, whatever process, host or build it is in: so that two
 * recordings can be compared, and many be put together. Pure.
 *
 * A group's fingerprint is the program's name, the kind of wait, and the functions and modules of
 * its stack, of goroutines also those of the go statement; not addresses, not paths of modules.
 * Where a thread was spawned is not part of it: a run that began later does not know. Lines only
 * tell groups of one fingerprint apart.
 */
#ifndef LEAKHOP_VERDICT_GROUPS_H
#define LEAKHOP_VERDICT_GROUPS_H

#include "verdict/goroutines.h"
#include "verdict/report.h"

/*
 * Where several files are looked at together, a process of file number F has its own number plus
 * verdict_foreign_base(F) in the others: no kernel gives one as large (PID_MAX_LIMIT).
 */
#define VERDICT_FOREIGN (1 << 22)
#define VERDICT_FOREIGN_FILES 500

static inline pid_t verdict_foreign_base(size_t file)
{
	return (pid_t)(file + 1) * VERDICT_FOREIGN;
}

static inline size_t verdict_foreign_file(pid_t pid)
{
	return (size_t)pid / VERDICT_FOREIGN - 1;
}

struct verdict_group {
	uint64_t fingerprint;
	uint64_t lines; /* a hash of them */
	enum verdict verdict;
	const char *rule; /* static */
	const char *wait; /* its kind; static */
	bool goroutines;
	char comm[LC_COMM_LEN]; /* of the process */
	const struct lc_stacks *stacks;
	uint32_t stack, spawn_stack, entry_stack;
	size_t count;
	uint64_t oldest_ns;
	size_t source; /* number of the file that it is of */
	/* The process of another file that its connection leads to; pid 0: none. */
	pid_t peer_pid;
	char peer_comm[LC_COMM_LEN];
};

struct verdict_groups {
	struct verdict_group *list;
	size_t count, capacity;
};

/*
 * Adds one, whose fingerprint and lines are filled in here; what is there of the same source,
 * fingerprint and lines takes it in. Returns 0 or -ENOMEM.
 */
int verdict_groups_add(struct verdict_groups *groups, const struct verdict_group *group);
void verdict_groups_release(struct verdict_groups *groups);

/* Adds what a view has: all that is blocked for its threshold. 0 or -ENOMEM. */
int verdict_groups_take(struct verdict_groups *groups, const struct verdict_records *records,
			const struct lc_stacks *stacks, size_t source);
int verdict_groups_take_goroutines(struct verdict_groups *groups,
				   const struct verdict_goroutine_records *records,
				   const struct lc_stacks *stacks, size_t source);

enum verdict_change {
	CHANGE_NEW,
	CHANGE_GROWN,
	CHANGE_SHRUNK,
	CHANGE_SAME,
	CHANGE_GONE,
	CHANGE_KINDS
};

/* "new", "grown", ... */
const char *verdict_change_name(enum verdict_change change);

struct verdict_difference {
	enum verdict_change change;
	const struct verdict_group *before, *after; /* NULL: there is none */
};

struct verdict_differences {
	struct verdict_difference *list; /* by change, then the worst, then the most */
	size_t count;
	size_t changes[CHANGE_KINDS];
};

/*
 * Holds two against each other; both are sorted by it, and must outlive the result. Returns 0 or
 * -ENOMEM.
 */
int verdict_compare(struct verdict_groups *before, struct verdict_groups *after,
		    struct verdict_differences *ret);
void verdict_differences_release(struct verdict_differences *differences);

/* The same group in many sources. */
struct verdict_union {
	const struct verdict_group **list; /* of each source that has it, the most first */
	size_t sources;
	size_t count; /* all together */
	uint64_t oldest_ns;
	const struct verdict_group *worst; /* stands for all */
};

struct verdict_unions {
	struct verdict_union *list; /* findings first, then what holds the most */
	size_t count;
};

/* Puts groups of all sources together: of one fingerprint, and one rule. 0 or -ENOMEM. */
int verdict_unite(struct verdict_groups *groups, struct verdict_unions *ret);
void verdict_unions_release(struct verdict_unions *unions);

#endif
