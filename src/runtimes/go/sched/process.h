/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A running process that has a Go runtime in it: the files with its code, where its fields lie, and
 * where the list of all goroutines is. Nothing is taken on trust from a table: live data must fit.
 */
#ifndef LEAKHOP_RUNTIMES_GO_PROCESS_H
#define LEAKHOP_RUNTIMES_GO_PROCESS_H

#include "runtimes/go/image/image.h"
#include "model/goroutines.h"
#include "target/memory.h"

#define GO_MODULES_MAX 32

/* Global variables; of each word a bit at the address bits: whether it is a pointer. */
struct go_variables {
	uint64_t from, to;
	uint64_t bits; /* 0: not known */
};

/* A piece of Go code in the process: runtime.moduledata. */
struct go_module {
	struct go_image *image; /* this folder's */
	uint64_t bias;
	uint64_t address; /* of the moduledata */
	uint64_t text, etext;
	uint64_t data, ebss; /* from the first global variable to the last one */
	uint64_t bss, bss_end, noptrbss, noptrbss_end;
	uint64_t noptrdata, noptrdata_end;
	struct go_variables with_data, with_bss; /* those that may have pointers */
	uint64_t types, etypes;			 /* descriptors of types, the compiler's */
};

struct go_cached_size {
	uint64_t pc;
	int32_t size;
	uint8_t kind; /* enum go_code, unwind.c */
};

/* A goroutine that waits for a descriptor. */
struct go_poll {
	uint64_t g;
	int64_t deadline; /* ns, CLOCK_MONOTONIC; 0: none; negative: has passed */
	int32_t fd;
	bool writes;
};

/* A channel that a timer sends to, or closes. */
struct go_timer_channel {
	uint64_t channel;
	int64_t when; /* ns, CLOCK_MONOTONIC; 0: again and again */
};

#define GO_CACHED_SIZES 16384 /* a power of two */

struct go_process {
	pid_t pid;
	struct target_access *access;
	const struct target_memory_source *memory; /* NULL: the process's own */
	uint32_t version;
	struct go_offsets offsets;
	struct go_module modules[GO_MODULES_MAX]; /* of one runtime */
	size_t module_count;
	const char *other_runtime; /* a file with one that is not read; the image's; NULL */
	bool links_c;		   /* code in C may have begun threads of its own */
	uint64_t looked_at;	   /* for modules */
	uint64_t core_time;	   /* as of go_core_time(); 0: it lives, or is not known */
	uint64_t module_tried;	   /* address of one that could not be read then; 0 */
	uint64_t allgs;		   /* address of the slice */
	uint64_t semtable;	   /* 0: not found */
	unsigned semtable_root;	   /* bytes of each of its roots */
	bool semtable_late;	   /* it took too long, and is not looked for again */
	uint64_t heap;		   /* of runtime.mheap_; 0: not looked for, or not found */
	unsigned heap_tries;
	uint64_t allp; /* address of the slice; 0: not found */
	unsigned allp_tries;
	struct go_timer_channel *timer_channels; /* by channel; of sweep number timers_sweep */
	size_t timer_channel_count;
	uint32_t timers_sweep;
	struct go_poll *polls; /* by g; of sweep number polls_sweep */
	size_t poll_count, poll_capacity;
	uint32_t polls_sweep;
	struct go_cached_size *sizes;
	uint8_t kinds[256];    /* enum lc_go_kind by wait reason */
	uint64_t *known_calls; /* forward.c; NULL: not looked for */
};

/* All images of the host, by device and inode. */
struct go_images {
	struct target_access *access; /* NULL: by itself */
	struct binary_files *files;   /* what reads debug data; NULL: nothing does */
	struct go_image *list;
	uint64_t numbers;
	size_t count;
};

void go_images_release(struct go_images *images);

/*
 * Drops images that no process has: begin, then hold those of each process that is known, then
 * drop. Of the others the last ones used are kept, Go's in smaller number, since their files stay
 * open, and what was read of them in memory: frames of one that is dropped have no names.
 */
void go_images_begin_drop(struct go_images *images);
void go_images_hold(struct go_images *images, const struct go_process *process);
void go_images_drop(struct go_images *images);

/* The module whose code holds pc, or NULL. */
const struct go_module *go_process_module(const struct go_process *process, uint64_t pc);

/* The image of a module number, or NULL. */
const struct go_image *go_images_numbered(const struct go_images *images, uint64_t number);

/* The image of Go code that is this file, as fstat() names it, or NULL. */
const struct go_image *go_images_of_file(const struct go_images *images, uint64_t device,
					 uint64_t inode);

/* A word of the process's memory; 0 if it can't be read. */
uint64_t go_word(const struct go_process *process, uint64_t address);

/* Reads size bytes, all of them, or returns false. */
bool go_read(const struct go_process *process, uint64_t address, void *buffer, size_t size);

/* The process's memory, as target_memory_read() and target_memory_read_pieces() give it. */
int go_read_part(const struct go_process *process, uint64_t address, void *buffer, size_t size,
		 size_t *ret_read);
int go_read_pieces(const struct go_process *process, struct target_piece *pieces, size_t count);

/*
 * Searches data word by word, in [from, to) but not further than most bytes, for the first place
 * that fits; words are three from there on, 0 behind the end. Returns 0 and *ret_address; -ENOENT;
 * -ETIME after a second; -ENOMEM.
 */
typedef bool go_fits_fn(void *context, uint64_t address, const uint64_t words[3]);
int go_search(const struct go_process *process, uint64_t from, uint64_t to, uint64_t most,
	      go_fits_fn *fits, void *context, uint64_t *ret_address);

/*
 * core_time.c: when its core was made at the earliest, on its own clock; 0: it lives, or nothing
 * tells. And what such a time would be on the clock that is at now, were it now made.
 */
uint64_t go_core_time(const struct go_process *process);
uint64_t go_time_here(const struct go_process *process, uint64_t time, uint64_t now);

/* The length and address of the list of all goroutines. */
bool go_process_allgs(const struct go_process *process, uint64_t *ret_list, uint64_t *ret_length);

#endif
