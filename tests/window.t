#!/usr/bin/python3
"""duto window: windows in event time; every result beside one that Python computes."""
# conformance new: measurements
# conformance: --every 60s --agg mean
# conformance: --every 3s --agg mean,max,count --late 2s
# conformance: --every 10s --agg last --fields torque,tool_wear
# conformance: --every 1s --over 5s --agg p50,integral,rate --revise 3s
# conformance: --gap 3s --agg delta,count
# conformance: --gap 2s --agg first,p50,integral --late 5s --revise 1m
import itertools
import json
import math
import os
import statistics
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from kills import killed
from program import decoded, duto, encoded
from tap import done, ok

START = "2026-01-01T00:00:00Z"
SUBNORMAL, UNCERTAIN, BAD, NO_DATA = 0x40a40000, 0x40000000, 0x80000000, 0x809b0000
OUT_OF_RANGE = 0x803c0000


def window(args, samples):
    r = duto("window " + args, samples)
    ok(r.returncode == 0, f"window {args}: runs", r.stderr.decode())
    return decoded(r.stdout), r.stderr.decode()


def clock(seconds):
    return f"2026-01-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def seconds(time):
    hours, minutes, rest = time[11:-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


seq = 0


def sample(time, values, quality=None, source="p/a", kind=None):
    global seq
    seq += 1
    s = {"time": clock(time), "source": source, "run": 7, "seq": seq}
    if kind:
        s["kind"] = kind
    s["values"] = values
    if quality:
        s["quality"] = quality
    return s


def results(args, samples):
    """What comes out of measurements: (source, second, values, quality)."""
    out, errors = window(args, encoded(samples))
    return [(s["source"], int(seconds(s["time"])), s["values"], s.get("quality", {})) for s in out if "kind" not in s], errors


def same(got, expected):
    if isinstance(expected, float):
        return isinstance(got, float) and abs(got - expected) <= 1e-12 * max(1, abs(expected))
    return type(got) is type(expected) and got == expected


def test_reference():
    """Every aggregate of every number of a plant, beside Python's."""
    every, of = 60, {
        "mean": lambda v: float(statistics.fmean(v)), "min": min, "max": max, "first": lambda v: v[0],
        "last": lambda v: v[-1], "sum": lambda v: sum(v) if isinstance(v[0], int) else math.fsum(v), "count": len,
        "stddev": lambda v: float(statistics.stdev(v))}
    plant = duto(f"sim meter --sources 3 --count 400 --start {clock(30)}").stdout
    groups = {}
    for s in decoded(plant):
        if "kind" not in s:
            group = groups.setdefault((s["source"], int(seconds(s["time"])) // every * every), {})
            for name, value in s["values"].items():
                group.setdefault(name, []).append(value)
    out, _ = window(f"--every 60s --agg {','.join(of)}", plant)
    came = {(s["source"], int(seconds(s["time"]))): s["values"] for s in out if "kind" not in s}
    ok(came.keys() == groups.keys(), "each source has its windows, stamped with their beginning")
    for kind, reference in of.items():
        wrong = [(key, name, came[key].get(f"{name}_{kind}"), reference(values)) for key in groups.keys() & came.keys()
                 for name, values in groups[key].items() if not same(came[key].get(f"{name}_{kind}"), reference(values))]
        ok(not wrong, f"{kind}: as Python has it, {sum(map(len, groups.values()))} times", *wrong[:3])
    integers = sum(isinstance(v[0], int) for g in groups.values() for v in g.values())
    ok(integers, f"integers are among them: {integers}")
    alone, _ = window("--every 60s --agg max", plant)
    ok([s["values"]["voltage_l1_n"] for s in alone if "kind" not in s] ==
       [s["values"]["voltage_l1_n_max"] for s in out if "kind" not in s], "one aggregate: fields keep their names")
    ok(duto("window --every 60s --agg mean", plant).stdout == duto("window --every 60s --agg mean", plant).stdout,
       "the same input gives the same bytes")


def test_numbers():
    big = 2**53 + 1
    got, _ = results("--every 60s --agg min,max,first,last,sum,count,mean",
                     [sample(0, {"n": big}), sample(1, {"n": 3}), sample(2, {"n": -5})])
    ok(got[0][2] == {"n_mean": (big - 2) / 3, "n_min": -5, "n_max": big, "n_first": big, "n_last": -5, "n_sum": big - 2,
                     "n_count": 3}, "integers stay exact", got)
    top = 2**64 - 1
    got, _ = results("--every 60s --agg sum", [sample(0, {"n": 2**63 - 1}), sample(1, {"n": 2**63 - 1})])
    ok(got[0][2] == {"n": top - 1}, "a sum beyond 63 bits", got)
    got, _ = results("--every 60s --agg sum", [sample(i, {"n": 2**63 - 1}) for i in range(3)])
    ok(got[0][2] == {"n": 3 * 2.0**63} and isinstance(got[0][2]["n"], float), "beyond 64 bits it is a float", got)
    got, _ = results("--every 60s --agg sum,mean", [sample(0, {"n": 1e308}), sample(1, {"n": 1e308})])
    ok(got[0][2:] == ({"n_mean": None, "n_sum": None}, {"n_mean": OUT_OF_RANGE, "n_sum": OUT_OF_RANGE}),
       "beyond a float it is Bad", got)
    got, _ = results("--every 60s --agg sum", [sample(i, {"n": v}) for i, v in enumerate((1e16, 1.0, 1.0, -1e16))])
    ok(got[0][2] == {"n": 2.0}, "a sum loses nothing to rounding", got)
    got, _ = results("--every 60s --agg stddev", [sample(i, {"n": 1e9 + v}) for i, v in enumerate((4, 7, 13, 16))])
    ok(abs(got[0][2]["n"] - 30**0.5) < 1e-9, "nor a deviation to a large mean", got)
    got, _ = results("--every 60s --agg stddev", [sample(0, {"n": 4.0})])
    ok(got[0][2:] == ({"n": None}, {"n": NO_DATA}), "one value has no deviation", got)
    got, _ = results("--every 60s --agg mean,max,last,count", [sample(0, {"on": True, "t": "a"}), sample(1, {"on": False, "t": "b"})])
    ok(got[0][2] == {"on_mean": 0.5, "on_max": True, "on_last": False, "on_count": 2, "t_last": "b", "t_count": 2},
       "truth counts as 0 and 1; texts have a last and a count", got)
    got, _ = results("--every 60s --agg mean", [sample(0, {"t": "a"}), sample(1, {"t": "b"})])
    ok(got == [], "no number, no window", got)


def test_quality():
    args = "--every 60s --agg mean,count"
    some = [sample(0, {"x": 1.0}), sample(1, {"x": 99.0}, {"x": BAD}), sample(2, {"x": 3.0})]
    got, _ = results(args, some)
    ok(got[0][2:] == ({"x_mean": 2.0, "x_count": 2}, {"x_mean": SUBNORMAL, "x_count": SUBNORMAL}),
       "Bad values are left out, and it says so", got)
    got, _ = results(args + " --good 60%", some)
    ok(got[0][2:] == ({"x_mean": 2.0, "x_count": 2}, {}), "unless enough are good", got)
    got, _ = results(args, [sample(0, {"x": 1.0}), sample(1, {"x": None}), sample(2, {"x": 3.0}, {"x": UNCERTAIN})])
    ok(got[0][2:] == ({"x_mean": 2.0, "x_count": 2}, {"x_mean": UNCERTAIN, "x_count": UNCERTAIN}),
       "nil is no value; the worst quality is carried on", got)
    got, _ = results(args, [sample(0, {"x": 1.0}, {"x": BAD}), sample(1, {"x": None})])
    ok(got[0][2:] == ({"x_mean": None, "x_count": 0}, {"x_mean": BAD, "x_count": SUBNORMAL}), "nothing but Bad is Bad", got)


def test_time():
    def xs(got):
        return [(source, at, values["x"]) for source, at, values, _ in got]
    args = "--every 10s --agg count"
    got, errors = results(args, [sample(t, {"x": 1}) for t in (3, 9, 10, 7, 25)])
    ok(xs(got) == [("p/a", 0, 2), ("p/a", 10, 1), ("p/a", 20, 1)], "a window ends before its end; empty ones do not come", got)
    ok("late" in errors and "p/a" in errors, "what is late is dropped, and told of", errors)
    got, errors = results(args + " --late 5s", [sample(t, {"x": 1}) for t in (3, 9, 14, 7, 15, 8, 25)])
    ok(xs(got) == [("p/a", 0, 3), ("p/a", 10, 2), ("p/a", 20, 1)] and "late" in errors, "--late waits so long and no longer", got)
    both = [sample(3, {"x": 1}), sample(4, {"x": 1}, source="p/b"), sample(30, {"x": 1}, source="p/b"), sample(5, {"x": 1})]
    got, errors = results(args, both)
    ok(xs(got) == [("p/b", 0, 1), ("p/a", 0, 2), ("p/b", 30, 1)] and not errors, "each source has a time of its own", got)
    got, _ = results(args + " --sources 1", both)
    ok(xs(got) == [("p/a", 0, 1), ("p/b", 0, 1), ("p/b", 30, 1), ("p/a", 0, 1)], "with too many sources, one is closed", got)


def test_kinds():
    event = sample(12, {"what": "door"}, kind="event")
    mark = sample(23, {"by": "clock"}, kind="mark")
    stream = [sample(3, {"x": 1}), sample(14, {"x": 2}), event, mark, sample(22, {"x": 3}), sample(19, {"x": 4})]
    out, errors = window("--every 10s --agg sum", encoded(stream))
    out = [s for s in out if s.get("kind") != "gap"]
    came = [(s.get("kind", ""), int(seconds(s["time"])), s["values"]) for s in out]
    ok(came == [("", 0, {"x": 1}), ("event", 12, event["values"]), ("", 10, {"x": 2}), ("mark", 20, mark["values"]),
                ("", 20, {"x": 3})], "a mark closes what is before it, and goes on behind it, with the time up to which "
       "all is closed", came)
    ok("late" in errors, "what comes behind a mark is late", errors)
    ok([(s["run"], s["seq"]) for s in out if s.get("kind")] == [(7, event["seq"]), (7, mark["seq"])],
       "other kinds keep their identities")


def test_schema():
    described = {"x": {"unit": "kW", "label": "Power", "low": 0.0, "high": 9.0, "decimals": 1}, "y": {"unit": "V"}}
    stream = encoded([sample(0, described, kind="schema"), sample(1, {"x": 1.0, "y": 2.0})])
    out, _ = window("--every 10s --agg mean", stream)
    ok(out[0]["values"] == described and out[0]["kind"] == "schema", "units stay", out)
    out, _ = window("--every 10s --agg max,sum,count --fields x", stream)
    ok(out[0]["values"] == {"x_max": described["x"], "x_sum": {"unit": "kW", "label": "Power"}, "x_count": {"label": "Power"}},
       "they are told of what is made of a field, as far as they hold", out)
    ok(out[1]["values"] == {"x_max": 1.0, "x_sum": 1.0, "x_count": 1}, "only fields asked for", out)
    out, _ = window("--every 10s --agg mean --fields z", stream)
    ok([s for s in out if s["values"]] == [], "nothing is made of fields that are not there", out)


def test_options():
    def passes(args):
        d = json.loads(duto(f"window --describe --every 1m --agg {args}").stdout)
        return [f["name"] for f in d["needs"]], [f["name"] for f in d["makes"]], d["passes"], d["open"]
    ok(passes("mean --fields a,b") == (["a", "b"], ["a", "b"], "none", False), "needs and makes", passes("mean --fields a,b"))
    ok(passes("max,min --fields a") == (["a"], ["a_min", "a_max"], "none", False), "of several", passes("max,min --fields a"))
    ok(passes("mean") == ([], [], "all", False), "all fields", passes("mean"))
    ok(passes("mean,max") == ([], [], "none", True), "not known here", passes("mean,max"))
    for wrong, said in (("--every 0 --agg mean", "--every"), ("--every 1m --agg meen", "did you mean mean"), ("--agg mean", "--every"),
                        ("--every 1m", "--agg"), ("--every 1us --agg mean --late 1d", "--late"), ("--every 1m --agg mean --good 2", "--good")):
        r = duto("window " + wrong)
        ok(r.returncode == 100 and said in r.stderr.decode(), f"window {wrong} is 100", r)


def quantile(values, p):
    """Hyndman and Fan, type 7, from its definition."""
    values, place = sorted(values), p * (len(values) - 1)
    low = math.floor(place)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low)


def test_quantiles():
    plant = duto(f"sim meter --sources 2 --count 500 --start {START}").stdout
    groups = {}
    for s in decoded(plant):
        if "kind" not in s:
            groups.setdefault((s["source"], int(seconds(s["time"])) // 60 * 60), []).append(s["values"]["voltage_l1_n"])
    out, _ = window("--every 60s --agg p0,p12.5,p50,p99,p100 --fields voltage_l1_n", plant)
    wrong = [(s["values"], name) for s in out if "kind" not in s for name, p in
             (("p0", 0), ("p12.5", 0.125), ("p50", 0.5), ("p99", 0.99), ("p100", 1))
             if abs(s["values"]["voltage_l1_n_" + name] - quantile(groups[s["source"], int(seconds(s["time"]))], p)) > 1e-9]
    ok(groups and not wrong, "quantiles are those of the definition", *wrong[:3])


def test_course():
    """What follows the order of time: integral, delta, rate."""
    power = [(0, 10.0), (10, 20.0), (15, 0.0), (25, 8.0)]
    stream = [sample(t, {"p": v}) for t, v in power]
    got, _ = results("--every 60s --agg integral", stream)
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(power, power[1:]))
    ok(same(got[0][2], {"p": None}) is False and abs(got[0][2]["p"] - area / 3600) < 1e-12, "an integral is by trapezoids, in hours", got)
    got, _ = results("--every 60s --agg integral --late 30s", [stream[i] for i in (2, 0, 3, 1)])
    ok(abs(got[0][2]["p"] - area / 3600) < 1e-12, "in whatever order values come", got)
    steps, _ = window("--every 60s --agg integral", encoded([sample(0, {"p": {"step": True, "unit": "kW"}}, kind="schema")] + stream))
    ok(abs(steps[1]["values"]["p"] - (10 * 10 + 20 * 5) / 3600) < 1e-12, "in steps where a schema says so", steps)
    ok(steps[0]["values"] == {"p": {"unit": "kW\u00b7h"}}, "its unit", steps[0])
    got, _ = results("--every 10s --agg integral", stream)
    ok(abs(sum(v["p"] or 0 for _, _, v, _ in got) - area / 3600) < 1e-12, "windows add up to the whole", got)
    counter = [(0, 100), (5, 110), (10, 130), (19, 131), (20, 4), (30, 2**62)]
    got, _ = results("--every 10s --agg delta", [sample(t, {"n": v}) for t, v in counter])
    ok([v["n"] for _, _, v, _ in got] == [10, 21, 4, 2**62 - 4], "a counter: windows add up, begun again it counts from 0", got)
    got, _ = results("--every 10s --agg rate", [sample(t, {"n": v}) for t, v in counter])
    ok(abs(got[1][2]["n"] - 21 / 14) < 1e-12, "a rate is that a second", got)
    got, _ = results("--every 10s --agg rate,delta,integral", [sample(0, {"n": 3})])
    ok(got[0][2:] == ({f"n_{k}": None for k in ("integral", "delta", "rate")}, {f"n_{k}": NO_DATA for k in ("integral", "delta", "rate")}),
       "one value has none of them", got)
    many = [(t / 100, t * t % 97) for t in range(9000)]
    got, _ = results("--every 3600s --agg delta,integral",
                     [{"time": f"2026-01-01T00:{int(t) // 60:02}:{t % 60:09.6f}Z", "source": "p/a", "run": 7, "seq": i, "values": {"n": v}}
                      for i, (t, v) in enumerate(many)])
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(many, many[1:]))
    counted = sum(b[1] - a[1] if b[1] >= a[1] else b[1] for a, b in zip(many, many[1:]))
    ok(got[0][2]["n_delta"] == counted and abs(got[0][2]["n_integral"] * 3600 / area - 1) < 1e-9, "of more values than are held", got, counted, area)


def test_sliding():
    def count(args, times):
        out, errors = window(args + " --agg count", encoded([sample(t, {"x": 1}) for t in times]))
        return [(int(seconds(s["time"])), s["values"]["x"], s.get("via", {}).get("revision", 0)) for s in out if s.get("kind") != "gap"], errors
    got, _ = count("--every 10s --over 30s", (31, 45, 61))
    ok(got == [(10, 1, 0), (20, 2, 0), (30, 2, 0), (40, 2, 0), (50, 1, 0), (60, 1, 0)], "windows overlap", got)
    got, _ = count("--gap 5s", (3, 7, 12, 18, 30))
    ok(got == [(3, 3, 0), (18, 1, 0), (30, 1, 0)], "sessions end behind a gap", got)
    got, _ = count("--gap 5s --late 20s", (30, 18, 14, 31))
    ok(got == [(14, 2, 0), (30, 2, 0)], "late ones move a beginning that has not gone out", got)
    got, errors = count("--every 10s --revise 15s", (3, 12, 4, 27, 5, 13, 36))
    ok(got == [(0, 1, 0), (0, 2, 1), (10, 1, 0), (10, 2, 1), (20, 1, 0), (30, 1, 0)] and "late" in errors,
       "what comes for a window that has gone out makes it come again, for so long", got, errors)
    got, errors = count("--every 10s --revise 1h", (3, 32, 14))
    ok(got == [(0, 1, 0), (10, 1, 0), (30, 1, 0)] and not errors, "for one that had nothing it is the first time", got)
    got, _ = count("--gap 5s --revise 1h", (3, 30, 6))
    ok(got == [(3, 1, 0), (3, 2, 1), (30, 1, 0)], "sessions, too", got)
    out, _ = window("--every 10s --over 30s --agg count", encoded([sample(35, {"x": 1}), sample(57, {}, kind="mark")]))
    ok([(s.get("kind"), int(seconds(s["time"]))) for s in out] == [(None, 10), (None, 20), ("mark", 30), (None, 30)],
       "a mark goes on with the first start that is still to come", out)


def test_late():
    """Worked by hand: what a late sample changes, and what it replaces."""
    def rows(args, samples):
        out, errors = window(args, encoded(samples))
        return [(int(seconds(s["time"])), s["values"], s.get("via", {}).get("revision", 0)) for s in out if "kind" not in s], out, errors
    disorder = [sample(t, {"x": t}) for t in (12, 3, 18, 7, 25)]
    got, _, _ = rows("--every 10s --late 20s --agg first,last", disorder)
    ok(got == [(0, {"x_first": 3, "x_last": 7}, 0), (10, {"x_first": 12, "x_last": 18}, 0), (20, {"x_first": 25, "x_last": 25}, 0)],
       "first and last are by time, not as they come", got)
    counter = [sample(t, {"n": v}) for t, v in ((3, 100), (12, 120), (25, 130), (8, 110))]
    got, out, _ = rows("--every 10s --revise 1h --agg delta", counter)
    ok(got == [(0, {"n": None}, 0), (10, {"n": 20}, 0), (0, {"n": 10}, 1), (10, {"n": 10}, 1), (20, {"n": 10}, 0)],
       "what is counted late is not counted twice: the window that goes on from it comes again", got)
    ok([s["via"].get("revises") for s in out if "via" in s] == [out[0]["seq"], out[1]["seq"]] and out[2]["run"] == out[0]["run"],
       "a revision tells the seq of what it replaces", out)
    got, out, _ = rows("--every 10s --revise 1h --agg count", [sample(t, {"n": 1}) for t in (3, 15, 4, 5)])
    ok([s["via"]["revises"] for s in out[1:3]] == [out[0]["seq"], out[1]["seq"]], "the second replaces the first", out)
    late = [sample(t, {"n": v}) for t, v in ((3, 100), (32, 130), (14, 110), (45, 135))]
    got, _, _ = rows("--every 10s --revise 1h --agg delta", late)
    ok(got == [(0, {"n": None}, 0), (10, {"n": 10}, 0), (30, {"n": 20}, 0), (40, {"n": 5}, 0)],
       "a window that is made late goes on from what is before it", got)
    got, _, _ = rows("--every 10s --revise 1h --agg delta", late[:2] + [sample(45, {"n": 135})] + late[2:3])
    ok(got == [(0, {"n": None}, 0), (30, {"n": 30}, 0), (10, {"n": 10}, 0), (30, {"n": 20}, 1), (40, {"n": 5}, 0)],
       "and the one behind it comes again", got)
    got, _, _ = rows("--every 10s --over 20s --agg sum,count", [sample(t, {"x": t}) for t in (1, 12, 45, 49)])
    ok(got[1:] == [(0, {"x_sum": 13, "x_count": 2}, 0), (10, {"x_sum": 12, "x_count": 1}, 0), (30, {"x_sum": 94, "x_count": 2}, 0),
               (40, {"x_sum": 94, "x_count": 2}, 0)], "sliding over a gap: windows with nothing in them do not come", got)
    got, _, _ = rows("--every 10s --over 20s --agg delta", [sample(t, {"n": n}) for t, n in ((2, 5), (12, 8), (19, 10), (22, 12), (45, 12))])
    ok([(t, v["n"]) for t, v, _ in got[1:]] == [(0, 5), (10, 7), (20, 2), (30, 0), (40, 0)], "overlapping, each goes on from what is before it", got)


def test_sessions():
    """Sessions are the same in whatever order samples come, as long as none is late."""
    orders = itertools.permutations((0, 4, 8, 20, 23))
    args = "--gap 5s --late 1h --agg count,sum,mean,first,last,max,delta,integral,p50"
    came = {json.dumps(results(args, [sample(t, {"n": 3 * t + 1}) for t in order])[0]) for order in list(orders)[::7]}
    ok(len(came) == 1, "in any order", *came)
    got = json.loads(came.pop())
    ok([(at, v["n_count"], v["n_sum"], v["n_first"], v["n_last"], v["n_delta"], v["n_p50"]) for _, at, v, _ in got] ==
       [(0, 3, 39, 1, 25, 24, 13.0), (20, 2, 131, 61, 70, 45, 65.5)], "worked by hand", got)
    out, _ = window("--gap 5s --late 10s --revise 1h --agg count", encoded([sample(t, {"x": 1}) for t in (3, 20, 8, 14, 12, 60)]))
    got = [(int(seconds(s["time"])), s["values"]["x"], s.get("via", {}).get("revision", 0)) for s in out if "kind" not in s]
    ok(got == [(3, 1, 0), (3, 2, 1), (14, 3, 0), (60, 1, 0)] or got == [(3, 1, 0), (3, 2, 1), (12, 2, 0), (20, 1, 0), (60, 1, 0)],
       "one that has gone out keeps its ends", got)


def test_history():
    """A keep of what came, asked with the same words, gives what the window gave as it came."""
    plant = duto(f"sim meter --sources 2 --count 300 --start {clock(5)}").stdout
    said = "--every 10s --late 4s --agg mean,stddev,first,last,p90,integral,delta --good 80%"
    def values(samples):
        return sorted((s["source"], s["time"], json.dumps([s["values"], s.get("quality")])) for s in samples if "kind" not in s)
    live, _ = window(said, plant)
    with tempfile.TemporaryDirectory(prefix="duto-test.") as folder:
        duto(f"select --out keep:{folder}/k", plant)
        past = decoded(duto(f"history {folder}/k {said}").stdout)
    ok(len(values(live)) > 50 and values(past) == values(live), "history over a keep gives the same aggregates",
       len(values(live)), len(values(past)))


def test_kills(args, kills):
    plant = duto(f"sim meter --sources 3 --count 600 --start {START}").stdout
    plain = duto(args, plant).stdout
    out = killed(args.split(), plant, kills)
    ok(len(plain) > 10000 and out == plain, f"killed {kills} times behind a checkpoint it makes the same bytes as in one run",
       len(out or ""), len(plain))


test_reference()
test_numbers()
test_quality()
test_time()
test_kinds()
test_schema()
test_options()
test_quantiles()
test_course()
test_sliding()
test_late()
test_sessions()
test_history()
test_kills("window --every 7s --agg mean,stddev,sum,last --late 3s", 12)
test_kills("window --every 7s --over 21s --agg p50,integral,delta,rate --late 3s --revise 20s", 4)
test_kills("window --gap 2s --agg mean,p50,delta,first,last --late 3s --revise 20s", 4)
done()
