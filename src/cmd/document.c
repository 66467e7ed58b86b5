// SPDX-License-Identifier: GPL-2.0-only
/*
 * From JSON to groups: see document.h. It may be anybody's file: what has another type than it
 * should is passed over.
 */
#include "cmd/document.h"
#include "output/output.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STACKS_MOST (1u << 20)
#define FRAMES_MOST 512

struct reading {
	const struct session_options *options;
	struct document *document;
	struct verdict_groups *groups;
	size_t source;
	uint64_t frames; /* so far: each has an address of its own */
};

bool document_is_one(const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	int c = ' ';

	while (file && isspace(c))
		c = fgetc(file);
	return c == '{';
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name)) ?: "";
}

static uint64_t number_of(const json_t *object, const char *name)
{
	json_int_t number = json_integer_value(json_object_get(object, name));

	return number > 0 ? (uint64_t)number : 0;
}

static enum verdict verdict_of(const json_t *record)
{
	enum verdict verdict = verdict_find(text_of(record, "verdict"));

	return verdict == VERDICT_COUNT ? VERDICT_RUNNING : verdict;
}

/* Frames as a stack of the document's own; 0: none. */
static int add_stack(struct reading *reading, const struct lc_frame *frames, size_t count,
		     uint32_t *ret_id)
{
	struct lc_raw_frame raw[FRAMES_MOST] = {};
	size_t i;
	int r;

	*ret_id = 0;
	for (i = 0; i < count; i++)
		raw[i].vaddr = ++reading->frames;
	if (!count)
		return 0;
	r = lc_stacks_intern(reading->document->stacks, raw, count, LC_STACK_WHOLE, ret_id);
	return r ?: lc_stacks_set_frames(reading->document->stacks, *ret_id, frames, count);
}

static int take_stack(struct reading *reading, const json_t *list, uint32_t *ret_id)
{
	struct lc_frame frames[FRAMES_MOST];
	size_t count = json_array_size(list), i;

	count = count < FRAMES_MOST ? count : FRAMES_MOST;
	for (i = 0; i < count; i++) {
		const json_t *frame = json_array_get(list, i);

		frames[i] = (struct lc_frame){
			.function = text_of(frame, "function"),
			.offset = number_of(frame, "offset"),
			.file = text_of(frame, "file"),
			.line = (unsigned)number_of(frame, "line"),
			.module = text_of(frame, "module"),
			.build_id = text_of(frame, "build_id"),
			.inlined = json_is_true(json_object_get(frame, "inlined")),
		};
	}
	return add_stack(reading, frames, count, ret_id);
}

/* The go statement, and what it starts. */
static int take_site(struct reading *reading, const json_t *spawn, struct verdict_group *group)
{
	const struct lc_frame statement = {
		.function = text_of(spawn, "function"),
		.file = text_of(spawn, "file"),
		.line = (unsigned)number_of(spawn, "line"),
		.module = "",
		.build_id = "",
	};
	const struct lc_frame entry = {
		.function = text_of(spawn, "entry"), .file = "", .module = "", .build_id = ""
	};
	int r = 0;

	if (*statement.function)
		r = add_stack(reading, &statement, 1, &group->spawn_stack);
	if (!r && *entry.function)
		r = add_stack(reading, &entry, 1, &group->entry_stack);
	return r;
}

static bool has_pid(const struct collect_filter *filter, uint64_t pid)
{
	size_t i;

	for (i = 0; i < filter->pid_count && (uint64_t)filter->pids[i] != pid; i++)
		;
	return !filter->pid_count || i < filter->pid_count;
}

static bool is_wanted(const struct session_options *options, const json_t *record, bool goroutines)
{
	const struct collect_filter *filter = &options->observe.collect.filter;
	const char *comm = filter->comm;

	return (goroutines ? options->observe.goroutines : options->observe.threads) &&
	       has_pid(filter, number_of(record, "pid")) &&
	       (!comm || !strcmp(comm, text_of(record, "comm")) ||
		!strcmp(comm, text_of(record, "thread_name"))) &&
	       number_of(record, "blocked_ns") >= options->observe.collect.threshold_ns;
}

static int take_record(struct reading *reading, const json_t *record)
{
	const char *kind = text_of(record, "kind");
	const json_t *user_stack = json_object_get(record, "user_stack");
	struct verdict_group group = {
		.verdict = verdict_of(record),
		.rule = text_of(record, "rule"),
		.wait = text_of(json_object_get(record, "wait"), "kind"),
		.goroutines = !strcmp(kind, "goroutine"),
		.stacks = reading->document->stacks,
		.count = number_of(record, "count"),
		.oldest_ns = number_of(record, "blocked_ns"),
		.source = reading->source,
	};
	int r;

	if ((!group.goroutines && strcmp(kind, "thread") != 0) || !group.count ||
	    (!group.goroutines && !number_of(record, "still_blocked")) ||
	    !is_wanted(reading->options, record, group.goroutines))
		return 0;
	snprintf(group.comm, sizeof(group.comm), "%s", text_of(record, "comm"));
	if (group.goroutines)
		r = take_stack(reading, json_object_get(record, "stack"), &group.stack);
	else
		r = take_stack(reading,
			       json_array_size(user_stack)
				       ? user_stack
				       : json_object_get(record, "kernel_stack"),
			       &group.stack);
	if (!r && group.goroutines)
		r = take_site(reading, json_object_get(record, "spawn"), &group);
	return r ?: verdict_groups_add(reading->groups, &group);
}

static int take_records(struct reading *reading)
{
	static const char *const lists[] = { "findings", "suspects", "waits" };
	const json_t *list;
	size_t i, k;
	int r = 0;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		list = json_object_get(reading->document->root, lists[i]);
		for (k = 0; k < json_array_size(list) && !r; k++)
			r = take_record(reading, json_array_get(list, k));
	}
	return r;
}

static bool is_document(const json_t *root)
{
	return !strcmp(text_of(root, "schema"), OUTPUT_SCHEMA) &&
	       json_is_array(json_object_get(root, "findings"));
}

/* The last one that is there is the end of a run, whose findings came before, a line each. */
static json_t *load_last(FILE *file, json_error_t *trouble)
{
	json_t *last = NULL, *root;

	while ((root = json_loadf(file, JSON_DISABLE_EOF_CHECK, trouble))) {
		json_decref(last);
		last = root;
	}
	return last;
}

static int load(const char *path, struct document *document, struct error *error)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	json_error_t trouble = {};
	struct stat status;

	if (!file || fstat(fileno(file), &status))
		return error_set(error, -errno, "cannot read '%s'", path);
	if (status.st_size > DOCUMENT_SIZE_MOST)
		return error_set(error, -EFBIG, "cannot read '%s'", path);
	document->root = load_last(file, &trouble);
	if (!document->root)
		return error_say(error, -EBADMSG, "'%s' is no JSON: line %d: %s", path,
				 trouble.line, trouble.text);
	if (!is_document(document->root))
		return error_say(error, -EBADMSG,
				 "'%s' is no JSON document of leakhop's dump or trace", path);
	return 0;
}

/* Of a second, behind a point. */
static int64_t fraction_of(const char *digits)
{
	int64_t ns = 0, unit = 100000000;

	for (; *digits >= '0' && *digits <= '9'; digits++, unit /= 10)
		ns += (*digits - '0') * unit;
	return ns;
}

static int64_t time_of(const json_t *root, const char *name)
{
	struct tm tm = {};
	const char *end = strptime(text_of(root, name), "%Y-%m-%dT%H:%M:%S", &tm);

	if (!end)
		return 0;
	return timegm(&tm) * INT64_C(1000000000) + (*end == '.' ? fraction_of(end + 1) : 0);
}

int document_read(const char *path, const struct session_options *options, size_t source,
		  struct document *document, struct verdict_groups *groups,
		  struct output_origin *ret_origin, struct error *error)
{
	struct reading reading = {
		.options = options, .document = document, .groups = groups, .source = source
	};
	int r = load(path, document, error);

	if (r < 0)
		return r;
	r = lc_stacks_create(STACKS_MOST, &document->stacks);
	r = r ?: take_records(&reading);
	if (r < 0)
		return error_set(error, r, "cannot compare '%s'", path);
	*ret_origin = (struct output_origin){
		.path = path,
		.host = text_of(document->root, "host"),
		.command = text_of(document->root, "command"),
		.at = time_of(document->root, "ended"),
	};
	return 0;
}

void document_release(struct document *document)
{
	json_decref(document->root);
	lc_stacks_free(document->stacks);
	*document = (struct document){};
}
