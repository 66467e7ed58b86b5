/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A language's runtime in other processes, read from outside and without stopping them: what each
 * folder here offers, behind one table. Whoever opens one names it (runtimes/go/golang.h), nobody
 * else does.
 *
 * Its tasks are goroutines as the model has them (model/goroutines.h). A second runtime is a folder
 * with a table of its own; who then says which of them a process has is still to be written, in
 * src/observe/goroutines.c.
 */
#ifndef LEAKHOP_RUNTIMES_RUNTIME_H
#define LEAKHOP_RUNTIMES_RUNTIME_H

#include "model/go_events.h"
#include "model/go_trace.h"
#include "model/goroutines.h"
#include "model/known_calls.h"

struct runtime;

#define RUNTIME_ENDINGS 8
#define RUNTIME_WORDS 4

/* How a goroutine goes on when its wait has ended. */
struct runtime_forward {
	struct lc_registers registers;
	struct runtime_ending {
		uint64_t result[2];
		uint64_t value, address; /* that it has received, where that goes */
		uint32_t size;		 /* of it; 0: nothing */
	} endings[RUNTIME_ENDINGS];	 /* each way that the wait may end */
	size_t ending_count;
	bool guessed; /* it may end with values that are not tried */
	struct {
		uint64_t address, value;
	} words[RUNTIME_WORDS]; /* as they would be */
	size_t word_count;
	uint64_t stack_from, stack_to;
	uint64_t lock; /* that it waits for, and has then; 0: none */
	size_t known_count;
	struct lc_known_call known[LC_KNOWN_CALLS];
};

struct runtime_goids {
	const uint64_t *list;
	size_t count;
};

/* Goroutines: of which it is asked why they live, and which are stuck. */
struct runtime_why {
	const uint64_t *goids;
	size_t count;
	const uint64_t *stuck;
	size_t stuck_count;
};

/*
 * A goroutine of runtime_dump(). The trace and its strings live for the call only. Non-zero ends
 * the dump.
 */
typedef int runtime_dump_fn(void *context, const struct lc_go_trace *trace);

/* Stacks are interned in those that it was opened with. Functions return 0 or a negative errno. */
struct runtime_operations {
	void (*close)(struct runtime *runtime);

	/*
	 * Looks at all goroutines of a process, and takes the stacks of those that stand still and
	 * have none. attempts: how often one that moved meanwhile is looked at again. *ret_process
	 * is in model. -ENOENT: it has no such runtime; -ENOTSUP: it has, and it can't be read
	 * (process->unsupported says why); -ESRCH, -EPERM, -ENOMEM.
	 */
	int (*sweep)(struct runtime *runtime, struct lc_go *model, pid_t pid, uint64_t now,
		     unsigned attempts, struct lc_go_process **ret_process);

	/*
	 * Before the sweeps of the processes that live (sorted): what is kept of others goes, but
	 * for what the model has, and for those asked about since the last time. May be NULL.
	 */
	void (*keep)(struct runtime *runtime, const pid_t *pids, size_t count);

	/* The process executed another program or ended. */
	void (*forget)(struct runtime *runtime, struct lc_go *model, pid_t pid);

	/*
	 * Reads what a goroutine waits for, in full, and keeps it in the process (lc_go_set_wait).
	 * -EAGAIN if it went on meanwhile.
	 */
	int (*describe)(struct runtime *runtime, struct lc_go_process *process, uint64_t goid);

	/*
	 * Who holds the locks that goroutines wait for, as far as deferred calls on their stacks
	 * tell: into the model (lc_go_set_held). Returns 0, -ESRCH, -ENOMEM.
	 */
	int (*holders)(struct runtime *runtime, struct lc_go_process *process);

	/*
	 * What is needed to run a goroutine forward, behind its wait. False: it has moved, or it is
	 * not known how.
	 */
	bool (*forward)(struct runtime *runtime, const struct lc_go_process *process,
			const struct lc_goroutine *goroutine, struct runtime_forward *ret);

	/* It stands as the last sweep saw it. */
	bool (*stands)(struct runtime *runtime, const struct lc_go_process *process,
		       const struct lc_goroutine *goroutine);

	/*
	 * May others than its goroutines call functions of the program: C, of which there is some
	 * in it, or the collector, as finalizers and cleanups? True where it is not known.
	 */
	bool (*called)(struct runtime *runtime, const struct lc_go_process *process);

	/*
	 * Asks of all goroutines that wait for something of the program whether anything that lives
	 * can still reach it: LC_GO_ASKED and, where nothing can, LC_GO_UNREACHABLE are set in
	 * them; of those also who could end it. Looks twice or three times. Reads what lives of the
	 * process's heap: a second or two for each GB. Also who waits for what those who are asked
	 * about have at hand, who read from connections (lc_go_set_releasers, LC_GO_AWAITED). How
	 * it went is in process->search. -ENOENT:
	 * the heap was not found, or is laid out in an unknown way; -EFAULT: something could not be
	 * read; -ETIME: not in time; -E2BIG: it is too large; -ENOMEM.
	 */
	int (*reach)(struct runtime *runtime, struct lc_go_process *process,
		     const struct runtime_goids *readers);

	/*
	 * After reach(): keeps why what goroutines wait for is reached, in the process
	 * (lc_go_set_path), and who depends on one that is stuck (lc_go_set_releasers). A search of
	 * its own. Returns as reach().
	 */
	int (*explain)(struct runtime *runtime, struct lc_go_process *process,
		       const struct runtime_why *why);

	/*
	 * Keeps what each group of goroutines holds and nothing else does, in the process
	 * (lc_go_set_retained); reach() does that for those that nothing reaches. Returns as
	 * reach().
	 */
	int (*retained)(struct runtime *runtime, struct lc_go_process *process);

	/* Gives a stack of goroutines (0: none) its names (lc_stacks_set_frames). */
	int (*name)(struct runtime *runtime, uint32_t stack);

	/*
	 * The labels that the program has set on a goroutine (pprof.Do), as "endpoint=/orders
	 * tenant=7"; "" for none.
	 */
	int (*labels)(struct runtime *runtime, struct lc_go_process *process, uint64_t goid,
		      char *buffer, size_t size);

	/* Looks at a process that was never looked at, so that calls() knows its files. */
	void (*know)(struct runtime *runtime, pid_t pid, uint64_t now);

	/*
	 * The calls at an address of a file (as fstat() and ELF name them), innermost first, at
	 * most capacity; returns how many. Knows the files of the processes that were looked at,
	 * stripped or not. The strings live as long as the runtime.
	 */
	size_t (*calls)(struct runtime *runtime, uint64_t device, uint64_t inode, uint64_t vaddr,
			struct lc_frame *calls, size_t capacity);

	/*
	 * Where probes have to be in a process to see each creation, end, park and wake-up of a
	 * goroutine, and the fields that these read. ret->path is valid while the process is known
	 * here. -ENOENT: not a process that sweep() has read; -ENOTSUP: not all places were found,
	 * or not on this machine.
	 */
	int (*probes)(struct runtime *runtime, pid_t pid, struct lc_go_probes *ret);

	/*
	 * Takes in what probes have counted of a go statement, and a block that has ended. Returns
	 * 0 or -ENOMEM.
	 */
	int (*note_site)(struct runtime *runtime, struct lc_go_process *process,
			 const struct lc_go_site_count *count);
	int (*note_block)(struct runtime *runtime, struct lc_go_process *process,
			  const struct lc_go_raw_block *block);

	/* The stack of return addresses in a process, the innermost first; 0: none of it is its. */
	uint32_t (*intern)(struct runtime *runtime, pid_t pid, const uint64_t *addresses,
			   size_t count);

	/*
	 * Calls fn for each goroutine of a process, in the order of the runtime's list, with what
	 * the runtime's own dump of all goroutines would tell of it: all but its own. Each is read
	 * at one moment; one that does not stand still for that in so many attempts is told as
	 * running. Returns what fn returned, or an error as sweep(); reason: why.
	 */
	int (*dump)(struct runtime *runtime, pid_t pid, uint64_t now, unsigned attempts,
		    runtime_dump_fn *fn, void *context, char reason[200]);
};

/* Begins what each runtime keeps. */
struct runtime {
	const struct runtime_operations *does;
};

#endif
