// SPDX-License-Identifier: GPL-2.0-only
/* Parsing and printing of times: see duration.h. */
#include "util/duration.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND 1000000000ull
#define MOST_SECONDS 3.2e9

static const struct {
	const char *name;
	double ns;
} units[] = {
	{ "", 1e9 }, { "s", 1e9 },  { "ms", 1e6 },   { "us", 1e3 },
	{ "ns", 1 }, { "m", 60e9 }, { "h", 3600e9 },
};

int duration_parse(const char *text, uint64_t *ret_ns)
{
	char *end;
	double number;
	size_t i;

	/* strtod() would also take "nan", "inf", hexadecimal and leading blanks. */
	if (strspn(text, "0123456789.") == 0)
		return -EINVAL;
	if (strspn(text, "0123456789.") != strcspn(text, "nusmh"))
		return -EINVAL;
	number = strtod(text, &end);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name))
			continue;
		if (!(number * units[i].ns < MOST_SECONDS * 1e9))
			return -EINVAL;
		*ret_ns = (uint64_t)(number * units[i].ns + 0.5);
		return 0;
	}
	return -EINVAL;
}

const char *duration_format(uint64_t ns, char *buffer, size_t size)
{
	uint64_t seconds = ns / NS_PER_SECOND;

	if (ns < 1000)
		snprintf(buffer, size, "%uns", (unsigned)ns);
	else if (ns < 1000000)
		snprintf(buffer, size, "%uus", (unsigned)(ns / 1000));
	else if (ns < NS_PER_SECOND)
		snprintf(buffer, size, "%.1fms", ns / 1e6);
	else if (seconds < 60)
		snprintf(buffer, size, "%.1fs", ns / 1e9);
	else if (seconds < 3600)
		snprintf(buffer, size, "%um %us", (unsigned)(seconds / 60),
			 (unsigned)(seconds % 60));
	else if (seconds < 86400)
		snprintf(buffer, size, "%uh %um", (unsigned)(seconds / 3600),
			 (unsigned)(seconds / 60 % 60));
	else
		snprintf(buffer, size, "%ud %uh", (unsigned)(seconds / 86400),
			 (unsigned)(seconds / 3600 % 24));
	return buffer;
}

const char *time_format_rfc3339(int64_t realtime_ns, char *buffer, size_t size)
{
	time_t seconds = realtime_ns / (int64_t)NS_PER_SECOND;
	struct tm parts;
	char date[32];

	gmtime_r(&seconds, &parts);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(buffer, size, "%s.%06uZ", date,
		 (unsigned)(realtime_ns % (int64_t)NS_PER_SECOND / 1000));
	return buffer;
}

const char *time_format_clock(int64_t realtime_ns, int64_t now_ns, char *buffer, size_t size)
{
	time_t seconds = realtime_ns / (int64_t)NS_PER_SECOND,
	       now = now_ns / (int64_t)NS_PER_SECOND;
	struct tm parts, today;

	localtime_r(&seconds, &parts);
	localtime_r(&now, &today);
	strftime(buffer, size,
		 parts.tm_year == today.tm_year && parts.tm_yday == today.tm_yday
			 ? "%H:%M:%S"
			 : "%Y-%m-%d %H:%M:%S",
		 &parts);
	return buffer;
}
