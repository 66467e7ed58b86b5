/* SPDX-License-Identifier: GPL-2.0-only */
/* What the names of the frames above a futex call say about the object. */
#ifndef LEAKHOP_WAIT_NAMES_H
#define LEAKHOP_WAIT_NAMES_H

#include "wait/subject.h"

enum wait_named {
	NAMED_NOTHING, /* no name is known, or none that tells */
	NAMED_MUTEX,
	NAMED_INTERNAL,
	NAMED_CONDITION,
	NAMED_RWLOCK,
	NAMED_SEMAPHORE,
	NAMED_BARRIER,
	NAMED_JOIN,
	NAMED_ONCE,
	NAMED_STATIC,
	NAMED_FUTURE,
	NAMED_ATOMIC,
	NAMED_GO,
	NAMED_RUST_MUTEX,
	NAMED_RUST_CONDITION,
	NAMED_RUST_RWLOCK,
	NAMED_RUST_ONCE,
	NAMED_RUST_PARK,
	NAMED_PARKING_LOT,
};

/* Objects of a runtime that are made of a C library's: said beside it. */
enum wait_runtime {
	RUNTIME_NONE,
	RUNTIME_JAVA_PARK,
	RUNTIME_JAVA_ENTER,
	RUNTIME_JAVA_WAIT,
	RUNTIME_JAVA_OWN, /* a thread of the virtual machine itself */
	RUNTIME_PYTHON_LOCK,
	RUNTIME_PYTHON_GIL,
};

/* The innermost frames decide. */
enum wait_named wait_names_object(const struct wait_subject *subject);
enum wait_runtime wait_names_runtime(const struct wait_subject *subject);
/* Whether one of the innermost frames is a function of that name. */
bool wait_names_has(const struct wait_subject *subject, const char *function);
/* Whether the name of one of the innermost frames has that part. */
bool wait_names_contain(const struct wait_subject *subject, const char *part);

#endif
