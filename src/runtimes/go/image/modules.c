// SPDX-License-Identifier: GPL-2.0-only
/* Finds the Go code of a process, and tells its runtimes apart: see modules.h. */
#include "runtimes/go/image/modules.h"
#include "runtimes/go/image/identify.h"
#include "runtimes/go/sched/goroutine.h"
#include "runtimes/go/image/pclntab.h"
#include "target/file.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define IMAGES_MAX 8192
#define MOST_DATA (64u << 20)
#define MOST_PCLNTAB (256u << 20)
#define CHAIN_MAX (2 * GO_MODULES_MAX) /* also what is not known here is passed */

/* Numbers of this folder's images, apart from those of src/stack. */
#define FIRST_NUMBER (1ull << 62)

static bool read_key(int fd, struct go_image_key *ret)
{
	struct stat status;

	if (target_file_status(fd, &status) < 0)
		return false;
	*ret = (struct go_image_key){
		.device = status.st_dev,
		.inode = status.st_ino,
		.size = status.st_size,
		.modified = status.st_mtim.tv_sec * 1000000000ll + status.st_mtim.tv_nsec,
	};
	return true;
}

/* The image behind a mapping, opened once for each file; NULL: it can't be looked at. */
static struct go_image *image_of(struct go_images *images, const struct target_task *task,
				 const struct target_mapping *mapping)
{
	_cleanup_close_ int fd = -1;
	struct target_access *careful;
	struct go_image_key key;
	struct go_image *image;

	if (target_file_open(task, mapping, &fd) < 0 || !read_key(fd, &key))
		return NULL;
	careful = target_way(task->access, task->pid) == TARGET_BY_ITSELF ? NULL : task->access;
	HASH_FIND(hh, images->list, &key, sizeof(key), image);
	if (image) {
		HASH_DEL(images->list, image); /* to the end of the list */
		HASH_ADD(hh, images->list, key, sizeof(image->key), image);
		return image;
	}
	if (images->count == IMAGES_MAX ||
	    go_image_open(careful, take_fd(&fd), mapping->path, &image) < 0)
		return NULL;
	image->key = key;
	image->number = FIRST_NUMBER + ++images->numbers;
	images->count++;
	HASH_ADD(hh, images->list, key, sizeof(image->key), image);
	return image;
}

static uint64_t field(const struct go_process *process, uint64_t address, int32_t offset)
{
	return offset >= 0 ? go_word(process, address + offset) : 0;
}

/* runtime.bitvector: n int32, bytedata. It must have a bit for each whole word, and no more. */
static void read_mask(const struct go_process *process, uint64_t address, int32_t offset,
		      struct go_variables *variables)
{
	uint64_t words = (variables->to - variables->from) / 8;

	if (variables->from < variables->to && !(variables->from & 7) &&
	    (uint32_t)field(process, address, offset) == words)
		variables->bits = field(process, address, offset + 8);
}

static void read_variables(const struct go_process *process, uint64_t address,
			   struct go_module *module)
{
	const struct go_offsets *o = &module->image->offsets;

	module->noptrdata_end = field(process, address, o->module_enoptrdata);
	module->types = field(process, address, o->module_types);
	module->etypes = field(process, address, o->module_etypes);
	module->with_data = (struct go_variables){
		.from = field(process, address, o->module_data),
		.to = field(process, address, o->module_edata),
	};
	module->with_bss = (struct go_variables){ .from = module->bss, .to = module->bss_end };
	if (o->module_gcdatamask >= 0 && o->module_gcbssmask >= 0) {
		read_mask(process, address, o->module_gcdatamask, &module->with_data);
		read_mask(process, address, o->module_gcbssmask, &module->with_bss);
	}
}

/* Go's linker has them in one order, C's in another one. */
static void bound_variables(struct go_module *module)
{
	const uint64_t begins[] = { module->with_data.from, module->with_bss.from,
				    module->noptrbss };
	const uint64_t ends[] = { module->noptrdata_end, module->with_data.to,
				  module->with_bss.to };
	size_t i;

	module->data = module->noptrdata;
	module->ebss = module->noptrbss_end;
	for (i = 0; i < 3; i++) {
		if (begins[i] && begins[i] < module->data)
			module->data = begins[i];
		if (ends[i] > module->ebss)
			module->ebss = ends[i];
	}
}

/* The module's fields, checked against each other. */
static bool read_module(const struct go_process *process, uint64_t address,
			struct go_module *module)
{
	const struct go_offsets *o = &module->image->offsets;
	uint64_t minpc = go_word(process, address + o->module_minpc);
	uint64_t maxpc = go_word(process, address + o->module_maxpc);

	module->address = address;
	module->text = go_word(process, address + o->module_text);
	module->etext = go_word(process, address + o->module_etext);
	module->noptrdata = go_word(process, address + o->module_noptrdata);
	module->bss = go_word(process, address + o->module_bss);
	module->bss_end = go_word(process, address + o->module_ebss);
	module->noptrbss = go_word(process, address + o->module_noptrbss);
	module->noptrbss_end = go_word(process, address + o->module_enoptrbss);
	read_variables(process, address, module);
	bound_variables(module);
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

/*
 * In a position-independent program the 1.17 table holds addresses that are right in memory only.
 */
static int open_table(const struct go_process *process, struct go_image *image,
		      const struct go_module *module)
{
	int32_t at = image->offsets.module_gofunc;
	uint64_t gofunc = at >= 0 ? go_word(process, module->address + at) : 0;
	size_t size = image->pclntab_end - image->pclntab;
	uint8_t *copy = NULL;
	int r;

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
	r = pclntab_open(image, module->text - module->bias, gofunc ? gofunc - module->bias : 0,
			 copy, size, module->bias);
	/* runtime/cgo/asm_amd64.s and its like: the linker keeps it for C. */
	if (!r)
		image->links_c = pclntab_named(image->table, "crosscall2");
	return r;
}

static void learn_offsets(const struct go_images *images, struct go_image *image)
{
	if (image->has_offsets)
		return;
	go_offsets_for(image->version ?: GO_NEWEST, &image->offsets);
	go_offsets_from_debug_data(images->files, image->fd, &image->offsets);
	image->has_offsets = true;
}

static const struct go_module *known_module(const struct go_process *process,
					    const struct go_image *image, uint64_t bias)
{
	size_t i;

	for (i = 0; i < process->module_count; i++) {
		if (process->modules[i].image == image && process->modules[i].bias == bias)
			return &process->modules[i];
	}
	return NULL;
}

static int add_module(const struct go_images *images, const struct go_process *process,
		      struct go_image *image, uint64_t bias, struct go_modules *modules)
{
	const struct go_module *known = known_module(process, image, bias);
	struct go_module module = { .image = image, .bias = bias };
	size_t i;
	int r = 0;

	for (i = 0; i < modules->count; i++) {
		if (modules->list[i].image == image)
			return 0;
	}
	if (modules->count == GO_MODULES_MAX)
		return -E2BIG;
	/* A plugin may not name its version: it is that of the program. */
	if (!image->version && modules->count)
		image->version = modules->list[0].image->version;
	learn_offsets(images, image);
	if (known)
		module = *known;
	else if (!image->pclntab || !find_module(process, image, bias, &module))
		r = -ENOENT;
	r = r ?: open_table(process, image, &module);
	if (r < 0)
		return r;
	modules->list[modules->count++] = module;
	return 0;
}

static void look_at_mapping(struct go_images *images, const struct go_process *process,
			    const struct target_mapping *mapping, struct go_modules *modules)
{
	const struct target_task task = { images->access, process->pid, process->pid };
	struct go_image *image;
	uint64_t bias;

	if (!(mapping->protection & PROT_EXEC) || !mapping->inode)
		return;
	image = image_of(images, &task, mapping);
	if (!image || image->kind == GO_NOT)
		return;
	if (!modules->count)
		modules->version_text = image->version_text;
	if (image->kind == GO_GCC || image->kind == GO_TINY) {
		modules->foreign = image;
		snprintf(modules->reason, sizeof(modules->reason),
			 "built with %s, whose runtime is another one",
			 image->kind == GO_GCC ? "gccgo" : "TinyGo");
	} else if (image->version && image->version < GO_OLDEST) {
		snprintf(modules->reason, sizeof(modules->reason), "Go older than 1.17");
	} else if (go_image_bias(image, mapping, &bias) &&
		   add_module(images, process, image, bias, modules) < 0) {
		snprintf(modules->reason, sizeof(modules->reason),
			 "its table of functions was not found");
	}
}

int go_modules_find(struct go_images *images, const struct go_process *process,
		    struct go_modules *ret)
{
	const struct target_task task = { images->access, process->pid, process->pid };
	struct target_maps maps = TARGET_MAPS_INIT;
	size_t i;
	int r;

	*ret = (struct go_modules){ .version_text = "" };
	r = target_maps_read(&task, TARGET_MAPS_EXECUTABLE, &maps);
	for (i = 0; !r && i < maps.count; i++)
		look_at_mapping(images, process, &maps.mappings[i], ret);
	target_maps_release(&maps);
	return r;
}

static size_t call_site_of(const struct go_modules *modules, uint64_t address)
{
	size_t i;

	for (i = 0; i < modules->count && modules->list[i].address != address; i++)
		;
	return i;
}

/* Both are of one runtime from now on. */
static void join(size_t *runtime, size_t count, size_t a, size_t b)
{
	size_t from = runtime[a], to = runtime[b], i;

	for (i = 0; i < count; i++) {
		if (runtime[i] == from)
			runtime[i] = to;
	}
}

static uint64_t next_of(const struct go_process *process, const struct go_image *image,
			uint64_t address)
{
	return image->offsets.module_next >= 0
		       ? go_word(process, address + image->offsets.module_next)
		       : 0;
}

/* Numbers the runtimes: a runtime has its modules in a chain. */
static void tell_runtimes(const struct go_process *process, const struct go_modules *modules,
			  size_t runtime[GO_MODULES_MAX])
{
	size_t i, found, steps;
	uint64_t at;

	for (i = 0; i < modules->count; i++)
		runtime[i] = i;
	for (i = 0; i < modules->count; i++) {
		at = modules->list[i].address;
		for (steps = 0; at && steps < CHAIN_MAX; steps++) {
			found = call_site_of(modules, at);
			if (found < modules->count)
				join(runtime, modules->count, found, i);
			at = next_of(process, modules->list[i].image, at);
		}
	}
}

void go_modules_take(struct go_process *process, const struct go_modules *modules, size_t first)
{
	const struct go_image *image = modules->list[first].image, *other = modules->foreign;
	size_t runtime[GO_MODULES_MAX], i;

	tell_runtimes(process, modules, runtime);
	process->module_count = 0;
	process->links_c = false;
	for (i = 0; i < modules->count; i++) {
		process->links_c |= modules->list[i].image->links_c;
		if (runtime[i] == runtime[first])
			process->modules[process->module_count++] = modules->list[i];
		else if (!other)
			other = modules->list[i].image;
	}
	process->offsets = image->offsets;
	process->version = image->version ?: GO_NEWEST;
	go_reason_kinds(process->version, process->kinds);
	process->other_runtime = other ? other->path : NULL;
}

bool go_modules_have_grown(const struct go_process *process, uint64_t *ret_new)
{
	size_t i, j;
	uint64_t next;

	for (i = 0; i < process->module_count; i++) {
		next = next_of(process, process->modules[i].image, process->modules[i].address);
		for (j = 0; j < process->module_count && process->modules[j].address != next; j++)
			;
		if (next && j == process->module_count) {
			*ret_new = next;
			return true;
		}
	}
	return false;
}
