/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process as an ELF core has it: its threads with their registers, its memory, and the files that
 * were mapped. Formats: elf(5), the kernel's fs/binfmt_elf.c and linux/elfcore.h; gdb's gcore
 * writes the same notes.
 *
 * The core is a stranger's file, and names files: each number in it is held against the file's size
 * and a bound, all is read by pread(), and a file that it names is used only where its first page
 * is the core's. What was not dumped (code, mostly) is read from those files.
 */
#ifndef LEAKHOP_TARGET_CORE_H
#define LEAKHOP_TARGET_CORE_H

#include "model/types.h"
#include "target/access.h"
#include "target/maps.h"
#include "util/error.h"

#define TARGET_CORE_THREADS_MAX 131072
#define TARGET_CORE_FILES_MAX 4096

struct target_core_thread {
	pid_t tid;
	/* As the thread's own memory has it, in its PID namespace; 0: not found there. */
	pid_t own_tid;
	struct lc_registers registers;
	struct lc_syscall call; /* that it was blocked in; nr is LC_NO_SYSCALL where it ran */
	uint64_t blocked_signals;
	uint64_t thread_pointer; /* 0: not known */
	int signal;		 /* that it was ended or stopped by; 0: none */
};

enum target_core_build {
	TARGET_CORE_UNSEEN,    /* nobody has looked yet */
	TARGET_CORE_SAME,      /* its first page is the core's */
	TARGET_CORE_UNCHECKED, /* the core has not got that page */
	TARGET_CORE_MISSING,
	TARGET_CORE_OTHER,
};

/* A file that was mapped. */
struct target_core_file {
	const char *path; /* of the core; without " (deleted)" */
	enum target_core_build build;
	bool is_code; /* some of it was mapped to be executed */
	bool deleted;
	int fd; /* -1: not open */
};

/* Where a file was mapped. */
struct target_core_region {
	uint64_t start, end; /* addresses */
	uint64_t offset;     /* in the file */
	uint32_t file;	     /* index */
};

/* A piece of memory; what lies behind size_dumped is not in the core. */
struct target_core_segment {
	uint64_t start, size;
	uint64_t offset, size_dumped; /* in the core */
	int protection;		      /* PROT_READ and so on, of sys/mman.h */
};

struct target_core_options {
	const char *exe;   /* the program's file; NULL: the one that the core names */
	const char *symfs; /* a folder to look for files in first; NULL: none */
	/*
	 * What opens the files that a core names, and reads them for the first time: they may lie
	 * where that hangs. NULL: by itself.
	 */
	struct target_access *careful;
};

/* To be read; only the files of core*.c change it. */
struct target_core {
	struct target_access access; /* first: reads as of the process */
	struct target_core_options options;
	int fd;
	uint64_t size;
	pid_t pid; /* as in the PID namespace that it was dumped from */
	char comm[LC_COMM_LEN];
	int signal;	    /* that ended it; 0: none, as of gcore */
	int64_t made_at;    /* when the file was last written, ns since 1970 */
	uint64_t opened_at; /* ns, CLOCK_MONOTONIC: it is looked at as if it were made then */
	uint64_t entry;	    /* address of the program's first instruction; 0: not known */
	uint64_t vdso;	    /* where it lies; 0: not known */

	struct target_core_thread *threads; /* sorted by tid */
	size_t thread_count;
	struct target_core_segment *segments; /* sorted, not overlapping */
	size_t segment_count, sorted_count;   /* so many are sorted, and found */
	struct target_core_file *files;
	size_t file_count;
	struct target_core_region *regions; /* sorted, not overlapping */
	size_t region_count;
	char *names; /* the paths */

	/* What is wrong with it */
	uint64_t bytes_missing; /* beyond the file's end: it was cut */
	size_t threads_refused; /* past the bound, or twice the same */
	size_t segments_refused;
	size_t files_refused;
	unsigned silent; /* files whose file system did not answer */
	bool notes_cut;	 /* threads or files may be missing */
};

/*
 * Whether a file is a core, or a compressed file that may hold one, by its first bytes. Also true
 * of an ELF file of another kind: target_core_open() says what it is. False where it can't be read.
 */
bool target_core_is_one(const char *path);

/*
 * Reads what the core says of itself, and looks at the files that it names. options and what they
 * point to must outlive it. Returns 0; -EOPNOTSUPP (another machine, 32 bits, compressed, no core),
 * -EBADMSG (nothing of use in it), -ENOENT, -ENOMEM or another negative errno, with error.
 */
int target_core_open(const char *path, const struct target_core_options *options,
		     struct target_core **ret_core, struct error *error);
void target_core_free(struct target_core *core);

/* The core that a process is read from; NULL: it lives. */
static inline const struct target_core *target_core_of(const struct target_access *access)
{
	return access ? access->core : NULL;
}

/* A thread by its number; and by the number that memory has it under. NULL: none. */
const struct target_core_thread *target_core_thread(const struct target_core *core, pid_t tid);
const struct target_core_thread *target_core_own_thread(const struct target_core *core,
							pid_t own_tid);

/*
 * Whether the threads are numbered in memory as they are here (all that are known are), and none is
 * missing: then a number that no thread has is that of one that has ended.
 */
bool target_core_knows_all(const struct target_core *core);

/* How much of the process's memory is in the core. */
uint64_t target_core_memory(const struct target_core *core);

#endif
