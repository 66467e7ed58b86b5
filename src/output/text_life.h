/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread's life from spawn to block, as a short timeline. Private to this folder. */
#ifndef LEAKHOP_OUTPUT_TEXT_LIFE_H
#define LEAKHOP_OUTPUT_TEXT_LIFE_H

#include "output/line.h"

void text_life(struct line *line, const struct output_run *run,
	       const struct verdict_record *record);

#endif
