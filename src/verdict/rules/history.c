// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evidence that only time gives: how long answers took before at the place where a thread waits for
 * one now, and whether other threads at the same place were answered by the same peer meanwhile.
 */
#include "verdict/rules/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One answer may have been late, on a host that was busy just then. */
#define TIMES_THE_MEAN 100
#define TIMES_THE_LONGEST 10
#define LEAST_OWN 3
#define LEAST_OTHERS 10

static void key_set(struct answers_key *key, const struct lc_thread *thread, int64_t syscall_nr,
		    uint32_t user_stack, uint64_t peer)
{
	memset(key, 0, sizeof(*key));
	key->pid = thread->task.pid;
	key->syscall_nr = syscall_nr;
	key->user_stack = user_stack;
	key->peer = peer;
}

static struct answers *answers_find(const struct rules *rules, const struct answers_key *key)
{
	struct answers *answers;

	HASH_FIND(hh, rules->answers, key, sizeof(*key), answers);
	return answers;
}

static int note_repeat(struct rules *rules, const struct lc_thread *thread,
		       const struct lc_repeat *repeat)
{
	struct answers_key key;
	struct answers *answers;

	key_set(&key, thread, repeat->id.syscall_nr, repeat->user_stack, repeat->peer);
	answers = answers_find(rules, &key);
	if (!answers) {
		answers = calloc(1, sizeof(*answers));
		if (!answers)
			return -ENOMEM;
		answers->key = key;
		HASH_ADD(hh, rules->answers, key, sizeof(key), answers);
	}
	answers->threads++;
	answers->count += repeat->count;
	answers->total_ns += repeat->total_ns;
	if (repeat->max_ns > answers->max_ns)
		answers->max_ns = repeat->max_ns;
	if (repeat->last_at > answers->last_at)
		answers->last_at = repeat->last_at;
	return 0;
}

int history_note(struct rules *rules)
{
	const struct lc_thread *thread;
	uint32_t i;
	int j, r = 0;

	for (i = 0; i < rules->graph->count && !r; i++) {
		thread = rules->graph->nodes[i].thread;
		for (j = 0; thread && j < LC_REPEATS && !r; j++) {
			if (thread->repeats[j].count && thread->repeats[j].peer &&
			    thread->repeats[j].user_stack)
				r = note_repeat(rules, thread, &thread->repeats[j]);
		}
	}
	return r;
}

void history_release(struct rules *rules)
{
	struct answers *answers, *next;

	HASH_ITER(hh, rules->answers, answers, next) {
		HASH_DEL(rules->answers, answers);
		free(answers);
	}
}

static bool is_far_longer(uint64_t waited, uint64_t count, uint64_t total_ns, uint64_t max_ns)
{
	return waited / TIMES_THE_MEAN >= total_ns / count && waited / TIMES_THE_LONGEST >= max_ns;
}

void history_of(const struct judged *judged, struct history *ret)
{
	const struct lc_thread *thread = judged->thread;
	const struct lc_repeat *own = lc_thread_repeat(thread);
	uint64_t waited = judged->rules->now - thread->blocked_since, count = own ? own->count : 0;
	const struct answers *answers;
	struct answers_key key;

	*ret = (struct history){};
	if (!judged->wait->peer || !thread->user_stack)
		return;
	if (count >= LEAST_OWN && own->peer == judged->wait->peer &&
	    is_far_longer(waited, count, own->total_ns, own->max_ns)) {
		ret->own = count;
		ret->mean_ns = own->total_ns / count;
		ret->max_ns = own->max_ns;
	}
	key_set(&key, thread, thread->syscall.nr, thread->user_stack, judged->wait->peer);
	answers = answers_find(judged->rules, &key);
	/* Still answered: in the later half of this wait. */
	if (!answers || answers->count < count + LEAST_OTHERS ||
	    answers->last_at < judged->rules->now - waited / 2 ||
	    !is_far_longer(waited, answers->count, answers->total_ns, answers->max_ns))
		return;
	ret->others = answers->count - count;
	ret->mean_ns = answers->total_ns / answers->count;
	ret->max_ns = answers->max_ns;
}
