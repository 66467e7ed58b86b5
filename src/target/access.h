/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a process may be read. Reading its memory, its mappings or a file that it has from a file
 * system can hang, beyond all signals: while a thread of it is stuck in the kernel with the lock of
 * its memory, or where a page has to come from a server that does not answer. So there may be a
 * reader, another process that can be lost, whom each process is tried with first; struct
 * target_access says what came of it (sandbox/sandbox.h makes one).
 *
 * Where no access is given (NULL), all is read by this process itself.
 */
#ifndef LEAKHOP_TARGET_ACCESS_H
#define LEAKHOP_TARGET_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct target_access;
struct target_core;
struct target_mapping;
struct target_maps;

/* A process with 10,000 threads has 20,000 mappings for their stacks: keep what is of use only. */
enum target_maps_keep {
	TARGET_MAPS_ALL,
	TARGET_MAPS_EXECUTABLE,	   /* code only, of files and anonymous */
	TARGET_MAPS_CODE_AND_FILES /* code, and data of files */
};

enum target_way {
	TARGET_BY_ITSELF, /* nothing speaks against it */
	TARGET_BY_READER, /* some of it lies where a read may hang */
	TARGET_REFUSED	  /* the reader was lost over it: only the kernel's facts are left */
};

/* Calls return 0 or a negative errno; -ETIME: the reader did not come back. */
struct target_access_operations {
	void (*free)(struct target_access *access);

	/* Each process is tried anew, when it is next to be read. */
	void (*begin_sweep)(struct target_access *access);
	bool (*answers)(struct target_access *access, pid_t pid);
	enum target_way (*way)(struct target_access *access, pid_t pid);

	/* The process has mappings of files on these devices; all: and on no others. */
	void (*note_devices)(struct target_access *access, pid_t pid, const dev_t *devices,
			     size_t count, bool all);

	/* Adds a process's mappings, sorted; NULL: as /proc has them. */
	int (*maps)(struct target_access *access, enum target_maps_keep keep,
		    struct target_maps *maps);

	/* The same as target_memory_read(), target_file_open(), and so on, by the reader. */
	int (*read)(struct target_access *access, pid_t pid, pid_t tid, uint64_t address,
		    void *buffer, size_t size, size_t *ret_read);
	int (*open)(struct target_access *access, pid_t pid, const struct target_mapping *mapping,
		    int *ret_fd);
	int (*open_below)(struct target_access *access, const char *root, const char *path,
			  int flags, int *ret_fd);
	/* A sock_diag socket in the network namespace of a process. */
	int (*open_net)(struct target_access *access, pid_t pid, int *ret_fd);
	/* As pread(2), but a negative errno is returned. */
	ssize_t (*pread)(struct target_access *access, int fd, void *buffer, size_t size,
			 uint64_t offset);
};

/* Begins what each kind keeps. */
struct target_access {
	const struct target_access_operations *does;
	/*
	 * Not NULL: the one process is none that lives, but what this core has of it (core.h). Then
	 * nothing of /proc is about it, whatever process of this host has its number.
	 */
	const struct target_core *core;
};

static inline enum target_way target_way(struct target_access *access, pid_t pid)
{
	return access ? access->does->way(access, pid) : TARGET_BY_ITSELF;
}

/* Whose memory: of a process, through one of its threads (its leader may have ended). */
struct target_task {
	struct target_access *access;
	pid_t pid, tid;
};

#endif
