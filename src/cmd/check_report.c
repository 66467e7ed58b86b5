// SPDX-License-Identifier: GPL-2.0-only
/* The end of a check: its reports, and with what it ends. See check.h. */
#include "cmd/check.h"
#include "cmd/file.h"
#include "cmd/found_record.h"
#include "cmd/heading.h"
#include "cmd/saving.h"
#include "output/message.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Was anything looked at, if only that a process of one thread has ended? */
static bool has_looked(const struct check *check)
{
	return check->session.observer.threads_seen || check->ends > check->unread + check->passed;
}

static int own_exit_code(const struct check *check)
{
	if (check->timed_out_at)
		return 124;
	return WIFSIGNALED(check->status) ? 128 + WTERMSIG(check->status)
					  : WEXITSTATUS(check->status);
}

static int exit_code_of(const struct check *check, size_t fresh)
{
	int own = own_exit_code(check);

	return !own && fresh ? check->options->exit_code : own;
}

static size_t count_fresh(const struct check *check)
{
	size_t i, fresh = 0;

	for (i = 0; i < check->founds.count; i++)
		fresh += !check->founds.list[i].known;
	return fresh;
}

/* The command as it was given, cut. */
static const char *command_words(char *const *argv, char *buffer, size_t size)
{
	size_t used = 0;

	*buffer = '\0';
	for (; *argv && used < size; argv++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? " " : "",
					 *argv);
	return buffer;
}

static void note_bounds(struct check *check)
{
	const char *limit;
	size_t i;

	if (check->unheld + check->passed)
		check_remark(check,
			     "%llu processes ended without being looked at: too many at a time",
			     (unsigned long long)(check->unheld + check->passed));
	if (check->founds.refused)
		check_remark(check, "%llu findings more than are kept",
			     (unsigned long long)check->founds.refused);
	for (i = 0; check->options->session.verbose &&
		    (limit = collect_limit(check->session.observer.collect, i));
	     i++)
		check_remark(check, "%s", limit);
}

/* --- files --- */

/* Accepted ones that were not there. */
static size_t list_gone(const struct check *check, const char **gone)
{
	size_t i, count = 0;

	for (i = 0; i < check->baseline.count; i++) {
		if (!check->baseline.list[i].found)
			gone[count++] = check->baseline.list[i].fingerprint;
	}
	return count;
}

typedef int (*form)(FILE *stream, const struct found_summary *summary);

static int write_file(const char *path, form write, const struct found_summary *summary)
{
	struct file_document document;
	int r = file_begin_document(path, /* grows= */ false, &document), closed;

	if (!r) {
		r = write(document.stream, summary);
		closed = file_end_document(&document, !r);
		r = r ?: closed;
	}
	if (r < 0)
		output_message("cannot write '%s': %s", path, strerror(-r));
	return r;
}

/* What other steps have written there stays. */
static int add_to_step_summary(const struct found_summary *summary)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	FILE *stream;
	int r;

	if (!path || !*path)
		return 0;
	stream = fopen(path, "ae");
	r = stream ? found_markdown(stream, summary) : -errno;
	if (stream && fclose(stream) && !r)
		r = -errno;
	if (r < 0)
		output_message("cannot write '%s' (GITHUB_STEP_SUMMARY): %s", path, strerror(-r));
	return r;
}

static int annotate(const struct check_options *options, const struct found_summary *summary)
{
	if (options->annotate == CHECK_ANNOTATE_GITHUB)
		return found_annotate_github(stdout, summary);
	if (options->annotate == CHECK_ANNOTATE_GITLAB)
		return write_file(options->annotations, found_annotate_gitlab, summary);
	return 0;
}

/* All that were asked for, whatever becomes of one of them. */
static int write_all(const struct check_options *options, const struct found_summary *summary)
{
	int r = add_to_step_summary(summary), one;

	one = options->junit ? write_file(options->junit, found_junit, summary) : 0;
	r = r ?: one;
	one = options->sarif ? write_file(options->sarif, found_sarif, summary) : 0;
	r = r ?: one;
	one = annotate(options, summary);
	return r ?: one;
}

/* The recording's end: what was found, and the model as it is now. */
static int end_recording(struct check *check)
{
	struct session *session = &check->session;
	struct output_report report = {};
	struct heading head;

	if (!session->recorder)
		return 0;
	saving_name_all(session);
	heading_fill(session, &head);
	found_record_note(session->recorder, &check->founds);
	saving_end(session, &head.run, &report);
	return recorder_has_failed(session->recorder) ? -EIO : 0;
}

/* The strings of a summary. */
struct words {
	const char *remarks[CHECK_REMARKS];
	char command[400], folder[PATH_MAX];
	const char **gone;
};

static void sum_up(struct check *check, struct words *words, struct found_summary *ret)
{
	size_t i;

	for (i = 0; i < check->remark_count; i++)
		words->remarks[i] = check->remarks[i];
	*ret = (struct found_summary){
		.founds = &check->founds,
		.processes = check->processes,
		.process_count = check->process_count,
		.tests = check->blame.tests,
		.test_count = check->blame.test_count,
		.command = command_words(check->options->session.child_argv, words->command,
					 sizeof(words->command)),
		.folder = getcwd(words->folder, sizeof(words->folder)) ? words->folder : "",
		.remarks = words->remarks,
		.remark_count = check->options->session.quiet ? 0 : check->remark_count,
		.gone = words->gone,
		.gone_count = list_gone(check, words->gone),
		.ends = check->ends,
		.duration_ns = now_monotonic() - check->begun,
		.fresh = count_fresh(check),
		.verdict_line = *check->stopped_by ? check->stopped_by : NULL,
	};
}

/* All forms, whatever becomes of one of them. Returns 0 or the first error. */
static int write_reports(struct check *check, const struct found_summary *summary)
{
	int r = found_text(check->session.out.stream, summary), failed;

	failed = write_all(check->options, summary);
	r = r ?: failed;
	failed = end_recording(check);
	r = r ?: failed;
	failed = check_write_baseline(check);
	return r ?: failed;
}

int check_report(struct check *check)
{
	struct found_summary summary;
	struct words words = {};
	int code, r;

	words.gone = calloc(check->baseline.count + 1, sizeof(*words.gone));
	if (!words.gone)
		return EXIT_COULD_NOT;
	check_apply_baseline(check);
	note_bounds(check);
	code = exit_code_of(check, count_fresh(check));
	if (!code && !has_looked(check)) {
		code = EXIT_NOT_POSSIBLE;
		output_message("nothing could be looked at: this check says nothing");
	}
	sum_up(check, &words, &summary);
	summary.exit_code = code;
	r = write_reports(check, &summary);
	free(words.gone);
	return r < 0 && !own_exit_code(check) ? EXIT_COULD_NOT : code;
}
