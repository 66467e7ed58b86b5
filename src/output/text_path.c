// SPDX-License-Identifier: GPL-2.0-only
/* By what way something is reached: see text_path.h. */
#include "output/text_path.h"
#include "output/text_pieces.h"

void text_path(struct line *line, const struct lc_go_path *path)
{
	uint32_t i;

	if (!path || !path->count)
		return;
	text_label(line, "held by");
	for (i = 0; i < path->count; i++) {
		if (i)
			line_add(line, LINE_FAINT, " -> ");
		if (path->left_out && i == LC_GO_LINKS / 2)
			line_add(line, LINE_FAINT, "(%u more) -> ", path->left_out);
		line_put(line, LINE_PLAIN, path->links[i]);
	}
	line_end(line);
}
