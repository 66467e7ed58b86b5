// SPDX-License-Identifier: GPL-2.0-only
#include "fixture.h"

#include <stdlib.h>
#include <unistd.h>

/* fixture.c is the program's, so it comes as the argument. */
FRAME void *block_in_plugin(void *ready)
{
	((void (*)(const char *))ready)("plugin");
	pause(); /* @block plugin */
	abort();
}
