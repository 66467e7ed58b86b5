/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A futex wait, decoded, with the bytes around its word. Each recogniser asks "is this word part of
 * such an object", by the operation, the value slept on and the bytes; it says yes only if all of
 * them fit, and has then filled in the wait.
 */
#ifndef LEAKHOP_WAIT_FUTEX_H
#define LEAKHOP_WAIT_FUTEX_H

#include "wait/names.h"
#include "wait/private.h"

#define FUTEX_BYTES 64

struct wait_futex {
	uint64_t address;
	int command; /* FUTEX_WAIT and so on */
	bool shared; /* by the operation: says nothing of who uses it */
	bool bitset_all;
	enum wait_named named;
	uint32_t expected, value;
	size_t before, after; /* readable bytes around the word, each up to FUTEX_BYTES */
	unsigned char bytes[2 * FUTEX_BYTES]; /* the word is at FUTEX_BYTES */
};

typedef bool (*wait_recogniser)(struct wait_job *job, const struct wait_futex *futex);

/* Copies size bytes that stand offset bytes from the word; false if they were not readable. */
bool wait_futex_bytes(const struct wait_futex *futex, int offset, void *buffer, size_t size);
uint32_t wait_futex_u32(const struct wait_futex *futex, int offset); /* 0 if not readable */
bool wait_futex_is_wait(const struct wait_futex *futex);	     /* WAIT or WAIT_BITSET */
/* Threads of the process, as the bound of what counters of waiters may say. */
uint32_t wait_futex_threads(struct wait_job *job, bool shared);
/* The key of an object that begins offset bytes from the word. */
void wait_futex_key(struct wait_job *job, uint64_t address, bool shared, struct lc_wait_key *ret);

void wait_futex_describe(struct wait_job *job);
/* Of the call's arguments its time-out only. */
void wait_futex_time_out(struct wait_job *job);

/* The value in an object's words and flags common to all: sets kind, object's key, direction. */
void wait_futex_is(struct wait_job *job, const struct wait_futex *futex, enum lc_wait_kind kind,
		   int offset);

bool wait_glibc_pi_mutex(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_robust_mutex(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_mutex(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_internal(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_rwlock(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_semaphore(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_barrier(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_join(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_joinstate(struct wait_job *job, const struct wait_futex *futex);
bool wait_glibc_condition(struct wait_job *job, const struct wait_futex *futex);
bool wait_condition_unknown(struct wait_job *job, const struct wait_futex *futex);
/* Says "pthread mutex ..." of a glibc mutex at address; false if there is none. */
bool wait_glibc_describe_mutex(struct wait_job *job, uint64_t address, char *buffer, size_t size);
/* The tid in a glibc thread descriptor; 0: that is none. */
uint32_t wait_glibc_thread(const struct wait_job *job, uint64_t descriptor);

/*
 * initialiser.c: adds the thread that runs the initialiser of a pthread_once_t, where its stack
 * shows it.
 */
void wait_add_initialiser(struct wait_job *job, uint64_t once);
bool wait_once(struct wait_job *job, const struct wait_futex *futex);
bool wait_static_guard(struct wait_job *job, const struct wait_futex *futex);

bool wait_musl_mutex(struct wait_job *job, const struct wait_futex *futex);
bool wait_musl_owned_mutex(struct wait_job *job, const struct wait_futex *futex);
bool wait_musl_condition(struct wait_job *job, const struct wait_futex *futex);
bool wait_musl_shared_condition(struct wait_job *job, const struct wait_futex *futex);
bool wait_musl_rwlock(struct wait_job *job, const struct wait_futex *futex);
bool wait_musl_semaphore(struct wait_job *job, const struct wait_futex *futex);
bool wait_musl_barrier(struct wait_job *job, const struct wait_futex *futex);
bool wait_musl_join(struct wait_job *job, const struct wait_futex *futex);

bool wait_cxx_future(struct wait_job *job, const struct wait_futex *futex);
bool wait_cxx_atomic(struct wait_job *job, const struct wait_futex *futex);
bool wait_go(struct wait_job *job, const struct wait_futex *futex);
bool wait_rust_mutex(struct wait_job *job, const struct wait_futex *futex);
bool wait_rust_condition(struct wait_job *job, const struct wait_futex *futex);
bool wait_rust_rwlock(struct wait_job *job, const struct wait_futex *futex);
bool wait_rust_once(struct wait_job *job, const struct wait_futex *futex);
bool wait_rust_park(struct wait_job *job, const struct wait_futex *futex);
bool wait_parking_lot(struct wait_job *job, const struct wait_futex *futex);
/* What a runtime above the C library makes of the object. */
void wait_runtime_note(struct wait_job *job);

#endif
