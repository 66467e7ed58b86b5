/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goroutines, judged by the group: those of one go statement that stand at one place for one kind
 * of reason. Pure. Rules: docs/verdicts.md, "Goroutines".
 */
#ifndef LEAKHOP_VERDICT_GOROUTINES_H
#define LEAKHOP_VERDICT_GOROUTINES_H

#include "model/goroutines.h"
#include "verdict/trend.h"
#include "verdict/rules/rules.h"

#define VERDICT_GOIDS 10000 /* that a record lists */
#define VERDICT_LABELS 4
#define VERDICT_DEPENDENTS 6
#define VERDICT_AGES 7
/*
 * Less than this a lock may be held in health and not change hands, and a channel or pipe have
 * nobody who takes.
 */
#define VERDICT_LOCK_HELD_NS 5000000000ull

/* Upper bounds of the classes of age, ns; the last has none. */
extern const uint64_t verdict_age_bounds[VERDICT_AGES - 1];

struct verdict_label {
	char text[120];
	size_t count;
};

/* Of another group those that wait for what members of this one have at hand. */
struct verdict_dependents {
	const struct lc_goroutine *goroutine; /* stands for the group */
	size_t count;
};

struct verdict_goroutines {
	struct conclusion conclusion;
	const struct lc_go_process *process;
	const struct lc_goroutine *goroutine; /* stands for all: the longest there */
	const struct lc_go_site *site;
	const struct lc_thread *thread;	       /* in whose call it is; NULL: none, or not known */
	const struct lc_go_wait *wait;	       /* of that one; NULL: not read */
	const struct lc_go_retained *retained; /* what only they hold; NULL: not asked */
	uint32_t node;			       /* of one of them, in the view's graph; GRAPH_NONE */
	bool remedy_at_spawn;  /* what is to be mended is the go statement, not the place */
	bool remedy_at_caller; /* it is the program's call of what they stand in */
	bool whole_site;       /* wherever they are: all from one go statement */
	uint64_t *goids;       /* rising; up to VERDICT_GOIDS */
	size_t goid_count, count;
	size_t due;		   /* of them, have stood for the threshold */
	size_t orphans;		   /* whose parent has ended */
	size_t asked, unreachable; /* LC_GO_ASKED, LC_GO_UNREACHABLE */
	size_t unasked;		   /* that only the program could wake, and were not asked */
	size_t others;		   /* the same place and go statement, but something reaches them */
	size_t apart;		   /* the same, but nothing does: they are a record of their own */
	size_t leaked;		   /* LC_GO_LEAKED */
	size_t awaited, timed;	   /* LC_GO_AWAITED, LC_GO_AWAITED_FOR_A_TIME */
	size_t forgotten;	   /* LC_GO_BODY_FORGOTTEN */
	size_t unmoved;		   /* stand where they were first seen: this is their first wait */
	bool ends;		   /* its members end by themselves, and it grows no further then */
	size_t contended;	   /* whose lock has changed hands of late */
	uint64_t unserved_ns;	   /* the longest that one of the others has stood */
	bool shares_object;	   /* more than one, and all wait for one object */
	uint64_t oldest_ns, youngest_ns; /* how long they have stood; the oldest at least so long */
	size_t ages[VERDICT_AGES];	 /* how many of each class */
	uint64_t since;			 /* of the oldest */
	bool at_least;			 /* it stood there before the first sweep */
	uint64_t stack_bytes;
	bool has_trend, has_site_trend;
	struct trend trend, site_trend;
	struct verdict_dependents dependents[VERDICT_DEPENDENTS]; /* of findings and suspects */
	size_t dependent_count;
	struct verdict_label labels[VERDICT_LABELS]; /* filled by the caller, who can look */
	size_t label_count;
	bool has_exact; /* the same: what probes have seen of goroutine */
	struct lc_go_exact exact;
	uint32_t ready_stack; /* of who readied it last; 0 */
	/*
	 * Of one of them: where its parent stood when that started it, and where whoever had
	 * started the parent stood; 0. Without probes: where the parent stands now, if it lives.
	 */
	uint32_t birth_stack, parents_birth_stack, parent_stack;
};

/* A process whose timers only grow in number. */
struct verdict_timers {
	struct conclusion conclusion;
	const struct lc_go_process *process;
	struct trend trend;
};

struct verdict_goroutine_records {
	struct verdict_timers *timers;
	size_t timer_count;
	struct verdict_goroutines *list; /* the worst first, then the greatest */
	size_t count;
	size_t goroutines;
};

struct verdict_view;

/*
 * Makes and judges the groups. The view, whose graph tells of circles, may be NULL. What they wait
 * for is as far as lc_go_set_wait() was called. Returns 0 or -ENOMEM.
 */
int verdict_goroutines_make(const struct lc_snapshot *snapshot, const struct verdict_view *view,
			    struct verdict_goroutine_records *records);

/*
 * Gives those in a call their thread, and its verdict where that is worse. The view must outlive
 * the records.
 */
void verdict_goroutines_join(const struct verdict_view *view,
			     struct verdict_goroutine_records *records);
/* The first group that has this goroutine of the process; NULL: none. */
const struct verdict_goroutines *verdict_goroutines_find(
	const struct verdict_goroutine_records *records, const struct lc_go_process *process,
	uint64_t goid);
void verdict_goroutines_release(struct verdict_goroutine_records *records);

/* go_dependents.c: who waits for what members of findings and suspects have at hand. */
void verdict_find_dependents(const struct lc_go *go, struct verdict_goroutine_records *records);

/* go_rules.c: judges one group. connections: by how much the process's network waits have grown. */
struct go_surroundings {
	const struct verdict_view *view; /* may be NULL */
	uint64_t now, threshold_ns;
	uint64_t new_connections;
	bool once; /* a dump */
};

void verdict_goroutines_judge(struct verdict_goroutines *group,
			      const struct go_surroundings *surroundings);

/* Returns whether there is something to tell. */
bool verdict_timers_judge(struct verdict_timers *timers,
			  const struct go_surroundings *surroundings);

/*
 * The same as verdict_goroutines_judge(), of a group whose site as a whole rises while no group of
 * it is a finding.
 */
void verdict_goroutines_judge_site(struct verdict_goroutines *group,
				   const struct go_surroundings *surroundings);

#endif
