/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of one address, as they are cached. */
#ifndef LEAKHOP_STACK_NAMES_H
#define LEAKHOP_STACK_NAMES_H

void name_list_free(void *list);

#endif
