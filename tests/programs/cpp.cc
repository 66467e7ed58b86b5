// SPDX-License-Identifier: GPL-2.0-only
/* Threads that wait for ever in what the C++ library offers. */
#include "fixture.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace waiting {

static std::mutex lock;
static std::condition_variable condition;
static std::promise<int> promise;

FRAME void block_in_cpp_mutex(int)
{
	fixture_ready("cpp_mutex");
	lock.lock(); /* @block cpp_mutex */
	fixture_came_back("cpp_mutex");
}

FRAME void block_in_cpp_condition(int)
{
	static std::mutex own;
	std::unique_lock<std::mutex> held(own);

	fixture_ready("cpp_condition");
	condition.wait(held); /* @block cpp_condition */
	fixture_came_back("cpp_condition");
}

FRAME void block_in_cpp_future(std::future<int> *future)
{
	fixture_ready("cpp_future");
	future->wait(); /* @block cpp_future */
	fixture_came_back("cpp_future");
}

} // namespace waiting

int main(int argc, char **argv)
{
	std::future<int> future = waiting::promise.get_future();

	fixture_init(argc, argv);
	waiting::lock.lock();
	std::thread mutex(waiting::block_in_cpp_mutex, 1); /* @spawn cpp_mutex */
	std::thread condition(waiting::block_in_cpp_condition, 2); /* @spawn cpp_condition */
	std::thread answer(waiting::block_in_cpp_future, &future); /* @spawn cpp_future */
	fixture_ready("main");
	fixture_pause(); /* @block main */
	fixture_came_back("main");
}
