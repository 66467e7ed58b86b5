// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names are: count, offset, a line for each place; then strings, each with its end: symbol, and of
 * each place function and file. An empty string is none.
 */
#include "sandbox/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE (2 * sizeof(uint64_t))

struct writer {
	uint8_t *at;
	size_t left;
};

/* A string that does not fit is none: two bytes are kept for each that may follow. */
static void put_text(struct writer *writer, const char *text, size_t following)
{
	size_t length = text ? strlen(text) : 0;

	if (length + 1 + following > writer->left)
		length = 0;
	memcpy(writer->at, text ? text : "", length);
	writer->at[length] = '\0';
	writer->at += length + 1;
	writer->left -= length + 1;
}

size_t codec_put_names(const struct address_names *names, uint8_t *buffer, size_t size)
{
	const uint64_t head[] = { names->count, names->offset };
	struct writer writer = { buffer + HEAD_SIZE, size - HEAD_SIZE };
	size_t left = 1 + 2 * names->count;
	uint32_t line;

	memcpy(buffer, head, HEAD_SIZE);
	for (size_t i = 0; i < names->count; i++) {
		line = names->places[i].line;
		memcpy(writer.at, &line, sizeof(line));
		writer.at += sizeof(line);
		writer.left -= sizeof(line);
	}
	put_text(&writer, names->symbol, --left);
	for (size_t i = 0; i < names->count; i++) {
		put_text(&writer, names->places[i].function, --left);
		put_text(&writer, names->places[i].file, --left);
	}
	return size - writer.left;
}

struct reader {
	const uint8_t *at;
	size_t left;
	int error;
};

/* The next string, or NULL where there is none. */
static char *get_text(struct reader *reader)
{
	size_t length = strnlen((const char *)reader->at, reader->left);
	char *text = NULL;

	if (reader->error || length == reader->left) {
		reader->error = -EBADMSG;
		return NULL;
	}
	if (length) {
		text = strdup((const char *)reader->at);
		if (!text)
			reader->error = -ENOMEM;
	}
	reader->at += length + 1;
	reader->left -= length + 1;
	return text;
}

static void get_places(struct reader *reader, const uint8_t *lines, struct source_location *places,
		       size_t count)
{
	uint32_t line;

	for (size_t i = 0; i < count; i++) {
		memcpy(&line, lines + i * sizeof(line), sizeof(line));
		places[i].function = get_text(reader);
		places[i].file = get_text(reader);
		places[i].line = line;
	}
}

int codec_get_names(const uint8_t *bytes, size_t size, struct address_names **ret_names)
{
	struct source_location places[BINARY_PLACES_MAX];
	struct address_names *names;
	struct reader reader;
	uint64_t head[2];
	size_t lines;
	char *symbol;

	if (size < HEAD_SIZE)
		return -EBADMSG;
	memcpy(head, bytes, HEAD_SIZE);
	if (head[0] > BINARY_PLACES_MAX)
		return -EBADMSG;
	lines = head[0] * sizeof(uint32_t);
	if (size - HEAD_SIZE < lines)
		return -EBADMSG;
	reader = (struct reader){ bytes + HEAD_SIZE + lines, size - HEAD_SIZE - lines, 0 };
	symbol = get_text(&reader);
	get_places(&reader, bytes + HEAD_SIZE, places, head[0]);
	names = address_names_make(places, head[0]);
	if (!names) {
		free(symbol);
		return -ENOMEM;
	}
	names->symbol = symbol;
	names->offset = head[1];
	if (reader.error) {
		address_names_free(names);
		return reader.error;
	}
	*ret_names = names;
	return 0;
}

static bool value_is_sound(const struct stack_rule *rule, const struct rule_value *value)
{
	if (value->number >= LC_REGISTER_COUNT)
		return false;
	if (value->kind == RULE_AT_EXPRESSION || value->kind == RULE_IS_EXPRESSION)
		return value->first_operation <= rule->operation_count &&
		       value->operation_count <= rule->operation_count - value->first_operation;
	if (value->kind == RULE_IS_REGISTER)
		return value->base < LC_REGISTER_COUNT;
	return value->kind == RULE_AT_CFA || value->kind == RULE_IS_CFA;
}

static bool flag_is_sound(const bool *flag)
{
	uint8_t byte;

	memcpy(&byte, flag, 1);
	return byte <= 1;
}

static bool rule_is_sound(const struct stack_rule *rule)
{
	if (!flag_is_sound(&rule->found) || !flag_is_sound(&rule->signal) ||
	    !flag_is_sound(&rule->outermost) || !flag_is_sound(&rule->code_known) ||
	    !flag_is_sound(&rule->after_call) || !flag_is_sound(&rule->returns_from_signal) ||
	    !flag_is_sound(&rule->for_now) || rule->for_now)
		return false;
	if (rule->return_register >= LC_REGISTER_COUNT || !value_is_sound(rule, &rule->cfa))
		return false;
	for (size_t i = 0; i < rule->value_count; i++) {
		if (!value_is_sound(rule, &rule->values[i]))
			return false;
	}
	return true;
}

int codec_get_rule(const uint8_t *bytes, size_t size, struct stack_rule **ret_rule)
{
	struct stack_rule *rule;

	if (size < sizeof(*rule))
		return -EBADMSG;
	rule = malloc(size);
	if (!rule)
		return -ENOMEM;
	memcpy(rule, bytes, size);
	if (rule->value_count > LC_REGISTER_COUNT ||
	    rule->operation_count > UNWIND_OPERATIONS_MAX ||
	    stack_rule_size(rule->value_count, rule->operation_count) != size ||
	    !rule_is_sound(rule)) {
		free(rule);
		return -EBADMSG;
	}
	*ret_rule = rule;
	return 0;
}

int codec_get_description(const uint8_t *bytes, size_t size, struct binary_description *ret)
{
	if (size != sizeof(*ret))
		return -EBADMSG;
	memcpy(ret, bytes, size);
	if (!flag_is_sound(&ret->is_elf) || !flag_is_sound(&ret->foreign) ||
	    ret->segment_count > BINARY_SEGMENTS_MAX ||
	    strnlen(ret->build_id, sizeof(ret->build_id)) == sizeof(ret->build_id))
		return -EBADMSG;
	for (const char *digit = ret->build_id; *digit; digit++) {
		if (!strchr("0123456789abcdef", *digit))
			return -EBADMSG;
	}
	return 0;
}
