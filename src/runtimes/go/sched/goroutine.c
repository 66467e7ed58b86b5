// SPDX-License-Identifier: GPL-2.0-only
/* Takes a goroutine's descriptor apart: see goroutine.h. */
#include "runtimes/go/sched/goroutine.h"

#include <string.h>

#define STATUS_SCAN 0x1000u

static uint64_t field(const uint8_t *bytes, int32_t offset, unsigned size)
{
	uint64_t value = 0;

	if (offset < 0 || (uint32_t)offset > GO_DESCRIPTOR_MAX - size)
		return 0;
	memcpy(&value, bytes + offset, size);
	return value;
}

void go_descriptor_read(const struct go_offsets *o, const uint8_t *bytes, struct go_descriptor *ret)
{
	*ret = (struct go_descriptor){
		.stack_lo = field(bytes, o->g_stack_lo, 8),
		.stack_hi = field(bytes, o->g_stack_hi, 8),
		.m = field(bytes, o->g_m, 8),
		.lockedm = field(bytes, o->g_lockedm, 8),
		.sched_sp = field(bytes, o->g_sched_sp, 8),
		.sched_pc = field(bytes, o->g_sched_pc, 8),
		.sched_g = field(bytes, o->g_sched_g, 8),
		.syscallsp = field(bytes, o->g_syscallsp, 8),
		.syscallpc = field(bytes, o->g_syscallpc, 8),
		.status = field(bytes, o->g_atomicstatus, 4) & ~STATUS_SCAN,
		.goid = field(bytes, o->g_goid, 8),
		.parent_goid = field(bytes, o->g_parent_goid, 8),
		.waitsince = field(bytes, o->g_waitsince, 8),
		.gopc = field(bytes, o->g_gopc, 8),
		.startpc = field(bytes, o->g_startpc, 8),
		.waiting = field(bytes, o->g_waiting, 8),
		.labels = field(bytes, o->g_labels, 8),
		.timer = field(bytes, o->g_timer, 8),
		.sleep_when = field(bytes, o->g_sleep_when, 8),
		.coroarg = field(bytes, o->g_coroarg, 8),
		.bubble = field(bytes, o->g_bubble, 8),
		.sync_group = field(bytes, o->g_sync_group, 8),
		.reason = field(bytes, o->g_waitreason, 1),
		.tracking_seq = field(bytes, o->g_tracking_seq, 1),
		.scanned = field(bytes, o->g_atomicstatus, 4) & STATUS_SCAN,
	};
}

bool go_descriptor_unmoved(const struct go_descriptor *a, const struct go_descriptor *b)
{
	return a->goid == b->goid && a->status == b->status && a->sched_sp == b->sched_sp &&
	       a->sched_pc == b->sched_pc && a->syscallsp == b->syscallsp &&
	       a->tracking_seq == b->tracking_seq && a->stack_lo == b->stack_lo &&
	       a->waiting == b->waiting;
}

bool go_descriptor_runs(const struct go_descriptor *d)
{
	return d->status == GO_STATUS_RUNNING || d->status == GO_STATUS_COPYSTACK ||
	       (d->status == GO_STATUS_WAITING && d->m);
}

enum lc_go_state go_descriptor_state(const struct go_descriptor *d)
{
	switch (d->goid ? d->status : GO_STATUS_IDLE) {
	case GO_STATUS_RUNNABLE:
		return LC_GO_RUNNABLE;
	case GO_STATUS_RUNNING:
	case GO_STATUS_COPYSTACK: /* it runs: its stack is being moved */
		return LC_GO_RUNNING;
	case GO_STATUS_SYSCALL:
		return LC_GO_SYSCALL;
	case GO_STATUS_WAITING:
		return LC_GO_WAITING;
	case GO_STATUS_PREEMPTED:
		return LC_GO_PREEMPTED;
	case GO_STATUS_LEAKED:
		return LC_GO_LEAKED;
	default:
		return LC_GO_NONE;
	}
}

static const struct {
	const char *text;
	enum lc_go_kind kind;
} meanings[] = {
	{ "chan receive (nil chan)", LC_GO_NIL_RECEIVE },
	{ "chan send (nil chan)", LC_GO_NIL_SEND },
	{ "chan receive", LC_GO_CHAN_RECEIVE }, /* also "(durable)", "(synctest)" */
	{ "chan send", LC_GO_CHAN_SEND },
	{ "select (no cases)", LC_GO_SELECT_EMPTY },
	{ "select", LC_GO_SELECT },
	{ "sync.Mutex.Lock", LC_GO_MUTEX },
	{ "sync.RWMutex.RLock", LC_GO_RWMUTEX_READ },
	{ "sync.RWMutex.Lock", LC_GO_RWMUTEX_WRITE },
	{ "sync.WaitGroup.Wait", LC_GO_WAITGROUP },
	{ "sync.Cond.Wait", LC_GO_COND },
	{ "semacquire", LC_GO_SEMAPHORE },
	{ "coroutine", LC_GO_COROUTINE },
	{ "synctest", LC_GO_SYNCTEST },
	{ "IO wait", LC_GO_NETWORK },
	{ "sleep", LC_GO_SLEEP },
};

static enum lc_go_kind meaning(const struct go_reason *reason)
{
	size_t i;

	for (i = 0; reason && i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (!strncmp(reason->text, meanings[i].text, strlen(meanings[i].text)))
			return meanings[i].kind;
	}
	return LC_GO_RUNTIME;
}

void go_reason_kinds(uint32_t version, uint8_t kinds[256])
{
	unsigned i;

	for (i = 0; i < 256; i++)
		kinds[i] = meaning(go_reason_for(version, i));
}

enum lc_go_system go_system_of(const char *entry)
{
	static const char prefix[] = "runtime.";

	if (!strcmp(entry, "runtime.runfinq") || !strcmp(entry, "runtime.runFinalizers") ||
	    !strcmp(entry, GO_RUNS_CLEANUPS))
		return LC_GO_CALLS_BACK;
	return !strncmp(entry, prefix, sizeof(prefix) - 1) && strcmp(entry, "runtime.main") &&
			       strcmp(entry, "runtime.handleAsyncEvent") &&
			       strcmp(entry, "runtime.corostart")
		       ? LC_GO_OF_RUNTIME
		       : LC_GO_OF_PROGRAM;
}

bool go_waits_for_calls(uint32_t version, const struct go_descriptor *d)
{
	const struct go_reason *reason = go_reason_for(version, d->reason);

	return d->status == GO_STATUS_WAITING && reason &&
	       (!strcmp(reason->text, "finalizer wait") || !strcmp(reason->text, "cleanup wait"));
}

enum lc_go_kind go_descriptor_kind(const uint8_t kinds[256], const struct go_descriptor *d)
{
	switch (go_descriptor_state(d)) {
	case LC_GO_SYSCALL:
		return LC_GO_IN_SYSCALL;
	case LC_GO_WAITING:
	case LC_GO_LEAKED:
		return kinds[d->reason];
	default:
		return LC_GO_NO_WAIT;
	}
}
