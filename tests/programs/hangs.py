# SPDX-License-Identifier: GPL-2.0-only
"""hangs.py HOW: Python processes that wait for each other for ever, as tests do that hang."""

import fcntl
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time


def popen():
    """A child that writes more than its pipe takes, and a parent that waits for its end."""
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdout.write('x' * 1000000)"], stdout=subprocess.PIPE
    )
    child.wait()


def queue():
    """A child whose items nobody takes: it ends only when they are in the pipe."""
    items = multiprocessing.Queue()
    child = multiprocessing.Process(target=lambda: items.put("x" * 1000000))
    child.start()
    child.join()


def pipe():
    """Two that both read."""
    down, up = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(down[1])
        os.read(down[0], 1)
        os.write(up[1], b"x")
    os.close(up[1])
    os.read(up[0], 1)


def sockets():
    """The same over a socket pair."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        theirs.recv(1)
    theirs.close()
    ours.recv(1)


def lock():
    """A file's lock that the parent has, which waits for the child that wants it."""
    file = open(os.path.join(os.environ["TMPDIR"], "lock"), "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    child = os.fork()
    if child == 0:
        fcntl.flock(open(file.name, "w"), fcntl.LOCK_EX)
        os._exit(0)
    os.waitpid(child, 0)


def spin():
    while True:
        pass


def poll():
    """Waits as loops do that look for an end twice a second."""
    done = threading.Event()
    while not done.wait(0.5):
        pass


def chatter():
    """Lives, and says so; ends after a while."""
    for _ in range(30):
        time.sleep(0.1)
        os.write(1, b".")


{f.__name__: f for f in (popen, queue, pipe, sockets, lock, spin, poll, chatter)}[sys.argv[1]]()
