// SPDX-License-Identifier: GPL-2.0-only
/* From several recordings to groups: see compared.h. */
#include "cmd/compared.h"
#include "cmd/joined.h"

#include <errno.h>
#include <stdlib.h>

static int take_report(const struct output_report *report, const struct lc_stacks *stacks,
		       size_t source, struct verdict_groups *groups)
{
	int r = verdict_groups_take(groups, &report->findings, stacks, source);

	r = r ?: verdict_groups_take(groups, &report->suspects, stacks, source);
	r = r ?: verdict_groups_take(groups, &report->waits, stacks, source);
	return r ?: verdict_groups_take_goroutines(groups, &report->goroutines, stacks, source);
}

static int take(struct compared *compared, size_t number, struct verdict_groups *groups)
{
	struct recorded *file = &compared->files[number];
	struct report_source source = recorded_source(file, &compared->options[number]);
	struct output_report report = {};
	size_t before = groups->count;
	int r = reporting_make(&source, &report);

	r = r ?: take_report(&report, file->recording.stacks, number, groups);
	reporting_release(&report);
	compared->origins[number].groups = groups->count - before;
	return r;
}

static int read_document(const struct options *options, struct compared *compared, size_t number,
			 struct verdict_groups *groups, struct error *error)
{
	size_t before = groups->count;
	int r;

	compared->count = number + 1;
	r = document_read(options->files[number], &options->session, number,
			  &compared->documents[number], groups, &compared->origins[number], error);
	compared->origins[number].groups = groups->count - before;
	return r;
}

/* What one recording says of options is not for the next. */
static int read_one(const struct options *options, struct compared *compared, size_t number,
		    bool apart, struct verdict_groups *groups, struct error *error)
{
	struct recorded *file = &compared->files[number];
	struct options own = *options;
	int r;

	if (document_is_one(options->files[number]))
		return read_document(options, compared, number, groups, error);
	own.session.observe.collect.filter.pids = options->pids;
	own.session.observe.collect.filter.tids = options->tids;
	r = recorded_read(&own, options->files[number], file, error);
	if (r < 0)
		return r;
	compared->options[number] = own.session;
	compared->count = number + 1;
	compared->origins[number] = (struct output_origin){
		.path = options->files[number],
		.host = file->recording.run.host,
		.command = file->recording.run.command,
		.at = file->recording.run.ended,
	};
	/* Together, each is judged when all are there. */
	r = apart ? take(compared, number, groups) : 0;
	return r < 0 ? error_set(error, r, "cannot compare '%s'", options->files[number]) : 0;
}

int compared_read(const struct options *options, bool apart, struct compared *compared,
		  struct verdict_groups *groups, struct error *error)
{
	size_t i;
	int r = 0;

	*compared = (struct compared){
		.files = calloc(options->file_count, sizeof(*compared->files)),
		.documents = calloc(options->file_count, sizeof(*compared->documents)),
		.options = calloc(options->file_count, sizeof(*compared->options)),
		.origins = calloc(options->file_count, sizeof(*compared->origins)),
	};
	if (!compared->files || !compared->documents || !compared->options || !compared->origins)
		return error_set(error, -ENOMEM, "cannot compare");
	for (i = 0; i < options->file_count && !r; i++)
		r = read_one(options, compared, i, apart, &groups[apart ? i : 0], error);
	if (r || apart)
		return r;
	r = joined_join(compared->files, compared->count);
	for (i = 0; i < compared->count && !r; i++) {
		if (!compared->documents[i].root)
			r = take(compared, i, groups);
	}
	return r < 0 ? error_set(error, r, "cannot compare the files") : 0;
}

void compared_release(struct compared *compared)
{
	size_t i;

	for (i = 0; i < compared->count; i++) {
		recorded_release(&compared->files[i]);
		document_release(&compared->documents[i]);
	}
	free(compared->files);
	free(compared->documents);
	free(compared->options);
	free(compared->origins);
	*compared = (struct compared){};
}
