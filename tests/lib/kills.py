"""A filter with state that is killed again and again: for tests in Python, and for others as
kills.py FILE KILLS WORD..., which writes what the filter has written of that file."""
import os
import subprocess
import sys
import tempfile
import time

from program import DUTO

SECONDS = 60


def eventually(condition):
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def checkpoints(keep):
    folder = keep + "/checkpoint"
    return sorted(os.listdir(folder)) if os.path.exists(folder) else []


def killed(words, samples, kills, cwd=None):
    """What the filter has written to a keep when it was killed so often, each time behind a checkpoint; None where that failed.
    The samples come to it bit by bit, cut anywhere."""
    with tempfile.TemporaryDirectory(prefix="duto-test.") as folder:
        kept, made = folder + "/in", folder + "/out"
        writer = subprocess.Popen([DUTO, "select", "--out", "keep:" + kept], stdin=subprocess.PIPE)
        command = [DUTO, *words, "--in", "keep:" + kept, "--out", "keep:" + made]
        saved = True
        for i in range(kills):
            writer.stdin.write(samples[len(samples) * i // (kills + 1):len(samples) * (i + 1) // (kills + 1)])
            writer.stdin.flush()
            eventually(lambda: os.path.exists(kept + "/head"))
            before = checkpoints(made)
            w = subprocess.Popen(command, cwd=cwd)
            saved &= eventually(lambda: checkpoints(made) != before)
            w.kill()
            w.wait()
        writer.stdin.write(samples[len(samples) * kills // (kills + 1):])
        writer.stdin.close()
        writer.wait()
        if not saved or subprocess.run(command, cwd=cwd, timeout=SECONDS).returncode:
            return None
        return subprocess.run([DUTO, "replay", made], stdout=subprocess.PIPE, timeout=SECONDS).stdout


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as f:
        out = killed(sys.argv[3:], f.read(), int(sys.argv[2]))
    sys.stdout.buffer.write(out or b"")
    sys.exit(out is None)
