// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaches the empty programs of floor.bpf.c, says so, and holds them until its standard input
 * ends.
 */
#include <stdio.h>

#include "floor.skel.h"

int main(void)
{
	struct floor_bpf *skeleton = floor_bpf__open_and_load();

	if (!skeleton || floor_bpf__attach(skeleton)) {
		fprintf(stderr, "floor: cannot load or attach\n");
		return 1;
	}
	puts("attached");
	fflush(stdout);
	while (getchar() != EOF)
		;
	floor_bpf__destroy(skeleton);
	return 0;
}
