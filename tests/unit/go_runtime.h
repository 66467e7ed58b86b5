/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Go runtime made by hand: goroutines, a heap and global variables in regions of this test's own
 * memory, laid out by the table of offsets for whatever version is asked for. What reads a process
 * reads it by way of a target_memory_source, before each read of which the test may change it.
 */
#ifndef LEAKHOP_TESTS_UNIT_GO_RUNTIME_H
#define LEAKHOP_TESTS_UNIT_GO_RUNTIME_H

#include "unit.h"

#include "runtimes/go/golang.h"
#include "runtimes/go/heap/reach.h"
#include "runtimes/go/private.h"

#include <errno.h>

#define REGIONS 16
#define MOST_GOROUTINES 8

#define PAGE 8192ull
#define DATA 0x1000000ull /* global variables; then those that are zero at first */
#define BSS (DATA + 0x1000)
#define HEAP_BOOKS (DATA + 0x2000) /* runtime.mheap_ */
#define DATA_END (DATA + 0x20000)
#define ARENA_MAP 0x2000000000ull
#define ARENA 0x2100000000ull
#define SPAN_BOOKS 0x2200000000ull /* descriptors of spans; then the list of them */
#define SPAN_LIST (SPAN_BOOKS + 0x4000)
#define ONLY_P 0x2400000000ull /* what runtime.allp has; behind it its thread, and that list */
#define ONLY_M (ONLY_P + 0x6000)
#define ALLP (ONLY_P + 0x7000)
#define HEAP 0xc000000000ull
#define STACKS (HEAP + 0x100000) /* of 8 KB each */
#define PID 0x7fffff00		 /* more than Linux gives away */

#if defined(__x86_64__)
#define MAP_BASE 0x800000000000ull /* what the map of arenas begins with */
#else
#define MAP_BASE 0ull
#endif

/* Spans of the heap, a page each, by what is in them. */
enum {
	SPAN_ALLGS,
	SPAN_DESCRIPTORS,
	SPAN_WAITERS,
	SPAN_CHANNELS,
	SPAN_BOXES, /* two words each */
	SPAN_COUNT
};

struct go_region {
	uint64_t address;
	size_t size;
	uint8_t *bytes;
	bool gone; /* cannot be read */
};

struct go_runtime {
	struct go_region regions[REGIONS];
	size_t region_count;
	/* Called before each read, which it may change the outcome of. */
	void (*before)(struct go_runtime *runtime, uint64_t address, size_t size);
	unsigned step;	/* of before */
	bool moves;	/* the same */
	uint32_t ticks; /* of the processor */
	struct target_memory_source source;
	struct go_image image;
	struct go_process process;
	struct lc_go go;
	struct lc_go_process *model;
	struct lc_stacks *stacks;
	struct golang *golang;
	size_t used[SPAN_COUNT]; /* objects */
	uint64_t sizes[SPAN_COUNT];
	uint64_t goroutines[MOST_GOROUTINES];
	size_t goroutine_count;
	uint8_t dead[MOST_GOROUTINES];
};

static inline struct go_region *go_region_at(struct go_runtime *runtime, uint64_t address)
{
	size_t i;

	for (i = 0; i < runtime->region_count; i++) {
		if (address >= runtime->regions[i].address &&
		    address - runtime->regions[i].address < runtime->regions[i].size)
			return &runtime->regions[i];
	}
	return NULL;
}

static inline int go_runtime_read(void *context, uint64_t address, void *buffer, size_t size,
				  size_t *ret_read)
{
	struct go_runtime *runtime = context;
	struct go_region *region;
	size_t at, left;

	if (runtime->before)
		runtime->before(runtime, address, size);
	for (at = 0; at < size; at += left) {
		region = go_region_at(runtime, address + at);
		if (!region || region->gone)
			break;
		left = region->size - (address + at - region->address);
		left = left < size - at ? left : size - at;
		memcpy((uint8_t *)buffer + at, region->bytes + (address + at - region->address),
		       left);
	}
	*ret_read = at;
	return at ? 0 : -EFAULT;
}

static inline void go_add_region(struct go_runtime *runtime, uint64_t address, size_t size)
{
	struct go_region *region = &runtime->regions[runtime->region_count++];

	assert_true(runtime->region_count <= REGIONS);
	*region = (struct go_region){ .address = address, .size = size, .bytes = calloc(1, size) };
	assert_non_null(region->bytes);
}

static inline void go_put(struct go_runtime *runtime, uint64_t address, uint64_t value, size_t size)
{
	struct go_region *region = go_region_at(runtime, address);

	assert_non_null(region);
	assert_true(address - region->address + size <= region->size);
	memcpy(region->bytes + (address - region->address), &value, size);
}

static inline void go_put_word(struct go_runtime *runtime, uint64_t address, uint64_t value)
{
	go_put(runtime, address, value, 8);
}

/* A field of a struct there; it must be one of this version. */
static inline void go_put_field(struct go_runtime *runtime, uint64_t at, int32_t field,
				uint64_t value, size_t size)
{
	assert_true(field >= 0);
	go_put(runtime, at + field, value, size);
}

static inline uint64_t go_span_start(unsigned span)
{
	return HEAP + span * PAGE;
}

/* Page number of the heap; pages that belong to a span are noted in the arena. */
static inline void go_put_span(struct go_runtime *runtime, unsigned number, uint64_t start,
			       uint64_t pages, uint64_t size, unsigned state)
{
	const struct go_offsets *o = &runtime->process.offsets;
	size_t width = runtime->process.version >= GO_VERSION(1, 22, 0) ? 2 : 8;
	uint64_t at = SPAN_BOOKS + number * 0x200, i, page;

	assert_true(o->span_size <= 0x200);
	go_put_field(runtime, at, o->span_start, start, 8);
	go_put_field(runtime, at, o->span_npages, pages, 8);
	go_put_field(runtime, at, o->span_elemsize, size, 8);
	go_put_field(runtime, at, o->span_nelems, size ? pages * PAGE / size : 0, width);
	go_put_field(runtime, at, o->span_freeindex, size ? pages * PAGE / size : 0, width);
	go_put_field(runtime, at, o->span_state, state, 1);
	go_put_word(runtime, SPAN_LIST + number * 8, at);
	for (i = 0; i < pages; i++) {
		page = (start + i * PAGE - HEAP) / PAGE;
		go_put_word(runtime, ARENA + o->arena_spans + page * 8, at);
	}
}

static inline uint64_t go_new(struct go_runtime *runtime, unsigned span)
{
	uint64_t size = runtime->sizes[span], at = runtime->used[span]++ * size;

	assert_true(at + size <= PAGE);
	return go_span_start(span) + at;
}

static inline void go_put_heap(struct go_runtime *runtime)
{
	const struct go_offsets *o = &runtime->process.offsets;
	uint64_t entry = ARENA_MAP + ((HEAP + MAP_BASE) >> 26) * 8;
	unsigned i;

	runtime->sizes[SPAN_ALLGS] = PAGE;
	runtime->sizes[SPAN_DESCRIPTORS] = (o->g_size + 63) & ~63;
	runtime->sizes[SPAN_WAITERS] = (o->sudog_size + 15) & ~15;
	runtime->sizes[SPAN_CHANNELS] = (o->hchan_size + 15) & ~15;
	runtime->sizes[SPAN_BOXES] = 16;
	for (i = 0; i < SPAN_COUNT; i++)
		go_add_region(runtime, go_span_start(i), PAGE);
	go_add_region(runtime, STACKS, MOST_GOROUTINES * PAGE);
	go_add_region(runtime, SPAN_BOOKS, 0x5000);
	go_add_region(runtime, ARENA, o->arena_spans + 8192 * 8);
	go_add_region(runtime, entry, 8);
	go_put_word(runtime, entry, ARENA);
	for (i = 0; i < SPAN_COUNT; i++)
		go_put_span(runtime, i, go_span_start(i), 1, runtime->sizes[i], /* in use */ 1);
	go_put_span(runtime, SPAN_COUNT, STACKS, MOST_GOROUTINES, 0, /* by hand */ 2);
	go_put_field(runtime, HEAP_BOOKS, o->mheap_arenas, ARENA_MAP, 8);
	go_put_field(runtime, HEAP_BOOKS, o->mheap_allspans, SPAN_LIST, 8);
	go_put_field(runtime, HEAP_BOOKS, o->mheap_allspans + 8, SPAN_COUNT + 1, 8);
}

/* A processor without a thread, and a thread that has nothing to run. */
static inline void go_put_processor(struct go_runtime *runtime)
{
	const struct go_offsets *o = &runtime->process.offsets;

	go_add_region(runtime, ONLY_P, ALLP + 0x100 - ONLY_P);
	go_put_word(runtime, ALLP, ALLP + 24);
	go_put_word(runtime, ALLP + 8, 1);
	go_put_word(runtime, ALLP + 16, 1);
	go_put_word(runtime, ALLP + 24, ONLY_P);
	go_put_field(runtime, ONLY_M, o->m_p, ONLY_P, 8);
	runtime->process.allp = ALLP;
}

static inline void go_runtime_start(struct go_runtime *runtime, uint32_t version)
{
	struct go_process *process = &runtime->process;
	struct runtime *opened;

	*runtime = (struct go_runtime){};
	runtime->source = (struct target_memory_source){ .read = go_runtime_read,
							 .context = runtime };
	go_offsets_for(version, &runtime->image.offsets);
	runtime->image.version = version;
	process->pid = PID;
	process->memory = &runtime->source;
	process->version = version;
	process->offsets = runtime->image.offsets;
	go_reason_kinds(version, process->kinds);
	process->allgs = BSS;
	process->module_count = 1;
	process->modules[0] = (struct go_module){ .image = &runtime->image,
						  .address = DATA + 0x800,
						  .data = DATA,
						  .bss = BSS,
						  .bss_end = HEAP_BOOKS,
						  .noptrbss = HEAP_BOOKS,
						  .noptrbss_end = DATA_END,
						  .ebss = DATA_END };
	go_add_region(runtime, DATA, DATA_END - DATA);
	go_put_heap(runtime);
	go_put_processor(runtime);
	go_put_word(runtime, BSS, go_new(runtime, SPAN_ALLGS));
	go_put_word(runtime, BSS + 16, PAGE / 8);
	assert_int_equal(lc_stacks_create(0, &runtime->stacks), 0);
	assert_int_equal(golang_open(runtime->stacks, NULL, NULL, &opened), 0);
	runtime->golang = golang_of(opened);
	runtime->model = lc_go_get(&runtime->go, PID, 1);
	assert_non_null(runtime->model);
}

static inline void go_runtime_end(struct go_runtime *runtime)
{
	size_t i;

	for (i = 0; i < runtime->region_count; i++)
		free(runtime->regions[i].bytes);
	lc_go_release(&runtime->go);
	runtime->golang->runtime.does->close(&runtime->golang->runtime);
	lc_stacks_free(runtime->stacks);
	free(runtime->process.timer_channels);
	free(runtime->process.polls);
	free(runtime->process.sizes);
	free(runtime->process.known_calls);
}

/* The version's number of a reason. */
static inline unsigned go_reason_number(const struct go_runtime *runtime, const char *text)
{
	const struct go_reason *reason;
	unsigned i;

	for (i = 0; i < 256; i++) {
		reason = go_reason_for(runtime->process.version, i);
		if (reason && !strcmp(reason->text, text))
			return i;
	}
	fail_msg("no such reason: %s", text);
	return 0;
}

static inline uint64_t go_stack_end(size_t place)
{
	return STACKS + (place + 1) * PAGE;
}

/* Where a goroutine that stands still has its sp: 32 words are in use. */
static inline uint64_t go_sp(size_t place)
{
	return go_stack_end(place) - 256;
}

/* At the next place of the list. Returns the place; goid is that + 1. */
static inline size_t go_add(struct go_runtime *runtime, uint32_t status, const char *reason)
{
	const struct go_offsets *o = &runtime->process.offsets;
	size_t place = runtime->goroutine_count++;
	uint64_t g = go_new(runtime, SPAN_DESCRIPTORS);

	assert_true(place < MOST_GOROUTINES);
	runtime->goroutines[place] = g;
	go_put_field(runtime, g, o->g_stack_lo, STACKS + place * PAGE, 8);
	go_put_field(runtime, g, o->g_stack_hi, go_stack_end(place), 8);
	go_put_field(runtime, g, o->g_sched_sp, go_sp(place), 8);
	go_put_field(runtime, g, o->g_sched_pc, 0x400100, 8);
	go_put_field(runtime, g, o->g_sched_g, g, 8);
	go_put_field(runtime, g, o->g_goid, place + 1, 8);
	go_put_field(runtime, g, o->g_atomicstatus, status, 4);
	go_put_field(runtime, g, o->g_waitreason, go_reason_number(runtime, reason), 1);
	go_put_field(runtime, g, o->g_startpc, 0x400000, 8);
	go_put_word(runtime, go_span_start(SPAN_ALLGS) + place * 8, g);
	go_put_word(runtime, BSS + 8, runtime->goroutine_count);
	return place;
}

static inline size_t go_add_waiting(struct go_runtime *runtime, const char *reason)
{
	return go_add(runtime, GO_STATUS_WAITING, reason);
}

/* It has run: its turns are counted. */
static inline void go_has_run(struct go_runtime *runtime, size_t place, uint8_t turns)
{
	go_put_field(runtime, runtime->goroutines[place], runtime->process.offsets.g_tracking_seq,
		     turns, 1);
}

/* A word of its stack, from sp on. */
static inline void go_put_stack(struct go_runtime *runtime, size_t place, size_t word,
				uint64_t value)
{
	go_put_word(runtime, go_sp(place) + word * 8, value);
}

/* Stands in the queue of a channel, and has it on its stack, as whoever receives has. */
static inline void go_wait_for(struct go_runtime *runtime, size_t place, uint64_t channel)
{
	const struct go_offsets *o = &runtime->process.offsets;
	uint64_t waiter = go_new(runtime, SPAN_WAITERS), g = runtime->goroutines[place];
	int32_t wider = runtime->process.version >= GO_VERSION(1, 26, 0) ? 8 : 0;
	struct go_region *region = go_region_at(runtime, g);
	uint64_t next;

	memcpy(&next, region->bytes + (g + o->g_waiting - region->address), 8);
	go_put_field(runtime, waiter, o->sudog_g, g, 8);
	go_put_field(runtime, waiter, o->sudog_c + wider, channel, 8);
	go_put_field(runtime, waiter, o->sudog_waitlink, next, 8);
	go_put_field(runtime, g, o->g_waiting, waiter, 8);
	if (go_region_at(runtime, channel))
		go_put_field(runtime, channel, o->hchan_recvq, waiter, 8);
	go_put_stack(runtime, place, runtime->used[SPAN_WAITERS], channel);
}

/* The processor has it at hand, and begins with it. */
static inline void go_run(struct go_runtime *runtime, size_t place)
{
	const struct go_offsets *o = &runtime->process.offsets;
	uint64_t g = runtime->goroutines[place];

	go_put_field(runtime, g, o->g_atomicstatus, GO_STATUS_RUNNING, 4);
	go_put_field(runtime, g, o->g_m, ONLY_M, 8);
	go_put_field(runtime, ONLY_M, o->m_curg, g, 8);
	go_put_field(runtime, ONLY_P, o->p_m, ONLY_M, 8);
	go_put_field(runtime, ONLY_P, o->p_schedtick, ++runtime->ticks, 4);
}

static inline size_t go_add_receiver(struct go_runtime *runtime, uint64_t channel)
{
	size_t place = go_add_waiting(runtime, "chan receive");

	go_wait_for(runtime, place, channel);
	return place;
}

static inline const struct lc_goroutine *go_seen(const struct go_runtime *runtime, size_t place)
{
	assert_true(place < runtime->model->count);
	return &runtime->model->list[place];
}

static inline int go_runtime_sweep(struct go_runtime *runtime, uint64_t now, unsigned attempts)
{
	return go_sweep(runtime->golang, &runtime->process, runtime->model, now, attempts);
}

/* A sweep, and the search of the heap after it. */
static inline int go_runtime_reach(struct go_runtime *runtime)
{
	assert_int_equal(go_runtime_sweep(runtime, 1000, 1), 0);
	memset(runtime->dead, 0, sizeof(runtime->dead));
	return go_reach(&runtime->process, runtime->model, runtime->dead, NULL);
}

#endif
