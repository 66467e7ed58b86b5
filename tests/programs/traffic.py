# SPDX-License-Identifier: GPL-2.0-only
"""traffic.py: healthy threads of Python that wait for each other in each way that there is, some at full speed, some
with pauses of seconds between a change and its signal. What is tested is changed with the lock and without it.
"""
import collections
import concurrent.futures
import os
import queue
import random
import threading
import time

null = os.open("/dev/null", os.O_WRONLY)


def pause(seconds):
    time.sleep(random.random() * seconds)


def start(*targets):
    for target in targets:
        threading.Thread(target=target, daemon=True).start()


def pair(slow):
    condition, box = threading.Condition(), collections.deque()

    def consumer():
        while True:
            with condition:
                while not box:
                    condition.wait()
                box.popleft()

    def producer():
        while True:
            if random.random() < 0.5:
                with condition:
                    box.append(1)
                    pause(3 if slow else 0)
                    condition.notify()
            else:
                box.append(1)
                pause(3 if slow else 0.001)
                with condition:
                    condition.notify()
            pause(2 if slow else 0.002)
    start(consumer, producer)


def batches(slow):
    """Items lie there for a while, and nobody is told of the first ones."""
    event, items = threading.Event(), []

    def worker():
        while True:
            event.wait()
            event.clear()
            if items:
                os.write(null, b"x" * len(items))
                items.clear()

    def feeder():
        while True:
            items.append(1)
            if len(items) > 5:
                event.set()
            pause(2 if slow else 0.001)
    start(worker, feeder)


def pipeline(slow):
    first, second = queue.Queue(3), queue.Queue(3)

    def source():
        while True:
            first.put(1)
            pause(3 if slow else 0.001)

    def stage():
        while True:
            second.put(first.get())
            pause(1 if slow else 0)
            first.task_done()

    def sink():
        while True:
            second.get()
            pause(3 if slow else 0.001)
    start(source, stage, sink)


def pool():
    executor = concurrent.futures.ThreadPoolExecutor(4)

    def submitter():
        while True:
            concurrent.futures.wait([executor.submit(pause, 2) for _ in range(6)])
            pause(3)
    start(submitter)


def barrier():
    meeting = threading.Barrier(3)

    def member():
        while True:
            pause(3)
            meeting.wait()
    start(member, member, member)


def counted():
    semaphore, lock, count = threading.Semaphore(0), threading.Lock(), [0]

    def taker():
        while True:
            semaphore.acquire()
            with lock:
                count[0] -= 1

    def giver():
        while True:
            with lock:
                count[0] += 1
            pause(2)
            semaphore.release()
    start(taker, giver)


for slow in True, True, False:
    pair(slow)
    batches(slow)
    pipeline(slow)
pool()
barrier()
counted()
line = "READY %d main %d %d\n" % (threading.get_native_id(), time.monotonic_ns(), os.getpid())
os.write(1, line.encode())
time.sleep(100000)
