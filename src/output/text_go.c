// SPDX-License-Identifier: GPL-2.0-only
/* A group of goroutines as text. */
#include "model/go_holders.h"
#include "output/names.h"
#include "output/output.h"
#include "output/remedy.h"
#include "output/subject.h"
#include "output/text_chain.h"
#include "output/text_go_events.h"
#include "output/text_path.h"
#include "output/text_pieces.h"
#include "output/text_retained.h"
#include "output/text_stack.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>
#include <string.h>

#define MOST_GOIDS 12

static const char *const families[] = {
	[LC_GO_FAMILY_NONE] = "",
	[LC_GO_FAMILY_CHANNEL] = "forgotten channel",
	[LC_GO_FAMILY_SYNC] = "synchronisation that never comes",
	[LC_GO_FAMILY_EXTERNAL] = "external wait",
};

static void text_head(struct line *line, const struct output_run *run,
		      const struct verdict_goroutines *record, unsigned number)
{
	enum verdict verdict = record->conclusion.verdict;
	char span[32], clock[32];

	if (number)
		line_add(line, LINE_BOLD, "#%u  ", number);
	if (verdict >= VERDICT_SUSPECT)
		line_add(line, verdict == VERDICT_SUSPECT ? LINE_BOLD : LINE_RED, "%s  ",
			 text_verdict(verdict));
	line_put(line, LINE_BOLD, record->process->comm);
	line_add(line, LINE_BOLD, " (%d)", record->process->pid);
	line_add(line, LINE_PLAIN, ": ");
	if (record->whole_site)
		line_add(line, LINE_RED, "%llu goroutines of one go statement",
			 (unsigned long long)record->site->living);
	else
		line_add(line, LINE_PLAIN, "%zu goroutine%s", record->count, plural(record->count));
	if (verdict == VERDICT_RUNNING) {
		line_add(line, LINE_PLAIN, " running");
	} else if (!record->whole_site) {
		/*
		 * One look tells that they stand, and only where the collector noted it for how
		 * long.
		 */
		if (record->oldest_ns)
			line_add(line, LINE_RED, ", %s%s", record->at_least ? "at least " : "",
				 duration_format(record->oldest_ns, span, sizeof(span)));
		if (record->count > 1 && record->oldest_ns)
			line_add(line, LINE_PLAIN, " (the youngest %s)",
				 duration_format(record->youngest_ns, span, sizeof(span)));
		if (!record->at_least)
			line_add(line, LINE_PLAIN, ", since %s",
				 time_format_clock((int64_t)record->since + run->realtime_offset,
						   (int64_t)run->now + run->realtime_offset, clock,
						   sizeof(clock)));
	}
	line_end(line);
}

static void text_goids(struct line *line, const struct verdict_goroutines *record)
{
	size_t i;

	text_label(line, record->count == 1 ? "goroutine" : "goroutines");
	for (i = 0; i < record->goid_count && i < MOST_GOIDS; i++)
		line_add(line, LINE_PLAIN, "%s%llu", i ? ", " : "",
			 (unsigned long long)record->goids[i]);
	if (record->count > MOST_GOIDS)
		line_add(line, LINE_PLAIN, " and %zu more", record->count - MOST_GOIDS);
	if (record->goroutine->locked)
		line_add(line, LINE_PLAIN, ", locked to thread %d", record->goroutine->tid);
	line_end(line);
}

/* lost: nothing that lives has it. */
static void put_channel(struct line *line, const struct lc_go_channel *channel, bool lost)
{
	if (!channel->address) {
		line_add(line, LINE_PLAIN, "a nil channel, which never comes");
		return;
	}
	line_add(line, LINE_PLAIN, "channel 0x%llx", (unsigned long long)channel->address);
	if (channel->timer)
		line_add(line, LINE_PLAIN, " of a timer");
	else if (channel->context)
		line_add(line, LINE_PLAIN, ", Done of a context%s",
			 lost ? " that nobody can cancel" : "");
	else if (channel->capacity)
		line_add(line, LINE_PLAIN, ", buffer %llu of %llu full",
			 (unsigned long long)channel->length,
			 (unsigned long long)channel->capacity);
	else
		line_add(line, LINE_PLAIN, ", unbuffered");
	if (channel->closed)
		line_add(line, LINE_RED, ", closed");
	if (channel->receivers + channel->senders > 1)
		line_add(line, LINE_PLAIN, "; %u to receive and %u to send wait there",
			 channel->receivers, channel->senders);
}

static void text_cases(struct line *line, const struct lc_go_wait *wait, bool lost)
{
	uint32_t i;

	for (i = 0; i < wait->case_count; i++) {
		text_label(line, i ? "" : wait->case_total > 1 ? "cases" : "channel");
		if (wait->case_total > 1)
			line_add(line, LINE_PLAIN, "%s ",
				 wait->cases[i].send ? "send to" : "receive from");
		put_channel(line, &wait->cases[i], lost);
		line_end(line);
	}
	if (wait->case_total > wait->case_count) {
		text_label(line, "");
		line_add(line, LINE_FAINT, "and %u more cases",
			 wait->case_total - wait->case_count);
		line_end(line);
	}
}

static void text_pool(struct line *line, const struct lc_go_wait *wait)
{
	static const char *const of[] = {
		[LC_GO_POOL_NONE] = "",
		[LC_GO_POOL_CHANNEL] = "of the channel",
		[LC_GO_POOL_SEMAPHORE] = "of the semaphore",
		[LC_GO_POOL_CONNECTIONS] = "of the database's connections",
	};

	if (!wait->pool.kind)
		return;
	text_label(line, "pool");
	line_add(line, LINE_PLAIN, "%llu of %llu slots %s in use, %llu waiter%s",
		 (unsigned long long)wait->pool.used, (unsigned long long)wait->pool.size,
		 of[wait->pool.kind], (unsigned long long)wait->pool.waiters,
		 plural(wait->pool.waiters));
	line_end(line);
}

static void text_lock(struct line *line, enum lc_go_kind kind, const struct lc_go_wait *wait)
{
	if (!wait->address)
		return;
	text_label(line, "object");
	line_add(line, LINE_PLAIN, "%s 0x%llx",
		 kind == LC_GO_RWMUTEX_READ || kind == LC_GO_RWMUTEX_WRITE ? "RWMutex"
									   : lc_go_kind_name(kind),
		 (unsigned long long)wait->address);
	if (kind == LC_GO_MUTEX)
		line_add(line, LINE_PLAIN, ": %s, %u waiter%s",
			 wait->locked ? "locked" : "not locked", wait->waiters,
			 plural(wait->waiters));
	else if (kind == LC_GO_WAITGROUP)
		line_add(line, LINE_PLAIN, ": %d not done, %u waiter%s", wait->counter,
			 wait->waiters, plural(wait->waiters));
	else if (kind == LC_GO_COND)
		line_add(line, LINE_PLAIN, ": %u waiter%s", wait->waiters, plural(wait->waiters));
	else if (kind != LC_GO_SEMAPHORE)
		line_add(line, LINE_PLAIN, ": %d reader%s%s", wait->readers,
			 wait->readers == 1 ? "" : "s",
			 wait->writer ? ", a writer holds it or is next" : "");
	line_end(line);
}

static void text_unlock(struct line *line, const struct output_run *run,
			const struct lc_go_holder *holder)
{
	const struct lc_frame *frame = text_telling_frame(run, holder->stack);

	if (!frame || !frame->file[0])
		return;
	line_add(line, LINE_PLAIN,
		 holder->how == LC_GO_HOLDS_LIKELY ? ": unlocks it at " : ": would unlock it at ");
	line_put(line, LINE_GREEN, text_basename(frame->file));
	line_add(line, LINE_GREEN, ":%u", frame->line);
	if (holder->deferred)
		line_add(line, LINE_PLAIN, ", deferred");
}

/* Of the lock that the one waits for that stands for all. */
static void text_holders(struct line *line, const struct output_run *run,
			 const struct verdict_goroutines *record)
{
	static const char *const words[] = {
		[LC_GO_HOLDS_LIKELY] = "likely holds it",
		[LC_GO_HOLDS] = "holds it",
		[LC_GO_HOLDS_NEXT] = "has it next, and waits for readers to leave",
	};
	const struct lc_go_held *held = lc_go_held_for(record->process, record->goroutine);
	uint32_t i;

	for (i = 0; held && i < held->count; i++) {
		text_label(line, i ? "" : "holder");
		line_add(line, LINE_PLAIN, "goroutine %llu %s",
			 (unsigned long long)held->holders[i].goid, words[held->holders[i].how]);
		text_unlock(line, run, &held->holders[i]);
		line_end(line);
	}
	if (!held || held->count)
		return;
	text_label(line, "holder");
	if (held->runs)
		line_add(
			line, LINE_PLAIN,
			"not found: %u goroutines were run forward, %u of them to an end, and none "
			"would unlock it",
			held->runs, held->ended);
	else
		line_add(line, LINE_FAINT, "not known");
	line_end(line);
}

static void text_network(struct line *line, const struct output_run *run,
			 const struct lc_go_wait *wait)
{
	char span[32];

	if (wait->fd < 0)
		return;
	text_label(line, "object");
	line_add(line, LINE_PLAIN, "fd %d, to %s", wait->fd, wait->writes ? "write" : "read");
	if (wait->has_socket && wait->socket.object[0]) {
		line_add(line, LINE_PLAIN, ": ");
		line_put(line, LINE_PLAIN, wait->socket.object);
	}
	if (wait->until > run->now)
		line_add(line, LINE_PLAIN, "; deadline in %s",
			 duration_format(wait->until - run->now, span, sizeof(span)));
	else if (!wait->has_deadline)
		line_add(line, LINE_PLAIN, "; no deadline");
	line_end(line);
	if (wait->has_socket && wait->socket.owner_count) {
		text_label(line, "other end");
		line_put(line, LINE_PLAIN, wait->socket.owners[0].comm);
		line_add(line, LINE_PLAIN, " (%d), fd %d", wait->socket.owners[0].pid,
			 wait->socket.owners[0].fd);
		line_end(line);
	}
}

static void text_thread(struct line *line, const struct verdict_goroutines *record)
{
	const struct lc_wait *wait = record->thread ? record->thread->wait : NULL;

	line_add(line, LINE_PLAIN, ", in thread %d", record->goroutine->tid);
	if (!wait)
		return;
	line_add(line, LINE_PLAIN, ", which waits for ");
	line_put(line, LINE_PLAIN, wait->object[0] ? wait->object : lc_wait_kind_name(wait->kind));
}

static void text_bubble(struct line *line, const struct lc_go_wait *wait)
{
	if (!wait->bubble_root)
		return;
	text_label(line, "bubble");
	line_add(line, LINE_PLAIN, "of testing/synctest: its root is goroutine %llu",
		 (unsigned long long)wait->bubble_root);
	line_end(line);
}

/* That a channel is forgotten, or a word never comes, is said only where it was shown. */
static bool is_reported(const struct verdict_goroutines *record)
{
	enum lc_go_family family = lc_go_family_of(record->goroutine->kind);

	if (!family || record->conclusion.verdict < VERDICT_SUSPECT)
		return false;
	return family == LC_GO_FAMILY_EXTERNAL || record->unreachable || record->leaked ||
	       !strcmp(record->conclusion.rule, "nil-channel") ||
	       !strcmp(record->conclusion.rule, "empty-select");
}

static void text_wait_of(struct line *line, const struct output_run *run,
			 const struct verdict_goroutines *record)
{
	const struct lc_go_wait *wait = record->wait;
	enum lc_go_kind kind = record->goroutine->kind;
	char span[32];

	text_label(line, "waits for");
	line_add(line, LINE_PLAIN, "%s", lc_go_kind_name(kind));
	if (is_reported(record))
		line_add(line, LINE_FAINT, "  (%s)", families[lc_go_family_of(kind)]);
	if (kind == LC_GO_SLEEP && wait && wait->until > run->now)
		line_add(line, LINE_PLAIN, " of %s more",
			 duration_format(wait->until - run->now, span, sizeof(span)));
	if (record->goroutine->tid && (kind == LC_GO_IN_SYSCALL || kind == LC_GO_IN_CGO))
		text_thread(line, record);
	line_end(line);
	if (wait) {
		text_bubble(line, wait);
		text_cases(line, wait, record->goroutine->flags & LC_GO_UNREACHABLE);
		text_pool(line, wait);
		text_lock(line, kind, wait);
		text_holders(line, run, record);
		if (kind == LC_GO_NETWORK)
			text_network(line, run, wait);
	}
	text_path(line, lc_go_path_of(record->process, record->goroutine->goid));
	if (record->node != GRAPH_NONE)
		text_chain(line, run, record->node);
}

/* Whose place a person knows, where the group stands in a library. */
static void text_subject(struct line *line, const struct output_run *run,
			 const struct verdict_goroutines *record)
{
	char words[SUBJECT_WORDS];
	struct subject subject;

	if (!subject_of(run, record, &subject))
		return;
	text_label(line, "on behalf of");
	line_put(line, LINE_BOLD, subject.place->function);
	line_add(line, LINE_PLAIN, "  ");
	line_put(line, LINE_GREEN, subject.place->file);
	line_add(line, LINE_GREEN, ":%u", subject.place->line);
	line_end(line);
	text_label(line, "");
	if (subject.who)
		line_add(line, LINE_PLAIN, "%zu goroutine%s ", subject.who->count,
			 plural(subject.who->count));
	else
		line_add(line, LINE_PLAIN, "which ");
	line_put(line, LINE_PLAIN, subject_words(record, &subject, words, sizeof(words)));
	line_end(line);
}

static void text_dependents(struct line *line, const struct output_run *run,
			    const struct verdict_goroutines *record)
{
	size_t i;

	for (i = 0; i < record->dependent_count; i++) {
		const struct verdict_dependents *one = &record->dependents[i];
		const struct lc_frame *frame = text_telling_frame(run, one->goroutine->stack);

		text_label(line, i ? "" : "awaited by");
		line_add(line, LINE_PLAIN, "%zu goroutine%s", one->count, plural(one->count));
		if (frame) {
			line_add(line, LINE_PLAIN, ", in ");
			line_put(line, LINE_BOLD, frame->function);
			line_add(line, LINE_PLAIN, "  ");
			line_put(line, LINE_GREEN, frame->file);
			line_add(line, LINE_GREEN, ":%u", frame->line);
		}
		line_end(line);
	}
}

static void text_spawn(struct line *line, const struct output_run *run,
		       const struct verdict_goroutines *record)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, record->site->spawn_stack);
	const struct lc_frame *frame = stack && stack->frame_count ? &stack->frames[0] : NULL;

	if (!frame)
		return;
	text_label(line, "spawned");
	line_put(line, LINE_BOLD, stack->frames[stack->frame_count - 1].function);
	line_add(line, LINE_PLAIN, "  ");
	line_put(line, LINE_GREEN, frame->file);
	line_add(line, LINE_GREEN, ":%u", frame->line);
	line_end(line);
	if (!record->goroutine->parent_goid)
		return;
	text_label(line, "by");
	if (record->count == 1)
		line_add(line, LINE_PLAIN, "goroutine %llu%s",
			 (unsigned long long)record->goroutine->parent_goid,
			 record->orphans ? ", which has ended" : "");
	else if (record->orphans == record->count)
		line_add(line, LINE_PLAIN, "goroutines that have ended since");
	else if (record->orphans)
		line_add(line, LINE_PLAIN, "goroutines; %zu of them have ended since",
			 record->orphans);
	else
		line_add(line, LINE_PLAIN, "goroutines that live, the first of them %llu",
			 (unsigned long long)record->goroutine->parent_goid);
	line_end(line);
}

/* How long they have stood, where that tells more than the oldest and the youngest do. */
static void text_ages(struct line *line, const struct verdict_goroutines *record)
{
	char span[32];
	size_t classes = 0, i;

	for (i = 0; i < VERDICT_AGES; i++)
		classes += record->ages[i] > 0;
	if (classes < 2 || record->count < 3)
		return;
	text_label(line, "ages");
	for (i = 0, classes = 0; i < VERDICT_AGES; i++) {
		if (!record->ages[i])
			continue;
		line_add(line, LINE_PLAIN, "%s%zu %s ", classes++ ? ", " : "", record->ages[i],
			 i < VERDICT_AGES - 1 ? "below" : "over");
		line_add(line, LINE_PLAIN, "%s",
			 duration_format(verdict_age_bounds[i < VERDICT_AGES - 1 ? i : i - 1], span,
					 sizeof(span)));
	}
	line_end(line);
}

static void text_heap(struct line *line, const struct lc_go_process *process)
{
	long long mib = (long long)(process->heap_bytes >> 20);
	long long grown = mib - (long long)(process->first_heap_bytes >> 20);

	if (!process->heap_bytes)
		return;
	line_add(line, LINE_PLAIN, "; the process's heap: %lld MiB", mib);
	if (grown > 0)
		line_add(line, LINE_PLAIN, ", %lld MiB more than at the start", grown);
}

static void text_numbers(struct line *line, const struct output_run *run,
			 const struct verdict_goroutines *record)
{
	const struct trend *trend = &record->trend;
	char span[32];
	size_t i;

	text_ages(line, record);
	if (record->has_trend && trend->sweeps > 1) {
		text_label(line, "count");
		line_add(line, LINE_PLAIN, "%u now; %llu came and %llu went in %s (%+.2g a second)",
			 trend->count, (unsigned long long)trend->joined,
			 (unsigned long long)trend->left,
			 duration_format(trend->watched_ns, span, sizeof(span)),
			 trend->slope_per_s);
		line_end(line);
	}
	if (record->has_site_trend && record->process->sweep > 1) {
		text_label(line, "go statement");
		line_add(line, LINE_PLAIN,
			 "%llu live that it started; %llu started and %llu ended since",
			 (unsigned long long)record->site->living,
			 (unsigned long long)record->site->born,
			 (unsigned long long)record->site->ended);
		line_end(line);
	}
	for (i = 0; i < record->label_count; i++) {
		text_label(line, i ? "" : "labels");
		line_put(line, LINE_PLAIN, record->labels[i].text);
		line_add(line, LINE_FAINT, "  (%zu)", record->labels[i].count);
		line_end(line);
	}
	text_label(line, "memory");
	line_add(line, LINE_PLAIN, "%llu KiB of stacks",
		 (unsigned long long)record->stack_bytes >> 10);
	text_heap(line, record->process);
	line_end(line);
	text_retained(line, record->retained);
	(void)run;
}

int output_text_goroutines(FILE *stream, const struct output_style *style,
			   const struct output_run *run, const struct verdict_goroutines *record,
			   unsigned number)
{
	const struct conclusion *conclusion = &record->conclusion;
	struct line line = line_begin(stream, style);

	text_head(&line, run, record, number);
	text_labelled(&line, "why", conclusion->reason);
	text_labelled(&line, "proof", conclusion->proof);
	text_subject(&line, run, record);
	text_goids(&line, record);
	text_where_it_runs(&line, run, record->process->pid);
	text_wait_of(&line, run, record);
	if (record->goroutine->stack) {
		text_label(&line,
			   record->conclusion.verdict == VERDICT_RUNNING ? "at" : "blocked at");
		line_end(&line);
		text_stack(stream, style, run, record->goroutine->stack, LABEL_COLUMN + 4);
	}
	text_dependents(&line, run, record);
	text_spawn(&line, run, record);
	text_go_exact(&line, run, record);
	text_numbers(&line, run, record);
	text_labelled(&line, "remedy", remedy_of_goroutines(run, record));
	if (run->verbose)
		text_labelled(&line, "otherwise", conclusion->otherwise);
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}

int output_text_timers(FILE *stream, const struct output_style *style,
		       const struct verdict_timers *timers, unsigned number)
{
	struct line line = line_begin(stream, style);

	if (number)
		line_add(&line, LINE_BOLD, "#%u  ", number);
	line_add(&line, LINE_RED, "%s  ", text_verdict(timers->conclusion.verdict));
	line_put(&line, LINE_BOLD, timers->process->comm);
	line_add(&line, LINE_BOLD, " (%d)", timers->process->pid);
	line_add(&line, LINE_PLAIN, ": %llu timers", (unsigned long long)timers->process->timers);
	line_end(&line);
	text_labelled(&line, "why", timers->conclusion.reason);
	text_labelled(&line, "proof", timers->conclusion.proof);
	text_labelled(&line, "they call", timers->process->timer_function);
	text_labelled(&line, "remedy", timers->conclusion.remedy);
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
