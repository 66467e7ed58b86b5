# SPDX-License-Identifier: GPL-2.0-only
"""Threads that wait for ever in an interpreter: its own C frames are what can be seen."""
import os
import signal
import sys
import threading
import time


def ready(name):
    line = "READY %d %s %d %d\n" % (
        threading.get_native_id(), name, time.monotonic_ns(), os.getpid())
    os.write(sys.stdout.fileno(), line.encode())


def wait_for_event():
    ready("event")
    threading.Event().wait()


def wait_for_lock():
    lock = threading.Lock()
    lock.acquire()
    ready("lock")
    lock.acquire()


for target in (wait_for_event, wait_for_lock):
    threading.Thread(target=target, daemon=True).start()
ready("main")
signal.pause()
