/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Goroutines of other processes, without stopping them: the one door of this room.
 *
 * The Go runtime's own structures are read through process_vm_readv: its list of all goroutines,
 * their descriptors, stacks, and what they wait for. A goroutine that changed while it was read is
 * read again; one that runs is told as running. Works on stripped, static and position-independent
 * programs and on Go in shared libraries, Go 1.17 to 1.27 and what is laid out as those. Everything
 * read is hostile: each read is bounded, each walk ends. Nothing is written to the process.
 */
#ifndef LEAKHOP_RUNTIMES_GO_GOLANG_H
#define LEAKHOP_RUNTIMES_GO_GOLANG_H

#include "model/go_events.h"
#include "model/go_trace.h"
#include "model/goroutines.h"

struct golang;

/* Stacks are interned in stacks, which must outlive golang. Returns 0 or -ENOMEM. */
int golang_create(struct lc_stacks *stacks, struct golang **ret_golang);
void golang_free(struct golang *golang);

/*
 * Looks at all goroutines of a process, and takes the stacks of those that stand still and have
 * none. attempts: how often one that moved meanwhile is looked at again. *ret_process is in model.
 * Returns 0; -ENOENT: no Go in it; -ENOTSUP: there is, and it can't be read (process->unsupported
 * says why); -ESRCH, -EPERM, -ENOMEM.
 */
int golang_sweep(struct golang *golang, struct lc_go *model, pid_t pid, uint64_t now,
		 unsigned attempts, struct lc_go_process **ret_process);

/*
 * Where probes have to be in a process to see each creation, end, park and wake-up of a goroutine,
 * and the fields that these read. ret->path is valid while the process is known here. Returns 0;
 * -ENOENT: not a process that golang_sweep() has read; -ENOTSUP: not all places were found, or not
 * on this machine.
 */
int golang_probes(struct golang *golang, pid_t pid, struct lc_go_probes *ret);

/*
 * Takes in what probes have counted of a go statement, and a block that has ended. Returns 0 or
 * -ENOMEM.
 */
int golang_note_site(struct golang *golang, struct lc_go_process *process,
		     const struct lc_go_site_count *count);
int golang_note_block(struct golang *golang, struct lc_go_process *process,
		      const struct lc_go_raw_block *block);

/* The stack of return addresses in a process, the innermost first; 0: none of it is Go's. */
uint32_t golang_intern(struct golang *golang, pid_t pid, const uint64_t *addresses, size_t count);

/* The process executed another program or ended. */
void golang_forget(struct golang *golang, struct lc_go *model, pid_t pid);

/*
 * Reads what a goroutine waits for, in full, and keeps it in the process (lc_go_set_wait). Returns
 * 0, -EAGAIN if it went on meanwhile, or another negative errno.
 */
int golang_describe(struct golang *golang, struct lc_go_process *process, uint64_t goid);

/*
 * Asks of all goroutines that wait for something of the program whether anything that lives can
 * still reach it: LC_GO_ASKED and, where nothing can, LC_GO_UNREACHABLE are set in them; of those
 * also who could end it. Looks twice or three times. Reads what lives of the process's heap: a
 * second or two for each GB. How it went is in process->search. Returns 0; -ENOENT: the heap was
 * not found, or is laid out in an unknown way; -EFAULT: something could not be read; -ETIME: not in
 * time; -E2BIG: it is too large; -ENOMEM.
 */
int golang_reach(struct golang *golang, struct lc_go_process *process);

/*
 * Calls fn for each goroutine of a process, in the order of the runtime's list, with what Go's own
 * dump of all goroutines would tell of it: all but the runtime's own. Each is read at one moment;
 * one that does not stand still for that in so many attempts is told as running. The trace and its
 * strings live for the call only. Ends when fn returns non-zero, which is returned. Returns 0 or an
 * error as golang_sweep(); reason: why.
 */
typedef int golang_trace_fn(void *context, const struct lc_go_trace *trace);
int golang_trace(struct golang *golang, pid_t pid, uint64_t now, unsigned attempts,
		 golang_trace_fn *fn, void *context, char reason[200]);

/*
 * Gives a stack of goroutines (0: none) its names (lc_stacks_set_frames). Returns 0 or a negative
 * errno.
 */
int golang_name(struct golang *golang, uint32_t stack);

/* Looks for Go in a process that was never looked at, so that golang_calls() knows its files. */
void golang_know(struct golang *golang, pid_t pid, uint64_t now);

/*
 * The calls at an address of a file (as fstat() and ELF name them), innermost first, at most room;
 * returns how many. Knows the files with Go code of the processes that were looked at, stripped or
 * not. The strings live as long as golang.
 */
size_t golang_calls(const struct golang *golang, uint64_t device, uint64_t inode, uint64_t vaddr,
		    struct lc_frame *calls, size_t room);

/*
 * The labels that the program has set on a goroutine (pprof.Do), as "endpoint=/orders tenant=7"; ""
 * for none. Returns 0 or a negative errno.
 */
int golang_labels(struct golang *golang, struct lc_go_process *process, uint64_t goid, char *buffer,
		  size_t size);

#endif
