/* SPDX-License-Identifier: GPL-2.0-only */
/* A leak in a runtime made by hand: what the tests of the search of the heap begin with. */
#ifndef LEAKHOP_TESTS_UNIT_GO_LEAK_H
#define LEAKHOP_TESTS_UNIT_GO_LEAK_H

#include "go_program.h"
#include "go_runtime.h"

#define GLOBAL DATA /* a variable of the program */
#define AT_A_CALL (PROGRAM_TEXT + 0x15)

/* main, which sleeps, and one that receives from a channel of which nobody else knows. */
struct leak {
	struct go_runtime runtime;
	uint64_t channel;
	size_t main, receiver;
};

static inline struct go_runtime *leak_start(struct leak *leak, uint32_t version)
{
	go_runtime_start(&leak->runtime, version);
	leak->main = go_add_waiting(&leak->runtime, "sleep");
	leak->channel = go_new(&leak->runtime, SPAN_CHANNELS);
	leak->receiver = go_add_receiver(&leak->runtime, leak->channel);
	return &leak->runtime;
}

static inline void leak_end(struct leak *leak)
{
	go_runtime_end(&leak->runtime);
}

/* Searches, and ends the leak. */
static inline void assert_dead(struct leak *leak, bool dead)
{
	assert_int_equal(go_runtime_reach(&leak->runtime), 0);
	assert_int_equal(leak->runtime.dead[leak->main], false);
	assert_int_equal(leak->runtime.dead[leak->receiver], dead);
	leak_end(leak);
}

/* A goroutine stands in a function that was called by the same, and that one by nobody. */
static inline void leak_put_frames(struct leak *leak, size_t place, struct go_program *program,
				   uint64_t pc)
{
	struct go_runtime *runtime = &leak->runtime;
	struct go_module *module = &runtime->process.modules[0];

	program->image.offsets = runtime->process.offsets;
	module->image = &program->image;
	module->text = PROGRAM_TEXT;
	module->etext = PROGRAM_TEXT + PROGRAM_LENGTH;
	if (!runtime->process.sizes)
		runtime->process.sizes = calloc(GO_CACHED_SIZES, sizeof(*runtime->process.sizes));
	assert_non_null(runtime->process.sizes);
	go_put_field(runtime, runtime->goroutines[place], runtime->process.offsets.g_sched_pc, pc,
		     8);
	go_put_stack(runtime, place, PROGRAM_FRAME / 8, AT_A_CALL);
}

#endif
