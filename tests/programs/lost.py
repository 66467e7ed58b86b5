# SPDX-License-Identifier: GPL-2.0-only
"""lost.py FAULT [well]: a thread of Python that waits for a signal which was forgotten, though what it waits for
is so. well: it is not so.

What is between is never a lost wake-up, well or not: late, timer (the signal comes, in an hour), chain (another
signals when it is signalled), result (its test is of what the wait returns), behind, reads (its test comes behind the
wait), past (its test is of the time).
"""
import collections
import os
import queue
import sys
import threading
import time

well = sys.argv[2:] == ["well"]
condition = threading.Condition()
other = threading.Condition()
event = threading.Event()
semaphore = threading.Semaphore(0)
lock = threading.Lock()
pipe = os.pipe()
jobs = collections.deque()
inbox = queue.Queue()
ready_flag = False
count = 0
job = None
stop = False


def ready(name):
    line = "READY %d %s %d %d\n" % (
        threading.get_native_id(), name, time.monotonic_ns(), os.getpid())
    os.write(sys.stdout.fileno(), line.encode())


def rest():
    """Time for the thread to go to sleep: what is changed then is changed behind its back."""
    time.sleep(0.3)


def waits_for_flag():
    ready("flag")
    with condition:
        while not ready_flag:  # @test flag
            condition.wait()


def flag():
    global ready_flag
    rest()
    ready_flag = not well


def waits_for_list():
    ready("list")
    while True:
        with condition:
            while not jobs:  # @test list
                condition.wait()
            jobs.popleft()


def list_of_jobs():
    # It has worked before: its code is as it is after many times.
    for _ in range(50):
        with condition:
            jobs.append(1)
            condition.notify()
        time.sleep(0.002)
    rest()
    if not well:
        jobs.append(1)


def waits_for_count():
    ready("count")
    with condition:
        while count < 60:  # @test count
            condition.wait()


def counter():
    global count
    for _ in range(50):
        with condition:
            count += 1
            condition.notify()
        time.sleep(0.002)
    rest()
    if not well:
        count = 60


def waits_for_none():
    ready("none")
    with condition:
        while job is None:  # @test none
            condition.wait()


def none():
    global job
    rest()
    if not well:
        job = "work"


def waits_for_predicate():
    ready("predicate")
    with condition:
        condition.wait_for(lambda: len(jobs) > 2)


def predicate():
    rest()
    jobs.extend([1] if well else [1, 2, 3])


def waits_in_queue():
    ready("queue")
    inbox.get()


def in_queue():
    rest()
    if not well:
        inbox.queue.append(1)


def waits_twice():
    """The same line of code, called from two places: not the same wait."""
    ready("twice")
    for name in "first", "second":
        with condition:
            while name not in jobs:  # @test twice
                condition.wait()


def twice():
    rest()
    if not well:
        jobs.append("first")


def both():
    threading.Thread(target=waits_for_none).start()
    flag()
    none()


# --- no lost wake-ups ---

def late():
    flag()
    ready("main")
    time.sleep(3600)
    with condition:
        condition.notify()


def timer():
    rest()
    threading.Timer(3600, notify).start()
    flag()


def notify():
    with condition:
        condition.notify()


def passes_on():
    ready("chain")
    with other:
        while not stop:
            other.wait()
    with condition:
        condition.notify()


def chain():
    rest()
    threading.Thread(target=passes_on).start()
    flag()


def waits_for_result():
    ready("result")
    while not event.wait():
        pass


def keeps_result():
    ready("result")
    while True:
        found = event.wait()
        if found:
            break


def takes_lock():
    ready("result")
    while not lock.acquire():
        pass
    while True:
        if semaphore.acquire():
            break


def result():
    lock.acquire()
    threading.Thread(target=keeps_result).start()
    threading.Thread(target=takes_lock).start()


def looks_behind():
    ready("behind")
    while True:
        event.wait()
        event.clear()
        if jobs:
            os.write(2, b"%d\n" % len(jobs))
            jobs.clear()


def reads_behind():
    ready("reads")
    while True:
        event.wait()
        event.clear()
        if jobs:
            os.read(pipe[0], 1)[0]  # of nothing there is none
            jobs.clear()


def waits_past_time():
    ready("past")
    end = time.monotonic() + 1
    with condition:
        while time.monotonic() < end:
            condition.wait()


def behind():
    rest()
    jobs.extend([1] if not well else [])


faults = {
    "flag": (waits_for_flag, flag), "list": (waits_for_list, list_of_jobs), "count": (waits_for_count, counter),
    "none": (waits_for_none, none), "predicate": (waits_for_predicate, predicate), "queue": (waits_in_queue, in_queue),
    "twice": (waits_twice, twice), "both": (waits_for_flag, both), "late": (waits_for_flag, late), "chain": (waits_for_flag, chain),
    "timer": (waits_for_flag, timer), "reads": (reads_behind, behind), "past": (waits_past_time, rest), "result": (waits_for_result, result), "behind": (looks_behind, behind),
}
waits, changes = faults[sys.argv[1]]
waiter = threading.Thread(target=waits)
waiter.start()
changes()
ready("main")
time.sleep(100000)
waiter.join()
