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

/* C0 and C1 controls, and what turns the direction of a line around. */
static bool is_harmless(unsigned code)
{
	return code >= 0x20 && !(code >= 0x7f && code < 0xa0) &&
	       !(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
	       !(code >= 0x2066 && code <= 0x2069) && code != 0xfeff;
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
