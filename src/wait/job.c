// SPDX-License-Identifier: GPL-2.0-only
/* Helpers of a job: texts, memory of the target, time-outs. */
#include "wait/private.h"
#include "target/core.h"
#include "target/memory.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define SECOND_NS 1000000000ull

static void append(char *text, size_t size, const char *format, va_list args)
{
	size_t used = strlen(text);

	vsnprintf(text + used, size - used, format, args);
}

void wait_say(struct wait_job *job, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	job->wait->object[0] = '\0';
	append(job->wait->object, sizeof(job->wait->object), format, args);
	va_end(args);
}

void wait_add(struct wait_job *job, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(job->wait->object, sizeof(job->wait->object), format, args);
	va_end(args);
}

void wait_cannot_read(struct wait_job *job, const char *format, ...)
{
	char *text = job->wait->unreadable, words[96];
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (!strstr(text, words))
		snprintf(text + used, sizeof(job->wait->unreadable) - used, "%s%s",
			 used ? ", " : "", words);
}

struct target_task wait_task(const struct wait_job *job)
{
	return (struct target_task){ job->scan->access, job->pid, job->tid };
}

bool wait_peek(const struct wait_job *job, uint64_t address, void *buffer, size_t size)
{
	const struct target_task task = wait_task(job);

	return target_memory_read_all(&task, address, buffer, size);
}

void wait_set_key(struct wait_job *job, enum lc_wait_space space, uint32_t scope, uint64_t object,
		  uint64_t part)
{
	job->wait->key = (struct lc_wait_key){
		.space = space, .scope = scope, .object = object, .part = part
	};
}

/* 12 bits and 20 bits, as in the kernel. */
uint32_t wait_pack_device(unsigned major, unsigned minor)
{
	return (uint32_t)major << 20 | (minor & 0xfffff);
}

void wait_ends_after(struct wait_job *job, uint64_t ns)
{
	uint64_t since = job->subject->blocked_since;

	job->wait->has_timeout = true;
	if (since && ns < UINT64_MAX - since)
		job->wait->ends_at = lc_bounded_time(since + ns);
}

void wait_ends_at(struct wait_job *job, int clock, uint64_t ns)
{
	const struct wait_scan *scan = job->scan;
	int64_t offset = clock == CLOCK_REALTIME || clock == CLOCK_TAI ? scan->real_minus_monotonic
			 : clock == CLOCK_BOOTTIME || clock == CLOCK_BOOTTIME_ALARM
				 ? scan->boot_minus_monotonic
				 : 0;

	job->wait->has_timeout = true;
	if (target_core_of(scan->access)) /* clocks were others then */
		return;
	/* One that is past on our clock is not "not known". */
	job->wait->ends_at = lc_bounded_time(offset > 0 && ns < (uint64_t)offset ? 1 : ns - offset);
}

void wait_ends_by(struct wait_job *job, uint64_t timespec_address, bool absolute, int clock)
{
	int64_t time[2];
	uint64_t ns;

	if (!timespec_address)
		return;
	if (!wait_peek(job, timespec_address, time, sizeof(time))) {
		job->wait->has_timeout = true;
		wait_cannot_read(job, "time-out");
		return;
	}
	/* Refused by the kernel: so it is no time-out, whatever it is. */
	if (time[0] < 0 || time[1] < 0 || time[1] >= (int64_t)SECOND_NS)
		return;
	ns = (uint64_t)time[0] > UINT64_MAX / (2 * SECOND_NS) ? UINT64_MAX / 2
							      : time[0] * SECOND_NS + time[1];
	if (absolute)
		wait_ends_at(job, clock, ns);
	else
		wait_ends_after(job, ns);
}
