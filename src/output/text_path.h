/* SPDX-License-Identifier: GPL-2.0-only */
/* By what way something is reached, as text. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TEXT_PATH_H
#define LEAKHOP_OUTPUT_TEXT_PATH_H

#include "model/goroutines.h"
#include "output/line.h"

/* "main.registry (global) -> *main.Session -> chan int"; nothing where path is NULL. */
void text_path(struct line *line, const struct lc_go_path *path);

#endif
