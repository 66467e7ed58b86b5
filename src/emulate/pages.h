/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of the target's pages, made when they are first touched, and put back as they were between
 * runs. Private to this folder.
 */
#ifndef LEAKHOP_EMULATE_PAGES_H
#define LEAKHOP_EMULATE_PAGES_H

#include "emulate/emulate.h"
#include "emulate/library.h"

struct page {
	uint64_t address;
	uint8_t *original;
	bool writable; /* by the program */
	bool executed;
	bool dirty;
};

#define PAGES_SLOTS (2 * EMULATE_PAGES) /* a power of two */

struct pages {
	const struct unicorn *unicorn;
	uc_engine *uc;
	const struct emulate_source *source;
	enum emulate_why why; /* why there was no page */
	bool scratch;	      /* there is LC_SCRATCH */
	uint64_t deadline;    /* of the run, as of emulate_clock(): then there are no new ones */
	size_t count;
	struct page list[EMULATE_PAGES];
	uint16_t slots[PAGES_SLOTS]; /* 1 + index into list; 0: free */
	struct page *last;
};

/* The struct is large: it is the caller's, zeroed. */
void pages_begin(struct pages *pages, const struct unicorn *unicorn, uc_engine *uc,
		 const struct emulate_source *source);
void pages_end(struct pages *pages);

/* Forgets all but the constant ones, for the next question of the same world. */
void pages_keep_constant(struct pages *pages);

/* The page of an address, copied and mapped if it is new; NULL: pages->why. */
struct page *pages_get(struct pages *pages, uint64_t address);

/* All pages that it touches. Returns false: pages->why. */
bool pages_touch(struct pages *pages, uint64_t address, size_t size);

/* The bytes are about to change. */
void pages_note_write(struct pages *pages, uint64_t address, size_t size);

/* Those that changed become as they were. */
void pages_restore(struct pages *pages);

/* Of the bytes from start to end, as they are now, in pages that were written to. */
uint64_t pages_sum(struct pages *pages, uint64_t start, uint64_t end);

/*
 * Whether all that changed is as it was, where is_free() does not say that it does not matter.
 */
bool pages_are_unchanged(struct pages *pages,
			 bool (*is_free)(const void *context, uint64_t address),
			 const void *context);

#endif
