/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All waits of a run, one by one: what the formats for profiles and flame graphs are made of. Pure.
 * Private to this folder.
 */
#ifndef LEAKHOP_OUTPUT_SAMPLES_H
#define LEAKHOP_OUTPUT_SAMPLES_H

#include "output/output.h"

#define SAMPLE_NAME_BYTES 4096

/* A wait of one thread or goroutine, or several that are alike. */
struct sample {
	pid_t pid;
	const char *process; /* its name; any bytes, as all names here */
	pid_t tid;	     /* 0: a goroutine that has none */
	const char *thread;  /* its name; NULL: a goroutine */
	uint64_t goid;	     /* 0: a thread, or goroutines past the bound of their group */
	const char *wait;    /* kind of what is waited for; "": not known */
	enum verdict verdict;
	uint32_t user_stack, kernel_stack, spawn_stack; /* 0: none, or not asked for */
	uint64_t count;
	uint64_t ns;		 /* of all of them; what is not known counts as 0 */
	uint64_t retained_bytes; /* of all of them: that nothing else holds; 0: not known */
	bool ended;		 /* earlier blocks of the threshold and longer, at one place */
};

/*
 * Gives each wait to take(), until that returns other than 0, which is then returned. Threads and
 * goroutines that run have none. What sample points to is the run's, and valid in the call.
 */
int samples_each(const struct output_run *run, const struct output_report *report,
		 int (*take)(void *context, const struct sample *sample), void *context);

/* The waits of one process at one place, added up. */
struct fold {
	pid_t pid;
	const char *process;
	uint32_t user_stack, kernel_stack;
	uint64_t count, ns;
};

struct folds {
	struct fold *list; /* the longest first */
	size_t count;
};

/* Returns 0 or -ENOMEM; folds_release() releases. */
int folds_make(const struct output_run *run, const struct output_report *report,
	       struct folds *folds);
void folds_release(struct folds *folds);

/*
 * What stands for a frame: its function, or the module and the address in it, or the address.
 * Escaped. Returns buffer.
 */
const char *sample_frame_name(const struct lc_frame *frame, char *buffer, size_t size);

#endif
