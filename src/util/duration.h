/* SPDX-License-Identifier: GPL-2.0-only */
/* Spans and points of time, as people write and read them. */
#ifndef LEAKHOP_UTIL_DURATION_H
#define LEAKHOP_UTIL_DURATION_H

#include <stddef.h>
#include <stdint.h>

/*
 * Parses "5", "250ms", "1.5h": a number and one of ns us ms s m h; a bare number is seconds.
 * Returns 0, or -EINVAL (also: negative, or beyond 100 years).
 */
int duration_parse(const char *text, uint64_t *ret_ns);

/* "850us", "20.3ms", "5.2s", "3m 12s", "2h 14m", "9d 4h". Returns buffer. 32 bytes are enough. */
const char *duration_format(uint64_t ns, char *buffer, size_t size);

/* A point of time, ns since 1970, as RFC 3339 in UTC with microseconds. 40 bytes are enough. */
const char *time_format_rfc3339(int64_t realtime_ns, char *buffer, size_t size);

/* The same for people: local time "12:01:33", with the date if it is not today's (now_ns). */
const char *time_format_clock(int64_t realtime_ns, int64_t now_ns, char *buffer, size_t size);

#endif
