// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exact events of goroutines, where they were asked for (--go-events): uprobes in the run-time
 * system of Go processes, at its own functions for creation, end, park and wake-up
 * (src/runtimes/go/probes/probes.c chooses the places). All of them run on the system stack of a
 * thread.
 *
 * Nothing crosses for each event: the tables are the record, read for what is told. Only a block
 * that lasted for the threshold goes to the ring buffer. What is read is a stranger's memory: a
 * wrong word gives a wrong row, nothing else.
 */
#include "events.bpf.h"
#include "filter.bpf.h"

/*
 * Who readied a goroutine is walked only after a block that was not a short one: it is half of the
 * cost.
 */
#define WALK_AFTER_NS 1000000ull

struct here {
	const struct abi_go_process *process;
	__u32 pid;
};

static __always_inline __u32 current_pid(void)
{
	struct task_struct *task;

	if (!self.namespace_level)
		return bpf_get_current_pid_tgid() >> 32;
	task = (void *)bpf_get_current_task();
	return pid_number(BPF_CORE_READ(task, group_leader), self.namespace_level);
}

/* A child between fork and exec runs the parent's code, and is not in the table. */
static __always_inline bool get_here(struct here *here)
{
	here->pid = current_pid();
	here->process = bpf_map_lookup_elem(&go_processes, &here->pid);
	return here->process != NULL;
}

static __always_inline __u64 user_word(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_user(&word, sizeof(word), (void *)address);
	return word;
}

/* The goroutine that this thread runs, also while it is on the system stack; 0: none. */
static __always_inline __u64 running_goroutine(const struct here *here, __u64 g)
{
	__u64 m = user_word(g + here->process->g_m);

	return m ? user_word(m + here->process->m_curg) : 0;
}

static __always_inline struct abi_go_key key_of(const struct here *here, __u64 goid)
{
	struct abi_go_key key = {
		.goid = goid,
		.pid = here->pid,
		.generation = here->process->generation,
	};

	return key;
}

#define count_event(event)                                         \
	({                                                         \
		__u32 zero_ = 0;                                   \
		struct abi_go_counts *counts_;                     \
		counts_ = bpf_map_lookup_elem(&go_counts, &zero_); \
		if (counts_)                                       \
			counts_->event++;                          \
	})

static __always_inline struct abi_go_site *site_of(const struct here *here, __u64 g)
{
	struct abi_go_site fresh = {}, *site;
	struct abi_go_site_key key = {
		.spawn_pc = user_word(g + here->process->g_gopc),
		.entry_pc = user_word(g + here->process->g_startpc),
		.pid = here->pid,
		.generation = here->process->generation,
	};

	site = bpf_map_lookup_elem(&go_sites, &key);
	if (site)
		return site;
	bpf_map_update_elem(&go_sites, &key, &fresh, BPF_NOEXIST);
	site = bpf_map_lookup_elem(&go_sites, &key);
	if (!site)
		__sync_fetch_and_add(&lost.go_full, 1);
	return site;
}

/* The row of a goroutine, made when it is new. */
static __always_inline struct abi_go_note *go_note(const struct abi_go_key *key)
{
	struct abi_go_note fresh = {}, *note;

	note = bpf_map_lookup_elem(&go_goroutines, key);
	if (note)
		return note;
	bpf_map_update_elem(&go_goroutines, key, &fresh, BPF_NOEXIST);
	note = bpf_map_lookup_elem(&go_goroutines, key);
	if (!note)
		__sync_fetch_and_add(&lost.go_full, 1);
	return note;
}

/* The return addresses behind a frame pointer; returns how many. */
static __always_inline __u32 walk(__u64 frame, __u64 *addresses, __u32 most)
{
	__u64 pair[2];
	__u32 depth;

	for (depth = 0; depth < most; depth++) {
		if (!frame || (frame & 7) ||
		    bpf_probe_read_user(pair, sizeof(pair), (void *)frame) || !pair[1])
			break;
		addresses[depth] = pair[1];
		if (pair[0] <= frame) { /* stacks grow down: a caller's frame is above */
			depth++;
			break;
		}
		frame = pair[0];
	}
	return depth;
}

/*
 * Where a library has a go statement, whoever called it tells what the goroutine is for; and where
 * that was a goroutine of the library's itself, whoever had called that.
 */
static __noinline int note_birth(const struct here *here, const struct abi_go_key *key,
				 __u64 parent)
{
	struct abi_go_birth fresh = {}, *birth, *above;
	struct abi_go_key parents_key;

	if (bpf_map_update_elem(&go_births, key, &fresh, BPF_ANY))
		return 0;
	birth = bpf_map_lookup_elem(&go_births, key);
	if (!birth)
		return 0;
	birth->depth = walk(user_word(parent + here->process->g_sched_bp), birth->stack,
			    ABI_GO_BIRTH_FRAMES);
	parents_key = key_of(here, user_word(parent + here->process->g_goid));
	above = bpf_map_lookup_elem(&go_births, &parents_key);
	if (!above)
		return 0;
	birth->parents_depth = above->depth;
	__builtin_memcpy(birth->parents_stack, above->stack, sizeof(birth->parents_stack));
	return 0;
}

static __noinline int born(struct pt_regs *ctx, __u64 g, bool on_system_stack)
{
	struct abi_go_note fresh = {};
	__u64 parent;
	struct abi_go_site *site;
	struct abi_go_key key;
	struct here here;

	if (!get_here(&here) || !g)
		return 0;
	count_event(born);
	key = key_of(&here, user_word(g + here.process->g_goid));
	parent = running_goroutine(&here, go_current(ctx));
	fresh.born_at = bpf_ktime_get_ns();
	fresh.parent = parent ? user_word(parent + here.process->g_goid) : 0;
	if (bpf_map_update_elem(&go_goroutines, &key, &fresh, BPF_ANY))
		__sync_fetch_and_add(&lost.go_full, 1);
	if (parent && on_system_stack)
		note_birth(&here, &key, parent);
	site = site_of(&here, g);
	if (site)
		__sync_fetch_and_add(&site->born, 1);
	return 0;
}

/* Where runtime.newproc() calls runqput(pp, newg, next). */
SEC("uprobe")
int leakhop_go_born(struct pt_regs *ctx)
{
	return born(ctx, go_argument1(ctx), true);
}

/* At the return of runtime.newproc1(), where that call is not to be found. */
SEC("uprobe")
int leakhop_go_made(struct pt_regs *ctx)
{
	return born(ctx, go_result(ctx), true);
}

/* At the return of runtime.newcoro(): iter.Pull. The goroutine is the coro's first field. */
SEC("uprobe")
int leakhop_go_coroutine(struct pt_regs *ctx)
{
	return born(ctx, user_word(go_result(ctx)), false);
}

/* runtime.gdestroy(gp), before 1.22 runtime.goexit0(gp). */
SEC("uprobe")
int leakhop_go_ended(struct pt_regs *ctx)
{
	__u64 g = go_argument0(ctx);
	struct abi_go_site *site;
	struct abi_go_key key;
	struct here here;

	if (!get_here(&here) || !g)
		return 0;
	count_event(ended);
	key = key_of(&here, user_word(g + here.process->g_goid));
	bpf_map_delete_elem(&go_goroutines, &key);
	bpf_map_delete_elem(&go_births, &key);
	site = site_of(&here, g);
	if (site)
		__sync_fetch_and_add(&site->ended, 1);
	return 0;
}

/* runtime.park_m(gp): nobody can ready it before this has gone on. */
SEC("uprobe")
int leakhop_go_parked(struct pt_regs *ctx)
{
	__u64 g = go_argument0(ctx);
	struct abi_go_note *note;
	struct abi_go_key key;
	struct here here;

	if (!get_here(&here) || !g)
		return 0;
	count_event(parked);
	key = key_of(&here, user_word(g + here.process->g_goid));
	note = go_note(&key);
	if (note)
		note->parked_at = bpf_ktime_get_ns();
	return 0;
}

static __noinline int write_block(const struct here *here, const struct abi_go_key *key, __u64 g,
				  const struct abi_go_note *note)
{
	const struct abi_go_process *process = here->process;
	struct abi_go_block *event;
	__u8 reason = 0;

	event = event_reserve(ABI_GO_BLOCK, sizeof(*event));
	if (!event)
		return 0;
	event->head.at = note->ready_at;
	event->goid = key->goid;
	event->parked_at = note->parked_at;
	event->by = note->ready_by;
	event->pid = key->pid;
	event->generation = key->generation;
	event->by_kind = note->ready_kind;
	bpf_probe_read_user(&reason, sizeof(reason), (void *)(g + process->g_waitreason));
	event->reason = reason;
	event->depth = walk(user_word(g + process->g_sched_bp), event->stack, ABI_GO_STACK_FRAMES);
	event->by_depth = note->ready_depth;
	__builtin_memcpy(event->by_stack, note->ready_stack, sizeof(event->by_stack));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* g is readied by a goroutine, or, where by is 0, in the given way. */
static __always_inline void readied(const struct here *here, __u64 g, __u64 by, __u32 kind)
{
	const struct abi_go_process *process = here->process;
	struct abi_go_key key = key_of(here, user_word(g + process->g_goid));
	struct abi_go_note *note = go_note(&key);
	__u64 now = bpf_ktime_get_ns(), blocked_ns = 0;

	count_event(readied);
	if (!note)
		return;
	if (note->parked_at > note->ready_at)
		blocked_ns = now - note->parked_at;
	note->ready_at = now;
	note->ready_by = by ? user_word(by + process->g_goid) : 0;
	note->ready_kind = by ? ABI_GO_BY_ITSELF : kind;
	note->ready_depth = 0;
	if (by && (blocked_ns >= WALK_AFTER_NS || !note->parked_at))
		note->ready_depth = walk(user_word(by + process->g_sched_bp), note->ready_stack,
					 ABI_GO_FRAMES);
	if (blocked_ns && blocked_ns >= settings.threshold_ns)
		write_block(here, &key, g, note);
}

/*
 * runtime.ready(gp, traceskip, next). In the scheduler's own loop, where timers run, m.curg is nil.
 */
SEC("uprobe")
int leakhop_go_readied(struct pt_regs *ctx)
{
	__u64 g = go_argument0(ctx);
	struct here here;

	if (!get_here(&here) || !g)
		return 0;
	readied(&here, g, running_goroutine(&here, go_current(ctx)), ABI_GO_BY_RUNTIME);
	return 0;
}

/* A word of a pollDesc is a goroutine, or a small number: none waits (src/runtime/netpoll.go). */
static __always_inline void readied_by_network(const struct here *here, __u64 poll_word)
{
	__u64 g = user_word(poll_word);

	if (g > 4096)
		readied(here, g, 0, ABI_GO_BY_NETWORK);
}

/* runtime.netpollready(toRun, pd, mode): these do not come past ready(). */
SEC("uprobe")
int leakhop_go_network(struct pt_regs *ctx)
{
	__u64 poll = go_argument1(ctx);
	__u32 mode = go_argument2(ctx);
	struct here here;

	if (!get_here(&here) || !poll)
		return 0;
	if (mode == 'r' || mode == 'r' + 'w')
		readied_by_network(&here, poll + here.process->poll_rg);
	if (mode == 'w' || mode == 'r' + 'w')
		readied_by_network(&here, poll + here.process->poll_wg);
	return 0;
}
