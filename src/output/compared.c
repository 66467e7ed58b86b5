// SPDX-License-Identifier: GPL-2.0-only
/* Several runs beside each other, as text and as JSON: see compared.h. */
#include "output/compared.h"
#include "output/json_values.h"
#include "output/text_pieces.h"
#include "output/text_stack.h"
#include "util/duration.h"
#include "util/plural.h"

#include <errno.h>

#define SAID_SOURCES 4 /* of a group; -v and JSON have all */

/* --- JSON --- */

static json_t *frames_json(const struct verdict_group *group, uint32_t id)
{
	const struct output_run run = { .stacks = group->stacks };
	const struct field_source source = { .run = &run };
	const struct lc_stack *stack = lc_stacks_get(group->stacks, id);
	json_t *json = json_array();
	size_t i;

	for (i = 0; stack && i < stack->frame_count; i++)
		json_array_append_new(json, json_of(&source, &fields_frame, &stack->frames[i]));
	return json;
}

static json_t *fingerprint_json(const struct verdict_group *group)
{
	return json_sprintf("%016llx", (unsigned long long)group->fingerprint);
}

static void add_group(json_t *json, const struct verdict_group *group)
{
	json_object_set_new(json, "fingerprint", fingerprint_json(group));
	json_object_set_new(json, "kind", json_string(group->goroutines ? "goroutine" : "thread"));
	json_object_set_new(json, "comm", json_text(group->comm));
	json_object_set_new(json, "wait", json_text(group->wait));
	json_object_set_new(json, "stack", frames_json(group, group->stack));
	if (group->goroutines)
		json_object_set_new(json, "spawn", frames_json(group, group->spawn_stack));
}

static json_t *side_json(const struct verdict_group *group)
{
	return group ? json_pack("{ss ss sI sI}", "verdict", verdict_name(group->verdict), "rule",
				 group->rule, "count", (json_int_t)group->count, "blocked_ns",
				 (json_int_t)group->oldest_ns)
		     : json_null();
}

static json_t *origin_json(const struct output_origin *origin)
{
	char when[40];
	json_t *json = json_object();

	json_object_set_new(json, "file", json_text(origin->path));
	json_object_set_new(json, "host", json_text(origin->host));
	json_object_set_new(json, "command", json_text(origin->command));
	json_object_set_new(json, "at",
			    json_string(time_format_rfc3339(origin->at, when, sizeof(when))));
	return json;
}

static json_t *difference_json(const struct verdict_difference *difference)
{
	json_t *json = json_object();

	json_object_set_new(json, "change", json_string(verdict_change_name(difference->change)));
	add_group(json, difference->after ? difference->after : difference->before);
	json_object_set_new(json, "before", side_json(difference->before));
	json_object_set_new(json, "after", side_json(difference->after));
	return json;
}

static int write_json(FILE *stream, json_t *json)
{
	int r = json_dumpf(json, stream, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_PRESERVE_ORDER);

	json_decref(json);
	return r < 0 || fputc('\n', stream) == EOF || fflush(stream) ? -EIO : 0;
}

static int differences_json(FILE *stream, const struct output_origin *origins,
			    const struct verdict_differences *differences, bool verbose)
{
	json_t *json = json_object(), *list = json_array();
	size_t i;

	json_object_set_new(json, "schema", json_string(OUTPUT_SCHEMA));
	json_object_set_new(json, "type", json_string("diff"));
	json_object_set_new(json, "before", origin_json(&origins[0]));
	json_object_set_new(json, "after", origin_json(&origins[1]));
	for (i = 0; i < CHANGE_KINDS; i++)
		json_object_set_new(json, verdict_change_name(i),
				    json_integer((json_int_t)differences->changes[i]));
	for (i = 0; i < differences->count; i++) {
		if (verbose || differences->list[i].change != CHANGE_SAME)
			json_array_append_new(list, difference_json(&differences->list[i]));
	}
	json_object_set_new(json, "groups", list);
	return write_json(stream, json);
}

/* Who of another file has the other end of its connection. */
static json_t *peer_json(const struct output_origin *origins, const struct verdict_group *group)
{
	size_t file = verdict_foreign_file(group->peer_pid);
	json_t *json = json_object();

	json_object_set_new(json, "host", json_text(origins[file].host));
	json_object_set_new(json, "file", json_text(origins[file].path));
	json_object_set_new(json, "pid",
			    json_integer(group->peer_pid - verdict_foreign_base(file)));
	json_object_set_new(json, "comm", json_text(group->peer_comm));
	return json;
}

static json_t *union_json(const struct output_origin *origins, const struct verdict_union *one)
{
	json_t *json = json_object(), *list = json_array(), *source;
	size_t i;

	json_object_set_new(json, "verdict", json_string(verdict_name(one->worst->verdict)));
	json_object_set_new(json, "rule", json_string(one->worst->rule));
	json_object_set_new(json, "count", json_integer((json_int_t)one->count));
	json_object_set_new(json, "blocked_ns", json_integer((json_int_t)one->oldest_ns));
	for (i = 0; i < one->sources; i++) {
		source = side_json(one->list[i]);
		json_object_set_new(source, "host", json_text(origins[one->list[i]->source].host));
		json_object_set_new(source, "file", json_text(origins[one->list[i]->source].path));
		if (one->list[i]->peer_pid)
			json_object_set_new(source, "peer", peer_json(origins, one->list[i]));
		json_array_append_new(list, source);
	}
	json_object_set_new(json, "hosts", list);
	add_group(json, one->worst);
	return json;
}

/* Of many runs what is idle in each of them is told to who asks for it. */
static bool is_shown(const struct verdict_union *one, bool verbose)
{
	return verbose || one->worst->verdict >= VERDICT_SUSPECT;
}

static int unions_json(FILE *stream, const struct output_origin *origins, size_t count,
		       const struct verdict_unions *unions, bool verbose)
{
	json_t *json = json_object(), *list = json_array(), *files = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(files, origin_json(&origins[i]));
	for (i = 0; i < unions->count; i++) {
		if (is_shown(&unions->list[i], verbose))
			json_array_append_new(list, union_json(origins, &unions->list[i]));
	}
	json_object_set_new(json, "schema", json_string(OUTPUT_SCHEMA));
	json_object_set_new(json, "type", json_string("hosts"));
	json_object_set_new(json, "files", files);
	json_object_set_new(json, "groups", list);
	return write_json(stream, json);
}

/* --- text --- */

static void put_place(struct line *line, const struct verdict_group *group, uint32_t stack)
{
	const struct output_run run = { .stacks = group->stacks };
	const struct lc_frame *frame = text_telling_frame(&run, stack);

	if (!frame)
		return;
	if (frame->function[0])
		line_put(line, LINE_PLAIN, frame->function);
	else
		line_put(line, LINE_PLAIN, text_basename(frame->module));
	if (!frame->line)
		return;
	line_add(line, LINE_PLAIN, " ");
	line_put(line, LINE_PLAIN, text_basename(frame->file));
	line_add(line, LINE_PLAIN, ":%u", frame->line);
}

static void put_group(struct line *line, const struct verdict_group *group, size_t column)
{
	line_put(line, LINE_PLAIN, group->comm);
	line_tab(line, column + 17);
	line_put(line, LINE_PLAIN, group->wait);
	line_tab(line, column + 38);
	put_place(line, group, group->stack);
	if (group->goroutines && group->spawn_stack) {
		line_add(line, LINE_FAINT, "  from ");
		put_place(line, group, group->spawn_stack);
	}
}

/* One look does not tell how long goroutines have stood. */
static const char *age_text(uint64_t ns, char *buffer, size_t size)
{
	return ns ? duration_format(ns, buffer, size) : "-";
}

static void put_count(struct line *line, const struct verdict_group *group)
{
	if (group)
		line_add(line, LINE_PLAIN, "%7zu%s ", group->count, group->goroutines ? "g" : " ");
	else
		line_add(line, LINE_PLAIN, "%7s  ", "-");
}

static void difference_line(struct line *line, const struct verdict_difference *difference)
{
	const struct verdict_group *group = difference->after ? difference->after
							      : difference->before;
	bool loud = difference->change == CHANGE_NEW || difference->change == CHANGE_GROWN;
	char span[32];

	line_add(line, loud ? LINE_RED : LINE_PLAIN, "%-7s",
		 verdict_change_name(difference->change));
	put_count(line, difference->before);
	put_count(line, difference->after);
	line_add(line, LINE_PLAIN, " %-8s ", age_text(group->oldest_ns, span, sizeof(span)));
	line_add(line, LINE_PLAIN, "%-9s ", text_verdict(group->verdict));
	put_group(line, group, line->columns);
	line_end(line);
}

static void origin_line(struct line *line, const char *what, const struct output_origin *origin)
{
	char when[40];

	line_add(line, LINE_BOLD, "%-7s ", what);
	line_put(line, LINE_PLAIN, origin->path);
	line_add(line, LINE_PLAIN, ": ");
	line_put(line, LINE_PLAIN, origin->command);
	line_add(line, LINE_PLAIN, " on ");
	line_put(line, LINE_PLAIN, origin->host);
	line_add(line, LINE_PLAIN, ", %s, %zu group%s",
		 time_format_rfc3339(origin->at, when, sizeof(when)), origin->groups,
		 plural(origin->groups));
	line_end(line);
}

static int differences_text(FILE *stream, const struct output_origin *origins,
			    const struct verdict_differences *differences, bool verbose)
{
	struct output_style style = output_style_for(stream);
	struct line line = line_begin(stream, &style);
	size_t i;

	origin_line(&line, "before", &origins[0]);
	origin_line(&line, "after", &origins[1]);
	line_add(&line, LINE_BOLD, "%zu new, %zu grown, %zu shrunk, %zu gone, %zu as before",
		 differences->changes[CHANGE_NEW], differences->changes[CHANGE_GROWN],
		 differences->changes[CHANGE_SHRUNK], differences->changes[CHANGE_GONE],
		 differences->changes[CHANGE_SAME]);
	line_end(&line);
	if (differences->count > (verbose ? 0 : differences->changes[CHANGE_SAME])) {
		line_add(&line, LINE_FAINT, "change   before    after  longest  verdict   process");
		line_tab(&line, 61);
		line_add(&line, LINE_FAINT, "waits for");
		line_tab(&line, 82);
		line_add(&line, LINE_FAINT, "where");
		line_end(&line);
	}
	for (i = 0; i < differences->count; i++) {
		if (verbose || differences->list[i].change != CHANGE_SAME)
			difference_line(&line, &differences->list[i]);
	}
	return fflush(stream) ? -EIO : 0;
}

static void put_hosts(struct line *line, const struct output_origin *origins,
		      const struct verdict_union *one, bool verbose)
{
	size_t i, most = verbose ? one->sources : SAID_SOURCES;

	line_add(line, LINE_FAINT, "         on ");
	for (i = 0; i < one->sources && i < most; i++) {
		line_add(line, LINE_PLAIN, "%s", i ? ", " : "");
		line_put(line, LINE_PLAIN, origins[one->list[i]->source].host);
		line_add(line, LINE_FAINT, " (%zu)", one->list[i]->count);
	}
	if (i < one->sources)
		line_add(line, LINE_FAINT, " and %zu more (-v shows them)", one->sources - i);
	line_end(line);
}

static void put_peer(struct line *line, const struct output_origin *origins,
		     const struct verdict_union *one)
{
	const struct verdict_group *group;
	size_t i, file;

	for (i = 0; i < one->sources && !one->list[i]->peer_pid; i++)
		;
	if (i == one->sources)
		return;
	group = one->list[i];
	file = verdict_foreign_file(group->peer_pid);
	line_add(line, LINE_FAINT, "         for ");
	line_put(line, LINE_PLAIN, group->peer_comm);
	line_add(line, LINE_PLAIN, " (%d)", group->peer_pid - verdict_foreign_base(file));
	line_add(line, LINE_FAINT, " on ");
	line_put(line, LINE_PLAIN, origins[file].host);
	line_end(line);
}

static void union_line(struct line *line, const struct output_origin *origins,
		       const struct verdict_union *one, bool verbose)
{
	bool wrong = one->worst->verdict >= VERDICT_STUCK;
	char span[32];

	line_add(line, wrong ? LINE_RED : LINE_PLAIN, "%-9s", text_verdict(one->worst->verdict));
	line_add(line, LINE_PLAIN, "%7zu%s %5zu  ", one->count, one->worst->goroutines ? "g" : " ",
		 one->sources);
	line_add(line, LINE_PLAIN, "%-8s ", age_text(one->oldest_ns, span, sizeof(span)));
	put_group(line, one->worst, line->columns);
	line_end(line);
	put_hosts(line, origins, one, verbose);
	put_peer(line, origins, one);
}

static int unions_text(FILE *stream, const struct output_origin *origins, size_t count,
		       const struct verdict_unions *unions, bool verbose)
{
	struct output_style style = output_style_for(stream);
	struct line line = line_begin(stream, &style);
	size_t i, shown = 0;

	for (i = 0; i < unions->count; i++)
		shown += is_shown(&unions->list[i], verbose);
	line_add(&line, LINE_BOLD, "%zu recording%s, %zu group%s of findings and suspects", count,
		 plural(count), shown, plural(shown));
	if (shown < unions->count)
		line_add(&line, LINE_FAINT, "; %zu more are idle (-v shows them)",
			 unions->count - shown);
	line_end(&line);
	if (shown) {
		line_add(&line, LINE_FAINT, "verdict    count  hosts longest  process");
		line_tab(&line, 51);
		line_add(&line, LINE_FAINT, "waits for");
		line_tab(&line, 72);
		line_add(&line, LINE_FAINT, "where");
		line_end(&line);
	}
	for (i = 0; i < unions->count; i++) {
		if (is_shown(&unions->list[i], verbose))
			union_line(&line, origins, &unions->list[i], verbose);
	}
	return fflush(stream) ? -EIO : 0;
}

int output_differences(FILE *stream, bool json, const struct output_origin *origins,
		       const struct verdict_differences *differences, bool verbose)
{
	return json ? differences_json(stream, origins, differences, verbose)
		    : differences_text(stream, origins, differences, verbose);
}

int output_unions(FILE *stream, bool json, const struct output_origin *origins, size_t count,
		  const struct verdict_unions *unions, bool verbose)
{
	return json ? unions_json(stream, origins, count, unions, verbose)
		    : unions_text(stream, origins, count, unions, verbose);
}
