// SPDX-License-Identifier: GPL-2.0-only
/* What stands behind an option: see values.h. */
#include "cmd/values.h"
#include "collect/collect.h"
#include "util/duration.h"

#include <errno.h>
#include <stdlib.h>

int value_number(const char *text, unsigned long least, unsigned long most,
		 unsigned long *ret_number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*ret_number = strtoul(text, &end, 10);
	return errno || *end || *ret_number < least || *ret_number > most ? -EINVAL : 0;
}

void value_time(struct argp_state *state, const char *text, uint64_t *ret_ns)
{
	if (duration_parse(text, ret_ns))
		argp_error(state, "'%s' is no time (a number and one of ns us ms s m h)", text);
}

unsigned long value_bounded(struct argp_state *state, const char *text, unsigned long least,
			    unsigned long most)
{
	unsigned long number = least;

	if (value_number(text, least, most, &number))
		argp_error(state, "'%s' is no number from %lu to %lu", text, least, most);
	return number;
}

unsigned value_budget(struct argp_state *state, const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	if (*text < '0' || *text > '9' || *end || !(percent >= 0.1 && percent <= 100))
		argp_error(state, "'%s' is no share of a core from 0.1 to 100 percent", text);
	return (unsigned)(percent * 10 + 0.5);
}

void value_without(struct argp_state *state, const char *text, unsigned *bits)
{
	struct error error;
	unsigned more = 0;

	if (collect_parse_without(text, &more, &error) < 0)
		argp_error(state, "%s", error.text);
	*bits |= more;
}
