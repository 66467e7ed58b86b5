// SPDX-License-Identifier: GPL-2.0-only
/* Versions of Go, and what the tables of versions say of them: see offsets.h. */
#include "runtimes/go/image/offsets.h"

#include <stdio.h>
#include <string.h>

struct offset_row {
	const char *name;
	uint32_t from;
	const char *arch;
	int32_t offset;
};

/* Both are made from the .tsv files at build time; rows of a name rise by version. */
static const struct offset_row offset_rows[] = {
#include "go_offsets.inc"
};

static const struct {
	unsigned number;
	uint32_t from, until;
	struct go_reason reason;
} reason_rows[] = {
#include "go_wait_reasons.inc"
};

#if defined(__aarch64__)
#define ARCH "arm64"
#else
#define ARCH "amd64"
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

uint32_t go_version_parse(const char *text)
{
	const char *go = strstr(text, "go1.");
	unsigned minor, patch = 0;

	if (!go || sscanf(go, "go1.%u", &minor) != 1 || minor > 255)
		return 0;
	sscanf(go, "go1.%*u.%u", &patch);
	return GO_VERSION(1, minor, patch > 255 ? 255 : patch);
}

static int32_t offset_for(uint32_t version, const char *name)
{
	int32_t offset = GO_NO_FIELD;
	size_t i;

	for (i = 0; i < COUNT(offset_rows); i++) {
		if (offset_rows[i].from > version || strcmp(offset_rows[i].name, name))
			continue;
		if (!strcmp(offset_rows[i].arch, "any") || !strcmp(offset_rows[i].arch, ARCH))
			offset = offset_rows[i].offset;
	}
	return offset;
}

void go_offsets_for(uint32_t version, struct go_offsets *offsets)
{
	if (version < GO_OLDEST)
		version = GO_OLDEST;
#define FILL(member, name) offsets->member = offset_for(version, name);
	GO_FIELDS(FILL)
#undef FILL
}

const struct go_reason *go_reason_for(uint32_t version, unsigned number)
{
	size_t i;

	for (i = 0; i < COUNT(reason_rows); i++) {
		if (reason_rows[i].number == number && reason_rows[i].from <= version &&
		    version < reason_rows[i].until)
			return &reason_rows[i].reason;
	}
	return NULL;
}
