// SPDX-License-Identifier: GPL-2.0-only
/* Waits and chains as JSON: see json_pieces.h. */
#include "output/json_pieces.h"
#include "output/text_stack.h"

#define MOST_CHAIN 64

static json_t *owner_json(const struct lc_wait_owner *owner)
{
	char state[2] = { owner->state ? owner->state : '?', '\0' };

	return json_pack("{si si so ss ss si}", "pid", (int)owner->pid, "tid", (int)owner->tid,
			 "comm", json_text(owner->comm), "state", state, "role",
			 lc_wait_role_name(owner->role), "fd", (int)owner->fd);
}

static json_t *owners_json(const struct lc_wait *wait)
{
	json_t *json = json_array();
	uint32_t i;

	for (i = 0; i < wait->owner_count; i++)
		json_array_append_new(json, owner_json(&wait->owners[i]));
	return json;
}

static json_t *members_json(const struct lc_wait *wait)
{
	json_t *json = json_array();
	uint32_t i;

	for (i = 0; i < wait->member_count; i++)
		json_array_append_new(json,
				      json_pack("{si ss so sb}", "fd", (int)wait->members[i].fd,
						"kind", lc_wait_kind_name(wait->members[i].kind),
						"object", json_text(wait->members[i].object),
						"can_fire", wait->members[i].can_fire));
	return json;
}

static json_t *tcp_json(const struct lc_wait_tcp *tcp)
{
	return json_pack("{si si si si si si sI sI}", "receive_queue", (int)tcp->receive_queue,
			 "send_queue", (int)tcp->send_queue, "peer_receive_queue",
			 (int)tcp->peer_receive_queue, "retransmits", (int)tcp->retransmits,
			 "sent_ms_ago", (int)tcp->sent_ms_ago, "received_ms_ago",
			 (int)tcp->received_ms_ago, "bytes_sent", (json_int_t)tcp->bytes_sent,
			 "bytes_received", (json_int_t)tcp->bytes_received);
}

json_t *json_wait_of(const struct output_run *run, const struct lc_wait *wait)
{
	json_t *json;

	json = json_pack("{ss so ss ss so}", "kind", lc_wait_kind_name(wait->kind), "object",
			 json_text(wait->object), "op", wait->op, "direction",
			 lc_wait_direction_name(wait->direction), "owners", owners_json(wait));
	if (wait->fd >= 0)
		json_object_set_new(json, "fd", json_integer(wait->fd));
	if (wait->owner_count)
		json_object_set_new(json, wait->owners[0].role == LC_WAIT_PEER ? "peer" : "owner",
				    owner_json(&wait->owners[0]));
	if (wait->has_value) {
		json_object_set_new(json, "expected", json_hex(wait->expected));
		json_object_set_new(json, "value", json_hex(wait->value));
	}
	if (wait->has_timeout)
		json_object_set_new(json, "timeout_ns",
				    wait->ends_at ? json_integer(wait->ends_at > run->now
									 ? wait->ends_at - run->now
									 : 0)
						  : json_null());
	if (wait->kind == LC_WAIT_TCP)
		json_object_set_new(json, "tcp", tcp_json(&wait->tcp));
	if (wait->member_total)
		json_object_set_new(json, "members", members_json(wait));
	if (wait->unreadable[0])
		json_object_set_new(json, "unreadable", json_text(wait->unreadable));
	return json;
}

json_t *json_wait(const struct output_run *run, const struct lc_thread *thread)
{
	return thread->blocked && thread->wait ? json_wait_of(run, thread->wait) : json_null();
}

static void add_goroutine(const struct output_run *run, json_t *link,
			  const struct lc_goroutine *goroutine)
{
	const struct lc_frame *frame = text_telling_frame(run, goroutine->stack);

	json_object_set_new(link, "goid", json_integer((json_int_t)goroutine->goid));
	json_object_set_new(link, "object", json_string(lc_go_kind_name(goroutine->kind)));
	if (!frame)
		return;
	json_object_set_new(link, "function", json_text(frame->function));
	json_object_set_new(link, "file", json_text(frame->file));
	json_object_set_new(link, "line", json_integer(frame->line));
}

json_t *json_chain(const struct output_run *run, uint32_t node)
{
	const struct graph *graph = run->view ? &run->view->graph : NULL;
	json_t *json = json_array(), *link;
	uint32_t steps = 0, at = node, entry = GRAPH_NONE;

	if (!graph || node == GRAPH_NONE)
		return json;
	while (at != GRAPH_NONE && steps++ < MOST_CHAIN) {
		const struct graph_node *one = &graph->nodes[at];

		link = json_pack("{si ss}", "pid", (int)one->pid, "verdict",
				 verdict_name(run->view->judgements[at].verdict));
		if (one->thread) {
			json_object_set_new(link, "tid", json_integer(one->thread->task.tid));
			json_object_set_new(link, "comm", json_text(one->thread->task.comm));
			if (one->thread->blocked && one->thread->wait)
				json_object_set_new(link, "object",
						    json_text(one->thread->wait->object));
		}
		if (one->goroutine)
			add_goroutine(run, link, one->goroutine);
		json_array_append_new(json, link);
		at = graph_chain_next(graph, at, &entry);
	}
	return json;
}
