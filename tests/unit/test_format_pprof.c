// SPDX-License-Identifier: GPL-2.0-only
/* pprof's profiles, unpacked again: what stands in the tables, and what the samples say. */
#include "report.h"

#include "pprof.pb-c.h"

#include <stdio.h>
#include <zlib.h>

#define MOST_BYTES (1 << 20)

static Pprof__Profile *profile_of(struct made_report *made)
{
	unsigned char *plain = malloc(MOST_BYTES);
	z_stream z = {};
	Pprof__Profile *profile;
	size_t size;
	char *bytes = written_as("pprof", made, &size);

	assert_non_null(plain);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (unsigned char *)bytes;
	z.avail_in = size;
	z.next_out = plain;
	z.avail_out = MOST_BYTES;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	profile = pprof__profile__unpack(NULL, z.total_out, plain);
	assert_non_null(profile);
	inflateEnd(&z);
	free(plain);
	free(bytes);
	return profile;
}

static const char *string_at(const Pprof__Profile *profile, int64_t number)
{
	assert_in_range(number, 0, profile->n_string_table - 1);
	return profile->string_table[number];
}

static const Pprof__Label *label_of(const Pprof__Profile *profile, const Pprof__Sample *sample,
				    const char *key)
{
	size_t i;

	for (i = 0; i < sample->n_label; i++) {
		if (!strcmp(string_at(profile, sample->label[i]->key), key))
			return sample->label[i];
	}
	return NULL;
}

/* The sample of a thread. */
static const Pprof__Sample *sample_of(const Pprof__Profile *profile, int64_t tid)
{
	const Pprof__Label *label;
	size_t i;

	for (i = 0; i < profile->n_sample; i++) {
		label = label_of(profile, profile->sample[i], "tid");
		assert_non_null(label);
		if (label->num == tid)
			return profile->sample[i];
	}
	fail_msg("no sample of %lld", (long long)tid);
	return NULL;
}

static const char *text_of(const Pprof__Profile *profile, int64_t tid, const char *key)
{
	const Pprof__Label *label = label_of(profile, sample_of(profile, tid), key);

	return label ? string_at(profile, label->str) : "";
}

/* Whatever is referred to is there, and each number is given once. */
static void assert_whole(const Pprof__Profile *profile)
{
	size_t i, k;

	assert_string_equal(profile->string_table[0], "");
	for (i = 1; i < profile->n_string_table; i++)
		assert_string_not_equal(profile->string_table[i], "");
	for (i = 0; i < profile->n_function; i++)
		assert_int_equal(profile->function[i]->id, i + 1);
	for (i = 0; i < profile->n_location; i++) {
		assert_int_equal(profile->location[i]->id, i + 1);
		assert_in_range(profile->location[i]->mapping_id, 1, profile->n_mapping);
		assert_in_range(profile->location[i]->n_line, 1, 2);
		for (k = 0; k < profile->location[i]->n_line; k++)
			assert_in_range(profile->location[i]->line[k]->function_id, 1,
					profile->n_function);
	}
	for (i = 0; i < profile->n_sample; i++) {
		assert_int_equal(profile->sample[i]->n_value, 3);
		for (k = 0; k < profile->sample[i]->n_location_id; k++)
			assert_in_range(profile->sample[i]->location_id[k], 1, profile->n_location);
	}
}

static void test_samples(void **state)
{
	struct made_report made;
	Pprof__Profile *profile;
	const Pprof__Sample *sample;

	(void)state;
	report_make(&made);
	profile = profile_of(&made);
	assert_whole(profile);
	assert_int_equal(profile->n_sample, 4);
	assert_string_equal(string_at(profile, profile->sample_type[0]->type), "blocked");
	assert_string_equal(string_at(profile, profile->sample_type[0]->unit), "count");
	assert_string_equal(string_at(profile, profile->sample_type[1]->type), "delay");
	assert_string_equal(string_at(profile, profile->sample_type[1]->unit), "nanoseconds");
	assert_string_equal(string_at(profile, profile->sample_type[2]->type), "retained_bytes");
	assert_string_equal(string_at(profile, profile->sample_type[2]->unit), "bytes");
	assert_int_equal(profile->time_nanos, 1700000000000000000);
	assert_int_equal(profile->duration_nanos, 1000000000);
	sample = sample_of(profile, 12);
	assert_int_equal(sample->value[0], 1);
	assert_int_equal(sample->value[1], 60 * SECOND);
	assert_int_equal(sample->n_location_id, 1);
	assert_string_equal(text_of(profile, 12, "wait"), "mutex");
	assert_string_equal(text_of(profile, 12, "verdict"), "deadlock");
	assert_string_equal(text_of(profile, 11, "spawn"), "spawns worker.c:7");
	assert_string_equal(text_of(profile, 12, "spawn"), "");
	assert_int_equal(sample_of(profile, 14)->n_location_id, 0);
	pprof__profile__free_unpacked(profile, NULL);
	report_free(&made);
}

/* The same place has the same location; what is inlined is a line of it; the address is the file's.
 */
static void test_locations(void **state)
{
	struct made_report made;
	const Pprof__Location *location;
	const Pprof__Mapping *mapping;
	Pprof__Profile *profile;
	uint64_t id;

	(void)state;
	report_make(&made);
	profile = profile_of(&made);
	id = sample_of(profile, 12)->location_id[0];
	assert_int_equal(sample_of(profile, 13)->location_id[0], id);
	assert_int_not_equal(sample_of(profile, 11)->location_id[0], id);
	location = profile->location[id - 1];
	assert_int_equal(location->address, 0x200);
	assert_int_equal(location->n_line, 2);
	assert_int_equal(location->line[0]->line, 7);
	assert_string_equal(
		string_at(profile, profile->function[location->line[0]->function_id - 1]->name),
		"plain");
	assert_string_equal(
		string_at(profile, profile->function[location->line[1]->function_id - 1]->name),
		"run");
	for (mapping = NULL, id = 0; id < profile->n_mapping; id++) {
		if (profile->mapping[id]->id == location->mapping_id)
			mapping = profile->mapping[id];
	}
	assert_non_null(mapping);
	assert_string_equal(string_at(profile, mapping->filename), "/bin/program");
	assert_string_equal(string_at(profile, mapping->build_id), "c0ffee");
	assert_true(mapping->memory_limit > 0x200 && mapping->has_functions &&
		    mapping->has_inline_frames && mapping->has_line_numbers);
	pprof__profile__free_unpacked(profile, NULL);
	report_free(&made);
}

static void test_hostile_names(void **state)
{
	struct made_report made;
	Pprof__Profile *profile;
	size_t i;
	char *c;

	(void)state;
	report_make(&made);
	profile = profile_of(&made);
	for (i = 0; i < profile->n_string_table; i++) {
		for (c = profile->string_table[i]; *c; c++)
			assert_in_range((unsigned char)*c, ' ', '~');
	}
	assert_non_null(strstr(text_of(profile, 11, "process"), "\\x0a\\x1b\\xff 7 (10)"));
	pprof__profile__free_unpacked(profile, NULL);
	report_free(&made);
}

static void test_no_room(void **state)
{
	const struct output_format *format = output_format_find("pprof");
	FILE *full = fopen("/dev/full", "w");
	struct made_report made;
	struct output_sink sink = { .stream = full, .run = &made.run };

	(void)state;
	if (!full)
		skip();
	report_make(&made);
	assert_int_not_equal(format->end(&sink, &made.report), 0);
	fclose(full);
	report_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_locations),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
