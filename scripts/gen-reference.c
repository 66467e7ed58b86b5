// SPDX-License-Identifier: GPL-2.0-only
/* gen-reference schema|tables: what docs/ says of the JSON, on standard output. For make reference. */
#include "output/reference.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "schema"))
		return output_schema(stdout) ? 1 : 0;
	if (argc == 2 && !strcmp(argv[1], "tables"))
		return output_reference(stdout) ? 1 : 0;
	fprintf(stderr, "usage: gen-reference schema|tables\n");
	return 2;
}
