// SPDX-License-Identifier: GPL-2.0-only
/* libunicorn is 20 MB, and most runs ask for nothing that needs it: so it is no library of ours. */
#include "emulate/library.h"
#include "emulate/emulate.h"

#include <dlfcn.h>
#include <errno.h>

#define LIBRARY "libunicorn.so.2"

int library_open(struct unicorn *ret)
{
	struct unicorn unicorn = { .handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL) };

	if (!unicorn.handle)
		return -ENOTCONN;
#define LOAD(name)                                   \
	unicorn.name = dlsym(unicorn.handle, #name); \
	if (!unicorn.name) {                         \
		library_close(&unicorn);             \
		return -ENOTCONN;                    \
	}
	UNICORN_FUNCTIONS(LOAD)
#undef LOAD
	*ret = unicorn;
	return 0;
}

void library_close(struct unicorn *unicorn)
{
	if (unicorn->handle)
		dlclose(unicorn->handle);
	unicorn->handle = NULL;
}

bool emulate_is_there(void)
{
	struct unicorn unicorn;

	if (library_open(&unicorn) < 0)
		return false;
	library_close(&unicorn);
	return true;
}
