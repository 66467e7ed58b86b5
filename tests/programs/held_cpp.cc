// SPDX-License-Identifier: GPL-2.0-only
/* held_cpp: two that read what the other wants to write, by std::shared_mutex. */
#include "fixture.h"

#include <barrier>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

static std::shared_mutex one, other;
static std::barrier<> both(2);

FRAME static void take(const char *name, std::shared_mutex &first, std::shared_mutex &second)
{
	std::shared_lock<std::shared_mutex> reads(first);

	both.arrive_and_wait();
	fixture_ready(name);
	std::unique_lock<std::shared_mutex> writes(second); /* @block crosswise */
}

int main()
{
	std::thread a([] { take("first", one, other); });
	std::thread b([] { take("second", other, one); });

	std::this_thread::sleep_for(std::chrono::seconds(1000));
}
