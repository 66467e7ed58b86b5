// SPDX-License-Identifier: GPL-2.0-only
/* Stacks as text: see text_stack.h. */
#include "output/text_stack.h"
#include "output/line.h"
#include "output/names.h"
#include "output/call_site.h"

#include <string.h>

const char *text_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const struct lc_frame *text_telling_frame(const struct output_run *run, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);

	return stack ? call_site_of(stack->frames, stack->frame_count) : NULL;
}

bool text_is_own(const struct output_run *run, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	size_t i;

	for (i = 0; stack && i < stack->frame_count; i++) {
		if (!stack->frames[i].go)
			return true;
		if (!call_site_is_runtime(&stack->frames[i]))
			return stack->frames[i].own;
	}
	return !stack || !stack->frame_count;
}

static void text_frame(struct line *line, const struct lc_frame *frame, bool telling)
{
	enum line_colour colour = telling ? LINE_BOLD : LINE_PLAIN;

	if (frame->function[0]) {
		line_put(line, colour, frame->function);
	} else if (frame->module[0] && frame->offset) {
		line_put(line, LINE_FAINT, text_basename(frame->module));
	} else {
		line_add(line, colour, "0x%llx", (unsigned long long)frame->address);
	}
	if (frame->offset && !frame->inlined && !frame->line)
		line_add(line, LINE_FAINT, "+0x%llx", (unsigned long long)frame->offset);
	if (frame->inlined)
		line_add(line, LINE_FAINT, " (inlined)");
	if (frame->guessed)
		line_add(line, LINE_FAINT, " (likely)");
	line_add(line, LINE_PLAIN, "  ");
	line_tab(line, 52);
	if (frame->line) {
		line_put(line, telling ? LINE_GREEN : LINE_PLAIN, frame->file);
		line_add(line, telling ? LINE_GREEN : LINE_PLAIN, ":%u  ", frame->line);
	}
	line_put(line, LINE_FAINT, text_basename(frame->module));
}

void text_stack(FILE *stream, const struct output_style *style, const struct output_run *run,
		uint32_t id, size_t indent)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	const struct lc_frame *telling = text_telling_frame(run, id);
	struct line line = line_begin(stream, style);
	size_t i;

	if (!stack)
		return;
	for (i = 0; i < stack->frame_count; i++) {
		line_add(&line, LINE_PLAIN, "%*s%s ", (int)indent - 2, "",
			 &stack->frames[i] == telling && telling->line ? ">" : " ");
		text_frame(&line, &stack->frames[i], &stack->frames[i] == telling);
		line_end(&line);
	}
	if (stack->end != LC_STACK_WHOLE && stack->raw_count &&
	    stack->raw[0].pid + stack->raw[0].module) {
		line_add(&line, LINE_FAINT, "%*s%s", (int)indent, "", name_stack_end(stack->end));
		line_end(&line);
	}
}
