// SPDX-License-Identifier: GPL-2.0-only
/*
 * Futex calls: decoding, the word's identity, and which object it is part of. Names of frames,
 * where known, say which objects are asked; where not, all whose bytes are telling enough.
 */
#include "wait/futex.h"
#include "target/memory.h"
#include "wait/calls.h"
#include "util/plural.h"

#include <linux/futex.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <time.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
#define FUTEX2_PRIVATE_FLAG 128

static const struct {
	enum wait_named named;
	bool names_needed; /* the bytes alone don't tell */
	wait_recogniser recognise;
} recognisers[] = {
	{ NAMED_MUTEX, false, wait_glibc_pi_mutex },
	{ NAMED_MUTEX, false, wait_glibc_robust_mutex },
	{ NAMED_MUTEX, false, wait_musl_mutex },
	{ NAMED_MUTEX, false, wait_musl_owned_mutex },
	{ NAMED_MUTEX, false, wait_glibc_mutex },
	{ NAMED_INTERNAL, true, wait_glibc_internal },
	{ NAMED_CONDITION, false, wait_glibc_condition },
	{ NAMED_CONDITION, false, wait_musl_condition },
	{ NAMED_CONDITION, true, wait_musl_shared_condition },
	{ NAMED_CONDITION, true, wait_condition_unknown },
	{ NAMED_STATIC, false, wait_static_guard },
	{ NAMED_JOIN, false, wait_glibc_join },
	{ NAMED_JOIN, false, wait_musl_join },
	{ NAMED_JOIN, false, wait_glibc_joinstate },
	{ NAMED_RWLOCK, false, wait_glibc_rwlock },
	{ NAMED_RWLOCK, true, wait_musl_rwlock },
	{ NAMED_BARRIER, false, wait_glibc_barrier },
	{ NAMED_BARRIER, true, wait_musl_barrier },
	{ NAMED_SEMAPHORE, false, wait_glibc_semaphore },
	{ NAMED_SEMAPHORE, true, wait_musl_semaphore },
	{ NAMED_ONCE, true, wait_once },
	{ NAMED_FUTURE, true, wait_cxx_future },
	{ NAMED_ATOMIC, true, wait_cxx_atomic },
	{ NAMED_GO, true, wait_go },
	{ NAMED_RUST_MUTEX, true, wait_rust_mutex },
	{ NAMED_RUST_CONDITION, true, wait_rust_condition },
	{ NAMED_RUST_RWLOCK, true, wait_rust_rwlock },
	{ NAMED_RUST_ONCE, true, wait_rust_once },
	{ NAMED_RUST_PARK, true, wait_rust_park },
	{ NAMED_PARKING_LOT, true, wait_parking_lot },
};

bool wait_futex_bytes(const struct wait_futex *futex, int offset, void *buffer, size_t size)
{
	if (offset < -(int)futex->before || offset + (int)size > (int)futex->after)
		return false;
	memcpy(buffer, futex->bytes + FUTEX_BYTES + offset, size);
	return true;
}

uint32_t wait_futex_u32(const struct wait_futex *futex, int offset)
{
	uint32_t value = 0;

	(void)wait_futex_bytes(futex, offset, &value, sizeof(value));
	return value;
}

bool wait_futex_is_wait(const struct wait_futex *futex)
{
	return futex->command == FUTEX_WAIT || futex->command == FUTEX_WAIT_BITSET;
}

uint32_t wait_futex_threads(struct wait_job *job, bool shared)
{
	uint32_t threads = shared ? 0 : wait_process_status(job)->threads;

	/* Between processes: as many as there can be. */
	return threads ?: 1 << 22;
}

void wait_futex_key(struct wait_job *job, uint64_t address, bool shared, struct lc_wait_key *ret)
{
	struct wait_process *process = wait_process_get(job->scan, job->pid);
	const struct target_mapping *mapping = NULL;

	*ret = (struct lc_wait_key){ .space = LC_WAIT_SPACE_PRIVATE,
				     .scope = job->pid,
				     .object = address };
	if (!shared)
		return;
	wait_process_maps(process);
	mapping = target_maps_find(&process->maps, address);
	/* glibc uses the shared form on memory of its own too: join, robust mutexes. */
	if (!mapping || !mapping->shared || !mapping->inode)
		return;
	*ret = (struct lc_wait_key){
		.space = LC_WAIT_SPACE_SHARED,
		.scope = wait_pack_device(major(mapping->device), minor(mapping->device)),
		.object = mapping->inode,
		.part = address - mapping->start + mapping->offset,
	};
}

void wait_futex_is(struct wait_job *job, const struct wait_futex *futex, enum lc_wait_kind kind,
		   int offset)
{
	struct lc_wait *wait = job->wait;

	wait->kind = kind;
	wait_futex_key(job, futex->address + offset, futex->shared, &wait->key);
	if (wait->key.space == LC_WAIT_SPACE_SHARED)
		wait->flags |= LC_WAIT_PROCESS_SHARED;
}

static void read_bytes(struct wait_job *job, struct wait_futex *futex)
{
	const struct target_task task = wait_task(job);
	size_t count = 0;

	if (!target_memory_read(&task, futex->address, futex->bytes + FUTEX_BYTES, FUTEX_BYTES,
				&count))
		futex->after = count;
	if (futex->address < FUTEX_BYTES)
		return;
	/* The word may be the first of its page, with nothing before it. */
	if (wait_peek(job, futex->address - FUTEX_BYTES, futex->bytes, FUTEX_BYTES)) {
		futex->before = FUTEX_BYTES;
		return;
	}
	count = futex->address & (FUTEX_BYTES - 1);
	if (count &&
	    wait_peek(job, futex->address - count, futex->bytes + FUTEX_BYTES - count, count))
		futex->before = count;
}

static const char *op_name(int command)
{
	switch (command) {
	case FUTEX_WAIT:
		return "wait";
	case FUTEX_WAIT_BITSET:
		return "wait_bitset";
	case FUTEX_LOCK_PI:
		return "lock_pi";
	case FUTEX_LOCK_PI2:
		return "lock_pi2";
	case FUTEX_WAIT_REQUEUE_PI:
		return "wait_requeue_pi";
	default:
		return "futex";
	}
}

static void decode_timeout(struct wait_job *job, const struct wait_futex *futex, int op)
{
	int clock = op & FUTEX_CLOCK_REALTIME || futex->command == FUTEX_LOCK_PI ? CLOCK_REALTIME
										 : CLOCK_MONOTONIC;

	wait_ends_by(job, job->args[3], futex->command != FUTEX_WAIT, clock);
}

static void decode(struct wait_job *job, struct wait_futex *futex)
{
	const uint64_t *args = job->args;
	int op = args[1];

	futex->bitset_all = true;
	if (job->call->family == CALL_FUTEX_WAIT) {
		futex->address = args[0];
		futex->expected = args[1];
		futex->shared = !(args[3] & FUTEX2_PRIVATE_FLAG);
		futex->command = FUTEX_WAIT_BITSET;
		wait_ends_by(job, args[4], true,
			     args[5] == CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC);
	} else if (job->call->family == CALL_FUTEX_WAITV) {
		futex->command = FUTEX_WAIT_BITSET;
		wait_ends_by(job, args[3], true,
			     args[4] == CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC);
	} else {
		futex->address = args[0];
		futex->command = op & FUTEX_CMD_MASK;
		futex->shared = !(op & FUTEX_PRIVATE_FLAG);
		futex->expected = args[2];
		if (futex->command == FUTEX_WAIT_BITSET)
			futex->bitset_all = (uint32_t)args[5] == FUTEX_BITSET_MATCH_ANY;
		decode_timeout(job, futex, op);
	}
	snprintf(job->wait->op, sizeof(job->wait->op), "%s", op_name(futex->command));
}

static void recognise(struct wait_job *job, const struct wait_futex *futex)
{
	size_t i;

	for (i = 0; i < sizeof(recognisers) / sizeof(recognisers[0]); i++) {
		if (futex->named ? recognisers[i].named != futex->named
				 : recognisers[i].names_needed)
			continue;
		if (recognisers[i].recognise(job, futex))
			return;
	}
	wait_futex_is(job, futex, LC_WAIT_FUTEX, 0);
	job->wait->protocol = LC_WAIT_PLAIN_WORD;
	wait_say(job, "futex 0x%llx", (unsigned long long)futex->address);
	if (futex->named && futex->after)
		job->wait->flags |= LC_WAIT_DISAGREE;
}

/* libstdc++ waits for atomics by the form between processes, wherever these are. */
static bool is_in_own_memory(struct wait_job *job, const struct wait_futex *futex)
{
	struct wait_process *process = wait_process_get(job->scan, job->pid);
	const struct target_mapping *mapping;

	if (!futex->shared)
		return true;
	wait_process_maps(process);
	mapping = target_maps_find(&process->maps, futex->address);
	return mapping && !mapping->shared;
}

/*
 * Who could wake a futex of one address space: its other threads, unless a signal's handler does.
 * Where the object names an owner, that one knows more; of Go's threads, the goroutines tell.
 * CPython catches SIGINT by itself, and the handler only sets a flag (Modules/signalmodule.c,
 * trip_signal()).
 */
static void note_any_thread(struct wait_job *job, const struct wait_futex *futex)
{
	struct lc_wait *wait = job->wait;
	const struct wait_process *process = wait_process_status(job);

	if (wait->has_timeout || wait->recorded != LC_WAIT_NOT_RECORDED ||
	    wait->flags & LC_WAIT_LET_GO || wait->kind == LC_WAIT_GO || wait->kind == LC_WAIT_GIL ||
	    !is_in_own_memory(job, futex))
		return;
	if (process->catches_signals) {
		wait->flags |= LC_WAIT_SIGNAL_HANDLER;
		if (!process->is_interrupted || !wait_process_is_python(job))
			return;
	}
	wait->threads = process->threads;
	if (process->threads)
		wait->flags |= LC_WAIT_ANY_THREAD;
}

static void describe_word(struct wait_job *job, struct wait_futex *futex)
{
	struct lc_wait *wait = job->wait;

	read_bytes(job, futex);
	wait->expected = futex->expected;
	if (futex->after >= 4) {
		futex->value = wait_futex_u32(futex, 0);
		wait->value = futex->value;
		wait->has_value = true;
		if (futex->value != futex->expected && wait_futex_is_wait(futex))
			wait->flags |= LC_WAIT_VALUE_DIFFERS;
	} else {
		wait->recorded = LC_WAIT_UNREADABLE;
		wait_cannot_read(job, "memory at 0x%llx", (unsigned long long)futex->address);
	}
	recognise(job, futex);
	wait_runtime_note(job);
	note_any_thread(job, futex);
}

/* Element i of a futex_waitv(): struct futex_waitv {u64 value, u64 address, u32 flags, u32 0}. */
static bool read_element(struct wait_job *job, uint64_t i, struct wait_futex *futex)
{
	uint64_t element[3];

	if (!wait_peek(job, job->args[0] + i * sizeof(element), element, sizeof(element)))
		return false;
	futex->expected = element[0];
	futex->address = element[1];
	futex->shared = !(element[2] & FUTEX2_PRIVATE_FLAG);
	return true;
}

/* Any of them wakes the waiter: who could release one could release it. */
static void add_element(struct lc_wait *wait, const struct lc_wait *word)
{
	struct lc_wait_member *member = &wait->members[wait->member_count++];
	uint32_t i;

	*member = (struct lc_wait_member){ .fd = -1,
					   .kind = word->kind,
					   .can_fire = true,
					   .flags = word->flags,
					   .key = word->key };
	snprintf(member->object, sizeof(member->object), "%.*s", (int)sizeof(member->object) - 1,
		 word->object);
	wait->flags |= word->flags & (LC_WAIT_VALUE_DIFFERS | LC_WAIT_OBJECT_FREE);
	for (i = 0; i < word->owner_count && wait->owner_count < LC_WAIT_OWNERS; i++)
		wait->owners[wait->owner_count++] = word->owners[i];
	wait->owner_total += word->owner_total;
	if (word->recorded != LC_WAIT_RECORDED)
		wait->flags |= LC_WAIT_INCOMPLETE;
}

static void describe_vector(struct wait_job *job, const struct wait_futex *form)
{
	struct wait_job word_job = *job;
	struct lc_wait *wait = job->wait, word;
	uint64_t total = job->args[1], i;
	struct wait_futex futex;

	wait->kind = LC_WAIT_FUTEX;
	wait_say(job, "any of %llu word%s", (unsigned long long)total, plural(total));
	for (i = 0; i < total && i < LC_WAIT_MEMBERS; i++) {
		futex = *form;
		if (!read_element(job, i, &futex)) {
			wait->flags |= LC_WAIT_INCOMPLETE;
			wait_cannot_read(job, "the words waited for");
			break;
		}
		word = (struct lc_wait){ .fd = -1 };
		word_job.wait = &word;
		describe_word(&word_job, &futex);
		if (!i)
			wait->key = word.key;
		wait_add(job, "%s%s", i ? ", " : ": ", word.object);
		add_element(wait, &word);
	}
	wait->member_total = total;
	if (total > wait->member_count)
		wait->flags |= LC_WAIT_INCOMPLETE;
	wait->recorded = wait->owner_count ? LC_WAIT_RECORDED : LC_WAIT_NOT_RECORDED;
}

void wait_futex_describe(struct wait_job *job)
{
	bool vector = job->call->family == CALL_FUTEX_WAITV;
	struct wait_futex futex = {};

	decode(job, &futex);
	futex.named = wait_names_object(job->subject);
	if (vector && (job->args[1] != 1 || !read_element(job, 0, &futex)))
		describe_vector(job, &futex);
	else
		describe_word(job, &futex);
}

void wait_futex_time_out(struct wait_job *job)
{
	struct wait_futex futex = {};

	decode(job, &futex);
}
