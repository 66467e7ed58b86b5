// SPDX-License-Identifier: GPL-2.0-only
/* What all that is drawn for Perfetto has in common: see perfetto_drawing.h. */
#include "output/perfetto_drawing.h"
#include "output/samples.h"
#include "output/text_stack.h"

#define MOST_COUNTS 1000 /* groups whose numbers over time are shown */

void drawing_note(struct perfetto_event *event, const char *name, const char *text)
{
	if (text && text[0])
		event->notes[event->note_count++] = (struct perfetto_note){ .name = name,
									    .text = text };
}

void drawing_note_number(struct perfetto_event *event, const char *name, uint64_t number)
{
	event->notes[event->note_count++] = (struct perfetto_note){ .name = name,
								    .number = number };
}

void drawing_location(const struct output_run *run, uint32_t stack, char *buffer, size_t size)
{
	const struct lc_frame *frame = text_telling_frame(run, stack);
	char name[SAMPLE_NAME_BYTES];

	buffer[0] = '\0';
	if (!frame)
		return;
	sample_frame_name(frame, name, sizeof(name));
	if (frame->line)
		snprintf(buffer, size, "%.200s %.100s:%u", name, text_basename(frame->file),
			 frame->line);
	else
		snprintf(buffer, size, "%.200s", name);
}

void drawing_stack(const struct output_run *run, uint32_t id, char *buffer, size_t size)
{
	const struct lc_stack *stack = lc_stacks_get(run->stacks, id);
	char name[SAMPLE_NAME_BYTES];
	size_t i, used = 0;

	buffer[0] = '\0';
	for (i = 0; stack && i < stack->frame_count && used < size; i++)
		used += snprintf(buffer + used, size - used, "%s%s", i ? " < " : "",
				 sample_frame_name(&stack->frames[i], name, sizeof(name)));
}

void drawing_slice(const struct drawing *drawing, const struct perfetto_event *begin,
		   uint64_t until)
{
	const struct perfetto_event end = {
		.type = PERFETTO_END,
		.track = begin->track,
		.at = until > begin->at ? until : begin->at,
	};

	perfetto_event(drawing->perfetto, begin);
	perfetto_event(drawing->perfetto, &end);
}

void drawing_counts(struct drawing *drawing, pid_t pid, const char *process, const char *name,
		    const struct lc_series_key *key)
{
	const struct lc_series *series = drawing->run->view->snapshot.series;
	const struct lc_series_group *group = series ? lc_series_find(series, key) : NULL;
	uint64_t track;
	uint32_t i;

	if (!group || group->sweep_count < 2 || drawing->counts == MOST_COUNTS)
		return;
	drawing->counts++;
	track = perfetto_track(drawing->perfetto, pid, process, name, /* counts= */ true);
	for (i = 0; i < group->sweep_count; i++)
		perfetto_count(drawing->perfetto, track, lc_series_sweep(group, i)->at,
			       lc_series_sweep(group, i)->count);
}
