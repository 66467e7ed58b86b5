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

/* Is this thread to be asked, or who holds what it waits for, once there is time? enum lc_rest_ask
 */
uint32_t forward_is_to_ask(const struct observer *observer, const struct lc_thread *thread);

/*
 * Asks the goroutines of a process which of the locks they hold of which it is kept who may
 * (lc_go_next_held), and that was not asked yet; and keeps the answers there.
 */
void forward_ask_goroutines(struct observer *observer, struct lc_go_process *process);

#endif
