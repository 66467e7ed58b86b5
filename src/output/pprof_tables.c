// SPDX-License-Identifier: GPL-2.0-only
/* The tables of a pprof profile: see pprof_tables.h. Relies on uthash and protobuf-c. */
#include "output/pprof_tables.h"
#include "output/samples.h"
#include "output/escape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define MOST_LINES 32 /* of a location: calls inlined into one another */

/* What is known under a key; its number is counted from 1 in each table, from 0 of strings. */
struct row {
	UT_hash_handle hh;
	uint64_t number;
	uint64_t limit; /* of a mapping: behind its highest address */
	bool functions, lines, inlined, program;
	size_t size;
	char key[];
};

struct function_key {
	int64_t name, file;
};

struct mapping_key {
	int64_t file, build_id;
};

struct location_key {
	uint64_t mapping, address, count;
	struct {
		uint64_t function, line;
	} lines[MOST_LINES];
};

struct pprof_tables {
	struct gzip *gzip;
	int error;
	struct row *strings, *functions, *mappings, *locations;
	unsigned char *buffer;
	size_t capacity;
};

int pprof_error(const struct pprof_tables *tables)
{
	return tables->error;
}

void pprof_write(struct pprof_tables *tables, const Pprof__Profile *piece)
{
	size_t size = pprof__profile__get_packed_size(piece);
	unsigned char *grown;

	if (tables->error)
		return;
	if (size > tables->capacity) {
		grown = realloc(tables->buffer, size * 2);
		if (!grown) {
			tables->error = -ENOMEM;
			return;
		}
		tables->buffer = grown;
		tables->capacity = size * 2;
	}
	size = pprof__profile__pack(piece, tables->buffer);
	tables->error = gzip_write(tables->gzip, tables->buffer, size);
}

/* The row of a key, made when new. NULL: no memory, which is noted. */
static struct row *row_of(struct pprof_tables *tables, struct row **table, const void *key,
			  size_t size, bool *ret_new)
{
	struct row *row;

	*ret_new = false;
	HASH_FIND(hh, *table, key, size, row);
	if (row)
		return row;
	row = calloc(1, sizeof(*row) + size + 1);
	if (!row) {
		tables->error = -ENOMEM;
		return NULL;
	}
	memcpy(row->key, key, size);
	row->size = size;
	row->number = HASH_COUNT(*table) + (table != &tables->strings);
	HASH_ADD_KEYPTR(hh, *table, row->key, size, row);
	*ret_new = true;
	return row;
}

int64_t pprof_string(struct pprof_tables *tables, const char *text)
{
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	char clean[SAMPLE_NAME_BYTES], *string = clean;
	struct row *row;
	bool new;

	escape_text(text, clean, sizeof(clean));
	row = row_of(tables, &tables->strings, clean, strlen(clean), &new);
	if (new) {
		piece.n_string_table = 1;
		piece.string_table = &string;
		pprof_write(tables, &piece);
	}
	return row ? (int64_t)row->number : 0;
}

static uint64_t function_of(struct pprof_tables *tables, const struct lc_frame *frame)
{
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	Pprof__Function function = PPROF__FUNCTION__INIT, *functions = &function;
	char name[SAMPLE_NAME_BYTES];
	struct function_key key;
	struct row *row;
	bool new;

	key.name = pprof_string(tables, sample_frame_name(frame, name, sizeof(name)));
	key.file = pprof_string(tables, frame->file);
	row = row_of(tables, &tables->functions, &key, sizeof(key), &new);
	if (new) {
		function.id = row->number;
		function.name = key.name;
		function.filename = key.file;
		piece.n_function = 1;
		piece.function = &functions;
		pprof_write(tables, &piece);
	}
	return row ? row->number : 0;
}

static struct row *mapping_of(struct pprof_tables *tables, const struct lc_frame *frame)
{
	struct mapping_key key;
	struct row *row;
	bool new;

	if (!frame->module[0])
		return NULL;
	key.file = pprof_string(tables, frame->module);
	key.build_id = pprof_string(tables, frame->build_id);
	row = row_of(tables, &tables->mappings, &key, sizeof(key), &new);
	if (row)
		row->program = frame->module[0] != '[' && !strstr(frame->module, ".so");
	return row;
}

/* Of a frame, in its file where it is known: the same in all processes. */
static uint64_t address_of(const struct lc_stack *stack, const struct lc_frame *frame)
{
	size_t i;

	for (i = 0; i < stack->raw_count; i++) {
		if (stack->raw[i].address == frame->address)
			return stack->raw[i].module ? stack->raw[i].vaddr : frame->address;
	}
	return frame->address;
}

static uint64_t location_of(struct pprof_tables *tables, const struct location_key *key)
{
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	Pprof__Location location = PPROF__LOCATION__INIT, *locations = &location;
	Pprof__Line lines[MOST_LINES], *line_list[MOST_LINES];
	struct row *row;
	size_t i;
	bool new;

	row = row_of(tables, &tables->locations, key, sizeof(*key), &new);
	if (!new)
		return row ? row->number : 0;
	for (i = 0; i < key->count; i++) {
		lines[i] = (Pprof__Line)PPROF__LINE__INIT;
		lines[i].function_id = key->lines[i].function;
		lines[i].line = (int64_t)key->lines[i].line;
		line_list[i] = &lines[i];
	}
	location.id = row->number;
	location.mapping_id = key->mapping;
	location.address = key->address;
	location.n_line = key->count;
	location.line = line_list;
	piece.n_location = 1;
	piece.location = &locations;
	pprof_write(tables, &piece);
	return row->number;
}

static void learn(struct row *mapping, const struct lc_frame *frame, uint64_t address)
{
	mapping->functions |= frame->function[0] != '\0';
	mapping->lines |= frame->line != 0;
	mapping->inlined |= frame->inlined;
	if (address >= mapping->limit && address != UINT64_MAX)
		mapping->limit = address + 1;
}

void pprof_stack(struct pprof_tables *tables, const struct lc_stack *stack, uint64_t *ids,
		 size_t *count)
{
	struct location_key key = {};
	const struct lc_frame *frame;
	struct row *mapping;
	size_t i;

	for (i = 0; stack && i < stack->frame_count && *count < PPROF_LOCATIONS; i++) {
		frame = &stack->frames[i];
		key.lines[key.count].function = function_of(tables, frame);
		key.lines[key.count].line = frame->line;
		key.count++;
		mapping = mapping_of(tables, frame);
		if (mapping)
			learn(mapping, frame, address_of(stack, frame));
		/* One that is inlined into the next is a line of that one's location. */
		if (frame->inlined && key.count < MOST_LINES && i + 1 < stack->frame_count)
			continue;
		key.mapping = mapping ? mapping->number : 0;
		key.address = address_of(stack, frame);
		ids[(*count)++] = location_of(tables, &key);
		memset(&key, 0, sizeof(key));
	}
}

static void write_mapping(struct pprof_tables *tables, const struct row *row)
{
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	Pprof__Mapping mapping = PPROF__MAPPING__INIT, *mappings = &mapping;
	struct mapping_key key;

	memcpy(&key, row->key, sizeof(key));
	mapping.id = row->number;
	mapping.memory_limit = row->limit;
	mapping.filename = key.file;
	mapping.build_id = key.build_id;
	mapping.has_functions = row->functions;
	mapping.has_filenames = mapping.has_line_numbers = row->lines;
	mapping.has_inline_frames = row->inlined;
	piece.n_mapping = 1;
	piece.mapping = &mappings;
	pprof_write(tables, &piece);
}

/* The first one is what a reader calls the profile's program. */
void pprof_write_mappings(struct pprof_tables *tables)
{
	const struct row *row;

	for (row = tables->mappings; row; row = row->hh.next) {
		if (row->program)
			write_mapping(tables, row);
	}
	for (row = tables->mappings; row; row = row->hh.next) {
		if (!row->program)
			write_mapping(tables, row);
	}
}

int pprof_tables_create(struct gzip *gzip, struct pprof_tables **ret_tables)
{
	struct pprof_tables *tables = calloc(1, sizeof(*tables));

	if (!tables)
		return -ENOMEM;
	tables->gzip = gzip;
	pprof_string(tables, ""); /* has to be the first */
	*ret_tables = tables;
	return 0;
}

static void free_rows(struct row **table)
{
	struct row *row, *next;

	HASH_ITER(hh, *table, row, next) {
		HASH_DEL(*table, row);
		free(row);
	}
}

void pprof_tables_free(struct pprof_tables *tables)
{
	if (!tables)
		return;
	free_rows(&tables->strings);
	free_rows(&tables->functions);
	free_rows(&tables->mappings);
	free_rows(&tables->locations);
	free(tables->buffer);
	free(tables);
}
