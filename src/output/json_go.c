// SPDX-License-Identifier: GPL-2.0-only
/* A group of goroutines as JSON. Fields: docs/json.md. */
#include "output/json_pieces.h"
#include "output/names.h"
#include "output/remedy.h"

static const char *family_name(enum lc_go_family family)
{
	switch (family) {
	case LC_GO_FAMILY_CHANNEL:
		return "channel";
	case LC_GO_FAMILY_SYNC:
		return "synchronisation";
	case LC_GO_FAMILY_EXTERNAL:
		return "external";
	default:
		return "";
	}
}

static json_t *goids_json(const struct verdict_goroutines *record)
{
	json_t *json = json_array();
	size_t i;

	for (i = 0; i < record->goid_count; i++)
		json_array_append_new(json, json_integer((json_int_t)record->goids[i]));
	return json;
}

static json_t *ages_json(const struct verdict_goroutines *record)
{
	json_t *json = json_array();
	size_t i;

	for (i = 0; i < VERDICT_AGES; i++) {
		if (record->ages[i])
			json_array_append_new(
				json,
				json_pack("{so sI}", "below_ns",
					  i < VERDICT_AGES - 1
						  ? json_integer((json_int_t)verdict_age_bounds[i])
						  : json_null(),
					  "count", (json_int_t)record->ages[i]));
	}
	return json;
}

static json_t *group_json(const struct verdict_goroutines *record)
{
	json_t *json = json_pack(
		"{sI sI sI sf sI sI sI}", "living", (json_int_t)record->site->living, "spawned",
		(json_int_t)record->site->born, "ended", (json_int_t)record->site->ended,
		"slope_per_s",
		record->whole_site  ? record->site_trend.slope_per_s
		: record->has_trend ? record->trend.slope_per_s
				    : 0.0,
		"oldest_ns", (json_int_t)record->oldest_ns, "youngest_ns",
		(json_int_t)record->youngest_ns, "orphans", (json_int_t)record->orphans);

	json_object_set_new(json, "ages", ages_json(record));
	if (record->has_trend)
		json_object_set_new(json, "trend", json_trend(&record->trend));
	return json;
}

static json_t *spawn_json(const struct output_run *run, const struct verdict_goroutines *record)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, record->site->spawn_stack);
	const struct lc_stack *entry = lc_stacks_get(run->stacks, record->site->entry_stack);
	uint64_t parent = record->goroutine->parent_goid;

	if (!stack || !stack->frame_count)
		return json_null();
	return json_pack(
		"{so so si so so sb}", "function",
		json_text(stack->frames[stack->frame_count - 1].function), "file",
		json_text(stack->frames[0].file), "line", (int)stack->frames[0].line, "entry",
		json_text(entry && entry->frame_count ? entry->frames[0].function : ""),
		"parent_goid", parent ? json_integer((json_int_t)parent) : json_null(),
		"parent_alive", parent && !(record->goroutine->flags & LC_GO_PARENT_ENDED));
}

static json_t *labels_json(const struct verdict_goroutines *record)
{
	json_t *json = json_array();
	size_t i;

	for (i = 0; i < record->label_count; i++)
		json_array_append_new(json, json_pack("{so sI}", "text",
						      json_text(record->labels[i].text), "count",
						      (json_int_t)record->labels[i].count));
	return json;
}

static json_t *channel_json(const struct lc_go_channel *channel)
{
	return json_pack("{ss so sI sI sb sb si si}", "direction",
			 channel->send ? "send" : "receive", "channel", json_hex(channel->address),
			 "length", (json_int_t)channel->length, "capacity",
			 (json_int_t)channel->capacity, "closed", channel->closed, "timer",
			 channel->timer, "receivers", (int)channel->receivers, "senders",
			 (int)channel->senders);
}

static void add_lock(json_t *json, enum lc_go_kind kind, const struct lc_go_wait *wait)
{
	if (!wait->address)
		return;
	json_object_set_new(json, "address", json_hex(wait->address));
	json_object_set_new(json, "waiters", json_integer(wait->waiters));
	if (kind == LC_GO_WAITGROUP)
		json_object_set_new(json, "counter", json_integer(wait->counter));
	if (kind == LC_GO_MUTEX)
		json_object_set_new(json, "locked", json_boolean(wait->locked));
	if (kind == LC_GO_RWMUTEX_READ || kind == LC_GO_RWMUTEX_WRITE) {
		json_object_set_new(json, "readers", json_integer(wait->readers));
		json_object_set_new(json, "writer", json_boolean(wait->writer));
	}
}

static void add_network(json_t *json, const struct output_run *run, const struct lc_go_wait *wait)
{
	json_object_set_new(json, "fd", json_integer(wait->fd));
	json_object_set_new(json, "direction", json_string(wait->writes ? "write" : "read"));
	json_object_set_new(json, "deadline",
			    wait->has_deadline ? json_when(run, wait->until) : json_null());
	if (wait->has_socket)
		json_object_set_new(json, "socket", json_wait_of(run, &wait->socket));
}

static json_t *wait_json(const struct output_run *run, const struct verdict_goroutines *record)
{
	enum lc_go_kind kind = record->goroutine->kind;
	const struct lc_go_wait *wait = record->wait;
	json_t *json, *cases;
	uint32_t i;

	json = json_pack("{ss ss ss}", "kind", lc_go_kind_name(kind), "family",
			 family_name(lc_go_family_of(kind)), "reason", wait ? wait->reason : "");
	if (record->thread && record->thread->wait)
		json_object_set_new(json, "thread_wait", json_wait_of(run, record->thread->wait));
	if (!wait)
		return json;
	if (wait->bubble_root)
		json_object_set_new(json, "bubble_root",
				    json_integer((json_int_t)wait->bubble_root));
	if (wait->case_count) {
		cases = json_array();
		for (i = 0; i < wait->case_count; i++)
			json_array_append_new(cases, channel_json(&wait->cases[i]));
		json_object_set_new(json, "cases", cases);
		json_object_set_new(json, "cases_total", json_integer(wait->case_total));
	}
	add_lock(json, kind, wait);

	if (kind == LC_GO_NETWORK && wait->fd >= 0)
		add_network(json, run, wait);
	if (kind == LC_GO_SLEEP)
		json_object_set_new(json, "until", json_when(run, wait->until));
	return json;
}

static json_t *heap_json(const struct lc_go_process *process)
{
	if (!process->heap_bytes)
		return json_null();
	return json_pack("{sI sI}", "bytes", (json_int_t)process->heap_bytes, "growth_bytes",
			 (json_int_t)(process->heap_bytes - process->first_heap_bytes));
}

json_t *json_goroutines(const struct output_run *run, const struct verdict_goroutines *record)
{
	const struct conclusion *conclusion = &record->conclusion;
	json_t *json = json_object();

#define SET(name, value) json_object_set_new(json, name, value)
	SET("verdict", json_string(verdict_name(conclusion->verdict)));
	SET("rule", json_string(conclusion->rule));
	SET("reason", json_text(conclusion->reason));
	SET("proof", json_text(conclusion->proof));
	SET("remedy", json_text(remedy_of_goroutines(run, record)));
	SET("kind", json_string("goroutine"));
	SET("pid", json_integer(record->process->pid));
	SET("comm", json_text(record->process->comm));
	SET("go_version", json_text(record->process->version));
	SET("goids", goids_json(record));
	SET("count",
	    json_integer((json_int_t)(record->whole_site ? record->site->living : record->count)));
	SET("since", json_when(run, record->since));
	SET("blocked_ns", json_integer((json_int_t)record->oldest_ns));
	SET("blocked_at_least", json_boolean(record->at_least));
	SET("group", group_json(record));
	SET("spawn", spawn_json(run, record));
	SET("wait", wait_json(run, record));
	SET("chain", json_chain(run, record->node));
	SET("labels", labels_json(record));
	SET("memory_bytes", json_integer((json_int_t)record->stack_bytes));
	SET("heap", heap_json(record->process));
	SET("tid", record->goroutine->tid ? json_integer(record->goroutine->tid) : json_null());
	SET("locked_to_thread", json_boolean(record->goroutine->locked));
	SET("stack", json_stack(run, record->goroutine->stack));
	if (record->process->events)
		SET("exact", json_go_exact(run, record));
#undef SET
	return json;
}

json_t *json_timers(const struct verdict_timers *timers)
{
	const struct conclusion *conclusion = &timers->conclusion;

	return json_pack("{ss ss so so so ss si so sI so so}", "verdict",
			 verdict_name(conclusion->verdict), "rule", conclusion->rule, "reason",
			 json_text(conclusion->reason), "proof", json_text(conclusion->proof),
			 "remedy", json_text(conclusion->remedy), "kind", "timers", "pid",
			 (int)timers->process->pid, "comm", json_text(timers->process->comm),
			 "count", (json_int_t)timers->process->timers, "function",
			 json_text(timers->process->timer_function), "trend",
			 json_trend(&timers->trend));
}
