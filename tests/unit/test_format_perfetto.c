// SPDX-License-Identifier: GPL-2.0-only
/* Perfetto's traces, unpacked again: slices, arrows and what is noted of them. */
#include "report.h"

#include "perfetto.pb-c.h"

static Perfetto__Trace *trace_of(struct made_report *made)
{
	size_t size;
	char *bytes = written_as("perfetto", made, &size);
	Perfetto__Trace *trace = perfetto__trace__unpack(NULL, size, (uint8_t *)bytes);

	assert_non_null(trace);
	free(bytes);
	return trace;
}

/* The track of a thread: its number, which must be told before it is used. */
static uint64_t track_of(const Perfetto__Trace *trace, int tid)
{
	const Perfetto__TrackDescriptor *track;
	size_t i;

	for (i = 0; i < trace->n_packet; i++) {
		track = trace->packet[i]->track_descriptor;
		if (track && track->thread && track->thread->tid == tid)
			return track->uuid;
	}
	fail_msg("no track of %d", tid);
	return 0;
}

static const Perfetto__TracePacket *event_of(const Perfetto__Trace *trace, int tid,
					     const char *name)
{
	const Perfetto__TracePacket *packet;
	uint64_t track = track_of(trace, tid);
	size_t i;

	for (i = 0; i < trace->n_packet; i++) {
		packet = trace->packet[i];
		if (packet->track_event && packet->track_event->track_uuid == track &&
		    !strcmp(packet->track_event->name, name))
			return packet;
	}
	fail_msg("no '%s' on the track of %d", name, tid);
	return NULL;
}

static const char *note_of(const Perfetto__TrackEvent *event, const char *name)
{
	size_t i;

	for (i = 0; i < event->n_debug_annotations; i++) {
		if (!strcmp(event->debug_annotations[i]->name, name))
			return event->debug_annotations[i]->string_value;
	}
	return "";
}

static void test_slices(void **state)
{
	struct made_report made;
	Perfetto__Trace *trace;
	const Perfetto__TracePacket *begin, *end;

	(void)state;
	report_make(&made);
	trace = trace_of(&made);
	begin = event_of(trace, 12, "mutex");
	end = event_of(trace, 12, "");
	assert_int_equal(begin->track_event->type, 1);
	assert_int_equal(begin->timestamp, NOW - 60 * SECOND);
	assert_int_equal(begin->timestamp_clock_id, 3);
	assert_int_equal(end->track_event->type, 2);
	assert_int_equal(end->timestamp, NOW);
	assert_string_equal(note_of(begin->track_event, "verdict"), "deadlock");
	assert_string_equal(note_of(begin->track_event, "stack"), "plain < run");
	assert_string_equal(note_of(begin->track_event, "at"), "plain worker.c:7");
	assert_string_not_equal(note_of(begin->track_event, "why"), "");
	perfetto__trace__free_unpacked(trace, NULL);
	report_free(&made);
}

static void test_arrows(void **state)
{
	struct made_report made;
	Perfetto__Trace *trace;
	const Perfetto__TracePacket *from, *to;

	(void)state;
	report_make(&made);
	strcpy(lc_model_find(made.model, 11)->task.comm, "child");
	trace = trace_of(&made);
	from = event_of(trace, 10, "spawns child 11");
	to = event_of(trace, 11, "spawned");
	assert_int_equal(from->timestamp, NOW - 70 * SECOND);
	assert_int_equal(from->track_event->n_flow_ids, 1);
	assert_int_equal(to->track_event->n_terminating_flow_ids, 1);
	assert_true(from->track_event->flow_ids[0] == to->track_event->terminating_flow_ids[0]);
	from = event_of(trace, 77, "wakes child 11");
	to = event_of(trace, 11, "woken");
	assert_int_equal(from->timestamp, NOW - 60 * SECOND);
	assert_true(from->track_event->flow_ids[0] == to->track_event->terminating_flow_ids[0]);
	assert_string_equal(note_of(to->track_event, "by"), "waker");
	perfetto__trace__free_unpacked(trace, NULL);
	report_free(&made);
}

/* An earlier block that seems to end after the next one began would swallow that one's end. */
static void test_slices_do_not_overlap(void **state)
{
	const uint64_t begins[] = { NOW - 100 * SECOND, NOW - 90 * SECOND, NOW - 60 * SECOND };
	struct made_report made;
	struct lc_thread *thread;
	Perfetto__Trace *trace;
	const Perfetto__TracePacket *packet, *last = NULL;
	size_t i, k = 0;

	(void)state;
	report_make(&made);
	thread = lc_model_find(made.model, 12);
	/* The longest first: the later one. */
	thread->longest[0] = (struct lc_block){ .at = begins[1], .ns = 30 * SECOND + 5 };
	thread->longest[1] = (struct lc_block){ .at = begins[0], .ns = 11 * SECOND };
	trace = trace_of(&made);
	for (i = 0; i < trace->n_packet; i++) {
		packet = trace->packet[i];
		if (!packet->track_event || packet->track_event->track_uuid != track_of(trace, 12))
			continue;
		if (packet->track_event->type == 1) {
			assert_true(!last || last->timestamp < packet->timestamp);
			last = packet;
			continue;
		}
		assert_non_null(last);
		assert_int_equal(packet->track_event->type, 2);
		for (k = 0; k < 3; k++)
			assert_false(begins[k] > last->timestamp && begins[k] < packet->timestamp);
	}
	assert_int_equal(k, 3);
	perfetto__trace__free_unpacked(trace, NULL);
	report_free(&made);
}

static void assert_harmless(const char *text)
{
	for (; *text; text++)
		assert_in_range((unsigned char)*text, ' ', '~');
}

static void test_hostile_names(void **state)
{
	struct made_report made;
	Perfetto__Trace *trace;
	const Perfetto__TrackEvent *event;
	const Perfetto__TrackDescriptor *track;
	size_t i, k;

	(void)state;
	report_make(&made);
	trace = trace_of(&made);
	for (i = 0; i < trace->n_packet; i++) {
		event = trace->packet[i]->track_event;
		track = trace->packet[i]->track_descriptor;
		if (event)
			assert_harmless(event->name);
		for (k = 0; event && k < event->n_debug_annotations; k++)
			if (event->debug_annotations[k]->value_case ==
			    PERFETTO__DEBUG_ANNOTATION__VALUE_STRING_VALUE)
				assert_harmless(event->debug_annotations[k]->string_value);
		if (track && track->thread)
			assert_harmless(track->thread->thread_name);
		if (track && track->process)
			assert_harmless(track->process->process_name);
	}
	perfetto__trace__free_unpacked(trace, NULL);
	report_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_arrows),
		cmocka_unit_test(test_slices_do_not_overlap),
		cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
