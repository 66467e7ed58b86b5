// SPDX-License-Identifier: GPL-2.0-only
/* The fields of a record of threads: see fields.h. */
#include "output/fields.h"
#include "output/names.h"

#include <errno.h>

static const char *stack_end(const struct field_source *source, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(source->run->stacks, id);

	return name_stack_end(stack ? stack->end : LC_STACK_NONE);
}

static const char *user_stack_end(const struct field_source *source,
				  const struct verdict_record *record)
{
	if (lc_stacks_get(source->run->stacks, record->user_stack))
		return stack_end(source, record->user_stack);
	switch (record->thread->stack_error) {
	case 0:
		return "not taken";
	case -EAGAIN:
		return "not taken: it ran each time it was read";
	case -EPERM:
	case -EACCES:
		return "not taken: not permitted to read its memory";
	case -ETIME:
		return "not taken: the kernel did not give its memory in time";
	default:
		return "not taken: its memory or mappings could not be read";
	}
}

static const char *syscall_name(const struct field_source *source, int64_t nr,
				struct field_scratch *scratch)
{
	return name_call(source->run, nr, scratch->word, sizeof(scratch->word));
}

#define SYSCALL_FIELDS(F)                                                            \
	F(name, TEXT, PLAIN, ALWAYS, syscall_name(source, syscall->nr, scratch), "") \
	F(nr, INTEGER, PLAIN, ALWAYS, syscall->nr & ~LC_SYSCALL_32_BIT, "number")    \
	F(args, LIST, OF(fields_hex), ALWAYS,                                        \
	  ARRAY(syscall->args, name_call_args(source->run, syscall->nr)),            \
	  "the arguments that it takes")

FIELDS_OF(syscall, struct lc_syscall, "A system call", SYSCALL_FIELDS);

#define SPAWN_FIELDS(F)                                                                   \
	F(tid, ID, PLAIN, ALWAYS, spawn->thread->spawner.tid, "the thread that did it")   \
	F(pid, ID, PLAIN, ALWAYS, spawn->thread->spawner.pid, "its process")              \
	F(comm, TEXT, PLAIN, ALWAYS, spawn->thread->spawner.comm, "its name")             \
	F(at, TIME, PLAIN, ALWAYS, spawn->thread->spawned_at, "when")                     \
	F(stack, STACK, PLAIN, ALWAYS, spawn->thread->spawn_stack, "where it stood then") \
	F(stack_end, TEXT, PLAIN, ALWAYS, stack_end(source, spawn->thread->spawn_stack),  \
	  "`whole`, or why that stack ends where it does")                                \
	F(alive, BOOLEAN, PLAIN, ALWAYS, !spawn->orphan,                                  \
	  "false: it has ended since, and the thread is an orphan")

FIELDS_OF(spawn, struct verdict_record, "Who spawned a thread", SPAWN_FIELDS);

#define WAKE_FIELDS(F)                                                          \
	F(tid, NUMBER, PLAIN, ALWAYS, wake->waker.tid,                          \
	  "the thread that did it; 0: the kernel, for a timer or an interrupt") \
	F(pid, NUMBER, PLAIN, ALWAYS, wake->waker.pid, "its process")           \
	F(comm, TEXT, PLAIN, ALWAYS, wake->waker.comm, "its name")              \
	F(at, TIME, PLAIN, ALWAYS, wake->last_wake_at, "when")

FIELDS_OF(wake, struct lc_thread, "A wake-up", WAKE_FIELDS);

#define FUTEX_WAKE_FIELDS(F)                                                                     \
	F(tid, NUMBER, PLAIN, ALWAYS, futex_wake->tid, "the thread that called wake last")       \
	F(comm, TEXT, PLAIN, ALWAYS, futex_wake->comm, "its name")                               \
	F(at, TIME, PLAIN, ALWAYS, futex_wake->at, "when")                                       \
	F(calls, NUMBER, PLAIN, ALWAYS, futex_wake->calls, "how many calls there were")          \
	F(woke_nobody, NUMBER, PLAIN, ALWAYS, futex_wake->empty_calls, "those that woke nobody") \
	F(woken, NUMBER, PLAIN, ALWAYS, futex_wake->woken, "how many the last one woke")

FIELDS_OF(futex_wake, struct lc_futex_wake, "Wake-ups of a futex's address", FUTEX_WAKE_FIELDS);

#define EPOLL_RETURN_FIELDS(F)                                                                 \
	F(at, TIME, PLAIN, ALWAYS, epoll_return->at, "when a wait on the set last returned")   \
	F(returns, NUMBER, PLAIN, ALWAYS, epoll_return->returns, "how often one did")          \
	F(events, NUMBER, PLAIN, ALWAYS, epoll_return->events, "how many events it gave last") \
	F(last_change, TIME, PLAIN, ALWAYS, epoll_return->last_change,                         \
	  "when its members last changed")

FIELDS_OF(epoll_return, struct lc_epoll_return, "What an epoll set last gave", EPOLL_RETURN_FIELDS);

#define BLOCKS_FIELDS(F)                                                                       \
	F(count, NUMBER, PLAIN, ALWAYS, blocks->count, "how many")                             \
	F(total_ns, NUMBER, PLAIN, ALWAYS, blocks->total_ns, "how long they lasted, together") \
	F(max_ns, NUMBER, PLAIN, ALWAYS, blocks->max_ns, "and the longest of them")

FIELDS_OF(blocks, struct lc_blocks, "Blocks that have ended", BLOCKS_FIELDS);

#define SWITCHES_FIELDS(F)                                                    \
	F(voluntary, NUMBER, PLAIN, ALWAYS, switches->voluntary_switches,     \
	  "how often it gave up the CPU itself")                              \
	F(involuntary, NUMBER, PLAIN, ALWAYS, switches->involuntary_switches, \
	  "how often it was put off it")

FIELDS_OF(switches, struct lc_thread, "Context switches", SWITCHES_FIELDS);

#define CALLER_FIELDS(F)                                       \
	F(goid, ID, PLAIN, ALWAYS, caller->goid, "its number") \
	F(stack, STACK, PLAIN, ALWAYS, caller->stack, "where it stands")

FIELDS_OF(caller, struct lc_goroutine, "The goroutine that a thread is in a call for",
	  CALLER_FIELDS);

#define TID_FIELDS(F) F(, ID, PLAIN, ALWAYS, tid->tid, "")
FIELDS_OF(tid, struct verdict_tid, NULL, TID_FIELDS);

#define NS_TID_FIELDS(F) F(, ID, PLAIN, ALWAYS, ns_tid->ns_tid, "")
FIELDS_OF(ns_tid, struct verdict_tid, NULL, NS_TID_FIELDS);

static const char *const life_events[] = {
	"spawned", "first_ran", "first_seen", "ran", "earlier_block", "last_woken", "blocked", NULL,
};

static bool is_spawn(const struct field_life *life)
{
	return life->by == &life->thread->spawner;
}

#define LIFE_FIELDS(F)                                                                            \
	F(event, TEXT, ONE_OF(life_events), ALWAYS, life->event, "what happened")                 \
	F(at, TIME, PLAIN, ALWAYS, life->at, "when")                                              \
	F(by, NUMBER, PLAIN, life->by, life->by->tid, "the thread that spawned or woke it")       \
	F(comm, TEXT, PLAIN, life->by, life->by->comm, "its name")                                \
	F(on_cpu_ns, NUMBER, PLAIN, life->ran, life->thread->run_ns, "of `ran`: how long it has") \
	F(voluntary_switches, NUMBER, PLAIN, life->ran, life->thread->voluntary_switches,         \
	  "of `ran`: as in `switches`")                                                           \
	F(involuntary_switches, NUMBER, PLAIN, life->ran, life->thread->involuntary_switches,     \
	  "of `ran`: as in `switches`")                                                           \
	F(blocked_ns, NUMBER, PLAIN, life->block, life->block->ns,                                \
	  "of `earlier_block`: how long it lasted")                                               \
	F(syscall, TEXT, PLAIN, life->block,                                                      \
	  life->block->syscall_nr < 0 ? ""                                                        \
				      : syscall_name(source, life->block->syscall_nr, scratch),   \
	  "of `earlier_block`: in which system call")                                             \
	F(woken_by, NUMBER, PLAIN, life->block, life->block->waker_tid,                           \
	  "of `earlier_block`: the thread that ended it")                                         \
	F(stack, STACK, PLAIN, life->block || is_spawn(life),                                     \
	  life->block ? life->block->user_stack : life->thread->spawn_stack,                      \
	  "where it was blocked, or its spawner stood")

FIELDS_OF(life, struct field_life, "An event of a thread's life", LIFE_FIELDS);

/* In the order of time but for the longest blocks, which come longest first. */
static struct field_value life_of(const struct verdict_record *record,
				  struct field_scratch *scratch)
{
	const struct lc_thread *thread = record->thread;
	struct field_life *life = scratch->life;
	size_t count = 0;
	int i;

#define EVENT(...)                            \
	life[count++] = (struct field_life)   \
	{                                     \
		.thread = thread, __VA_ARGS__ \
	}
	if (thread->spawned_at)
		EVENT(.event = "spawned", .at = thread->spawned_at, .by = &thread->spawner);
	if (thread->first_run_at)
		EVENT(.event = "first_ran", .at = thread->first_run_at);
	if (thread->first_seen_at)
		EVENT(.event = "first_seen", .at = thread->first_seen_at);
	EVENT(.event = "ran", .at = thread->seen_at, .ran = true);
	for (i = 0; i < LC_LONGEST_BLOCKS && thread->longest[i].ns; i++)
		EVENT(.event = "earlier_block", .at = thread->longest[i].at,
		      .block = &thread->longest[i]);
	if (thread->last_wake_at)
		EVENT(.event = "last_woken", .at = thread->last_wake_at, .by = &thread->waker);
	if (record->still_blocked)
		EVENT(.event = "blocked", .at = record->since);
#undef EVENT
	return ARRAY(life, count);
}

static bool differs_in_container(const struct lc_task *task)
{
	return task->ns_pid && (task->ns_pid != task->pid || task->ns_tid != task->tid);
}

static const char *remedy_for(const struct field_source *source,
			      const struct verdict_record *record, struct field_scratch *scratch)
{
	return remedy_words(source->run, &record->conclusion, scratch->remedy,
			    sizeof(scratch->remedy));
}

static const struct lc_wait *wait_of(const struct verdict_record *record)
{
	return record->still_blocked && record->thread->blocked ? record->thread->wait : NULL;
}

static const char *const thread_kind[] = { "thread", NULL };

static const struct lc_cgroup *group_of(const struct field_source *source,
					const struct verdict_record *record)
{
	return field_cgroup(source, record->thread->task.pid);
}

#define RECORD_FIELDS(F)                                                                           \
	F(verdict, TEXT, ONE_OF(field_verdicts), ALWAYS, verdict_name(record->conclusion.verdict), \
	  "see [verdicts.md](verdicts.md); `blocked`: it could not be told")                       \
	F(rule, TEXT, PLAIN, ALWAYS, record->conclusion.rule ?: "", "by which rule, or `\"\"`")    \
	F(reason, TEXT, PLAIN, ALWAYS, record->conclusion.reason, "why")                           \
	F(proof, TEXT, PLAIN, ALWAYS, record->conclusion.proof,                                    \
	  "what shows that nobody can release it, or `\"\"`")                                      \
	F(remedy, TEXT, PLAIN, ALWAYS, remedy_for(source, record, scratch),                        \
	  "what to do about it, or `\"\"`")                                                        \
	F(wait, OBJECT_OR_NULL, OF(fields_wait), ALWAYS, wait_of(record),                          \
	  "what it waits for; `null`: it was not looked at")                                       \
	F(chain, LIST, OF(fields_link), ALWAYS, field_chain(source, record->node, scratch),        \
	  "from this thread to the end of its chain of waits; a circle ends before it comes back") \
	F(depends, NUMBER, PLAIN, ALWAYS, record->depends,                                         \
	  "how many threads wait, one behind the other, for this one")                             \
	F(trend, OBJECT, OF(fields_trend), record->has_trend, &record->trend,                      \
	  "in a trace: how many there are, over time")                                             \
	F(kind, TEXT, ONE_OF(thread_kind), ALWAYS, "thread", "")                                   \
	F(pid, ID, PLAIN, ALWAYS, record->thread->task.pid, "the process")                         \
	F(tids, LIST, OF(fields_tid), ALWAYS, ARRAY(record->tids, record->count), "the threads")   \
	F(count, ID, PLAIN, ALWAYS, record->count, "how many they are")                            \
	F(ns_pid, ID, PLAIN, differs_in_container(&record->thread->task),                          \
	  record->thread->task.ns_pid, "the process as its container sees it, where that differs") \
	F(ns_tids, LIST, OF(fields_ns_tid), differs_in_container(&record->thread->task),           \
	  ARRAY(record->tids, record->count), "the same for the threads")                          \
	F(comm, TEXT, PLAIN, ALWAYS, record->thread->process_comm, "the process's name")           \
	FIELDS_CGROUP(F, group_of(source, record))                                                 \
	F(thread_name, TEXT, PLAIN, ALWAYS, record->thread->task.comm,                             \
	  "that of the thread that stands for all: the longest there")                             \
	F(since, TIME, PLAIN, ALWAYS, record->since, "when the longest wait of the group began")   \
	F(blocked_ns, NUMBER, PLAIN, ALWAYS, record->blocked_ns, "how long that has lasted")       \
	F(blocked_at_least, BOOLEAN, PLAIN, ALWAYS, record->at_least,                              \
	  "true: it began before anything was known of it, and has lasted at least so long")       \
	F(rearmed, NUMBER, PLAIN, record->still_blocked && record->thread->rearms,                 \
	  record->thread->rearms,                                                                  \
	  "how often its time-out was over, and it went to sleep at the same place for the same "  \
	  "thing: all of this is one wait")                                                        \
	F(still_blocked, NUMBER, PLAIN, ALWAYS, record->still_blocked,                             \
	  "how many were blocked at the last look")                                                \
	F(blocks, OBJECT, OF(fields_blocks), ALWAYS, &record->blocks,                              \
	  "waits of the threshold and longer that were seen to end")                               \
	F(state, TEXT, PLAIN, ALWAYS, field_letter(record->thread->state, scratch),                \
	  "the kernel's letter: S asleep, D not to be interrupted, R running, T stopped, t "       \
	  "traced, "                                                                               \
	  "I idle kernel thread")                                                                  \
	F(syscall, OBJECT_OR_NULL, OF(fields_syscall), ALWAYS,                                     \
	  record->syscall.nr == LC_NO_SYSCALL ? NULL : &record->syscall,                           \
	  "the system call that it is in")                                                         \
	F(spawn, OBJECT_OR_NULL, OF(fields_spawn), ALWAYS,                                         \
	  record->thread->spawned_at ? record : NULL,                                              \
	  "who created it; `null`: it was there before leakhop")                                   \
	F(spawn_failures, NUMBER, PLAIN, ALWAYS, record->thread->spawn_failures,                   \
	  "how often it could not create a thread or process")                                     \
	F(last_wake, OBJECT_OR_NULL, OF(fields_wake), ALWAYS,                                      \
	  record->thread->last_wake_at ? record->thread : NULL,                                    \
	  "who last woke it; `null`: not seen")                                                    \
	F(futex_last_wake, OBJECT, OF(fields_futex_wake), record->has_futex_wake,                  \
	  &record->futex_wake, "of a futex: who called wake on its address, where that was seen")  \
	F(epoll_last_return, OBJECT, OF(fields_epoll_return), record->has_epoll_return,            \
	  &record->epoll_return, "of an epoll set: when a wait on it returned")                    \
	F(switches, OBJECT, OF(fields_switches), ALWAYS, record->thread, "since it was created")   \
	F(user_stack, STACK, PLAIN, ALWAYS, source->run->user_stacks ? record->user_stack : 0,     \
	  "frames, the innermost first")                                                           \
	F(goroutine, OBJECT, OF(fields_caller), record->goroutine, record->goroutine,              \
	  "in a Go program: whom its call is for")                                                 \
	F(user_stack_end, TEXT, PLAIN, ALWAYS, user_stack_end(source, record),                     \
	  "`whole`, or why the stack ends where it does")                                          \
	F(kernel_stack, STACK, PLAIN, ALWAYS,                                                      \
	  source->run->kernel_stacks ? record->kernel_stack : 0, "the same, in the kernel")        \
	F(life, LIST, OF(fields_life), source->run->life, life_of(record, scratch),                \
	  "with `--life`: what happened to the thread that waits longest")                         \
	F(type, TEXT, ONE_OF(field_record_types), source->record_type, source->record_type,        \
	  "with `--json=lines`")

FIELDS_OF(record, struct verdict_record, "A record of threads", RECORD_FIELDS);
