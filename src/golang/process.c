// SPDX-License-Identifier: GPL-2.0-only
/* Finds the Go runtime of a process: see process.h. */
#include "golang/process.h"
#include "golang/allgs.h"
#include "golang/goroutine.h"
#include "golang/pclntab.h"
#include "target/memory.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define IMAGES_MAX 8192
#define MOST_DATA (64u << 20)
#define MOST_PCLNTAB (256u << 20)

/* Numbers of this room's images, apart from those of the stack room. */
#define FIRST_NUMBER (1ull << 62)

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

void go_images_release(struct go_images *images)
{
	struct go_image *image, *next;

	HASH_ITER(hh, images->list, image, next) {
		HASH_DEL(images->list, image);
		go_image_free(image);
	}
}

/* The image behind a mapping, opened once for each file; NULL: it can't be looked at. */
static struct go_image *image_of(struct go_images *images, pid_t pid,
				 const struct target_mapping *mapping)
{
	struct go_image_key key = { mapping->device, mapping->inode };
	struct go_image *image;

	HASH_FIND(hh, images->list, &key, sizeof(key), image);
	if (image)
		return image;
	if (images->count == IMAGES_MAX || go_image_open(pid, mapping, &image) < 0)
		return NULL;
	image->number = FIRST_NUMBER + ++images->numbers;
	images->count++;
	HASH_ADD(hh, images->list, key, sizeof(image->key), image);
	return image;
}

/* The module's fields, checked against each other. */
static bool read_module(const struct go_process *process, uint64_t address,
			struct go_module *module)
{
	const struct go_offsets *o = &process->offsets;
	uint64_t minpc = go_word(process, address + o->module_minpc);
	uint64_t maxpc = go_word(process, address + o->module_maxpc);

	module->address = address;
	module->text = go_word(process, address + o->module_text);
	module->etext = go_word(process, address + o->module_etext);
	module->data = go_word(process, address + o->module_noptrdata);
	module->bss = go_word(process, address + o->module_bss);
	module->bss_end = go_word(process, address + o->module_ebss);
	module->noptrbss = go_word(process, address + o->module_noptrbss);
	module->noptrbss_end = go_word(process, address + o->module_enoptrbss);
	module->ebss = module->noptrbss_end;
	return module->text && module->text <= minpc && minpc < maxpc && maxpc <= module->etext &&
	       module->data && module->bss <= module->bss_end && module->bss >= module->data;
}

struct finding {
	const struct go_process *process;
	uint64_t pclntab;
	struct go_module *module;
};

static bool fits(void *context, uint64_t address, const uint64_t words[3])
{
	const struct finding *finding = context;

	return words[0] == finding->pclntab &&
	       read_module(finding->process, address, finding->module);
}

/* The module's data is where a word points to the table of functions: only one such place fits. */
static bool find_in_data(const struct go_process *process, uint64_t start, uint64_t size,
			 uint64_t pclntab, struct go_module *module)
{
	struct finding finding = { process, pclntab, module };
	uint64_t address;

	return !go_search(process, start, start + size, MOST_DATA, fits, &finding, &address);
}

static bool find_module(const struct go_process *process, const struct go_image *image,
			uint64_t bias, struct go_module *module)
{
	uint64_t vaddr, size, memory;
	size_t index = 0;

	if (go_image_section(image, ".go.module", &vaddr, &size) &&
	    find_in_data(process, bias + vaddr, size, bias + image->pclntab, module))
		return true;
	while (go_image_segment(image, /* writable= */ true, &index, &vaddr, &size, &memory)) {
		if (find_in_data(process, (bias + vaddr + 7) & ~7ull, size & ~7ull,
				 bias + image->pclntab, module))
			return true;
	}
	return false;
}

/* In a position-independent program the 1.17 table holds addresses that are right in memory only. */
static int open_table(const struct go_process *process, struct go_image *image,
		      const struct go_module *module)
{
	uint64_t gofunc = process->offsets.module_gofunc >= 0
				  ? go_word(process,
					    module->address + process->offsets.module_gofunc)
				  : 0;
	size_t size = image->pclntab_end - image->pclntab;
	uint8_t *copy = NULL;

	if (image->table)
		return 0;
	if (image->version < GO_VERSION(1, 18, 0) && image->position_independent) {
		if (size > MOST_PCLNTAB)
			return -E2BIG;
		copy = malloc(size);
		if (!copy)
			return -ENOMEM;
		if (!go_read(process, module->bias + image->pclntab, copy, size)) {
			free(copy);
			return -EFAULT;
		}
	}
	return pclntab_open(image, module->text - module->bias, gofunc ? gofunc - module->bias : 0,
			    copy, size, module->bias);
}

static void learn_offsets(struct go_image *image)
{
	if (image->has_offsets)
		return;
	go_offsets_for(image->version ?: GO_NEWEST, &image->offsets);
	go_offsets_from_dwarf(image->elf, &image->offsets);
	image->has_offsets = true;
}

static int add_module(struct go_process *process, struct go_image *image, uint64_t bias)
{
	struct go_module module = { .image = image, .bias = bias };
	size_t i;
	int r;

	for (i = 0; i < process->module_count; i++) {
		if (process->modules[i].image == image)
			return 0;
	}
	if (process->module_count == GO_MODULES_MAX)
		return -E2BIG;
	learn_offsets(image);
	if (!process->module_count) {
		process->offsets = image->offsets;
		process->version = image->version ?: GO_NEWEST;
		go_reason_kinds(process->version, process->kinds);
	}
	if (!image->pclntab || !find_module(process, image, bias, &module))
		return -ENOENT;
	r = open_table(process, image, &module);
	if (r < 0)
		return r;
	process->modules[process->module_count++] = module;
	return 0;
}

static void look_at_mapping(struct go_images *images, struct go_process *process,
			    const struct target_mapping *mapping, char version_text[64],
			    char reason[200])
{
	struct go_image *image;
	uint64_t bias;

	if (!(mapping->protection & PROT_EXEC) || !mapping->inode)
		return;
	image = image_of(images, process->pid, mapping);
	if (!image || image->kind == GO_NOT)
		return;
	if (!process->module_count)
		snprintf(version_text, 64, "%s", image->version_text);
	if (image->kind == GO_GCC || image->kind == GO_TINY)
		snprintf(reason, 200, "built with %s, whose runtime is another one",
			 image->kind == GO_GCC ? "gccgo" : "TinyGo");
	else if (image->version && image->version < GO_OLDEST)
		snprintf(reason, 200, "Go older than 1.17");
	else if (go_image_bias(image, mapping, &bias) && add_module(process, image, bias) < 0)
		snprintf(reason, 200, "its table of functions was not found");
}

int go_process_open(struct go_images *images, pid_t pid, struct go_process **ret_process,
		    char version_text[64], char reason[200])
{
	struct target_maps maps = TARGET_MAPS_INIT;
	struct go_process *process;
	size_t i;
	int r;

	process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->pid = pid;
	version_text[0] = reason[0] = '\0';
	r = target_maps_read(pid, TARGET_MAPS_EXECUTABLE, &maps);
	for (i = 0; !r && i < maps.count; i++)
		look_at_mapping(images, process, &maps.mappings[i], version_text, reason);
	target_maps_release(&maps);
	if (!r && !process->module_count)
		r = reason[0] ? -ENOTSUP : -ENOENT;
	if (!r) {
		r = allgs_find(process);
		if (r == -ENOENT) {
			snprintf(reason, 200,
				 "the runtime's data is not as in any Go version known");
			r = -ENOTSUP;
		}
	}
	if (!r) {
		reason[0] = '\0';
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

void go_process_free(struct go_process *process)
{
	if (!process)
		return;
	free(process->polls);
	free(process->sizes);
	free(process);
}
