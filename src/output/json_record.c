// SPDX-License-Identifier: GPL-2.0-only
/* A record of threads as JSON. Fields: docs/json.md. */
#include "output/json_pieces.h"
#include "output/names.h"
#include "output/remedy.h"

#include <errno.h>

static const char *stack_end(const struct output_run *run, const struct verdict_record *record)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, record->user_stack);

	if (stack)
		return name_stack_end(stack->end);
	switch (record->thread->stack_error) {
	case 0:
		return "not taken";
	case -EAGAIN:
		return "not taken: it ran each time it was read";
	case -EPERM:
	case -EACCES:
		return "not taken: not permitted to read its memory";
	default:
		return "not taken: its memory or mappings could not be read";
	}
}

static json_t *task_json(const struct lc_task *task, const char *when_name, json_t *at)
{
	return json_pack("{si si so so}", "tid", (int)task->tid, "pid", (int)task->pid, "comm",
			 json_text(task->comm), when_name, at);
}

static json_t *syscall_json(const struct lc_syscall *call)
{
	json_t *args = json_array();
	char buffer[32];
	unsigned i, count;

	if (call->nr == LC_NO_SYSCALL) {
		json_decref(args);
		return json_null();
	}
	count = name_syscall_args(call->nr);
	for (i = 0; i < count; i++)
		json_array_append_new(args, json_hex(call->args[i]));
	return json_pack("{ss sI so}", "name", name_syscall(call->nr, buffer, sizeof(buffer)), "nr",
			 (json_int_t)call->nr, "args", args);
}

static json_t *spawn_json(const struct output_run *run, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	const struct lc_stack *stack;
	json_t *json;

	if (!thread->spawned_at)
		return json_null();
	json = task_json(&thread->spawner, "at", json_when(run, thread->spawned_at));
	json_object_set_new(json, "stack", json_stack(run, thread->spawn_stack));
	stack = lc_stacks_get(run->stacks, thread->spawn_stack);
	json_object_set_new(json, "stack_end",
			    json_string(name_stack_end(stack ? stack->end : LC_STACK_NONE)));
	json_object_set_new(json, "alive", json_boolean(!record->orphan));
	return json;
}

static json_t *tids_json(const struct verdict_record *record, bool of_namespace)
{
	json_t *json = json_array();
	size_t i;

	for (i = 0; i < record->count; i++)
		json_array_append_new(json, json_integer(of_namespace ? record->tids[i].ns_tid
								      : record->tids[i].tid));
	return json;
}

static void life_event(json_t *life, const struct output_run *run, const char *event, uint64_t at,
		       json_t *more)
{
	json_t *json = json_pack("{ss so}", "event", event, "at", json_when(run, at));

	if (more) {
		json_object_update(json, more);
		json_decref(more);
	}
	json_array_append_new(life, json);
}

/*
 * From spawn to block, in the order of time but for the longest blocks, which come longest first.
 */
static json_t *life_json(const struct output_run *run, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	json_t *life = json_array();
	char buffer[32];
	int i;

	if (thread->spawned_at)
		life_event(life, run, "spawned", thread->spawned_at,
			   json_pack("{si so so}", "by", (int)thread->spawner.tid, "comm",
				     json_text(thread->spawner.comm), "stack",
				     json_stack(run, thread->spawn_stack)));
	if (thread->first_run_at)
		life_event(life, run, "first_ran", thread->first_run_at, NULL);
	if (thread->first_seen_at)
		life_event(life, run, "first_seen", thread->first_seen_at, NULL);
	life_event(life, run, "ran", thread->seen_at,
		   json_pack("{sI sI sI}", "on_cpu_ns", (json_int_t)thread->run_ns,
			     "voluntary_switches", (json_int_t)thread->voluntary_switches,
			     "involuntary_switches", (json_int_t)thread->involuntary_switches));
	for (i = 0; i < LC_LONGEST_BLOCKS && thread->longest[i].ns; i++)
		life_event(life, run, "earlier_block", thread->longest[i].at,
			   json_pack("{sI ss si so}", "blocked_ns",
				     (json_int_t)thread->longest[i].ns, "syscall",
				     thread->longest[i].syscall_nr < 0
					     ? ""
					     : name_syscall(thread->longest[i].syscall_nr, buffer,
							    sizeof(buffer)),
				     "woken_by", (int)thread->longest[i].waker_tid, "stack",
				     json_stack(run, thread->longest[i].user_stack)));
	if (thread->last_wake_at)
		life_event(life, run, "last_woken", thread->last_wake_at,
			   json_pack("{si so}", "by", (int)thread->waker.tid, "comm",
				     json_text(thread->waker.comm)));
	if (record->still_blocked)
		life_event(life, run, "blocked", record->since, NULL);
	return life;
}

static void add_wait_notes(json_t *json, const struct output_run *run,
			   const struct verdict_record *record)
{
	const struct lc_futex_wake *wake = &record->futex_wake;
	const struct lc_epoll_return *set = &record->epoll_return;

	if (record->has_futex_wake)
		json_object_set_new(json, "futex_last_wake",
				    json_pack("{si so so sI sI si}", "tid", (int)wake->tid, "comm",
					      json_text(wake->comm), "at", json_when(run, wake->at),
					      "calls", (json_int_t)wake->calls, "woke_nobody",
					      (json_int_t)wake->empty_calls, "woken",
					      (int)wake->woken));
	if (record->has_epoll_return)
		json_object_set_new(json, "epoll_last_return",
				    json_pack("{so sI si so}", "at", json_when(run, set->at),
					      "returns", (json_int_t)set->returns, "events",
					      (int)set->events, "last_change",
					      json_when(run, set->last_change)));
}

static void add_namespace_numbers(json_t *json, const struct verdict_record *record)
{
	const struct lc_task *task = &record->thread->task;

	if (!task->ns_pid || (task->ns_pid == task->pid && task->ns_tid == task->tid))
		return;
	json_object_set_new(json, "ns_pid", json_integer(task->ns_pid));
	json_object_set_new(json, "ns_tids", tids_json(record, true));
}

static void add_conclusion(json_t *json, const struct output_run *run,
			   const struct verdict_record *record)
{
	const struct conclusion *conclusion = &record->conclusion;
	char remedy[REMEDY_BYTES];

	json_object_set_new(json, "verdict", json_string(verdict_name(conclusion->verdict)));
	json_object_set_new(json, "rule", json_string(conclusion->rule ? conclusion->rule : ""));
	json_object_set_new(json, "reason", json_text(conclusion->reason));
	json_object_set_new(json, "proof", json_text(conclusion->proof));
	json_object_set_new(json, "remedy",
			    json_text(remedy_words(run, conclusion, remedy, sizeof(remedy))));
	json_object_set_new(json, "wait",
			    record->still_blocked ? json_wait(run, record->thread) : json_null());
	json_object_set_new(json, "chain", json_chain(run, record->node));
	json_object_set_new(json, "depends", json_integer(record->depends));
	if (record->has_trend)
		json_object_set_new(json, "trend", json_trend(&record->trend));
}

json_t *json_record(const struct output_run *run, const struct verdict_record *record)
{
	const struct lc_thread *thread = record->thread;
	char state[2] = { thread->state ? thread->state : '?', '\0' };
	json_t *json = json_object();

#define SET(name, value) json_object_set_new(json, name, value)
	add_conclusion(json, run, record);
	SET("kind", json_string("thread"));
	SET("pid", json_integer(thread->task.pid));
	SET("tids", tids_json(record, false));
	SET("count", json_integer(record->count));
	add_namespace_numbers(json, record);
	SET("comm", json_text(thread->process_comm));
	SET("thread_name", json_text(thread->task.comm));
	SET("since", json_when(run, record->since));
	SET("blocked_ns", json_integer(record->blocked_ns));
	SET("blocked_at_least", json_boolean(record->at_least));
	SET("still_blocked", json_integer(record->still_blocked));
	SET("blocks", json_pack("{sI sI sI}", "count", (json_int_t)record->blocks.count, "total_ns",
				(json_int_t)record->blocks.total_ns, "max_ns",
				(json_int_t)record->blocks.max_ns));
	SET("state", json_string(state));
	SET("syscall", syscall_json(&record->syscall));
	SET("spawn", spawn_json(run, record));
	SET("spawn_failures", json_integer(thread->spawn_failures));
	SET("last_wake", thread->last_wake_at ? task_json(&thread->waker, "at",
							  json_when(run, thread->last_wake_at))
					      : json_null());
	add_wait_notes(json, run, record);
	SET("switches", json_pack("{sI sI}", "voluntary", (json_int_t)thread->voluntary_switches,
				  "involuntary", (json_int_t)thread->involuntary_switches));
	SET("user_stack", run->user_stacks ? json_stack(run, record->user_stack) : json_array());
	if (record->goroutine)
		SET("goroutine", json_pack("{sI so}", "goid", (json_int_t)record->goroutine->goid,
					   "stack", json_stack(run, record->goroutine->stack)));
	SET("user_stack_end", json_string(stack_end(run, record)));
	SET("kernel_stack",
	    run->kernel_stacks ? json_stack(run, record->kernel_stack) : json_array());
	if (run->life)
		SET("life", life_json(run, record));
#undef SET
	return json;
}
