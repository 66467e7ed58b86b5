/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this folder share: the processes known, and the buffers of a sweep. */
#ifndef LEAKHOP_RUNTIMES_GO_PRIVATE_H
#define LEAKHOP_RUNTIMES_GO_PRIVATE_H

#include "runtimes/go/sched/descriptors.h"
#include "runtimes/go/golang.h"
#include "runtimes/go/sched/process.h"
#include "runtimes/go/sched/unwind.h"
#include "target/proc.h"

#define GO_STACK_TOP 2048 /* of a stack is read at once; deeper ones cost a second read */

/* Goroutines that are looked at together. */
struct go_batch {
	size_t count;
	size_t places[GO_BATCH];
	uint64_t addresses[GO_BATCH];
	bool read[GO_BATCH];
	struct go_descriptor before[GO_BATCH], after[GO_BATCH];
	struct target_piece stack[GO_BATCH], waiter[GO_BATCH], pieces[GO_BATCH];
	uint8_t descriptor_bytes[GO_BATCH][GO_DESCRIPTOR_MAX];
	uint8_t stack_bytes[GO_BATCH][GO_STACK_TOP];
	uint8_t waiter_bytes[GO_BATCH][GO_WAITER_MAX]; /* runtime.sudog */
};

struct go_known {
	UT_hash_handle hh;
	pid_t pid;
	uint64_t start_time;
	uint64_t exe; /* inode: changes by exec */
	uint64_t looked_at;
	uint64_t look_again; /* ns after that, if there is an error */
	int error;	     /* 0, or why there is no process */
	bool used;	     /* since golang_keep() */
	struct go_process *process;
	char version_text[64];
	char reason[200];
};

struct golang {
	struct runtime runtime; /* first */
	struct lc_stacks *stacks;
	struct go_images images;
	struct go_known *known;
	struct go_walk walk;
	uint8_t *kinds; /* enum lc_go_kind + 1, by stack: what its innermost functions tell; 0: not
			   asked */
	size_t kinds_capacity;
	struct go_batch batch;
};

static inline struct golang *golang_of(struct runtime *runtime)
{
	return (struct golang *)runtime;
}

/* What the folders of this folder do of struct runtime_operations. */
int golang_describe(struct runtime *runtime, struct lc_go_process *process, uint64_t goid);
int golang_holders(struct runtime *runtime, struct lc_go_process *process);
bool golang_forward(struct runtime *runtime, const struct lc_go_process *process,
		    const struct lc_goroutine *goroutine, struct runtime_forward *ret);
bool golang_called(struct runtime *runtime, const struct lc_go_process *process);
bool golang_stands(struct runtime *runtime, const struct lc_go_process *process,
		   const struct lc_goroutine *goroutine);
int golang_reach(struct runtime *runtime, struct lc_go_process *process,
		 const struct runtime_goids *readers);
int golang_explain(struct runtime *runtime, struct lc_go_process *process,
		   const struct runtime_why *why);
int golang_retained(struct runtime *runtime, struct lc_go_process *process);
int golang_labels(struct runtime *runtime, struct lc_go_process *process, uint64_t goid,
		  char *buffer, size_t size);
int golang_probes(struct runtime *runtime, pid_t pid, struct lc_go_probes *ret);
int golang_note_site(struct runtime *runtime, struct lc_go_process *process,
		     const struct lc_go_site_count *count);
int golang_note_block(struct runtime *runtime, struct lc_go_process *process,
		      const struct lc_go_raw_block *block);
uint32_t golang_intern(struct runtime *runtime, pid_t pid, const uint64_t *addresses, size_t count);
int golang_dump(struct runtime *runtime, pid_t pid, uint64_t now, unsigned attempts,
		runtime_dump_fn *fn, void *context, char reason[200]);

/* sweep.c: all goroutines of a process. */
int go_sweep(struct golang *golang, struct go_process *process, struct lc_go_process *model,
	     uint64_t now, unsigned attempts);

/* sweep.c: the stacks of a new site; spawn_pc 0: of no go statement. */
void go_fill_site(struct golang *golang, const struct go_process *process, struct lc_go_site *site,
		  uint64_t spawn_pc, uint64_t entry_pc);

/* kinds.c: what a stack's innermost functions tell of a wait; LC_GO_NO_WAIT: nothing. */
enum lc_go_kind go_kind_by_stack(struct golang *golang, const struct go_process *process,
				 const struct go_walk *walk, uint32_t stack);

/*
 * What is known of a process, looked up anew where it is not that process or program any more.
 * Whether it can be read is in (*ret)->error. Returns 0 or a negative errno.
 */
int go_know_process(struct golang *golang, pid_t pid, uint64_t now, struct go_known **ret,
		    struct target_stat *stat);

/* The process behind the model's, or NULL. */
struct go_process *go_known_process(struct golang *golang, pid_t pid);

/*
 * libraries.c: a stack's innermost function, but for those of the runtime and of locks, and that of
 * entry, a function's, are of one package, which is none of the program's main module.
 */
bool go_is_of_library(struct golang *golang, uint32_t stack, uint32_t entry);

/* libraries.c: is this a stack's innermost function, but for those of the runtime and of locks? */
bool go_is_told_as(struct golang *golang, uint32_t stack, const char *function);

/*
 * bodies.c: which of those that read answers of HTTP wait for the end of a body that nothing else
 * has (LC_GO_BODY_FORGOTTEN): after go_reach(), a search of its own where there may be some.
 */
void go_note_bodies(struct golang *golang, struct go_process *process, struct lc_go_process *model);

/* libraries.c: there is a function of the program's main module on the stack. */
bool go_has_own(struct golang *golang, uint32_t stack);

/*
 * callers.c: which of those that read from connections somebody in the program's own code waits for
 * (LC_GO_AWAITED), by what is known of who could end whose wait.
 */
void go_note_callers(struct golang *golang, struct lc_go_process *model);

/* read.c: a goroutine's descriptor as it is now; false: gone. */
bool go_read_descriptor(const struct go_process *process, const struct lc_goroutine *goroutine,
			struct go_descriptor *ret);

/* The goroutine's stack from sp up, malloc'ed, NULL; and its size, with a bound. */
uint8_t *go_read_stack(const struct go_process *process, const struct go_descriptor *descriptor,
		       size_t *ret_size);
size_t go_stack_size(const struct go_descriptor *descriptor);

/* A string in the process, not read yet. */
struct go_text {
	uint64_t address, length;
};

/*
 * A label that the program has set on a goroutine (pprof.Do), laid out as the runtime has it
 * since 1.24.
 */
struct go_label {
	struct go_text key, value;
};

#define GO_LABELS_MAX 32

/* labels.c: those of a goroutine, by its field labels; how many, or -EFAULT. */
ssize_t go_read_labels(const struct go_process *process, uint64_t labels,
		       struct go_label list[GO_LABELS_MAX]);

/* The registers to walk from. */
void go_descriptor_start(const struct go_descriptor *descriptor, uint64_t *ret_pc,
			 uint64_t *ret_sp);

#endif
