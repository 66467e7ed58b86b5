// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses /proc/kallsyms: "ffffffff81000000 T _stext" and, tab and module behind,
 * "... t name\t[module]". Only code is kept (kinds t and w, either case), in one array and one blob
 * of text.
 */
#include "stack/kernel_symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define READ_SIZE ((size_t)256 * 1024)
#define TEXT_MAX ((size_t)64 * 1024 * 1024)
#define FUNCTION_MAX                                                                \
	(UINT64_C(1) << 20) /* farther from its start, an address is in no function \
			     */

struct symbol {
	uint64_t address;
	uint32_t name; /* offsets in text */
	uint32_t module;
};

struct kernel_symbols {
	struct symbol *symbols;
	size_t count;
	size_t capacity;
	char *text;
	size_t text_size;
	size_t text_capacity;
	uint32_t last_module; /* modules come one after the other: compare with the last only */
};

static int add_text(struct kernel_symbols *symbols, const char *text, size_t length,
		    uint32_t *ret_offset)
{
	if (symbols->text_capacity - symbols->text_size < length + 1) {
		size_t capacity = symbols->text_capacity * 2 + length + 1;
		char *grown;

		if (capacity > TEXT_MAX)
			return -E2BIG;
		grown = realloc(symbols->text, capacity);
		if (!grown)
			return -ENOMEM;
		symbols->text = grown;
		symbols->text_capacity = capacity;
	}
	*ret_offset = (uint32_t)symbols->text_size;
	memcpy(symbols->text + symbols->text_size, text, length);
	symbols->text_size += length;
	symbols->text[symbols->text_size++] = '\0';
	return 0;
}

static int create(struct kernel_symbols **ret_symbols)
{
	struct kernel_symbols *symbols = calloc(1, sizeof(*symbols));
	uint32_t offset;

	if (!symbols)
		return -ENOMEM;
	/* Offset 0 is the kernel's own name: a symbol without a module has it. */
	if (add_text(symbols, "[kernel]", strlen("[kernel]"), &offset) < 0) {
		free(symbols);
		return -ENOMEM;
	}
	*ret_symbols = symbols;
	return 0;
}

void kernel_symbols_free(struct kernel_symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbols);
	free(symbols->text);
	free(symbols);
}

static int set_module(struct kernel_symbols *symbols, const char *module, size_t length,
		      struct symbol *symbol)
{
	const char *last = symbols->text + symbols->last_module;

	if (strlen(last) != length || memcmp(last, module, length) != 0) {
		int r = add_text(symbols, module, length, &symbols->last_module);

		if (r < 0)
			return r;
	}
	symbol->module = symbols->last_module;
	return 0;
}

static int add_symbol(struct kernel_symbols *symbols, const struct symbol *symbol)
{
	if (symbols->count == symbols->capacity) {
		size_t capacity = symbols->capacity ? symbols->capacity * 2 : 4096;
		struct symbol *grown = reallocarray(symbols->symbols, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		symbols->symbols = grown;
		symbols->capacity = capacity;
	}
	symbols->symbols[symbols->count++] = *symbol;
	return 0;
}

/* Returns the first byte behind the number, or NULL. */
static const char *parse_address(const char *at, const char *end, uint64_t *ret_address)
{
	uint64_t value = 0;

	for (; at < end && *at != ' '; at++) {
		unsigned digit;

		if (*at >= '0' && *at <= '9')
			digit = (unsigned)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			digit = (unsigned)(*at - 'a') + 10;
		else
			return NULL;
		value = value << 4 | digit;
	}
	*ret_address = value;
	return at;
}

static int parse_line(struct kernel_symbols *symbols, const char *at, const char *end)
{
	struct symbol symbol = { .module = 0 };
	const char *name, *name_end, *module;
	int r;

	at = parse_address(at, end, &symbol.address);
	if (!at || end - at < 4 || at[2] != ' ' || symbol.address == 0)
		return 0;
	if (at[1] == '\0' || !strchr("tTwW", at[1]))
		return 0;
	name = at + 3;
	name_end = memchr(name, '\t', (size_t)(end - name));
	module = name_end ? name_end + 1 : NULL;
	if (!name_end)
		name_end = end;
	if (name_end == name)
		return 0;
	r = add_text(symbols, name, (size_t)(name_end - name), &symbol.name);
	if (r == 0 && module)
		r = set_module(symbols, module, (size_t)(end - module), &symbol);
	return r < 0 ? r : add_symbol(symbols, &symbol);
}

static int parse_lines(struct kernel_symbols *symbols, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;
		int r = parse_line(symbols, text, line_end);

		if (r < 0)
			return r;
		text = newline ? newline + 1 : end;
	}
	return 0;
}

/* Of several names for one address the first one is put last, where the search ends. */
static int compare_symbols(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->name > b->name ? -1 : a->name < b->name;
}

static void finish(struct kernel_symbols *symbols)
{
	if (symbols->count > 0)
		qsort(symbols->symbols, symbols->count, sizeof(*symbols->symbols), compare_symbols);
}

int kernel_symbols_parse(const char *text, size_t size, struct kernel_symbols **ret_symbols)
{
	struct kernel_symbols *symbols;
	int r = create(&symbols);

	if (r < 0)
		return r;
	r = parse_lines(symbols, text, size);
	if (r < 0) {
		kernel_symbols_free(symbols);
		return r;
	}
	finish(symbols);
	*ret_symbols = symbols;
	return 0;
}

static int read_lines(int fd, struct kernel_symbols *symbols)
{
	_cleanup_free_ char *buffer = malloc(READ_SIZE);
	size_t used = 0, whole;
	int r;

	if (!buffer)
		return -ENOMEM;
	for (;;) {
		ssize_t count = read(fd, buffer + used, READ_SIZE - used);
		const char *newline;

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (count == 0)
			return parse_lines(symbols, buffer, used);
		used += (size_t)count;
		newline = memrchr(buffer, '\n', used);
		whole = newline ? (size_t)(newline + 1 - buffer) : 0;
		if (whole == 0 && used == READ_SIZE)
			return -EBADMSG;
		r = parse_lines(symbols, buffer, whole);
		if (r < 0)
			return r;
		memmove(buffer, buffer + whole, used - whole);
		used -= whole;
	}
}

int kernel_symbols_read(struct kernel_symbols **ret_symbols)
{
	_cleanup_close_ int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	struct kernel_symbols *symbols;
	int r = create(&symbols);

	if (r < 0)
		return r;
	/* A kernel without the file hides its names as well as one that shows zeroes. */
	r = fd < 0 ? 0 : read_lines(fd, symbols);
	if (r < 0) {
		kernel_symbols_free(symbols);
		return r;
	}
	finish(symbols);
	*ret_symbols = symbols;
	return 0;
}

bool kernel_symbols_hidden(const struct kernel_symbols *symbols)
{
	return symbols->count == 0;
}

const char *kernel_symbols_find(const struct kernel_symbols *symbols, uint64_t address,
				uint64_t *ret_offset, const char **ret_module)
{
	const struct symbol *found;
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	found = &symbols->symbols[low - 1];
	if (address - found->address > FUNCTION_MAX)
		return NULL;
	*ret_offset = address - found->address;
	*ret_module = symbols->text + found->module;
	return symbols->text + found->name;
}
