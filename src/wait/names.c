// SPDX-License-Identifier: GPL-2.0-only
/* Function names of C libraries and runtimes that block in a futex: see names.h. */
#include "wait/names.h"

#include <string.h>

#define OBJECT_FRAMES 12
#define RUNTIME_FRAMES 24

/* Whole names, after plain_name(). */
static const struct {
	const char *function;
	enum wait_named named;
} exact[] = {
	{ "pthread_mutex_lock", NAMED_MUTEX },
	{ "pthread_mutex_lock_full", NAMED_MUTEX },
	{ "pthread_mutex_timedlock", NAMED_MUTEX },
	{ "pthread_mutex_clocklock", NAMED_MUTEX },
	{ "pthread_mutex_clocklock_common", NAMED_MUTEX },
	{ "pthread_mutex_cond_lock", NAMED_MUTEX },
	{ "pthread_mutex_cond_lock_full", NAMED_MUTEX },
	{ "pthread_mutex_timedlock_pi", NAMED_MUTEX },
	{ "lll_lock_wait", NAMED_MUTEX },
	{ "lll_clocklock_wait", NAMED_MUTEX },
	{ "lll_lock_wait_private", NAMED_INTERNAL },
	{ "pthread_cond_wait", NAMED_CONDITION },
	{ "pthread_cond_wait_common", NAMED_CONDITION },
	{ "pthread_cond_timedwait", NAMED_CONDITION },
	{ "pthread_cond_clockwait", NAMED_CONDITION },
	{ "pthread_rwlock_rdlock", NAMED_RWLOCK },
	{ "pthread_rwlock_wrlock", NAMED_RWLOCK },
	{ "pthread_rwlock_rdlock_full", NAMED_RWLOCK },
	{ "pthread_rwlock_wrlock_full", NAMED_RWLOCK },
	{ "pthread_rwlock_timedrdlock", NAMED_RWLOCK },
	{ "pthread_rwlock_timedwrlock", NAMED_RWLOCK },
	{ "pthread_rwlock_clockrdlock", NAMED_RWLOCK },
	{ "pthread_rwlock_clockwrlock", NAMED_RWLOCK },
	{ "sem_wait", NAMED_SEMAPHORE },
	{ "sem_timedwait", NAMED_SEMAPHORE },
	{ "sem_clockwait", NAMED_SEMAPHORE },
	{ "new_sem_wait", NAMED_SEMAPHORE },
	{ "new_sem_wait_slow", NAMED_SEMAPHORE },
	{ "do_futex_wait", NAMED_SEMAPHORE },
	{ "pthread_barrier_wait", NAMED_BARRIER },
	{ "pthread_join", NAMED_JOIN },
	{ "pthread_clockjoin_ex", NAMED_JOIN },
	{ "pthread_timedjoin_ex", NAMED_JOIN },
	{ "pthread_timedjoin_np", NAMED_JOIN },
	{ "pthread_join_common", NAMED_JOIN },
	{ "pthread_once", NAMED_ONCE },
	{ "pthread_once_slow", NAMED_ONCE },
	{ "pthread_once_full", NAMED_ONCE },
	{ "call_once", NAMED_ONCE },
	{ "cxa_guard_acquire", NAMED_STATIC },
};

/* Parts of demangled names. */
static const struct {
	const char *part;
	enum wait_named named;
} parts[] = {
	{ "__atomic_futex_unsigned", NAMED_FUTURE },
	{ "std::__detail::__platform_wait", NAMED_ATOMIC },
	{ "std::__atomic_base<", NAMED_ATOMIC },
	{ "std::latch::wait", NAMED_ATOMIC },
	{ "std::__atomic_semaphore", NAMED_ATOMIC },
	{ "runtime.futex", NAMED_GO },
	{ "parking_lot", NAMED_PARKING_LOT },
	{ "futex::Mutex::lock_contended", NAMED_RUST_MUTEX },
	{ "futex_mutex::Mutex::lock_contended", NAMED_RUST_MUTEX },
	{ "futex::Condvar::wait", NAMED_RUST_CONDITION },
	{ "futex_condvar::Condvar::wait", NAMED_RUST_CONDITION },
	{ "RwLock::read_contended", NAMED_RUST_RWLOCK },
	{ "RwLock::write_contended", NAMED_RUST_RWLOCK },
	{ "futex::Once::call", NAMED_RUST_ONCE },
	{ "futex::Parker::park", NAMED_RUST_PARK },
	{ "thread_parker::futex::Parker", NAMED_RUST_PARK },
};

static const struct {
	const char *part;
	enum wait_runtime runtime;
} runtimes[] = {
	{ "ObjectMonitor::wait", RUNTIME_JAVA_WAIT },
	{ "ObjectMonitor::Enter", RUNTIME_JAVA_ENTER },
	{ "ObjectMonitor::enter", RUNTIME_JAVA_ENTER },
	/* HotSpot's threads that wait for work of its own: src/hotspot/share, JDK 11 to 25. */
	{ "JVM_WaitForReferencePendingList", RUNTIME_JAVA_OWN },
	{ "ServiceThread::service_thread_entry", RUNTIME_JAVA_OWN },
	{ "NotificationThread::notification_thread_entry", RUNTIME_JAVA_OWN },
	{ "Parker::park(", RUNTIME_JAVA_PARK },
	{ "Unsafe_Park", RUNTIME_JAVA_PARK },
	{ "take_gil", RUNTIME_PYTHON_GIL },
	{ "PyThread_acquire_lock", RUNTIME_PYTHON_LOCK },
	{ "_PyParkingLot_Park", RUNTIME_PYTHON_LOCK }, /* 3.13 and later */
	{ "_PySemaphore_Wait", RUNTIME_PYTHON_LOCK },
};

/* Without leading underscores, version ("@GLIBC"), clone suffix (".part.0") and a last "64". */
static void plain_name(const char *name, char *buffer, size_t size)
{
	size_t length;

	name += strspn(name, "_");
	length = strcspn(name, "@.(");
	if (length > 2 && !strncmp(name + length - 2, "64", 2))
		length -= 2;
	if (length >= size)
		length = size - 1;
	memcpy(buffer, name, length);
	buffer[length] = '\0';
}

/* Rust's newer mangling names a type as "<path::Type>::method", the older one without brackets. */
static void without_brackets(const char *name, char *buffer, size_t size)
{
	size_t used = 0;

	for (; *name && used < size - 1; name++)
		if (*name != '<' && *name != '>')
			buffer[used++] = *name;
	buffer[used] = '\0';
}

static const char *frame(const struct wait_subject *subject, size_t i)
{
	return subject->functions[i] ? subject->functions[i] : "";
}

static size_t depth(const struct wait_subject *subject, size_t most)
{
	if (!subject->functions)
		return 0;
	return subject->function_count < most ? subject->function_count : most;
}

static enum wait_named named_by(const char *function)
{
	char plain[64], bare[256];
	size_t i;

	plain_name(function, plain, sizeof(plain));
	without_brackets(function, bare, sizeof(bare));
	for (i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
		if (!strcmp(plain, exact[i].function))
			return exact[i].named;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(function, parts[i].part) || strstr(bare, parts[i].part))
			return parts[i].named;
	return NAMED_NOTHING;
}

enum wait_named wait_names_object(const struct wait_subject *subject)
{
	enum wait_named named;
	size_t i;

	for (i = 0; i < depth(subject, OBJECT_FRAMES); i++) {
		named = named_by(frame(subject, i));
		if (named)
			return named;
	}
	return NAMED_NOTHING;
}

enum wait_runtime wait_names_runtime(const struct wait_subject *subject)
{
	size_t i, j;

	for (i = 0; i < depth(subject, RUNTIME_FRAMES); i++)
		for (j = 0; j < sizeof(runtimes) / sizeof(runtimes[0]); j++)
			if (strstr(frame(subject, i), runtimes[j].part))
				return runtimes[j].runtime;
	return RUNTIME_NONE;
}

bool wait_names_has(const struct wait_subject *subject, const char *function)
{
	char plain[64];
	size_t i;

	for (i = 0; i < depth(subject, OBJECT_FRAMES); i++) {
		plain_name(frame(subject, i), plain, sizeof(plain));
		if (!strcmp(plain, function))
			return true;
	}
	return false;
}

bool wait_names_contain(const struct wait_subject *subject, const char *part)
{
	size_t i;

	for (i = 0; i < depth(subject, OBJECT_FRAMES); i++)
		if (strstr(frame(subject, i), part))
			return true;
	return false;
}
