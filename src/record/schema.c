// SPDX-License-Identifier: GPL-2.0-only
/* schema.sql, as the build has made a string of it: see schema.h. */
#include "record/schema.h"

const char record_schema[] =
#include "record_schema.inc"
	;
