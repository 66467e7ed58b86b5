/* SPDX-License-Identifier: GPL-2.0-only */
/* What the page of a report is drawn from: see html/page.js, which reads it. Private to this
 * folder. */
#ifndef LEAKHOP_OUTPUT_HTML_DATA_H
#define LEAKHOP_OUTPUT_HTML_DATA_H

#include "output/output.h"

#include <jansson.h>

/* A new reference; NULL: no memory. Strings are escaped as in text output. */
json_t *html_data(const struct output_run *run, const struct output_report *report);

#endif
