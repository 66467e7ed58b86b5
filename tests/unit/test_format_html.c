// SPDX-License-Identifier: GPL-2.0-only
/* The page: that its data keeps within its element, and says what text output says. */
#include "report.h"

#include "output/escape.h"

#include <jansson.h>

#define DATA_BEGINS "<script type=\"application/json\" id=\"data\">"
#define DATA_ENDS "</script>"

/* The data between the page's two halves; the caller frees. */
static char *data_of(const char *page)
{
	const char *begin = strstr(page, DATA_BEGINS), *end;

	assert_non_null(begin);
	begin += strlen(DATA_BEGINS);
	end = strstr(begin, DATA_ENDS);
	assert_non_null(end);
	return strndup(begin, end - begin);
}

static json_t *page_of(struct made_report *made)
{
	size_t size;
	char *page = written_as("html", made, &size), *data = data_of(page);
	json_t *json = json_loads(data, 0, NULL);

	assert_non_null(json);
	free(data);
	free(page);
	return json;
}

static const char *text_at(const json_t *record, const char *name)
{
	return json_string_value(json_object_get(record, name)) ?: "";
}

static void test_no_markup_in_data(void **state)
{
	struct made_report made;
	const char *c;
	char *page, *data;
	size_t size;

	(void)state;
	report_make(&made);
	page = written_as("html", &made, &size);
	assert_int_equal(size, strlen(page));
	assert_true(size < 1 << 20);
	data = data_of(page);
	for (c = data; *c; c++) {
		assert_in_range((unsigned char)*c, ' ', '~');
		assert_null(strchr("<>&", *c));
	}
	assert_non_null(strstr(data, "\\u003c/script\\u003e\\u003cimg src=x"));
	assert_null(strstr(page, "<img"));
	free(data);
	free(page);
	report_free(&made);
}

/* A browser that obeys runs this script and nothing else, and fetches nothing. */
static void test_policy(void **state)
{
	struct made_report made;
	size_t size;
	char *page;

	(void)state;
	report_make(&made);
	page = written_as("html", &made, &size);
	assert_non_null(strstr(page, "content=\"default-src 'none'; style-src 'sha256-"));
	assert_null(strstr(page, "unsafe"));
	assert_null(strstr(page, "innerHTML"));
	assert_null(strstr(page, "document.write"));
	assert_null(strstr(page, "https://"));
	assert_null(strchr(page, '@') ? strstr(page, "@DATA@") : NULL);
	free(page);
	report_free(&made);
}

static void test_records(void **state)
{
	struct made_report made;
	json_t *page, *records, *record, *frame;
	char why[1000];
	size_t i, telling;

	(void)state;
	report_make(&made);
	page = page_of(&made);
	records = json_object_get(page, "records");
	assert_int_equal(json_array_size(records), made.report.findings.count);
	for (i = 0; i < json_array_size(records); i++) {
		record = json_array_get(records, i);
		assert_string_equal(text_at(record, "part"), "finding");
		escape_text(made.report.findings.list[i].conclusion.reason, why, sizeof(why));
		assert_string_equal(text_at(record, "why"), why);
		assert_null(strstr(text_at(record, "head"), "DEADLOCK"));
		assert_non_null(strstr(text_at(record, "head"), "blocked for 1m 0s, since "));
		assert_non_null(strstr(text_at(record, "text"), "waits for     mutex 1"));
	}
	record = json_array_get(records, 0);
	assert_string_equal(text_at(record, "verdict"), "DEADLOCK");
	/* Its first stack, and in that the frame that a person looks for. */
	record = json_array_get(json_array_get(json_object_get(record, "stacks"), 0), 1);
	record = json_array_get(json_object_get(page, "stacks"), json_integer_value(record));
	telling = json_integer_value(json_array_get(record, 1));
	frame = json_array_get(json_array_get(record, 0), telling);
	frame = json_array_get(json_object_get(page, "frames"), json_integer_value(frame));
	assert_string_equal(json_string_value(json_array_get(frame, 1)), "/src/worker.c:7");
	json_decref(page);
	report_free(&made);
}

static void test_graph_and_folds(void **state)
{
	struct made_report made;
	json_t *page, *graph;

	(void)state;
	report_make(&made);
	page = page_of(&made);
	graph = json_object_get(page, "graph");
	assert_int_equal(json_array_size(json_object_get(graph, "nodes")), 3);
	assert_int_equal(json_array_size(json_object_get(graph, "edges")), 3);
	assert_int_equal(json_array_size(json_object_get(page, "folds")), 3);
	json_decref(page);
	report_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_markup_in_data),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_graph_and_folds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
