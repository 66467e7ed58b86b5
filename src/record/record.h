/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording: what leakhop saw, in a file that a report is made of anywhere. The public header of
 * this folder. A recorder writes snapshots as an SQLite database while a run goes on, a transaction
 * each; a recording is such a file read back. The tables: schema.sql, docs/recording.md.
 */
#ifndef LEAKHOP_RECORD_RECORD_H
#define LEAKHOP_RECORD_RECORD_H

#include "model/snapshot.h"
#include "util/error.h"

#define RECORD_APPLICATION 0x6c6b6870 /* "lkhp": PRAGMA application_id */
#define RECORD_VERSION 7	      /* PRAGMA user_version */
#define RECORD_SUFFIX ".leakhop"
#define RECORD_LEAST_SIZE (1ull << 20) /* of --max-size */
#define RECORD_NAME 64
#define RECORD_LIMITS 8
#define RECORD_LIMIT_TEXT 400
#define RECORD_SYSCALLS 1024
#define RECORD_THREADS_MAX 1000000u
#define RECORD_GOROUTINES_MAX 4000000u
#define RECORD_LABELS 4
#define RECORD_LABEL_TEXT 120

/* The run, as a report's head has it. Times: realtime is ns since 1970. */
struct record_run {
	char version[RECORD_NAME]; /* of leakhop */
	char command[RECORD_NAME]; /* "trace", "dump", "check" */
	char host[RECORD_NAME + 2];
	char kernel[RECORD_NAME + 2];
	char arch[RECORD_NAME + 2]; /* as uname -m */
	char source[RECORD_NAME];   /* "bpf", "proc" */
	int64_t started, ended;	    /* realtime */
	int64_t realtime_offset;    /* ns to add to CLOCK_MONOTONIC */
	uint64_t now;		    /* CLOCK_MONOTONIC */
	uint64_t threshold_ns;
	bool once, all_threads, life;
	bool user_stacks, kernel_stacks, threads, goroutines, go_events, short_blocks;
	bool names_hidden, stopped;
	bool finished; /* it came to its end: what is there is what was reported */
	uint64_t threads_seen;
	uint64_t lost_events, lost_stacks, lost_threads, lost_goroutines, unasked_goroutines;
	uint64_t user_ns, system_ns, rss_bytes, load_ns, sweeps;
	uint64_t go_first_sweep_ns, go_longest_sweep_ns;
	uint64_t bpf_runs, bpf_ns;
	struct lc_go_counts go_counts;
	uint64_t go_probe_ns;
	uint64_t not_recorded;	/* goroutines past RECORD_GOROUTINES_MAX */
	int64_t thinned_before; /* realtime: of sweeps before this only the counts of threads are
				   left; 0: nothing was thinned. Set by the recorder */
	char limits[RECORD_LIMITS][RECORD_LIMIT_TEXT];
};

/* A system call of the machine where it was recorded: numbers differ. */
struct record_syscall {
	int64_t nr;
	char name[32];
	unsigned args; /* that it takes */
};

#define RECORD_SOCKETS 100000
#define RECORD_ADDRESS 64

/* A TCP connection of a process; addresses as "10.0.0.1:80" or "[::1]:80". */
struct record_socket {
	pid_t pid;
	int32_t fd;
	char local[RECORD_ADDRESS], remote[RECORD_ADDRESS];
};

/* A finding or suspect, when it was told. Texts are leakhop's. */
struct record_finding {
	int64_t at;  /* realtime */
	bool at_end; /* in the report at the end; else as it came due */
	const char *verdict, *rule, *reason, *proof, *remedy;
	const char *kind; /* "thread", "goroutine", "timers" */
	pid_t pid;
	const char *comm;
	pid_t tid;     /* of the thread that stands for all; 0 */
	uint64_t goid; /* of the goroutine; 0 */
	uint64_t count;
	uint64_t blocked_ns;
	uint32_t stack, spawn_stack;
};

#define RECORD_FOUND_MAX 4096
#define RECORD_FOUND_TEXT 65536

/* The texts of what a check has found. */
enum record_found_text {
	RECORD_FOUND_KIND, /* "left over", "stuck", "left behind" */
	RECORD_FOUND_VERDICT,
	RECORD_FOUND_COMM,
	RECORD_FOUND_TITLE,
	RECORD_FOUND_TEST,
	RECORD_FOUND_REASON,
	RECORD_FOUND_PROOF,
	RECORD_FOUND_REMEDY,
	RECORD_FOUND_FINGERPRINT,
	RECORD_FOUND_BLOCK_FUNCTION,
	RECORD_FOUND_BLOCK_FILE,
	RECORD_FOUND_BLOCK_MODULE,
	RECORD_FOUND_SPAWN_FUNCTION,
	RECORD_FOUND_SPAWN_FILE,
	RECORD_FOUND_SPAWN_MODULE,
	RECORD_FOUND_RECORD, /* all of it, as trace has it */
	RECORD_FOUND_TEXTS,
};

/* What a check has found, as it told it. Texts are never NULL: "" is not known. */
struct record_found {
	pid_t pid;
	uint64_t count;
	bool goroutines, known; /* known: its baseline has it */
	unsigned block_line, spawn_line;
	const char *texts[RECORD_FOUND_TEXTS];
};

/* Labels that goroutines of a group have, by the goroutine that stands for it. */
struct record_label {
	char text[RECORD_LABEL_TEXT];
	size_t count;
};

/* What probes have seen of a goroutine that stands for a group. */
struct record_go_exact {
	pid_t pid;
	uint64_t goid;
	struct lc_go_exact exact; /* but for addresses */
	uint32_t ready_stack, birth_stack, parents_birth_stack;
};

/* --- writing --- */

struct recorder;

/*
 * Begins a recording in a file that exists, is empty and the caller's; path has no symbolic link.
 * max_bytes bounds it (0: nothing does). Returns 0 or a negative errno with error.
 */
int recorder_open(const char *path, uint64_t max_bytes, struct recorder **ret_recorder,
		  struct error *error);

/* Closes it: a file without companions, if the last transaction was written. */
void recorder_close(struct recorder *recorder);

/*
 * Writes what has changed since the last call, in one transaction. counted_at: when the sweep's
 * counts (snapshot->series) were closed. Once it has failed (full disk, full file) the recording
 * ends with what was written before, and each further call returns 0 and does nothing. Returns 0 or
 * a negative errno with error: the first time only.
 */
int recorder_write(struct recorder *recorder, const struct lc_snapshot *snapshot,
		   const struct lc_stacks *stacks, const struct record_run *run,
		   struct error *error);

/* Whether it has ended before its time. */
bool recorder_has_failed(const struct recorder *recorder);

/*
 * What belongs to the write that comes next. Failures show in that. Keys: a waiting thread's tid; a
 * goroutine's process and goid.
 */
void recorder_note_finding(struct recorder *recorder, const struct record_finding *finding);
void recorder_note_syscall(struct recorder *recorder, const struct record_syscall *syscall);
void recorder_note_socket(struct recorder *recorder, const struct record_socket *socket);
void recorder_note_futex_wake(struct recorder *recorder, pid_t tid,
			      const struct lc_futex_wake *wake);
void recorder_note_epoll_return(struct recorder *recorder, pid_t tid,
				const struct lc_epoll_return *last);
void recorder_note_found(struct recorder *recorder, const struct record_found *found);
void recorder_note_label(struct recorder *recorder, pid_t pid, uint64_t goid,
			 const struct record_label *label);
void recorder_note_exact(struct recorder *recorder, const struct record_go_exact *exact);

/* --- reading --- */

/* Whom a report is about; the others stay as links of chains. Nothing set: all. */
struct record_filter {
	const pid_t *pids, *tids;
	size_t pid_count, tid_count;
	const char *comm;
	bool no_user_threads, no_kernel_threads;
	bool no_threads, no_goroutines;
};

struct recording {
	struct record_run run;
	struct lc_snapshot snapshot; /* of what follows */
	struct lc_stacks *stacks;
	struct lc_model *threads, *others;
	struct lc_go go;
	struct lc_series *series;
	struct lc_cgroups *cgroups;
	struct record_syscall *syscalls; /* rising */
	size_t syscall_count;
	struct record_socket *sockets;
	size_t socket_count;
	struct record_found *found; /* by a check; the texts are this struct's */
	size_t found_count;
	const char *limits[RECORD_LIMITS + 1]; /* NULL-terminated */
	uint64_t sweep_count;		       /* in the file */
	bool from_copy; /* what was not yet in the file itself was read from a copy */
	struct record_notes *notes;
};

/*
 * Reads the last state of a recording. Nothing is written to the file, and nothing in it is
 * trusted. Returns 0; -ENOENT, -EACCES, ... as open() has it; -ENOTSUP: it is of another version;
 * -EBADMSG: it is no recording, or damaged; -ENOMEM. With error. recording_release() frees.
 */
int recording_read(const char *path, const struct record_filter *filter,
		   struct recording *recording, struct error *error);
void recording_release(struct recording *recording);

/* What was noted; false, NULL: nothing was. Labels: at most RECORD_LABELS. */
bool recording_futex_wake(const struct recording *recording, pid_t tid, struct lc_futex_wake *ret);
bool recording_epoll_return(const struct recording *recording, pid_t tid,
			    struct lc_epoll_return *ret);
size_t recording_labels(const struct recording *recording, pid_t pid, uint64_t goid,
			struct record_label *ret_labels);
const struct record_go_exact *recording_exact(const struct recording *recording, pid_t pid,
					      uint64_t goid);

#endif
