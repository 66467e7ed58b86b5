/* SPDX-License-Identifier: GPL-2.0-only */
/* What mends a group of goroutines: private to this folder. */
#ifndef LEAKHOP_VERDICT_GO_REMEDY_H
#define LEAKHOP_VERDICT_GO_REMEDY_H

#include "verdict/goroutines.h"

/*
 * Fills in the remedy of a group that was judged, by its rule and what it waits for; "" where the
 * cause is not known. Sets remedy_at_spawn where it is the go statement that is to be changed.
 */
void go_remedy(struct verdict_goroutines *group);

#endif
