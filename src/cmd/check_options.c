// SPDX-License-Identifier: GPL-2.0-only
/* Options of check: see check_options.h. */
#include "cmd/check_options.h"
#include "cmd/abbreviation.h"
#include "cmd/recording_file.h"
#include "cmd/values.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#define THRESHOLD_NS 5000000000ull
#define GRACE_NS 1000000000ull
#define EXIT_CODE 99
#define BUDGET_PERMILLE 10

enum {
	OPTION_GRACE = 0x100,
	OPTION_EXIT_CODE,
	OPTION_NO_HOLD,
	OPTION_HANG_AFTER,
	OPTION_SILENCE,
	OPTION_TIMEOUT,
	OPTION_JUNIT,
	OPTION_SARIF,
	OPTION_ANNOTATE,
	OPTION_BASELINE,
	OPTION_UPDATE_BASELINE,
	OPTION_BUDGET,
	OPTION_NO_GO,
	OPTION_NO_THREADS,
	OPTION_SYMFS,
	OPTION_WITHOUT,
	OPTION_GO_EVENTS,
};

static const struct argp_option list[] = {
	{ 0, 0, 0, 0, "What is a finding:", 1 },
	{ "threshold", 'm', "TIME", 0,
	  "what was blocked for at least this long, and is a finding (default 5s)", 1 },
	{ "grace", OPTION_GRACE, "TIME", 0,
	  "what lives when its process ends, and this much later (default 1s)", 1 },
	{ "exit-code", OPTION_EXIT_CODE, "N", 0,
	  "end with N where there is a finding and the command has ended with 0 (default 99)", 1 },
	{ "baseline", OPTION_BASELINE, "FILE", 0, "findings that are known and accepted", 1 },
	{ "update-baseline", OPTION_UPDATE_BASELINE, 0, 0,
	  "write what is found into that file; comments are kept", 1 },
	{ "no-go", OPTION_NO_GO, 0, 0, "no goroutines", 1 },
	{ "no-threads", OPTION_NO_THREADS, 0, 0, "no threads, only goroutines", 1 },
	{ "go-events", OPTION_GO_EVENTS, 0, 0,
	  "know the test of each goroutine by its birth, however short the test, by probes in the "
	  "Go processes: needs privileges, and costs each go statement and wait some us",
	  1 },
	{ 0, 0, 0, 0, "When it hangs:", 2 },
	{ "hang-after", OPTION_HANG_AFTER, "TIME", 0,
	  "tell who waits for whom when nothing of the command has run for so long", 2 },
	{ "hang-after-silence", OPTION_SILENCE, "TIME", 0,
	  "the same when nothing has been written for so long, whatever runs", 2 },
	{ "timeout", OPTION_TIMEOUT, "TIME", 0,
	  "the same after that time; then end the command and all of its, and exit with 124", 2 },
	{ 0, 0, 0, 0, "Reports:", 3 },
	{ "junit", OPTION_JUNIT, "FILE", 0, "as JUnit's XML", 3 },
	{ "sarif", OPTION_SARIF, "FILE", 0, "as SARIF 2.1.0", 3 },
	{ "annotate", OPTION_ANNOTATE, "github|gitlab[=FILE]", 0,
	  "annotations of source lines: GitHub's on stdout, GitLab's code quality report in FILE "
	  "(default gl-code-quality-report.json)",
	  3 },
	{ "output", 'o', "FILE", 0,
	  "the summary into FILE (default: stderr); FILE.leakhop is a recording of all, for "
	  "leakhop report: with both, give -o twice",
	  3 },
	{ "quiet", 'q', 0, 0, "no remarks", 3 },
	{ "verbose", 'v', 0, 0, "more remarks", 3 },
	{ 0, 0, 0, 0, "How to look:", 4 },
	{ "no-hold", OPTION_NO_HOLD, 0, 0,
	  "do not hold processes at their end: programs that are setuid, or that set a listener of "
	  "seccomp themselves, need that; what they leave over is then not known",
	  4 },
	{ "budget", OPTION_BUDGET, "PERCENT", 0,
	  "of one core, that looking may take while the command runs (default 1)", 4 },
	{ "symfs", OPTION_SYMFS, "DIR", 0, "look for binaries and debug files below DIR first", 4 },
	{ "without", OPTION_WITHOUT, "FEATURE[,...]", 0,
	  "do without: bpf, iterator, task-storage, pt-regs, tp-btf, syscalls, uprobes, functions",
	  4 },
	{}
};

static const char doc[] =
	"Run a command, and fail where it leaves threads, goroutines or processes over, or where "
	"one of these is stuck. No privilege is needed.\v"
	"Examples:\n"
	"  leakhop check -- ./server_test            # 99 if something is left over\n"
	"  leakhop check --timeout 10m --junit leaks.xml -- pytest -q\n"
	"  go test -exec \"leakhop check --\" ./...    # each package's tests\n"
	"\n"
	"GitHub's summary of the step ($GITHUB_STEP_SUMMARY) is written where that is set.\n"
	"\n"
	"Exit status: the command's own, 128 and the signal's number where one has ended it; 99 it "
	"was 0, and there is a finding; 124 --timeout has ended it; 2 wrong usage, 3 nothing could "
	"be looked at, 4 there is no such command, 5 no memory, descriptors or disk.";

/* One that is over at once would never let anything begin. */
static void take_time(struct argp_state *state, const char *text, uint64_t *ret_ns)
{
	value_time(state, text, ret_ns);
	if (!*ret_ns)
		argp_error(state, "'%s' is no time (a number and one of ns us ms s m h)", text);
}

static void take_annotation(struct argp_state *state, const char *text,
			    struct check_options *options)
{
	static const char gitlab[] = "gitlab";

	if (!strcmp(text, "github")) {
		options->annotate = CHECK_ANNOTATE_GITHUB;
		return;
	}
	if (strncmp(text, gitlab, sizeof(gitlab) - 1) ||
	    (text[sizeof(gitlab) - 1] && text[sizeof(gitlab) - 1] != '='))
		argp_error(state, "'%s' is nothing to annotate for (github, gitlab)", text);
	options->annotate = CHECK_ANNOTATE_GITLAB;
	options->annotations = text[sizeof(gitlab) - 1] ? text + sizeof(gitlab)
							: "gl-code-quality-report.json";
}

static error_t parse_found(int key, char *arg, struct argp_state *state,
			   struct check_options *options)
{
	struct observer_options *observe = &options->session.observe;

	switch (key) {
	case 'm':
		take_time(state, arg, &observe->collect.threshold_ns);
		return 0;
	case OPTION_GRACE:
		value_time(state, arg, &options->grace_ns);
		return 0;
	case OPTION_EXIT_CODE:
		options->exit_code = (int)value_bounded(state, arg, 0, 255);
		return 0;
	case OPTION_BASELINE:
		options->baseline = arg;
		return 0;
	case OPTION_UPDATE_BASELINE:
		options->update_baseline = true;
		return 0;
	case OPTION_NO_GO:
		observe->goroutines = false;
		return 0;
	case OPTION_NO_THREADS:
		observe->threads = false;
		return 0;
	case OPTION_HANG_AFTER:
		take_time(state, arg, &options->hang_after_ns);
		return 0;
	case OPTION_SILENCE:
		take_time(state, arg, &options->silence_ns);
		return 0;
	case OPTION_TIMEOUT:
		take_time(state, arg, &options->timeout_ns);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_how(int key, char *arg, struct argp_state *state,
			 struct check_options *options)
{
	struct session_options *session = &options->session;

	switch (key) {
	case OPTION_JUNIT:
		options->junit = arg;
		return 0;
	case OPTION_SARIF:
		options->sarif = arg;
		return 0;
	case OPTION_ANNOTATE:
		take_annotation(state, arg, options);
		return 0;
	case 'o':
		*(recording_file_is(arg) ? &session->recording : &session->output) = arg;
		return 0;
	case 'q':
		session->quiet = true;
		return 0;
	case 'v':
		session->verbose = true;
		return 0;
	case OPTION_GO_EVENTS:
		session->observe.collect.go_events = true;
		return 0;
	case OPTION_NO_HOLD:
		options->no_hold = true;
		return 0;
	case OPTION_BUDGET:
		session->budget_permille = value_budget(state, arg);
		return 0;
	case OPTION_SYMFS:
		session->observe.symfs = arg;
		return 0;
	case OPTION_WITHOUT:
		value_without(state, arg, &session->observe.collect.without);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void take_command(struct argp_state *state, struct check_options *options)
{
	bool behind = state->next > 1 && !strcmp(state->argv[state->next - 1], "--");

	if (!behind)
		argp_error(state, "'%s' is not understood (the command goes behind --)",
			   state->argv[state->next]);
	options->session.child_argv = state->argv + state->next;
	state->next = state->argc;
}

static void check_all(struct argp_state *state, const struct check_options *options)
{
	const struct session_options *session = &options->session;

	if (!session->child_argv)
		argp_error(state, "which command? leakhop check -- COMMAND");
	if (!session->observe.threads && !session->observe.goroutines)
		argp_error(state, "--no-go and --no-threads leave nothing to look at");
	if (options->update_baseline && !options->baseline)
		argp_error(state, "--update-baseline of which file? --baseline FILE");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const struct argp_option *const lists[] = { list, NULL };
	struct check_options *options = state->input;
	error_t r;

	switch (key) {
	case ARGP_KEY_ARGS:
		take_command(state, options);
		return 0;
	case ARGP_KEY_END:
		check_all(state, options);
		return 0;
	}
	abbreviation_refuse(key, arg, state, lists);
	r = parse_found(key, arg, state, options);
	return r == ARGP_ERR_UNKNOWN ? parse_how(key, arg, state, options) : r;
}

static void set_defaults(struct check_options *options)
{
	*options = (struct check_options){
		.grace_ns = GRACE_NS,
		.exit_code = EXIT_CODE,
		.session = { .command = "check",
			     .budget_permille = BUDGET_PERMILLE,
			     .writes_files = true,
			     .format = &output_format_text,
			     .observe = { .forks_without_stacks = true,
					  .user_stacks = true,
					  .kernel_stacks = true,
					  .threads = true,
					  .goroutines = true,
					  .collect = { .threshold_ns = THRESHOLD_NS,
						       .stack_bytes = COLLECT_STACK_BYTES,
						       .events = true,
						       .filter = { .user_threads = true,
								   .children = true } } } },
	};
}

void check_options_parse(struct check_options *options, int argc, char **argv)
{
	static const struct argp argp = {
		.options = list,
		.parser = parse,
		.args_doc = "-- COMMAND [ARGUMENT...]",
		.doc = doc,
	};

	set_defaults(options);
	argv[0] = "leakhop check";
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, options);
	options->session.observe.collect.filter.pids = &options->command;
}
