/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The descriptor of a goroutine, runtime.g of src/runtime/runtime2.go, taken out of its bytes.
 */
#ifndef LEAKHOP_RUNTIMES_GO_GOROUTINE_H
#define LEAKHOP_RUNTIMES_GO_GOROUTINE_H

#include "runtimes/go/image/offsets.h"
#include "model/goroutines.h"

#define GO_STACK_MAX (1ull << 31) /* the runtime's own bound is 1 GB */

enum { /* g.atomicstatus, without the bit for "its stack is being scanned" */
       GO_STATUS_IDLE = 0,
       GO_STATUS_RUNNABLE = 1,
       GO_STATUS_RUNNING = 2,
       GO_STATUS_SYSCALL = 3,
       GO_STATUS_WAITING = 4,
       GO_STATUS_DEAD = 6,
       GO_STATUS_COPYSTACK = 8,
       GO_STATUS_PREEMPTED = 9,
       GO_STATUS_LEAKED = 10,
       GO_STATUS_DEADEXTRA = 11,
};

struct go_descriptor {
	uint64_t stack_lo, stack_hi;
	uint64_t m, lockedm;
	uint64_t sched_sp, sched_pc, sched_g;
	uint64_t syscallsp, syscallpc;
	uint32_t status;
	uint64_t goid, parent_goid;
	uint64_t waitsince;
	uint64_t gopc, startpc;
	uint64_t waiting, labels, timer, sleep_when, coroarg, bubble, sync_group;
	uint8_t reason, tracking_seq;
	bool scanned; /* by the garbage collector, now */
};

/* bytes: GO_DESCRIPTOR_MAX of them. */
void go_descriptor_read(const struct go_offsets *offsets, const uint8_t *bytes,
			struct go_descriptor *ret);

/* Whatever its stack or what it waits for was read for is still so. */
bool go_descriptor_unmoved(const struct go_descriptor *a, const struct go_descriptor *b);

/*
 * A thread has it: also of one that is said to wait while it works for the collector, for which the
 * runtime leaves it its thread (casGToWaiting). Where it was stopped last says nothing then.
 */
bool go_descriptor_runs(const struct go_descriptor *descriptor);

/* enum lc_go_state; LC_GO_NONE for one that is not in use. */
enum lc_go_state go_descriptor_state(const struct go_descriptor *descriptor);

/*
 * What a version's wait reasons mean, by number: enum lc_go_kind. Semaphores are told apart later,
 * by the stack.
 */
void go_reason_kinds(uint32_t version, uint8_t kinds[256]);

/*
 * Whose a goroutine is that begins with this function (src/runtime/traceback.go,
 * isSystemGoroutine()). And does one that calls finalizers or cleanups (mfinal.go, mcleanup.go)
 * wait for some? Else it is the program's.
 */
#define GO_RUNS_CLEANUPS "runtime.runCleanups"
enum lc_go_system go_system_of(const char *entry);
bool go_waits_for_calls(uint32_t version, const struct go_descriptor *descriptor);

/* What it waits for; kinds as above. */
enum lc_go_kind go_descriptor_kind(const uint8_t kinds[256],
				   const struct go_descriptor *descriptor);

#endif
