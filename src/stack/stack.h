/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks of other processes, without stopping them: the public header of this folder.
 *
 * stack_unwind() walks from given registers with the CFI of the binaries (.eh_frame, .debug_frame)
 * and memory read through process_vm_readv, or from a copy of the stack's top. stack_name_user()
 * and stack_name_kernel() give the frames names: symbols, lines, inlined calls, demangled.
 *
 * The caller must make sure that the thread did not run meanwhile (compare its switch counters from
 * before the registers were read and after stack_unwind() returned); this code can't know.
 *
 * Files are opened once for each build-id (or device and inode), over all processes. Mappings of a
 * process are read at the first use after each stack_begin_round(). Everything read from a process
 * is taken as hostile: each read is bounded, each walk ends.
 */
#ifndef LEAKHOP_STACK_STACK_H
#define LEAKHOP_STACK_STACK_H

#include "binary/binary.h"
#include "model/stacks.h"
#include "model/types.h"
#include "target/access.h"

#define STACK_MAX_FRAMES 127

struct stack_engine;

struct stack_options {
	struct target_access *access; /* to processes; outlives the engine; NULL: by itself */
	struct binary_files *files;   /* what reads files with code; outlives the engine */
	const char *symfs;	      /* look for files below this folder first; NULL: none */
	unsigned max_frames;	      /* 1 to STACK_MAX_FRAMES; 0: STACK_MAX_FRAMES */
	/*
	 * Called now and then during long work (opening a large file, reading its DWARF); may be
	 * NULL. what names the work: "reading symbols of /usr/bin/foo".
	 */
	void (*progress)(void *context, const char *what);
	void *progress_context;
	/*
	 * Asked where the symbols and lines of a file know nothing of an address of it: by a
	 * language that brings tables of its own. Fills in the calls there (function, file, line,
	 * offset), innermost first, at most capacity, and returns how many. Called once for each
	 * address; may be NULL.
	 */
	size_t (*other_names)(void *context, uint64_t device, uint64_t inode, uint64_t vaddr,
			      struct lc_frame *calls, size_t capacity);
	void *other_names_context;
};

/* A copy of stack memory: bytes start at address. For spawn sites, whose thread has moved on. */
struct stack_copy {
	uint64_t address;
	const void *bytes;
	size_t size;
};

/* The result of stack_unwind(); the caller owns the struct, nothing in it needs release. */
struct stack_walk {
	struct lc_raw_frame frames[STACK_MAX_FRAMES]; /* innermost first */
	size_t count;
	enum lc_stack_end end;
};

int stack_engine_create(const struct stack_options *options, struct stack_engine **ret_engine);
void stack_engine_free(struct stack_engine *engine);

/*
 * Opens a separate debug file, for struct binary_debug_files: below symfs, in the root of the
 * process that showed the module, and by build-id also in this host's own.
 */
int stack_open_debug_file(struct stack_engine *engine, const struct binary_debug_request *request,
			  unsigned attempt, int *ret_fd);

/* Mappings read before this call are read anew when next needed. */
void stack_begin_sweep(struct stack_engine *engine);

/* The process executed another program or ended: forget what is known of it now. */
void stack_forget_process(struct stack_engine *engine, pid_t pid);

/*
 * Unwinds from registers in the process pid (as this process's PID namespace numbers it). Memory is
 * read from copy where it covers the address, else, if live is true, from the process. Frame 0's
 * pc counts as interrupted (not a return address) unless it follows a system call instruction; for
 * a thread blocked in a system call the pc is behind that instruction and is to be looked up as
 * such (pc - 1 must not be used: use pc itself for CFI, pc - 1 for the line only where that is
 * right).
 *
 * Returns 0 with at least one frame (the walk may have ended early: walk->end says why);
 * -ESRCH if the process is gone; -EACCES/-EPERM if its mappings may not be read; -ENOMEM.
 */
int stack_unwind(struct stack_engine *engine, pid_t pid, const struct lc_registers *registers,
		 const struct stack_copy *copy, bool live, struct stack_walk *walk);

/*
 * Gives the names to an interned user stack, by lc_stacks_set_frames(). Works after the process has
 * ended. Does nothing if it has names. Returns 0 or a negative errno; a frame without symbols is no
 * error (function "").
 */
int stack_name_user(struct stack_engine *engine, struct lc_stacks *stacks, uint32_t id);

/*
 * The frames of an address with names (NULL: none are known), innermost first; module and build_id
 * go into each. Strings are those of the arguments. Returns how many, at most BINARY_PLACES_MAX and
 * at least one.
 */
size_t stack_frames_of(const struct address_names *names, const struct lc_raw_frame *raw,
		       const char *module, const char *build_id,
		       struct lc_frame frames[BINARY_PLACES_MAX]);

/*
 * What an address of a process is called, of code or data: "jobs+8", or "" where no symbol of a
 * file has it. Returns buffer.
 */
const char *stack_name_address(struct stack_engine *engine, pid_t pid, uint64_t address,
			       char *buffer, size_t size);

/*
 * The same without symbols: the file's name and the address in it, as nm and addr2line have it of
 * the unstripped file ("prog+0x4060"); "" where it is behind no file. Whether it belongs to the
 * file before it is the caller's to know. Returns buffer.
 */
const char *stack_name_in_file(struct stack_engine *engine, pid_t pid, uint64_t address,
			       char *buffer, size_t size);

/*
 * Where the call before a return address is in the source: "held.c:33", of the function itself, not
 * of one that was inlined there; "" where nothing tells. Returns buffer.
 */
const char *stack_name_place(struct stack_engine *engine, pid_t pid, uint64_t address, char *buffer,
			     size_t size);

/*
 * The same for a kernel stack (raw frames with module 0, pid 0). Names come from /proc/kallsyms,
 * read at the first call. Where the kernel hides addresses (kptr_restrict, no CAP_SYSLOG) functions
 * stay
 * "" and stack_kernel_names_hidden() is true.
 */
int stack_name_kernel(struct stack_engine *engine, struct lc_stacks *stacks, uint32_t id);
bool stack_kernel_names_hidden(struct stack_engine *engine);

#endif
