// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) and as GitLab's code quality
 * report (docs.gitlab.com/ci/testing/code_quality).
 */
#include "output/found_words.h"
#include "output/json_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define FNV_START 0xcbf29ce484222325ull
#define FNV_PRIME 0x100000001b3ull

/* --- SARIF --- */

/* RFC 3986: a path below the folder of the run is relative to it. */
static json_t *uri(const struct found_summary *summary, const char *file)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	const char *path = found_path(summary, file);
	size_t used = 0, size = strlen(path) * 3 + 8;
	char *text = malloc(size);
	json_t *json;

	if (!text)
		return NULL;
	used = (size_t)snprintf(text, size, "%s", *path == '/' ? "file://" : "");
	for (; *path; path++) {
		if (strchr(plain, *path))
			text[used++] = *path;
		else
			used += (size_t)snprintf(text + used, size - used, "%%%02X",
						 (unsigned char)*path);
	}
	text[used] = '\0';
	json = json_string(text);
	free(text);
	return json;
}

static json_t *location(const struct found_summary *summary, const struct found_site *site,
			const char *message)
{
	json_t *json = json_pack("{s:{s:{s:o},s:{s:i}}}", "physicalLocation", "artifactLocation",
				 "uri", uri(summary, site->file), "region", "startLine",
				 (int)site->line);

	if (json && *message)
		json_object_set_new(json, "message",
				    json_pack("{s:o}", "text", json_text(message)));
	return json;
}

static json_t *result(const struct found_summary *summary, const struct found *found)
{
	const struct found_site *line = found_line(found);
	char sentence[2000];
	json_t *json;

	found_sentence(found, sentence, sizeof(sentence));
	json = json_pack("{s:s,s:s,s:{s:o},s:{s:o}}", "ruleId", found_kind_name(found->kind),
			 "level", "error", "message", "text", json_text(sentence),
			 "partialFingerprints", "leakhop/v1", json_text(found->fingerprint));
	if (!json)
		return NULL;
	if (line)
		json_object_set_new(json, "locations",
				    json_pack("[o]", location(summary, line, "")));
	if (found->block.line && line != &found->block)
		json_object_set_new(
			json, "relatedLocations",
			json_pack("[o]", location(summary, &found->block, "waits here")));
	if (found->known)
		json_object_set_new(json, "suppressions", json_pack("[{s:s}]", "kind", "external"));
	return json;
}

static json_t *rules(void)
{
	static const char *const texts[] = { "A thread or goroutine is blocked and stays so.",
					     "A thread or goroutine lived when its process ended.",
					     "A process lived when the command had ended." };
	json_t *list = json_array();
	int kind;

	for (kind = FOUND_STUCK; kind <= FOUND_PROCESS; kind++)
		json_array_append_new(list, json_pack("{s:s,s:{s:s}}", "id", found_kind_name(kind),
						      "shortDescription", "text", texts[kind]));
	return list;
}

/* Takes json over. */
static int write_json(FILE *stream, json_t *json)
{
	int r = json ? json_dumpf(json, stream, JSON_INDENT(2)) : -1;

	json_decref(json);
	fputc('\n', stream);
	return r || fflush(stream) || ferror(stream) ? -EIO : 0;
}

int found_sarif(FILE *stream, const struct found_summary *summary)
{
	json_t *results = json_array();
	size_t i;

	for (i = 0; i < summary->founds->count; i++)
		json_array_append_new(results, result(summary, &summary->founds->list[i]));
	return write_json(stream, json_pack("{s:s,s:s,s:[{s:{s:{s:s,s:s,s:o}},s:o}]}", "$schema",
					    SARIF_SCHEMA, "version", "2.1.0", "runs", "tool",
					    "driver", "name", "leakhop", "version", LEAKHOP_VERSION,
					    "rules", rules(), "results", results));
}

/* --- GitLab --- */

/* GitLab tells the same one of two branches by it. */
static json_t *hash(const struct found *found)
{
	uint64_t hash = FNV_START;
	const char *at;
	char text[24];

	for (at = found->fingerprint; *at; at++)
		hash = (hash ^ (unsigned char)*at) * FNV_PRIME;
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)hash);
	return json_string(text);
}

int found_annotate_gitlab(FILE *stream, const struct found_summary *summary)
{
	json_t *list = json_array();
	char sentence[2000];
	size_t i;

	for (i = 0; i < summary->founds->count; i++) {
		const struct found *found = &summary->founds->list[i];
		const struct found_site *line = found_line(found);

		/* It wants a line of the repository for each. */
		if (found->known)
			continue;
		found_sentence(found, sentence, sizeof(sentence));
		json_array_append_new(
			list,
			json_pack("{s:o,s:s,s:o,s:s,s:{s:o,s:{s:i}}}", "description",
				  json_text(sentence), "check_name", found_kind_name(found->kind),
				  "fingerprint", hash(found), "severity", "major", "location",
				  "path",
				  json_text(line ? found_path(summary, line->file) : found->comm),
				  "lines", "begin", line ? (int)line->line : 1));
	}
	return write_json(stream, list);
}
