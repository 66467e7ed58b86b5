/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Go runtime made by hand (tests/unit/go_runtime.h) with one of each thing that is read: channels
 * and a select, a lock in the table of semaphores, a condition, a descriptor that is waited for, a
 * timer, a finalizer, labels, a coroutine. Patches, taken from any bytes, then overwrite what they
 * like of it, at once or while it is read.
 */
#ifndef LEAKHOP_TESTS_FUZZ_GO_SCENE_H
#define LEAKHOP_TESTS_FUZZ_GO_SCENE_H

#include "../unit/go_program.h"
#include "../unit/go_runtime.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EXTRA 0x2300000000ull
#define EXTRA_SIZE 0x10000
#define SPECIAL (EXTRA + 0x100)
#define LABELS (EXTRA + 0x200)
#define TIMER (EXTRA + 0x400)
#define TIMER_HEAP (EXTRA + 0x600)
#define POLL_DESC (EXTRA + 0x800)
#define TYPE (EXTRA + 0xc00)
#define TYPE_BITS (EXTRA + 0xd00)
#define VARIABLES_BITS (EXTRA + 0xe00)
#define THREAD (EXTRA + 0x1000)
#define SEMAPHORES (EXTRA + 0x2000)
#define PROCESSOR (EXTRA + 0x8000)
#define CONDITION (DATA + 0x200)
#define MOST_PLACES 64
#define MOST_PATCHES 64
#define MOST_READS 1500000u /* a second and more, where each is a system call */

/* What an input overwrites. */
struct patch {
	uint8_t where, how;
	uint16_t offset;
	uint32_t when; /* before that read; 0: at once */
	uint64_t value;
};

struct scene {
	struct go_runtime runtime; /* first */
	struct go_program program;
	struct go_known known;
	uint64_t places[MOST_PLACES];
	size_t place_count;
	struct patch patches[MOST_PATCHES];
	size_t patch_count;
	uint32_t reads;
};

static inline void scene_note(struct scene *scene, uint64_t address)
{
	assert_true(scene->place_count < MOST_PLACES);
	scene->places[scene->place_count++] = address;
}

/* The number of a reason that not all versions have; 0: this one has not. */
static inline uint8_t scene_reason(const struct scene *scene, const char *text)
{
	unsigned number;

	for (number = 255; number; number--) {
		const struct go_reason *reason = go_reason_for(scene->runtime.process.version,
							       number);

		if (reason && !strcmp(reason->text, text))
			return number;
	}
	return 0;
}

/* Fields that this version has not are left out. */
static inline void scene_put(struct scene *scene, uint64_t at, int32_t field, uint64_t value,
			     size_t size)
{
	if (field >= 0)
		go_put(&scene->runtime, at + field, value, size);
}

static inline uint64_t scene_add(struct scene *scene, const char *reason)
{
	struct go_runtime *runtime = &scene->runtime;
	const struct go_offsets *o = &runtime->process.offsets;
	size_t place = go_add_waiting(runtime, "sleep");
	uint64_t g = runtime->goroutines[place];

	go_put_field(runtime, g, o->g_waitreason, scene_reason(scene, reason), 1);
	go_put_field(runtime, g, o->g_startpc, PROGRAM_TEXT, 8);
	go_put_field(runtime, g, o->g_gopc, PROGRAM_TEXT + 0x15, 8);
	go_put_field(runtime, g, o->g_sched_pc, PROGRAM_TEXT + 0x15, 8);
	go_put_stack(runtime, place, PROGRAM_FRAME / 8, PROGRAM_TEXT + 0x2b);
	scene_put(scene, g, o->g_labels, LABELS, 8);
	scene_note(scene, g);
	scene_note(scene, go_sp(place));
	return g;
}

static inline void scene_add_channels(struct scene *scene)
{
	struct go_runtime *runtime = &scene->runtime;
	uint64_t one = go_new(runtime, SPAN_CHANNELS), other = go_new(runtime, SPAN_CHANNELS);

	scene_add(scene, "chan receive");
	go_wait_for(runtime, runtime->goroutine_count - 1, one);
	scene_add(scene, "select");
	go_wait_for(runtime, runtime->goroutine_count - 1, one);
	go_wait_for(runtime, runtime->goroutine_count - 1, other);
	scene_put(scene, other, runtime->process.offsets.hchan_timer, TIMER, 8);
	scene_note(scene, one);
	scene_note(scene, other);
}

/* A mutex, of which the table of semaphores knows as well; and a condition. */
static inline void scene_add_locks(struct scene *scene)
{
	struct go_runtime *runtime = &scene->runtime;
	const struct go_offsets *o = &runtime->process.offsets;
	int32_t wider = runtime->process.version >= GO_VERSION(1, 26, 0) ? 8 : 0;
	uint64_t word = go_new(runtime, SPAN_BOXES) + 4, g = scene_add(scene, "sync.Mutex.Lock");
	uint64_t waiter = go_new(runtime, SPAN_WAITERS);

	if (!scene_reason(scene, "sync.Mutex.Lock"))
		go_put_field(runtime, g, o->g_waitreason, scene_reason(scene, "semacquire"), 1);
	go_put_field(runtime, waiter, o->sudog_g, g, 8);
	go_put_field(runtime, waiter, o->sudog_elem + wider, word, 8);
	if (wider)
		go_put_field(runtime, g, o->g_waiting, waiter, 8);
	go_put_word(runtime, SEMAPHORES + ((word >> 3) % 251) * 64 + 8, waiter);
	scene_note(scene, waiter);
	g = scene_add(scene, "sync.Cond.Wait");
	waiter = go_new(runtime, SPAN_WAITERS);
	go_put_field(runtime, waiter, o->sudog_g, g, 8);
	go_put_stack(runtime, runtime->goroutine_count - 1, 2, CONDITION);
	go_put(runtime, CONDITION, 1, 4);
	go_put_word(runtime, CONDITION + 16, waiter);
	go_put_word(runtime, CONDITION + 24, waiter);
	scene_note(scene, waiter);
	scene_note(scene, CONDITION);
}

/* The epoll set of this process leads to the pollDesc. */
static inline void scene_add_network(struct scene *scene)
{
	static int set = -1, member = -1;
	struct go_runtime *runtime = &scene->runtime;
	const struct go_offsets *o = &runtime->process.offsets;
	uint32_t version = runtime->process.version;
	unsigned tag = version < GO_VERSION(1, 25, 0) ? 19 : 24, shift = tag == 19 ? 3 : 9;
	struct epoll_event event = { .data.u64 = POLL_DESC >> shift << tag };

	if (version < GO_VERSION(1, 21, 0))
		event.data.u64 = POLL_DESC;
	if (set < 0) {
		set = epoll_create1(EPOLL_CLOEXEC);
		member = eventfd(0, EFD_CLOEXEC);
		epoll_ctl(set, EPOLL_CTL_ADD, member, &event);
	}
	epoll_ctl(set, EPOLL_CTL_MOD, member, &event);
	scene_put(scene, POLL_DESC, o->poll_desc_self, POLL_DESC, 8);
	scene_put(scene, POLL_DESC, o->poll_desc_fd, member, 8);
	scene_put(scene, POLL_DESC, o->poll_desc_rg, scene_add(scene, "IO wait"), 8);
	scene_note(scene, POLL_DESC);
}

static inline void scene_add_timer(struct scene *scene)
{
	struct go_runtime *runtime = &scene->runtime;
	const struct go_offsets *o = &runtime->process.offsets;
	int32_t heap = o->p_timers_heap >= 0 ? o->p_timers_heap : o->p_timers;

	go_put_word(runtime, EXTRA, EXTRA + 0x40);
	go_put_word(runtime, EXTRA + 8, 1);
	go_put_word(runtime, EXTRA + 16, 1);
	go_put_word(runtime, EXTRA + 0x40, PROCESSOR);
	scene_put(scene, PROCESSOR, heap, TIMER_HEAP, 8);
	scene_put(scene, PROCESSOR, heap + 8, 1, 8);
	scene_put(scene, PROCESSOR, heap + 16, 1, 8);
	scene_put(scene, PROCESSOR, o->p_m, THREAD, 8);
	scene_put(scene, THREAD, o->m_p, PROCESSOR, 8);
	go_put_word(runtime, TIMER_HEAP, TIMER);
	scene_put(scene, TIMER, o->timer_when, 1ull << 50, 8);
	scene_put(scene, TIMER, o->timer_f, TIMER_HEAP + 0x40, 8);
	go_put_word(runtime, TIMER_HEAP + 0x40, PROGRAM_TEXT);
	scene_put(scene, TIMER, o->timer_status, 1, 4);
	scene_note(scene, EXTRA);
	scene_note(scene, PROCESSOR + heap);
	scene_note(scene, TIMER);
	scene_note(scene, TIMER_HEAP);
}

/* Finalizer of a box whose bits are asked for, labels of both kinds, a thread, a coroutine. */
static inline void scene_add_others(struct scene *scene)
{
	struct go_runtime *runtime = &scene->runtime;
	const struct go_offsets *o = &runtime->process.offsets;
	uint64_t boxes = SPAN_BOOKS + SPAN_BOXES * 0x200, g;

	scene_put(scene, boxes, o->span_specials, SPECIAL, 8);
	scene_put(scene, boxes, o->span_freeindex, 0, 2);
	scene_put(scene, boxes, o->span_alloc_bits, DATA + 0x600, 8);
	scene_put(scene, SPECIAL, o->special_kind, 1, 1);
	go_put_word(runtime, SPECIAL + o->special_size, go_span_start(SPAN_BOXES));
	go_put_word(runtime, LABELS, LABELS + 0x40);
	go_put_word(runtime, LABELS + 8, 1);
	go_put_word(runtime, LABELS + 0x40, DATA + 0x700);
	go_put_word(runtime, LABELS + 0x48, 3);
	go_put_word(runtime, LABELS + 0x50, LABELS + 0x80);
	go_put_word(runtime, LABELS + 0x58, 3);
	g = scene_add(scene, "coroutine");
	scene_put(scene, g, o->g_coroarg, go_new(runtime, SPAN_BOXES), 8);
	g = scene_add(scene, "sleep");
	scene_put(scene, g, o->g_atomicstatus, GO_STATUS_RUNNING, 4);
	scene_put(scene, g, o->g_m, THREAD, 8);
	scene_put(scene, THREAD, o->m_curg, g, 8);
	scene_note(scene, SPECIAL);
	scene_note(scene, LABELS);
	scene_note(scene, LABELS + 0x40);
	scene_note(scene, THREAD);
	scene_note(scene, SEMAPHORES);
}

/* A structure of one pointer and a number, of which a large object may be, and its field. */
static inline void scene_add_type(struct scene *scene)
{
	struct go_runtime *runtime = &scene->runtime;

	go_put_word(runtime, TYPE, 16);
	go_put_word(runtime, TYPE + 8, 8);
	go_put(runtime, TYPE + 23, 25, 1);
	go_put_word(runtime, TYPE + 32, TYPE_BITS);
	go_put(runtime, TYPE + 40, 0x80, 4);
	go_put_word(runtime, TYPE + 56, TYPE + 0xc0);
	go_put_word(runtime, TYPE + 64, 1);
	go_put_word(runtime, TYPE + 0xc0, TYPE + 0x80);
	go_put_word(runtime, TYPE + 0xc8, TYPE);
	go_put(runtime, TYPE + 0x81, 3, 1);
	go_put(runtime, TYPE_BITS, 1, 1);
	go_put_word(runtime, VARIABLES_BITS, UINT64_MAX);
	scene_note(scene, TYPE);
	scene_note(scene, TYPE + 0x80);
	scene_note(scene, TYPE_BITS);
	scene_note(scene, VARIABLES_BITS);
	scene_note(scene, go_span_start(SPAN_BOXES) + PAGE - 128);
	scene_note(scene, go_span_start(SPAN_BOXES) + PAGE - 1);
	scene_note(scene, ARENA);
}

static inline void scene_note_books(struct scene *scene)
{
	const struct go_offsets *o = &scene->runtime.process.offsets;
	unsigned i;

	for (i = 0; i <= SPAN_COUNT; i++)
		scene_note(scene, SPAN_BOOKS + i * 0x200);
	scene_note(scene, SPAN_LIST);
	scene_note(scene, BSS);
	scene_note(scene, DATA);
	scene_note(scene, DATA + 0x800); /* moduledata */
	scene_note(scene, HEAP_BOOKS + o->mheap_allspans);
	scene_note(scene, HEAP_BOOKS + o->mheap_arenas);
	scene_note(scene, ARENA + o->arena_spans);
	scene_note(scene, go_span_start(SPAN_ALLGS));
	scene_note(scene, go_span_start(SPAN_BOXES));
}

/* known: as if the process had been looked at. It is this one, for what /proc tells of it. */
static inline void scene_know(struct scene *scene)
{
	struct go_runtime *runtime = &scene->runtime;
	struct go_process *process = &runtime->process;

	go_program_make(&scene->program, "main.f", 0);
	assert_true(go_program_begin(&scene->program));
	scene->program.image.offsets = process->offsets;
	process->pid = getpid();
	process->allp = EXTRA;
	process->semtable = SEMAPHORES;
	process->semtable_root = 64;
	process->sizes = calloc(GO_CACHED_SIZES, sizeof(*process->sizes));
	process->modules[0].image = &scene->program.image;
	process->modules[0].text = PROGRAM_TEXT;
	process->modules[0].etext = PROGRAM_TEXT + PROGRAM_LENGTH;
	process->modules[0].ebss = HEAP_BOOKS; /* few words: each is read again and again */
	process->modules[0].noptrdata = process->modules[0].noptrdata_end = DATA;
	process->modules[0].with_data = (struct go_variables){ DATA, BSS, VARIABLES_BITS };
	process->modules[0].with_bss = (struct go_variables){ BSS, HEAP_BOOKS, VARIABLES_BITS };
	process->modules[0].noptrbss = process->modules[0].noptrbss_end = HEAP_BOOKS;
	process->modules[0].types = TYPE;
	process->modules[0].etypes = TYPE_BITS;
	process->heap = HEAP_BOOKS;
	process->modules[1] = process->modules[0];
	process->modules[1].address = 0;
	process->modules[1].data = process->modules[1].bss = EXTRA;
	process->modules[1].ebss = THREAD;
	process->modules[1].bss_end = PROCESSOR;
	process->modules[1].noptrbss = process->modules[1].noptrbss_end = 0;
	process->modules[1].with_data.bits = 0;
	process->module_count = 2;
	runtime->model->pid = process->pid;
	scene->known = (struct go_known){ .pid = process->pid, .process = process };
	HASH_ADD(hh, runtime->golang->known, pid, sizeof(pid_t), (&scene->known));
}

static inline void scene_start(struct scene *scene, uint32_t version)
{
	memset(scene, 0, sizeof(*scene));
	go_runtime_start(&scene->runtime, version);
	go_add_region(&scene->runtime, EXTRA, EXTRA_SIZE);
	scene_add_channels(scene);
	scene_add_locks(scene);
	scene_add_network(scene);
	scene_add_timer(scene);
	scene_add_others(scene);
	scene_add_type(scene);
	scene_note_books(scene);
	scene_know(scene);
}

static inline void scene_end(struct scene *scene)
{
	struct go_known *known = &scene->known;

	HASH_DEL(scene->runtime.golang->known, known);
	go_runtime_end(&scene->runtime);
	go_program_end(&scene->program);
}

#endif
