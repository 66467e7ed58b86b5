// SPDX-License-Identifier: GPL-2.0-only
/* The timers of a process one by one: see timers.h. Layouts: src/runtime/time.go, 1.17 to 1.27. */
#include "runtimes/go/sched/timers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 256

/* timer.status, to 1.22: none, waiting, running, deleted, removing, removed, ... */
#define STATUS_NONE 0
#define STATUS_DELETED 3
#define STATUS_REMOVED 5
/* timer.state, since 1.23: in the heap, and to be taken out of it */
#define STATE_ZOMBIE 4

struct batch {
	struct target_piece pieces[BATCH];
	uint8_t bytes[BATCH][GO_TIMER_MAX];
};

struct reading {
	struct go_process *process;
	struct batch *batch;
	uint64_t every; /* only each so many-th is read */
	uint64_t left;
	go_timer_fn *fn;
	void *context;
};

static uint64_t word_at(const uint8_t *bytes, int32_t offset)
{
	uint64_t word = 0;

	if (offset >= 0 && offset <= GO_TIMER_MAX - 8)
		memcpy(&word, bytes + offset, 8);
	return word;
}

/* One that was stopped may still be in the heap. */
static bool is_stopped(const struct go_offsets *o, const uint8_t *timer)
{
	uint32_t status = word_at(timer, o->timer_status) & UINT32_MAX;

	if (o->timer_status >= 0)
		return status == STATUS_NONE ||
		       (status >= STATUS_DELETED && status <= STATUS_REMOVED);
	return o->timer_state >= 0 && (word_at(timer, o->timer_state) & STATE_ZOMBIE);
}

static void take_batch(const struct reading *reading, size_t count)
{
	const struct go_offsets *o = &reading->process->offsets;
	struct go_timer timer;
	const uint8_t *bytes;
	size_t i;

	for (i = 0; i < count; i++) {
		bytes = reading->batch->bytes[i];
		if (!reading->batch->pieces[i].read || is_stopped(o, bytes))
			continue;
		timer = (struct go_timer){
			.when = (int64_t)word_at(bytes, o->timer_when),
			.period = (int64_t)word_at(bytes, o->timer_period),
			.f = word_at(bytes, o->timer_f),
			.arg = word_at(bytes, o->timer_arg + 8),
		};
		reading->fn(reading->context, &timer);
	}
}

static void read_heap(void *context, uint64_t list, uint64_t length, unsigned step)
{
	struct reading *reading = context;
	struct batch *batch = reading->batch;
	uint64_t at = 0, address;
	size_t count;

	while (at < length && reading->left) {
		for (count = 0; count < BATCH && at < length && reading->left;
		     at += reading->every, reading->left--) {
			if (!go_read(reading->process, list + at * step, &address, 8))
				return;
			batch->pieces[count] = (struct target_piece){
				.address = address,
				.buffer = batch->bytes[count],
				.size = reading->process->offsets.timer_size,
			};
			count++;
		}
		if (go_read_pieces(reading->process, batch->pieces, count) < 0)
			return;
		take_batch(reading, count);
	}
}

static void add_length(void *context, uint64_t list, uint64_t length, unsigned step)
{
	(void)list;
	(void)step;
	*(uint64_t *)context += length;
}

uint64_t go_each_timer(struct go_process *process, uint64_t most, bool spread, go_timer_fn *fn,
		       void *context)
{
	struct reading reading = {
		.process = process, .left = most, .every = 1, .fn = fn, .context = context
	};
	const struct go_offsets *o = &process->offsets;
	uint64_t total = 0;

	if (o->timer_size <= 0 || o->timer_size > GO_TIMER_MAX || o->timer_f < 0 ||
	    o->timer_arg < 0)
		return 0;
	go_each_timer_heap(process, add_length, &total);
	if (spread && total > most)
		reading.every = (total + most - 1) / most;
	reading.batch = malloc(sizeof(*reading.batch));
	if (reading.batch)
		go_each_timer_heap(process, read_heap, &reading);
	free(reading.batch);
	return reading.every;
}

const char *go_timer_callback(const struct go_process *process, const struct go_timer *timer)
{
	const char *name = go_timer_function(process, timer->f);

	/* time.AfterFunc has the runtime call this, with the function as an argument. */
	return strcmp(name, "time.goFunc") ? name : go_timer_function(process, timer->arg);
}
