// SPDX-License-Identifier: GPL-2.0-only
/*
 * libunicorn is 20 MB, and most runs ask for nothing that needs it: so it is loaded when it is
 * first needed. A static program has it within, or has it not: `make static` links both.
 */
#include "emulate/library.h"
#include "emulate/emulate.h"

#include <dlfcn.h>
#include <errno.h>

#define LIBRARY "libunicorn.so.2"

#ifdef LEAKHOP_STATIC
#define WEAK(name) __extension__ extern __typeof__(name) name __attribute__((weak));
UNICORN_FUNCTIONS(WEAK)
#undef WEAK

int library_open(struct unicorn *ret)
{
	if (!uc_open)
		return -ENOTCONN;
#define TAKE(name) ret->name = name;
	UNICORN_FUNCTIONS(TAKE)
#undef TAKE
	ret->handle = NULL;
	return 0;
}

const char *emulate_lack(void)
{
	return "this static program was linked without libunicorn";
}

const char *emulate_remedy(void)
{
	return "run leakhop-static-emulator, which has it: without it threads at condition "
	       "variables stay suspects";
}
#else
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

const char *emulate_lack(void)
{
	return LIBRARY " is not installed";
}

const char *emulate_remedy(void)
{
	return "install libunicorn2: without it threads at condition variables stay suspects";
}
#endif

void library_close(struct unicorn *unicorn)
{
#ifndef LEAKHOP_STATIC
	if (unicorn->handle)
		dlclose(unicorn->handle);
#endif
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
