// SPDX-License-Identifier: GPL-2.0-only
/* See found_words.h. */
#include "output/found_words.h"
#include "output/escape.h"

#include <string.h>

const struct found_site *found_line(const struct found *found)
{
	if (found->kind == FOUND_LEFT && found->spawn.line)
		return &found->spawn;
	if (found->block.line)
		return &found->block;
	return found->spawn.line ? &found->spawn : NULL;
}

const char *found_path(const struct found_summary *summary, const char *file)
{
	size_t length = strlen(summary->folder);

	if (length > 1 && !strncmp(file, summary->folder, length) && file[length] == '/')
		return file + length + 1;
	return file;
}

const char *found_sentence(const struct found *found, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s (%d): %s%s%s", found->comm, found->pid, found->title,
		 *found->test ? "; in test " : "", found->test);
	return buffer;
}

const char *found_case(const struct found *found)
{
	return *found->test ? found->test : found->comm;
}

void found_put(FILE *stream, const char *text, const char *(*escape)(char c))
{
	const char *instead;
	size_t length;

	for (; *text; text += length ? length : 1) {
		length = escape_utf8_length(text, NULL);
		if (!length || ((unsigned char)*text < ' ' && *text != '\n' && *text != '\t') ||
		    *text == 0x7f) {
			fputs("\xef\xbf\xbd", stream);
			length = 1;
			continue;
		}
		instead = length == 1 ? escape(*text) : NULL;
		if (instead)
			fputs(instead, stream);
		else
			fwrite(text, 1, length, stream);
	}
}
