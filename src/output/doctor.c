// SPDX-License-Identifier: GPL-2.0-only
/* The doctor's checks as text or JSON: see doctor.h. */
#include "output/doctor.h"
#include "output/line.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

static int doctor_json(FILE *stream, const struct output_check *checks, size_t count, bool usable)
{
	json_t *list = json_array(), *json;
	size_t i;
	int r;

	for (i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{ss ss sb ss ss}", "name", checks[i].name, "state",
						checks[i].state, "needed", checks[i].needed, "why",
						checks[i].why, "remedy", checks[i].remedy));
	json = json_pack("{ss sb so}", "schema", OUTPUT_SCHEMA, "usable", usable, "checks", list);
	r = json ? json_dumpf(json, stream, JSON_INDENT(2)) : -1;
	json_decref(json);
	return r < 0 || fputc('\n', stream) == EOF || fflush(stream) ? -EIO : 0;
}

int output_doctor(FILE *stream, bool json, const struct output_check *checks, size_t count,
		  bool usable)
{
	struct output_style style = output_style_for(stream);
	struct line line;
	size_t i;

	if (json)
		return doctor_json(stream, checks, count, usable);
	style.width = 0;
	line = line_begin(stream, &style);
	for (i = 0; i < count; i++) {
		bool no = !strcmp(checks[i].state, "no");

		line_add(&line,
			 no				  ? LINE_RED
			 : strcmp(checks[i].state, "yes") ? LINE_BOLD
							  : LINE_GREEN,
			 "%-7s", checks[i].state);
		line_add(&line, LINE_PLAIN, " %-24s", checks[i].name);
		line_put(&line, LINE_PLAIN, checks[i].why);
		line_end(&line);
		if (*checks[i].remedy) {
			line_add(&line, LINE_BOLD, "%33sto get it: ", "");
			line_put(&line, LINE_PLAIN, checks[i].remedy);
			line_end(&line);
		}
	}
	line_add(&line, LINE_BOLD, "%s",
		 usable ? "leakhop can trace here."
			: "leakhop can only read /proc here: dump and trace of one's own "
			  "processes, without "
			  "events.");
	line_end(&line);
	return fflush(stream) ? -EIO : 0;
}
