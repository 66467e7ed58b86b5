// SPDX-License-Identifier: GPL-2.0-only
/* asked_cpp FAULT [well]: as asked, in what the C++ library offers. */
#include "fixture.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

static int well;
static std::mutex lock;
static std::condition_variable condition;
std::deque<int> jobs;
std::atomic<int> state;

FRAME static void wait_for_job()
{
	std::unique_lock<std::mutex> held(lock);

	fixture_ready("job");
	condition.wait(held, [] { return !jobs.empty(); }); /* @block job */
	jobs.pop_front();
}

FRAME static void wait_for_state()
{
	fixture_ready("state");
	state.wait(0); /* @block state */
}

/* What it waits in lies on its spawner's stack, and what it waits for beside it. */
struct local {
	std::mutex lock;
	std::condition_variable condition;
	bool done = false;
};

FRAME static void wait_for_local(local *given)
{
	std::unique_lock<std::mutex> held(given->lock);

	fixture_ready("local");
	while (!given->done)
		given->condition.wait(held); /* @block local */
}

static void nap()
{
	std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

static bool waits(std::condition_variable &one)
{
	return __atomic_load_n(&one.native_handle()->__data.__wrefs, __ATOMIC_RELAXED);
}

static void end()
{
	fixture_ready("main");
	fixture_pause();
}

static void make_job()
{
	std::thread thread([] {
		wait_for_job();
		fixture_came_back("job");
	});

	while (!waits(condition))
		nap();
	{
		std::lock_guard<std::mutex> held(lock);
		if (!well)
			jobs.push_back(1);
	}
	end();
}

/* Changed when it sleeps: the library looks at the value again and again before it does. */
static void make_state()
{
	std::thread thread([] {
		wait_for_state();
		fixture_came_back("state");
	});

	std::this_thread::sleep_for(std::chrono::milliseconds(50));
	if (!well)
		state.store(1);
	end();
}

static void make_local()
{
	local own;
	std::thread thread([&own] {
		wait_for_local(&own);
		fixture_came_back("local");
	});

	while (!waits(own.condition))
		nap();
	{
		std::lock_guard<std::mutex> held(own.lock);
		own.done = !well;
	}
	end();
}

int main(int argc, char **argv)
{
	static const fixture_fault faults[] = {
		{ "job", make_job },
		{ "state", make_state },
		{ "local", make_local },
		{ nullptr, nullptr },
	};

	return fixture_main(argc, argv, faults, &well);
}
