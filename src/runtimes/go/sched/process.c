// SPDX-License-Identifier: GPL-2.0-only
/* What is known of a Go process, and reading it: see process.h. */
#include "runtimes/go/sched/process.h"
#include "runtimes/go/image/identify.h"

/* Images that no process has. */
#define GO_UNUSED_MAX 16
#define OTHER_UNUSED_MAX 2048

int go_read_part(const struct go_process *process, uint64_t address, void *buffer, size_t size,
		 size_t *ret_read)
{
	const struct target_task task = { process->access, process->pid, process->pid };
	const struct target_memory_source *memory = process->memory;

	return memory ? memory->read(memory->context, address, buffer, size, ret_read)
		      : target_memory_read(&task, address, buffer, size, ret_read);
}

int go_read_pieces(const struct go_process *process, struct target_piece *pieces, size_t count)
{
	const struct target_task task = { process->access, process->pid, process->pid };

	return process->memory ? target_source_read_pieces(process->memory, pieces, count)
			       : target_memory_read_pieces(&task, pieces, count);
}

bool go_read(const struct go_process *process, uint64_t address, void *buffer, size_t size)
{
	size_t got;

	return !go_read_part(process, address, buffer, size, &got) && got == size;
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
		if (image->kind == GO_GC && image->key.device == device &&
		    image->key.inode == inode)
			return image;
	}
	return NULL;
}

void go_images_begin_drop(struct go_images *images)
{
	struct go_image *image;

	for (image = images->list; image; image = image->hh.next)
		image->held = false;
}

void go_images_hold(struct go_images *images, const struct go_process *process)
{
	struct go_image *image;
	size_t i;

	for (i = 0; i < process->module_count; i++)
		process->modules[i].image->held = true;
	for (image = images->list; image && process->other_runtime; image = image->hh.next)
		image->held |= image->path == process->other_runtime;
}

static void drop(struct go_images *images, struct go_image *image)
{
	HASH_DEL(images->list, image);
	go_image_free(image);
	images->count--;
}

/* The list has those used last at its end. */
void go_images_drop(struct go_images *images)
{
	size_t go = 0, other = 0;
	struct go_image *image, *next;

	for (image = images->list; image; image = image->hh.next) {
		if (!image->held && image->kind == GO_GC)
			go++;
		else if (!image->held)
			other++;
	}
	HASH_ITER(hh, images->list, image, next) {
		if (image->held)
			continue;
		if (image->kind == GO_GC ? go > GO_UNUSED_MAX : other > OTHER_UNUSED_MAX) {
			image->kind == GO_GC ? go-- : other--;
			drop(images, image);
		}
	}
}

void go_images_release(struct go_images *images)
{
	struct go_image *image, *next;

	HASH_ITER(hh, images->list, image, next) {
		HASH_DEL(images->list, image);
		go_image_free(image);
	}
}
