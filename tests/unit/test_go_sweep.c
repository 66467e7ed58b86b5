// SPDX-License-Identifier: GPL-2.0-only
/*
 * One look at all goroutines, in a runtime made by hand: what is taken of those that stand still,
 * and nothing of what moves or cannot be read meanwhile.
 */
#include "go_runtime.h"

#include "runtimes/go/sched/allgs.h"

#include <time.h>
#include <unistd.h>

static const uint32_t versions[] = {
	GO_VERSION(1, 17, 0), GO_VERSION(1, 20, 0), GO_VERSION(1, 22, 0), GO_VERSION(1, 23, 0),
	GO_VERSION(1, 24, 0), GO_VERSION(1, 25, 0), GO_VERSION(1, 26, 0), GO_VERSION(1, 27, 0),
};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

static void test_what_a_sweep_sees(void **state)
{
	const struct lc_goroutine *goroutine;
	struct go_runtime runtime;
	uint64_t channel;
	size_t i;

	(void)state;
	for (i = 0; i < VERSIONS; i++) {
		go_runtime_start(&runtime, versions[i]);
		channel = go_new(&runtime, SPAN_CHANNELS);
		go_add_waiting(&runtime, "sleep");
		go_add_receiver(&runtime, channel);
		go_add(&runtime, GO_STATUS_DEAD, "chan receive");
		go_add(&runtime, GO_STATUS_RUNNABLE, "chan receive");
		assert_int_equal(go_runtime_sweep(&runtime, 1000, 1), 0);
		assert_int_equal(runtime.model->living, 3);
		assert_int_equal(runtime.model->heap_bytes, 0); /* not counted there */

		assert_int_equal(go_seen(&runtime, 0)->goid, 1);
		assert_int_equal(go_seen(&runtime, 0)->kind, LC_GO_SLEEP);
		goroutine = go_seen(&runtime, 1);
		assert_int_equal(goroutine->goid, 2);
		assert_int_equal(goroutine->address, runtime.goroutines[1]);
		assert_int_equal(goroutine->state, LC_GO_WAITING);
		assert_int_equal(goroutine->kind, LC_GO_CHAN_RECEIVE);
		assert_int_equal(goroutine->object, channel);
		assert_int_equal(goroutine->stack_bytes, PAGE);
		assert_int_equal(goroutine->still_since, 1000);
		assert_int_equal(go_seen(&runtime, 2)->goid, 0);
		assert_int_equal(go_seen(&runtime, 3)->state, LC_GO_RUNNABLE);
		assert_int_equal(go_seen(&runtime, 3)->kind, LC_GO_NO_WAIT);
		go_runtime_end(&runtime);
	}
}

/* By what it looks like: four descriptors at least, each of which names itself. */
static void test_the_list_is_found(void **state)
{
	struct go_runtime runtime;
	size_t i;

	(void)state;
	for (i = 0; i < VERSIONS; i++) {
		go_runtime_start(&runtime, versions[i]);
		runtime.process.allgs = 0;
		go_add_waiting(&runtime, "sleep");
		go_add_waiting(&runtime, "chan receive");
		go_add_waiting(&runtime, "chan receive");
		assert_int_equal(allgs_find(&runtime.process), -ENOENT);
		go_add_waiting(&runtime, "chan receive");
		assert_int_equal(allgs_find(&runtime.process), 0);
		assert_int_equal(runtime.process.allgs, BSS);
		go_put_field(&runtime, runtime.goroutines[2], runtime.process.offsets.g_sched_g,
			     runtime.goroutines[1], 8);
		assert_int_equal(allgs_find(&runtime.process), -ENOENT);
		go_runtime_end(&runtime);
	}
}

/* Memory that is slow, and of which each word may be the list. */
static void read_slowly(struct go_runtime *runtime, uint64_t address, size_t size)
{
	(void)runtime;
	(void)size;
	if (address < BSS || address >= BSS + PAGE)
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

static void test_the_search_has_an_end(void **state)
{
	struct go_runtime runtime;
	uint64_t list, at;

	(void)state;
	go_runtime_start(&runtime, GO_NEWEST);
	go_add_waiting(&runtime, "sleep");
	list = go_span_start(SPAN_ALLGS);
	for (at = BSS; at < BSS + PAGE - 24; at += 8)
		go_put_word(&runtime, at, (at - BSS) / 8 % 3 ? 4 : list);
	runtime.process.allgs = 0;
	runtime.before = read_slowly;
	assert_int_equal(allgs_find(&runtime.process), -ETIME);
	go_runtime_end(&runtime);
}

static struct go_image *add_image(struct go_images *images, enum go_kind kind)
{
	struct go_image *image = calloc(1, sizeof(*image));

	assert_non_null(image);
	image->kind = kind;
	image->fd = -1;
	image->key.inode = image->number = ++images->numbers;
	images->count++;
	HASH_ADD(hh, images->list, key, sizeof(image->key), image);
	return image;
}

/* A host that runs new programs all day: the last ones used are kept, and those in use. */
static void test_images_nobody_has_are_dropped(void **state)
{
	struct go_images images = {};
	struct go_process process = { .module_count = 1 };
	struct go_image *image;
	size_t i, go = 0;

	(void)state;
	process.modules[0].image = add_image(&images, GO_GC);
	image = add_image(&images, GO_TINY);
	image->path = strdup("other");
	process.other_runtime = image->path;
	for (i = 0; i < 6000; i++)
		add_image(&images, i % 2 ? GO_GC : GO_NOT);
	go_images_begin_drop(&images);
	go_images_hold(&images, &process);
	go_images_drop(&images);
	for (image = images.list; image; image = image->hh.next)
		go += image->kind == GO_GC;
	assert_int_equal(go, 1 + 16);
	assert_int_equal(images.count, 1 + 16 + 1 + 2048);
	assert_non_null(go_images_numbered(&images, 1));
	assert_non_null(go_images_numbered(&images, 2));
	assert_non_null(go_images_numbered(&images, images.numbers));
	assert_null(go_images_numbered(&images, 4));
	go_images_begin_drop(&images);
	go_images_drop(&images); /* the process has ended */
	assert_int_equal(images.count, 16 + 2048);
	go_images_release(&images);
}

/* A process that is no Go program is known for as long as it lives. */
static void test_known_processes_are_forgotten(void **state)
{
	struct lc_stacks *stacks;
	struct runtime *runtime;
	struct lc_go_process *process;
	const pid_t self = getpid();
	struct lc_go model = {};

	(void)state;
	assert_int_equal(lc_stacks_create(1, &stacks), 0);
	assert_int_equal(golang_open(stacks, NULL, NULL, &runtime), 0);
	assert_int_equal(runtime->does->sweep(runtime, &model, self, 1, 1, &process), -ENOENT);
	runtime->does->keep(runtime, &self, 1);
	runtime->does->keep(runtime, &self, 1);
	assert_non_null(golang_of(runtime)->known);
	runtime->does->keep(runtime, NULL, 0);
	assert_null(golang_of(runtime)->known);
	runtime->does->close(runtime);
	lc_stacks_free(stacks);
}

/* Since when it stands there is kept over sweeps, until it has run. */
static void test_who_stands_and_who_has_run(void **state)
{
	struct go_runtime runtime;

	(void)state;
	go_runtime_start(&runtime, GO_NEWEST);
	go_add_receiver(&runtime, go_new(&runtime, SPAN_CHANNELS));
	go_add_receiver(&runtime, go_new(&runtime, SPAN_CHANNELS));
	assert_int_equal(go_runtime_sweep(&runtime, 1000, 1), 0);
	go_has_run(&runtime, 1, 1);
	assert_int_equal(go_runtime_sweep(&runtime, 2000, 1), 0);
	assert_int_equal(go_seen(&runtime, 0)->still_since, 1000);
	assert_int_equal(go_seen(&runtime, 1)->still_since, 2000);

	/* The first ends, and its place is another's. */
	go_put_field(&runtime, runtime.goroutines[0], runtime.process.offsets.g_goid, 77, 8);
	assert_int_equal(go_runtime_sweep(&runtime, 3000, 1), 0);
	assert_int_equal(go_seen(&runtime, 0)->goid, 77);
	assert_int_equal(go_seen(&runtime, 0)->still_since, 3000);
	assert_null(lc_go_by_goid(runtime.model, 1));

	/* The second ends, and its place stays free. */
	go_put_field(&runtime, runtime.goroutines[1], runtime.process.offsets.g_atomicstatus,
		     GO_STATUS_DEAD, 4);
	assert_int_equal(go_runtime_sweep(&runtime, 4000, 1), 0);
	assert_int_equal(runtime.model->living, 1);
	assert_int_equal(go_seen(&runtime, 1)->goid, 0);
	go_runtime_end(&runtime);
}

/* It goes on while its stack and its waiter are read: what was read is not of one moment. */
static void run_while_read(struct go_runtime *runtime, uint64_t address, size_t size)
{
	(void)size;
	if (address >= STACKS && address < go_stack_end(0) && runtime->step)
		go_has_run(runtime, 0, runtime->step--);
}

static void test_one_that_moves_while_it_is_read(void **state)
{
	const struct lc_goroutine *goroutine;
	struct go_runtime runtime;
	uint64_t channel;

	(void)state;
	go_runtime_start(&runtime, GO_NEWEST);
	channel = go_new(&runtime, SPAN_CHANNELS);
	go_add_receiver(&runtime, channel);
	runtime.before = run_while_read;
	runtime.step = 2;
	assert_int_equal(go_runtime_sweep(&runtime, 1000, 2), 0);
	goroutine = go_seen(&runtime, 0);
	assert_false(goroutine->flags & LC_GO_STACK_TRIED);
	assert_int_equal(goroutine->object, 0);
	/* With one more attempt it stands still. */
	runtime.step = 2;
	assert_int_equal(go_runtime_sweep(&runtime, 2000, 3), 0);
	assert_true(goroutine->flags & LC_GO_STACK_TRIED);
	assert_int_equal(goroutine->object, channel);
	go_runtime_end(&runtime);
}

/* One that cannot be read is not known, and the others are. */
static void test_what_cannot_be_read(void **state)
{
	struct go_runtime runtime;

	(void)state;
	go_runtime_start(&runtime, GO_NEWEST);
	go_add_waiting(&runtime, "sleep");
	go_add_receiver(&runtime, go_new(&runtime, SPAN_CHANNELS));
	go_put_word(&runtime, go_span_start(SPAN_ALLGS), 0x10);
	assert_int_equal(go_runtime_sweep(&runtime, 1000, 1), 0);
	assert_int_equal(runtime.model->living, 1);
	assert_null(lc_go_by_goid(runtime.model, 1));
	assert_non_null(lc_go_by_goid(runtime.model, 2));

	/* Nor is a stack: what it waits for is known all the same. */
	go_has_run(&runtime, 1, 1);
	go_region_at(&runtime, STACKS)->gone = true;
	assert_int_equal(go_runtime_sweep(&runtime, 2000, 1), 0);
	assert_int_equal(go_seen(&runtime, 1)->object, go_span_start(SPAN_CHANNELS));
	assert_int_equal(go_seen(&runtime, 1)->stack, 0);

	/* Without the list nothing is known, and nobody has ended. */
	go_region_at(&runtime, go_span_start(SPAN_ALLGS))->gone = true;
	assert_int_equal(go_runtime_sweep(&runtime, 3000, 1), -EFAULT);
	assert_int_equal(go_seen(&runtime, 1)->goid, 2);
	go_runtime_end(&runtime);
}

/* What a stranger's list leads to is no descriptor, or says what cannot be. */
static void test_descriptors_that_make_no_sense(void **state)
{
	const struct go_offsets *o;
	struct go_runtime runtime;

	(void)state;
	go_runtime_start(&runtime, GO_NEWEST);
	o = &runtime.process.offsets;
	go_add_waiting(&runtime, "sleep");
	go_put_field(&runtime, runtime.goroutines[go_add_waiting(&runtime, "sleep")], o->g_stack_hi,
		     STACKS, 8);
	go_put_field(&runtime, runtime.goroutines[go_add_waiting(&runtime, "sleep")], o->g_sched_sp,
		     HEAP, 8);
	go_put_field(&runtime, runtime.goroutines[go_add_waiting(&runtime, "sleep")],
		     o->g_atomicstatus, 99, 4);
	go_put_word(&runtime, go_span_start(SPAN_ALLGS) + 4 * 8, go_span_start(SPAN_CHANNELS));
	go_put_word(&runtime, BSS + 8, 5);
	assert_int_equal(go_runtime_sweep(&runtime, 1000, 1), 0);
	assert_int_equal(runtime.model->living, 1);
	assert_int_equal(go_seen(&runtime, 0)->goid, 1);

	go_put_word(&runtime, BSS + 8, UINT64_MAX); /* so many there are not */
	assert_int_equal(go_runtime_sweep(&runtime, 2000, 1), -EFAULT);
	go_runtime_end(&runtime);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_sweep_sees),
		cmocka_unit_test(test_the_list_is_found),
		cmocka_unit_test(test_the_search_has_an_end),
		cmocka_unit_test(test_images_nobody_has_are_dropped),
		cmocka_unit_test(test_known_processes_are_forgotten),
		cmocka_unit_test(test_who_stands_and_who_has_run),
		cmocka_unit_test(test_one_that_moves_while_it_is_read),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_descriptors_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
