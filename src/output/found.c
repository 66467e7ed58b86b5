// SPDX-License-Identifier: GPL-2.0-only
/* Copies of what is found, made while its process can still be asked: see found.h. */
#include "output/found.h"
#include "output/call_site.h"
#include "output/remedy.h"
#include "output/subject.h"
#include "output/text_stack.h"
#include "util/plural.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 200 /* of a function in a title or fingerprint */

const char *found_kind_name(enum found_kind kind)
{
	static const char *const names[] = { "stuck", "left over", "left behind" };

	return names[kind];
}

static char *words(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

static char *words(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

static void free_one(struct found *found)
{
	free(found->block.function);
	free(found->block.file);
	free(found->block.module);
	free(found->spawn.function);
	free(found->spawn.file);
	free(found->spawn.module);
	free(found->test);
	free(found->title);
	free(found->reason);
	free(found->proof);
	free(found->remedy);
	free(found->text);
	free(found->fingerprint);
}

void found_release(struct founds *founds)
{
	size_t i;

	for (i = 0; i < founds->count; i++)
		free_one(&founds->list[i]);
	free(founds->list);
	*founds = (struct founds){};
}

void found_drop_stuck(struct founds *founds, pid_t pid, uint64_t look)
{
	size_t i, kept = 0;

	for (i = 0; i < founds->count; i++) {
		struct found *found = &founds->list[i];

		if (found->kind == FOUND_STUCK && found->pid == pid && found->look < look)
			free_one(found);
		else
			founds->list[kept++] = *found;
	}
	founds->count = kept;
}

/* --- where --- */

static void take_site(struct found_site *site, const struct lc_frame *frame)
{
	site->function = strdup(frame ? frame->function : "");
	site->file = strdup(frame ? frame->file : "");
	site->module = strdup(frame ? frame->module : "");
	site->line = frame ? frame->line : 0;
}

/* The function that a thread runs: the outermost one that is not the language's own. */
static const struct lc_frame *entry_of(const struct output_run *run, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	size_t i;

	for (i = stack ? stack->frame_count : 0; i > 0; i--) {
		if (stack->frames[i - 1].function[0] &&
		    !call_site_is_runtime(&stack->frames[i - 1]))
			return &stack->frames[i - 1];
	}
	return NULL;
}

/* A name as one word of a fingerprint: what separates these, and what is no text, is not in it. */
static const char *print_word(const char *name, char *buffer, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && name[i]; i++)
		buffer[i] = (unsigned char)name[i] < ' ' || name[i] == '|' || name[i] == '#' ||
					    name[i] == 0x7f
				    ? '?'
				    : name[i];
	buffer[i] = '\0';
	return i ? buffer : "?";
}

static char *fingerprint(const char *what, const char *wait, const char *block, const char *spawn)
{
	char w[NAME_BYTES], b[NAME_BYTES], s[NAME_BYTES];

	return words("%s | %s | %s | %s", what, print_word(wait, w, sizeof(w)),
		     print_word(block, b, sizeof(b)), print_word(spawn, s, sizeof(s)));
}

/* "worker (pool.c:31)" */
static void place(char *buffer, size_t size, const struct found_site *site)
{
	int used = snprintf(buffer, size, "%.*s", NAME_BYTES, site->function);

	if (site->line && used >= 0 && (size_t)used < size)
		snprintf(buffer + used, size - used, " (%s:%u)", text_basename(site->file),
			 site->line);
}

/* name: of the one thread, where it has one that is not its process's; else "". */
static char *title(const struct found *found, const char *name, const char *wait)
{
	char block[NAME_BYTES * 2], spawn[NAME_BYTES * 2];

	place(block, sizeof(block), &found->block);
	place(spawn, sizeof(spawn), &found->spawn);
	return words("%zu %s%s %s%s%s%s%s%s%s%s%s", found->count, found->noun, plural(found->count),
		     found_kind_name(found->kind), *wait || *name ? ": " : "", name,
		     *wait && *name ? ", " : "", wait, *block ? " in " : "", block,
		     *spawn ? ", started in " : "", spawn);
}

/* --- the list --- */

static bool is_same(const struct found *a, const struct found *b)
{
	return !strcmp(a->test, b->test) && a->pid == b->pid && a->goroutines == b->goroutines &&
	       a->stack == b->stack && a->spawn_stack == b->spawn_stack &&
	       a->start_time == b->start_time;
}

static struct found *find(const struct founds *founds, const struct found *like)
{
	size_t i;

	for (i = 0; i < founds->count; i++) {
		if (is_same(&founds->list[i], like))
			return &founds->list[i];
	}
	return NULL;
}

static int room(struct founds *founds)
{
	struct found *grown;

	if (founds->count == FOUND_MAX) {
		founds->refused++;
		return -ENOSPC;
	}
	if (founds->count < founds->capacity)
		return 0;
	grown = reallocarray(founds->list, founds->capacity * 2 + 16, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	founds->list = grown;
	founds->capacity = founds->capacity * 2 + 16;
	return 0;
}

static bool is_whole(const struct found *found)
{
	return found->block.function && found->block.file && found->block.module &&
	       found->spawn.function && found->spawn.file && found->spawn.module && found->test &&
	       found->title && found->reason && found->proof && found->remedy && found->text &&
	       found->fingerprint;
}

/* Takes the strings of *added, whatever comes of it. */
static int keep(struct founds *founds, struct found *added)
{
	int r = is_whole(added) ? room(founds) : -ENOMEM;

	if (r < 0)
		free_one(added);
	else
		founds->list[founds->count++] = *added;
	return r;
}

static void count_again(struct found *found)
{
	const char *rest;
	char *title;

	if (found->count_now <= found->count)
		return;
	found->count = found->count_now;
	rest = found->noun ? strstr(found->title, found_kind_name(found->kind)) : NULL;
	title = rest ? words("%zu %s%s %s", found->count, found->noun, plural(found->count), rest)
		     : NULL;
	if (!title)
		return;
	free(found->title);
	found->title = title;
}

/* What is known of its place is still so: how many there are, and what is concluded now. */
static bool seen_again(struct founds *founds, const struct found *like, uint64_t look)
{
	struct found *known = find(founds, like);

	if (!known)
		return false;
	/* What was stuck is left over now, and told as that. */
	if (known->kind != like->kind && like->kind == FOUND_LEFT) {
		free_one(known);
		*known = founds->list[--founds->count];
		return false;
	}
	known->count_now = known->look == look ? known->count_now + like->count : like->count;
	known->look = look;
	count_again(known);
	return true;
}

static void take_conclusion(struct found *found, const struct conclusion *conclusion,
			    const char *remedy)
{
	found->verdict = conclusion->verdict;
	found->reason = strdup(conclusion->reason);
	found->proof = strdup(conclusion->proof);
	found->remedy = strdup(remedy);
}

/* --- records --- */

/* Of threads, or of goroutines: the other is NULL. */
static char *text_of(const struct output_run *run, const struct verdict_record *threads,
		     const struct verdict_goroutines *goroutines)
{
	const struct output_style style = {};
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	if (threads)
		output_text_record(stream, &style, run, threads, 0);
	else
		output_text_goroutines(stream, &style, run, goroutines, 0);
	fclose(stream);
	return text;
}

/* By what it runs, not by where it was spawned: without privilege the latter is not known. */
static char *thread_print(const struct output_run *run, const struct found *found, const char *wait)
{
	const struct lc_frame *entry = entry_of(run, found->stack);

	return fingerprint("thread", wait, found->block.function, entry ? entry->function : "");
}

int found_add_thread(struct founds *founds, enum found_kind kind, const struct output_run *run,
		     const struct verdict_record *record, const char *test, uint64_t look)
{
	const struct lc_thread *thread = record->thread;
	const char *wait = thread->wait ? lc_wait_kind_name(thread->wait->kind) : "";
	struct found found = { .kind = kind,
			       .pid = thread->task.pid,
			       .count = record->count,
			       .count_now = record->count,
			       .noun = "thread",
			       .stack = record->user_stack ?: record->kernel_stack,
			       .spawn_stack = thread->spawn_stack,
			       .start_time = thread->start_time,
			       .look = look,
			       .test = (char *)(test ?: "") };
	bool named = record->count == 1 && strcmp(thread->task.comm, thread->process_comm) != 0;
	char remedy[REMEDY_BYTES];

	if (seen_again(founds, &found, look))
		return 0;
	memcpy(found.comm, thread->process_comm, sizeof(found.comm));
	take_site(&found.block, text_telling_frame(run, found.stack));
	take_site(&found.spawn, text_telling_frame(run, found.spawn_stack));
	take_conclusion(&found, &record->conclusion,
			remedy_words(run, &record->conclusion, remedy, sizeof(remedy)));
	found.test = strdup(found.test);
	found.title = found.block.function && found.spawn.function
			      ? title(&found, named ? thread->task.comm : "", wait)
			      : NULL;
	found.text = text_of(run, record, NULL);
	found.fingerprint = !found.block.function ? NULL : thread_print(run, &found, wait);
	return keep(founds, &found);
}

int found_add_goroutines(struct founds *founds, enum found_kind kind, const struct output_run *run,
			 const struct verdict_goroutines *record, const char *test, uint64_t look)
{
	const struct lc_stack *spawn = lc_stacks_get(run->stacks, record->site->spawn_stack);
	const char *wait = record->goroutine->kind ? lc_go_kind_name(record->goroutine->kind) : "";
	struct found found = { .kind = kind,
			       .goroutines = true,
			       .pid = record->process->pid,
			       .count = record->count,
			       .count_now = record->count,
			       .noun = "goroutine",
			       .stack = record->goroutine->stack,
			       .spawn_stack = record->site->spawn_stack,
			       .start_time = record->process->start_time,
			       .look = look,
			       .test = (char *)(test ?: "") };

	struct subject subject;

	if (seen_again(founds, &found, look))
		return 0;
	memcpy(found.comm, record->process->comm, sizeof(found.comm));
	take_site(&found.block, subject_of(run, record, &subject)
					? subject.place
					: text_telling_frame(run, found.stack));
	/* The go statement, whoever's it is. */
	take_site(&found.spawn, spawn && spawn->frame_count ? &spawn->frames[0] : NULL);
	take_conclusion(&found, &record->conclusion, remedy_of_goroutines(run, record));
	found.test = strdup(found.test);
	found.title = found.block.function && found.spawn.function ? title(&found, "", wait) : NULL;
	found.text = text_of(run, NULL, record);
	found.fingerprint = fingerprint("goroutine", wait, found.block.function ?: "",
					found.spawn.function ?: "");
	return keep(founds, &found);
}

int found_add_timers(struct founds *founds, const struct output_run *run,
		     const struct verdict_timers *timers, uint64_t look)
{
	struct found found = { .kind = FOUND_STUCK,
			       .goroutines = true,
			       .pid = timers->process->pid,
			       .count = timers->process->timers,
			       .start_time = timers->process->start_time,
			       .look = look,
			       .test = "" };

	(void)run;
	if (seen_again(founds, &found, look))
		return 0;
	memcpy(found.comm, timers->process->comm, sizeof(found.comm));
	take_site(&found.block, NULL);
	take_site(&found.spawn, NULL);
	take_conclusion(&found, &timers->conclusion, timers->conclusion.remedy);
	found.test = strdup("");
	found.title = words("%zu timers, and ever more", found.count);
	found.text = strdup("");
	found.fingerprint = fingerprint("timers", "", timers->process->timer_function, "");
	return keep(founds, &found);
}

int found_add_process(struct founds *founds, pid_t pid, const char *comm, const char *test,
		      const char *waits)
{
	struct found found = {
		.kind = FOUND_PROCESS, .verdict = VERDICT_LEAK, .pid = pid, .count = 1
	};

	snprintf(found.comm, sizeof(found.comm), "%s", comm);
	take_site(&found.block, NULL);
	take_site(&found.spawn, NULL);
	found.test = strdup(test ?: "");
	found.title = words("left behind: it lives, and the command has ended%s%s",
			    *waits ? "; " : "", waits);
	found.reason = strdup("nobody has ended it or waited for it");
	found.proof = strdup("");
	found.remedy = strdup("end it, and wait for it, before the command ends");
	found.text = strdup("");
	found.fingerprint = fingerprint("process", "", comm, "");
	return keep(founds, &found);
}

const struct lc_frame *found_frame(const struct output_run *run, uint32_t stack)
{
	return text_telling_frame(run, stack);
}
