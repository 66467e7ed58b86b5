// SPDX-License-Identifier: GPL-2.0-only
/* The file of accepted findings: see check.h and verdict/baseline.h. */
#include "cmd/check.h"
#include "cmd/file.h"
#include "output/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LARGEST (16u << 20) /* bytes */

static const char new_comment[] = "why? ticket?";

static int read_all(const char *path, char **ret_text)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat file;
	ssize_t length;
	char *text;

	if (fd < 0 || fstat(fd, &file))
		return -errno;
	if (!S_ISREG(file.st_mode) || file.st_size > LARGEST)
		return -EFBIG;
	text = malloc((size_t)file.st_size + 1);
	if (!text)
		return -ENOMEM;
	length = read(fd, text, (size_t)file.st_size);
	if (length < 0) {
		free(text);
		return -EIO;
	}
	text[length] = '\0';
	*ret_text = text;
	return 0;
}

int check_read_baseline(struct check *check, struct error *error)
{
	const char *path = check->options->baseline;
	char *text = NULL;
	int r = path ? read_all(path, &text) : 0;

	if (r == -ENOENT && check->options->update_baseline)
		return 0;
	if (r < 0)
		return error_set(error, r, "cannot read the baseline '%s'", path);
	r = text ? baseline_parse(&check->baseline, text, error) : 0;
	free(text);
	return r;
}

static void say_expired(struct check *check, const struct found *found,
			const struct baseline_line *line)
{
	check_remark(check, "accepted until %s only, in the baseline: %s (%d): %.120s", line->until,
		     found->comm, found->pid, line->fingerprint);
}

void check_apply_baseline(struct check *check)
{
	const struct baseline_line *line = NULL;
	char today[BASELINE_DATE];
	time_t now = time(NULL);
	struct tm day;
	size_t i;

	strftime(today, sizeof(today), "%Y-%m-%d", gmtime_r(&now, &day));
	for (i = 0; i < check->founds.count; i++) {
		struct found *found = &check->founds.list[i];
		enum baseline_answer answer = baseline_ask(&check->baseline, found->fingerprint,
							   today, &line);

		found->known = answer == BASELINE_KNOWN;
		if (answer == BASELINE_EXPIRED)
			say_expired(check, found, line);
		if (answer == BASELINE_NEW && check->options->update_baseline &&
		    !baseline_add(&check->baseline, found->fingerprint, new_comment))
			found->known = true;
	}
}

int check_write_baseline(struct check *check)
{
	const char *path = check->options->baseline;
	char *text = check->options->update_baseline ? baseline_text(&check->baseline) : NULL;
	FILE *stream;
	int fd, r;

	if (!text)
		return check->options->update_baseline ? -ENOMEM : 0;
	fd = file_create(path);
	stream = fd < 0 ? NULL : fdopen(fd, "w");
	r = stream ? 0 : -errno;
	if (stream && (fputs(text, stream) < 0 || fclose(stream)))
		r = -EIO;
	free(text);
	if (r < 0)
		output_message("cannot write the baseline '%s': %s", path, strerror(-r));
	return r;
}
