// SPDX-License-Identifier: GPL-2.0-only
/* Findings in each form: what a hostile process has named itself stays text. */
#include "report.h"

#include "output/found.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE "a]]>&<b c=\"d\">\x01\xff\x1b[2J|`*_@all#1\n::error::x%"

static struct found make(const char *words)
{
	return (struct found){
		.kind = FOUND_LEFT,
		.verdict = VERDICT_LEAK,
		.pid = 71,
		.comm = "a<&\"\n\xff",
		.count = 1,
		.block = { (char *)words, "/repo/with space/a:b,c.c", "m", 12 },
		.spawn = { (char *)words, "/elsewhere/x.c", "m", 7 },
		.test = (char *)words,
		.title = (char *)words,
		.reason = (char *)words,
		.proof = "",
		.remedy = "",
		.text = (char *)words,
		.fingerprint = (char *)words,
	};
}

static char *written(int (*form)(FILE *, const struct found_summary *), const char *words,
		     bool known)
{
	struct found found = make(words);
	const struct founds founds = { .list = &found, .count = 1 };
	const char *remarks[] = { words };
	const struct found_summary summary = {
		.founds = &founds,
		.command = words,
		.folder = "/repo",
		.remarks = remarks,
		.remark_count = 1,
		.fresh = !known,
		.exit_code = 99,
	};
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	found.known = known;
	assert_int_equal(form(stream, &summary), 0);
	fclose(stream);
	return text;
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

static void test_xml_has_its_own_elements_only(void **state)
{
	char *text = written(found_junit, HOSTILE, false);

	(void)state;
	assert_int_equal(count_of(text, "<testcase"), 1);
	assert_int_equal(count_of(text, "<failure"), 1);
	assert_null(strstr(text, "<b"));
	assert_null(strstr(text, "]]>"));
	assert_null(strchr(text, '\x01'));
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\xff'));
	assert_non_null(strstr(text, "&lt;b c=&quot;d&quot;&gt;\xef\xbf\xbd\xef\xbf\xbd"));
	free(text);
	text = written(found_junit, "known", true);
	assert_null(strstr(text, "<failure"));
	assert_non_null(strstr(text, "<skipped"));
	free(text);
}

static void test_workflow_commands_are_one_line_each(void **state)
{
	char *text = written(found_annotate_github, HOSTILE, false);

	(void)state;
	assert_int_equal(count_of(text, "\n"), 1);
	assert_true(!strncmp(
		text, "::error file=/elsewhere/x.c,line=7,title=leakhop%3A left over::", 62));
	assert_non_null(strstr(text, "%0A::error::x%25"));
	free(text);
}

static void test_json_is_json(void **state)
{
	char *text = written(found_sarif, HOSTILE, false);
	json_t *json = json_loads(text, 0, NULL), *result;
	const char *uri;

	(void)state;
	assert_non_null(json);
	result = json_array_get(
		json_object_get(json_array_get(json_object_get(json, "runs"), 0), "results"), 0);
	uri = json_string_value(json_object_get(
		json_object_get(
			json_object_get(
				json_array_get(json_object_get(result, "relatedLocations"), 0),
				"physicalLocation"),
			"artifactLocation"),
		"uri"));
	assert_string_equal(uri, "with%20space/a%3Ab%2Cc.c");
	assert_null(json_object_get(result, "suppressions"));
	json_decref(json);
	free(text);
	text = written(found_annotate_gitlab, HOSTILE, false);
	json = json_loads(text, 0, NULL);
	assert_int_equal(json_array_size(json), 1);
	json_decref(json);
	free(text);
	text = written(found_annotate_gitlab, HOSTILE, true);
	assert_string_equal(text, "[]\n");
	free(text);
}

static void test_markdown_has_its_own_marks_only(void **state)
{
	char *text = written(found_markdown, HOSTILE, false);

	(void)state;
	assert_null(strstr(text, "<b"));
	assert_null(strstr(text, "@all |"));
	assert_int_equal(count_of(text, "<pre>"), 1);
	assert_int_equal(count_of(text, "</pre>"), 1);
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_a_terminal_gets_no_control(void **state)
{
	char *text = written(found_text, HOSTILE, false);

	(void)state;
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x01'));
	free(text);
}

/* Records of one place in one look are of others each; in the next look they are the same ones
 * again. */
static void test_how_many_there_are(void **state)
{
	struct verdict_records records = {};
	struct verdict_record *record;
	struct founds founds = {};
	struct made_report made;

	(void)state;
	report_make(&made);
	assert_int_equal(verdict_make(&made.view, VERDICT_THREADS, &records), 0);
	record = &records.list[0];
	record->count = 1;
	assert_int_equal(found_add_thread(&founds, FOUND_LEFT, &made.run, record, NULL, 1), 0);
	assert_non_null(strstr(founds.list[0].title, "1 thread left over"));
	assert_int_equal(found_add_thread(&founds, FOUND_LEFT, &made.run, record, NULL, 1), 0);
	assert_int_equal(founds.count, 1);
	assert_int_equal(founds.list[0].count, 2);
	assert_non_null(strstr(founds.list[0].title, "2 threads left over"));
	assert_int_equal(found_add_thread(&founds, FOUND_LEFT, &made.run, record, NULL, 2), 0);
	assert_int_equal(founds.list[0].count, 2);
	record->count = 2;
	assert_int_equal(found_add_thread(&founds, FOUND_LEFT, &made.run, record, NULL, 2), 0);
	assert_int_equal(founds.list[0].count, 3);
	assert_non_null(strstr(founds.list[0].title, "3 threads left over"));
	verdict_release(&records);
	found_release(&founds);
	report_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml_has_its_own_elements_only),
		cmocka_unit_test(test_workflow_commands_are_one_line_each),
		cmocka_unit_test(test_json_is_json),
		cmocka_unit_test(test_markdown_has_its_own_marks_only),
		cmocka_unit_test(test_a_terminal_gets_no_control),
		cmocka_unit_test(test_how_many_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
