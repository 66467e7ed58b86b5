// SPDX-License-Identifier: GPL-2.0-only
/* Finds the Go runtime of a process: see process.h. */
#include "golang/process.h"
#include "golang/allgs.h"
#include "golang/modules.h"
#include "target/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A program may load more Go later: another library with a runtime of its own. */
#define LOOK_AGAIN_NS 10000000000ull

bool go_read(const struct go_process *process, uint64_t address, void *buffer, size_t size)
{
	size_t got;

	return !target_memory_read(process->pid, address, buffer, size, &got) && got == size;
}

uint64_t go_word(const struct go_process *process, uint64_t address)
{
	uint64_t word;

	return go_read(process, address, &word, sizeof(word)) ? word : 0;
}

const struct go_module *go_process_module(const struct go_process *process, uint64_t pc)
{
	size_t i;

	for (i = 0; i < process->module_count; i++) {
		if (pc >= process->modules[i].text && pc < process->modules[i].etext)
			return &process->modules[i];
	}
	return NULL;
}

const struct go_image *go_images_numbered(const struct go_images *images, uint64_t number)
{
	const struct go_image *image;

	for (image = images->list; image; image = image->hh.next) {
		if (image->number == number)
			return image;
	}
	return NULL;
}

const struct go_image *go_images_of_file(const struct go_images *images, uint64_t device,
					 uint64_t inode)
{
	const struct go_image *image;

	for (image = images->list; image; image = image->hh.next) {
		if (image->kind == GO_GC && image->file_key.device == device &&
		    image->file_key.inode == inode)
			return image;
	}
	return NULL;
}

void go_images_release(struct go_images *images)
{
	struct go_image *image, *next;

	HASH_ITER(hh, images->list, image, next) {
		HASH_DEL(images->list, image);
		go_image_free(image);
	}
}

/* The first runtime that runs: a library's may be there, and not have begun yet. */
static int choose_runtime(struct go_process *process, const struct go_modules *modules)
{
	size_t first;
	int r = -ENOENT;

	for (first = 0; first < modules->count && r == -ENOENT; first++) {
		go_modules_take(process, modules, first);
		r = allgs_find(process);
	}
	return r;
}

int go_process_open(struct go_images *images, pid_t pid, uint64_t now,
		    struct go_process **ret_process, char version_text[64], char reason[200])
{
	struct go_process *process;
	struct go_modules modules;
	int r;

	process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->pid = pid;
	process->looked_at = now;
	version_text[0] = reason[0] = '\0';
	r = go_modules_find(images, process, &modules);
	if (!r) {
		snprintf(version_text, 64, "%s", modules.version_text);
		snprintf(reason, 200, "%s", modules.reason);
	}
	if (!r && !modules.count)
		r = reason[0] ? -ENOTSUP : -ENOENT;
	if (!r) {
		r = choose_runtime(process, &modules);
		if (r == -ENOENT) {
			snprintf(reason, 200,
				 "the runtime's data is not as in any Go version known");
			r = -ENOTSUP;
		}
	}
	if (!r) {
		reason[0] = '\0';
		snprintf(version_text, 64, "%s", process->modules[0].image->version_text);
		process->sizes = calloc(GO_CACHED_SIZES, sizeof(*process->sizes));
		r = process->sizes ? 0 : -ENOMEM;
	}
	if (r < 0) {
		go_process_free(process);
		return r;
	}
	*ret_process = process;
	return 0;
}

void go_process_refresh(struct go_images *images, struct go_process *process, uint64_t now)
{
	struct go_modules modules;
	uint64_t grown = 0;
	size_t i;

	/* What could not be read once is tried again with the rest, not each time. */
	if ((!go_modules_have_grown(process, &grown) || grown == process->module_tried) &&
	    now - process->looked_at < LOOK_AGAIN_NS)
		return;
	process->looked_at = now;
	process->module_tried = grown;
	if (go_modules_find(images, process, &modules) < 0)
		return;
	for (i = 0; i < modules.count; i++) {
		if (modules.list[i].address == process->modules[0].address) {
			go_modules_take(process, &modules, i);
			return;
		}
	}
}

void go_process_free(struct go_process *process)
{
	if (!process)
		return;
	free(process->polls);
	free(process->timer_channels);
	free(process->sizes);
	free(process);
}
