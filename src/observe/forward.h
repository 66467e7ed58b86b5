/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that wait for somebody's word are run forward, to see whether they would go on if they
 * were woken now (emulate/emulate.h). Private to this folder.
 */
#ifndef LEAKHOP_OBSERVE_FORWARD_H
#define LEAKHOP_OBSERVE_FORWARD_H

#include "observe/observer.h"

/*
 * Asks each thread whose wait was read and not asked yet, and again those whose condition was so a
 * second ago. After the last sampling of a sweep. Sets observer->ask_again_at.
 */
void forward_ask(struct observer *observer);

#endif
