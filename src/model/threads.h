/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of each thread, from spawn to block: a plain data structure without I/O. It is fed with
 * samples and events in any order and with any losses, and converges on what the last sweep saw.
 *
 * A thread is (tid, start_time): a reused tid is another thread. Bounded: at max_threads those that
 * stood still for the shortest time are dropped, the ended ones first, and counted.
 * Times are ns of CLOCK_MONOTONIC, 0 = not known.
 */
#ifndef LEAKHOP_MODEL_THREADS_H
#define LEAKHOP_MODEL_THREADS_H

#include "model/events.h"
#include "model/holdings.h"
#include "model/stacks.h"
#include "model/wait.h"

#include <uthash.h>

#define LC_LONGEST_BLOCKS 5
#define LC_SITES 8
#define LC_REPEATS 4
#define LC_THREADS_MAX 131072
#define LC_ENDED_MAX 4096 /* that have a block to tell of */

/* A block that has ended. */
struct lc_block {
	uint64_t at;
	uint64_t ns;
	int64_t syscall_nr;
	uint32_t user_stack;
	pid_t waker_tid;
	char waker_comm[LC_COMM_LEN];
};

struct lc_blocks {
	uint64_t count;
	uint64_t total_ns;
	uint64_t max_ns;
};

/* Where a thread was blocked again and again: ended blocks of one stack (0: stack not known). */
struct lc_site {
	uint32_t user_stack;
	int64_t syscall_nr;
	uint64_t last_at; /* the last one's begin */
	struct lc_blocks blocks;
};

/* Where exactly a thread is blocked, without its stack. No padding: memcmp() compares. */
struct lc_site_id {
	int64_t syscall_nr;
	uint64_t argument; /* the first: a descriptor, mostly */
	uint64_t sp, pc;
};

/* Blocks at one such place that were seen to end, however short they were. */
struct lc_repeat {
	struct lc_site_id id; /* pc 0: unused */
	uint64_t count;	      /* as far as seen */
	uint64_t max_ns;      /* none of them lasted longer */
	uint64_t total_ns;    /* nor all together */
	uint64_t last_at;     /* the last one of them ended not before */
	uint64_t last_used_at;
	uint64_t peer;	     /* of a socket: lc_wait.peer; 0: not known */
	uint32_t user_stack; /* 0: not known */
};

/* A thread whose condition was so, though it slept. */
struct lc_goes_on {
	uint64_t block;	      /* blocked_since then; 0: never */
	uint64_t since;	      /* first seen so; 0: it was seen that it would sleep again */
	uint64_t word, value; /* what it tests */
	uint64_t object;      /* a hash of what it waits in */
	bool no_waker;	      /* nobody was between the change and the signal; so nobody will be */
	pid_t waker; /* else: who is, or may be, standing since then; 0: it was not looked for */
	bool waker_known; /* it surely is */
	uint64_t waker_since;
};

/* What each sweep asks of each thread comes first, so that a sweep of many loads few lines of each.
 */
struct lc_thread {
	UT_hash_handle hh;
	struct lc_task task;
	pid_t parent_pid;
	uint64_t start_time;
	uint64_t ended_at; /* 0: lives */
	struct lc_process *process;
	struct lc_thread *process_next, *process_prev; /* of those of its process */
	uint64_t files;				       /* as of the last sample in full */
	uint64_t sweep;				       /* number of the last sweep that saw it */
	uint32_t group; /* of lc_series, that it was in at the last sweep; 0: none */
	bool kernel_thread;

	/* now, as of the last sample */
	uint64_t seen_at; /* 0: known by events only */
	char state;
	bool on_cpu;
	bool blocked;
	bool at_least;		/* blocked for longer than blocked_since says */
	uint64_t blocked_since; /* valid if blocked */
	struct lc_wait *wait;	/* what it waits for; owned, only its set list elements are there;
				   NULL: not looked at */
	bool wait_confirmed;	/* read twice, and the same; or read once, and then nobody had moved
				   whom it hangs on */
	/*
	 * What was read of a wait holds only while its thread stood still: reading began at
	 * wait_read_at, at or after steady_from, the first sample of this block; seen_at, the last
	 * one, found it unmoved. ran_at: the last sample before which it had run, or its first.
	 */
	uint64_t wait_read_at;
	uint64_t wait_held_at; /* nobody whom it hangs on had moved by then; 0 */
	uint64_t steady_from;
	uint64_t ran_at;
	struct lc_goes_on goes_on;
	uint64_t free_since; /* reads at and after this have all found it let go (LC_WAIT_LET_GO); 0
			      */
	uint32_t user_stack; /* of this block; 0: none yet */
	uint32_t kernel_stack;
	int stack_error; /* negative errno: why there is no user stack */
	bool moving; /* it ran each time that this block was to be read: nothing is known of it */
	/*
	 * A wait that was armed again is the same block (rearmed.c): how often, when the last one
	 * began, the last sample that found it so, and its time-out (0: none, or not known).
	 */
	uint64_t rearms;
	uint64_t armed_at;
	uint64_t rearmed_at;
	uint64_t period_ns;
	unsigned reported; /* number of the finding by which the user was told of this block; 0: not
			    */
	bool reported_as_suspect; /* only: it may have become a finding since */
	struct lc_syscall syscall;
	uint64_t sp, pc; /* of user space; 0: not known */
	struct lc_registers registers;
	uint64_t thread_pointer; /* 0: not known */
	struct lc_blocker blocker;
	uint64_t run_ns;
	uint64_t voluntary_switches;
	uint64_t involuntary_switches;

	char process_comm[LC_COMM_LEN];

	/* birth: spawned_at is 0 where it was not seen */
	uint64_t spawned_at;
	struct lc_task spawner;
	uint32_t spawn_stack;
	uint64_t first_run_at;

	/* since it was first seen */
	uint64_t first_seen_at;
	uint64_t first_run_ns;
	uint64_t first_voluntary;
	uint64_t first_involuntary;
	uint64_t last_wake_at;
	struct lc_task waker;
	struct lc_blocks blocks;		    /* ended ones of the threshold and longer */
	struct lc_block longest[LC_LONGEST_BLOCKS]; /* longest first; ns 0 = unused */
	struct lc_site places[LC_SITES];	    /* the first few; blocks.count 0 = unused */
	struct lc_repeat repeats[LC_REPEATS];
	bool end_noted; /* of the block of the last sample, among the repeats */
	uint64_t spawn_failures;
	int spawn_error; /* of the last failure */
};

struct lc_model;

int lc_model_create(size_t max_threads, struct lc_model **ret_model);
void lc_model_free(struct lc_model *model);

/*
 * Between these two every living thread of interest is given to lc_model_sample(); what was not has
 * ended.
 */
void lc_model_begin_sweep(struct lc_model *model, uint64_t now);
void lc_model_end_sweep(struct lc_model *model);

/*
 * Takes in a sample. *ret_thread (may be NULL) is the thread, valid until the next call that
 * changes the model. Returns 1 if this is a block that has no stack yet, 0 if not, -ENOSPC if the
 * bound was reached and this one was not worth another's place, -ENOMEM.
 */
int lc_model_sample(struct lc_model *model, const struct lc_sample *sample,
		    struct lc_thread **ret_thread);

/*
 * Takes in a sample that says "unmoved". Returns 0, or -ENOENT where that says nothing, as the
 * thread is not known as blocked: then a whole sample is needed.
 */
int lc_model_unmoved(struct lc_model *model, const struct lc_sample *sample,
		     struct lc_thread **ret_thread);

/*
 * Where every thread of the host is given to the model: has no thread of this process run, been
 * born or ended since then, by what a sweep found that began later than that and than as_of? Its
 * own memory and its descriptors are then as they were (unless shared: false is returned where
 * others have the same descriptors, or where a source cannot tell). at, as_of: ns of
 * CLOCK_MONOTONIC.
 */
bool lc_model_stood_still(const struct lc_model *model, pid_t pid, uint64_t at, uint64_t as_of);

/*
 * A process was looked at, and has nothing that the caller looks for: when that was; 0: not noted.
 * It is forgotten with the last of its threads.
 */
void lc_model_note_plain(struct lc_model *model, pid_t pid, uint64_t at);
uint64_t lc_model_plain_at(const struct lc_model *model, pid_t pid);

/*
 * The processes that have a living thread of a program, sorted, each once. The caller frees them.
 * Returns 0 or -ENOMEM.
 */
int lc_model_list_processes(const struct lc_model *model, pid_t **ret_pids, size_t *ret_count);

/* The first thread of a process, the others by process_next; NULL. */
struct lc_thread *lc_process_threads(const struct lc_model *model, pid_t pid);

/*
 * Processes rest of which nothing is to be done before a time, as long as none of their threads is
 * sampled in full, has an event or another wait, is born or ends: then it is awake again. Whoever
 * goes through the awake ones need not look at thousands that stand still.
 */
#define LC_REST_GROUPS 4

/* Who of it is yet to be run forward; bits. */
enum lc_rest_ask {
	LC_REST_ASK_CONDITIONS = 1,
	LC_REST_ASK_OTHERS = 2,
	LC_REST_ASK_HOLDERS = 4, /* who might release a lock that records nobody */
};

struct lc_rest {
	uint64_t until; /* ns; 0: it does not rest */
	uint32_t ask;	/* enum lc_rest_ask */
	uint32_t group_count;
	struct {
		uint32_t number, count;
	} groups[LC_REST_GROUPS]; /* of lc_series, and how many of its threads are in them */
};

/*
 * Asks of each that is awake, by the first of its threads, whether it may rest: fn returns true and
 * fills *ret_rest if so.
 */
void lc_model_rest(struct lc_model *model,
		   bool (*fn)(void *context, struct lc_thread *first, struct lc_rest *ret_rest),
		   void *context);
bool lc_model_rests(const struct lc_model *model, pid_t pid);
bool lc_thread_rests(const struct lc_thread *thread);
void lc_thread_wake(struct lc_thread *thread); /* its process */
void lc_model_wake(struct lc_model *model, pid_t pid);
/*
 * Those that rest until then or less long; but whom goes_on() gives a later time, which rests until
 * that. It may be NULL.
 */
void lc_model_wake_until(struct lc_model *model, uint64_t until,
			 bool (*goes_on)(void *context, struct lc_thread *first,
					 uint64_t *ret_until),
			 void *context);

/*
 * As lc_model_next(), process by process: those of processes that are awake, among them such as
 * wake up meanwhile; and of these and those of which somebody is to be run forward, by ask.
 */
struct lc_thread *lc_model_next_awake(const struct lc_model *model, const struct lc_thread *thread);
struct lc_thread *lc_model_next_to_ask(const struct lc_model *model, uint32_t ask,
				       const struct lc_thread *thread);

/*
 * Takes in an event. stack is the interned stack that came with it (spawn site, short block), or 0.
 * *ret_thread (may be NULL) is the thread that it is about, or NULL. Returns 0 or a negative errno.
 */
int lc_model_event(struct lc_model *model, const struct lc_event *event, uint32_t stack,
		   struct lc_thread **ret_thread);

/*
 * Notes what a thread waits for (copied; NULL: nothing), as read from read_at on. Returns 1 if it
 * is the same thing in the same state, with the same owners, as noted before (which is then
 * confirmed), 0, or -ENOMEM.
 */
int lc_thread_set_wait(struct lc_thread *thread, const struct lc_wait *wait, uint64_t read_at);

/*
 * A sample found a thread in a wait with a time-out, and that ends then (ns): whether the next
 * sample finds the same wait armed again is told by it.
 */
void lc_thread_set_time_out(struct lc_thread *thread, uint64_t ends_at);

/* It had been taken for armed again, and had what it waited for meanwhile: another block. */
void lc_thread_was_not_rearmed(struct lc_thread *thread);

/*
 * A thread waits for a lock that somebody has: notes that, for lc_model_holding(). Waiters that go
 * on are noted by lc_model_sample(). Returns 0 or -ENOMEM.
 */
int lc_model_note_holder(struct lc_model *model, const struct lc_thread *waiter);

/* Whether the lock that a thread waits for changes hands; NULL: nothing is known. */
const struct lc_holding *lc_model_holding(const struct lc_model *model, const struct lc_wait *wait);

/*
 * The thread is known to have stood still from time on up to its last sample, in a wait that was
 * told: it can neither have held up nor changed anything meanwhile.
 */
bool lc_thread_stood_still(const struct lc_thread *thread, uint64_t time);

/* The earlier blocks at the place where it is blocked now; NULL: none is known. */
const struct lc_repeat *lc_thread_repeat(const struct lc_thread *thread);

struct lc_thread *lc_model_find(const struct lc_model *model, pid_t tid);

/* Walks all threads, also ended ones, in no order: NULL gives the first, then each the next. */
struct lc_thread *lc_model_next(const struct lc_model *model, const struct lc_thread *thread);

/*
 * Drops ended threads that have no block past the threshold to tell of, or all of them; of the
 * others those born first, past LC_ENDED_MAX, which count as refused.
 */
void lc_model_drop_ended(struct lc_model *model, bool all);

size_t lc_model_count(const struct lc_model *model);
uint64_t lc_model_refused(const struct lc_model *model); /* dropped or refused at the bound */

/*
 * For who keeps models elsewhere. The first for NULL, then the next, NULL at the end, in the order
 * of their making; and adding one of its kind in that order, copied but for what is the table's
 * own. wait may be NULL. Return 0, -EEXIST (there is one of that number), -ENOSPC at a bound,
 * -ENOMEM.
 */
const struct lc_holding *lc_model_next_holding(const struct lc_model *model,
					       const struct lc_holding *before);
int lc_model_restore(struct lc_model *model, const struct lc_thread *thread,
		     const struct lc_wait *wait);
int lc_model_restore_holding(struct lc_model *model, const struct lc_holding *holding);

#endif
