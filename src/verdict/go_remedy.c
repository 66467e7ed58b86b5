// SPDX-License-Identifier: GPL-2.0-only
/* From a cause that was shown to what mends it: see go_remedy.h. The patterns are Go's own. */
#include "verdict/go_remedy.h"

#include <stdio.h>
#include <string.h>

static bool is(const struct verdict_goroutines *group, const char *rule)
{
	return !strcmp(group->conclusion.rule, rule);
}

/* A channel without elements is closed, or a context's: that of a select, if it has one. */
static bool has_end(const struct lc_go_wait *wait)
{
	uint32_t i;

	for (i = 0; wait && i < wait->case_count; i++) {
		if (wait->cases[i].tokens && !wait->cases[i].capacity && !wait->cases[i].send)
			return true;
	}
	return false;
}

/* Most often the Done of a context that was made by Background. */
static bool has_nil(const struct lc_go_wait *wait)
{
	uint32_t i;

	for (i = 0; wait && i < wait->case_count; i++) {
		if (!wait->cases[i].address && !wait->cases[i].send)
			return true;
	}
	return false;
}

static const char *of_send(const struct lc_go_wait *wait)
{
	const struct lc_go_channel *channel = wait && wait->case_count ? &wait->cases[0] : NULL;

	if (!channel)
		return "select on the send and ctx.Done()";
	if (channel->capacity && channel->tokens)
		return "give each place that was taken back on every way out (defer), or select on "
		       "the send and ctx.Done()";
	if (channel->capacity)
		return "receive until the channel is closed, or select on the send and ctx.Done()";
	return "give the result channel a buffer of one, or select on the send and ctx.Done()";
}

/* Nothing that lives has what it waits for. */
static const char *of_unreachable(const struct verdict_goroutines *group)
{
	switch (group->goroutine->kind) {
	case LC_GO_CHAN_SEND:
		return of_send(group->wait);
	case LC_GO_CHAN_RECEIVE:
		return has_end(group->wait)
			       ? "close the channel, or cancel the context, on every way out of "
				 "the "
				 "code that made it (defer)"
			       : "let the sender close the channel (defer close), or select on the "
				 "receive and ctx.Done()";
	case LC_GO_SELECT:
		if (has_nil(group->wait))
			return "one case is nil: pass a context that somebody cancels "
			       "(context.Background().Done() is nil), or make that channel";
		return has_end(group->wait)
			       ? "cancel the context that it waits for, or close that channel, on "
				 "every way out of the code that made it (defer cancel())"
			       : "add a case for ctx.Done(), and cancel that context when the "
				 "caller returns";
	case LC_GO_MUTEX:
	case LC_GO_RWMUTEX_READ:
	case LC_GO_RWMUTEX_WRITE:
		return "defer Unlock right behind Lock, and lock nothing twice";
	case LC_GO_WAITGROUP:
		return "call Add before the go statement, and defer wg.Done() first in the "
		       "goroutine";
	case LC_GO_COND:
		return "change the condition and Signal or Broadcast with its lock held, and wait "
		       "in a loop";
	case LC_GO_COROUTINE:
		return "call the stop function of iter.Pull (defer stop())";
	default:
		return "";
	}
}

static const char *of_circle(const struct verdict_goroutines *group)
{
	if (group->goroutine->kind == LC_GO_NETWORK)
		return "read and write in a goroutine each, and close what the other end reads "
		       "from once all is written";
	return lc_go_is_lock(group->goroutine->kind)
		       ? "take these in one fixed order everywhere, and wait for nothing else "
			 "while one is held"
		       : "wait for none of these while the next one waits for this";
}

static const char *of_network(const struct verdict_goroutines *group)
{
	if (group->wait && group->wait->has_deadline)
		return "";
	return is(group, "connect")
		       ? "set a time-out for the connection: net.Dialer.Timeout, or a context with "
			 "one"
		       : "set a time-out on this call: a deadline, http.Client.Timeout, or a "
			 "context with one";
}

static const char *of_growth(const struct verdict_goroutines *group)
{
	if (group->goroutine->kind == LC_GO_NETWORK)
		return of_network(group);
	return "bound how many are started (a pool, errgroup.SetLimit), and give each a way to "
	       "end";
}

/* Who has a slot and does not give it back is not the one that waits; but its code is of a kind. */
static const char *of_pool(const struct verdict_goroutines *group)
{
	switch (group->wait ? group->wait->pool.kind : LC_GO_POOL_NONE) {
	case LC_GO_POOL_CONNECTIONS:
		return "close what Query gives on every way out (defer rows.Close()), end each "
		       "transaction (defer tx.Rollback()), and ask with a context that has a "
		       "deadline";
	case LC_GO_POOL_SEMAPHORE:
		return "Release on every way out, also where an error returns early (defer right "
		       "behind Acquire)";
	case LC_GO_POOL_CHANNEL:
		return of_send(group->wait);
	default:
		return "";
	}
}

static const char *choose(const struct verdict_goroutines *group)
{
	enum verdict verdict = group->conclusion.verdict;

	if (verdict < VERDICT_SUSPECT)
		return "";
	if (is(group, "nil-channel"))
		return "make the channel before it is used; a nil channel is of use only as a case "
		       "of a select";
	if (is(group, "empty-select"))
		return "wait for a context or a signal instead of select {}";
	if (is(group, "circle") || is(group, "unless-collected"))
		return of_circle(group);
	if (is(group, "dead-end") || is(group, "self") || is(group, "never-unlocked"))
		return !is(group, "dead-end")
			       ? "defer Unlock right behind Lock, and lock nothing twice"
			       : "hold no lock while waiting for a channel, a call or "
				 "another lock";
	if (is(group, "body-forgotten"))
		return "close the body of each response on every way out (defer resp.Body.Close())";
	if (is(group, "unreachable") || is(group, "own-profile"))
		return of_unreachable(group);
	if (is(group, "pool-exhausted") || (is(group, "growing") && *of_pool(group)))
		return of_pool(group);
	if (is(group, "growing") || is(group, "spawns-without-bound"))
		return of_growth(group);
	if (group->goroutine->kind == LC_GO_NETWORK)
		return of_network(group);
	if (is(group, "lock-held") && verdict >= VERDICT_STUCK)
		return "hold no lock while waiting for a channel, a call or another lock; defer "
		       "Unlock right behind Lock";
	return "";
}

void go_remedy(struct verdict_goroutines *group)
{
	struct conclusion *conclusion = &group->conclusion;

	snprintf(conclusion->remedy, sizeof(conclusion->remedy), "%s", choose(group));
	group->remedy_at_spawn = (is(group, "growing") || is(group, "spawns-without-bound")) &&
				 group->goroutine->kind != LC_GO_NETWORK && !*of_pool(group);
	group->remedy_at_caller = *of_pool(group) != '\0';
}
