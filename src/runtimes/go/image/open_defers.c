// SPDX-License-Identifier: GPL-2.0-only
/* What the compiler notes of open-coded defers: see open_defers.h. */
#include "runtimes/go/image/open_defers.h"

#define FUNCDATA_OPEN_CODED_DEFER_INFO 4 /* internal/abi/symtab.go */
#define FRAME_MAX (1u << 30)		 /* bytes, of any offset */
#define ARGUMENTS_MAX 64
#define SLOT 8

struct reader {
	const struct go_image *image;
	uint64_t at; /* vaddr */
	bool bad;
};

static uint32_t varint(struct reader *reader)
{
	const uint8_t *byte;
	uint64_t value = 0;
	unsigned shift;

	for (shift = 0; shift < 35 && !reader->bad; shift += 7) {
		byte = go_image_bytes(reader->image, reader->at++, 1);
		if (!byte)
			break;
		value |= (uint64_t)(*byte & 0x7f) << shift;
		if (!(*byte & 0x80) && value <= FRAME_MAX)
			return (uint32_t)value;
	}
	reader->bad = true;
	return 0;
}

/* 1.17 notes where the arguments are, if there are any: not where each call is a closure. */
static void skip_arguments(struct reader *reader)
{
	uint32_t count = varint(reader), i;

	reader->bad |= count > ARGUMENTS_MAX;
	for (i = 0; i < count * 3 && !reader->bad; i++)
		(void)varint(reader);
}

/* Each by itself, the last statement first. */
static void read_each(struct reader *reader, struct go_open_defers *defers)
{
	bool arguments = reader->image->version < GO_VERSION(1, 18, 0);
	uint32_t i;

	defers->count = varint(reader);
	reader->bad |= !defers->count || defers->count > GO_OPEN_DEFERS_MAX;
	for (i = defers->count; i > 0 && !reader->bad; i--) {
		if (arguments)
			(void)varint(reader); /* their size */
		defers->slots[i - 1] = varint(reader);
		if (arguments)
			skip_arguments(reader);
	}
}

/* The first; the others lie behind it. Those that would not lie below varp are not there. */
static void read_first(struct reader *reader, struct go_open_defers *defers)
{
	uint32_t slot = varint(reader), i;

	for (i = 0; i < GO_OPEN_DEFERS_MAX && slot >= SLOT; i++, slot -= SLOT)
		defers->slots[defers->count++] = slot;
	reader->bad |= !defers->count;
}

bool go_open_defers_of(const struct go_image *image, const struct go_function *function,
		       struct go_open_defers *ret)
{
	struct reader reader = { .image = image };
	struct go_open_defers defers = { 0 };

	reader.at = pclntab_function_data(image->table, function, FUNCDATA_OPEN_CODED_DEFER_INFO);
	if (!reader.at)
		return false;
	if (image->version < GO_VERSION(1, 18, 0))
		(void)varint(&reader); /* the most that arguments take */
	defers.bits = varint(&reader);
	if (image->version < GO_VERSION(1, 22, 0))
		read_each(&reader, &defers);
	else
		read_first(&reader, &defers);
	if (reader.bad || !defers.bits)
		return false;
	*ret = defers;
	return true;
}
