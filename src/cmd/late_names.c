// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks names up by build-id: see late_names.h. The paths and build-ids are a stranger's: what is
 * opened by them is a regular file, is told by its own build-id, and is read by a worker.
 */
#include "cmd/late_names.h"
#include "output/message.h"
#include "target/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>

#define MODULES_MOST 4096
#define FRAMES_MOST 8192
#define ADDRESSES_MOST 1000000
#define DEBUG_FOLDER "/usr/lib/debug/.build-id"
#define ID_LEAST 2 /* bytes: the first is the name of a folder */

/* A file of the recording; its number is its place + 1. */
struct late_module {
	char *build_id; /* hex */
	uint8_t bytes[BINARY_BUILD_ID_MAX];
	size_t size;
	bool is_open;
};

/* What is known of an address; stacks share most. */
struct late_address {
	UT_hash_handle hh;
	struct {
		uint64_t number, vaddr; /* of the module, in it */
	} key;
	struct address_names *names; /* NULL: nothing */
};

struct late_names {
	const struct session_options *options;
	struct lc_stacks *stacks;
	struct binary_files *files; /* NULL: not begun yet */
	bool failed;
	struct late_module *modules;
	size_t count;
	struct lc_frame *frames; /* FRAMES_MOST, of the stack under way */
	size_t frame_count;
	bool found; /* some of them are new */
	struct late_address *addresses;
};

static void remark(void *context, const char *text)
{
	const struct session_options *options = context;

	if (!options->quiet)
		output_message("%s", text);
}

/* Below the folder that the user named, and in this host's own; -ENOENT past these. */
static int open_below(const struct late_names *late, const char *path, unsigned choice, int *ret_fd)
{
	const char *roots[] = { late->options->observe.symfs, "/" };

	if (choice >= sizeof(roots) / sizeof(roots[0]))
		return -ENOENT;
	*ret_fd = -1;
	if (roots[choice])
		(void)target_file_open_below(NULL, roots[choice], path, 0, ret_fd);
	return 0;
}

static int open_debug_file(void *context, const struct binary_debug_request *request,
			   unsigned attempt, int *ret_fd)
{
	char hex[2 * BINARY_BUILD_ID_MAX + 1] = "", path[PATH_MAX];
	size_t i;

	if (request->build_id_size < ID_LEAST || request->build_id_size > BINARY_BUILD_ID_MAX)
		return -ENOENT;
	for (i = 0; i < request->build_id_size; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", request->build_id[i]);
	(void)snprintf(path, sizeof(path), DEBUG_FOLDER "/%.2s/%s.debug", hex, hex + 2);
	return open_below(context, path, attempt, ret_fd);
}

static bool begin(struct late_names *late)
{
	const struct sandbox_options sandbox = {
		.debug_files = { open_debug_file, late },
		.audience = { .remark = remark, .context = (void *)late->options },
	};

	if (!late->files && !late->failed)
		late->failed = sandbox_open(&sandbox, &late->files) < 0;
	return !late->failed;
}

/* Takes the file over; true: it has this build-id, and is open under the module's number. */
static bool take_file(struct late_names *late, struct late_module *module, const char *path, int fd)
{
	struct binary_description *description = malloc(sizeof(*description));
	const struct binary_operations *does = late->files->does;

	if (fd < 0 || !description) {
		free(description);
		return false;
	}
	module->is_open = !does->describe(late->files, fd, description) && description->is_elf &&
			  !description->foreign &&
			  !strcmp(description->build_id, module->build_id) &&
			  !does->open(late->files, (uint64_t)(module - late->modules) + 1, fd,
				      path);
	close(fd);
	free(description);
	return module->is_open;
}

/* The file itself has its debug data beside it, or names it; else debug data alone will do. */
static void open_module(struct late_names *late, struct late_module *module, const char *path)
{
	const struct binary_debug_request request = { .build_id = module->bytes,
						      .build_id_size = module->size,
						      .name = "" };
	unsigned choice;
	int fd;

	for (choice = 0; path[0] == '/' && !open_below(late, path, choice, &fd); choice++) {
		if (take_file(late, module, path, fd))
			return;
	}
	for (choice = 0; !open_debug_file(late, &request, choice, &fd); choice++) {
		if (take_file(late, module, path, fd))
			return;
	}
	if (!sandbox_fetch_debug(late->files, module->bytes, module->size, &fd))
		(void)take_file(late, module, path, fd);
}

/* Bytes of a text in hex; 0: it is none. */
static size_t parse_hex(const char *text, uint8_t bytes[BINARY_BUILD_ID_MAX])
{
	size_t length = strlen(text), i;
	unsigned byte;

	if (length % 2 || length / 2 < ID_LEAST || length / 2 > BINARY_BUILD_ID_MAX ||
	    strspn(text, "0123456789abcdef") != length)
		return 0;
	for (i = 0; i < length / 2; i++) {
		(void)sscanf(text + 2 * i, "%2x", &byte);
		bytes[i] = (uint8_t)byte;
	}
	return length / 2;
}

/* The module of a frame, opened when first met; NULL: it has no build-id, or there are too many. */
static struct late_module *module_of(struct late_names *late, const struct lc_frame *frame)
{
	struct late_module module = {};
	size_t i;

	for (i = 0; i < late->count; i++) {
		if (!strcmp(late->modules[i].build_id, frame->build_id))
			return &late->modules[i];
	}
	module.size = parse_hex(frame->build_id, module.bytes);
	if (!module.size || late->count == MODULES_MOST || !begin(late))
		return NULL;
	module.build_id = strdup(frame->build_id);
	if (!module.build_id)
		return NULL;
	late->modules[late->count] = module;
	open_module(late, &late->modules[late->count], frame->module);
	return &late->modules[late->count++];
}

static bool lacks_names(const struct lc_frame *frame)
{
	return !frame->go && (!frame->function[0] || !frame->line) && frame->build_id[0];
}

static bool is_better(const struct address_names *names, const struct lc_frame *before)
{
	if (!names->count && !names->symbol)
		return false;
	return !before->function[0] || (names->count && names->places[names->count - 1].line);
}

static struct late_address *find_address(struct late_names *late, uint64_t number, uint64_t vaddr)
{
	struct late_address *address, new = { .key = { number, vaddr } };

	HASH_FIND(hh, late->addresses, &new.key, sizeof(new.key), address);
	if (address || HASH_COUNT(late->addresses) >= ADDRESSES_MOST)
		return address;
	address = malloc(sizeof(*address));
	if (!address)
		return NULL;
	*address = new;
	if (late->files->does->names(late->files, number, vaddr, &address->names) < 0)
		address->names = NULL;
	HASH_ADD(hh, late->addresses, key, sizeof(address->key), address);
	return address;
}

/* What is known of one raw frame now; NULL: nothing more than before. */
static const struct address_names *look_up(struct late_names *late, const struct lc_frame *frame,
					   const struct lc_raw_frame *raw)
{
	const struct late_module *module = module_of(late, frame);
	const struct late_address *address;

	if (!module || !module->is_open)
		return NULL;
	address = find_address(late, (uint64_t)(module - late->modules) + 1,
			       raw->vaddr - !raw->interrupted);
	return address && address->names && is_better(address->names, frame) ? address->names
									     : NULL;
}

/* The frames of a raw one end with the one that is not inlined; how many, 0: they do not end. */
static size_t frames_of_one(const struct lc_stack *stack, size_t from)
{
	size_t i = from;

	while (i < stack->frame_count && stack->frames[i].inlined)
		i++;
	return i < stack->frame_count ? i + 1 - from : 0;
}

/* Appends what a raw frame has; false: there is no room. */
static bool append(struct late_names *late, const struct lc_stack *stack, size_t from, size_t count,
		   const struct lc_raw_frame *raw)
{
	const struct lc_frame *first = &stack->frames[from];
	const struct address_names *names = NULL;

	if (late->frame_count + count + BINARY_PLACES_MAX > FRAMES_MOST)
		return false;
	if (count == 1 && lacks_names(first))
		names = look_up(late, first, raw);
	if (!names) {
		memcpy(&late->frames[late->frame_count], first, count * sizeof(*first));
		late->frame_count += count;
		return true;
	}
	late->frame_count += stack_frames_of(names, raw, first->module, first->build_id,
					     &late->frames[late->frame_count]);
	late->found = true;
	return true;
}

static void fill_stack(struct late_names *late, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(late->stacks, id);
	size_t from = 0, count, i;
	bool whole = stack->frames;

	late->frame_count = 0;
	late->found = false;
	for (i = 0; whole && i < stack->raw_count; i++, from += count) {
		count = frames_of_one(stack, from);
		whole = count && append(late, stack, from, count, &stack->raw[i]);
	}
	if (whole && from == stack->frame_count && late->found)
		(void)lc_stacks_rename(late->stacks, id, late->frames, late->frame_count);
}

static void release(struct late_names *late)
{
	struct late_address *address, *next;
	size_t i;

	HASH_ITER(hh, late->addresses, address, next) {
		HASH_DEL(late->addresses, address);
		address_names_free(address->names);
		free(address);
	}

	if (late->files)
		late->files->does->free(late->files);
	for (i = 0; i < late->count; i++)
		free(late->modules[i].build_id);
	free(late->modules);
	free(late->frames);
}

void late_names_fill(struct lc_stacks *stacks, const struct session_options *options)
{
	struct late_names late = {
		.options = options,
		.stacks = stacks,
		.modules = calloc(MODULES_MOST, sizeof(*late.modules)),
		.frames = calloc(FRAMES_MOST, sizeof(*late.frames)),
	};
	uint32_t id;

	for (id = 1; late.modules && late.frames && id <= lc_stacks_count(stacks); id++)
		fill_stack(&late, id);
	release(&late);
}
