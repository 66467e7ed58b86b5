// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers of HTTP whose body nobody reads to its end or closes. A connection's reader waits for
 * that at a channel that the body has (net/http/transport.go, persistConn.readLoop:
 * waitForBodyRead, a channel of two bool), and for the end of the request's context, or of the
 * connection, which only its own two goroutines close meanwhile. The transport keeps a map of all
 * requests under way, so something always reaches the context; what counts is the body.
 */
#include "runtimes/go/heap/reach.h"
#include "runtimes/go/sync/waits.h"

#include <stdlib.h>
#include <string.h>

#define MOST 1024      /* readers that are asked about */
#define PLACES 2       /* in that channel */
#define WITHOUT_BODY 2 /* other cases: the context's and the connection's */

static bool reads_answers(struct golang *golang, const struct lc_goroutine *goroutine)
{
	return goroutine->kind == LC_GO_SELECT && goroutine->state == LC_GO_WAITING &&
	       (goroutine->flags & (LC_GO_ASKED | LC_GO_UNREACHABLE)) == LC_GO_ASKED &&
	       go_is_told_as(golang, goroutine->stack, "net/http.(*persistConn).readLoop");
}

/* The channel that the body has; 0: it is not that select, or something else may end it. */
static uint64_t body_of(const struct lc_go_wait *wait)
{
	uint64_t body = 0;
	uint32_t i, others = 0, contexts = 0;

	if (wait->case_total > LC_GO_CASES)
		return 0;
	for (i = 0; i < wait->case_count; i++) {
		const struct lc_go_channel *channel = &wait->cases[i];

		if (!channel->address) /* it never comes */
			continue;
		if (channel->send || channel->timer)
			return 0;
		if (channel->capacity == PLACES && !channel->tokens) {
			if (body)
				return 0;
			body = channel->address;
		} else {
			contexts += channel->context;
			others += !channel->context;
		}
	}
	return others <= 1 && contexts + others <= WITHOUT_BODY ? body : 0;
}

static uint64_t body_awaited_by(struct golang *golang, struct go_process *process,
				struct lc_go_process *model, const struct lc_goroutine *goroutine)
{
	const struct lc_go_wait *wait;
	struct go_descriptor d;
	uint64_t body;

	if (!lc_go_wait_of(model, goroutine->goid))
		golang_describe(&golang->runtime, model, goroutine->goid);
	wait = lc_go_wait_of(model, goroutine->goid);
	body = wait ? body_of(wait) : 0;
	return body && go_read_descriptor(process, goroutine, &d) && d.goid == goroutine->goid &&
			       go_contexts_have_no_other_end(process, &d, wait)
		       ? body
		       : 0;
}

static int by_goid(const void *a, const void *b)
{
	const struct go_only *x = a, *y = b;

	return x->goid < y->goid ? -1 : x->goid > y->goid;
}

void go_note_bodies(struct golang *golang, struct go_process *process, struct lc_go_process *model)
{
	struct go_only *only = calloc(MOST, sizeof(*only));
	uint8_t *dead = calloc(1, MOST);
	size_t i, count = 0;
	uint64_t body;

	for (i = 0; i < model->count; i++)
		model->list[i].flags &= ~LC_GO_BODY_FORGOTTEN;
	for (i = 0; only && dead && i < model->count && count < MOST; i++) {
		body = model->list[i].goid && reads_answers(golang, &model->list[i])
			       ? body_awaited_by(golang, process, model, &model->list[i])
			       : 0;
		if (body)
			only[count++] = (struct go_only){ model->list[i].goid, body };
	}
	if (count)
		qsort(only, count, sizeof(*only), by_goid);
	if (count && !go_reach_only(process, model, only, count, dead)) {
		for (i = 0; i < count; i++) {
			struct lc_goroutine *goroutine = lc_go_by_goid(model, only[i].goid);

			if (goroutine && dead[i])
				goroutine->flags |= LC_GO_BODY_FORGOTTEN;
		}
	}
	free(only);
	free(dead);
}
