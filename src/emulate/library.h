/* SPDX-License-Identifier: GPL-2.0-only */
/* libunicorn, loaded when it is first needed. Private to this folder. */
#ifndef LEAKHOP_EMULATE_LIBRARY_H
#define LEAKHOP_EMULATE_LIBRARY_H

#include <unicorn/unicorn.h>

/* Its functions that are used here. */
#define UNICORN_FUNCTIONS(X) \
	X(uc_open)           \
	X(uc_close)          \
	X(uc_ctl)            \
	X(uc_emu_start)      \
	X(uc_emu_stop)       \
	X(uc_hook_add)       \
	X(uc_mem_map)        \
	X(uc_mem_read)       \
	X(uc_mem_unmap)      \
	X(uc_mem_write)      \
	X(uc_reg_read)       \
	X(uc_reg_write)

struct unicorn {
#define MEMBER(name) __typeof__(name) *name;
	UNICORN_FUNCTIONS(MEMBER)
#undef MEMBER
	void *handle;
};

/* Returns 0 or -ENOTCONN. Released with library_close(). */
int library_open(struct unicorn *ret);
void library_close(struct unicorn *unicorn);

#endif
