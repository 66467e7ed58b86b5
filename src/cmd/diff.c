// SPDX-License-Identifier: GPL-2.0-only
/* leakhop diff: what two recordings have that is new, grown, or gone. */
#include "cmd/commands.h"
#include "cmd/compared.h"

#include <errno.h>

static int write_differences(const struct session_options *options, FILE *stream,
			     const struct compared *compared,
			     const struct verdict_differences *differences)
{
	unsigned found = 0, i;
	int r = output_differences(stream, options->format->for_programs, compared->origins,
				   differences, options->verbose);

	for (i = 0; i < CHANGE_KINDS; i++)
		found |= differences->changes[i] ? 1u << i : 0;
	return r < 0 ? r : found & options->fail_on ? EXIT_FOUND : EXIT_RAN;
}

static int diff(const struct options *options, FILE *stream, struct error *error)
{
	struct verdict_differences differences;
	struct verdict_groups groups[2] = {};
	struct compared compared;
	int r = compared_read(options, /* apart= */ true, &compared, groups, error);

	if (!r) {
		r = verdict_compare(&groups[0], &groups[1], &differences);
		if (!r) {
			r = write_differences(&options->session, stream, &compared, &differences);
			verdict_differences_release(&differences);
		}
		if (r < 0)
			error_set(error, r, "cannot write the differences");
	}
	verdict_groups_release(&groups[0]);
	verdict_groups_release(&groups[1]);
	compared_release(&compared);
	return r;
}

int command_diff(int argc, char **argv)
{
	struct options options;
	struct error error = {};
	struct file_document output;
	int r;

	options_parse(&options, "diff", argc, argv);
	r = session_open_output(&options.session, &output);
	if (r < 0) {
		error_set(&error, r, "cannot write '%s'", options.session.output);
		return session_fail(&options.session, -EIO, &error);
	}
	r = diff(&options, output.stream, &error);
	if (r < 0)
		r = session_fail(&options.session, r, &error);
	return session_close_output(&options.session, &output, r);
}
