// SPDX-License-Identifier: GPL-2.0-only
/* Stacks as text: see text_stack.h. */
#include "output/text_stack.h"
#include "output/line.h"
#include "output/names.h"

#include <string.h>

const char *text_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* How much a frame tells a person who looks for the place: the program's own code most, the C library least. */
enum { TELLS_NOTHING, TELLS_LIBRARY, TELLS_PROGRAM };

static bool is_go_file(const char *file)
{
	size_t length = strlen(file);

	return length > 3 && !strcmp(file + length - 3, ".go");
}

/* In Go the standard library's import paths have no dot in their first part; a program's own have, or are main. */
static int go_frame_tells(const char *function)
{
	static const char *const below[] = { "runtime.", "sync.", "internal/", "time.",
					     "syscall." };
	size_t first = strcspn(function, "/."), i;

	for (i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		if (!strncmp(function, below[i], strlen(below[i])))
			return TELLS_NOTHING;
	}
	if (!strncmp(function, "main.", 5) ||
	    (function[first] == '.' && strchr(function + first, '/')))
		return TELLS_PROGRAM;
	return TELLS_LIBRARY;
}

static int frame_tells(const struct lc_frame *frame)
{
	static const char *const runtime[] = { "libc.", "libc-",     "libpthread",
					       "ld-",	"libstdc++", "libgcc" };
	const char *name = text_basename(frame->module);
	size_t i;

	if (!*name || *name == '[' || !frame->function[0])
		return TELLS_NOTHING;
	if (is_go_file(frame->file))
		return go_frame_tells(frame->function);
	if (!strstr(name, ".so"))
		return TELLS_PROGRAM;
	for (i = 0; i < sizeof(runtime) / sizeof(runtime[0]); i++) {
		if (!strncmp(name, runtime[i], strlen(runtime[i])))
			return TELLS_NOTHING;
	}
	return TELLS_LIBRARY;
}

const struct lc_frame *text_telling_frame(const struct output_run *run, uint32_t id)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	const struct lc_frame *best = NULL;
	int score, most = -1;
	size_t i;

	for (i = 0; stack && i < stack->frame_count; i++) {
		score = 2 * frame_tells(&stack->frames[i]) + (stack->frames[i].line != 0);
		if (score > most) {
			most = score;
			best = &stack->frames[i];
		}
	}
	return best;
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
		line_add(line, LINE_FAINT, " (by frame pointer)");
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
