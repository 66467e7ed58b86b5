// SPDX-License-Identifier: GPL-2.0-only
/*
 * Channels that a timer will send to, or close. Since 1.23 a channel names its timer (hchan.timer),
 * unless the program has set asynctimerchan; else only the timer leads to the channel: its function
 * is time.sendTime, and its argument an interface whose second word is the channel
 * (src/time/sleep.go, src/runtime/time.go, 1.17 to 1.27). A context with a deadline closes its
 * channel in a function of package context, which has the context (src/context/context.go: timerCtx
 * begins with a cancelCtx, whose field done is an atomic.Value: type and channel).
 */
#include "runtimes/go/sched/timers.h"

#include <stdlib.h>
#include <string.h>

#define TIMERS_MOST 65536 /* looked at in a sweep: of more, those that are due first */
#define CHANNELS_MOST (2 * TIMERS_MOST)
#define TIME_SIZE 24	   /* of a time.Time */
#define CLOSURE_WORDS 4	   /* the function, and what it has of its surroundings */
#define CONTEXT_CHANNEL 32 /* cancelCtx: Context 16, Mutex 8, done 16, children 8 */
#define MAP_BLOCK 16
#define CHILDREN 8
#define DEPTH_MOST 3

struct reading {
	struct go_process *process;
	uint64_t last, send_time, go_func; /* each function is looked up once */
	uint64_t closes;		   /* pc of the function of package context */
};

static void add(struct go_process *process, uint64_t channel, const struct go_timer *timer)
{
	if (!channel || process->timer_channel_count == CHANNELS_MOST)
		return;
	process->timer_channels[process->timer_channel_count++] = (struct go_timer_channel){
		.channel = channel,
		.when = timer->period ? 0 : timer->when,
	};
}

static bool closes_context(struct reading *reading, uint64_t closure, uint64_t pc)
{
	static const char prefix[] = "context.WithDeadline";

	if (pc == reading->closes)
		return true;
	if (strncmp(go_timer_function(reading->process, closure), prefix, sizeof(prefix) - 1) != 0)
		return false;
	reading->closes = pc;
	return true;
}

/*
 * The channel of a context, and those of the contexts made from it, which it ends, too. Its field
 * children is a map of them; of one that is small the first eight keys, each an interface, stand in
 * a block behind a word of the map's own (src/runtime/map.go to 1.23, src/internal/runtime/maps
 * since).
 */
static void add_channels(struct reading *reading, uint64_t context, const struct go_timer *timer,
			 unsigned depth)
{
	uint64_t words[2], block, children[1 + 2 * CHILDREN]; /* channel, children */
	size_t i;

	if (!context || !go_read(reading->process, context + CONTEXT_CHANNEL, words, sizeof(words)))
		return;
	add(reading->process, words[0], timer);
	if (!words[1] || depth == DEPTH_MOST ||
	    !go_read(reading->process, words[1] + MAP_BLOCK, &block, 8) || !block ||
	    !go_read(reading->process, block, children, sizeof(children)))
		return;
	for (i = 0; i < CHILDREN; i++)
		add_channels(reading, children[2 + 2 * i], timer, depth + 1);
}

/*
 * Which of the closure's words is the context is not known: each that leads somewhere is taken for
 * it.
 */
static void add_context(struct reading *reading, const struct go_timer *timer)
{
	uint64_t words[CLOSURE_WORDS];
	size_t i;

	if (!go_read(reading->process, timer->arg, words, sizeof(words)) || !words[0] ||
	    !closes_context(reading, timer->arg, words[0]))
		return;
	for (i = 1; i < CLOSURE_WORDS; i++)
		add_channels(reading, words[i], timer, 0);
}

static void take(void *context, const struct go_timer *timer)
{
	struct reading *reading = context;
	const char *name;

	if (timer->f != reading->last && timer->f != reading->send_time &&
	    timer->f != reading->go_func) {
		reading->last = timer->f;
		name = go_timer_function(reading->process, timer->f);
		if (!strcmp(name, "time.sendTime"))
			reading->send_time = timer->f;
		else if (!strcmp(name, "time.goFunc"))
			reading->go_func = timer->f;
	}
	if (timer->f && timer->f == reading->send_time)
		add(reading->process, timer->arg, timer);
	else if (timer->f && timer->f == reading->go_func)
		add_context(reading, timer);
}

static int by_channel(const void *a, const void *b)
{
	const struct go_timer_channel *x = a, *y = b;

	return x->channel < y->channel ? -1 : x->channel > y->channel;
}

static void read_channels(struct go_process *process)
{
	struct reading reading = { .process = process };

	process->timer_channel_count = 0;
	if (!process->timer_channels)
		process->timer_channels = calloc(CHANNELS_MOST, sizeof(*process->timer_channels));
	if (!process->timer_channels)
		return;
	go_each_timer(process, TIMERS_MOST, /* spread= */ false, take, &reading);
	if (process->timer_channel_count)
		qsort(process->timer_channels, process->timer_channel_count,
		      sizeof(*process->timer_channels), by_channel);
}

const struct go_timer_channel *go_timer_of_channel(struct go_process *process, uint32_t sweep,
						   uint64_t channel, uint64_t capacity,
						   uint64_t element_size)
{
	struct go_timer_channel key = { .channel = channel };
	bool times = capacity == 1 && element_size == TIME_SIZE &&
		     process->version < GO_VERSION(1, 27, 0);

	/*
	 * package time makes them so, and package context without elements: the timers are read for
	 * those alone.
	 */
	if (!times && (capacity || element_size))
		return NULL;
	if (process->timers_sweep != sweep) {
		process->timers_sweep = sweep;
		read_channels(process);
	}
	return process->timer_channel_count
		       ? bsearch(&key, process->timer_channels, process->timer_channel_count,
				 sizeof(key), by_channel)
		       : NULL;
}
