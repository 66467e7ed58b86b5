// SPDX-License-Identifier: GPL-2.0-only
/* The table of fields, and that docs/ says what it says. */
#include "unit.h"

#include "output/fields.h"
#include "output/reference.h"
#include "output/tables.h"

#include <string.h>

#define FILE_MOST (1 << 20)

static char *read_docs(const char *name)
{
	char *text = calloc(1, FILE_MOST);
	FILE *file = fopen(name, "r");

	assert_non_null(text);
	if (!file) /* elsewhere than at the top of the repository: in an emulator */
		skip();
	assert_true(fread(text, 1, FILE_MOST - 1, file) > 0);
	fclose(file);
	return text;
}

static char *written_by(int (*write)(FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(write(stream), 0);
	fclose(stream);
	return text;
}

static void test_docs_are_current(void **state)
{
	static const char marker[] = "<!-- make reference -->\n";
	char *schema = read_docs("docs/leakhop.schema.json"), *json = read_docs("docs/json.md");
	char *schema_now = written_by(output_schema), *tables_now = written_by(output_reference);
	const char *tables = strstr(json, marker);

	(void)state;
	assert_non_null(tables);
	if (strcmp(schema, schema_now) != 0 || strcmp(tables + strlen(marker), tables_now) != 0)
		fail_msg("docs/ is not what the table of fields says: make reference");
	free(schema);
	free(json);
	free(schema_now);
	free(tables_now);
}

/* Of each object no name twice; what has parts says which, and what has none does not. */
static void test_tables_are_whole(void **state)
{
	const struct fields *tables[TABLES_MAX];
	size_t count = tables_all(tables), table, i, k;

	(void)state;
	assert_true(count > 30 && count < TABLES_MAX);
	for (table = 0; table < count; table++) {
		const struct field *list = tables[table]->list;

		for (i = 0; i < tables[table]->count; i++) {
			bool has_parts = list[i].type == FIELD_OBJECT ||
					 list[i].type == FIELD_OBJECT_OR_NULL ||
					 list[i].type == FIELD_LIST;

			assert_int_equal(has_parts, list[i].of != NULL);
			assert_null(strpbrk(list[i].means, "|\n"));
			for (k = 0; k < i; k++)
				assert_string_not_equal(list[i].name, list[k].name);
		}
	}
}

/* Two tables of one name would be one definition of the schema. */
static void test_names_of_tables_differ(void **state)
{
	const struct fields *tables[TABLES_MAX];
	size_t count = tables_all(tables), i, k;

	(void)state;
	for (i = 0; i < count; i++) {
		for (k = 0; k < i; k++)
			assert_string_not_equal(tables[i]->name, tables[k]->name);
	}
}

static void test_lists(void **state)
{
	const uint64_t numbers[] = { 4, 5 };
	const struct field_source source = {};
	struct field_value list = ARRAY(numbers, 2), none = ARRAY(numbers, 0);
	const void *item = field_next(&source, &list, NULL);

	(void)state;
	assert_ptr_equal(item, &numbers[0]);
	item = field_next(&source, &list, item);
	assert_ptr_equal(item, &numbers[1]);
	assert_null(field_next(&source, &list, item));
	assert_null(field_next(&source, &none, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_docs_are_current),
		cmocka_unit_test(test_tables_are_whole),
		cmocka_unit_test(test_names_of_tables_differ),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
