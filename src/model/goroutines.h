/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The goroutines of Go processes, as sweeps saw them: a plain data structure without I/O.
 *
 * A goroutine is (process, goid); it is kept at the place that its descriptor has in the runtime's
 * list of all, where places are never given up, only used again. Small, because there may be a
 * million. Where it started is a site, shared by all from one go statement. Bounded: at the bound
 * goroutines, sites or processes are refused and counted. Times: ns of CLOCK_MONOTONIC, 0 = not
 * known.
 */
#ifndef LEAKHOP_MODEL_GOROUTINES_H
#define LEAKHOP_MODEL_GOROUTINES_H

#include "model/go_events.h"
#include "model/stacks.h"
#include "model/types.h"
#include "model/wait.h"

#include <uthash.h>

#define LC_GO_PROCESSES_MAX 4096
#define LC_GO_MAX 4000000u /* goroutines of a process */
#define LC_GO_SITES_MAX 16384u
#define LC_GO_CASES 8
#define LC_GO_TIMER_LASTS_NS 600000000000ull /* ten minutes */
#define LC_GO_RELEASERS 8
#define LC_GO_LINKS 12
#define LC_GO_RETAINED_TYPES 6
#define LC_GO_RETAINED_MAX 1024u  /* groups of a process of which that is kept */
#define LC_GO_PATHS_MAX 1024u	  /* goroutines of a process whose paths are kept */
#define LC_GO_RELEASERS_MAX 8192u /* goroutines of a process whose releasers are kept */

enum lc_go_state {
	LC_GO_NONE, /* no goroutine at this place */
	LC_GO_RUNNABLE,
	LC_GO_RUNNING,
	LC_GO_SYSCALL, /* also in cgo */
	LC_GO_WAITING,
	LC_GO_PREEMPTED,
	LC_GO_LEAKED, /* the program's own leak profile has said so (1.26 and later) */
};

enum lc_go_kind {
	LC_GO_NO_WAIT,
	LC_GO_CHAN_RECEIVE,
	LC_GO_CHAN_SEND,
	LC_GO_NIL_RECEIVE,
	LC_GO_NIL_SEND,
	LC_GO_SELECT,
	LC_GO_SELECT_EMPTY,
	LC_GO_MUTEX,
	LC_GO_RWMUTEX_READ,
	LC_GO_RWMUTEX_WRITE,
	LC_GO_WAITGROUP,
	LC_GO_COND,
	LC_GO_SEMAPHORE, /* another use of the runtime's semaphores */
	LC_GO_COROUTINE, /* iter.Pull */
	LC_GO_SYNCTEST,
	LC_GO_NETWORK,
	LC_GO_SLEEP,
	LC_GO_IN_SYSCALL,
	LC_GO_IN_CGO,
	LC_GO_RUNTIME, /* the runtime's own */
	LC_GO_KIND_COUNT
};

/* The report's headings. */
enum lc_go_family {
	LC_GO_FAMILY_NONE,
	LC_GO_FAMILY_CHANNEL,  /* forgotten channel */
	LC_GO_FAMILY_SYNC,     /* synchronisation that never comes */
	LC_GO_FAMILY_EXTERNAL, /* external wait */
};

/* lc_goroutine.flags */
#define LC_GO_STACK_TRIED (1u << 0) /* taken, or it could not be: not again for this wait */
#define LC_GO_UNREACHABLE (1u << 1) /* nothing alive has a pointer to what it waits for */
#define LC_GO_PARENT_ENDED (1u << 2)
#define LC_GO_ASKED (1u << 3)	    /* whether it is reachable */
#define LC_GO_EXACT_SINCE (1u << 4) /* waits_since is the moment, seen by a probe */
#define LC_GO_EXACT_BIRTH (1u << 5) /* first_seen_at is its birth, seen by a probe */
/*
 * It reads from a connection, and somebody in the program's own code waits for what only that could
 * give: for as long as it takes, or all of them with a time-out.
 */
#define LC_GO_AWAITED (1u << 6)
#define LC_GO_AWAITED_FOR_A_TIME (1u << 7)
#define LC_GO_LABELLED (1u << 8) /* it had labels when it was swept */
/*
 * It waits until the body of an answer of HTTP is read to its end or closed, and nothing that lives
 * has that body but the goroutines of such connections.
 */
#define LC_GO_BODY_FORGOTTEN (1u << 9)

struct lc_goroutine {
	uint64_t goid;	      /* 0: unused place */
	uint64_t address;     /* of its descriptor, the runtime's g */
	uint64_t parent_goid; /* 0: not known (before 1.21) */
	uint64_t first_seen_at;
	uint64_t still_since; /* the first sweep that saw it as it stands */
	uint64_t waits_since; /* the runtime's own note: not later than this; 0: none */
	uint64_t object;      /* address of what it waits for: channel, semaphore word, timer */
	uint32_t site;
	uint32_t stack; /* 0: not taken */
	uint32_t group; /* of lc_series; 0: none */
	uint32_t sweep; /* number of the last one that saw it */
	uint32_t stack_bytes;
	uint32_t reported;
	pid_t tid; /* of the thread that runs it or waits for it in a system call; 0 */
	uint16_t flags;
	uint8_t state;	  /* enum lc_go_state */
	uint8_t kind;	  /* enum lc_go_kind */
	uint8_t raw_kind; /* before the stack told more */
	uint8_t reason;	  /* the runtime's number */
	uint8_t tracking_seq;
	bool locked; /* to its thread */
};

/* Where goroutines start: a go statement and the function it calls. */
enum lc_go_system {
	LC_GO_OF_PROGRAM,
	LC_GO_OF_RUNTIME,
	LC_GO_CALLS_BACK, /* the runtime's own, but for when it calls a finalizer or cleanup */
	LC_GO_SYSTEM_LAST = LC_GO_CALLS_BACK
};

struct lc_go_site {
	uint32_t spawn_stack; /* one frame: the go statement; 0: none (goroutine 1) */
	uint32_t entry_stack; /* one frame: the function */
	uint8_t system;	      /* enum lc_go_system */
	uint64_t living;
	uint64_t born, ended; /* since the second sweep; with events: all since these began */
};

/* A channel, as it was read. */
struct lc_go_channel {
	uint64_t address; /* 0: nil */
	uint64_t length, capacity;
	uint32_t receivers, senders; /* that wait on it, counted up to a bound */
	bool send;		     /* of this case: it sends */
	bool closed, timer;
	bool tokens;	/* its elements have no size: what counts is that they come, or that it is
			   closed */
	bool context;	/* it is the Done of one */
	uint64_t until; /* when that timer ends the wait for good; 0: it fires again and again, or
			   there is none */
};

/* What has a number of slots, all of which are in use. */
enum lc_go_pool_kind {
	LC_GO_POOL_NONE,
	LC_GO_POOL_CHANNEL,	/* a full channel of tokens */
	LC_GO_POOL_SEMAPHORE,	/* golang.org/x/sync/semaphore; slots are weights */
	LC_GO_POOL_CONNECTIONS, /* of database/sql */
	LC_GO_POOL_KIND_COUNT
};

struct lc_go_pool {
	enum lc_go_pool_kind kind;
	uint64_t used, size;
	uint64_t waiters; /* of a channel: counted up to a bound */
};

/* What one goroutine waits for, in full. Read for those that stand for a group. */
struct lc_go_wait {
	uint64_t goid;
	const char *reason;   /* the runtime's words; static */
	uint64_t bubble_root; /* goid of the root of its bubble of testing/synctest; 0: in none */
	uint32_t case_count, case_total; /* select; 1 for a send or receive */
	struct lc_go_channel cases[LC_GO_CASES];
	/* locks; WAITGROUP; COND */
	uint64_t address; /* of the Mutex, RWMutex, WaitGroup, Cond; 0: not known */
	bool locked, starving;
	int32_t readers; /* RWMutex: that hold it */
	bool writer;	 /* RWMutex: one holds it or is next */
	int32_t counter; /* WaitGroup */
	uint32_t waiters;
	struct lc_go_pool pool;
	/* sleep, timers, deadlines */
	uint64_t until; /* when it ends by itself; 0: never, or not known */
	/* network */
	int32_t fd; /* -1 */
	bool writes;
	bool has_deadline;
	bool has_socket; /* socket holds both ends */
	struct lc_wait socket;
};

/*
 * Who could end a goroutine's wait: the goroutines that have what it waits for, but for those that
 * wait for the same. Of a lock those that have it on their stack, one of which is likely its
 * holder; of all else also those that have it by way of the heap.
 */
struct lc_go_releasers {
	uint64_t goid; /* who waits */
	uint64_t goids[LC_GO_RELEASERS];
	uint32_t count; /* in goids */
	uint32_t total;
	bool known; /* there are no others */
};

/*
 * Why what a goroutine waits for lives: from something that always lives, each link leading to the
 * next one, to what it waits for. "main.registry (global)", "*main.Session", "chan int".
 */
struct lc_go_path {
	uint64_t goid;
	uint32_t count;	   /* in links */
	uint32_t left_out; /* between the first half of them and the second */
	char links[LC_GO_LINKS][96];
};

/* Objects of one type, or of one size. */
struct lc_go_retained_type {
	char name[80];	/* "main.Session"; "" where the type is not known */
	uint64_t size;	/* of one, as the heap has it; 0: of a type that is known */
	bool pointers;	/* it may have some */
	uint64_t count; /* objects */
	uint64_t bytes;
};

/*
 * What goroutines of one group hold and nothing else does: of those that nothing can wake, or of
 * those of the group that something can.
 */
struct lc_go_retained {
	uint64_t goid; /* the lowest of them */
	uint64_t goroutines;
	uint64_t stack_bytes, heap_bytes, objects;
	uint64_t shared_bytes; /* that groups that were asked about hold together, and nothing else
				*/
	uint32_t count;	       /* in types */
	struct lc_go_retained_type types[LC_GO_RETAINED_TYPES]; /* the largest first */
};

/*
 * How often a lock changed hands, as far as sweeps saw it: once for each that had waited for it and
 * went on.
 */
struct lc_go_served {
	uint64_t count;
	uint64_t first_at, last_at; /* seen */
};

/*
 * How the last search for what nothing reaches any more went. But for the first two nothing is
 * known by it.
 */
enum lc_go_search {
	LC_GO_SEARCH_NONE, /* not asked for */
	LC_GO_SEARCH_DONE,
	LC_GO_SEARCH_TIME,	 /* it was not done in time */
	LC_GO_SEARCH_SIZE,	 /* more than is searched */
	LC_GO_SEARCH_UNREADABLE, /* something could not be read */
	LC_GO_SEARCH_UNKNOWN, /* the heap was not found, or its layout or a module is not known */
	LC_GO_SEARCH_SKIPPED, /* others took the time */
	LC_GO_SEARCH_STOOD,   /* who runs got no CPU while it went on */
};

/* What is known of a process as Go's. */
struct lc_go_process {
	UT_hash_handle hh;
	pid_t pid;
	uint64_t start_time;
	char comm[LC_COMM_LEN];
	char version[64];	   /* "go1.26.8" */
	char unsupported[200];	   /* why nothing can be read; "" */
	char other_runtime[200];   /* file of a second Go runtime, which is not read; "" */
	bool links_c;		   /* code in C may have begun threads of its own */
	struct lc_goroutine *list; /* by place */
	size_t count;		   /* places */
	size_t capacity;
	size_t living;
	struct lc_go_site *sites; /* by number */
	size_t site_count, site_capacity;
	struct lc_go_site_index *site_index;
	struct lc_go_wait_slot *waits;
	struct lc_go_releasers_slot *releasers;
	struct lc_go_path_slot *paths;
	struct lc_go_retained_slot *retained;
	struct lc_go_lock_slot *locks;
	struct lc_go_held_slot *held;
	uint32_t *by_goid; /* open hash of places + 1; of the last sweep */
	size_t by_goid_mask;
	uint32_t *on_threads; /* places of those that have a thread */
	size_t on_thread_count, on_thread_capacity;
	uint32_t sweep;
	uint64_t first_sweep_at, last_sweep_at;
	uint64_t greatest_goid, first_greatest_goid; /* goids rise: how many were ever made */
	uint64_t refused;			     /* at a bound */
	uint64_t timers;			     /* in the runtime's heaps */
	uint64_t timers_lasting; /* that fire again and again, or not before LC_GO_TIMER_LASTS_NS */
	uint64_t timers_end_ns; /* from the sweep to when the last of them fires; 0: most fire again
				   and again */
	bool timers_known, timers_reported;
	char timer_function[64];	       /* that most of some of them call */
	uint64_t heap_bytes, first_heap_bytes; /* in use; 0: not known */
	enum lc_go_search search;
	struct lc_go_events *events; /* NULL: no probes */
	bool events_refused;
};

struct lc_go {
	struct lc_go_process *processes; /* uthash, by pid */
	size_t count;
	uint64_t refused;
};

/* What a sweep saw of one goroutine. */
struct lc_go_sample {
	uint64_t goid, address, parent_goid, waits_since;
	uint64_t spawn_pc, entry_pc; /* as in the process: the site's identity */
	uint32_t stack_bytes;
	pid_t tid;
	uint8_t state, kind, reason, tracking_seq;
	bool locked;
};

/*
 * The process, made when new; another process with that pid (by start_time) takes the old one's
 * place. NULL: at the bound, or no memory.
 */
struct lc_go_process *lc_go_get(struct lc_go *go, pid_t pid, uint64_t start_time);
struct lc_go_process *lc_go_find(const struct lc_go *go, pid_t pid);
void lc_go_forget(struct lc_go *go, struct lc_go_process *process);
void lc_go_release(struct lc_go *go);

/* Between these two each goroutine is given to lc_go_note(); what was not has ended. */
void lc_go_begin_sweep(struct lc_go_process *process, uint64_t now);
void lc_go_end_sweep(struct lc_go_process *process);

/*
 * Takes in a sample for a place. *ret_new_site: the site is new, and its stacks are to be filled
 * in. Returns the goroutine, valid until the next call, or NULL at a bound or without memory.
 */
struct lc_goroutine *lc_go_note(struct lc_go_process *process, size_t place,
				const struct lc_go_sample *sample, uint64_t now,
				bool *ret_new_site);

/* A site, made when new; NULL: at the bound, or no memory. */
struct lc_go_site *lc_go_site_at(struct lc_go_process *process, uint64_t spawn_pc,
				 uint64_t entry_pc, bool *ret_new);

/*
 * go_events.c: exact events, from the moment that probes are in the process. Counts of a site take
 * the place of what sweeps see (NULL: no events, or no memory); an exact time is taken only where
 * it is that of what the sweep at sweep_at saw.
 */
int lc_go_begin_events(struct lc_go_process *process, uint64_t now);
struct lc_go_site *lc_go_count_site(struct lc_go_process *process,
				    const struct lc_go_site_count *count, bool *ret_new);
void lc_go_apply_exact(struct lc_goroutine *goroutine, const struct lc_go_exact *exact,
		       uint64_t sweep_at);
void lc_go_keep_block(struct lc_go_process *process, const struct lc_go_block *block);

/* The living goroutine of a goid, or NULL. After lc_go_end_sweep(). */
struct lc_goroutine *lc_go_by_goid(const struct lc_go_process *process, uint64_t goid);

/* The goroutine that a thread runs, or is in a call for; NULL. After lc_go_end_sweep(). */
const struct lc_goroutine *lc_go_by_thread(const struct lc_go_process *process, pid_t tid);

/*
 * Keeps (a copy of) what a goroutine waits for until the next sweep. Returns 0 or -ENOMEM.
 * lc_go_next_wait() gives all, the first after NULL.
 */
int lc_go_set_wait(struct lc_go_process *process, const struct lc_go_wait *wait);
const struct lc_go_wait *lc_go_wait_of(const struct lc_go_process *process, uint64_t goid);
const struct lc_go_wait *lc_go_next_wait(const struct lc_go_process *process,
					 const struct lc_go_wait *before);

/*
 * Keeps (a copy of) who could end a goroutine's wait, as long as it stands. Returns 0, -ENOSPC at
 * the bound, or -ENOMEM. lc_go_releasers_of(): NULL, not asked since it last ran.
 * lc_go_next_releasers() gives all, the first after NULL.
 */
int lc_go_set_releasers(struct lc_go_process *process, const struct lc_go_releasers *releasers);
const struct lc_go_releasers *lc_go_releasers_of(const struct lc_go_process *process,
						 uint64_t goid);
const struct lc_go_releasers *lc_go_next_releasers(const struct lc_go_process *process,
						   const struct lc_go_releasers *before);

/* The same of how what it waits for is reached, at LC_GO_PATHS_MAX. */
int lc_go_set_path(struct lc_go_process *process, const struct lc_go_path *path);
const struct lc_go_path *lc_go_path_of(const struct lc_go_process *process, uint64_t goid);
const struct lc_go_path *lc_go_next_path(const struct lc_go_process *process,
					 const struct lc_go_path *before);

/* The same of what goroutines hold, by the lowest of them; at LC_GO_RETAINED_MAX. */
int lc_go_set_retained(struct lc_go_process *process, const struct lc_go_retained *retained);
const struct lc_go_retained *lc_go_retained_of(const struct lc_go_process *process, uint64_t goid);
const struct lc_go_retained *lc_go_next_retained(const struct lc_go_process *process,
						 const struct lc_go_retained *before);

/*
 * Of the lock that a goroutine waits for; NULL: it waits for none, or nobody was seen to be let in.
 */
const struct lc_go_served *lc_go_served_of(const struct lc_go_process *process,
					   const struct lc_goroutine *goroutine);

/*
 * Why nothing is known by the last search, as the end of a sentence; NULL: it was done, or not
 * asked for. And how many goroutines were not asked for that reason.
 */
const char *lc_go_search_trouble(const struct lc_go_process *process);
uint64_t lc_go_unasked(const struct lc_go_process *process);

/*
 * For who keeps them elsewhere: each adds one of its kind, copied but for what belongs to a table.
 * Return 0, -EEXIST (there is one of that number), -ENOSPC at a bound, or -ENOMEM. events may be
 * NULL. lc_go_restored(): all goroutines are there; they are found by goid and by thread then.
 */
int lc_go_restore(struct lc_go *go, const struct lc_go_process *process,
		  const struct lc_go_events *events, struct lc_go_process **ret_process);
int lc_go_restore_site(struct lc_go_process *process, const struct lc_go_site *site);
int lc_go_restore_goroutine(struct lc_go_process *process, const struct lc_goroutine *goroutine);
void lc_go_restored(struct lc_go_process *process);

/* "channel receive", "WaitGroup"; never NULL. */
const char *lc_go_kind_name(enum lc_go_kind kind);
enum lc_go_family lc_go_family_of(enum lc_go_kind kind);

/* Since when it stands there: the runtime's own note if that is earlier. */
static inline uint64_t lc_go_since(const struct lc_goroutine *goroutine)
{
	if (goroutine->flags & LC_GO_EXACT_SINCE)
		return goroutine->waits_since;
	if (goroutine->waits_since && goroutine->waits_since < goroutine->still_since)
		return goroutine->waits_since;
	return goroutine->still_since;
}

/* Mutex or RWMutex. */
static inline bool lc_go_is_lock(enum lc_go_kind kind)
{
	return kind >= LC_GO_MUTEX && kind <= LC_GO_RWMUTEX_WRITE;
}

/*
 * Only the program itself could end this wait: channels, locks, wait groups, conditions,
 * coroutines.
 */
static inline bool lc_go_is_internal(enum lc_go_kind kind)
{
	return (kind >= LC_GO_CHAN_RECEIVE && kind <= LC_GO_COND) || kind == LC_GO_COROUTINE;
}

/* Is it the runtime's own, and in no call of the program's? */
static inline bool lc_go_is_runtimes(const struct lc_go_process *process,
				     const struct lc_goroutine *goroutine)
{
	switch (process->sites[goroutine->site].system) {
	case LC_GO_OF_PROGRAM:
		return false;
	case LC_GO_CALLS_BACK:
		return goroutine->kind == LC_GO_RUNTIME || goroutine->kind == LC_GO_NO_WAIT;
	default:
		return true;
	}
}

#endif
