// SPDX-License-Identifier: GPL-2.0-only
/* The fields of what a check has found: see fields.h. */
#include "output/fields.h"
#include "output/found.h"

#define FOUND_SITE_FIELDS(F)                                                      \
	F(function, TEXT, PLAIN, ALWAYS, found_site->function, "\"\": not known") \
	F(file, TEXT, PLAIN, ALWAYS, found_site->file, "of it")                   \
	F(line, NUMBER, PLAIN, ALWAYS, found_site->line, "of it")                 \
	F(module, TEXT, PLAIN, ALWAYS, found_site->module, "program or library, its path")

FIELDS_OF(found_site, struct found_site, "A place of a check's finding", FOUND_SITE_FIELDS);

static const char *const kinds[] = { "stuck", "left over", "left behind", NULL };

#define FOUND_FIELDS(F)                                                                         \
	F(kind, TEXT, ONE_OF(kinds), ALWAYS, found_kind_name(found->kind),                      \
	  "blocked past the threshold while it ran; alive when its process ended; a process "   \
	  "alive when the command had ended")                                                   \
	F(verdict, TEXT, ONE_OF(field_verdicts), ALWAYS, verdict_name(found->verdict), "of it") \
	F(pid, ID, PLAIN, ALWAYS, found->pid, "the process")                                    \
	F(comm, TEXT, PLAIN, ALWAYS, found->comm, "its name")                                   \
	F(count, NUMBER, PLAIN, ALWAYS, found->count, "threads or goroutines")                  \
	F(goroutines, BOOLEAN, PLAIN, ALWAYS, found->goroutines, "it is goroutines")            \
	F(title, TEXT, PLAIN, ALWAYS, found->title, "in a line")                                \
	F(test, TEXT, PLAIN, ALWAYS, found->test, "that it is blamed on; \"\": not known")      \
	F(block, OBJECT, OF(fields_found_site), ALWAYS, &found->block, "where it waits")        \
	F(spawn, OBJECT, OF(fields_found_site), ALWAYS, &found->spawn, "where it was started")  \
	F(reason, TEXT, PLAIN, ALWAYS, found->reason, "")                                       \
	F(proof, TEXT, PLAIN, ALWAYS, found->proof, "")                                         \
	F(remedy, TEXT, PLAIN, ALWAYS, found->remedy, "")                                       \
	F(fingerprint, TEXT, PLAIN, ALWAYS, found->fingerprint, "as a baseline has it")         \
	F(known, BOOLEAN, PLAIN, ALWAYS, found->known, "the check's baseline has it")

FIELDS_OF(found, struct found, "What a check has found", FOUND_FIELDS);
