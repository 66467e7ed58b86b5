/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One look of the search behind reach.h. From the roots forwards, as the collector marks: each
 * object and each goroutine is looked at once. A goroutine that waits is not a root; it becomes one
 * when something that it waits for is met. Private to the files of the search; each part has a file
 * of its name.
 */
#ifndef LEAKHOP_RUNTIMES_GO_REACH_SEARCH_H
#define LEAKHOP_RUNTIMES_GO_REACH_SEARCH_H

#include "runtimes/go/heap/heap.h"
#include "runtimes/go/private.h"
#include "runtimes/go/heap/specials.h"
#include "runtimes/go/sched/timers.h"
#include "runtimes/go/sync/waits.h"

struct go_loops; /* reach.h */
struct go_only;

#define REACH_CHUNK (1u << 20) /* of memory, read at once: search.chunk */
#define REACH_SLACK 8	       /* behind that, which bits are read with */
#define REACH_NONE UINT32_MAX

/* What a look knows of a goroutine. */
enum {
	REACH_ENDED,
	REACH_LIVES,
	REACH_WAITS, /* and nothing that it waits for was met */
};

/* How it can be seen what a goroutine waits for. */
enum {
	REACH_BY_NOTHING, /* it waits for nothing that could come */
	REACH_BY_QUEUE,	  /* its records in queues of waiters, which its descriptor names */
	REACH_BY_TABLE,	  /* the table of semaphores, before 1.26 */
	REACH_BY_LIST,	  /* the list of a condition, before 1.26 */
	REACH_BY_CORO,	  /* the object of its coroutine */
};

struct reach_goroutine {
	uint64_t address;
	uint64_t goid; /* 0: at this place is none */
	uint64_t sp, waiting;
	uint64_t evidence; /* of what it waits for: a sum over it */
	uint32_t place;	   /* in the model's list */
	uint32_t status;
	uint8_t tracking_seq;
	uint8_t state; /* REACH_ENDED, ... */
	uint8_t by;    /* REACH_BY_... */
	uint8_t kind;  /* enum lc_go_kind, of those that wait */
	bool doubtful; /* it has moved since, when its stack was read */
};

/* A goroutine waits for a word in an object; those of one object are chained. */
struct reach_wait {
	uint64_t object, word;
	uint32_t goroutine, next; /* numbers, REACH_NONE: none */
};

struct reach_list {
	uint64_t *items;
	size_t count, capacity;
	size_t first; /* of those that are taken in the order in which they came */
};

/* What is done with a pointer that is met. */
enum reach_mode {
	REACH_MARKS,	/* it lives */
	REACH_HOLDS,	/* what does not live, and is held for certain by somebody who waits */
	REACH_COLLECTS, /* it is put in a list: only what is one for certain, too */
	REACH_COLOURS,	/* what does not live gets a colour: reach_retained.c */
};

/* Bits of 64 objects: was it met, and is it yet to be read. */
struct reach_word {
	uint64_t met, unread;
};

/* reach_queue.c */
#define REACH_SORTED 32768

struct reach_queue {
	struct reach_list list; /* where they are, while they are few; what was read since, too */
	uint64_t bit_count;	/* reach_word.unread */
	bool sweeps;		/* they are many */
	uint64_t at;		/* number, from which the sweep goes on */
	uint64_t *sorted;	/* what is read now, and room to sort it */
};

/* Words that are about to be looked at: what is known of their objects is fetched meanwhile. */
#define REACH_SOON 32

struct reach_pending {
	uint64_t word; /* 0: none */
	const struct go_page *page;
	uint64_t number;
};

struct reach_soon {
	struct reach_pending list[REACH_SOON];
	unsigned at;
};

/* Blocks of finalizers and cleanups that are due. */
#define REACH_DUE_HEADS 8
struct reach_due {
	unsigned blocks;		 /* that were read in this look */
	uint64_t heads[REACH_DUE_HEADS]; /* what variables lead to, that may be all of cleanups */
	unsigned head_count;
	size_t callers; /* of the list of those that call */
	bool found;	/* a caller's block */
};

struct search {
	struct go_process *process;
	const struct lc_go_process *model;
	struct go_heap heap;
	struct go_specials specials;
	struct go_semaphores semaphores;
	struct go_conditions conditions;
	uint64_t *processors; /* addresses of the p's */
	size_t processor_count;
	struct reach_goroutine *goroutines;
	size_t goroutine_count;
	uint32_t *by_address; /* open hash of goroutine numbers + 1 */
	size_t by_address_mask;
	struct reach_wait *waits;
	size_t wait_count, wait_capacity;
	uint32_t *by_object; /* open hash of wait numbers + 1, the first of each object */
	size_t by_object_mask;
	struct reach_word *marks; /* of each object of the heap */
	uint8_t *awaited;	  /* bit for each: somebody waits for it, or for a word of it */
	uint64_t bit_count;	  /* of each bit; objects beyond came later than was counted on */
	struct reach_queue queue; /* objects that were met, and not read yet */
	struct reach_soon soon;
	struct reach_list to_search; /* numbers of goroutines whose stacks are to be read */
	struct reach_list woken;     /* the same, later: of those that could be woken */
	size_t open;		     /* goroutines that wait for something which was not met */
	uint64_t end_at;	     /* ns, CLOCK_MONOTONIC */
	uint64_t steps;		     /* along chains of waits */
	uint64_t others_entry; /* where goroutines begin that are not the runtime's: the last one */
	uint8_t *held; /* bit for each object: who waits has it, and nothing that lives; NULL */
	bool moved;    /* somebody ran meanwhile */
	int error;     /* the first: nothing is known then */
	uint8_t *chunk;
	uint8_t *arena_bits; /* REACH_ARENA_BITS: of what is in chunk */
	struct go_batch *batch;
	struct reach_ahead *ahead;
	struct reach_frames *frames;
	struct reach_bits *bits;
	enum reach_mode mode;
	bool wants_paths;
	bool in_variables;	       /* these are what is read */
	struct reach_paths *paths;     /* reach_paths.h; NULL: nobody asks why */
	struct reach_colours *colours; /* NULL: nobody asks what is retained */
	struct reach_list collected;
	const struct go_loops *loops; /* NULL: nobody asks who is behind one */
	const struct go_only *only;   /* by goroutine */
	size_t only_count;
	struct reach_list calling; /* numbers of goroutines that call finalizers or cleanups */
	struct reach_due due;	   /* reach_due.c */
};

/* Is nothing done with what only may be a pointer? */
static inline bool reach_is_sure(const struct search *search)
{
	return search->mode == REACH_HOLDS || search->mode == REACH_COLLECTS;
}

/* Notes the first error. */
void reach_fail(struct search *search, int error);

/* reach_list: false and an error without memory. */
bool reach_push(struct search *search, struct reach_list *list, uint64_t item);

/*
 * reach_marks.c: bits for each object. A word that is a pointer is looked at; who waits for its
 * object lives. reach_mark_words(): of words that may be pointers.
 */
int reach_marks_begin(struct search *search);

/*
 * What a look before this one has met is met now, and to be read again: the same as to meet it
 * anew, and what has become garbage since; but in the order of addresses.
 */
void reach_marks_take(struct search *search, const struct search *before);

/* Who waits for any of that lives: when all waits are noted. */
void reach_wake_met(struct search *search);
void reach_mark(struct search *search, uint64_t word);
void reach_mark_words(struct search *search, const uint8_t *bytes, size_t size);

/* The same as reach_mark(), but perhaps later: at the latest by reach_mark_rest(). */
void reach_mark_soon(struct search *search, uint64_t word);
void reach_mark_rest(struct search *search);
bool reach_was_met(const struct search *search, uint64_t word, uint64_t *ret_object);
bool reach_is_awaited(const struct search *search, uint64_t number);
bool reach_is_held(const struct search *search, uint64_t object);

/* Of an object of the heap, which may be in a block of tiny ones. */
void reach_await(struct search *search, uint32_t goroutine, uint64_t word);
const struct reach_wait *reach_first_wait(const struct search *search, uint64_t object);

/*
 * reach_bits.c: the words of an object that are pointers; each word, where they are not known.
 */
enum reach_layout {
	REACH_LAYOUT_UNKNOWN,
	REACH_TWO_BITS, /* of each word, in the arena */
	REACH_ONE_BIT,
	REACH_IN_SPAN, /* of small objects; of larger ones the type */
};

/* Memory of the process from address on. */
struct reach_piece {
	uint64_t address;
	const uint8_t *bytes;
	size_t size;
	const uint8_t *bits;  /* those of reach_bits_of_arena(); NULL: not read */
	const uint8_t *small; /* reach_small_bits() of the object's span */
};

#define REACH_ARENA_BITS (REACH_CHUNK / 32 + 4096)

struct reach_bits *reach_bits_new(const struct go_process *process); /* NULL without memory */
void reach_bits_free(struct reach_bits *bits);
enum reach_layout reach_layout(const struct search *search);

/* Has a span all that is to be known of its objects at its end? */
bool reach_is_read_whole(const struct search *search, const struct go_span *span);

/*
 * Of a span that is read whole, up to its end, the bits of its objects, from its start on; NULL:
 * they do not lie where they are to lie. A word behind them can be read.
 */
const uint8_t *reach_small_bits(const struct search *search, const struct go_span *span,
				const struct reach_piece *piece);

/* Where the bits of [from, to) are in an arena's; 0: they are not, or of two arenas. */
uint64_t reach_bits_of_arena(const struct search *search, uint64_t from, uint64_t to,
			     uint64_t *ret_size);
void reach_mark_object(struct search *search, const struct go_span *span, uint64_t object,
		       const struct reach_piece *piece);

/*
 * The same of a part of a large one, from offset on, one part after the other; type:
 * reach_type_of(). False: not known, and nothing was marked.
 */
bool reach_mark_part(struct search *search, const struct go_span *span, uint64_t type,
		     uint64_t offset, const struct reach_piece *piece);

/* The type of an object, by its first bytes; of an array that of its elements. 0: not known. */
uint64_t reach_type_of(struct search *search, const struct go_span *span, const uint8_t *bytes);

/*
 * reach_queue.c: of an object of the heap, and its number. reach_dequeue() tells where some are, by
 * address, and how many; valid until it is called again. Of a span that is read whole the first
 * one may be told only. again: all that were told before were taken, so the heap may be begun anew;
 * else what is told was not before. reach_queue_again(): not all of them were, and will be told
 * again. reach_take() takes the first one of these numbers; to: there is none.
 */
int reach_queue_begin(struct search *search);
void reach_queue_release(struct reach_queue *queue);
void reach_enqueue(struct search *search, uint64_t object, uint64_t number);
bool reach_has_objects(const struct search *search);
size_t reach_dequeue(struct search *search, bool again, const uint64_t **ret_objects);
void reach_queue_again(struct search *search);
uint64_t reach_take(struct search *search, uint64_t number, uint64_t to);

/* reach_objects.c: does an object hold nothing, since it is one of the runtime's books? */
bool reach_is_book(const struct search *search, uint64_t object, const uint8_t *bytes,
		   uint64_t size);

/* Reads some of those that wait. */
void reach_read_objects(struct search *search);

/*
 * reach_reading.c: are objects copied that are not looked at yet? They come before any stack that
 * is to be read. reach_drop_ahead(): they will be copied anew.
 */
struct reach_ahead *reach_ahead_new(void); /* NULL without memory */
void reach_ahead_free(struct reach_ahead *ahead);
bool reach_is_ahead(const struct search *search);
void reach_drop_ahead(struct search *search);

/*
 * reach_roots.c: global variables, timers, what finalizers, cleanups and weak pointers give. The
 * heap's own books among the variables have addresses of its parts, where objects begin.
 */
void reach_read_roots(struct search *search);
bool reach_is_heaps_own(const struct search *search, uint64_t address);

/*
 * reach_due.c: what finalizers and cleanups have that are due, and were not called yet. And of
 * those who call them now: false, there is none that was not read so far.
 */
void reach_read_due(struct search *search);
bool reach_read_callers(struct search *search);

/*
 * reach_finalizers.c: what finalizers and cleanups give. Whether any of them may still be called
 * that was not marked so far: then it is now.
 */
void reach_read_specials(struct search *search);
bool reach_release_specials(struct search *search);

/* reach_goroutines.c: the list of all, as it is now. */
int reach_list_goroutines(struct search *search);
uint32_t reach_goroutine_at(const struct search *search, uint64_t address);
void reach_lives(struct search *search, uint32_t goroutine);

/*
 * Looks at all again: who moved or is new is to be searched once more. Sets moved and returns
 * whether anybody was.
 */
bool reach_look_again(struct search *search);

/*
 * reach_waits.c: what those that wait wait for; first notes it, else compares: who waits for
 * something else lives.
 */
void reach_find_coroutines(struct search *search);
void reach_read_waits(struct search *search, const uint32_t *numbers, size_t count, bool first);

/*
 * reach_holders.c: does it wait for a lock whose holders are known? Those of whom a holder lives
 * live, too; returns whether there were any.
 */
bool reach_waits_for_holder(const struct search *search, uint32_t number);
bool reach_follow_holders(struct search *search);

/* The same holders, as who could end its wait. */
void reach_take_holders(const struct search *search, uint32_t number,
			struct lc_go_releasers *releasers);

/*
 * reach_stacks.c: reads some of the stacks of a list. Where the stack in use of a goroutine lies;
 * the name of the function that it begins with, "" if that has none.
 */
void reach_read_stacks(struct search *search, struct reach_list *list);
const char *reach_entry_name(const struct search *search, uint64_t pc);
void reach_stack_range(const struct go_descriptor *d, uint64_t *from, uint64_t *to);

/*
 * reach_frames.c: the live pointers of the stack of one that stands still, from sched.sp to its
 * end, of size bytes. descriptor: its bytes, the stack's bounds zero. False: they are not known,
 * and each word is to be marked.
 */
struct reach_frames *reach_frames_new(void); /* to be freed; NULL without memory */
bool reach_mark_frames(struct search *search, const struct go_descriptor *d,
		       const uint8_t *descriptor, const uint8_t *stack, size_t size);

/*
 * reach_running.c: behind a look, and before the next one: all who run now have done something else
 * then. Waits for that. Returns 0; -EAGAIN: they do not get a CPU; or another error of go_reach().
 */
int reach_wait_for_runners(const struct search *search);

/* reach_only.c: is another channel the only one that counts of what this goroutine waits for? */
bool reach_is_left_out(const struct search *search, uint32_t goroutine, uint64_t word);

/*
 * reach_releasers.c: who of those that were not met has at hand what another waits for. Returns 0
 * or -ENOMEM.
 */
int reach_find_releasers(struct search *search, struct lc_go_process *model);

/*
 * The same of those that live, and wait for what one of those who are stuck has at hand; and of
 * those who wait for these, in turn. stuck: a byte for each goroutine; it is changed.
 */
enum {
	REACH_READ = 1, /* it is stuck */
	REACH_BEHIND,	/* it was found to wait for one that is */
	REACH_SETTLED,	/* who waits for it is known */
};

int reach_find_dependents(struct search *search, struct lc_go_process *model, uint8_t *stuck);

/*
 * reach_retained.c: what an object's colour leads to gets it, too; private to reach_marks.c and
 * reach_objects.c.
 */
void reach_colour(struct search *search, const struct go_span *span, uint64_t object);
void reach_take_colour(struct search *search, const struct go_span *span, uint64_t object);
void reach_colours_free(struct reach_colours *colours);

/* Has it one, be it that it is shared? */
bool reach_has_colour(const struct search *search, const struct go_span *span, uint64_t object);

/*
 * reach_types.c: types of small objects that have a colour, by what leads to them. Memory of a
 * type, or of so many bytes one behind the other; a value; a stack; then what these lead to.
 * reach_types_of(): by the object's number; 0: not known.
 */
struct reach_types *reach_types_new(struct search *search); /* NULL without memory */
void reach_types_free(struct reach_types *types);
void reach_types_seed(struct reach_types *types, uint64_t address, uint64_t type, uint64_t size);
void reach_types_value(struct reach_types *types, uint64_t address, uint64_t type);
void reach_types_stack(struct reach_types *types, const uint8_t *bytes, size_t size);
void reach_types_follow(struct reach_types *types);
uint64_t reach_types_of(const struct reach_types *types, uint64_t number, bool *ret_channel);

/*
 * When all is marked that others reach: keeps in the model what groups of goroutines hold and
 * nothing else does (lc_go_set_retained()). chosen, dead: a byte for each goroutine; groups are
 * told together where both are the same. Returns 0 or an error of go_reach().
 */
int reach_find_retained(struct search *search, struct lc_go_process *model, const uint8_t *chosen,
			const uint8_t *dead);

/* reach.c: a search, to be released and freed; NULL without memory. */
struct search *reach_search_new(struct go_process *process, const struct lc_go_process *model);

/* reach.c: what a search begins with. Returns 0 or an error of go_reach(). */
int reach_begin(struct search *search);

/*
 * reach.c: looks twice, or three times where somebody ran meanwhile, while anything is left to be
 * asked. new_search: makes one, as reach_search_new(). take: of a look that was done; number counts
 * from 1; returns how many are left that were dead in each look so far. The last search is the
 * caller's, to be released and freed; NULL: there is none. Returns 0 or an error of go_reach().
 */
struct reach_looks {
	struct search *(*new_search)(void *context);
	size_t (*take)(void *context, const struct search *search, unsigned number);
	void *context;
};

int reach_look_repeatedly(const struct reach_looks *looks, struct search **ret_last);

/* The same, once. */
int reach_look_once(struct search *search);
void reach_release(struct search *search);

#endif
