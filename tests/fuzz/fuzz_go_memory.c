// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Go runtime of whose memory, of which bounds and offsets, any bytes overwrite what they like, in
 * all that is asked of it: the sweep, waits, labels, the search of the heap, the dump. Whoever asks
 * its memory too often has an endless task. With -fsanitize=fuzzer.
 */
#include "go_scene.h"

#include "runtimes/go/sched/allgs.h"

#include <fcntl.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t versions[] = {
	GO_VERSION(1, 17, 0), GO_VERSION(1, 20, 0), GO_VERSION(1, 22, 0), GO_VERSION(1, 23, 0),
	GO_VERSION(1, 24, 0), GO_VERSION(1, 25, 0), GO_VERSION(1, 26, 0), GO_VERSION(1, 27, 0),
};

static const uint64_t limits[] = { 0,	       1,	   2,	      4,	  7,
				   511,	       512,	   4096,      65536,	  1u << 20,
				   1ull << 32, 1ull << 46, INT64_MAX, 1ull << 63, UINT64_MAX,
				   -8ull,      UINT32_MAX };

static void write_memory(struct scene *scene, uint64_t address, uint64_t value, size_t size)
{
	struct go_region *region = go_region_at(&scene->runtime, address);
	size_t at = region ? address - region->address : 0;

	if (region && at + size <= region->size)
		memcpy(region->bytes + at, &value, size);
}

/* What moduledata and debug data said. */
static void write_book(struct scene *scene, const struct patch *patch)
{
	struct go_process *process = &scene->runtime.process;
	struct go_module *module = &process->modules[patch->where & 1];
	uint64_t *bounds[] = {
		&module->data,	       &module->ebss,		&module->bss,
		&module->bss_end,      &module->noptrbss,	&module->noptrbss_end,
		&module->noptrdata,    &module->noptrdata_end,	&module->with_data.from,
		&module->with_data.to, &module->with_data.bits, &module->with_bss.from,
		&module->with_bss.to,  &module->with_bss.bits,	&module->types,
		&module->etypes,
	};

	if (patch->when)
		return;
	if (patch->how & 0x10)
		*bounds[patch->offset % (sizeof(bounds) / sizeof(bounds[0]))] = patch->value;
	else if ((int32_t)patch->value >= 0) /* else the table's word stands */
		memcpy((uint8_t *)&process->offsets + patch->offset % GO_FIELD_COUNT * 4,
		       &patch->value, 4);
}

static void apply(struct scene *scene, const struct patch *patch)
{
	static const uint8_t sizes[] = { 8, 8, 8, 1, 2, 4 };
	uint64_t address = scene->places[patch->where % scene->place_count] + patch->offset % 1024;
	uint64_t value = patch->value;
	unsigned how = patch->how % 8;
	struct go_region *region;

	if (how == 1)
		value = scene->places[value % scene->place_count] + (value >> 8) % 1024;
	else if (how == 2)
		value = limits[value % (sizeof(limits) / sizeof(limits[0]))];
	if (how < sizeof(sizes)) {
		write_memory(scene, address, value, sizes[how]);
	} else if (how == 6) {
		region = go_region_at(&scene->runtime, address);
		if (region)
			region->gone = value & 1;
	} else {
		write_book(scene, patch);
	}
}

static void before_read(struct go_runtime *runtime, uint64_t address, size_t size)
{
	struct scene *scene = (struct scene *)runtime;
	size_t i;

	(void)address, (void)size;
	if (++scene->reads == MOST_READS)
		__builtin_trap();
	for (i = 0; i < scene->patch_count; i++) {
		if (scene->patches[i].when == scene->reads)
			apply(scene, &scene->patches[i]);
	}
}

/* The first byte chooses the version, the second what has to be found first. */
static void take_patches(struct scene *scene, const uint8_t *data, size_t size)
{
	struct go_process *process = &scene->runtime.process;
	const struct go_offsets table = process->offsets;
	size_t i, count = (size - 2) / sizeof(struct patch);

	scene->patch_count = count < MOST_PATCHES ? count : MOST_PATCHES;
	memcpy(scene->patches, data + 2, scene->patch_count * sizeof(struct patch));
	for (i = 0; i < scene->patch_count; i++) {
		scene->patches[i].when %= 1024;
		if (!scene->patches[i].when)
			apply(scene, &scene->patches[i]);
	}
	process->allp = data[1] & 1 ? 0 : process->allp;
	process->semtable = data[1] & 2 ? 0 : process->semtable;
	process->heap = data[1] & 16 ? 0 : process->heap;
	process->modules[1].bss_end = process->modules[1].bss_end > process->modules[1].bss
					      ? process->modules[1].bss_end
					      : process->modules[1].bss;
	go_offsets_bound(&process->offsets, &table);
	scene->program.image.offsets = process->offsets;
	if (data[1] & 4)
		(void)allgs_find(process);
}

static int take_trace(void *context, const struct lc_go_trace *trace)
{
	return trace->goid > *(const uint64_t *)context;
}

/* The process is this one: it has always been known. */
static void dump(struct scene *scene)
{
	struct runtime *runtime = &scene->runtime.golang->runtime;
	uint64_t most = 1ull << 40;
	struct target_stat stat;
	struct statx status;
	char reason[200];

	if (target_read_stat(getpid(), getpid(), &stat) < 0 ||
	    statx(AT_FDCWD, "/proc/self/exe", 0, STATX_INO, &status) < 0)
		return;
	scene->known.start_time = stat.start_ticks;
	scene->known.exe = status.stx_ino;
	(void)runtime->does->dump(runtime, getpid(), 3000, 2, take_trace, &most, reason);
}

static void ask_heap(struct go_runtime *runtime)
{
	const struct runtime_operations *does = runtime->golang->runtime.does;
	struct runtime *of = &runtime->golang->runtime;
	uint64_t goids[64];
	struct runtime_why why = { .goids = goids, .stuck = goids };
	struct runtime_goids readers = { .list = goids };
	size_t i;

	for (i = 0; i < runtime->model->count && i < 64; i++) {
		runtime->model->list[i].group = 1 + i % 3;
		if (runtime->model->list[i].goid)
			goids[why.count++] = runtime->model->list[i].goid;
	}
	why.stuck_count = why.count / 2;
	readers.count = why.count / 3;
	(void)does->reach(of, runtime->model, &readers);
	(void)does->explain(of, runtime->model, &why);
	(void)does->retained(of, runtime->model);
}

static void ask(struct scene *scene, bool all)
{
	struct go_runtime *runtime = &scene->runtime;
	const struct runtime_operations *does = runtime->golang->runtime.does;
	struct runtime_forward forward;
	char labels[256];
	size_t i;

	if (go_runtime_sweep(runtime, 1000, 2) < 0)
		return;
	for (i = 0; i < runtime->model->count && i < 64; i++) {
		uint64_t goid = runtime->model->list[i].goid;

		if (!all && runtime->model->list[i].kind == LC_GO_NETWORK)
			continue; /* reads /proc */
		(void)does->describe(&runtime->golang->runtime, runtime->model, goid);
		(void)does->labels(&runtime->golang->runtime, runtime->model, goid, labels,
				   sizeof(labels));
	}
	(void)does->holders(&runtime->golang->runtime, runtime->model);
	for (i = 0; i < runtime->model->count && i < 64; i++)
		(void)does->forward(&runtime->golang->runtime, runtime->model,
				    &runtime->model->list[i], &forward);
	ask_heap(runtime);
	(void)go_runtime_sweep(runtime, 2000, 1);
	if (all)
		dump(scene);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scene scene;

	if (size < 2)
		return 0;
	scene_start(&scene, versions[data[0] % (sizeof(versions) / sizeof(versions[0]))]);
	take_patches(&scene, data, size);
	scene.runtime.before = before_read;
	ask(&scene, data[1] & 8);
	scene_end(&scene);
	return 0;
}
