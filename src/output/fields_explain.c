// SPDX-License-Identifier: GPL-2.0-only
/* The fields of --explain, for a thread and for a goroutine: see fields.h. */
#include "model/go_holders.h"
#include "output/fields.h"

/* What it waits for; NULL: it does not, or it was not looked at. */
static const struct lc_wait *wait_of(const struct lc_thread *thread)
{
	return thread->blocked ? thread->wait : NULL;
}

#define READ_FIELDS(F)                                                                          \
	F(state, TEXT, PLAIN, ALWAYS, field_letter(read->thread->state, scratch),               \
	  "the kernel's letter")                                                                \
	F(blocked, BOOLEAN, PLAIN, ALWAYS, read->thread->blocked, "")                           \
	F(wait, OBJECT_OR_NULL, OF(fields_wait), ALWAYS, wait_of(read->thread),                 \
	  "what it waits for")                                                                  \
	F(confirmed, BOOLEAN, PLAIN, ALWAYS,                                                    \
	  wait_of(read->thread) && read->thread->wait_confirmed, "confirmed by a second look")  \
	F(all_releasers_known, BOOLEAN, PLAIN, ALWAYS, wait_of(read->thread) && read->complete, \
	  "")                                                                                   \
	F(releasers, NUMBER, PLAIN, ALWAYS,                                                     \
	  wait_of(read->thread) ? wait_of(read->thread)->owner_total : 0,                       \
	  "how many could release it")

FIELDS_OF(read, struct graph_node, "What was read of a thread", READ_FIELDS);

static const struct graph_node *node_of(const struct field_source *source, uint32_t number)
{
	return &source->run->view->graph.nodes[number];
}

/* Concludes anew, with words: into scratch. */
static const struct conclusion *conclude(const struct field_source *source, uint32_t number,
					 struct field_scratch *scratch)
{
	verdict_conclude(source->run->view, number, &scratch->conclusion);
	return &scratch->conclusion;
}

static const char *remedy_for(const struct field_source *source, struct field_scratch *scratch)
{
	return remedy_words(source->run, &scratch->conclusion, scratch->remedy,
			    sizeof(scratch->remedy));
}

#define CONCLUDED_FIELDS(F)                                                                   \
	F(verdict, TEXT, ONE_OF(field_verdicts), ALWAYS,                                      \
	  verdict_name(conclude(source, *concluded, scratch)->verdict), "")                   \
	F(rule, TEXT, PLAIN, ALWAYS, scratch->conclusion.rule ?: "", "")                      \
	F(reason, TEXT, PLAIN, ALWAYS, scratch->conclusion.reason, "")                        \
	F(proof, TEXT, PLAIN, ALWAYS, scratch->conclusion.proof, "")                          \
	F(otherwise, TEXT, PLAIN, ALWAYS, scratch->conclusion.otherwise,                      \
	  "what would have changed the verdict")                                              \
	F(remedy, TEXT, PLAIN, ALWAYS, remedy_for(source, scratch), "")                       \
	F(chain, LIST, OF(fields_link), ALWAYS, field_chain(source, *concluded, scratch), "") \
	F(can_run_again, BOOLEAN, PLAIN, ALWAYS, node_of(source, *concluded)->alive, "")      \
	F(in_circle, BOOLEAN, PLAIN, ALWAYS, node_of(source, *concluded)->in_cycle, "")       \
	F(depends, NUMBER, PLAIN, ALWAYS, node_of(source, *concluded)->dependents,            \
	  "how many threads wait for it")

FIELDS_OF(concluded, uint32_t, "What was concluded of a thread", CONCLUDED_FIELDS);

#define EXPLAINED node_of(source, *explanation)
#define EXPLANATION_FIELDS(F)                                                           \
	F(pid, ID, PLAIN, ALWAYS, EXPLAINED->pid, "")                                   \
	F(tid, ID, PLAIN, ALWAYS, source->run->explain, "")                             \
	F(comm, TEXT, PLAIN, ALWAYS, EXPLAINED->thread->task.comm, "the thread's name") \
	F(read, OBJECT, OF(fields_read), ALWAYS, EXPLAINED, "")                         \
	F(concluded, OBJECT, OF(fields_concluded), ALWAYS, explanation, "")

FIELDS_OF(explanation, uint32_t, "An explanation of a thread", EXPLANATION_FIELDS);

/* --- of a goroutine, with the group that it is in --- */
static const struct lc_goroutine *goroutine_of(const struct field_source *source,
					       const struct verdict_goroutines *record)
{
	return lc_go_by_goid(record->process, source->run->explain_goid);
}

static const struct lc_go_releasers *releasers_of(const struct field_source *source,
						  const struct verdict_goroutines *record)
{
	return lc_go_releasers_of(record->process, source->run->explain_goid);
}

static const struct lc_go_path *go_path_of(const struct field_source *source,
					   const struct verdict_goroutines *record)
{
	return lc_go_path_of(record->process, source->run->explain_goid);
}

static bool has_flag(const struct field_source *source, const struct verdict_goroutines *record,
		     unsigned flag)
{
	return goroutine_of(source, record)->flags & flag;
}

/* Who holds the lock that it waits for; NULL: it waits for none, or was not asked. */
static const struct lc_go_held *held_of(const struct field_source *source,
					const struct verdict_goroutines *record)
{
	return lc_go_held_for(record->process, goroutine_of(source, record));
}

#define GO_READ_FIELDS(F)                                                                          \
	F(kind, TEXT, PLAIN, ALWAYS, lc_go_kind_name(goroutine_of(source, go_read)->kind),         \
	  "of wait")                                                                               \
	F(asked, BOOLEAN, PLAIN, ALWAYS, has_flag(source, go_read, LC_GO_ASKED),                   \
	  "whether it was asked if anything that can run has what it waits for")                   \
	F(unreachable, BOOLEAN, PLAIN, ALWAYS, has_flag(source, go_read, LC_GO_UNREACHABLE),       \
	  "nothing has")                                                                           \
	F(releasers, NUMBER, PLAIN, ALWAYS,                                                        \
	  releasers_of(source, go_read) ? releasers_of(source, go_read)->total : 0,                \
	  "how many goroutines could end the wait")                                                \
	F(all_releasers_known, BOOLEAN, PLAIN, ALWAYS,                                             \
	  releasers_of(source, go_read) && releasers_of(source, go_read)->known, "")               \
	F(holders, NUMBER, PLAIN, held_of(source, go_read), held_of(source, go_read)->total,       \
	  "how many goroutines hold its lock, as far as was found")                                \
	F(all_holders_known, BOOLEAN, PLAIN, held_of(source, go_read),                             \
	  held_of(source, go_read)->known, "")                                                     \
	F(run_forward, NUMBER, PLAIN, held_of(source, go_read), held_of(source, go_read)->runs,    \
	  "how many were run forward to find who holds its lock")                                  \
	F(run_to_an_end, NUMBER, PLAIN, held_of(source, go_read), held_of(source, go_read)->ended, \
	  "of these, or back to their wait")                                                       \
	F(run_instructions, NUMBER, PLAIN, held_of(source, go_read),                               \
	  held_of(source, go_read)->instructions, "in all of these runs")                          \
	F(held_by, OBJECT, OF(fields_held_by), go_path_of(source, go_read),                        \
	  go_path_of(source, go_read), "by what way that is reached")

FIELDS_OF(go_read, struct verdict_goroutines, "What was read of a goroutine", GO_READ_FIELDS);

static uint32_t go_node(const struct field_source *source, const struct verdict_goroutines *record)
{
	return graph_find_goroutine(&source->run->view->graph, record->process->pid,
				    source->run->explain_goid);
}

#define GO_CONCLUDED_FIELDS(F)                                                              \
	F(verdict, TEXT, ONE_OF(field_verdicts), ALWAYS,                                    \
	  verdict_name(go_concluded->conclusion.verdict), "")                               \
	F(rule, TEXT, PLAIN, ALWAYS, go_concluded->conclusion.rule, "")                     \
	F(reason, TEXT, PLAIN, ALWAYS, go_concluded->conclusion.reason, "")                 \
	F(proof, TEXT, PLAIN, ALWAYS, go_concluded->conclusion.proof, "")                   \
	F(otherwise, TEXT, PLAIN, ALWAYS, go_concluded->conclusion.otherwise,               \
	  "what would have changed the verdict")                                            \
	F(remedy, TEXT, PLAIN, ALWAYS, remedy_of_goroutines(source->run, go_concluded), "") \
	F(chain, LIST, OF(fields_link), ALWAYS,                                             \
	  field_chain(source, go_node(source, go_concluded), scratch), "")

FIELDS_OF(go_concluded, struct verdict_goroutines, "What was concluded of a goroutine's group",
	  GO_CONCLUDED_FIELDS);

const struct verdict_goroutines *field_explained(const struct field_source *source,
						 const struct lc_go_process *before)
{
	const struct lc_go *go = source->report->go;
	const struct lc_go_process *process = before ? before->hh.next : go ? go->processes : NULL;
	const struct verdict_goroutines *record = NULL;

	for (; process && !record; process = process->hh.next)
		record = verdict_goroutines_find(&source->report->goroutines, process,
						 source->run->explain_goid);
	return record;
}

static const void *next_explained(const struct field_source *source, const void *owner,
				  const void *before)
{
	const struct verdict_goroutines *last = before ?: owner;

	return field_explained(source, last->process);
}

/* Is it the first, and are there others? */
static bool has_others(const struct field_source *source, const struct verdict_goroutines *record)
{
	return record == field_explained(source, NULL) && field_explained(source, record->process);
}

#define GO_EXPLANATION_FIELDS(F)                                                          \
	F(pid, ID, PLAIN, ALWAYS, go_explanation->process->pid, "")                       \
	F(goid, ID, PLAIN, ALWAYS, source->run->explain_goid, "")                         \
	F(comm, TEXT, PLAIN, ALWAYS, go_explanation->process->comm, "the process's name") \
	F(read, OBJECT, OF(fields_go_read), ALWAYS, go_explanation, "")                   \
	F(concluded, OBJECT, OF(fields_go_concluded), ALWAYS, go_explanation, "")         \
	F(others, LIST, OF(fields_go_explanation), has_others(source, go_explanation),    \
	  field_each(next_explained, go_explanation),                                     \
	  "the same of each further process that has a goroutine of this number")

FIELDS_OF(go_explanation, struct verdict_goroutines, "An explanation of a goroutine",
	  GO_EXPLANATION_FIELDS);
