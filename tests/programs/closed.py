# SPDX-License-Identifier: GPL-2.0-only
"""closed.py FAULT [well]: waits in Python that only the process itself could end, and cannot.

well: the same, and somebody who still can: a thread that sleeps (thread), a signal's handler (signal),
a thread that reads from a pipe (pipe).
"""
import asyncio
import concurrent.futures
import faulthandler
import os
import queue
import signal
import sys
import threading
import time

faulthandler.enable()


def ready(name):
    line = "READY %d %s %d %d\n" % (
        threading.get_native_id(), name, time.monotonic_ns(), os.getpid())
    os.write(sys.stdout.fileno(), line.encode())


def start(*targets):
    for target in targets:
        threading.Thread(target=target).start()


def locks():
    one, other, both = threading.Lock(), threading.Lock(), threading.Barrier(2)

    def take(name, first, second):
        with first:
            both.wait()
            ready(name)
            with second:
                pass
    start(lambda: take("first", one, other), lambda: take("second", other, one))


def pool():
    executor = concurrent.futures.ThreadPoolExecutor(1)

    def outer():
        ready("outer")
        return executor.submit(int).result()
    executor.submit(outer).result()


def loop():
    async def inner():
        return 1

    async def outer():
        ready("outer")
        return asyncio.run_coroutine_threadsafe(inner(), asyncio.get_running_loop()).result()
    asyncio.run(outer())


def items():
    def consume(name, items):
        ready(name)
        items.get()
    start(lambda: consume("consumer", queue.Queue()), lambda: consume("other", queue.Queue()))


well = sys.argv[2] if len(sys.argv) > 2 else ""
if well == "thread":
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
elif well == "signal":
    signal.signal(signal.SIGTERM, lambda *_: None)
elif well == "pipe":
    threading.Thread(target=os.read, args=(os.pipe()[0], 1), daemon=True).start()
    threading.Thread(target=sys.stdin.read, daemon=True).start()
{"locks": locks, "pool": pool, "loop": loop, "items": items}[sys.argv[1]]()
