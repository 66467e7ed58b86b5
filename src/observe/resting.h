/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processes a trace may leave alone until one of their threads moves, or until a time: of a
 * node's thousands nearly all stand still between two looks.
 */
#ifndef LEAKHOP_OBSERVE_RESTING_H
#define LEAKHOP_OBSERVE_RESTING_H

#include "observe/observer.h"
#include "verdict/report.h"

/*
 * After what is due was told: whoever is awake and may rest does. view: what was concluded just
 * now; NULL: nobody is told anything before the end.
 */
void resting_begin(struct observer *observer, const struct verdict_view *view);

/*
 * Wakes those whose time has come, when a sweep has told who has moved. And all, before a look that
 * is not to be followed by others like it.
 */
void resting_wake_due(struct observer *observer, bool all);

/*
 * Before a conclusion of those that are awake: wakes whoever could release one of these, and who
 * that one in turn.
 */
void resting_wake_owners(struct observer *observer);

#endif
