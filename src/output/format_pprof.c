// SPDX-License-Identifier: GPL-2.0-only
/*
 * A profile of waits for pprof (github.com/google/pprof/blob/main/proto/profile.proto): of each how
 * many they are and how long they have waited, and as labels who, for what, and the verdict.
 */
#include "output/format.h"
#include "output/pprof_tables.h"
#include "output/samples.h"
#include "output/text_stack.h"

#include <errno.h>

#define MOST_LABELS 8
#define MOST_COMMENTS 12 /* what it is of, and what could not be seen */

/* What was found for the last sample is kept: a group's samples, which may be many, share it. */
struct writing {
	const struct output_run *run;
	struct pprof_tables *tables;
	uint32_t user_stack, kernel_stack, spawn_stack;
	uint64_t locations[PPROF_LOCATIONS];
	size_t location_count;
	int64_t spawn; /* string */
};

struct labels {
	struct pprof_tables *tables;
	Pprof__Label list[MOST_LABELS], *pointers[MOST_LABELS];
	size_t count;
};

static Pprof__Label *add_label(struct labels *labels, const char *key)
{
	Pprof__Label *label = &labels->list[labels->count];

	*label = (Pprof__Label)PPROF__LABEL__INIT;
	label->key = pprof_string(labels->tables, key);
	labels->pointers[labels->count++] = label;
	return label;
}

/* Nothing where there is nothing to say. */
static void add_text(struct labels *labels, const char *key, const char *text)
{
	if (text && text[0])
		add_label(labels, key)->str = pprof_string(labels->tables, text);
}

static void add_number(struct labels *labels, const char *key, uint64_t number)
{
	if (number)
		add_label(labels, key)->num = (int64_t)number;
}

/* "accept_clients leaky-server.c:74"; 0: not known. */
static int64_t spawn_string(const struct writing *writing, uint32_t stack)
{
	const struct lc_frame *frame = text_telling_frame(writing->run, stack);
	char name[SAMPLE_NAME_BYTES], text[SAMPLE_NAME_BYTES + 300];

	if (!frame)
		return 0;
	sample_frame_name(frame, name, sizeof(name));
	if (frame->line)
		snprintf(text, sizeof(text), "%s %.200s:%u", name, text_basename(frame->file),
			 frame->line);
	else
		snprintf(text, sizeof(text), "%s", name);
	return pprof_string(writing->tables, text);
}

static void look_up(struct writing *writing, const struct sample *sample)
{
	const struct lc_stacks *stacks = writing->run->stacks;

	if (sample->user_stack != writing->user_stack ||
	    sample->kernel_stack != writing->kernel_stack) {
		writing->location_count = 0;
		pprof_stack(writing->tables, lc_stacks_get(stacks, sample->kernel_stack),
			    writing->locations, &writing->location_count);
		pprof_stack(writing->tables, lc_stacks_get(stacks, sample->user_stack),
			    writing->locations, &writing->location_count);
	}
	if (sample->spawn_stack != writing->spawn_stack)
		writing->spawn = spawn_string(writing, sample->spawn_stack);
	writing->user_stack = sample->user_stack;
	writing->kernel_stack = sample->kernel_stack;
	writing->spawn_stack = sample->spawn_stack;
}

static void add_labels(struct labels *labels, const struct writing *writing,
		       const struct sample *sample)
{
	char process[LC_COMM_LEN + 16];

	snprintf(process, sizeof(process), "%s (%d)", sample->process, sample->pid);
	add_text(labels, "process", process);
	add_number(labels, "tid", sample->tid);
	add_text(labels, "thread", sample->thread);
	add_number(labels, "goid", sample->goid);
	add_text(labels, "wait", sample->wait);
	add_text(labels, "verdict", sample->ended ? "ended" : verdict_name(sample->verdict));
	if (writing->spawn)
		add_label(labels, "spawn")->str = writing->spawn;
}

static int put_sample(void *context, const struct sample *reported)
{
	struct writing *writing = context;
	struct labels labels = { .tables = writing->tables };
	int64_t values[] = { (int64_t)reported->count, (int64_t)reported->ns,
			     (int64_t)reported->retained_bytes };
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	Pprof__Sample sample = PPROF__SAMPLE__INIT, *samples = &sample;

	look_up(writing, reported);
	add_labels(&labels, writing, reported);
	sample.n_location_id = writing->location_count;
	sample.location_id = writing->locations;
	sample.n_value = 3;
	sample.value = values;
	sample.n_label = labels.count;
	sample.label = labels.pointers;
	piece.n_sample = 1;
	piece.sample = &samples;
	pprof_write(writing->tables, &piece);
	return pprof_error(writing->tables);
}

static void put_heading(struct pprof_tables *tables, const struct output_run *run)
{
	Pprof__ValueType count = PPROF__VALUE_TYPE__INIT, delay = PPROF__VALUE_TYPE__INIT;
	Pprof__ValueType retained = PPROF__VALUE_TYPE__INIT;
	Pprof__ValueType *types[] = { &count, &delay, &retained };
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	char words[256];
	int64_t comments[MOST_COMMENTS];
	size_t i, comment_count = 0;

	count.type = pprof_string(tables, "blocked");
	count.unit = pprof_string(tables, "count");
	delay.type = pprof_string(tables, "delay");
	delay.unit = pprof_string(tables, "nanoseconds");
	retained.type = pprof_string(tables, "retained_bytes");
	retained.unit = pprof_string(tables, "bytes");
	snprintf(words, sizeof(words), "leakhop %s %s on %s, Linux %s", run->version, run->command,
		 run->host, run->kernel);
	comments[comment_count++] = pprof_string(tables, words);
	for (i = 0; run->limits && run->limits[i] && comment_count < MOST_COMMENTS; i++)
		comments[comment_count++] = pprof_string(tables, run->limits[i]);
	piece.n_sample_type = 3;
	piece.sample_type = types;
	piece.n_comment = comment_count;
	piece.comment = comments;
	piece.time_nanos = run->started;
	piece.duration_nanos = run->ended > run->started ? run->ended - run->started : 0;
	piece.default_sample_type = delay.type;
	pprof_write(tables, &piece);
}

static int write_profile(struct gzip *gzip, const struct output_run *run,
			 const struct output_report *report)
{
	struct writing writing = { .run = run };
	int r = pprof_tables_create(gzip, &writing.tables);

	if (r < 0)
		return r;
	put_heading(writing.tables, run);
	r = samples_each(run, report, put_sample, &writing);
	pprof_write_mappings(writing.tables);
	r = r ?: pprof_error(writing.tables);
	pprof_tables_free(writing.tables);
	return r;
}

static int end(struct output_sink *sink, const struct output_report *report)
{
	struct gzip gzip;
	int r = gzip_begin(&gzip, sink->stream);

	if (r < 0)
		return r;
	r = gzip_end(&gzip, write_profile(&gzip, sink->run, report));
	if (!r && (fflush(sink->stream) || ferror(sink->stream)))
		r = -EIO;
	return r;
}

const struct output_format output_format_pprof = {
	.name = "pprof",
	.for_programs = true,
	.all_stacks = true,
	.is_file = true,
	.end = end,
};
