// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words that functions were called with: see arguments.h. As printArgs() of
 * src/runtime/traceback.go.
 */
#include "runtimes/go/dump/arguments.h"

#include <string.h>

#define PCDATA_ARG_LIVE_INDEX 3
#define FUNCDATA_ARG_INFO 5
#define FUNCDATA_ARG_LIVE_INFO 6

enum { /* of the note; other bytes are an offset, and a size follows */
       NOTE_FAR = 0xfb,
       NOTE_MORE = 0xfc,
       NOTE_END = 0xfd,
       NOTE_BEGIN = 0xfe,
       NOTE_LAST = 0xff,
};

/* As many bytes as there are at vaddr; returns how many. */
static size_t copy_bytes(const struct go_image *image, uint64_t vaddr, uint8_t *buffer, size_t size)
{
	const uint8_t *bytes = NULL;

	while (size && !(bytes = go_image_bytes(image, vaddr, size)))
		size--; /* at the end of a segment */
	if (size)
		memcpy(buffer, bytes, size);
	return size;
}

void go_arguments_note(const struct go_image *image, const struct go_function *function,
		       uint64_t vaddr, struct go_argument_note *ret)
{
	uint64_t info = pclntab_function_data(image->table, function, FUNCDATA_ARG_INFO);
	uint64_t live = pclntab_function_data(image->table, function, FUNCDATA_ARG_LIVE_INFO);
	const uint8_t *start;

	memset(ret, 0, sizeof(*ret));
	if (!info)
		return;
	ret->size = copy_bytes(image, info, ret->info, sizeof(ret->info));
	ret->live_start = UINT8_MAX;
	start = live ? go_image_bytes(image, live, 1) : NULL;
	if (!start)
		return;
	ret->live_start = *start;
	ret->live_index = pclntab_data(image->table, function, PCDATA_ARG_LIVE_INDEX, vaddr);
	ret->has_live = ret->live_index > 0 && copy_bytes(image, live + (uint32_t)ret->live_index,
							  ret->live, sizeof(ret->live)) > 0;
}

static bool is_live(const struct go_argument_note *note, uint8_t offset, unsigned slot)
{
	return !note->has_live || offset < note->live_start || slot / 8 >= sizeof(note->live) ||
	       note->live[slot / 8] >> slot % 8 & 1;
}

static struct lc_go_argument read_value(const uint8_t *bytes, size_t size, uint8_t offset,
					uint8_t length)
{
	struct lc_go_argument argument = { .kind = LC_GO_ARGUMENT_VALUE };

	if (offset >= size || length > size - offset || length > 8)
		return (struct lc_go_argument){ .kind = LC_GO_ARGUMENT_FAR };
	memcpy(&argument.value, bytes + offset, length);
	return argument;
}

static enum lc_go_argument_kind kind_of(uint8_t byte)
{
	return byte == NOTE_FAR	   ? LC_GO_ARGUMENT_FAR
	       : byte == NOTE_MORE ? LC_GO_ARGUMENT_MORE
	       : byte == NOTE_END  ? LC_GO_ARGUMENT_END
				   : LC_GO_ARGUMENT_BEGIN;
}

size_t go_arguments_read(const struct go_argument_note *note, const uint8_t *bytes, size_t size,
			 struct lc_go_argument arguments[GO_ARGUMENTS_MAX])
{
	size_t at = 0, count = 0;
	unsigned slot = 0;
	uint8_t offset;

	while (at < note->size && note->info[at] != NOTE_LAST) {
		offset = note->info[at++];
		if (offset >= NOTE_FAR) {
			arguments[count++] = (struct lc_go_argument){ .kind = kind_of(offset) };
			continue;
		}
		if (at == note->size)
			break;
		arguments[count] = read_value(bytes, size, offset, note->info[at++]);
		arguments[count++].uncertain = !is_live(note, offset, slot);
		slot += offset >= note->live_start;
	}
	return count;
}
