// SPDX-License-Identifier: GPL-2.0-only
/* How a rule states its verdict; shared by all families of rules. */
#include "verdict/rules/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void judge(struct judged *judged, enum verdict verdict, const char *rule, const char *format, ...)
{
	va_list args;

	judged->judgement->verdict = verdict;
	judged->judgement->rule = rule;
	if (!judged->words)
		return;
	va_start(args, format);
	vsnprintf(judged->words->reason, sizeof(judged->words->reason), format, args);
	va_end(args);
}

#define DEFINE_TEXT(name, field)                                                             \
	void name(struct judged *judged, const char *format, ...)                            \
	{                                                                                    \
		va_list args;                                                                \
                                                                                             \
		if (!judged->words)                                                          \
			return;                                                              \
		va_start(args, format);                                                      \
		vsnprintf(judged->words->field, sizeof(judged->words->field), format, args); \
		va_end(args);                                                                \
	}

DEFINE_TEXT(judge_proof, proof)
DEFINE_TEXT(judge_remedy, remedy)
DEFINE_TEXT(judge_otherwise, otherwise)

/*
 * Disks, neighbours and schedulers make a healthy program wait for tenths of a second, whatever was
 * asked for.
 */
#define LEAST_STALL_NS 1000000000ull

bool rules_is_long(const struct judged *judged, uint64_t ns)
{
	return ns >= judged->rules->threshold_ns && ns >= LEAST_STALL_NS;
}

enum verdict rules_stalled(const struct judged *judged)
{
	return rules_is_long(judged, judged->rules->now - judged->thread->blocked_since)
		       ? VERDICT_STUCK
		       : VERDICT_SUSPECT;
}

void judge_circle_proof(struct judged *judged, const char *last)
{
	const struct graph *graph = judged->rules->graph;

	judge_proof(judged, "%d waits for", judged->thread->task.tid);
	if (judged->words)
		graph_add_circle(graph, judged->node - graph->nodes, last, judged->words->proof,
				 sizeof(judged->words->proof));
}

bool rules_follow(struct judged *judged, const char *rule)
{
	char words[64];

	if (!judged->owner || judged->owner_verdict->verdict < VERDICT_STUCK)
		return false;
	judge(judged, VERDICT_STUCK, rule, "it waits for %s, which is itself a finding (%s)",
	      graph_node_words(judged->owner, words, sizeof(words)),
	      verdict_name(judged->owner_verdict->verdict));
	judge_remedy(judged, "see to what %s waits for", words);
	judge_otherwise(judged, "it would be idle if %s worked or waited for work", words);
	return true;
}
