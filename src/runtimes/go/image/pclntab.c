// SPDX-License-Identifier: GPL-2.0-only
/* Reads Go's table of functions: see pclntab.h. */
#include "runtimes/go/image/pclntab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_117 0xfffffffau
#define MAGIC_118 0xfffffff0u
#define MAGIC_120 0xfffffff1u
#define HEAD_SIZE 72
#define MOST_FUNCTIONS (16u << 20)
#define MOST_PAIRS 1000000u /* of one value table */
#define TEXT_MAX (1u << 20)
#define TEXT_STEP 256
#define MOST_SEARCHED (128u << 20) /* where there are no sections */
#define FUNCTION_TOP 1
#define FUNCTION_SETS_SP 2
#define FUNCTION_ASSEMBLY 4

enum layout { LAYOUT_117, LAYOUT_118, LAYOUT_120 };

struct go_pclntab {
	const uint8_t *bytes; /* NULL: they are the file's */
	size_t size;
	uint8_t *copy; /* taken over; NULL: none */
	struct target_content *content;
	uint64_t offset; /* of the table in that */
	enum layout layout;
	uint64_t bias; /* of the copy's addresses */
	unsigned quantum;
	uint64_t count;					 /* of functions */
	uint64_t names, units, files, values, functions; /* offsets of the parts */
	uint64_t text, gofunc;				 /* vaddr */
	int wrapper;					 /* id; -1: not known */
};

static const struct {
	unsigned name, pcsp, pcfile, pcln, npcdata, cu, id, flag, nfuncdata, after, args;
} places[] = {
	[LAYOUT_117] = { 8, 20, 24, 28, 32, 36, 40, 41, 43, 44, 12 },
	[LAYOUT_118] = { 4, 16, 20, 24, 28, 32, 36, 37, 39, 40, 8 },
	[LAYOUT_120] = { 4, 16, 20, 24, 28, 32, 40, 41, 43, 44, 8 },
};

/* size bytes of the table; NULL: it has none there. */
static const uint8_t *bytes_at(const struct go_pclntab *table, uint64_t offset, size_t size)
{
	if (offset > table->size || size > table->size - offset)
		return NULL;
	return table->bytes ? table->bytes + offset
			    : target_content_bytes(table->content, table->offset + offset, size);
}

static uint64_t get(const struct go_pclntab *table, uint64_t offset, unsigned size)
{
	const uint8_t *bytes = bytes_at(table, offset, size);
	uint64_t value = 0;

	if (bytes)
		memcpy(&value, bytes, size); /* little-endian, as both machines are */
	return value;
}

/* A string with its end; "" if it has none. */
static const char *text_at(const struct go_pclntab *table, uint64_t offset)
{
	const uint8_t *text = NULL;
	size_t size, step;

	for (size = 0; size < TEXT_MAX && offset < table->size; size += step) {
		step = table->size - offset - size < TEXT_STEP ? table->size - offset - size
							       : TEXT_STEP;
		text = step ? bytes_at(table, offset, size + step) : NULL;
		if (!text)
			break;
		if (memchr(text + size, '\0', step))
			return (const char *)text;
	}
	return "";
}

static bool is_head(const uint8_t *bytes)
{
	uint32_t magic;

	memcpy(&magic, bytes, 4);
	return (magic == MAGIC_117 || magic == MAGIC_118 || magic == MAGIC_120) && !bytes[4] &&
	       !bytes[5] && (bytes[6] == 1 || bytes[6] == 4) && bytes[7] == 8;
}

static bool read_head(struct go_pclntab *table)
{
	uint32_t magic = get(table, 0, 4);
	unsigned at;

	const uint8_t *head = bytes_at(table, 0, HEAD_SIZE);

	if (!head || !is_head(head))
		return false;
	table->layout = magic == MAGIC_117   ? LAYOUT_117
			: magic == MAGIC_118 ? LAYOUT_118
					     : LAYOUT_120;
	table->quantum = head[6];
	table->count = get(table, 8, 8);
	at = table->layout == LAYOUT_117 ? 24 : 32;
	table->names = get(table, at, 8);
	table->units = get(table, at + 8, 8);
	table->files = get(table, at + 16, 8);
	table->values = get(table, at + 24, 8);
	table->functions = get(table, at + 32, 8);
	return table->count && table->count <= MOST_FUNCTIONS && table->names < table->size &&
	       table->units < table->size && table->files < table->size &&
	       table->values < table->size && table->functions < table->size;
}

static bool find_in_segments(const struct go_image *image, bool writable, uint64_t *ret_start,
			     uint64_t *ret_end)
{
	struct go_pclntab table = {};
	uint64_t vaddr, size, memory, searched, left = MOST_SEARCHED;
	const uint8_t *bytes;
	size_t index = 0, i;

	while (left && go_image_segment(image, writable, &index, &vaddr, &size, &memory)) {
		searched = size < left ? size : left;
		left -= searched;
		bytes = go_image_bytes(image, vaddr, searched);
		for (i = 0; bytes && i + HEAD_SIZE <= searched; i += 8) {
			if (!is_head(bytes + i))
				continue;
			table.bytes = bytes + i;
			table.size = searched - i;
			if (!read_head(&table))
				continue;
			*ret_start = vaddr + i;
			*ret_end = vaddr + size;
			return true;
		}
	}
	return false;
}

bool pclntab_find(const struct go_image *image, uint64_t *ret_start, uint64_t *ret_end)
{
	uint64_t size;

	if (go_image_section(image, ".gopclntab", ret_start, &size) ||
	    go_image_section(image, ".data.rel.ro.gopclntab", ret_start, &size)) {
		*ret_end = *ret_start + size;
		return size > HEAD_SIZE;
	}
	return find_in_segments(image, /* writable= */ false, ret_start, ret_end) ||
	       find_in_segments(image, /* writable= */ true, ret_start, ret_end);
}

static uint64_t entry_of(const struct go_pclntab *table, uint64_t index)
{
	if (table->layout == LAYOUT_117)
		return get(table, table->functions + index * 16, 8) - table->bias;
	return table->text + get(table, table->functions + index * 8, 4);
}

static uint64_t info_of(const struct go_pclntab *table, uint64_t index)
{
	if (table->layout == LAYOUT_117)
		return table->functions + get(table, table->functions + index * 16 + 8, 8);
	return table->functions + get(table, table->functions + index * 8 + 4, 4);
}

/* In all versions the ids' last two are systemstack_switch and wrapper. */
static void learn_wrapper(struct go_pclntab *table)
{
	struct go_function function;
	uint64_t entry = pclntab_named(table, "runtime.systemstack_switch");

	table->wrapper = -1;
	if (entry && pclntab_function(table, entry, &function) && function.id)
		table->wrapper = function.id + 1;
}

int pclntab_open(struct go_image *image, uint64_t text, uint64_t gofunc, uint8_t *memory,
		 size_t memory_size, uint64_t bias)
{
	struct go_pclntab *table = calloc(1, sizeof(*table));

	if (!table) {
		free(memory);
		return -ENOMEM;
	}
	table->copy = memory;
	table->size = memory ? memory_size : image->pclntab_end - image->pclntab;
	table->bytes = memory;
	table->content = image->content;
	table->bias = memory ? bias : 0;
	table->text = text;
	table->gofunc = gofunc;
	if ((!memory && !go_image_offset(image, image->pclntab, table->size, &table->offset)) ||
	    !read_head(table)) {
		pclntab_free(table);
		return -EBADMSG;
	}
	learn_wrapper(table);
	target_content_forget(image->content); /* that walked over all of it */
	image->table = table;
	return 0;
}

void pclntab_free(struct go_pclntab *table)
{
	if (!table)
		return;
	free(table->copy);
	free(table);
}

const char *pclntab_name(const struct go_pclntab *table, uint32_t name)
{
	return text_at(table, table->names + name);
}

static void read_function(const struct go_pclntab *table, uint64_t index, struct go_function *ret)
{
	const unsigned *place = &places[table->layout].name;
	uint64_t info = info_of(table, index);

	*ret = (struct go_function){
		.entry = entry_of(table, index),
		.info = info,
		.name = get(table, info + place[0], 4),
		.pcsp = get(table, info + place[1], 4),
		.pcfile = get(table, info + place[2], 4),
		.pcln = get(table, info + place[3], 4),
		.npcdata = get(table, info + place[4], 4),
		.cu = get(table, info + place[5], 4),
		.id = get(table, info + place[6], 1),
		.flag = get(table, info + place[7], 1),
		.nfuncdata = get(table, info + place[8], 1),
		.after = info + place[9],
		.args = (int32_t)get(table, info + place[10], 4),
		.deferreturn = get(table, info + place[10] + 4, 4),
	};
}

bool pclntab_function(const struct go_pclntab *table, uint64_t vaddr, struct go_function *ret)
{
	uint64_t low = 0, high = table->count, middle;

	/* Entry number count is the end of the last function. */
	if (vaddr < entry_of(table, 0) || vaddr >= entry_of(table, table->count))
		return false;
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (entry_of(table, middle) <= vaddr)
			low = middle;
		else
			high = middle;
	}
	read_function(table, low, ret);
	return true;
}

uint64_t pclntab_end(const struct go_pclntab *table, const struct go_function *function)
{
	uint64_t low = 0, high = table->count, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (entry_of(table, middle) <= function->entry)
			low = middle;
		else
			high = middle;
	}
	return entry_of(table, low + 1);
}

uint64_t pclntab_named(const struct go_pclntab *table, const char *name)
{
	uint32_t offset;
	const uint8_t *found;
	uint64_t i;
	size_t length = strlen(name) + 1;

	for (i = 0; i < table->count; i++) {
		offset = get(table, info_of(table, i) + places[table->layout].name, 4);
		found = bytes_at(table, table->names + offset, length);
		if (found && !memcmp(found, name, length))
			return entry_of(table, i);
	}
	return 0;
}

static void note_named(const struct go_pclntab *table, uint64_t index, const char *const *names,
		       size_t count, uint64_t *entries)
{
	struct go_function function;
	const char *name;
	size_t i;

	read_function(table, index, &function);
	name = pclntab_name(table, function.name);
	for (i = 0; i < count; i++) {
		if (!strcmp(name, names[i]) && (!entries[i] || (function.flag & FUNCTION_ASSEMBLY)))
			entries[i] = function.entry;
	}
}

void pclntab_named_all(const struct go_pclntab *table, const char *const *names, size_t count,
		       uint64_t *entries)
{
	uint64_t i;

	memset(entries, 0, count * sizeof(*entries));
	for (i = 0; i < table->count; i++)
		note_named(table, i, names, count, entries);
}

static bool varint(const struct go_pclntab *table, uint64_t *at, uint32_t *ret)
{
	unsigned shift = 0;
	uint32_t value = 0;
	const uint8_t *bytes;
	uint8_t byte;

	do {
		bytes = shift > 28 ? NULL : bytes_at(table, *at, 1);
		if (!bytes)
			return false;
		byte = *bytes;
		(*at)++;
		value |= (uint32_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	*ret = value;
	return true;
}

static int32_t value_at(const struct go_pclntab *table, uint64_t entry, uint32_t offset,
			uint64_t vaddr)
{
	uint64_t at = table->values + offset, pc = entry;
	uint32_t delta, step, i, value = UINT32_MAX; /* -1; wraps as it likes */

	if (!offset)
		return -1;
	for (i = 0; i < MOST_PAIRS; i++) {
		if (!varint(table, &at, &delta) || (!delta && i) || !varint(table, &at, &step))
			return -1;
		value += (delta >> 1) ^ -(delta & 1);
		pc += (uint64_t)step * table->quantum;
		if (vaddr < pc)
			return (int32_t)value;
	}
	return -1;
}

int32_t pclntab_frame_size(const struct go_pclntab *table, const struct go_function *function,
			   uint64_t vaddr)
{
	return value_at(table, function->entry, function->pcsp, vaddr);
}

size_t pclntab_frame_ends(const struct go_pclntab *table, const struct go_function *function,
			  uint64_t *ends, size_t capacity)
{
	uint64_t at = table->values + function->pcsp, pc = function->entry;
	uint32_t delta, step, i;
	int32_t value = -1, before = 0;
	size_t count = 0;

	for (i = 0; i < MOST_PAIRS && function->pcsp; i++) {
		if (!varint(table, &at, &delta) || (!delta && i) || !varint(table, &at, &step))
			break;
		value += (int32_t)((delta >> 1) ^ -(delta & 1));
		if (!value && before > 0 && count < capacity)
			ends[count++] = pc;
		before = value;
		pc += (uint64_t)step * table->quantum;
	}
	return count;
}

int32_t pclntab_data(const struct go_pclntab *table, const struct go_function *function,
		     unsigned index, uint64_t vaddr)
{
	if (index >= function->npcdata)
		return -1;
	return value_at(table, function->entry, get(table, function->after + index * 4, 4), vaddr);
}

uint64_t pclntab_function_data(const struct go_pclntab *table, const struct go_function *function,
			       unsigned index)
{
	uint64_t at = function->after + (uint64_t)function->npcdata * 4;
	uint64_t value;

	if (index >= function->nfuncdata)
		return 0;
	if (table->layout == LAYOUT_117) {
		at = (at + 7) & ~7ull;
		value = get(table, at + index * 8, 8);
		return value ? value - table->bias : 0;
	}
	value = get(table, at + index * 4, 4);
	return value == UINT32_MAX || !table->gofunc ? 0 : table->gofunc + value;
}

bool pclntab_is_top(const struct go_function *function)
{
	return function->flag & FUNCTION_TOP;
}

bool pclntab_is_assembly(const struct go_function *function)
{
	return function->flag & FUNCTION_ASSEMBLY;
}

bool pclntab_sets_sp(const struct go_function *function)
{
	return function->flag & FUNCTION_SETS_SP;
}

static const char *file_name(const struct go_pclntab *table, uint32_t unit, int32_t number)
{
	uint64_t at;

	if (number < 0)
		return "";
	if (table->layout == LAYOUT_117 || unit != UINT32_MAX) {
		at = table->units + ((uint64_t)unit + (uint32_t)number) * 4;
		at = get(table, at, 4);
		if (at == UINT32_MAX)
			return "";
		return text_at(table, table->files + at);
	}
	return "";
}

/* An element of the tree of inlined calls: runtime/symtabinl.go, runtime/symtab.go to 1.19. */
struct inlined {
	uint8_t id;
	uint32_t name;
	uint32_t parent_pc;
	int32_t parent; /* to 1.19 */
	int32_t file, line;
};

static bool read_inlined(const struct go_image *image, uint64_t tree, int32_t index,
			 struct inlined *ret)
{
	bool old = image->table->layout != LAYOUT_120;
	unsigned size = old ? 20 : 16;
	const uint8_t *bytes;
	int16_t parent;

	if (index < 0 || index > 65535)
		return false;
	bytes = go_image_bytes(image, tree + (uint64_t)index * size, size);
	if (!bytes)
		return false;
	memset(ret, 0, sizeof(*ret));
	if (old) {
		memcpy(&parent, bytes, 2);
		ret->parent = parent;
		ret->id = bytes[2];
		memcpy(&ret->file, bytes + 4, 4);
		memcpy(&ret->line, bytes + 8, 4);
		memcpy(&ret->name, bytes + 12, 4);
		memcpy(&ret->parent_pc, bytes + 16, 4);
	} else {
		ret->id = bytes[0];
		memcpy(&ret->name, bytes + 4, 4);
		memcpy(&ret->parent_pc, bytes + 8, 4);
	}
	return true;
}

#define PCDATA_INLINE_INDEX 2
#define FUNCDATA_INLINE_TREE 3

static const char *inlined_name(const struct go_image *image, uint64_t tree, int32_t index)
{
	struct inlined inlined;

	return tree && read_inlined(image, tree, index, &inlined)
		       ? pclntab_name(image->table, inlined.name)
		       : "";
}

void pclntab_pieces(const struct go_image *image, const struct go_function *function,
		    pclntab_piece_fn *fn, void *context)
{
	const struct go_pclntab *table = image->table;
	uint64_t tree = pclntab_function_data(table, function, FUNCDATA_INLINE_TREE);
	uint64_t at = table->values, pc = function->entry, from;
	uint32_t delta, step, i, offset = 0;
	int32_t value = -1;

	if (function->npcdata > PCDATA_INLINE_INDEX)
		offset = get(table, function->after + PCDATA_INLINE_INDEX * 4, 4);
	at += offset;
	for (i = 0; i < MOST_PAIRS && tree && offset; i++) {
		if (!varint(table, &at, &delta) || (!delta && i) || !varint(table, &at, &step))
			return;
		value += (int32_t)((delta >> 1) ^ -(delta & 1));
		from = pc;
		pc += (uint64_t)step * table->quantum;
		if (!fn(context, from, pc, value,
			value < 0 ? "" : inlined_name(image, tree, value)))
			return;
	}
}

size_t pclntab_calls(const struct go_image *image, uint64_t vaddr, bool exact,
		     struct go_call calls[GO_INLINED_MAX])
{
	const struct go_pclntab *table = image->table;
	struct go_function function;
	struct inlined inlined;
	uint64_t pc, tree;
	int32_t index, file, line;
	size_t count = 0;

	if (!table || !pclntab_function(table, vaddr, &function))
		return 0;
	pc = exact || vaddr == function.entry ? vaddr
					      : vaddr - 1; /* one that never ran is at its entry */
	tree = pclntab_function_data(table, &function, FUNCDATA_INLINE_TREE);
	index = tree ? pclntab_data(table, &function, PCDATA_INLINE_INDEX, pc) : -1;
	file = value_at(table, function.entry, function.pcfile, pc);
	line = value_at(table, function.entry, function.pcln, pc);
	while (count < GO_INLINED_MAX - 1 && index >= 0 &&
	       read_inlined(image, tree, index, &inlined)) {
		calls[count++] = (struct go_call){
			.function = pclntab_name(table, inlined.name),
			.file = file_name(table, function.cu, file),
			.line = line > 0 ? line : 0,
			.inlined = true,
			.wrapper = table->wrapper >= 0 && inlined.id == table->wrapper,
			.entry = function.entry,
			.pc = pc,
		};
		pc = function.entry + inlined.parent_pc;
		if (table->layout == LAYOUT_120) {
			index = pclntab_data(table, &function, PCDATA_INLINE_INDEX, pc);
			file = value_at(table, function.entry, function.pcfile, pc);
			line = value_at(table, function.entry, function.pcln, pc);
		} else {
			index = inlined.parent;
			file = inlined.file;
			line = inlined.line;
		}
	}
	calls[count++] = (struct go_call){
		.function = pclntab_name(table, function.name),
		.file = file_name(table, function.cu, file),
		.line = line > 0 ? line : 0,
		.wrapper = table->wrapper >= 0 && function.id == table->wrapper,
		.entry = function.entry,
		.pc = pc,
	};
	return count;
}
