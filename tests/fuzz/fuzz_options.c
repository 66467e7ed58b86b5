// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a command line of trace or dump, a string each. What leakhop would end at is noted
 * here, and parsing goes on; what is taken keeps the bounds. With -fsanitize=fuzzer.
 */
#include <argp.h>
#include <stdbool.h>

static bool refused;

#define argp_error(...) note_error(__VA_ARGS__)
#define argp_parse(argp, argc, argv, flags, index, input) \
	(refused |= argp_parse(argp, argc, argv, (flags) | ARGP_SILENT, index, input) != 0)

__attribute__((__format__(__printf__, 2, 3))) static void note_error(const struct argp_state *state,
								     const char *format, ...)
{
	(void)state, (void)format;
	refused = true;
}

#include "../../src/cmd/abbreviation.c"
#include "../../src/cmd/options.c"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bounds(const struct options *options)
{
	const struct session_options *session = &options->session;
	const struct collect_options *collect = &session->observe.collect;

	if (collect->filter.pid_count > OPTIONS_MOST_IDS ||
	    collect->filter.tid_count > OPTIONS_MOST_IDS || !session->format)
		__builtin_trap();
	for (size_t i = 0; i < collect->filter.pid_count; i++) {
		if (collect->filter.pids[i] <= 0)
			__builtin_trap();
	}
	if (!refused && (!collect->threshold_ns || collect->stack_bytes < 256 ||
			 collect->stack_bytes > COLLECT_STACK_BYTES_MAX))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options options;
	char *text, *words[WORDS_MAX + 2] = { (char[]){ "leakhop" } };
	size_t at = 1;
	int count = 1;

	if (!size)
		return 0;
	text = malloc(size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	for (; at < size && count <= WORDS_MAX; at += strlen(text + at) + 1)
		words[count++] = text + at;
	refused = false;
	/* An option without its argument, or that is none, is refused by argp. */
	(void)options_parse(&options, data[0] & 1 ? "dump" : "trace", count, words);
	check_bounds(&options);
	free(text);
	return 0;
}
