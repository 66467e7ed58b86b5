/* SPDX-License-Identifier: GPL-2.0-only */
/* What cmocka's header needs before it. */
#ifndef LEAKHOP_TESTS_UNIT_H
#define LEAKHOP_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
