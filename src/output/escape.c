// SPDX-License-Identifier: GPL-2.0-only
/* Makes hostile strings harmless: see escape.h. UTF-8: RFC 3629. */
#include "output/escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

size_t escape_utf8_length(const char *text, unsigned *ret_code)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t length = s[0] < 0x80   ? 1
			: s[0] < 0xc2 ? 0
			: s[0] < 0xe0 ? 2
			: s[0] < 0xf0 ? 3
			: s[0] < 0xf5 ? 4
				      : 0;
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned code = length == 1 ? s[0] : s[0] & (0x7f >> length);
	size_t i;

	for (i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (!length || code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	if (ret_code)
		*ret_code = code;
	return length;
}

/*
 * What is not seen, or makes other text look as it is not: controls (C0, C1), format characters
 * (UnicodeData.txt of Unicode 16, category Cf: bidirectional controls, joiners, tags), line and
 * paragraph separators, fillers and selectors of variants that are blank, private use, and what is
 * no character.
 */
static const struct {
	unsigned from, to;
} unseen[] = {
	{ 0x00, 0x1f },	       { 0x7f, 0x9f },	     { 0xad, 0xad },	   { 0x34f, 0x34f },
	{ 0x600, 0x605 },      { 0x61c, 0x61c },     { 0x6dd, 0x6dd },	   { 0x70f, 0x70f },
	{ 0x890, 0x891 },      { 0x8e2, 0x8e2 },     { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },    { 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0x3164, 0x3164 },    { 0xe000, 0xf8ff },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },    { 0xfff0, 0xfffb },   { 0xfffe, 0xffff },   { 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd },  { 0x13430, 0x1345f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0x10ffff },
};

static bool is_harmless(unsigned code)
{
	size_t i = 0;

	/* They rise, so nearly all of a text is done with at the second. */
	while (i < sizeof(unseen) / sizeof(unseen[0]) && code > unseen[i].to)
		i++;
	return i == sizeof(unseen) / sizeof(unseen[0]) || code < unseen[i].from;
}

const char *escape_text(const char *text, char *buffer, size_t size)
{
	size_t used = 0, length, i;
	unsigned code;

	while (*text && used + 1 < size) {
		length = escape_utf8_length(text, &code);
		if (length && is_harmless(code)) {
			if (used + length >= size)
				break;
			memcpy(buffer + used, text, length);
			used += length;
			text += length;
			continue;
		}
		for (i = 0; i < (length ? length : 1) && used + 4 < size; i++)
			used += snprintf(buffer + used, size - used, "\\x%02x",
					 (unsigned char)text[i]);
		text += length ? length : 1;
	}
	buffer[used] = '\0';
	return buffer;
}
