"""Test Anything Protocol for tests in Python: ok(), skip(), then done()."""
import sys

count = failed = 0


def ok(condition, title, *detail):
    """Passes where condition holds; detail is shown where it does not."""
    global count, failed
    count += 1
    failed += not condition
    print(f"{'ok' if condition else 'not ok'} {count} - {title}", flush=True)
    for d in detail if not condition else ():
        print(f"#   {d}", flush=True)
    return bool(condition)


def note(text):
    print(f"# {text}", flush=True)


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def done():
    print(f"1..{count}")
    sys.exit(failed > 0)
