// SPDX-License-Identifier: GPL-2.0-only
/* Who is left over at the end of a process, and who is not. */
#include "unit.h"

#include "verdict/leftover.h"

#include <stdio.h>
#include <string.h>

static const struct leftover_end the_end = { .pid = 70, .tid = 71, .exit_code = 0, .stacks = true };

struct scene {
	struct lc_stacks *stacks;
	struct lc_thread thread;
	struct verdict_tid tid;
	struct verdict_record record;
};

static uint32_t stack_of(struct scene *scene, uint64_t address, const char *function,
			 const char *module)
{
	const struct lc_raw_frame raw = { .address = address, .module = 1, .vaddr = address };
	const struct lc_frame frame = {
		.function = function, .file = "", .module = module, .build_id = ""
	};
	uint32_t id;

	assert_int_equal(lc_stacks_intern(scene->stacks, &raw, 1, LC_STACK_WHOLE, &id), 0);
	assert_int_equal(lc_stacks_set_frames(scene->stacks, id, &frame, 1), 0);
	return id;
}

static void make(struct scene *scene, pid_t tid, const char *comm)
{
	memset(scene, 0, sizeof(*scene));
	assert_int_equal(lc_stacks_create(0, &scene->stacks), 0);
	scene->thread.task = (struct lc_task){ .pid = 70, .tid = tid };
	snprintf(scene->thread.task.comm, sizeof(scene->thread.task.comm), "%s", comm);
	scene->tid.tid = tid;
	scene->record = (struct verdict_record){ .thread = &scene->thread,
						 .tids = &scene->tid,
						 .count = 1 };
	scene->record.conclusion.verdict = VERDICT_IDLE;
}

static bool is_left(struct scene *scene)
{
	const struct lc_go go = {};

	return leftover_thread(&the_end, &go, scene->stacks, &scene->record);
}

static void test_threads(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene, 72, "worker");
	scene.record.user_stack = stack_of(&scene, 1, "work", "/usr/bin/server");
	assert_true(is_left(&scene));
	assert_int_equal(scene.record.conclusion.verdict, VERDICT_LEAK);
	assert_non_null(strstr(scene.record.conclusion.reason, "process 70 ends (exit code 0)"));
	/* What a rule has found says more. */
	scene.record.conclusion = (struct conclusion){ .verdict = VERDICT_DEADLOCK,
						       .reason = "a circle" };
	assert_true(is_left(&scene));
	assert_string_equal(scene.record.conclusion.reason, "a circle");
	scene.thread.task.pid = 69;
	assert_false(is_left(&scene));
	lc_stacks_free(scene.stacks);
}

static void test_who_ends_it_and_main(void **state)
{
	struct verdict_tid tids[] = { { .tid = 70 }, { .tid = 71 }, { .tid = 72 } };
	struct scene scene;

	(void)state;
	make(&scene, 71, "worker");
	assert_false(leftover_others(&the_end, &scene.record));
	lc_stacks_free(scene.stacks);
	make(&scene, 70, "main");
	assert_false(leftover_others(&the_end, &scene.record));
	lc_stacks_free(scene.stacks);
	/* Another one at the same place is left all the same. */
	make(&scene, 70, "main");
	scene.record.tids = tids;
	scene.record.count = 3;
	assert_true(leftover_others(&the_end, &scene.record));
	assert_int_equal(scene.record.count, 1);
	assert_int_equal(scene.record.tids[0].tid, 72);
	assert_false(leftover_has(&scene.record, 70));
	assert_true(leftover_has(&scene.record, 72));
	scene.thread.task.pid = 69;
	assert_false(leftover_others(&the_end, &scene.record));
	lc_stacks_free(scene.stacks);
}

/* A name counts only where the runtime is. */
static void test_threads_of_runtimes(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene, 72, "GC Thread#0");
	scene.record.user_stack = stack_of(&scene, 1, "thread_native_entry",
					   "/opt/jdk/lib/server/libjvm.so");
	assert_false(is_left(&scene));
	scene.record.user_stack = stack_of(&scene, 2, "work", "/usr/bin/server");
	assert_true(is_left(&scene));
	lc_stacks_free(scene.stacks);
	make(&scene, 72, "ForkJoinPool.co");
	scene.record.user_stack = stack_of(&scene, 1, "thread_native_entry",
					   "/opt/jdk/lib/server/libjvm.so");
	assert_false(is_left(&scene));
	lc_stacks_free(scene.stacks);
	make(&scene, 72, "pool-1-thread-1");
	scene.record.user_stack = stack_of(&scene, 1, "thread_native_entry",
					   "/opt/jdk/lib/server/libjvm.so");
	assert_true(is_left(&scene));
	lc_stacks_free(scene.stacks);
}

static void test_threads_of_the_c_library(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene, 72, "server");
	scene.record.user_stack = stack_of(&scene, 1, "timer_helper_thread", "/lib/libc.so.6");
	assert_false(is_left(&scene));
	scene.record.user_stack = stack_of(&scene, 2, "work", "/lib/libcurl.so.4");
	assert_true(is_left(&scene));
	scene.record.user_stack = stack_of(&scene, 3, "gomp_thread_start", "/lib/libgomp.so.1");
	assert_false(is_left(&scene));
	scene.record.user_stack = 0;
	assert_true(is_left(&scene));
	lc_stacks_free(scene.stacks);
}

/* Before there are stacks, a thread of a Go program with C in it may be C's. */
static void test_threads_of_go(void **state)
{
	struct leftover_end first = the_end;
	struct lc_go_process *process;
	struct scene scene;
	struct lc_go go = {};

	(void)state;
	process = lc_go_get(&go, 70, 1);
	assert_non_null(process);
	make(&scene, 72, "server");
	first.stacks = false;
	assert_false(leftover_thread(&first, &go, scene.stacks, &scene.record));
	process->links_c = true;
	assert_true(leftover_thread(&first, &go, scene.stacks, &scene.record));
	assert_false(leftover_thread(&the_end, &go, scene.stacks, &scene.record));
	scene.record.user_stack = stack_of(&scene, 1, "work", "/usr/lib/libwork.so");
	assert_true(leftover_thread(&the_end, &go, scene.stacks, &scene.record));
	scene.record.user_stack = stack_of(&scene, 2, "runtime.mstart", "/usr/bin/server");
	assert_false(leftover_thread(&the_end, &go, scene.stacks, &scene.record));
	lc_go_release(&go);
	lc_stacks_free(scene.stacks);
}

static bool goroutine_left(uint64_t goid, const char *entry, bool system)
{
	struct scene scene;
	struct lc_go_process process = { .pid = 70 };
	struct lc_goroutine goroutine = { .goid = goid };
	struct lc_go_site site = { .system = system };
	struct verdict_goroutines record = {
		.process = &process, .goroutine = &goroutine, .site = &site, .count = 1
	};
	bool is;

	make(&scene, 72, "");
	site.entry_stack = stack_of(&scene, 1, entry, "/usr/bin/server");
	is = leftover_goroutines(&the_end, scene.stacks, &record);
	lc_stacks_free(scene.stacks);
	return is;
}

static void test_goroutines(void **state)
{
	(void)state;
	assert_true(goroutine_left(7, "main.work", false));
	assert_true(goroutine_left(7, "net/http.(*persistConn).readLoop", false));
	assert_false(goroutine_left(1, "runtime.main", false));
	assert_false(goroutine_left(7, "runtime.bgsweep", true));
	assert_false(goroutine_left(7, "os/signal.loop", false));
	assert_false(goroutine_left(7, "cmd/go/internal/base.processSignals.func1", false));
	assert_true(goroutine_left(7, "example.com/cmd/go.run", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_who_ends_it_and_main),
		cmocka_unit_test(test_threads_of_runtimes),
		cmocka_unit_test(test_threads_of_the_c_library),
		cmocka_unit_test(test_threads_of_go),
		cmocka_unit_test(test_goroutines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
