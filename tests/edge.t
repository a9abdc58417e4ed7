#!/usr/bin/python3
"""Edges: what a writer has sent arrives, whoever is killed in between; at the end and on a stop, once."""
import os
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import msgpack  # noqa: E402
import samples  # noqa: E402
import tap  # noqa: E402

COUNT = 60000
MEGABYTE = 1 << 20
scratch = tempfile.TemporaryDirectory(prefix="duto-test.")
os.chdir(scratch.name)
open("stream", "wb").write(samples.encode(["f%02d" % i for i in range(20)], [[i + k / 10 for k in range(20)] for i in range(COUNT)]))


def start(*words, **streams):
    return subprocess.Popen([samples.DUTO, *words], **streams)


def writer(link="push:ipc://a"):
    return start("select", "--in", "file:stream", "--out", link)


def reader(link="pull:ipc://a"):
    return start("select", "--in", link, stdout=subprocess.PIPE)


def take(process, size):
    """So many bytes of what a reader writes: the rest of the stream waits behind it, in the edge."""
    return process.stdout.read(size)


def rest(process):
    data = process.stdout.read()
    process.stdout.close()
    return data, process.wait()


def numbers(*parts):
    """The seq of every whole sample in each part; a reader that was killed may have cut its last one off."""
    found = []
    for part in parts:
        unpacker = msgpack.Unpacker(timestamp=0, max_buffer_size=0)
        unpacker.feed(part)
        found += [s["seq"] for s in unpacker]
    return found


def whole(found):
    return set(found) == set(range(1, COUNT + 1))


# The end of the stream, and nothing else, ends both.
w, r = writer(), reader()
data, status = rest(r)
tap.ok(data == open("stream", "rb").read(), "the stream arrives as it is")
tap.ok((w.wait(), status) == (0, 0), "both end with it", w.returncode, status)
tap.ok(not [f for f in os.listdir() if f.startswith("a")], "and leave no socket behind", os.listdir())

# The reader is killed, again and again.
w, parts = writer(), []
for _ in range(4):
    r = reader()
    parts.append(take(r, MEGABYTE))
    r.kill()
    parts[-1] += rest(r)[0]
data, status = rest(reader())
found = numbers(*parts, data)
tap.ok(whole(found), "a reader killed four times: nothing is lost", len(set(found)))
tap.ok((w.wait(), status) == (0, 0), "  and the end arrives")
tap.note("%d of %d came twice" % (len(found) - COUNT, COUNT))

# A filter between the two is killed.
w, r = writer(), reader("pull:ipc://b")
parts = []
for _ in range(4):
    middle = start("select", "--in", "pull:ipc://a", "--out", "push:ipc://b")
    parts.append(take(r, MEGABYTE))
    middle.kill()
    middle.wait()
middle = start("select", "--in", "pull:ipc://a", "--out", "push:ipc://b")
data, status = rest(r)
found = numbers(b"".join(parts) + data)
tap.ok(whole(found), "a filter in the middle killed four times: nothing is lost", len(set(found)))
tap.ok((w.wait(), middle.wait(), status) == (0, 0, 0), "  and the end arrives")

# The writer is killed: started again it writes the stream from the beginning, under the same identities.
r = reader()
w = writer()
parts = [take(r, MEGABYTE)]
w.kill()
w.wait()
w = writer()
data, status = rest(r)
tap.ok(whole(numbers(parts[0] + data)), "a writer killed and started again: nothing is lost")
tap.ok((w.wait(), status) == (0, 0), "  and the end arrives", w.returncode, status)

# A filter that is told to stop, while its writer has more to say, passes on what it has read and hands the rest back.
half = len(open("stream", "rb").read()) // 2
w = start("select", "--out", "push:ipc://a", stdin=subprocess.PIPE)
feeder = threading.Thread(target=lambda: (w.stdin.write(open("stream", "rb").read()[:half]), w.stdin.flush()))
feeder.start()
r = start("select", "--stop", "2s", "--in", "pull:ipc://a", "--out", "push:ipc://b")
sink = reader("pull:ipc://b")
parts = [take(sink, MEGABYTE)]
r.terminate()
drain = threading.Thread(target=lambda: parts.append(rest(sink)))
drain.start()
tap.ok(r.wait() == 0, "a filter told to stop while its writer goes on leaves well", r.returncode)
feeder.join()
again = start("select", "--in", "pull:ipc://a", "--out", "push:ipc://b")
w.stdin.write(open("stream", "rb").read()[half:])
w.stdin.close()
drain.join()
found = numbers(parts[0] + parts[1][0])
tap.ok(whole(found), "  nothing is lost", len(set(found)))
tap.ok(len(found) == COUNT, "  nothing comes twice", len(found))
tap.ok((w.wait(), again.wait(), parts[1][1]) == (0, 0, 0), "  and the end arrives")

# One endpoint, one writer; one edge, one reader.
w = writer()
r = reader()
take(r, 1)
second = start("select", "--in", "file:stream", "--out", "push:ipc://a", stderr=subprocess.PIPE)
_, errors = second.communicate()
tap.ok(second.returncode == 111 and b"another process writes to this endpoint" in errors, "a second writer is refused", errors)
other = reader()
take(other, 1)
data, status = rest(r)
tap.ok(status == 111, "of two readers the newer stays", status)
data, status = rest(other)
tap.ok((w.wait(), status) == (0, 0), "  and gets the end")

# A writer waits for its reader as long as it takes; told to stop, it gives up and says so.
w = start("select", "--stop", "50ms", "--in", "file:stream", "--out", "push:ipc://c", stderr=subprocess.PIPE)
while not os.path.exists("c"):
    pass
w.send_signal(signal.SIGTERM)
_, errors = w.communicate()
tap.ok(w.returncode == 111 and errors, "a writer without a reader does not end well", w.returncode, errors)
tap.done()
