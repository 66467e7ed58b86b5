// SPDX-License-Identifier: GPL-2.0-only
/* Packets of a Perfetto trace: see perfetto_packets.h. Relies on uthash and protobuf-c. */
#include "output/perfetto_packets.h"
#include "output/escape.h"

#include "perfetto.pb-c.h"

#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

#define SEQUENCE 1u /* all packets are of one writer */
#define SEQUENCE_BEGINS 1u
#define CLOCK_OF_REALTIME 1u /* BuiltinClock of builtin_clock.proto */
#define CLOCK_OF_MONOTONIC 3u
#define TYPE_COUNTER 4u
#define UNIT_COUNT 2u

#define NAME_BYTES 512
#define NOTE_BYTES 8192

/* Tracks have numbers of their own in each of these rooms. */
#define TRACK_PROCESS (1ull << 56)
#define TRACK_THREAD (2ull << 56)
#define TRACK_OTHER (3ull << 56)

struct reported {
	UT_hash_handle hh;
	uint64_t track;
};

struct perfetto {
	FILE *stream;
	int error;
	struct reported *reported;
	uint64_t tracks, arrows;
	unsigned char *buffer;
	size_t capacity;
};

int perfetto_error(const struct perfetto *perfetto)
{
	return perfetto->error;
}

/* A trace is nothing but packets, one behind the other: each is written as a trace of one. */
static void put(struct perfetto *perfetto, Perfetto__TracePacket *packet)
{
	Perfetto__Trace trace = PERFETTO__TRACE__INIT;
	unsigned char *grown;
	size_t size;

	packet->trusted_packet_sequence_id = SEQUENCE;
	trace.n_packet = 1;
	trace.packet = &packet;
	size = perfetto__trace__get_packed_size(&trace);
	if (perfetto->error)
		return;
	if (size > perfetto->capacity) {
		grown = realloc(perfetto->buffer, size * 2);
		if (!grown) {
			perfetto->error = -ENOMEM;
			return;
		}
		perfetto->buffer = grown;
		perfetto->capacity = size * 2;
	}
	size = perfetto__trace__pack(&trace, perfetto->buffer);
	if (fwrite(perfetto->buffer, 1, size, perfetto->stream) != size)
		perfetto->error = -EIO;
}

void perfetto_clocks(struct perfetto *perfetto, uint64_t monotonic, int64_t realtime)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;
	Perfetto__ClockSnapshot snapshot = PERFETTO__CLOCK_SNAPSHOT__INIT;
	Perfetto__ClockSnapshot__Clock clocks[2], *list[2] = { &clocks[0], &clocks[1] };

	clocks[0] = clocks[1] =
		(Perfetto__ClockSnapshot__Clock)PERFETTO__CLOCK_SNAPSHOT__CLOCK__INIT;
	clocks[0].clock_id = CLOCK_OF_MONOTONIC;
	clocks[0].timestamp = monotonic;
	clocks[1].clock_id = CLOCK_OF_REALTIME;
	clocks[1].timestamp = (uint64_t)realtime;
	snapshot.n_clocks = 2;
	snapshot.clocks = list;
	snapshot.primary_trace_clock = CLOCK_OF_MONOTONIC;
	packet.clock_snapshot = &snapshot;
	packet.sequence_flags = SEQUENCE_BEGINS;
	put(perfetto, &packet);
}

/* Returns whether the track has to be told. */
static bool is_new(struct perfetto *perfetto, uint64_t track)
{
	struct reported *reported;

	HASH_FIND(hh, perfetto->reported, &track, sizeof(track), reported);
	if (reported)
		return false;
	reported = calloc(1, sizeof(*reported));
	if (!reported) {
		perfetto->error = -ENOMEM;
		return false;
	}
	reported->track = track;
	HASH_ADD(hh, perfetto->reported, track, sizeof(reported->track), reported);
	return true;
}

static void put_track(struct perfetto *perfetto, Perfetto__TrackDescriptor *track)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	packet.track_descriptor = track;
	put(perfetto, &packet);
}

static uint64_t process_track(struct perfetto *perfetto, pid_t pid, const char *name)
{
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;
	Perfetto__ProcessDescriptor process = PERFETTO__PROCESS_DESCRIPTOR__INIT;
	char clean[NAME_BYTES];

	track.uuid = TRACK_PROCESS | (uint32_t)pid;
	if (!name || !is_new(perfetto, track.uuid))
		return track.uuid;
	process.pid = pid;
	process.process_name = (char *)escape_text(name, clean, sizeof(clean));
	track.process = &process;
	put_track(perfetto, &track);
	return track.uuid;
}

uint64_t perfetto_thread(struct perfetto *perfetto, const struct lc_task *task, const char *process)
{
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;
	Perfetto__ThreadDescriptor thread = PERFETTO__THREAD_DESCRIPTOR__INIT;
	char clean[NAME_BYTES];

	process_track(perfetto, task->pid, process);
	track.uuid = TRACK_THREAD | (uint32_t)task->tid;
	if (!is_new(perfetto, track.uuid))
		return track.uuid;
	thread.pid = task->pid;
	thread.tid = task->tid;
	thread.thread_name = (char *)escape_text(task->comm, clean, sizeof(clean));
	track.thread = &thread;
	put_track(perfetto, &track);
	return track.uuid;
}

uint64_t perfetto_track(struct perfetto *perfetto, pid_t pid, const char *process, const char *name,
			bool counts)
{
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;
	Perfetto__CounterDescriptor counter = PERFETTO__COUNTER_DESCRIPTOR__INIT;
	char clean[NAME_BYTES];

	counter.unit = UNIT_COUNT;
	track.uuid = TRACK_OTHER | ++perfetto->tracks;
	track.parent_uuid = process_track(perfetto, pid, process);
	track.name = (char *)escape_text(name, clean, sizeof(clean));
	track.counter = counts ? &counter : NULL;
	put_track(perfetto, &track);
	return track.uuid;
}

static void put_event(struct perfetto *perfetto, uint64_t at, Perfetto__TrackEvent *event)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	packet.timestamp = at;
	packet.timestamp_clock_id = CLOCK_OF_MONOTONIC;
	packet.track_event = event;
	put(perfetto, &packet);
}

/* Returns the escaped texts, which the caller frees. */
static char *fill_notes(const struct perfetto_event *reported, Perfetto__DebugAnnotation *notes)
{
	char *texts = malloc(PERFETTO_NOTES * NOTE_BYTES);
	size_t i;

	for (i = 0; texts && i < reported->note_count; i++) {
		notes[i] = (Perfetto__DebugAnnotation)PERFETTO__DEBUG_ANNOTATION__INIT;
		notes[i].name = (char *)reported->notes[i].name;
		if (reported->notes[i].text) {
			notes[i].value_case = PERFETTO__DEBUG_ANNOTATION__VALUE_STRING_VALUE;
			notes[i].string_value = texts + i * NOTE_BYTES;
			escape_text(reported->notes[i].text, notes[i].string_value, NOTE_BYTES);
		} else {
			notes[i].value_case = PERFETTO__DEBUG_ANNOTATION__VALUE_UINT_VALUE;
			notes[i].uint_value = reported->notes[i].number;
		}
	}
	return texts;
}

void perfetto_event(struct perfetto *perfetto, const struct perfetto_event *reported)
{
	Perfetto__TrackEvent event = PERFETTO__TRACK_EVENT__INIT;
	Perfetto__DebugAnnotation notes[PERFETTO_NOTES], *list[PERFETTO_NOTES];
	uint64_t from = reported->flow_from, to = reported->flow_to;
	char *texts = fill_notes(reported, notes), *category = (char *)reported->category;
	char name[NAME_BYTES];
	size_t i;

	if (!texts) {
		perfetto->error = -ENOMEM;
		return;
	}
	for (i = 0; i < reported->note_count; i++)
		list[i] = &notes[i];
	event.type = reported->type;
	event.track_uuid = reported->track;
	if (reported->name)
		event.name = (char *)escape_text(reported->name, name, sizeof(name));
	event.n_categories = category != NULL;
	event.categories = &category;
	event.n_debug_annotations = reported->note_count;
	event.debug_annotations = list;
	event.n_flow_ids = from != 0;
	event.flow_ids = &from;
	event.n_terminating_flow_ids = to != 0;
	event.terminating_flow_ids = &to;
	put_event(perfetto, reported->at, &event);
	free(texts);
}

void perfetto_count(struct perfetto *perfetto, uint64_t track, uint64_t at, uint64_t count)
{
	Perfetto__TrackEvent event = PERFETTO__TRACK_EVENT__INIT;

	event.type = TYPE_COUNTER;
	event.track_uuid = track;
	event.counter_value_field_case = PERFETTO__TRACK_EVENT__COUNTER_VALUE_FIELD_COUNTER_VALUE;
	event.counter_value = (int64_t)count;
	put_event(perfetto, at, &event);
}

uint64_t perfetto_arrow(struct perfetto *perfetto)
{
	return ++perfetto->arrows;
}

int perfetto_create(FILE *stream, struct perfetto **ret_perfetto)
{
	*ret_perfetto = calloc(1, sizeof(**ret_perfetto));
	if (!*ret_perfetto)
		return -ENOMEM;
	(*ret_perfetto)->stream = stream;
	return 0;
}

void perfetto_free(struct perfetto *perfetto)
{
	struct reported *reported, *next;

	if (!perfetto)
		return;
	HASH_ITER(hh, perfetto->reported, reported, next) {
		HASH_DEL(perfetto->reported, reported);
		free(reported);
	}
	free(perfetto->buffer);
	free(perfetto);
}
