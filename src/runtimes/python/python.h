/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a thread of CPython stands in Python's own code, while it waits: its frames, read from
 * outside, of CPython 3.11 to 3.13. No symbol is needed: its PyThreadState is known by its numbers,
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

/* A jump that depends on something, and the one that goes the other way. */
struct python_turn {
	uint8_t opcode, other;
};

/* What differs from version to version. */
struct python_layout {
	/* From PyThreadState to the innermost frame: the pointer there, and the one where that
	 * leads. */
	uint32_t hops[2], hop_count;
	uint32_t thread_id;	 /* of PyThreadState; native_thread_id is behind it */
	uint32_t on_delete_data; /* the same; 0: it has none */
	/* _PyInterpreterFrame */
	uint32_t frame_code, frame_previous, frame_instruction;
	/* PyCodeObject */
	uint32_t code_bytes, code_first_line;
	uint32_t text; /* bytes before those of an ASCII string */
	uint8_t pop_top;
	uint8_t jump_caches; /* units behind a jump */
	uint8_t turn_count;
	struct python_turn turns[PYTHON_TURNS];
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
 * The semaphore that another thread waits for in threading.Thread.join() of this one; 0: not known.
 * It is posted when this one ends.
 */
uint64_t python_joined(const struct target_task *task, const struct python_thread *thread);

/* Where an instruction is in the source: "worker.py:12, in work"; "" not known. */
void python_place(const struct target_task *task, const struct python_thread *thread,
		  uint64_t instruction, char *buffer, size_t size);

#endif
