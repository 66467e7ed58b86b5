// SPDX-License-Identifier: GPL-2.0-only
/*
 * day FILE.leakhop [SWEEPS [THREADS]]: writes a recording of a day that nobody has to wait for: a
 * sweep each 3.5 s, as of the default threshold; at each, one of a hundred threads has run and is
 * blocked anew, at one of 20 places, for a thing of its own. Says how large the file is, and what
 * it took.
 */
#include "model/threads_private.h"
#include "record/record.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND 1000000000ull
#define DAY 86400
#define SWEEP_NS (SECOND * 7 / 2)
#define PLACES 20
#define FRAMES 15
#define START (9 * DAY * SECOND) /* since boot */

struct day {
	struct lc_model *threads;
	struct lc_stacks *stacks;
	struct lc_series *series;
	struct lc_go go;
	uint32_t places[PLACES];
	uint64_t now;
	unsigned seed;
};

static unsigned choose(struct day *day, unsigned of)
{
	day->seed = day->seed * 1103515245 + 12345;
	return (day->seed >> 8) % of;
}

static void make_places(struct day *day)
{
	struct lc_frame frames[FRAMES] = {};
	char functions[FRAMES][64];
	unsigned i, k;

	for (i = 0; i < PLACES; i++) {
		struct lc_raw_frame raw = { .module = 1, .vaddr = i };

		for (k = 0; k < FRAMES; k++) {
			snprintf(functions[k], sizeof(functions[k]), "some::name::of_a_function_%u",
				 k < 5 ? i * 5 + k : k);
			frames[k] = (struct lc_frame){ .function = functions[k],
						       .file = "src/some/file.cc",
						       .line = 100 * i + k,
						       .module = "/usr/bin/server",
						       .build_id = "0123456789abcdef",
						       .address = 0x55d0c0de0000 + i };
		}
		if (lc_stacks_intern(day->stacks, &raw, 1, LC_STACK_WHOLE, &day->places[i]) ||
		    lc_stacks_set_frames(day->stacks, day->places[i], frames, FRAMES))
			abort();
	}
}

static void block(struct day *day, struct lc_thread *thread)
{
	unsigned place = choose(day, PLACES);
	struct lc_wait wait = { .kind = LC_WAIT_TCP,
				.direction = LC_WAIT_READ,
				.recorded = LC_WAIT_OUTSIDE,
				.key = { .space = LC_WAIT_SPACE_SOCKET,
					 .object = 100000 + (uint64_t)thread->task.tid },
				.fd = thread->task.tid % 1000,
				.op = "recv",
				.kernel_function = "tcp_recvmsg_locked",
				.flags = LC_WAIT_CLIENT | LC_WAIT_SPOKE_LAST };

	wait.tcp = (struct lc_wait_tcp){ .known = true,
					 .state = 1,
					 .sent_ms_ago = choose(day, 4000),
					 .received_ms_ago = choose(day, 4000),
					 .bytes_sent = day->now / 7,
					 .bytes_received = day->now / 9 };
	snprintf(wait.object, sizeof(wait.object), "TCP 10.0.0.7:%d -> 10.0.3.%d:5432, fd %d",
		 30000 + thread->task.tid, thread->task.tid % 250, wait.fd);
	thread->run_ns += 100000 + choose(day, 1000000);
	thread->voluntary_switches += 1 + choose(day, 5);
	thread->blocked = true;
	thread->blocked_since = day->now - choose(day, 3000) * 1000000ull;
	thread->steady_from = thread->ran_at = day->now;
	thread->user_stack = day->places[place];
	thread->syscall = (struct lc_syscall){
		.nr = 45, .args = { (uint64_t)wait.fd, 0x7f0012345678, 8192 }
	};
	thread->sp = 0x7f0012345000;
	thread->pc = 0x7f00aabbccdd;
	thread->last_wake_at = day->now;
	thread->waker = thread->task;
	lc_repeat_ended(thread,
			&(struct lc_site_id){ .syscall_nr = 45,
					      .argument = (uint64_t)wait.fd,
					      .sp = thread->sp,
					      .pc = thread->pc },
			5000000, day->now, thread->user_stack);
	if (lc_thread_set_wait(thread, &wait, day->now) < 0)
		abort();
}

static void make_threads(struct day *day, unsigned count)
{
	struct lc_thread thread = { .parent_pid = 1, .state = 'S', .seen_at = START };
	unsigned i;

	for (i = 0; i < count; i++) {
		thread.task = (struct lc_task){ .tid = 10000 + (pid_t)i,
						.pid = 10000,
						.ns_tid = 10000 + (pid_t)i,
						.ns_pid = 10000 };
		snprintf(thread.task.comm, sizeof(thread.task.comm), "worker-%u", i);
		strcpy(thread.process_comm, "server");
		thread.start_time = START - SECOND * i;
		if (lc_model_restore(day->threads, &thread, NULL))
			abort();
		block(day, lc_model_find(day->threads, thread.task.tid));
	}
}

static void sweep(struct day *day, struct recorder *recorder, unsigned threads)
{
	struct lc_snapshot snapshot = { .threads = day->threads,
					.go = &day->go,
					.series = day->series,
					.now = day->now,
					.threshold_ns = 5 * SECOND };
	struct record_run run = { .command = "trace",
				  .now = day->now,
				  .realtime_offset = 1700000000ll * (int64_t)SECOND };
	struct error error = {};
	unsigned i;

	for (i = 0; i < threads / 100; i++)
		block(day, lc_model_find(day->threads, 10000 + (pid_t)choose(day, threads)));
	lc_series_note_threads(day->series, day->threads);
	lc_series_close(day->series, day->now);
	if (recorder_write(recorder, &snapshot, day->stacks, &run, &error) < 0) {
		fprintf(stderr, "day: %s\n", error.text);
		exit(1);
	}
	day->now += SWEEP_NS;
}

int main(int argc, char **argv)
{
	unsigned sweeps = argc > 2 ? (unsigned)atoi(argv[2]) : DAY * SECOND / SWEEP_NS;
	unsigned threads = argc > 3 ? (unsigned)atoi(argv[3]) : 5000, i;
	struct day day = { .now = START, .seed = 1 };
	struct recorder *recorder;
	struct error error = {};
	struct rusage usage;
	struct stat stat_;
	char path[4096];
	int fd = argc > 1 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600) : -1;

	if (fd < 0 || !realpath(argv[1], path) || lc_model_create(0, &day.threads) ||
	    lc_stacks_create(0, &day.stacks) || lc_series_create(&day.series)) {
		fprintf(stderr, "day: no file\n");
		return 1;
	}
	make_places(&day);
	make_threads(&day, threads);
	if (recorder_open(path, 0, &recorder, &error)) {
		fprintf(stderr, "day: %s\n", error.text);
		return 1;
	}
	for (i = 0; i < sweeps; i++)
		sweep(&day, recorder, threads);
	recorder_close(recorder);
	if (getrusage(RUSAGE_SELF, &usage) || fstat(fd, &stat_))
		return 1;
	printf("%u sweeps of %u threads: %.1f MiB, %.0f s of CPU\n", sweeps, threads,
	       stat_.st_size / 1048576.0,
	       usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + usage.ru_utime.tv_usec / 1e6);
	return 0;
}
