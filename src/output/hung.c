// SPDX-License-Identifier: GPL-2.0-only
/* The report of a tree that hangs: see hung.h. */
#include "output/hung.h"
#include "output/escape.h"
#include "output/text_chain.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define MEMBERS 4 /* of a circle that the line names */
#define FULL 20	  /* records that are told in full, of each kind */

/* Text that grows up to a bound. */
struct words {
	char *text;
	size_t size, used;
};

static void add(struct words *words, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
	va_list args;
	int length;

	if (words->used >= words->size)
		return;
	va_start(args, format);
	length = vsnprintf(words->text + words->used, words->size - words->used, format, args);
	va_end(args);
	words->used += length > 0 ? (size_t)length : 0;
}

/* "pytest (pid 71)", "worker 4711 of server (pid 4700)", "goroutine 7 of server (pid 4700)" */
static void add_node(struct words *words, const struct graph_node *node)
{
	const struct lc_thread *thread = node->thread;
	char comm[LC_COMM_LEN * 4], process[LC_COMM_LEN * 4];

	if (node->goroutine) {
		add(words, "goroutine %llu of %s (pid %d)",
		    (unsigned long long)node->goroutine->goid,
		    escape_text(node->go->comm, process, sizeof(process)), node->pid);
		return;
	}
	if (!thread) {
		add(words, "process %d", node->pid);
		return;
	}
	escape_text(thread->process_comm, process, sizeof(process));
	if (thread->task.tid == thread->task.pid)
		add(words, "%s (pid %d)", process, node->pid);
	else
		add(words, "thread %d (%s) of %s (pid %d)", thread->task.tid,
		    escape_text(thread->task.comm, comm, sizeof(comm)), process, node->pid);
}

static void add_object(struct words *words, const struct graph_node *node)
{
	const struct lc_wait *wait = node->thread ? node->thread->wait : NULL;
	char object[sizeof(wait->object) * 2];

	if (wait)
		add(words, "%s",
		    escape_text(wait->object[0] ? wait->object : lc_wait_kind_name(wait->kind),
				object, sizeof(object)));
	else if (node->goroutine)
		add(words, "%s", lc_go_kind_name(node->goroutine->kind));
	else
		add(words, "something that there was no time to read");
}

/* Each member once; a process that stands for a thread is left out. */
static unsigned circle_of(const struct graph *graph, uint32_t node, uint32_t members[MEMBERS])
{
	uint32_t at = node;
	unsigned count = 0;

	do {
		if (!graph_is_process(&graph->nodes[at])) {
			if (count < MEMBERS)
				members[count] = at;
			count++;
		}
		at = graph->nodes[at].next;
	} while (at != GRAPH_NONE && at != node && count < graph->count);
	return at == node ? count : 0;
}

static void add_circle(struct words *words, const struct graph *graph, uint32_t node)
{
	uint32_t members[MEMBERS];
	unsigned count = circle_of(graph, node, members), i;

	for (i = 0; i < count && i < MEMBERS; i++) {
		if (i)
			add(words, "%s", i + 1 < count ? ", " : " and ");
		add_node(words, &graph->nodes[members[i]]);
	}
	if (count > MEMBERS)
		add(words, " and %u more", count - MEMBERS);
	add(words, count == 1 ? " waits for itself: " : " wait for each other: ");
	for (i = 0; i < count && i < MEMBERS; i++) {
		if (i)
			add(words, ", ");
		add_object(words, &graph->nodes[members[i]]);
	}
}

/* Threads of Go's scheduler wait for nobody: their process is who could act. */
static bool is_scheduler(const struct graph_node *node)
{
	return node->thread && node->thread->wait && lc_wait_is_go_scheduler(node->thread->wait);
}

static void add_last(struct words *words, const struct graph_node *node)
{
	char process[LC_COMM_LEN * 4];

	if (is_scheduler(node)) {
		add(words, "%s (pid %d) could end that",
		    escape_text(node->thread->process_comm, process, sizeof(process)), node->pid);
		return;
	}
	add_node(words, node);
	if (node->thread && !node->thread->blocked) {
		add(words, " runs");
		return;
	}
	add(words, " waits for ");
	add_object(words, node);
}

/* Who waits, for what, and so link by link; of long ones the end. */
static void add_chain(struct words *words, const struct graph *graph, uint32_t node)
{
	uint32_t entry = GRAPH_NONE, at = node, left_out = 0, links = 0, last = node;

	add_node(words, &graph->nodes[node]);
	add(words, " waits for ");
	add_object(words, &graph->nodes[node]);
	while ((at = graph_chain_next(graph, at, &entry)) != GRAPH_NONE) {
		if (graph_is_process(&graph->nodes[at]))
			continue;
		if (last != node && ++links < MEMBERS) {
			add(words, "; ");
			add_last(words, &graph->nodes[last]);
		} else {
			left_out += last != node;
		}
		last = at;
	}
	if (last == node)
		return;
	add(words, left_out ? "; after %u more " : "; ", left_out);
	add_last(words, &graph->nodes[last]);
}

static void add_finding(struct words *words, const struct graph *graph, uint32_t node,
			const struct conclusion *conclusion)
{
	uint32_t members[MEMBERS];

	if (graph->nodes[node].in_cycle && circle_of(graph, node, members))
		add_circle(words, graph, node);
	else
		add_chain(words, graph, node);
	add(words, ": %s", verdict_name(conclusion->verdict));
}

static void add_group(struct words *words, const struct verdict_goroutines *group)
{
	char comm[LC_COMM_LEN * 4];

	add(words, "%zu goroutine%s of %s (pid %d): %s: %s", group->count, plural(group->count),
	    escape_text(group->process->comm, comm, sizeof(comm)), group->process->pid,
	    group->conclusion.reason, verdict_name(group->conclusion.verdict));
}

/* The worst there is; of a thread and goroutines equally bad, who is in a circle. */
static bool add_worst(struct words *words, const struct output_run *run,
		      const struct verdict_records *threads,
		      const struct verdict_goroutine_records *groups, enum verdict least)
{
	const struct graph *graph = &run->view->graph;
	const struct verdict_record *thread = threads->count ? &threads->list[0] : NULL;
	const struct verdict_goroutines *group = groups->count ? &groups->list[0] : NULL;

	if (group && (group->conclusion.verdict < least ||
		      (thread && thread->conclusion.verdict >= group->conclusion.verdict)))
		group = NULL;
	if (group && group->node != GRAPH_NONE && graph->nodes[group->node].in_cycle)
		add_finding(words, graph, group->node, &group->conclusion);
	else if (group)
		add_group(words, group);
	else if (thread && thread->node != GRAPH_NONE)
		add_finding(words, graph, thread->node, &thread->conclusion);
	return group || thread;
}

static bool is_telling(const struct output_run *run, const struct verdict_record *record)
{
	return record->still_blocked && record->node != GRAPH_NONE &&
	       !is_scheduler(&run->view->graph.nodes[record->node]);
}

/*
 * Before others: threads of a language in its own locks, which time out again and again, and so
 * look idle; then who waits for somebody that is known.
 */
static int rank_of(const struct graph_node *node)
{
	if (node->thread->wait && node->thread->wait->kind == LC_WAIT_PARK)
		return 2;
	return node->next != GRAPH_NONE;
}

/* The first by that, then the longest. */
static const struct verdict_record *longest(const struct output_run *run,
					    const struct verdict_records *records)
{
	const struct graph_node *nodes = run->view->graph.nodes;
	const struct verdict_record *best = NULL, *record;
	int rank, best_rank = 0;
	size_t i;

	for (i = 0; i < records->count; i++) {
		record = &records->list[i];
		if (!is_telling(run, record))
			continue;
		rank = rank_of(&nodes[record->node]);
		if (best && (rank < best_rank ||
			     (rank == best_rank && record->blocked_ns <= best->blocked_ns)))
			continue;
		best = record;
		best_rank = rank;
	}
	return best;
}

/* Whoever has run the most of those that do. */
static void add_running(struct words *words, const struct output_run *run)
{
	const struct lc_model *model = run->view->snapshot.threads;
	const struct lc_thread *thread, *most = NULL;
	char comm[LC_COMM_LEN * 4];

	for (thread = lc_model_next(model, NULL); thread; thread = lc_model_next(model, thread)) {
		if (!thread->ended_at && thread->state == 'R' &&
		    (!most || thread->run_ns > most->run_ns))
			most = thread;
	}
	if (most)
		add(words, "nobody waits for what does not come; thread %d of %s (pid %d) runs",
		    most->task.tid, escape_text(most->process_comm, comm, sizeof(comm)),
		    most->task.pid);
	else
		add(words, "nobody waits for what does not come");
}

static void add_longest(struct words *words, const struct output_run *run,
			const struct output_report *report)
{
	const struct verdict_record *record = longest(run, &report->waits);
	char span[32];

	if (!record) {
		add_running(words, run);
		return;
	}
	add(words, "nothing is proven; the longest, for %s: ",
	    duration_format(record->blocked_ns, span, sizeof(span)));
	add_chain(words, &run->view->graph, record->node);
}

const char *hung_line(const struct output_run *run, const struct output_report *report,
		      char *buffer, size_t size)
{
	static const struct verdict_goroutine_records none;
	struct words words = { buffer, size, 0 };

	*buffer = '\0';
	if (!add_worst(&words, run, &report->findings, &report->goroutines, VERDICT_STUCK) &&
	    !add_worst(&words, run, &report->suspects, &none, VERDICT_SUSPECT))
		add_longest(&words, run, report);
	return buffer;
}

static bool is_wrong(const struct output_report *report)
{
	const struct verdict_goroutine_records *groups = &report->goroutines;

	return report->findings.count || report->suspects.count ||
	       (groups->count && groups->list[0].conclusion.verdict >= VERDICT_STUCK);
}

static int records_in_full(FILE *stream, const struct output_run *run,
			   const struct output_style *style, const struct verdict_records *records,
			   unsigned *number)
{
	size_t i;
	int r = 0;

	for (i = 0; i < records->count && i < FULL && !r; i++)
		r = output_text_record(stream, style, run, &records->list[i], ++*number);
	return r;
}

static int groups_in_full(FILE *stream, const struct output_run *run,
			  const struct output_style *style,
			  const struct verdict_goroutine_records *groups, unsigned *number)
{
	size_t i;
	int r = 0;

	for (i = 0; i < groups->count && i < FULL && !r; i++) {
		if (groups->list[i].conclusion.verdict < VERDICT_SUSPECT)
			break;
		r = output_text_goroutines(stream, style, run, &groups->list[i], ++*number);
	}
	return r;
}

int hung_text(FILE *stream, const struct output_run *run, const struct output_report *report,
	      const char *why, bool hung)
{
	struct output_style style = output_style_for(stream);
	struct line line = line_begin(stream, &style);
	char words[HUNG_LINE];
	unsigned number = 0;
	int r;

	style.width = 0;
	line_add(&line, LINE_BOLD, "leakhop check: %s", hung || is_wrong(report) ? "hung: " : "");
	line_put(&line, LINE_BOLD, hung_line(run, report, words, sizeof(words)));
	line_add(&line, LINE_PLAIN, " (%s)", why);
	line_end(&line);
	r = records_in_full(stream, run, &style, &report->findings, &number);
	r = r ?: groups_in_full(stream, run, &style, &report->goroutines, &number);
	r = r ?: records_in_full(stream, run, &style, &report->suspects, &number);
	return r ?: output_text_summary(stream, &style, run, report);
}
