// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of language runtimes: libstdc++, Go, Rust std, parking_lot; and what Java and Python build
 * of the C library's objects. Only the stack's names tell that they are such; none records an
 * owner, but Python's interpreter lock.
 */
#include "wait/futex.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define FUTURE_WAITED 0x80000000u
#define RUST_LOCKED 2u
#define RUST_READERS 0x3fffffffu
#define RUST_ONCE_DONE 3u
/*
 * CPython 3.7 to 3.13: struct _gil_runtime_state (Include/internal/pycore_gil.h) has its condition
 * 32 bytes in, its last holder 8, whether it is locked 16, and 24 how often the holder was another
 * than before. The holder's PyThreadState has the thread's native number from 3.11 on, before it
 * that of pthread_self() only.
 */
#define GIL_HOLDER_BACK 24
#define GIL_LOCKED_BACK 16
#define GIL_CHANGES_BACK 8
#define THREAD_STATE_TIDS 0x80
#define THREAD_STATE_END 0xd0

static void say(struct wait_job *job, const struct wait_futex *futex, enum lc_wait_kind kind,
		const char *words, bool free)
{
	wait_futex_is(job, futex, kind, 0);
	wait_say(job, "%s 0x%llx", words, (unsigned long long)futex->address);
	if (free && futex->after >= 4)
		job->wait->flags |= LC_WAIT_OBJECT_FREE;
}

bool wait_cxx_future(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex) || !(futex->expected & FUTURE_WAITED))
		return false;
	say(job, futex, LC_WAIT_FUTURE, "std::future with its state at",
	    (futex->value & ~FUTURE_WAITED) == 1);
	return true;
}

bool wait_cxx_atomic(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex))
		return false;
	say(job, futex, LC_WAIT_ATOMIC, "std::atomic", false);
	job->wait->protocol = LC_WAIT_PLAIN_WORD;
	return true;
}

bool wait_go(struct wait_job *job, const struct wait_futex *futex)
{
	say(job, futex, LC_WAIT_GO, "a thread of the Go runtime without work, at", false);
	return true;
}

bool wait_rust_mutex(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex) || futex->expected != RUST_LOCKED ||
	    futex->value > RUST_LOCKED)
		return false;
	say(job, futex, LC_WAIT_MUTEX, "Rust Mutex", futex->value == 0);
	job->wait->protocol = LC_WAIT_RUST_MUTEX;
	job->wait->direction = LC_WAIT_LOCK;
	return true;
}

bool wait_rust_condition(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex))
		return false;
	say(job, futex, LC_WAIT_CONDITION, "Rust Condvar", futex->value != futex->expected);
	job->wait->protocol = LC_WAIT_RUST_CONDITION;
	return true;
}

bool wait_rust_rwlock(struct wait_job *job, const struct wait_futex *futex)
{
	bool writes = false;
	size_t i;

	for (i = 0; i < job->subject->function_count && i < 12; i++)
		writes |= job->subject->functions[i] &&
			  strstr(job->subject->functions[i], "write_contended");
	/* A writer sleeps on the word behind that of the readers. */
	say(job, futex, LC_WAIT_RWLOCK, "Rust RwLock", false);
	job->wait->protocol = LC_WAIT_RUST_RWLOCK;
	wait_futex_key(job, futex->address - (writes ? 4 : 0), futex->shared, &job->wait->key);
	job->wait->direction = writes ? LC_WAIT_LOCK : LC_WAIT_LOCK_SHARED;
	i = (writes ? wait_futex_u32(futex, -4) : futex->value) & RUST_READERS;
	if (i == RUST_READERS) {
		wait_add(job, ", held for writing");
	} else if (i) {
		job->wait->readers = i;
		wait_add(job, ", held by %zu reader%s", i, i == 1 ? "" : "s");
	}
	return true;
}

bool wait_rust_once(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex))
		return false;
	say(job, futex, LC_WAIT_ONCE, "Rust Once", (futex->value & 3) == RUST_ONCE_DONE);
	return true;
}

bool wait_rust_park(struct wait_job *job, const struct wait_futex *futex)
{
	if (!wait_futex_is_wait(futex) || futex->expected != UINT32_MAX)
		return false;
	say(job, futex, LC_WAIT_PARK, "parked Rust thread, parker", futex->value == 1);
	job->wait->protocol = LC_WAIT_RUST_PARK;
	return true;
}

/*
 * Slow paths of the locks that are made of parking_lot_core, its own and those of others (DashMap).
 * The thread sleeps on a word of its own: which lock it is, only the frame knows.
 */
static const struct {
	const char *part;
	enum lc_wait_kind kind;
	enum lc_wait_direction direction;
} parked[] = {
	{ "lock_shared_slow", LC_WAIT_RWLOCK, LC_WAIT_LOCK_SHARED },
	{ "lock_exclusive_slow", LC_WAIT_RWLOCK, LC_WAIT_LOCK },
	{ "lock_upgradable_slow", LC_WAIT_RWLOCK, LC_WAIT_LOCK },
	{ "upgrade_slow", LC_WAIT_RWLOCK, LC_WAIT_LOCK },
	{ "wait_for_readers", LC_WAIT_RWLOCK, LC_WAIT_LOCK },
	{ "RawMutex::lock_slow", LC_WAIT_MUTEX, LC_WAIT_LOCK },
	{ "RawMutex>::lock_slow", LC_WAIT_MUTEX, LC_WAIT_LOCK },
};

bool wait_parking_lot(struct wait_job *job, const struct wait_futex *futex)
{
	size_t i;

	say(job, futex, LC_WAIT_PARK, "thread parked by parking_lot, its word",
	    futex->value != futex->expected);
	job->wait->protocol = LC_WAIT_PARKING_LOT_PARK;
	for (i = 0; i < sizeof(parked) / sizeof(parked[0]); i++) {
		if (!wait_names_contain(job->subject, parked[i].part))
			continue;
		job->wait->kind = parked[i].kind;
		job->wait->direction = parked[i].direction;
		wait_add(job, ", for a %s", lc_wait_kind_name(parked[i].kind));
		break;
	}
	return true;
}

/* The interpreter lock's last holder: a thread state, that has its thread's native number in it. */
static void add_gil_holder(struct wait_job *job)
{
	uint64_t words[(THREAD_STATE_END - THREAD_STATE_TIDS) / 8], state;
	uint32_t tid, locked;
	size_t i;

	if (job->wait->key.space != LC_WAIT_SPACE_PRIVATE ||
	    !wait_peek(job, job->wait->key.object - GIL_CHANGES_BACK, &job->wait->position, 8) ||
	    !wait_peek(job, job->wait->key.object - GIL_LOCKED_BACK, &locked, 4) || locked != 1 ||
	    !wait_peek(job, job->wait->key.object - GIL_HOLDER_BACK, &state, 8) || !state ||
	    !wait_peek(job, state + THREAD_STATE_TIDS, words, sizeof(words)))
		return;
	for (i = 0; i < sizeof(words) / 8; i++) {
		tid = words[i] < INT32_MAX ? words[i] : wait_glibc_thread(job, words[i]);
		/* Its last holder was the waiter: it is changing hands just now. */
		if (tid && wait_thread_of(job, tid) == job->tid)
			return;
		if (tid && wait_thread_of(job, tid)) {
			wait_add_recorded(job, LC_WAIT_HOLDER, tid, false);
			return;
		}
	}
}

/* "libpython3.11.so.1.0", "python3.11", "python3" */
static bool is_python(const char *path)
{
	const char *name = strrchr(path, '/');

	if (!name)
		return false;
	name += strncmp(name, "/lib", 4) ? 1 : 4;
	return !strncmp(name, "python3", 7) && !isalpha(name[7]);
}

bool wait_process_is_python(struct wait_job *job)
{
	struct wait_process *process = wait_process_get(job->scan, job->pid);
	size_t i;

	wait_process_maps(process);
	for (i = 0; i < process->maps.count; i++) {
		if (process->maps.mappings[i].protection & PROT_EXEC &&
		    is_python(process->maps.mappings[i].path))
			return true;
	}
	return false;
}

void wait_runtime_note(struct wait_job *job)
{
	enum wait_runtime runtime = wait_names_runtime(job->subject);
	struct lc_wait *wait = job->wait;

	if (wait->kind != LC_WAIT_CONDITION && wait->kind != LC_WAIT_SEMAPHORE &&
	    wait->kind != LC_WAIT_FUTEX)
		return;
	switch (runtime) {
	case RUNTIME_JAVA_PARK:
		wait->kind = LC_WAIT_PARK;
		wait_add(job, ", of a parked Java thread");
		break;
	case RUNTIME_JAVA_ENTER: /* ObjectMonitor::EnterI(): it parks until it has the monitor */
		wait->kind = LC_WAIT_MUTEX;
		wait->direction = LC_WAIT_LOCK;
		wait->flags |= LC_WAIT_LOOKS_AGAIN;
		wait_add(job, ", to enter a Java monitor");
		break;
	case RUNTIME_JAVA_WAIT:
		wait_add(job, ", of Object.wait() in Java");
		break;
	case RUNTIME_JAVA_OWN:
		wait->flags |= LC_WAIT_RUNTIME_OWN;
		wait_add(job, ", of the Java machine itself");
		break;
	case RUNTIME_PYTHON_LOCK:
		if (wait->protocol == LC_WAIT_GLIBC_SEMAPHORE)
			wait->protocol = LC_WAIT_PYTHON_LOCK;
		wait_add(job, ", of a Python lock");
		break;
	case RUNTIME_PYTHON_GIL:
		wait->kind = LC_WAIT_GIL;
		wait_add(job, ", of Python's interpreter lock");
		wait->direction = LC_WAIT_LOCK;
		wait->flags |= LC_WAIT_LOOKS_AGAIN;
		add_gil_holder(job);
		break;
	case RUNTIME_NONE:
		break;
	}
}
