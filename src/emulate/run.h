/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run: from behind the system call until something is known. Private to this folder.
 */
#ifndef LEAKHOP_EMULATE_RUN_H
#define LEAKHOP_EMULATE_RUN_H

#include "emulate/pages.h"
#include "emulate/vdso.h"

#define RUN_READS 24
#define RUN_BRANCHES 256
#define RUN_CALLERS 64
#define RUN_FORGOTTEN 32
#define RUN_CODE 16
#define RUN_TESTS 24
#define RUN_PASSAGES 128

/* One instruction that decides. */
struct run_branch {
	uint64_t at;
	uint8_t code[RUN_CODE];
	uint8_t code_size;
	bool taken;
};

#if defined(__x86_64__)
#define RUN_KEPT 6
#else
#define RUN_KEPT 11
#endif

/* What a thread has for itself while it waits. */
struct run_state {
	uint64_t stack; /* a sum of what it has changed there */
	uint64_t registers[RUN_KEPT];
};

struct run_read {
	uint64_t address, value;
	uint32_t size;
};

/* A word that decides, and whether it was read since the run changed it last. */
struct run_tested {
	struct emulate_range word;
	bool read;
};

/* An interpreter's test, and the instruction to which it led, by jumps or not. */
struct run_passage {
	uint64_t test, next;
};

/* What comes next is for the loop, not for the hooks. */
enum run_pause { RUN_GOES_ON, RUN_SYSTEM_CALL, RUN_VDSO, RUN_SKIPS, RUN_STRANGE, RUN_KNOWN };

/* What the hooks, which are added once, are about: the run under way. */
struct run_slot {
	struct run *run;
};

struct run {
	struct run_slot *slot;
	const struct unicorn *unicorn;
	uc_engine *uc;
	struct pages *pages;
	const struct vdso *vdso;
	const struct emulate_question *question;
	unsigned patience; /* how many times EMULATE_RUN_NS it may take */
	bool follows; /* system calls are answered as if they had done nothing, and it goes on */
	const struct run_read *other; /* a word that is to have another value; NULL: none */
	uint64_t other_value;
	size_t tested_count;
	struct run_tested tested[EMULATE_CONDITIONS];
	uint64_t frames; /* of an interpreter: a sum of where they stood at the begin */
	uint64_t turned; /* a jump in its code that goes the other way; 0: none */
	bool early;	 /* clocks have just begun */
	bool again;	 /* back in its wait, it is woken once more */

	/* what came of it */
	bool ended;
	enum emulate_end end;
	enum emulate_why why;
	uint64_t instructions, at;
	int64_t call;
	uint64_t object;
	/* until something outside of the thread changed: what it read, and how it decided */
	bool effect;
	size_t read_count, branch_count;
	struct run_read reads[RUN_READS];
	struct run_branch branches[RUN_BRANCHES];
	size_t release_count;
	struct emulate_release releases[EMULATE_RELEASES];
	/* Of an interpreter: jumps that depend on something, in the order in which it came to them,
	 * and each time that it came to one. */
	size_t test_count, passage_count, first_passages;
	uint64_t tests[RUN_TESTS];
	struct run_passage passages[RUN_PASSAGES];
	uint64_t passing;  /* a test that it has come to */
	uint64_t passed;   /* it, or a jump behind it */
	uint64_t parked;   /* as of struct emulate_outcome */
	uint32_t dropping; /* bit N: in code N it began with throwing away what was returned */
	uint32_t begun;	   /* bit N: it has come to code N */
	uint32_t called;   /* bit N: code N was begun from its start */

	/* on the way */
	enum run_pause pause;
	uint64_t paused_at;
	size_t paused_size;
	bool branches_next;
	uint64_t falls_to; /* of that branch, when it is not taken */
	uint64_t lock;	   /* that the wait gave up; 0: not known yet */
	unsigned lock_releases, other_writes;
	bool made_up; /* an answer of a system call was */
	bool guessed; /* and it may as well have been another: not that something was written */
	bool told_time;
	bool unmoved; /* as of struct emulate_outcome */
	bool settled; /* it was back in its wait as often as it was to be, or unmoved */
	unsigned rounds;
	struct run_state first; /* when it was back for the first time */
	uint32_t taken[EMULATE_WATCHES], borrowed[EMULATE_WATCHES];
	uint32_t gave_back;  /* as of struct emulate_outcome */
	uint32_t given_back; /* number + 1 of a watch whose word is to be as it was; 0: of none */
	uint32_t given_back_value;
	uint64_t known_places; /* a bit for each known function, by its address */
	unsigned followed;     /* waits whose end was made up */
	uint64_t allocated;    /* of LC_SCRATCH_FREE */
	size_t depth;
	uint64_t callers[RUN_CALLERS]; /* return addresses */
	bool jumps_by_memory;	       /* what it reads is an address of code */
	bool enters;		       /* the next instruction is a function's first */
	struct {
		uint64_t at, sp, args[3];
	} entry;       /* of the function entered last */
	bool resolves; /* the dynamic linker binds a function */
	size_t forgotten_count;
	struct emulate_range forgotten[RUN_FORGOTTEN]; /* what that wrote */
};

static inline bool run_is_in(const struct emulate_range *range, uint64_t address)
{
	return address >= range->start && address < range->end;
}

/* Adds the hooks to an emulator. Returns whether that was possible. */
bool run_add_hooks(const struct unicorn *unicorn, uc_engine *uc, struct run_slot *slot);

/* Begins with pages as they are in the target; what it made of them stays until pages_restore(). */
void run_forward(struct run *run);

/* For the files of run.h. */
void run_end(struct run *run, enum emulate_end end, enum emulate_why why);
uint64_t run_register(struct run *run, int number);
void run_set_register(struct run *run, int number, uint64_t value);
bool run_peek(struct run *run, uint64_t address, void *buffer, size_t size);
bool run_poke(struct run *run, uint64_t address, const void *bytes, size_t size);

/* interpreter.c: where its frames stand now; 0: there is none. */
uint64_t run_sum_of_frames(struct run *run);
/* Signals the semaphore in which its thread waits; what is to be done besides, where it parks. */
bool run_signal(struct run *run, uint64_t object);
bool run_hand_over(struct run *run, uint64_t object);
/* A read of its code. */
void run_note_code(struct run *run, uint64_t address);
/* The jump in run->turned becomes the one that goes the other way. */
bool run_turn(struct run *run);
/* Where it goes on behind that test, the first time from that passage on; 0: it does not come
 * there. */
uint64_t run_goes_to(const struct run *run, uint64_t test, size_t from);
/* Is that jump in code that began with throwing away what the wait returned? */
bool run_is_free_test(const struct run *run, uint64_t test);

/* calls.c: answers the system call at which it stands, or ends the run. */
void run_system_call(struct run *run);
/* The kernel's function in user space, at whose first instruction it stands. */
void run_vdso_call(struct run *run);

/* known.c: begins, and does what the known function means at whose first instruction it stands. */
void run_begin_known(struct run *run);
bool run_is_known(const struct run *run, uint64_t address);
void run_known_call(struct run *run);

/*
 * watch.c: it is back in its wait. Is it to go on from there once more? What it has for itself is
 * compared then with what it was the first time: before that it holds remains of other calls.
 */
bool run_goes_round(struct run *run);

/* watch.c: it has a lock, if somebody else has it too, as its word tells. */
void run_take(struct run *run, uint64_t lock);
/* A word becomes as it was, before the next instruction. */
void run_give_back(struct run *run);

/*
 * strings.c: it stands at an instruction that cannot be run, in the function that was entered last
 * (run->entry). Does what that does, and returns from it. Returns whether it is known.
 */
bool run_string_function(struct run *run);

/* watch.c: a write to memory; old and fresh are the first 8 bytes there. */
void run_note_write(struct run *run, uint64_t address, size_t size, uint64_t old, uint64_t fresh);
/* A read of memory, before it. */
void run_note_read(struct run *run, uint64_t address, size_t size);
/* Either of them, for what is in run->tested. */
void run_note_tested(struct run *run, uint64_t address, size_t size, bool read);
/* Nobody else sees this byte, or it does not matter. */
bool run_is_free(const void *run, uint64_t address);

#endif
