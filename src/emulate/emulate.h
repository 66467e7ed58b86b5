/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a thread would do if its wait ended now: the public header of this folder. A copy of it is
 * run forward in an emulator, by the program's own code, on copies of the pages that this touches.
 * Nothing is written back, and no system call is made.
 *
 * The code and the memory are a stranger's, and the emulator (libunicorn) compiles it. So asking is
 * a table of one call: emulate_local_create() makes one that runs in this process;
 * sandbox/sandbox.h makes one that asks a process without privileges, and is given up where that
 * dies or hangs.
 *
 * Structures cross between processes as they are: no pointer in them, and no padding of meaning.
 */
#ifndef LEAKHOP_EMULATE_EMULATE_H
#define LEAKHOP_EMULATE_EMULATE_H

#include "model/known_calls.h"
#include "model/types.h"

#define EMULATE_PAGE 4096
#define EMULATE_PATCHES 12
#define EMULATE_CONDITIONS 3
#define EMULATE_WATCHES 32
#define EMULATE_RELEASES 8
#define EMULATE_CALLERS 4
#define EMULATE_FOLLOWED 16 /* waits whose end is made up, one behind the other */
#define EMULATE_EMPTY 8	    /* descriptors */
#define EMULATE_ROUNDS 64
#define EMULATE_BYTE_FUNCTIONS 17

/* Bounds of one run; and how many runs one question may take, and how long. */
#define EMULATE_INSTRUCTIONS 1000000u
#define EMULATE_PAGES 4096u
#define EMULATE_RUN_NS 20000000u
#define EMULATE_RUNS 400u
#define EMULATE_ALL_NS 60000000u

struct emulate_range {
	uint64_t start, end; /* first address behind it; both 0: empty */
};

/* Memory as it is to be when the wait has ended: its word, as if somebody had signalled. */
struct emulate_patch {
	uint64_t address;
	uint64_t value;
	uint32_t size; /* 1 to 8 */
	uint32_t add;  /* 1: value is added to what is there */
};

/*
 * A lock, and how its word tells that it was released: (value & mask) >> shift has become less
 * (more: where more is set) than it was at the start, without having been taken on the way.
 */
struct emulate_watch {
	uint64_t address;
	uint32_t mask, shift;
	uint32_t more;
	/*
	 * How often it has been taken at the start, by the wait that ends. borrowed: that is not in
	 * the word, which tells of somebody else still: once it is released, that is so again.
	 */
	uint32_t taken, borrowed;
	uint32_t pad;
};

#define EMULATE_CODES 12
#define EMULATE_TURNS 12
#define EMULATE_LEADS 10

/*
 * The thread runs an interpreter, whose frames and code are data: its own position is where these
 * stand, and its tests are jumps in that code, each of which has another opcode that goes the other
 * way.
 */
struct emulate_interpreter {
	uint64_t state;	    /* from here to its innermost frame, by hops; 0: it runs none */
	uint32_t hops[2];   /* offsets of the pointers to follow */
	uint32_t hop_count; /* at most 2 */
	uint32_t previous, instruction; /* offsets in a frame: of the next one, of where it is */
	uint32_t caches;		/* units behind a jump that are no instructions */
	uint32_t dropped;		/* opcode that throws away what a call has returned */
	uint32_t code_count;
	struct emulate_range code[EMULATE_CODES]; /* of the frames in which it waits */
	uint32_t turn_count;
	uint8_t turns[EMULATE_TURNS][2]; /* opcode, and the other one */
	/* Opcodes that only lead on, and jumps that depend on nothing; 0: none. */
	uint8_t leads[EMULATE_LEADS], jumps[EMULATE_LEADS];
	/*
	 * Opcodes that do the jump so many bytes behind them themselves: from first_fused on;
	 * unfused leaves it to the jump.
	 */
	uint8_t first_fused, fused_count, unfused, fused_bytes;
	/*
	 * 1: the semaphore in which it waits is one of CPython's struct wait_entry: before it there
	 * are what it hands over by, and what it is about.
	 */
	uint32_t parks;
	uint32_t pad;
};

enum emulate_asked {
	EMULATE_WOULD_WAKE, /* does it come back to its wait, and what decides that? */
	EMULATE_WHAT_FREES, /* which of the watched words does it release? */
	EMULATE_WHOM_WAKES, /* the same; and does it wake who sleeps in .wakes? */
};

struct emulate_question {
	uint32_t asked;	    /* enum emulate_asked */
	uint32_t tid;	    /* as the thread sees itself */
	uint32_t pid;	    /* its process, the same way */
	uint32_t follow;    /* but for WOULD_WAKE: also behind system calls */
	uint32_t goroutine; /* 1: it is none of a thread: see LC_SCRATCH */
	uint32_t known_count;
	/*
	 * Questions of one number, not 0, that follow each other are about one process, whose
	 * constant pages (code) are the same in all of them.
	 */
	uint64_t world;
	/* Behind the system call in which it waits; but for the result, all must be known. */
	struct lc_registers registers;
	uint64_t thread_pointer; /* FS base; TPIDR_EL0 */
	uint64_t result;	 /* of the call */
	struct lc_syscall call;	 /* that it waits in */
	/*
	 * A call of the same kind from the same place with its first argument in object (or equal,
	 * where that is empty) is the same wait; of an interpreter, with its frames where they
	 * were. Writes to object do not count.
	 */
	struct emulate_range object;
	struct emulate_range own[2]; /* what is no business of others: its stack, thread-locals */
	/* What the library that waits keeps for itself: nothing that a program waits for is there.
	 */
	struct emulate_range library;
	struct emulate_range vdso;
	/* Descriptors of which there is nothing to be read: who tries is told so (EAGAIN). */
	int32_t empty[EMULATE_EMPTY];
	uint32_t empty_count;
	/*
	 * 1: back in its wait, it goes on from there once more, to see whether it does the same
	 * again.
	 */
	uint32_t twice;
	/*
	 * WHOM_WAKES. To wake who sleeps on a futex in .wakes, or to write to any descriptor, where
	 * .writes_wake is set, ends the run. Back in its wait, it goes on from there so many times.
	 */
	uint32_t rounds;
	struct emulate_range wakes;
	uint32_t writes_wake;
	uint32_t pad;
	struct emulate_interpreter interpreter; /* but for WHAT_FREES */
	/*
	 * The lock that the wait gave up, which is taken again at the begin: its word, and how many
	 * bytes the object around it has (0: it gave up none). Word 0: what is written first is it.
	 */
	uint64_t lock;
	uint32_t lock_size;
	uint32_t patch_count;
	struct emulate_patch patches[EMULATE_PATCHES];
	uint32_t watch_count;
	uint32_t pad_of_watches;
	struct emulate_watch watches[EMULATE_WATCHES];
	struct lc_known_call known[LC_KNOWN_CALLS];
	/* Where the C library has the functions of emulate_byte_function(); 0: not known. */
	uint64_t byte_functions[EMULATE_BYTE_FUNCTIONS];
};

enum emulate_end {
	EMULATE_NOT_KNOWN,    /* see why */
	EMULATE_SLEEPS_AGAIN, /* in the same wait, and all memory that others see is as before */
	EMULATE_CAME_BACK,    /* to the same wait, having changed something */
	EMULATE_ACTS,	      /* a system call that others can see */
	EMULATE_WAITS,	      /* for something else */
	EMULATE_LOCKED,	      /* for the lock that the wait gave up, which somebody has now */
	EMULATE_ENDS,	      /* the thread, or its process */
	EMULATE_WAKES,	      /* WHOM_WAKES: the one that is asked about */
	EMULATE_RESTS,	      /* WHOM_WAKES: in another wait, for what comes from outside */
	EMULATE_END_LAST = EMULATE_RESTS
};

enum emulate_why {
	EMULATE_WHY_NONE,
	EMULATE_NO_EMULATOR, /* libunicorn is not there, or of no use */
	EMULATE_UNREADABLE,  /* a page that cannot be had */
	EMULATE_INSTRUCTION, /* one that the emulator does not know */
	EMULATE_LONG,	     /* instructions, pages or time */
	EMULATE_CHANGES_CODE,
	EMULATE_NO_REGISTERS,
	EMULATE_LOST,	    /* the emulator's process was, over this */
	EMULATE_UNFORESEEN, /* it comes to a function of which that is so */
	EMULATE_WHY_LAST = EMULATE_UNFORESEEN
};

/* What decides: another value of this word, and it would have ended otherwise. */
struct emulate_condition {
	uint64_t address;
	uint64_t value;	 /* that it has */
	uint64_t branch; /* instruction where the two ways part */
	uint64_t other;	 /* a value with which they do */
	uint32_t size;
	uint8_t code[16]; /* of that instruction */
	uint8_t code_size;
	uint8_t taken; /* 1: on the memory as it is, it jumps */
	uint8_t pad[2];
};

struct emulate_release {
	uint32_t watch;	  /* which */
	uint32_t certain; /* 0: it happened behind a system call whose answer was made up */
	uint64_t at;	  /* instruction that wrote */
	uint64_t callers[EMULATE_CALLERS]; /* return addresses on the way there, innermost first */
};

/* The end, and so on, are of the run on the memory as it is. */
struct emulate_outcome {
	uint32_t end; /* enum emulate_end */
	uint32_t why; /* enum emulate_why */
	uint64_t instructions;
	uint64_t at;	 /* where it ended */
	int64_t call;	 /* ACTS, WAITS: number of the system call */
	uint64_t object; /* WAITS: its first argument */
	uint64_t parked; /* the word before that, as it would be */
	uint32_t runs;
	/*
	 * WOULD_WAKE. Where it sleeps again: with these words otherwise it would not. Where not:
	 * with these words otherwise it would, so there is a test around its wait, which says "go
	 * on".
	 */
	uint32_t condition_count;
	struct emulate_condition conditions[EMULATE_CONDITIONS];
	/*
	 * It has a test around its wait: followed further it comes to no such wait while that says
	 * "go on", nor without having asked again.
	 */
	uint32_t guarded;
	/* WHAT_FREES */
	uint32_t made_up; /* an answer on the way was */
	/*
	 * Asked to go twice, it came back to its wait both times, changed nothing, nor its own
	 * variables the second time, and what time it is was of no account: it would come back as
	 * often as it is woken.
	 */
	uint32_t unmoved;
	/*
	 * WHOM_WAKES: another time it would do the same: it was back in its wait as often as it was
	 * to be, or unmoved, and what time it is was of no account.
	 */
	uint32_t settled;
	uint32_t
		gave_back; /* bit N: watch N was taken on the way, and for certain released again */
	uint32_t release_count;
	struct emulate_release releases[EMULATE_RELEASES];
};

/* Where pages come from. */
struct emulate_source {
	/*
	 * Fills a page. *ret_writable: the program may write to it. Returns 0 or a negative errno.
	 */
	int (*page)(void *context, uint64_t address, uint8_t bytes[EMULATE_PAGE],
		    bool *ret_writable);
	void *context;
};

struct emulator;

struct emulator_operations {
	void (*free)(struct emulator *emulator);
	/*
	 * Answers a question. Returns 0, also where nothing is known; -ENOTCONN: there is no
	 * emulator, and will not be; -ENOMEM.
	 */
	int (*ask)(struct emulator *emulator, const struct emulate_question *question,
		   const struct emulate_source *source, struct emulate_outcome *ret);
};

/* Begins what each kind keeps. */
struct emulator {
	const struct emulator_operations *does;
};

/* Runs in this process. Returns 0; -ENOTCONN: libunicorn cannot be loaded; -ENOMEM. */
int emulate_local_create(struct emulator **ret_emulator);

/* "memcpy" and so on, below EMULATE_BYTE_FUNCTIONS: what needs not be run; static. */
const char *emulate_byte_function(size_t index);

/* Is the library there? Loads nothing into this process for good. */
bool emulate_is_there(void);

/* Where it is not: what lacks, and what to do about it; static texts. */
const char *emulate_lack(void);
const char *emulate_remedy(void);

/* "reads what cannot be read" and the like, behind "not known: "; static. */
const char *emulate_why_words(enum emulate_why why);

#endif
