/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked of the emulator about one thread. Private to this folder. */
#ifndef LEAKHOP_OBSERVE_FORWARD_QUESTION_H
#define LEAKHOP_OBSERVE_FORWARD_QUESTION_H

#include "emulate/emulate.h"
#include "model/threads.h"
#include "target/maps.h"

#define FORWARD_MUTEX_BYTES 40	   /* of glibc */
#define FORWARD_CONDITION_BYTES 48 /* the same: src/wait/glibc_sync.c */

/* A process whose threads are asked. */
struct forward_process {
	struct target_task task;
	struct target_maps maps;			 /* all of them */
	uint64_t world;					 /* as of struct emulate_question */
	uint64_t byte_functions[EMULATE_BYTE_FUNCTIONS]; /* the same */
};

/* Fills in byte_functions. */
void forward_find_byte_functions(struct forward_process *process);

/* Its pages, for struct emulate_source; context is the process. */
int forward_page(void *context, uint64_t address, uint8_t bytes[EMULATE_PAGE], bool *ret_writable);

/* Is that address in a file, or in the program's variables behind it? */
bool forward_is_in_file(const struct forward_process *process, uint64_t address);

/* Where the kernel's functions are in it. */
struct emulate_range forward_vdso(const struct forward_process *process);

/*
 * Whether a thread waits for what can be told to have been signalled, and *ret is then the question
 * whether it would go on. What must be read of the process for that may fail: false.
 */
bool forward_question(struct forward_process *process, const struct lc_thread *thread,
		      struct emulate_question *ret);

/*
 * The same for any blocked thread: which locks it would release if its wait ended. The caller fills
 * in what is watched, and the result of the call.
 */
bool forward_frees_question(struct forward_process *process, const struct lc_thread *thread,
			    struct emulate_question *ret);

/* What every question about a thread begins with: where it stands, and what is its own. */
struct emulate_question forward_begin(const struct forward_process *process,
				      const struct lc_thread *thread);

/* Where the library is that has this address, with its variables; empty: the program itself has. */
struct emulate_range forward_library_at(const struct target_maps *maps, uint64_t address);

#endif
