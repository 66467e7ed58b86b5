// SPDX-License-Identifier: GPL-2.0-only
/* Asks the session's parts what they have seen and lost: see heading.h. */
#include "cmd/heading.h"
#include "cmd/version.h"

#include <string.h>
#include <sys/resource.h>

static uint64_t timeval_ns(const struct timeval *time)
{
	return time->tv_sec * 1000000000ull + time->tv_usec * 1000ull;
}

uint64_t heading_cpu_ns(const struct session *session)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return timeval_ns(&usage.ru_utime) + timeval_ns(&usage.ru_stime) +
	       sandbox_cpu_ns(session->spawner);
}

uint64_t heading_cpu_since(const struct session *session, uint64_t before)
{
	uint64_t now = heading_cpu_ns(session);

	return now > before ? now - before : 0;
}

void heading_fill_cost(struct session *session, struct output_cost *cost)
{
	struct collect_cost programs[32];
	struct worker_cost workers = sandbox_cost(session->spawner);
	struct rusage usage;
	size_t i, count;

	getrusage(RUSAGE_SELF, &usage);
	cost->user_ns = timeval_ns(&usage.ru_utime);
	cost->system_ns = timeval_ns(&usage.ru_stime);
	cost->user_ns += workers.cpu_ns;
	cost->rss_bytes = usage.ru_maxrss * 1024ull + workers.bytes;
	cost->load_ns = collect_load_ns(session->observer.collect);
	cost->sweeps = session->observer.sweeps;
	cost->go_first_sweep_ns = session->observer.go.count ? session->observer.go_first_sweep_ns
							     : 0;
	cost->go_longest_sweep_ns = session->observer.go.count
					    ? session->observer.go_longest_sweep_ns
					    : 0;
	collect_go_counts(session->observer.collect, &cost->go_events);
	cost->go_probe_ns = collect_go_probe_ns(session->observer.collect);
	count = collect_costs(session->observer.collect, programs, 32);
	for (i = 0; i < count; i++) {
		cost->bpf_runs += programs[i].runs;
		cost->bpf_ns += programs[i].run_ns;
	}
}

void heading_fill(struct session *session, struct heading *ret_heading)
{
	const struct session_options *options = session->options;
	struct observer_losses losses;
	size_t i;

	memset(ret_heading, 0, sizeof(*ret_heading));
	uname(&ret_heading->system);
	for (i = 0; options->observe.threads && i < HEADING_LIMITS; i++) /* all are of threads */
		ret_heading->limits[i] = collect_limit(session->observer.collect, i);
	observer_get_losses(&session->observer, &losses);
	ret_heading->run = (struct output_run){
		.command = options->command,
		.version = LEAKHOP_VERSION,
		.host = ret_heading->system.nodename,
		.kernel = ret_heading->system.release,
		.source = collect_source(session->observer.collect),
		.limits = ret_heading->limits,
		.started = session->started,
		.realtime_offset = session->realtime_offset,
		.now = observer_now(&session->observer),
		.threshold_ns = options->observe.collect.threshold_ns,
		.lost = { .events = losses.events,
			  .stacks = losses.stacks,
			  .threads = losses.threads,
			  .goroutines = losses.goroutines,
			  .unasked = losses.unasked },
		.stacks = session->observer.stacks,
		.user_stacks = options->observe.user_stacks,
		.kernel_stacks = options->observe.kernel_stacks,
		.life = options->life,
		.verbose = options->verbose,
		.go_events = options->observe.collect.go_events,
		.explain = options->explain,
		.explain_goid = options->explain_goid,
		.ended_in_full = options->observe.collect.short_blocks,
		.show_ended = options->observe.collect.short_blocks || options->all ||
			      options->verbose,
	};
	if (options->core) /* where that was made is not known */
		ret_heading->run.host = ret_heading->run.kernel = "";
	ret_heading->run.ended = (int64_t)ret_heading->run.now + session->realtime_offset;
	heading_fill_cost(session, &ret_heading->run.cost);
}

size_t heading_threads_seen(const struct session *session)
{
	return session->options->observe.once ? session->observer.threads_living
					      : session->observer.threads_seen;
}
