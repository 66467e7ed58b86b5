/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this folder share: the scan, the job of describing one wait, and small helpers.
 * A job's wait is filled step by step; a member of a set is a job of its own with another wait.
 */
#ifndef LEAKHOP_WAIT_PRIVATE_H
#define LEAKHOP_WAIT_PRIVATE_H

#include "target/access.h"
#include "target/fd.h"
#include "target/locks.h"
#include "target/maps.h"
#include "target/net.h"
#include "wait/subject.h"

#include <string.h>

#include <uthash.h>

#define WAIT_NETWORKS_MAX 64

/* A descriptor of some process. key: inode of a pipe or socket, else a hash of the link's text. */
struct wait_descriptor {
	uint64_t key;
	pid_t pid, tid; /* the thread through which it was read */
	int32_t fd;
	uint8_t kind; /* enum target_fd_kind */
	uint8_t mode; /* a set of enum wait_mode: of one scan, read when first asked for */
};

enum wait_mode { WAIT_MODE_READ = 1, WAIT_MODE_WRITE = 2, WAIT_MODE_ASKED = 4 };

struct wait_descriptors {
	struct wait_descriptor *all; /* sorted by kind, key, pid */
	size_t count, capacity;
	size_t refused;	 /* processes that could not be read */
	bool cut;	 /* at the bound, or by an error */
	bool read, deep; /* also of threads with a table of their own */
	bool old_names;	 /* of files, read before this scan */
	int in_flight;	 /* descriptors on their way through Unix sockets; -1: not counted yet */
	unsigned looks;	 /* at all of them again, since some were */
};

/* Sockets of one network namespace. */
struct wait_network {
	uint64_t inode; /* of the namespace; 0: could not be told */
	struct target_access *access;
	pid_t pid;	 /* a process in it */
	unsigned loaded; /* set of enum target_socket_set */
	struct target_sockets local, tcp, udp;
	const struct target_socket **by_ends; /* tcp, sorted by both ends */
	int error;			      /* why the tables are poor or empty; 0 */
};

struct wait_eventfd {
	int64_t id;
	pid_t pid;
	int32_t fd;
};

/* What is kept of a process; its mappings while it is the one asked for last. */
struct wait_process {
	UT_hash_handle hh;
	pid_t pid; /* 0: none */
	struct target_access *access;
	bool compat; /* 32-bit */
	bool same_pid_namespace;
	bool status_read, catches_signals;
	bool is_interrupted; /* it catches SIGINT, and no other signal */
	uint32_t threads;    /* 0: not known */
	bool frozen;
	uint64_t cgroup; /* inode of the frozen one */
	char cgroup_path[96];
	bool maps_read;
	struct target_maps maps;
};

/* What a control group's file says. */
struct wait_freezer {
	UT_hash_handle hh;
	bool frozen;
	char path[];
};

struct wait_scan {
	struct target_access *access;
	int64_t real_minus_monotonic, boot_minus_monotonic;
	uint64_t tick_ns;
	struct wait_descriptors descriptors;
	struct wait_book *book; /* NULL: none */
	uint64_t book_as_of;
	bool names; /* those of files are asked for */
	struct wait_network networks[WAIT_NETWORKS_MAX];
	size_t network_count;
	bool networks_listed; /* all namespaces of the host are in networks */
	struct target_locks locks;
	bool locks_read;
	struct wait_eventfd *eventfds; /* sorted by id */
	size_t eventfd_count;
	bool eventfds_read;
	pid_t *tracers; /* processes that trace a thread of the host */
	size_t tracer_count;
	bool tracers_read;
	struct wait_process *processes; /* by pid */
	struct wait_process *last;	/* asked for last; NULL: none */
	struct wait_process spare;	/* past the bound */
	uint64_t pid_namespace;		/* of this process; 0: not read */
	struct wait_freezer *freezers;	/* by path */
};

struct wait_job {
	struct wait_scan *scan;
	const struct wait_subject *subject;
	struct lc_wait *wait;
	pid_t pid, tid;
	int64_t nr;
	const uint64_t *args;
	const struct wait_call *call; /* NULL: a call without a row */
};

/* descriptors.c: reads those of a process, and adds them. Returns 0 or a negative errno. */
int wait_descriptors_read(struct wait_descriptors *table, pid_t pid);
int wait_descriptors_add(struct wait_descriptors *table, const struct wait_descriptor *list,
			 size_t count);
/* book.c: all of the host, those that stood still as they are in the book; names: but none whose
 * files may have got another name. As above. */
int wait_book_load(struct wait_book *book, uint64_t as_of, bool names,
		   struct wait_descriptors *table);

/* Did the last load take them from the book, and so are they those of all its threads? */
bool wait_book_has_one_table(const struct wait_book *book, pid_t pid);

/* job.c: texts, memory, times */
void wait_say(struct wait_job *job, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void wait_add(struct wait_job *job, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
/* Adds to the list of what could not be read. */
void wait_cannot_read(struct wait_job *job, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
/* Whose memory the wait is in: read by target_memory_read(). */
struct target_task wait_task(const struct wait_job *job);
/* All of size bytes, or false. */
bool wait_peek(const struct wait_job *job, uint64_t address, void *buffer, size_t size);
void wait_set_key(struct wait_job *job, enum lc_wait_space space, uint32_t scope, uint64_t object,
		  uint64_t part);
uint32_t wait_pack_device(unsigned major, unsigned minor);
/*
 * A time-out of ns from the block's begin; at a point of one of the clocks; by a struct of the
 * target.
 */
void wait_ends_after(struct wait_job *job, uint64_t ns);
void wait_ends_at(struct wait_job *job, int clock, uint64_t ns);
void wait_ends_by(struct wait_job *job, uint64_t timespec_address, bool absolute, int clock);

/* tasks.c: processes and threads as owners */
/* freezer.c */
void wait_process_freezer(struct wait_scan *scan, struct wait_process *process);
void wait_freezers_release(struct wait_scan *scan);

void wait_processes_release(struct wait_scan *scan);
struct wait_process *wait_process_get(struct wait_scan *scan, pid_t pid);
/* Reads its mappings, if they were not read yet. */
void wait_process_maps(struct wait_process *process);
/*
 * Adds an owner; tid 0: any thread of the process. The owner, or NULL if it is gone or past the
 * bound.
 */
struct lc_wait_owner *wait_add_owner(struct wait_job *job, enum lc_wait_role role, pid_t pid,
				     pid_t tid, int fd);
/*
 * An owner whose tid was read from the target's memory: finds its task, or the proof that it is
 * dead.
 */
void wait_add_recorded(struct wait_job *job, enum lc_wait_role role, uint32_t ns_tid, bool shared);
/* The tid, in this process's numbers, of a thread of the target's process; 0: there is none. */
pid_t wait_thread_of(struct wait_job *job, uint32_t ns_tid);
/*
 * How many threads the process has (0: not known), and whether it catches signals: both as of this
 * scan.
 */
const struct wait_process *wait_process_status(struct wait_job *job);
struct target_status;
/* The waiter's own; the process's part of it is then known, too. As target_read_status(). */
int wait_read_status(struct wait_job *job, struct target_status *ret);

/* runtimes.c: is CPython's library or program mapped? */
bool wait_process_is_python(struct wait_job *job);
void wait_note_signals(struct wait_job *job);
/* Whether the waiter's process has a thread of that number. */
bool wait_thread_exists(const struct wait_job *job, pid_t tid);

/* descriptors.c */
int wait_descriptors_load(struct wait_scan *scan);
/* The first of *ret_count descriptors with kind and key. */
struct wait_descriptor *wait_descriptors_find(struct wait_scan *scan, enum target_fd_kind kind,
					      uint64_t key, size_t *ret_count);
uint64_t wait_descriptor_key(const struct target_fd *fd);
/* Adds each process that has it once. filter may be NULL. Returns how many, sets INCOMPLETE. */
size_t wait_add_holders(struct wait_job *job, enum lc_wait_role role, enum target_fd_kind kind,
			uint64_t key, bool (*filter)(struct wait_descriptor *, void *),
			void *context);
/* What the link of a descriptor says that it may be used for: a set of enum wait_mode. */
unsigned wait_descriptor_mode(struct wait_descriptor *descriptor);
/* OWN_PROCESS and OWN_THREAD, if all owners of the role are the waiter's own process. */
void wait_note_own(struct wait_job *job);
int wait_in_flight(struct wait_scan *scan);
int wait_eventfds_load(struct wait_scan *scan);

/* networks.c */
struct wait_network *wait_network_of(struct wait_scan *scan, pid_t pid, enum target_socket_set set);
/* The TCP socket that is the other end of socket, in any namespace of the host; NULL. */
const struct target_socket *wait_network_other_end(struct wait_scan *scan,
						   struct wait_network *network,
						   const struct target_socket *socket);
/*
 * The next listener after one of its sockets (NULL: the first) in the network that has this TCP
 * socket, which stands or is to stand in the listener's queue under its own local address; NULL:
 * none.
 */
const struct target_socket *wait_network_listener(const struct wait_scan *scan,
						  const struct target_socket *queued,
						  const struct target_inet *at,
						  const struct target_socket *after);
void wait_network_release(struct wait_network *network);

#endif
