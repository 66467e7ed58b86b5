/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has the address of what threads wait for. Private to this folder. */
#ifndef LEAKHOP_OBSERVE_ADDRESSES_H
#define LEAKHOP_OBSERVE_ADDRESSES_H

#include "observe/observer.h"

/*
 * Notes of each object on a heap that threads wait for, where no word of their process leads to it
 * but what they have themselves (lc_wait.address). Bounded in bytes and time.
 */
void addresses_ask(struct observer *observer);

#endif
