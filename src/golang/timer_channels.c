// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels that a timer will send to. Since 1.23 a channel names its timer (hchan.timer), unless the program has set
 * asynctimerchan; else only the timer leads to the channel: its function is time.sendTime, and its argument an
 * interface whose second word is the channel (src/time/sleep.go, src/runtime/time.go, 1.17 to 1.27).
 */
#include "golang/pclntab.h"
#include "golang/timers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIMERS_MOST 65536 /* looked at in a sweep: of more, those that are due first */
#define BATCH 256
#define TIMER_MAX 128
#define TIME_SIZE 24 /* of a time.Time */

/* timer.status, to 1.22: none, waiting, running, deleted, removing, removed, ... */
#define STATUS_NONE 0
#define STATUS_DELETED 3
#define STATUS_REMOVED 5
/* timer.state, since 1.23: in the heap, and to be taken out of it */
#define STATE_ZOMBIE 4

struct batch {
	struct target_piece pieces[BATCH];
	uint8_t bytes[BATCH][TIMER_MAX];
};

static uint64_t word_at(const uint8_t *bytes, int32_t offset)
{
	uint64_t word = 0;

	if (offset >= 0 && offset <= TIMER_MAX - 8)
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

/* Few functions are called by many timers: each is looked up once. */
struct functions {
	uint64_t last, send_time;
};

static bool sends_time(const struct go_process *process, struct functions *functions, uint64_t f)
{
	if (f && f == functions->send_time)
		return true;
	if (!f || f == functions->last)
		return false;
	functions->last = f;
	if (strcmp(go_timer_function(process, f), "time.sendTime"))
		return false;
	functions->send_time = f;
	return true;
}

static void take_batch(struct go_process *process, struct functions *functions,
		       const struct batch *batch, size_t count)
{
	const struct go_offsets *o = &process->offsets;
	const uint8_t *timer;
	uint64_t channel;
	size_t i;

	for (i = 0; i < count; i++) {
		timer = batch->bytes[i];
		channel = word_at(timer, o->timer_arg + 8);
		if (batch->pieces[i].read && channel && !is_stopped(o, timer) &&
		    sends_time(process, functions, word_at(timer, o->timer_f)))
			process->timer_channels[process->timer_channel_count++] = channel;
	}
}

struct reading {
	struct go_process *process;
	struct functions functions;
	struct batch *batch;
	uint64_t left; /* of TIMERS_MOST */
};

static void read_heap(void *context, uint64_t list, uint64_t length, unsigned step)
{
	struct reading *reading = context;
	struct go_process *process = reading->process;
	struct batch *batch = reading->batch;
	uint64_t words[BATCH * 2], at;
	size_t count, i;

	for (at = 0; at < length && reading->left; at += count, reading->left -= count) {
		count = length - at < BATCH ? length - at : BATCH;
		count = count < reading->left ? count : reading->left;
		if (!go_read(process, list + at * step, words, count * step))
			return;
		for (i = 0; i < count; i++)
			batch->pieces[i] = (struct target_piece){
				.address = words[i * step / 8],
				.buffer = batch->bytes[i],
				.size = process->offsets.timer_size,
			};
		if (target_memory_read_pieces(process->pid, batch->pieces, count) < 0)
			return;
		take_batch(process, &reading->functions, batch, count);
	}
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void read_channels(struct go_process *process)
{
	struct reading reading = { .process = process, .left = TIMERS_MOST };

	process->timer_channel_count = 0;
	if (process->offsets.timer_size <= 0 || process->offsets.timer_size > TIMER_MAX ||
	    process->offsets.timer_f < 0 || process->offsets.timer_arg < 0)
		return;
	if (!process->timer_channels)
		process->timer_channels = calloc(TIMERS_MOST, sizeof(*process->timer_channels));
	reading.batch = malloc(sizeof(*reading.batch));
	if (process->timer_channels && reading.batch)
		go_each_timer_heap(process, read_heap, &reading);
	free(reading.batch);
	if (process->timer_channel_count)
		qsort(process->timer_channels, process->timer_channel_count, sizeof(uint64_t),
		      by_address);
}

bool go_timer_sends_to(struct go_process *process, uint32_t sweep, uint64_t channel,
		       uint64_t capacity, uint64_t element_size)
{
	/* package time makes them so, and hardly anybody else: the timers are read for those alone. */
	if (process->version >= GO_VERSION(1, 27, 0) || capacity != 1 || element_size != TIME_SIZE)
		return false;
	if (process->timers_sweep != sweep) {
		process->timers_sweep = sweep;
		read_channels(process);
	}
	return process->timer_channel_count &&
	       bsearch(&channel, process->timer_channels, process->timer_channel_count,
		       sizeof(channel), by_address);
}
