// SPDX-License-Identifier: GPL-2.0-only
/* The fields of waits, chains, frames and trends: see fields.h. */
#include "output/fields.h"
#include "output/text_stack.h"

#define OWNER_FIELDS(F)                                                                          \
	F(pid, NUMBER, PLAIN, ALWAYS, owner->pid, "its process")                                 \
	F(tid, NUMBER, PLAIN, ALWAYS, owner->tid, "the thread; 0: any of the process")           \
	F(comm, TEXT, PLAIN, ALWAYS, owner->comm, "its name")                                    \
	F(state, TEXT, PLAIN, ALWAYS, field_letter(owner->state, scratch),                       \
	  "the kernel's letter; `?`: not known")                                                 \
	F(role, TEXT, PLAIN, ALWAYS, lc_wait_role_name(owner->role), "what it is to the object") \
	F(fd, INTEGER, PLAIN, ALWAYS, owner->fd, "by which it has the object; -1: none")

FIELDS_OF(owner, struct lc_wait_owner, "Who could release a wait", OWNER_FIELDS);

#define MEMBER_FIELDS(F)                                                         \
	F(fd, INTEGER, PLAIN, ALWAYS, member->fd, "the descriptor")              \
	F(kind, TEXT, PLAIN, ALWAYS, lc_wait_kind_name(member->kind), "of what") \
	F(object, TEXT, PLAIN, ALWAYS, member->object, "in words")               \
	F(can_fire, BOOLEAN, PLAIN, ALWAYS, member->can_fire,                    \
	  "whether somebody could still make it ready")

FIELDS_OF(member, struct lc_wait_member, "A member of a set", MEMBER_FIELDS);

#define TCP_FIELDS(F)                                                                       \
	F(receive_queue, NUMBER, PLAIN, ALWAYS, tcp->receive_queue, "bytes not read yet")   \
	F(send_queue, NUMBER, PLAIN, ALWAYS, tcp->send_queue, "bytes not acknowledged yet") \
	F(peer_receive_queue, NUMBER, PLAIN, ALWAYS, tcp->peer_receive_queue,               \
	  "bytes that the peer has not read yet, where it is on this host")                 \
	F(retransmits, NUMBER, PLAIN, ALWAYS, tcp->retransmits, "")                         \
	F(sent_ms_ago, NUMBER, PLAIN, ALWAYS, tcp->sent_ms_ago, "when data was last sent")  \
	F(received_ms_ago, NUMBER, PLAIN, ALWAYS, tcp->received_ms_ago, "and received")     \
	F(bytes_sent, NUMBER, PLAIN, ALWAYS, tcp->bytes_sent, "")                           \
	F(bytes_received, NUMBER, PLAIN, ALWAYS, tcp->bytes_received, "")

FIELDS_OF(tcp, struct lc_wait_tcp, "A TCP connection", TCP_FIELDS);

static const struct lc_wait_owner *first_owner(const struct lc_wait *wait, bool peer)
{
	return wait->owner_count && (wait->owners[0].role == LC_WAIT_PEER) == peer
		       ? &wait->owners[0]
		       : NULL;
}

static int64_t time_left(const struct field_source *source, const struct lc_wait *wait)
{
	if (!wait->ends_at)
		return -1;
	return wait->ends_at > source->run->now ? (int64_t)(wait->ends_at - source->run->now) : 0;
}

#define WAIT_FIELDS(F)                                                                             \
	F(kind, TEXT, PLAIN, ALWAYS, lc_wait_kind_name(wait->kind), "of object")                   \
	F(object, TEXT, PLAIN, ALWAYS, wait->object, "which, in words")                            \
	F(op, TEXT, PLAIN, ALWAYS, wait->op, "the call or operation")                              \
	F(direction, TEXT, PLAIN, ALWAYS, lc_wait_direction_name(wait->direction),                 \
	  "`read`, `write`, `lock`, ...; or `\"\"`")                                               \
	F(owners, LIST, OF(fields_owner), ALWAYS, ARRAY(wait->owners, wait->owner_count),          \
	  "who could release it")                                                                  \
	F(fd, NUMBER, PLAIN, wait->fd >= 0, wait->fd, "the descriptor waited for")                 \
	F(peer, OBJECT, OF(fields_owner), first_owner(wait, true), first_owner(wait, true),        \
	  "the first of the owners, of a socket")                                                  \
	F(owner, OBJECT, OF(fields_owner), first_owner(wait, false), first_owner(wait, false),     \
	  "the same, of anything else")                                                            \
	F(expected, HEX, PLAIN, wait->has_value, wait->expected, "of a futex: the value slept on") \
	F(value, HEX, PLAIN, wait->has_value, wait->value, "of a futex: the value now")            \
	F(timeout_ns, NUMBER_OR_NULL, PLAIN, wait->has_timeout, time_left(source, wait),           \
	  "how long until it ends by itself; `null`: not known")                                   \
	F(condition, TEXT, PLAIN, wait->condition[0], wait->condition,                             \
	  "what the waiter's code tests before it goes on, and its value now; without symbols "    \
	  "`prog+0x4060`, as nm and addr2line have it of the unstripped file")                     \
	F(waker, NUMBER, PLAIN, wait->waker, wait->waker,                                          \
	  "the thread that, run forward, comes to wake it, once its own wait is over")             \
	F(run_forward, TEXT, PLAIN, wait->run[0], wait->run,                                       \
	  "what came of running the waiter forward as if it had been woken")                       \
	F(address, TEXT, PLAIN, wait->address[0], wait->address,                                   \
	  "of a lock, condition or semaphore on a heap, in a dump: that no word of the process "   \
	  "leads to it, "                                                                          \
	  "but what waiters have themselves")                                                      \
	F(tcp, OBJECT, OF(fields_tcp), wait->kind == LC_WAIT_TCP, &wait->tcp, "its counters")      \
	F(members, LIST, OF(fields_member), wait->member_total,                                    \
	  ARRAY(wait->members, wait->member_count),                                                \
	  "of an epoll or poll set, or the words of a futex_waitv")                                \
	F(unreadable, TEXT, PLAIN, wait->unreadable[0], wait->unreadable,                          \
	  "what could not be read of it")

FIELDS_OF(wait, struct lc_wait, "What is waited for", WAIT_FIELDS);

static const struct graph_node *node_of(const struct field_source *source, uint32_t number)
{
	return &source->run->view->graph.nodes[number];
}

/* What it waits for; NULL: not known. */
static const char *object_of(const struct graph_node *node)
{
	if (node->goroutine)
		return lc_go_kind_name(node->goroutine->kind);
	return node->thread && node->thread->blocked && node->thread->wait
		       ? node->thread->wait->object
		       : NULL;
}

/* Where a goroutine stands; NULL: it is none, or not known. */
static const struct lc_frame *frame_of(const struct field_source *source,
				       const struct graph_node *node)
{
	return node->goroutine ? text_telling_frame(source->run, node->goroutine->stack) : NULL;
}

#define NODE node_of(source, *link)
#define LINK_FIELDS(F)                                                                         \
	F(pid, ID, PLAIN, ALWAYS, NODE->pid, "its process")                                    \
	F(verdict, TEXT, ONE_OF(field_verdicts), ALWAYS,                                       \
	  verdict_name(source->run->view->judgements[*link].verdict), "of it")                 \
	F(tid, ID, PLAIN, NODE->thread, NODE->thread->task.tid, "of a thread")                 \
	F(comm, TEXT, PLAIN, NODE->thread, NODE->thread->task.comm, "of a thread: its name")   \
	F(goid, ID, PLAIN, NODE->goroutine, NODE->goroutine->goid, "of a goroutine")           \
	F(object, TEXT, PLAIN, object_of(NODE), object_of(NODE), "what it waits for")          \
	F(function, TEXT, PLAIN, frame_of(source, NODE), frame_of(source, NODE)->function,     \
	  "of a goroutine: where it stands")                                                   \
	F(file, TEXT, PLAIN, frame_of(source, NODE), frame_of(source, NODE)->file, "the same") \
	F(line, NUMBER, PLAIN, frame_of(source, NODE), frame_of(source, NODE)->line, "the same")

FIELDS_OF(link, uint32_t, "A link of a chain", LINK_FIELDS);

#define FRAME_FIELDS(F)                                                                        \
	F(function, TEXT, PLAIN, ALWAYS, frame->function, "name (C++ and Rust demangled)")     \
	F(offset, NUMBER, PLAIN, ALWAYS, frame->offset,                                        \
	  "bytes from its beginning; without a name, the address in the file (for addr2line)") \
	F(file, TEXT, PLAIN, ALWAYS, frame->file, "of the source, from debug data")            \
	F(line, NUMBER, PLAIN, ALWAYS, frame->line, "in it")                                   \
	F(module, TEXT, PLAIN, ALWAYS, frame->module, "the ELF file")                          \
	F(build_id, TEXT, PLAIN, ALWAYS, frame->build_id, "its build-id")                      \
	F(address, HEX, PLAIN, ALWAYS, frame->address, "in the process")                       \
	F(inlined, BOOLEAN, PLAIN, ALWAYS, frame->inlined,                                     \
	  "true: the compiler put it into the next frame, whose address it shares")            \
	F(guessed, BOOLEAN, PLAIN, frame->guessed, true, "true: found without proof")

FIELDS_OF(frame, struct lc_frame, "A frame", FRAME_FIELDS);

#define TREND_FIELDS(F)                                                                  \
	F(count, NUMBER, PLAIN, ALWAYS, trend->count, "members now")                     \
	F(joined, NUMBER, PLAIN, ALWAYS, trend->joined, "since it was first seen")       \
	F(left, NUMBER, PLAIN, ALWAYS, trend->left, "since then")                        \
	F(slope_per_s, REAL, PLAIN, ALWAYS, trend->slope_per_s, "members more a second") \
	F(slope_error, REAL, PLAIN, ALWAYS, trend->slope_error, "its standard error")    \
	F(sweeps, NUMBER, PLAIN, ALWAYS, trend->sweeps, "how often it was looked at")

FIELDS_OF(trend, struct trend, "A group over time", TREND_FIELDS);
