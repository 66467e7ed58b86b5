// SPDX-License-Identifier: GPL-2.0-only
/* Nothing hostile reaches a terminal or breaks JSON. */
#include "unit.h"

#include "output/escape.h"
#include "output/output.h"

#include <jansson.h>
#include <string.h>

static void test_controls_are_shown_as_hex(void **state)
{
	char buffer[64];

	(void)state;
	assert_string_equal(escape_text("plain ü €", buffer, sizeof(buffer)), "plain ü €");
	assert_string_equal(escape_text("a\033[2Jb\n", buffer, sizeof(buffer)), "a\\x1b[2Jb\\x0a");
	assert_string_equal(escape_text("\x7f\xc2\x9b", buffer, sizeof(buffer)), "\\x7f\\xc2\\x9b");
	assert_string_equal(escape_text("\xff\xc0\x80", buffer, sizeof(buffer)), "\\xff\\xc0\\x80");
	assert_string_equal(escape_text("\xe2\x80\xae", buffer, sizeof(buffer)), "\\xe2\\x80\\xae");
	assert_string_equal(escape_text("\xed\xa0\x80", buffer, sizeof(buffer)), "\\xed\\xa0\\x80");
}

/* Characters that are not seen, from each part of Unicode that has some. */
static void test_what_is_not_seen_is_shown_as_hex(void **state)
{
	static const char *const unseen[] = {
		"\u00ad",     "\u061c",	    "\u115f",	  "\u200b",	"\u202e",
		"\u2060",     "\u2066",	    "\u3164",	  "\ufe0f",	"\ufeff",
		"\U0001d173", "\U000e0041", "\U000e01ef", "\U0010fffd",
	};
	static const char *const seen[] = { "é", "漢字", "العربية", "😀", "№" };
	char buffer[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		assert_true(!strncmp(escape_text(unseen[i], buffer, sizeof(buffer)), "\\x", 2));
	for (i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		assert_string_equal(escape_text(seen[i], buffer, sizeof(buffer)), seen[i]);
}

static void test_cut_at_the_buffer(void **state)
{
	char buffer[6];

	(void)state;
	assert_string_equal(escape_text("abcdefgh", buffer, sizeof(buffer)), "abcde");
	assert_string_equal(escape_text("abcd€", buffer, sizeof(buffer)), "abcd");
	assert_string_equal(escape_text("abc\033", buffer, sizeof(buffer)), "abc");
}

static void test_random_bytes(void **state)
{
	char text[33], buffer[200], *c;
	int i, j;

	(void)state;
	srand(1);
	for (i = 0; i < 100000; i++) {
		for (j = 0; j < 32; j++)
			text[j] = 1 + rand() % 255;
		text[32] = 0;
		escape_text(text, buffer, sizeof(buffer));
		for (c = buffer; *c; c++)
			assert_true((unsigned char)*c >= 0x20 && (unsigned char)*c != 0x7f);
	}
}

/* A process whose name is no UTF-8 and full of quotes still gives JSON that can be parsed. */
static void test_json_of_a_hostile_name(void **state)
{
	struct lc_thread thread = { .task = { .tid = 5, .pid = 5, .comm = "\"\xff\x01</script>" },
				    .process_comm = "\\\xe2\x28\xa1",
				    .state = 'S' };
	struct verdict_tid tids[] = { { 5, 5 } };
	struct verdict_record record = { .thread = &thread,
					 .tids = tids,
					 .count = 1,
					 .still_blocked = 1,
					 .node = GRAPH_NONE,
					 .syscall = { .nr = 9999 } };
	struct output_report report = { .findings = { &record, 1, 1 } };
	struct output_run run = { .command = "dump",
				  .version = "0",
				  .host = "\xff",
				  .kernel = "k",
				  .source = "bpf",
				  .user_stacks = true };
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	json_t *json;

	(void)state;
	lc_stacks_create(0, (struct lc_stacks **)&run.stacks);
	assert_int_equal(output_json(stream, &run, &report), 0);
	fclose(stream);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_int_equal(json_array_size(json_object_get(json, "findings")), 1);
	json_decref(json);
	free(text);
	lc_stacks_free((struct lc_stacks *)run.stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_controls_are_shown_as_hex),
		cmocka_unit_test(test_what_is_not_seen_is_shown_as_hex),
		cmocka_unit_test(test_cut_at_the_buffer),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_json_of_a_hostile_name),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
