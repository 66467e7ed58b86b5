/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of schema.sql. Private to this folder. */
#ifndef LEAKHOP_RECORD_SCHEMA_H
#define LEAKHOP_RECORD_SCHEMA_H

extern const char record_schema[];

#endif
