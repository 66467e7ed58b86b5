/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a Go process is not shown, in a sentence. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_GO_LIMITS_H
#define LEAKHOP_OUTPUT_GO_LIMITS_H

#include "model/goroutines.h"

#define GO_LIMIT_SIZE 512

/* False: all of it is. */
bool go_limit(const struct lc_go_process *process, char *buffer, size_t size);

/* What is not known of its goroutines. False: nothing. */
bool go_search_limit(const struct lc_go_process *process, char *buffer, size_t size);

#endif
