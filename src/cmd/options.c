// SPDX-License-Identifier: GPL-2.0-only
/* Options of trace and dump: see options.h. */
#include "cmd/options.h"
#include "cmd/abbreviation.h"
#include "cmd/values.h"
#include "cmd/recording_file.h"
#include "verdict/groups.h"
#include "target/proc.h"
#include "util/duration.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Below this no sweep is quick enough: stacks are copied when the blocked call ends. */
#define SHORT_THRESHOLD_NS 100000000ull
#define DEFAULT_THRESHOLD_NS 5000000000ull
#define DEFAULT_SETTLE_NS 1000000000ull
#define DEFAULT_BUDGET_PERMILLE 50
#define DEFAULT_BUDGET_OF_ALL_PERMILLE 10

enum {
	OPTION_COMM = 0x100,
	OPTION_CGROUP,
	OPTION_MAX_STACK,
	OPTION_SYMFS,
	OPTION_CHILDREN,
	OPTION_NO_CHILDREN,
	OPTION_ALL,
	OPTION_JSON,
	OPTION_LIFE,
	OPTION_SYSCALLS,
	OPTION_NO_SYSCALLS,
	OPTION_WITHOUT,
	OPTION_STACK_BYTES,
	OPTION_MAX_THREADS,
	OPTION_FAIL_ON,
	OPTION_EXPLAIN,
	OPTION_DOT,
	OPTION_NO_GO,
	OPTION_NO_THREADS,
	OPTION_FORMAT,
	OPTION_GO_EVENTS,
	OPTION_MAX_SIZE,
	OPTION_CORE,
	OPTION_EXE,
	OPTION_SETTLE,
	OPTION_CONTAINER,
	OPTION_POD,
	OPTION_UNIT,
	OPTION_HOST_ROOT,
	OPTION_RETAINED,
	OPTION_BUDGET,
};

static const struct argp_option common_options[] = {
	{ 0, 0, 0, 0, "Whom to look at:", 1 },
	{ "pid", 'p', "PID[,PID...]", 0, "these processes", 1 },
	{ "tid", 't', "TID[,TID...]", 0, "these threads", 1 },
	{ "all-processes", 'a', 0, 0, "every process of the host", 1 },
	{ "comm", OPTION_COMM, "NAME", 0, "processes, or threads, of this name", 1 },
	{ "cgroup", OPTION_CGROUP, "PATH", 0, "processes in this cgroup or below it", 1 },
	{ "container", OPTION_CONTAINER, "NAME|ID", 0,
	  "processes in this container, by its name or the beginning of its id", 1 },
	{ "pod", OPTION_POD, "[NAMESPACE/]NAME", 0, "processes in this pod, or of this uid", 1 },
	{ "unit", OPTION_UNIT, "NAME", 0, "processes of this systemd unit", 1 },
	{ "children", OPTION_CHILDREN, 0, 0,
	  "also their children, and theirs: those that live, and those forked later", 1 },
	{ "user-threads", 'u', 0, 0, "user threads only", 1 },
	{ "kernel-threads", 'k', 0, 0, "kernel threads only", 1 },
	{ 0, 0, 0, 0, "What to show:", 2 },
	{ "threshold", 'm', "TIME", 0,
	  "blocked for at least this long (default 5s); units ns us ms s m h, a bare number is "
	  "seconds",
	  2 },
	{ "kernel-stacks", 'K', 0, 0, "only kernel stacks", 2 },
	{ "user-stacks", 'U', 0, 0, "only user stacks", 2 },
	{ "max-stack", OPTION_MAX_STACK, "N", 0, "at most N frames of a user stack (default 127)",
	  2 },
	{ "life", OPTION_LIFE, 0, 0, "each finding's life, from spawn to block", 2 },
	{ "all", OPTION_ALL, 0, 0,
	  "at the end, also threads that are not past the threshold (dump: always)", 2 },
	{ "explain", OPTION_EXPLAIN, "TID|gGOID", 0,
	  "the whole reasoning for one thread, or for a goroutine: g34", 2 },
	{ "retained", OPTION_RETAINED, 0, 0,
	  "what each group of goroutines holds in the heap and nothing else does, not only of "
	  "leaks",
	  2 },
	{ "dot", OPTION_DOT, "FILE", 0, "write the wait-for graph to FILE, for Graphviz", 2 },
	{ "fail-on", OPTION_FAIL_ON, "VERDICT[,...]", 0,
	  "exit with 1 when there is one of: deadlock, leak, stuck, suspect", 2 },
	{ "no-go", OPTION_NO_GO, 0, 0, "no goroutines", 2 },
	{ "no-threads", OPTION_NO_THREADS, 0, 0, "no threads, only goroutines", 2 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
	  "text (the default), json, json=lines (trace), dot; folded or folded=count for flame "
	  "graphs; pprof; perfetto; html: one page; or go (dump): the goroutines of one process, "
	  "as Go's own dump has them (pprof's debug=2)",
	  2 },
	{ "output", 'o', "FILE", 0,
	  "write the report to FILE (default: stdout; stderr with -- CMD, whose stdout is its "
	  "own); "
	  "FILE.leakhop is a recording, for leakhop report: with both, give -o twice",
	  2 },
	{ "max-size", OPTION_MAX_SIZE, "SIZE", 0,
	  "let a recording grow to SIZE (with k, M or G) at most: the oldest goes first", 2 },
	{ "quiet", 'q', 0, 0, "no remarks on stderr", 2 },
	{ "verbose", 'v', 0, 0, "more remarks on stderr", 2 },
	{ 0, 0, 0, 0, "How to look:", 3 },
	{ "symfs", OPTION_SYMFS, "DIR", 0, "look for binaries and debug files below DIR first", 3 },
	{ "host-root", OPTION_HOST_ROOT, "DIR", 0,
	  "where the host's root directory is, for names of containers (default: /, /host, "
	  "/proc/1/root)",
	  3 },
	{ "max-threads", OPTION_MAX_THREADS, "N", 0,
	  "keep at most N threads in memory, those blocked the longest (default 131072)", 3 },
	{ "without", OPTION_WITHOUT, "FEATURE[,...]", 0,
	  "do without: bpf, iterator, task-storage, pt-regs, tp-btf, syscalls, uprobes, functions",
	  3 },
	{}
};

static const struct argp_option dump_options[] = {
	{ "json", OPTION_JSON, 0, 0, "as one JSON document, the same as --format=json", 2 },
	{ "settle", OPTION_SETTLE, "TIME", 0,
	  "look again twice within this time, where an answer depends on it (default 1s; 0 "
	  "doesn't)",
	  2 },
	{ "core", OPTION_CORE, "FILE", 0,
	  "the process of a core, as the kernel or gcore made it, instead of live ones", 1 },
	{ "exe", OPTION_EXE, "FILE", 0, "the core's program, where it is not where it was", 3 },
	{}
};

static const struct argp_option trace_options[] = {
	{ "json", OPTION_JSON, "lines", OPTION_ARG_OPTIONAL,
	  "one JSON document; with =lines a line for each finding as it comes due", 2 },
	{ "duration", 'd', "TIME", 0, "end after this time (default: at Ctrl-C)", 2 },
	{ "no-children", OPTION_NO_CHILDREN, 0, 0, "with -- CMD: not the processes it forks", 1 },
	{ "syscalls", OPTION_SYSCALLS, 0, 0,
	  "watch futex, epoll and clone calls: who last woke a futex and whether anybody slept "
	  "there, when an epoll set last gave events, spawns that failed; the default for named "
	  "targets where programs can be at kernel functions (doctor tells), elsewhere it costs "
	  "every system call of the host some 0.1 us",
	  3 },
	{ "no-syscalls", OPTION_NO_SYSCALLS, 0, 0, "don't", 3 },
	{ "go-events", OPTION_GO_EVENTS, 0, 0,
	  "exact births, ends and waits of goroutines, and who readied them, by probes in the Go "
	  "processes named; costs each such event some us",
	  3 },
	{ "budget", OPTION_BUDGET, "PERCENT", 0,
	  "of one core, that sweeps may take once all is known: they come the later for it "
	  "(default 5; 1 with -a, unless the threshold is short of 5s)",
	  3 },
	{ "stack-bytes", OPTION_STACK_BYTES, "N", 0,
	  "bytes of stack copied at a spawn (default 8192, at most 16384)", 3 },
	{}
};

/* Of a recording: whom and what to show is chosen again. */
static const struct argp_option report_options[] = {
	{ 0, 0, 0, 0, "Whom to show:", 1 },
	{ "pid", 'p', "PID[,PID...]", 0, "these processes", 1 },
	{ "tid", 't', "TID[,TID...]", 0, "these threads", 1 },
	{ "comm", OPTION_COMM, "NAME", 0, "processes, or threads, of this name", 1 },
	{ "user-threads", 'u', 0, 0, "user threads only", 1 },
	{ "kernel-threads", 'k', 0, 0, "kernel threads only", 1 },
	{ 0, 0, 0, 0, "What to show:", 2 },
	{ "threshold", 'm', "TIME", 0,
	  "blocked for at least this long (default: as it was recorded)", 2 },
	{ "kernel-stacks", 'K', 0, 0, "only kernel stacks", 2 },
	{ "user-stacks", 'U', 0, 0, "only user stacks", 2 },
	{ "life", OPTION_LIFE, 0, 0, "each finding's life, from spawn to block", 2 },
	{ "all", OPTION_ALL, 0, 0, "also threads that are not past the threshold", 2 },
	{ "explain", OPTION_EXPLAIN, "TID|gGOID", 0,
	  "the whole reasoning for one thread, or for a goroutine: g34", 2 },
	{ "dot", OPTION_DOT, "FILE", 0, "write the wait-for graph to FILE, for Graphviz", 2 },
	{ "fail-on", OPTION_FAIL_ON, "VERDICT[,...]", 0,
	  "exit with 1 when there is one of: deadlock, leak, stuck, suspect", 2 },
	{ "no-go", OPTION_NO_GO, 0, 0, "no goroutines", 2 },
	{ "no-threads", OPTION_NO_THREADS, 0, 0, "no threads, only goroutines", 2 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
	  "text (the default), json, json=lines, dot; folded or folded=count for flame graphs; "
	  "pprof; perfetto; html: one page",
	  2 },
	{ "json", OPTION_JSON, "lines", OPTION_ARG_OPTIONAL,
	  "one JSON document, as the run itself had it; with =lines a line for each finding", 2 },
	{ "output", 'o', "FILE", 0, "write the report to FILE (default: stdout)", 2 },
	{ "quiet", 'q', 0, 0, "no remarks on stderr", 2 },
	{ "verbose", 'v', 0, 0, "more remarks on stderr", 2 },
	{ 0, 0, 0, 0, "How to look:", 3 },
	{ "exe", OPTION_EXE, "FILE", 0, "a core's program, where it is not where it was", 3 },
	{ "symfs", OPTION_SYMFS, "DIR", 0, "look for binaries and debug files below DIR first", 3 },
	{}
};

static const struct argp_option diff_options[] = {
	{ 0, 0, 0, 0, "Whom to compare:", 1 },
	{ "pid", 'p', "PID[,PID...]", 0, "these processes", 1 },
	{ "comm", OPTION_COMM, "NAME", 0, "processes, or threads, of this name", 1 },
	{ "user-threads", 'u', 0, 0, "user threads only", 1 },
	{ "kernel-threads", 'k', 0, 0, "kernel threads only", 1 },
	{ 0, 0, 0, 0, "What to show:", 2 },
	{ "threshold", 'm', "TIME", 0,
	  "blocked for at least this long (default: as each was recorded)", 2 },
	{ "fail-on", OPTION_FAIL_ON, "CHANGE[,...]", 0,
	  "exit with 1 when a group is: new, grown, shrunk, gone", 2 },
	{ "no-go", OPTION_NO_GO, 0, 0, "no goroutines", 2 },
	{ "no-threads", OPTION_NO_THREADS, 0, 0, "no threads, only goroutines", 2 },
	{ "json", OPTION_JSON, 0, 0, "as one JSON document", 2 },
	{ "output", 'o', "FILE", 0, "write it to FILE (default: stdout)", 2 },
	{ "verbose", 'v', 0, 0, "also what is as before", 2 },
	{}
};

static void parse_ids(struct argp_state *state, const char *what, char *list, pid_t *ids,
		      size_t *count)
{
	unsigned long number;
	char *word;

	while ((word = strsep(&list, ","))) {
		if (value_number(word, 1, INT32_MAX, &number))
			argp_error(state, "'%s' is no %s", word, what);
		else if (*count == OPTIONS_MOST_IDS)
			argp_error(state, "more than %d of %s", OPTIONS_MOST_IDS, what);
		else
			ids[(*count)++] = number;
	}
}

static void parse_size(struct argp_state *state, char *text, uint64_t *ret_bytes)
{
	static const char units[] = "kMG";
	size_t length = strlen(text);
	const char *unit = length ? strchr(units, text[length - 1]) : NULL;
	unsigned shift = unit && *unit ? 10 * (unsigned)(unit - units + 1) : 0;
	unsigned long number;

	if (shift)
		text[length - 1] = '\0';
	if (value_number(text, 1, UINT64_MAX >> 24 >> shift, &number) ||
	    (uint64_t)number << shift < RECORD_LEAST_SIZE)
		argp_error(state, "'%s%.1s' is no size of 1M and more (a number with k, M or G)",
			   text, shift ? unit : "");
	*ret_bytes = (uint64_t)number << shift;
}

static void parse_json(struct argp_state *state, const char *text, struct session_options *session)
{
	if (!text)
		session->format = &output_format_json;
	else if (!strcmp(text, "lines"))
		session->format = &output_format_json_lines;
	else
		argp_error(state, "'%s' is no form of JSON (--json or --json=lines)", text);
}

static void parse_format(struct argp_state *state, const char *text,
			 struct session_options *session)
{
	const struct output_format *format = output_format_find(text);
	char names[200];

	session->go_dump = session->observe.once && !strcmp(text, "go");
	if (format)
		session->format = format;
	else if (!session->go_dump)
		argp_error(state, "'%s' is no format (%s%s)", text,
			   output_format_names(names, sizeof(names)),
			   session->observe.once ? ", go" : "; go is for dump");
}

static void parse_verdicts(struct argp_state *state, char *list, unsigned *bits)
{
	enum verdict verdict;
	char *word;

	while ((word = strsep(&list, ","))) {
		verdict = verdict_find(word);
		if (verdict < VERDICT_SUSPECT || verdict == VERDICT_COUNT)
			argp_error(state, "'%s' is no verdict (deadlock, leak, stuck, suspect)",
				   word);
		*bits |= 1u << verdict;
	}
}

static void parse_changes(struct argp_state *state, char *list, unsigned *bits)
{
	enum verdict_change change;
	char *word;

	while ((word = strsep(&list, ","))) {
		for (change = CHANGE_NEW; change < CHANGE_KINDS; change++) {
			if (change != CHANGE_SAME && !strcmp(word, verdict_change_name(change)))
				break;
		}
		if (change == CHANGE_KINDS)
			argp_error(state, "'%s' is no change (new, grown, shrunk, gone)", word);
		*bits |= 1u << change;
	}
}

/* Go's format holds the goroutines of one process and nothing else. */
static void check_go_format(struct argp_state *state, const struct session_options *session)
{
	const struct collect_filter *filter = &session->observe.collect.filter;

	if (filter->pid_count != !session->core || filter->tid_count || filter->all ||
	    filter->comm || filter->cgroup || filter->children)
		argp_error(state, "--format=go is for one process: -p PID or --core FILE, and "
				  "nothing else to say whom "
				  "to look at");
	if (!session->observe.goroutines)
		argp_error(state, "--format=go and --no-go don't go together");
	if (session->recording)
		argp_error(state, "--format=go is no recording: -o FILE.leakhop goes without it");
	if (session->fail_on || session->dot)
		argp_error(state, "--format=go has no verdicts: for %s take text or JSON",
			   session->dot ? "--dot" : "--fail-on");
}

/* It has one process, which is not of this host. */
static void check_core(struct argp_state *state, const struct session_options *session)
{
	const struct collect_filter *filter = &session->observe.collect.filter;

	if (filter->all || filter->pid_count || filter->cgroup || filter->children)
		argp_error(state, "--core is one process of its own: without -p, -a, --cgroup and "
				  "--children");
}

/* Everything that must hold between options. */
static void check_live(struct argp_state *state, struct options *options)
{
	struct session_options *session = &options->session;
	struct collect_filter *filter = &session->observe.collect.filter;

	if (filter->all && (filter->pid_count || filter->tid_count))
		argp_error(state, "-a is every process: with -p or -t it does not go together");
	if (filter->children && filter->tid_count)
		argp_error(state, "threads (-t) have no children: name processes (-p)");
	if (session->child_argv && (filter->all || filter->pid_count || filter->tid_count))
		argp_error(state, "a command to run, and -p, -t or -a, don't go together");
	if (session->core)
		check_core(state, session);
	else if (session->exe)
		argp_error(state, "--exe is of a core: --core FILE");
	if (!session->child_argv && !session->core && !filter->all && !filter->pid_count &&
	    !filter->tid_count && !filter->comm && !filter->cgroup)
		argp_error(state,
			   "whom to look at? -p PID, -t TID, -a, --comm, --cgroup, --container, "
			   "--pod, --unit%s",
			   session->observe.once ? "" : ", or -- COMMAND");
	if (!session->observe.threads && !session->observe.goroutines)
		argp_error(state, "--no-go and --no-threads leave nothing to look at");
	/* Goroutines are read, not traced: no program in the kernel, so nothing is slower by it. */
	if (!session->observe.threads && !session->observe.collect.go_events)
		session->observe.collect.without |= COLLECT_WITHOUT_BPF;
	if (!session->observe.user_stacks && !session->observe.kernel_stacks)
		argp_error(state, "-K and -U don't go together");
	if (!filter->user_threads && !filter->kernel_threads)
		argp_error(state, "-u and -k don't go together");
	if (!session->observe.collect.threshold_ns)
		argp_error(state, "the threshold must be more than 0");
	if (session->observe.collect.go_events && filter->all)
		argp_error(state, "--go-events slows down each Go process that it watches: name "
				  "them (-p PID, "
				  "--comm NAME, --cgroup PATH, -- COMMAND) instead of -a");
	if (session->observe.collect.go_events && !session->observe.goroutines)
		argp_error(state, "--go-events and --no-go don't go together");
	if (session->max_size && !session->recording)
		argp_error(state, "--max-size is of a recording: -o FILE" RECORD_SUFFIX);
	if (session->go_dump)
		check_go_format(state, session);
	if ((session->explain || session->explain_goid) &&
	    (session->go_dump || !session->format->explains))
		argp_error(state, "--explain is for text and JSON, not for --format=%s",
			   session->go_dump ? "go" : session->format->name);
	if (session->format == &output_format_json_lines && session->observe.once)
		argp_error(state, "--json=lines is for trace");
}

/* Which one a name means is looked up later: named_group_find(). */
static void take_cgroup(struct argp_state *state, struct options *options, const char *path)
{
	if (options->session.observe.collect.filter.cgroup)
		argp_error(state, "one of --cgroup, --container, --pod and --unit, once");
	options->session.observe.collect.filter.cgroup = path;
}

static void take_group(struct argp_state *state, struct options *options,
		       enum target_group_kind kind, const char *name)
{
	if (!*name)
		argp_error(state, "a name is missing");
	take_cgroup(state, options, name);
	options->group.named = true;
	options->group.kind = kind;
}

static error_t parse_target(int key, char *arg, struct argp_state *state, struct options *options)
{
	struct collect_filter *filter = &options->session.observe.collect.filter;

	switch (key) {
	case 'p':
		parse_ids(state, "process id", arg, options->pids, &filter->pid_count);
		return 0;
	case 't':
		parse_ids(state, "thread id", arg, options->tids, &filter->tid_count);
		return 0;
	case 'a':
		filter->all = true;
		return 0;
	case OPTION_COMM:
		filter->comm = arg;
		return 0;
	case OPTION_CGROUP:
		take_cgroup(state, options, arg);
		return 0;
	case OPTION_CONTAINER:
		take_group(state, options, TARGET_CONTAINER, arg);
		return 0;
	case OPTION_POD:
		take_group(state, options, TARGET_POD, arg);
		return 0;
	case OPTION_UNIT:
		take_group(state, options, TARGET_UNIT, arg);
		return 0;
	case OPTION_HOST_ROOT:
		options->host_roots[0] = arg;
		options->session.observe.host_roots = options->host_roots;
		return 0;
	case OPTION_CHILDREN:
	case OPTION_NO_CHILDREN:
		filter->children = key == OPTION_CHILDREN;
		options->children_said = true;
		return 0;
	case 'u':
		filter->kernel_threads = false;
		return 0;
	case 'k':
		filter->user_threads = false;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_show(int key, char *arg, struct argp_state *state,
			  struct session_options *session)
{
	switch (key) {
	case 'm':
		value_time(state, arg, &session->observe.collect.threshold_ns);
		return 0;
	case 'd':
		value_time(state, arg, &session->duration_ns);
		return 0;
	case OPTION_SETTLE:
		value_time(state, arg, &session->settle_ns);
		return 0;
	case 'K':
		session->observe.user_stacks = false;
		return 0;
	case 'U':
		session->observe.kernel_stacks = false;
		return 0;
	case OPTION_MAX_STACK:
		session->observe.max_stack = value_bounded(state, arg, 1, STACK_MAX_FRAMES);
		return 0;
	case OPTION_LIFE:
		session->life = true;
		return 0;
	case OPTION_ALL:
		session->all = true;
		return 0;
	case OPTION_JSON:
		parse_json(state, arg, session);
		return 0;
	case OPTION_FORMAT:
		parse_format(state, arg, session);
		return 0;
	case OPTION_EXPLAIN:
		if (arg[0] == 'g')
			session->explain_goid = session->observe.explain_goid = value_bounded(
				state, arg + 1, 1, ULONG_MAX);
		else
			session->explain = value_bounded(state, arg, 1, INT32_MAX);
		return 0;
	case OPTION_RETAINED:
		session->observe.retained = true;
		return 0;
	case OPTION_DOT:
		session->dot = arg;
		return 0;
	case OPTION_NO_GO:
		session->observe.goroutines = false;
		return 0;
	case OPTION_NO_THREADS:
		session->observe.threads = false;
		return 0;
	case OPTION_FAIL_ON:
		(strcmp(session->command, "diff") ? parse_verdicts
						  : parse_changes)(state, arg, &session->fail_on);
		return 0;
	case 'o':
		*(recording_file_is(arg) ? &session->recording : &session->output) = arg;
		return 0;
	case OPTION_MAX_SIZE:
		parse_size(state, arg, &session->max_size);
		return 0;
	case 'q':
		session->quiet = true;
		return 0;
	case 'v':
		session->verbose = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_how(int key, char *arg, struct argp_state *state,
			 struct session_options *session)
{
	switch (key) {
	case OPTION_SYMFS:
		if (access(arg, R_OK | X_OK))
			argp_error(state, "cannot read the folder '%s': %s", arg, strerror(errno));
		session->observe.symfs = arg;
		return 0;
	case OPTION_MAX_THREADS:
		session->observe.max_threads = value_bounded(state, arg, 1, 10000000);
		return 0;
	case OPTION_SYSCALLS:
	case OPTION_NO_SYSCALLS:
		session->observe.collect.calls = key == OPTION_SYSCALLS ? COLLECT_CALLS_ALWAYS
									: COLLECT_CALLS_NEVER;
		return 0;
	case OPTION_GO_EVENTS:
		session->observe.collect.go_events = true;
		return 0;
	case OPTION_WITHOUT:
		value_without(state, arg, &session->observe.collect.without);
		return 0;
	case OPTION_CORE:
		session->core = arg;
		return 0;
	case OPTION_EXE:
		session->exe = arg;
		return 0;
	case OPTION_BUDGET:
		session->budget_permille = value_budget(state, arg);
		return 0;
	case OPTION_STACK_BYTES:
		session->observe.collect.stack_bytes = value_bounded(state, arg, 256,
								     COLLECT_STACK_BYTES_MAX);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void check_recording(struct argp_state *state, const struct options *options)
{
	const struct session_options *session = &options->session;
	const struct collect_filter *filter = &session->observe.collect.filter;

	bool is_diff = !strcmp(session->command, "diff");

	if (is_diff && options->file_count != 2)
		argp_error(state, "which two recordings? leakhop diff BEFORE" RECORD_SUFFIX
				  " AFTER" RECORD_SUFFIX);
	if (!options->file_count)
		argp_error(state, "which recording? leakhop report FILE" RECORD_SUFFIX);
	if (options->file_count > 1 && (session->dot || session->explain || session->explain_goid))
		argp_error(state, "--dot and --explain are of one recording");
	if (options->file_count > 1 && session->format == &output_format_json_lines)
		argp_error(state, "--json=lines is of one recording");
	if (session->recording)
		argp_error(state, "'%s': a recording is made by trace and dump",
			   session->recording);
	if (!session->observe.user_stacks && !session->observe.kernel_stacks)
		argp_error(state, "-K and -U don't go together");
	if (!filter->user_threads && !filter->kernel_threads)
		argp_error(state, "-u and -k don't go together");
	if (!session->observe.threads && !session->observe.goroutines)
		argp_error(state, "--no-go and --no-threads leave nothing to look at");
}

/*
 * bcc's habit: a bare number behind the options is the duration in seconds. What follows "--" is
 * run.
 */
static error_t parse_arguments(struct argp_state *state, struct options *options)
{
	struct session_options *session = &options->session;
	bool command = state->next > 1 && !strcmp(state->argv[state->next - 1], "--");

	if (!session->observe.once && command) {
		session->child_argv = state->argv + state->next;
		state->next = state->argc;
		return 0;
	}
	if (session->observe.once || session->duration_ns || state->argc - state->next != 1 ||
	    duration_parse(state->argv[state->next], &session->duration_ns))
		argp_error(state, "'%s' is not understood%s", state->argv[state->next],
			   session->observe.once ? "" : " (a command to run goes behind --)");
	state->next = state->argc;
	return 0;
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	const struct argp_option *const lists[] = {
		common_options, options->session.observe.once ? dump_options : trace_options, NULL
	};
	error_t r;

	abbreviation_refuse(key, arg, state, lists);
	r = parse_target(key, arg, state, options);

	if (r == ARGP_ERR_UNKNOWN)
		r = parse_show(key, arg, state, &options->session);
	if (r == ARGP_ERR_UNKNOWN)
		r = parse_how(key, arg, state, &options->session);
	return r;
}

static error_t parse_command(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		if (!options->reads)
			state->child_inputs[0] = state->input;
		return 0;
	case ARGP_KEY_ARGS:
		if (!options->reads)
			return parse_arguments(state, state->input);
		options->files = state->argv + state->next;
		options->file_count = (size_t)(state->argc - state->next);
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (options->reads)
			check_recording(state, options);
		else
			check_live(state, options);
		return 0;
	}
	return parse_key(key, arg, state);
}

static const struct argp common = { .options = common_options, .parser = parse_key };
static const struct argp_child children[] = { { &common, 0, NULL, 0 }, {} };

static const char trace_doc[] =
	"Find the threads that block and never come back.\v"
	"Examples:\n"
	"  leakhop trace -p 4711                # until Ctrl-C; findings as they come due\n"
	"  leakhop trace -a -d 30s              # the whole host, for half a minute\n"
	"  leakhop trace --comm nginx -m 500ms  # blocked for half a second and longer\n"
	"  leakhop trace -- ./server --port 80  # start it and watch it from its first "
	"instruction; the report goes to stderr\n"
	"\n"
	"Exit status: 0 ran (also after Ctrl-C), 1 found what --fail-on names, 2 wrong usage, 3 "
	"not permitted or not supported here, 4 the target does not exist or was gone before "
	"anything was seen, 5 no memory, descriptors or disk, or no end.";

static const char dump_doc[] =
	"Show all threads of a process once, now, without waiting and without stopping it.\v"
	"Examples:\n"
	"  leakhop dump -p 4711                 # all threads, equal stacks together\n"
	"  leakhop dump -p 4711 --json | jq '.threads[] | {count, thread_name}'\n"
	"  leakhop dump -a -m 1h                # the whole host\n"
	"\n"
	"Exit status: 0 ran, 1 found what --fail-on names, 2 wrong usage, 3 not permitted or not "
	"supported here, 4 the target does not exist or was gone before anything was seen, 5 no "
	"memory, descriptors or disk, or no end.";

static const char report_doc[] =
	"Show what a recording of trace or dump (-o FILE.leakhop) has: the same findings, without "
	"root, and without the processes.\v"
	"Examples:\n"
	"  leakhop report pod.leakhop              # as the run itself told it\n"
	"  leakhop report pod.leakhop -m 1h --json # with another threshold\n"
	"\n"
	"Exit status: 0 ran, 1 found what --fail-on names, 2 wrong usage, 3 it is no recording, "
	"damaged, or of another version, 4 there is no such file, 5 no memory, descriptors or "
	"disk.";

static const char diff_doc[] =
	"Show which groups of threads and goroutines are new, grown or gone between two "
	"recordings, or JSON documents: those of one "
	"program, functions, modules and kind of wait are the same, whatever their addresses and "
	"lines.\v"
	"Examples:\n"
	"  leakhop diff before.leakhop after.leakhop\n"
	"  leakhop diff --fail-on new,grown before.leakhop after.leakhop  # in a script\n"
	"  leakhop diff monday.json tuesday.json\n"
	"\n"
	"Exit status: 0 ran, 1 there is a change that --fail-on names, 2 wrong usage, 3 one is no "
	"recording, damaged, or of another version, 4 there is no such file, 5 no memory, "
	"descriptors or disk.";

static void set_defaults(struct options *options, const char *command)
{
	options->session = (struct session_options){
		.command = command,
		.format = &output_format_text,
		.settle_ns = DEFAULT_SETTLE_NS,
		.observe = { .once = !strcmp(command, "dump"),
			     .user_stacks = true,
			     .threads = true,
			     .goroutines = true,
			     .kernel_stacks = true,
			     .collect = { .threshold_ns = DEFAULT_THRESHOLD_NS,
					  .stack_bytes = COLLECT_STACK_BYTES,
					  .filter = { .user_threads = true,
						      .kernel_threads = true } } },
	};
}

int options_parse(struct options *options, const char *command, int argc, char **argv)
{
	bool once = !strcmp(command, "dump");
	struct argp argp = {
		.options = once ? dump_options : trace_options,
		.parser = parse_command,
		.args_doc = once ? "" : "[DURATION]\n-- COMMAND [ARGUMENT...]",
		.doc = once ? dump_doc : trace_doc,
		.children = children,
	};
	struct collect_options *collect = &options->session.observe.collect;
	char name[32];

	memset(options, 0, sizeof(*options));
	set_defaults(options, command);
	options->reads = !strcmp(command, "report") || !strcmp(command, "diff");
	if (options->reads) {
		bool is_diff = !strcmp(command, "diff");

		argp = (struct argp){ .options = is_diff ? diff_options : report_options,
				      .parser = parse_command,
				      .args_doc = is_diff ? "BEFORE AFTER" : "FILE...",
				      .doc = is_diff ? diff_doc : report_doc };
		collect->threshold_ns = 0; /* as recorded */
	}
	snprintf(name, sizeof(name), "leakhop %s", command);
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, options->reads ? 0 : ARGP_IN_ORDER, NULL, options);
	collect->filter.pids = options->pids;
	collect->filter.tids = options->tids;
	options->session.all |= options->session.format->all_stacks;
	if (options->reads)
		return 0;
	if (!options->session.budget_permille)
		options->session.budget_permille = collect->filter.all &&
								   collect->threshold_ns >=
									   DEFAULT_THRESHOLD_NS
							   ? DEFAULT_BUDGET_OF_ALL_PERMILLE
							   : DEFAULT_BUDGET_PERMILLE;
	collect->events = !once;
	collect->short_blocks = !once && collect->threshold_ns < SHORT_THRESHOLD_NS;
	if (options->session.child_argv && !options->children_said)
		collect->filter.children = true;
	/* JSON on stderr is nothing to mix with remarks. */
	if (options->session.child_argv && !options->session.output &&
	    options->session.format->for_programs)
		options->session.quiet = true;
	return 0;
}
