// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folded stacks, as flamegraph.pl, inferno and speedscope read them: a line for each place, the
 * process's name and then the frames from the outermost on, and behind a blank how long all that
 * wait there have waited (ns), or how many they are.
 */
#include "output/escape.h"
#include "output/format.h"
#include "output/samples.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Is all from here on a number, as readers take it? */
static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789.") == strlen(text);
}

/*
 * A semicolon would end the frame. A number behind a blank at the end of a name would be read as
 * the line's value.
 */
static void put_name(FILE *stream, const char *clean)
{
	for (; *clean; clean++) {
		if (*clean == ';' || (*clean == ' ' && is_number(clean + 1)))
			fprintf(stream, "\\x%02x", *clean);
		else
			fputc(*clean, stream);
	}
}

/* As stackcollapse-perf.pl marks frames of the kernel, for colours. */
static void put_stack(FILE *stream, const struct output_run *run, uint32_t id, const char *mark)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	char name[SAMPLE_NAME_BYTES];
	size_t i;

	for (i = stack ? stack->frame_count : 0; i; i--) {
		fputc(';', stream);
		put_name(stream, sample_frame_name(&stack->frames[i - 1], name, sizeof(name)));
		fputs(mark, stream);
	}
}

static void put_fold(FILE *stream, const struct output_run *run, const struct fold *fold,
		     uint64_t value)
{
	char process[4 * LC_COMM_LEN + 1];

	put_name(stream, escape_text(fold->process, process, sizeof(process)));
	if (!fold->user_stack && !fold->kernel_stack)
		fputs(";[stack not known]", stream);
	put_stack(stream, run, fold->user_stack, "");
	put_stack(stream, run, fold->kernel_stack, "_[k]");
	fprintf(stream, " %llu\n", (unsigned long long)value);
}

static int put_folds(struct output_sink *sink, const struct output_report *report, bool counts)
{
	struct folds folds;
	size_t i;
	int r = folds_make(sink->run, report, &folds);

	if (r < 0)
		return r;
	/* Who waits for a time that is not known must not vanish. */
	for (i = 0; i < folds.count; i++)
		put_fold(sink->stream, sink->run, &folds.list[i],
			 counts ? folds.list[i].count : folds.list[i].ns ?: 1);
	folds_release(&folds);
	return fflush(sink->stream) || ferror(sink->stream) ? -EIO : 0;
}

static int end(struct output_sink *sink, const struct output_report *report)
{
	return put_folds(sink, report, /* counts= */ false);
}

static int end_counts(struct output_sink *sink, const struct output_report *report)
{
	return put_folds(sink, report, /* counts= */ true);
}

const struct output_format output_format_folded = {
	.name = "folded",
	.for_programs = true,
	.all_stacks = true,
	.end = end,
};

const struct output_format output_format_folded_count = {
	.name = "folded=count",
	.for_programs = true,
	.all_stacks = true,
	.end = end_counts,
};
