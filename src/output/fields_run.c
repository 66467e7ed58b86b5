// SPDX-License-Identifier: GPL-2.0-only
/* The fields of a whole document, and of what a run cost and missed: see fields.h. */
#include "output/fields.h"
#include "output/found.h"

#define LOST_FIELDS(F)                                                                           \
	F(events, NUMBER, PLAIN, ALWAYS, lost->events, "that found no room")                     \
	F(stacks, NUMBER, PLAIN, ALWAYS, lost->stacks, "that could not be read")                 \
	F(threads, NUMBER, PLAIN, ALWAYS, lost->threads, "past a bound")                         \
	F(goroutines, NUMBER, PLAIN, ALWAYS, lost->goroutines, "past a bound")                   \
	F(unasked, NUMBER, PLAIN, ALWAYS, lost->unasked,                                         \
	  "goroutines of which it is not known whether anything can still wake them, since the " \
	  "search of the heap gave up (`limits` says why)")

FIELDS_OF(lost, struct output_lost, "What was missed", LOST_FIELDS);

#define GO_SWEEP_COST_FIELDS(F)                                                   \
	F(first, REAL, PLAIN, ALWAYS, go_sweep_cost->go_first_sweep_ns / 1e6,     \
	  "the first look at all goroutines, with their stacks")                  \
	F(longest, REAL, PLAIN, ALWAYS, go_sweep_cost->go_longest_sweep_ns / 1e6, \
	  "of the later ones; 0: there was but one")

FIELDS_OF(go_sweep_cost, struct output_cost, "Looks at goroutines", GO_SWEEP_COST_FIELDS);

#define GO_EVENTS_COST_FIELDS(F)                                                                  \
	F(born, NUMBER, PLAIN, ALWAYS, go_events_cost->go_events.born, "events of this kind")     \
	F(ended, NUMBER, PLAIN, ALWAYS, go_events_cost->go_events.ended, "events of this kind")   \
	F(parked, NUMBER, PLAIN, ALWAYS, go_events_cost->go_events.parked, "events of this kind") \
	F(readied, NUMBER, PLAIN, ALWAYS, go_events_cost->go_events.readied,                      \
	  "events of this kind")                                                                  \
	F(probe_ns, NUMBER, PLAIN, ALWAYS, go_events_cost->go_probe_ns,                           \
	  "what a wait costs the process, measured at the start; 0: not known")                   \
	F(bpf_runs, NUMBER, PLAIN, ALWAYS, go_events_cost->go_events.runs, "of the probes alone") \
	F(bpf_ns, NUMBER, PLAIN, ALWAYS, go_events_cost->go_events.run_ns, "of the probes alone")

FIELDS_OF(go_events_cost, struct output_cost, "What probes cost", GO_EVENTS_COST_FIELDS);

#define COST_FIELDS(F)                                                                          \
	F(user_ms, REAL, PLAIN, ALWAYS, cost->user_ns / 1e6, "of CPU")                          \
	F(system_ms, REAL, PLAIN, ALWAYS, cost->system_ns / 1e6, "of CPU")                      \
	F(rss_kib, NUMBER, PLAIN, ALWAYS, cost->rss_bytes / 1024, "of memory, at most")         \
	F(load_ms, REAL, PLAIN, ALWAYS, cost->load_ns / 1e6, "to load and attach its programs") \
	F(sweeps, NUMBER, PLAIN, ALWAYS, cost->sweeps, "how often all was looked at")           \
	F(bpf_runs, NUMBER, PLAIN, ALWAYS, cost->bpf_runs,                                      \
	  "how often its programs ran, where the kernel counts")                                \
	F(bpf_ns, NUMBER, PLAIN, ALWAYS, cost->bpf_ns,                                          \
	  "how long they ran, where the kernel counts")                                         \
	F(go_sweep_ms, OBJECT, OF(fields_go_sweep_cost), cost->go_first_sweep_ns, cost,         \
	  "of goroutines")                                                                      \
	F(go_events, OBJECT, OF(fields_go_events_cost), source->run->go_events, cost,           \
	  "with `--go-events`")

FIELDS_OF(cost, struct output_cost, "What leakhop itself took", COST_FIELDS);

static const char *const schemas[] = { OUTPUT_SCHEMA, NULL };
static const char *const commands[] = { "dump", "trace", "check", NULL };
static const char *const types[] = { "summary", NULL };
static const char *const sources[] = { "bpf", "proc", "core", NULL };

/* Those that have probes. */
static const void *next_with_events(const struct field_source *source, const void *owner,
				    const void *before)
{
	const struct lc_go *go = owner;
	const struct lc_go_process *last = before;
	const struct lc_go_process *process = last ? last->hh.next : go->processes;

	(void)source;
	while (process && !process->events)
		process = process->hh.next;
	return process;
}

#define REPORT source->report
#define DOCUMENT_FIELDS(F)                                                                         \
	F(schema, TEXT, ONE_OF(schemas), ALWAYS, OUTPUT_SCHEMA, "of this form")                    \
	F(version, TEXT, PLAIN, ALWAYS, document->version, "of the program")                       \
	F(command, TEXT, ONE_OF(commands), ALWAYS, document->command, "")                          \
	F(host, TEXT, PLAIN, ALWAYS, document->host, "where it ran; empty of a core")              \
	F(kernel, TEXT, PLAIN, ALWAYS, document->kernel, "its release; empty of a core")           \
	F(source, TEXT, ONE_OF(sources), ALWAYS, document->source,                                 \
	  "`proc`: only /proc could be read; `core`: a core was, so that all are blocked for 0 "   \
	  "ns "                                                                                    \
	  "at least, and `started` is when its file was written")                                  \
	F(started, DATE, PLAIN, ALWAYS, document->started, "when it began to look")                \
	F(ended, DATE, PLAIN, ALWAYS, document->ended, "and stopped")                              \
	F(threshold_ns, NUMBER, PLAIN, ALWAYS, document->threshold_ns,                             \
	  "blocked for how long makes a finding")                                                  \
	F(limits, LIMITS, PLAIN, ALWAYS, 0,                                                        \
	  "what could not be seen here and why, each in a sentence")                               \
	F(lost, OBJECT, OF(fields_lost), ALWAYS, &document->lost, "what was missed")               \
	F(cost, OBJECT, OF(fields_cost), ALWAYS, &document->cost, "what leakhop itself took")      \
	F(type, TEXT, ONE_OF(types), source->document_type, source->document_type,                 \
	  "with `--json=lines`")                                                                   \
	F(explanation, EXPLANATION, PLAIN, document->explain || document->explain_goid, 0,         \
	  "with `--explain`: of a thread or a goroutine; `null`: it was not seen")                 \
	F(findings, RECORDS, PLAIN, ALWAYS, VERDICT_FINDINGS,                                      \
	  "records of what is wrong: verdict `deadlock`, `leak` or `stuck`, blocked for the "      \
	  "threshold and longer")                                                                  \
	F(suspects, RECORDS, PLAIN, ALWAYS, VERDICT_SUSPECTS,                                      \
	  "records of waits that a leak and a healthy program share word for word: verdict "       \
	  "`suspect`")                                                                             \
	F(waits, RECORDS, PLAIN, ALWAYS, VERDICT_WAITS,                                            \
	  "records of the other waits of the threshold and longer: `idle`, or `blocked` where it " \
	  "could not be told; and of blocks that have ended")                                      \
	F(threads, RECORDS, PLAIN, REPORT->has_threads, VERDICT_THREADS,                           \
	  "of a dump, and of `trace --all`: records of all threads")                               \
	F(goroutines, LIST, OF(fields_goroutines), REPORT->has_threads && REPORT->go_processes,    \
	  ARRAY(REPORT->goroutines.list, REPORT->goroutines.count),                                \
	  "the same, where there are Go programs: all groups of goroutines")                       \
	F(found, LIST, OF(fields_found), REPORT->founds,                                           \
	  ARRAY(REPORT->founds->list, REPORT->founds->count),                                      \
	  "of a check's recording: what the check told at its end")                                \
	F(go_events, LIST, OF(fields_go_events), document->go_events && REPORT->go,                \
	  field_each(next_with_events, REPORT->go),                                                \
	  "with `--go-events`: of each Go process with probes")

FIELDS_OF(document, struct output_run, "The document", DOCUMENT_FIELDS);
