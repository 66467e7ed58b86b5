// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as Go's table of functions, behind a head whose offsets are within it. Built with clang
 * -fsanitize=fuzzer.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtimes/go/sched/unwind.h"
#include "runtimes/go/image/pclntab.h"

#define HEAD 72
#define TEXT 0x400000u
#define CHOICES 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(uint8_t *bytes, size_t at, uint64_t value, size_t size)
{
	memcpy(bytes + at, &value, size);
}

/* The first bytes choose layout, quantum, count and where the parts are. */
static uint8_t *make(const uint8_t *data, size_t size)
{
	static const uint32_t magics[] = { 0xfffffffa, 0xfffffff0, 0xfffffff1 };
	size_t total = HEAD + size - CHOICES;
	uint8_t *bytes = calloc(1, total);
	unsigned layout = data[0] % 3, i;
	size_t parts = layout ? 32 : 24;

	memcpy(bytes + HEAD, data + CHOICES, size - CHOICES);
	put(bytes, 0, magics[layout], 4);
	put(bytes, 6, data[1] & 1 ? 4 : 1, 1);
	put(bytes, 7, 8, 1);
	put(bytes, 8, 1 + data[2] % 64, 8);
	for (i = 0; i < 5; i++)
		put(bytes, parts + i * 8,
		    (data[4 + i * 2] | data[5 + i * 2] << 8) % (total - HEAD) + HEAD, 8);
	return bytes;
}

static void ask(const struct go_image *image, uint64_t vaddr)
{
	struct go_call calls[GO_INLINED_MAX];
	struct go_function function;
	size_t count = pclntab_calls(image, vaddr, vaddr & 1, calls), i, length = 0;

	if (count > GO_INLINED_MAX)
		__builtin_trap();
	for (i = 0; i < count; i++)
		length += strlen(calls[i].function) + strlen(calls[i].file);
	if (!pclntab_function(image->table, vaddr, &function))
		return;
	length += strlen(pclntab_name(image->table, function.name));
	pclntab_frame_size(image->table, &function, vaddr + length);
	for (i = 0; i < 8; i++) {
		pclntab_data(image->table, &function, i, vaddr);
		pclntab_function_data(image->table, &function, i);
	}
}

static void walk(struct go_image *image, const uint8_t *stack, size_t size)
{
	static struct go_cached_size sizes[GO_CACHED_SIZES];
	struct go_process process = { .pid = 1, .module_count = 1, .sizes = sizes };
	static struct go_walk walk;

	memset(sizes, 0, sizeof(sizes));
	process.modules[0] =
		(struct go_module){ .image = image, .text = TEXT, .etext = UINT64_MAX };
	go_unwind(&process, TEXT + 1, 0xc000000000, stack, size, &walk);
	if (walk.count > GO_FRAMES_MAX)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct go_image image = { .fd = -1 };
	uint8_t *bytes;
	uint64_t at;

	if (size < CHOICES + 64)
		return 0;
	bytes = make(data, size);
	if (pclntab_open(&image, TEXT, TEXT, bytes, HEAD + size - CHOICES, 0))
		return 0;
	pclntab_named(image.table, "runtime.goexit");
	for (at = TEXT; at < TEXT + 0x100; at += 7)
		ask(&image, at);
	for (at = 0; at + 8 <= size && at < 512; at += 8) {
		uint64_t vaddr;

		memcpy(&vaddr, data + at, 8);
		ask(&image, vaddr);
		ask(&image, TEXT + (uint32_t)vaddr);
	}
	walk(&image, data, size);
	pclntab_free(image.table);
	return 0;
}
