/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of functions that every Go program carries, stripped or not: from an address to
 * function, line, inlined calls and frame size. Layouts: src/runtime/symtab.go and
 * src/internal/abi/symtab.go of Go 1.17 to 1.27. The bytes come from a stranger's file: every
 * offset is checked.
 */
#ifndef LEAKHOP_RUNTIMES_GO_PCLNTAB_H
#define LEAKHOP_RUNTIMES_GO_PCLNTAB_H

#include "runtimes/go/image/image.h"

#define GO_INLINED_MAX 32
#define PCLNTAB_ARGS_UNKNOWN INT32_MIN

struct go_function {
	uint64_t entry; /* vaddr */
	uint32_t info;	/* offset of its _func in the table */
	uint32_t name;	/* offset of its name */
	uint32_t pcsp, pcfile, pcln;
	uint32_t deferreturn; /* its call of that, from entry on; 0: it defers nothing */
	uint32_t npcdata, cu;
	int32_t args; /* bytes, with room to save those in registers; PCLNTAB_ARGS_UNKNOWN */
	uint8_t id, flag, nfuncdata;
	uint32_t after; /* offset of the arrays behind its _func */
};

/*
 * A call: a function, or one that was inlined into the next of the list. Strings are the table's.
 */
struct go_call {
	const char *function;
	const char *file;
	unsigned line;
	bool inlined;
	bool wrapper;	/* made by the compiler */
	uint64_t entry; /* vaddr of the function whose code it is in */
	uint64_t pc;	/* vaddr that the line is of */
};

/* Where the table is, in vaddr. Returns false: there is none. */
bool pclntab_find(const struct go_image *image, uint64_t *ret_start, uint64_t *ret_end);

/*
 * Opens image->table. text and gofunc: vaddr, from the module's data. memory: the table as the
 * process has it (taken over, relocated by bias), or NULL: from the file. Returns 0, -EBADMSG,
 * -ENOMEM.
 */
int pclntab_open(struct go_image *image, uint64_t text, uint64_t gofunc, uint8_t *memory,
		 size_t memory_size, uint64_t bias);
void pclntab_free(struct go_pclntab *table);

/* The function that holds vaddr; false: none. */
bool pclntab_function(const struct go_pclntab *table, uint64_t vaddr, struct go_function *ret);

/* Its name; "" if it has none. */
const char *pclntab_name(const struct go_pclntab *table, uint32_t name);

/* Entry of the function of that name, vaddr; 0: none. Slow: walks all. */
uint64_t pclntab_named(const struct go_pclntab *table, const char *name);

/*
 * Entries of functions by their names, in one walk over all; 0: none of that name. Of two of one
 * name (the compiler makes another one that calls assembly) the one in assembly.
 */
void pclntab_named_all(const struct go_pclntab *table, const char *const *names, size_t count,
		       uint64_t *entries);

/* Bytes between sp at vaddr and the caller's frame, without the return address; -1: not known. */
int32_t pclntab_frame_size(const struct go_pclntab *table, const struct go_function *function,
			   uint64_t vaddr);

/* A value of the function's table number index at vaddr (internal/abi: PCDATA_*); -1: none. */
int32_t pclntab_data(const struct go_pclntab *table, const struct go_function *function,
		     unsigned index, uint64_t vaddr);

/* vaddr of the function's data number index (internal/abi: FUNCDATA_*); 0: none. */
uint64_t pclntab_function_data(const struct go_pclntab *table, const struct go_function *function,
			       unsigned index);

/*
 * The calls at vaddr, innermost first; returns how many. exact: vaddr is the instruction itself,
 * not a return address.
 */
size_t pclntab_calls(const struct go_image *image, uint64_t vaddr, bool exact,
		     struct go_call calls[GO_INLINED_MAX]);

/* First address behind a function, vaddr. */
uint64_t pclntab_end(const struct go_pclntab *table, const struct go_function *function);

/*
 * Goes through the code of a function: fn is called for each piece that is of one call, with the
 * number and name of the innermost inlined one; -1: none. False ends it.
 */
typedef bool pclntab_piece_fn(void *context, uint64_t from, uint64_t to, int32_t inlined,
			      const char *name);
void pclntab_pieces(const struct go_image *image, const struct go_function *function,
		    pclntab_piece_fn *fn, void *context);

/*
 * Where the code has taken its frame down, after it had one: its return instructions, and what the
 * compiler put behind them. vaddr of the beginnings; returns how many, at most capacity.
 */
size_t pclntab_frame_ends(const struct go_pclntab *table, const struct go_function *function,
			  uint64_t *ends, size_t capacity);

/* It writes to sp in a way that the frame sizes don't tell (funcFlag SPWRITE). */
bool pclntab_sets_sp(const struct go_function *function);

/* It was written in assembly (funcFlag ASM, noted since 1.18). */
bool pclntab_is_assembly(const struct go_function *function);

/* The caller of this function is the stack's end (funcFlag TOPFRAME). */
bool pclntab_is_top(const struct go_function *function);

#endif
