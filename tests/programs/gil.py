# SPDX-License-Identifier: GPL-2.0-only
"""gil.py KIND: waits for Python's interpreter lock.

circle   one thread has a mutex and wants the interpreter lock, the other the other way round
keeps    a thread sleeps in C for some seconds and keeps the interpreter lock meanwhile
shared   two threads that share it: one computes, the other is served again and again
"""
import ctypes
import os
import sys
import threading
import time

free = ctypes.CDLL(None)     # gives the interpreter lock up while it is in a call
keeping = ctypes.PyDLL(None) # keeps it
mutex = ctypes.create_string_buffer(64)


def ready(name):
    line = "READY %d %s %d %d\n" % (threading.get_native_id(), name, time.monotonic_ns(), os.getpid())
    os.write(sys.stdout.fileno(), line.encode())


def wants(locked):
    free.pthread_mutex_lock(mutex)
    ready("wants")
    locked.set()
    time.sleep(0.1)


def nap():
    ready("wants")
    while True:
        time.sleep(0.0005)


def circle():
    locked = threading.Event()
    threading.Thread(target=wants, args=(locked,)).start()
    locked.wait()
    ready("keeps")
    keeping.pthread_mutex_lock(mutex)


def keeps():
    threading.Thread(target=nap, daemon=True).start()
    ready("keeps")
    while True:
        keeping.usleep(3000000)


def shared():
    threading.Thread(target=nap, daemon=True).start()
    ready("computes")
    while True:
        pass


{"circle": circle, "keeps": keeps, "shared": shared}[sys.argv[1]]()
