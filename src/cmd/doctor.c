// SPDX-License-Identifier: GPL-2.0-only
/* leakhop doctor: what this host, kernel and user can do, what is missing, and how to get it. */
#include "cmd/commands.h"
#include "cmd/session.h"
#include "collect/features.h"
#include "emulate/emulate.h"
#include "output/doctor.h"

#include <argp.h>

enum { OPTION_JSON = 0x100 };

static const struct argp_option doctor_options[] = { { "json", OPTION_JSON, 0, 0, "as JSON", 0 },
						     {} };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != OPTION_JSON)
		return ARGP_ERR_UNKNOWN;
	*(bool *)state->input = true;
	return 0;
}

static struct output_check check_emulator(void)
{
	bool there = emulate_is_there();

	return (struct output_check){
		.name = "emulator",
		.state = there ? "yes" : "partly",
		.why = there ? "libunicorn: what a waiting thread would do if it were woken"
			     : emulate_lack(),
		.remedy = there ? "" : emulate_remedy(),
	};
}

int command_doctor(int argc, char **argv)
{
	const struct argp argp = {
		.options = doctor_options,
		.parser = parse,
		.doc = "What this host, kernel and user can do, what is missing, and how to get "
		       "it.\v"
		       "Exit status: 0 everything that trace needs is there, 3 something is "
		       "missing.",
	};
	struct output_check checks[COLLECT_FEATURES + 1];
	struct collect_features features;
	bool json = false, usable;
	int i;

	argv[0] = "leakhop doctor";
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &json);
	collect_probe(&features, /* functions= */ true);
	usable = collect_bpf_usable(&features, NULL);
	for (i = 0; i < COLLECT_FEATURES; i++) {
		const struct collect_feature *feature = &features.list[i];

		checks[i] = (struct output_check){
			.name = feature->name,
			.state = feature->state == COLLECT_YES	? "yes"
				 : feature->state == COLLECT_NO ? "no"
								: "partly",
			.needed = feature->needed,
			.why = feature->why,
			.remedy = feature->remedy,
		};
	}
	checks[COLLECT_FEATURES] = check_emulator();
	if (output_doctor(stdout, json, checks, COLLECT_FEATURES + 1, usable) < 0)
		return EXIT_NOT_POSSIBLE;
	return usable ? EXIT_RAN : EXIT_NOT_POSSIBLE;
}
