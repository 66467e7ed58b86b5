/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading what a stranger wrote in a process that can do nothing else: the public header of this
 * folder.
 *
 * sandbox_open() begins a worker: this program again, without privileges, files, network and new
 * memory beyond a bound (confine.c). It reads files whose descriptors it is sent, with libelf and
 * libdw, and answers one question at a time. One that is late, or dead, is replaced; a file that a
 * worker was lost over twice is not asked about again. What was given up is said in a remark.
 */
#ifndef LEAKHOP_SANDBOX_SANDBOX_H
#define LEAKHOP_SANDBOX_SANDBOX_H

#include "binary/binary.h"
#include "emulate/emulate.h"
#include "target/access.h"

/* Who is told. */
struct sandbox_audience {
	/* A line of text for the user; may be NULL. */
	void (*remark)(void *context, const char *text);
	/* True: the user wants an end, so wait no longer. May be NULL. */
	bool (*stop)(void *context);
	void *context; /* of both */
};

/*
 * Begins the process that will begin workers, with the rights that this one has now: before
 * sandbox_limit_itself(), and before anything is read. Ends with sandbox_close_spawner(), or with
 * this process. Returns 0 or a negative errno.
 */
struct sandbox_spawner;
int sandbox_open_spawner(struct sandbox_spawner **ret_spawner);
void sandbox_close_spawner(struct sandbox_spawner *spawner);

/* What workers have taken: ns in all, and the most bytes, of one of each kind together. */
struct worker_cost {
	uint64_t cpu_ns, bytes;
};
struct worker_cost sandbox_cost(const struct sandbox_spawner *spawner);
uint64_t sandbox_cpu_ns(const struct sandbox_spawner *spawner); /* of that, which is less work */

struct sandbox_options {
	struct sandbox_spawner *spawner;       /* NULL: workers are begun by this process */
	struct binary_debug_files debug_files; /* opens what the worker asks for */
	struct sandbox_audience audience;
};

/* options are copied. Released by its free(). Returns 0 or a negative errno. */
int sandbox_open(const struct sandbox_options *options, struct binary_files **ret_files);

/*
 * The debug file of a build-id, from the servers that the environment names; files are of
 * sandbox_open(). Returns 0 and a descriptor; -ENOENT: nobody has it, or no server is named.
 */
int sandbox_fetch_debug(struct binary_files *files, const uint8_t *build_id, size_t size,
			int *ret_fd);

/*
 * Access to processes by a reader, a worker that keeps the right to read them and may be lost over
 * one. What is left out is said in a remark. Of the options the spawner and the audience are used,
 * and copied. Released by its free(). Returns 0 or -ENOMEM.
 */
int sandbox_open_access(const struct sandbox_options *options, struct target_access **ret_access);

/*
 * What threads would do, asked of a worker that is begun when something is first asked. What cannot
 * be had is said in a remark. Of the options the spawner and the audience are used, and copied.
 * Released by its free(). Returns 0 or -ENOMEM.
 */
int sandbox_open_emulator(const struct sandbox_options *options, struct emulator **ret_emulator);

/*
 * Takes from this process what leakhop does not need any more once it is set up: capabilities but
 * those that reading and BPF take, the way back to any of them, and system calls that would write
 * to a process or change the host. Workers that are begun by it later inherit that. Returns 0 or a
 * negative errno.
 */
enum sandbox_needs {
	SANDBOX_NEEDS_PROBES = 1, /* it will put probes into programs */
	SANDBOX_NEEDS_FOLDERS = 2 /* and make or remove files in folders of others */
};

int sandbox_limit_itself(enum sandbox_needs needs);

/*
 * If argument makes a worker of this program, serves SANDBOX_SOCKET until it is closed: returns an
 * exit code then, and -1 if it does not.
 */
int sandbox_work(const char *argument);

#endif
