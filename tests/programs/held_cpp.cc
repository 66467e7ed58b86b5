// SPDX-License-Identifier: GPL-2.0-only
/*
 * held_cpp [semaphores]: two that read what the other wants to write, by std::shared_mutex; or have
 * what the other wants, by std::binary_semaphore.
 */
#include "fixture.h"

#include <barrier>
#include <chrono>
#include <mutex>
#include <semaphore>
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

static std::binary_semaphore place(1), other_place(1);

FRAME static void enter(const char *name, std::binary_semaphore &first,
			std::binary_semaphore &second)
{
	first.acquire();
	both.arrive_and_wait();
	fixture_ready(name);
	second.acquire();
	second.release();
	first.release();
}

static void semaphores()
{
	std::thread a([] { enter("first", place, other_place); });
	std::thread b([] { enter("second", other_place, place); });

	a.join();
}

int main(int argc, char **)
{
	if (argc > 1)
		semaphores();
	std::thread a([] { take("first", one, other); });
	std::thread b([] { take("second", other, one); });

	std::this_thread::sleep_for(std::chrono::seconds(1000));
}
