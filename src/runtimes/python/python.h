/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a thread of CPython stands in Python's own code, while it waits: its frames, read from
 * outside, of CPython 3.11 to 3.15. No symbol is needed: its PyThreadState is known by its numbers,
 * and lies where its C stack says. What is read is a stranger's: where it does not fit together,
 * nothing is known.
 */
#ifndef LEAKHOP_RUNTIMES_PYTHON_H
#define LEAKHOP_RUNTIMES_PYTHON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/access.h"
#include "target/maps.h"

#define PYTHON_FRAMES 12
#define PYTHON_TURNS 12
#define PYTHON_LEADS 10

/* A jump that depends on something, and the one that goes the other way. */
struct python_turn {
	uint8_t opcode, other;
};

/* What differs from version to version. */
struct python_layout {
	unsigned minor; /* of version 3.minor */
	/* From PyThreadState to the innermost frame: the pointer there, and the one where that
	 * leads. */
	uint32_t hops[2], hop_count;
	uint32_t thread_id;	 /* of PyThreadState; native_thread_id is behind it */
	uint32_t on_delete_data; /* the same; 0: it has none */
	/*
	 * A lock is no semaphore, but a byte, and who waits for it does so in a semaphore on its
	 * own stack: of struct wait_entry (Python/parking_lot.c).
	 */
	bool parks;
	/* _PyInterpreterFrame */
	uint32_t frame_code, frame_previous, frame_instruction;
	/* PyCodeObject */
	uint32_t code_bytes, code_first_line;
	uint32_t text; /* bytes before those of an ASCII string */
	uint8_t pop_top;
	uint8_t jump_caches; /* units behind a jump */
	uint8_t turn_count;
	struct python_turn turns[PYTHON_TURNS];
	/* Opcodes that only lead on, and jumps that depend on nothing; 0: none. */
	uint8_t leads[PYTHON_LEADS], jumps[PYTHON_LEADS];
	/*
	 * Comparisons that do the jump behind them, by what they know of it: from first_fused on,
	 * so many; unfused does not. fused_bytes: from one to the other.
	 */
	uint8_t first_fused, fused_count, unfused, fused_bytes;
};

struct python_frame {
	uint64_t code;	      /* PyCodeObject */
	uint64_t start, end;  /* of its bytes */
	uint64_t instruction; /* that it is in */
};

struct python_thread {
	const struct python_layout *layout; /* static */
	uint64_t state;			    /* PyThreadState */
	size_t count;			    /* the innermost, at most PYTHON_FRAMES */
	struct python_frame frames[PYTHON_FRAMES];
};

/*
 * A thread that waits: number as it sees itself, stack pointer and thread pointer. Returns 0,
 * -ENOENT: not such a thread, or it cannot be read; -ENOMEM.
 */
int python_find_thread(const struct target_task *task, const struct target_maps *maps,
		       pid_t own_tid, uint64_t sp, uint64_t thread_pointer,
		       struct python_thread *ret);

/*
 * Where a thread waits, or would wait: a semaphore; and, where that is on its stack, what it is
 * about, which is the word before it.
 */
struct python_wait {
	uint64_t semaphore, parked;
};

/* Is that threading.Thread.join() of this thread, which ends when that ends, and no sooner? */
bool python_is_joined(const struct target_task *task, const struct python_thread *thread,
		      const struct python_wait *wait);

/* Where an instruction is in the source: "worker.py:12, in work"; "" not known. */
void python_place(const struct target_task *task, const struct python_thread *thread,
		  uint64_t instruction, char *buffer, size_t size);

#endif
