// SPDX-License-Identifier: GPL-2.0-only
/* Offsets from the program's own DWARF: see offsets.h. */
#include "binary/binary.h"
#include "runtimes/go/image/offsets.h"

#include <errno.h>
#include <string.h>

int go_offsets_from_debug_data(struct binary_files *files, int fd, struct go_offsets *offsets)
{
	const struct go_offsets table = *offsets;
	const char *names[GO_FIELD_COUNT];
	int32_t found[GO_FIELD_COUNT];
	size_t i;
	int r;

	for (i = 0; i < GO_FIELD_COUNT; i++)
		names[i] = go_fields[i].name;
	r = files ? files->does->layout(files, fd, "runtime", names, GO_FIELD_COUNT, found)
		  : -ENODATA;
	if (r < 0)
		return r;
	for (i = 0; i < GO_FIELD_COUNT; i++) {
		if (found[i] >= 0) /* else the table's word stands */
			memcpy((char *)offsets + go_fields[i].member, &found[i], sizeof(found[i]));
	}
	go_offsets_bound(offsets, &table);
	return 0;
}
