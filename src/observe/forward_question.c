// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state in which a thread is run forward: its object is as if somebody had signalled, and the
 * lock that belongs to it is free or not, as it is. From there on its own code does all: the C
 * library finds the signal, takes the lock, and comes back to the program.
 */
#include "observe/forward_question.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "target/ifuncs.h"
#include "target/memory.h"

#define SEMAPHORE_BYTES 16
#define GROUP_START 8
#define MUTEX_OWNER 8			   /* of glibc: src/wait/glibc.c */
#define STACK_BELOW ((uint64_t)256 * 1024) /* what a run may use of it, beyond what it has */
#define THREAD_LOCAL_NEAR 2048 /* errno and the like, on one side of the thread pointer */
#define DESCRIPTOR 2304	       /* struct pthread, on the other */

int forward_page(void *context, uint64_t address, uint8_t bytes[EMULATE_PAGE], bool *ret_writable)
{
	struct forward_process *process = context;
	const struct target_mapping *mapping = target_maps_find(&process->maps, address);
	size_t count = 0;
	int r = target_memory_read(&process->task, address, bytes, EMULATE_PAGE, &count);

	if (r < 0)
		return r;
	*ret_writable = mapping && mapping->protection & PROT_WRITE;
	return count == EMULATE_PAGE ? 0 : -1;
}

static struct emulate_range around(uint64_t start, uint64_t bytes)
{
	return (struct emulate_range){ start, start + bytes };
}

static struct emulate_range own_stack(const struct target_maps *maps, uint64_t sp)
{
	const struct target_mapping *mapping = target_maps_find(maps, sp);
	struct emulate_range range = around(sp, 1);

	if (!mapping)
		return range;
	range.end = mapping->end;
	range.start = sp - mapping->start > STACK_BELOW ? sp - STACK_BELOW : mapping->start;
	return range;
}

static struct emulate_range own_variables(uint64_t thread_pointer)
{
	if (!thread_pointer)
		return (struct emulate_range){ 0, 0 };
#if defined(__x86_64__)
	return (struct emulate_range){ thread_pointer - THREAD_LOCAL_NEAR,
				       thread_pointer + DESCRIPTOR };
#else
	return (struct emulate_range){ thread_pointer - DESCRIPTOR,
				       thread_pointer + THREAD_LOCAL_NEAR };
#endif
}

/* The program comes before its libraries, wherever the kernel puts them. */
static bool is_program(const struct target_maps *maps, const struct target_mapping *code)
{
	size_t i = 0;

	while (i < maps->count && !maps->mappings[i].inode)
		i++;
	return i < maps->count && maps->mappings[i].inode == code->inode &&
	       maps->mappings[i].device == code->device;
}

/*
 * All mappings of the file that has an address, with the anonymous one that follows its data. A
 * program without shared libraries has its own variables there, too: then there is none.
 */
struct emulate_range forward_library_at(const struct target_maps *maps, uint64_t address)
{
	const struct target_mapping *code = target_maps_find(maps, address);
	struct emulate_range range = { 0, 0 };
	bool follows = false;

	if (!code || !code->inode || is_program(maps, code))
		return range;
	for (size_t i = 0; i < maps->count; i++) {
		const struct target_mapping *one = &maps->mappings[i];
		bool same = one->inode == code->inode && one->device == code->device;

		if (same && !range.end)
			range.start = one->start;
		if (same || (follows && !one->inode && !one->path[0] && one->start == range.end))
			range.end = one->end;
		follows = same;
	}
	return range;
}

/* What is anonymous behind a library may be anything: who maps memory may get that place. */
bool forward_is_in_file(const struct forward_process *process, uint64_t address)
{
	const struct target_mapping *mapping = target_maps_find(&process->maps, address);
	const struct target_mapping *before;

	if (!mapping || mapping->inode || mapping->path[0] || mapping == process->maps.mappings)
		return mapping && mapping->inode;
	before = mapping - 1;
	return before->inode && before->end == mapping->start && is_program(&process->maps, before);
}

struct emulate_range forward_vdso(const struct forward_process *process)
{
	const struct target_maps *maps = &process->maps;

	for (size_t i = 0; i < maps->count; i++) {
		if (strcmp(maps->mappings[i].path, "[vdso]") == 0)
			return (struct emulate_range){ maps->mappings[i].start,
						       maps->mappings[i].end };
	}
	return (struct emulate_range){ 0, 0 };
}

static void add_patch(struct emulate_question *question, uint64_t address, uint64_t value, bool add)
{
	question->patches[question->patch_count++] =
		(struct emulate_patch){ .address = address, .value = value, .size = 4, .add = add };
}

/*
 * One more signal for its group: glibc counts them from the word's second bit on, or from 2.41 on
 * as how far the word is ahead of the group's first waiter.
 */
static bool signal_condition(const struct forward_process *process, const struct lc_wait *wait,
			     uint64_t word, struct emulate_question *question)
{
	uint64_t start;
	size_t count = 0;

	if (wait->mutex.space != LC_WAIT_SPACE_PRIVATE)
		return false;
	question->object = around(wait->key.object, FORWARD_CONDITION_BYTES);
	question->lock = wait->mutex.object;
	question->lock_size = FORWARD_MUTEX_BYTES;
	if (wait->flags & LC_WAIT_OLD_CONDITION) {
		add_patch(question, word, 2, true);
		return true;
	}
	if (target_memory_read(&process->task, wait->key.object + GROUP_START, &start,
			       sizeof(start), &count) < 0 ||
	    count != sizeof(start))
		return false;
	add_patch(question, word, (uint32_t)start + 1, false);
	return true;
}

/*
 * The lock that it waits for is free. glibc hands a rwlock over to the first writer by its phase,
 * which that sleeps on; its further writers sleep on another word, and are not asked.
 */
static bool free_rwlock(const struct forward_process *process, const struct lc_wait *wait,
			uint64_t word, struct emulate_question *question)
{
	const uint64_t phase = wait->key.object + 8;
	uint32_t readers;
	size_t count = 0;

	if (word != phase)
		return false;
	if (wait->direction == LC_WAIT_LOCK) {
		add_patch(question, wait->key.object, 3, false); /* a writer's phase, his */
		add_patch(question, phase, 1, false);
		return true;
	}
	if (target_memory_read(&process->task, wait->key.object, &readers, sizeof(readers),
			       &count) < 0 ||
	    count != sizeof(readers))
		return false;
	add_patch(question, wait->key.object, readers & ~3u, false);
	add_patch(question, phase, 0, false);
	return true;
}

static bool free_lock(const struct forward_process *process, const struct lc_wait *wait,
		      uint64_t word, struct emulate_question *question)
{
	switch (wait->protocol) {
	case LC_WAIT_GLIBC_MUTEX: /* which makes sure that it has no owner */
		add_patch(question, word, 0, false);
		add_patch(question, wait->key.object + MUTEX_OWNER, 0, false);
		return true;
	case LC_WAIT_RUST_MUTEX:
		add_patch(question, word, 0, false);
		return true;
	case LC_WAIT_RUST_RWLOCK: /* his counter may be where he sleeps, but the state tells */
		add_patch(question, wait->key.object, 0, false);
		return true;
	case LC_WAIT_GLIBC_RWLOCK:
		return free_rwlock(process, wait, word, question);
	default:
		return false;
	}
}

static bool signal_object(const struct forward_process *process, const struct lc_wait *wait,
			  uint64_t word, struct emulate_question *question)
{
	switch (wait->protocol) {
	case LC_WAIT_GLIBC_CONDITION:
		return signal_condition(process, wait, word, question);
	case LC_WAIT_GLIBC_SEMAPHORE:
	case LC_WAIT_PYTHON_LOCK:
		question->object = around(wait->key.object, SEMAPHORE_BYTES);
		add_patch(question, word, 1, true);
		return true;
	case LC_WAIT_RUST_CONDITION: /* comes back by itself, and takes the lock */
		question->object = around(word, 4);
		question->lock_size = 4;
		return true;
	case LC_WAIT_RUST_PARK:
		question->object = around(word, 4);
		question->lock_size = 8; /* no lock: park() counts the users of its handle */
		add_patch(question, word, 1, false);
		return true;
	case LC_WAIT_PARKING_LOT_PARK:
		question->object = around(word, 4);
		add_patch(question, word, 0, false);
		return true;
	case LC_WAIT_PLAIN_WORD:
		return true;
	default:
		return false;
	}
}

static bool has_library(enum lc_wait_protocol protocol)
{
	return protocol == LC_WAIT_GLIBC_CONDITION || protocol == LC_WAIT_GLIBC_SEMAPHORE ||
	       protocol == LC_WAIT_PYTHON_LOCK;
}

void forward_find_byte_functions(struct forward_process *process)
{
	const char *names[EMULATE_BYTE_FUNCTIONS];

	for (size_t i = 0; i < EMULATE_BYTE_FUNCTIONS; i++)
		names[i] = emulate_byte_function(i);
	if (target_ifuncs_of_libc(&process->task, &process->maps, names, EMULATE_BYTE_FUNCTIONS,
				  process->byte_functions) < 0)
		memset(process->byte_functions, 0, sizeof(process->byte_functions));
}

struct emulate_question forward_begin(const struct forward_process *process,
				      const struct lc_thread *thread)
{
	const struct target_maps *maps = &process->maps;
	struct emulate_question question = {
		.world = process->world,
		.tid = (uint32_t)thread->task.ns_tid,
		.pid = (uint32_t)thread->task.ns_pid,
		.registers = thread->registers,
		.thread_pointer = thread->thread_pointer,
		.call = thread->syscall,
		.own = { own_stack(maps, thread->sp), own_variables(thread->thread_pointer) },
		.vdso = forward_vdso(process),
	};

	memcpy(question.byte_functions, process->byte_functions, sizeof(question.byte_functions));
	return question;
}

bool forward_question(struct forward_process *process, const struct lc_thread *thread,
		      struct emulate_question *ret)
{
	struct emulate_question question = forward_begin(process, thread);

	question.asked = EMULATE_WOULD_WAKE;
	if (!thread->thread_pointer)
		return false;
	if (has_library(thread->wait->protocol))
		question.library = forward_library_at(&process->maps, thread->pc);
	if (!signal_object(process, thread->wait, thread->syscall.args[0], &question))
		return false;
	*ret = question;
	return true;
}

bool forward_frees_question(struct forward_process *process, const struct lc_thread *thread,
			    struct emulate_question *ret)
{
	struct emulate_question question = forward_begin(process, thread);
	uint64_t word = thread->syscall.args[0];

	question.asked = EMULATE_WHAT_FREES;
	question.follow = 1;
	if (!thread->thread_pointer)
		return false;
	if (thread->syscall.nr == SYS_futex &&
	    !signal_object(process, thread->wait, word, &question) &&
	    !free_lock(process, thread->wait, word, &question))
		return false;
	*ret = question;
	return true;
}
