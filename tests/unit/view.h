/* SPDX-License-Identifier: GPL-2.0-only */
/* A view of models made by hand. */
#ifndef LEAKHOP_TESTS_UNIT_VIEW_H
#define LEAKHOP_TESTS_UNIT_VIEW_H

#include "unit.h"

#include "verdict/report.h"

/* What is concluded of these threads at that moment. */
static inline void view_at(struct verdict_view *view, const struct lc_model *threads,
			   const struct lc_go *go, const struct lc_series *series, uint64_t now,
			   uint64_t threshold_ns)
{
	const struct lc_snapshot snapshot = {
		.threads = threads,
		.go = go,
		.series = series,
		.now = now,
		.threshold_ns = threshold_ns,
	};

	assert_int_equal(verdict_view_create(&snapshot, view), 0);
}

#endif
