/* SPDX-License-Identifier: GPL-2.0-only */
/* In which control group, container and pod a process of interest is. Private to this folder. */
#ifndef LEAKHOP_OBSERVE_CGROUPS_H
#define LEAKHOP_OBSERVE_CGROUPS_H

#include "observe/observer.h"

/*
 * Reads it where it is not known yet, or, if anew is set, once more in this sweep: the number may
 * be another process's by now. One whose group cannot be read has none. Returns 0 or -ENOMEM.
 */
int cgroups_note(struct observer *observer, pid_t pid, bool anew);

#endif
