#!/usr/bin/python3
"""What systemd is told: ready when the links are up, the watchdog fed while the loop turns, and starved when it hangs."""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import samples  # noqa: E402
import tap  # noqa: E402

scratch = tempfile.TemporaryDirectory(prefix="duto-test.")
os.chdir(scratch.name)
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("notify")
manager.settimeout(10)
environment = dict(os.environ, NOTIFY_SOCKET=os.path.abspath("notify"), WATCHDOG_USEC="200000")


def heard(text, seconds=10):
    """Whether systemd is told this before so many seconds are over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        manager.settimeout(max(0.01, end - time.monotonic()))
        try:
            if text in manager.recv(4096).decode().splitlines():
                return True
        except socket.timeout:
            pass
    return False


def forget():
    manager.setblocking(False)
    try:
        while manager.recv(4096):
            pass
    except BlockingIOError:
        pass


def feed(pipe, data):
    """More than the edge, the filter and the pipe hold."""
    global fed
    try:
        while data[fed:]:
            fed += os.write(pipe, data[fed:fed + 65536])
    except OSError:
        pass


fed = 0
filter_ = subprocess.Popen([samples.DUTO, "select", "--out", "push:ipc://a"], stdin=subprocess.PIPE, env=environment)
tap.ok(heard("READY=1"), "ready without a reader")
tap.ok(os.path.exists("a"), "when the links are up")
tap.ok(heard("WATCHDOG=1") and heard("WATCHDOG=1"), "the watchdog is fed while it waits for input")

more = samples.encode(["f"], [[i] for i in range(100000)])
threading.Thread(target=feed, args=(filter_.stdin.fileno(), more), daemon=True).start()
time_out = time.monotonic() + 10
while fed < 3 << 20 and time.monotonic() < time_out:
    time.sleep(0.01)
forget()
tap.ok(heard("WATCHDOG=1") and heard("WATCHDOG=1"), "and while its output is full")

filter_.send_signal(signal.SIGSTOP)
os.waitpid(filter_.pid, os.WUNTRACED)
forget()
tap.ok(not heard("WATCHDOG=1", 0.5), "not when it hangs")
filter_.send_signal(signal.SIGCONT)
tap.ok(heard("WATCHDOG=1"), "again when it goes on")

filter_.terminate()
tap.ok(heard("STOPPING=1"), "it says that it stops")
filter_.kill()
filter_.wait()

device = socket.socket()
device.bind(("127.0.0.1", 0))
address = "tcp://127.0.0.1:%d" % device.getsockname()[1]
modbus = subprocess.Popen([samples.DUTO, "modbus", "--device", address, "--map", "mill.csv", "--out", "file:out"], env=environment,
                          stderr=subprocess.DEVNULL)
tap.ok(heard("READY=1"), "a source is ready before its device answers")
modbus.terminate()
tap.ok(modbus.wait() == 0, "and ends when told to", modbus.returncode)
tap.done()
