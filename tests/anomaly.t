#!/usr/bin/python3
"""duto anomaly: what it finds in series made here, where it begins and ends, what teaches it and what does not."""
# conformance: --fields torque,rotational_speed
# conformance: --fields torque,rotational_speed,tool_wear --together --sensitivity 2
import math
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from program import DUTO, decoded, duto, encoded
from tap import done, ok

BAD = 0x80000000
STEP = 300  # seconds from sample to sample: 288 a day


def clock(i):
    day, second = divmod(i * STEP, 86400)
    month, day = divmod(day, 28)
    return f"2026-{1 + month:02}-{1 + day:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def sample(i, values, source="p/a", **more):
    return {"time": clock(i), "source": source, "run": 7, "seq": i + 1, **more, "values": values}


def anomaly(args, samples):
    r = duto("anomaly " + args, encoded(samples))
    if r.returncode:
        ok(False, f"anomaly {args}: runs", r.stderr.decode())
    return decoded(r.stdout)


def scores(out, field="v"):
    return [s["values"].get(field + "_anomaly") for s in out if "kind" not in s]


def events(out):
    return [s for s in out if s.get("kind") == "event"]


def index(s):
    return int(s["time"][5:7]) * 28 * 288 - 28 * 288 + (int(s["time"][8:10]) - 1) * 288 + (int(s["time"][11:13]) * 60 + int(s["time"][14:16])) // 5


def day(i):
    return 10 * math.sin(2 * math.pi * i / 288)


def watched(change, length=4000, seed=1):
    """Events of a day's curve with noise, as changed from row 3000 on."""
    pick = random.Random(seed)
    rows = [sample(i, {"v": change(i, 50 + day(i) + pick.gauss(0, 1), pick)}) for i in range(length)]
    return events(anomaly("--fields v", rows))


def first_from(found, row):
    return next((s for s in found if index(s) >= row and s["values"]["state"] == "raised"), None)


def finds(what, change, causes, within=20):
    found = first_from(watched(change), 3000)
    good = found and index(found) < 3000 + within and found["values"]["cause"] in causes
    ok(good, f"{what}: found at once, by {' or '.join(causes)}", found)
    return found


def test_what_is_found():
    finds("a spike", lambda i, v, _: v + 30 * (i == 3000), ("range", "jump", "season"))
    finds("a new level", lambda i, v, _: v + 12 * (i >= 3000), ("level", "jump", "range", "season"))
    finds("a slow drift", lambda i, v, _: v + 0.2 * max(0, i - 3000), ("level", "range", "season", "variance"), within=150)
    finds("wild values", lambda i, v, pick: v + pick.gauss(0, 8) * (i >= 3000), ("variance", "jump", "range", "season"))
    finds("a sensor that stands still", lambda i, v, _: 58 if i >= 3000 else v, ("flat", "variance", "season"), within=40)
    found = finds("a morning's value in the evening", lambda i, v, _: v + 18 * (i >= 3096), ("season", "jump", "level"), within=120)
    ok(found["values"]["probability"] < 0.01, "and it is unlikely", found)


def test_event():
    found = [s for s in watched(lambda i, v, _: v + 30 * (3000 <= i < 3005)) if 3000 <= index(s) < 3200]
    begin, end = (found + [None, None])[:2]
    v = begin["values"]
    ok(v["event"] == "anomaly" and v["field"] == "v" and v["state"] == "raised" and v["together"] is False, "an event begins it", begin)
    ok(begin["source"] == "p/a" and v["value"] > 60 and v["expected"] < 65 and 0.5 <= v["score"] <= 1, "with value, expected and score", begin)
    ok(end["values"]["state"] == "cleared" and end["values"]["score"] >= v["score"], "another ends it", end)
    ok(end["values"]["lasted"] == (index(end) - index(begin)) * STEP, "and says how long it was", end)


def test_sensitivity():
    pick = random.Random(10)
    rows = [sample(i, {"v": pick.gauss(0, 1) + 9 * (i % 90 == 89)}) for i in range(1000)]
    one, two = scores(anomaly("--fields v", rows)), scores(anomaly("--fields v --sensitivity 2", rows))
    # s = T / (T + 10), so 2T / (2T + 10) = 2s / (1 + s).
    ok(any(one) and all(abs(b - 2 * a / (1 + a)) < 1e-12 for a, b in zip(one, two)), "--sensitivity 2 doubles the surprise")


def test_quiet():
    count = sum(s["values"]["state"] == "raised" for seed in range(5) for s in watched(lambda i, v, _: v, seed=seed))
    ok(count <= 20, f"at most one false beginning in a thousand values: {count} in 20,000")
    found = [s for s in watched(lambda i, v, _: v + 10 * (108 <= i % 288 < 144)) if index(s) > 2000]
    ok(len(found) <= 4, "what happens every morning is no anomaly", *found[:4])


def test_bad_values():
    pick = random.Random(3)
    rows = [sample(i, {"v": pick.gauss(0, 1), "w": 1}) for i in range(600)]
    spoilt = [{**s, "values": {"v": 1e9, "w": 1}, "quality": {"v": BAD}} if i % 7 == 0 else s for i, s in enumerate(rows)]
    without = [{**s, "values": {"w": 1}} if i % 7 == 0 else s for i, s in enumerate(rows)]
    a, b = scores(anomaly("--fields v", spoilt)), scores(anomaly("--fields v", without))
    ok(a == b and a[7] is None and a[8] is not None, "a Bad value has no score and teaches nothing")
    text = [{**s, "values": {"v": "far", "w": 1}} if i % 7 == 0 else s for i, s in enumerate(rows)]
    ok(scores(anomaly("--fields v", text)) == b, "nor does one that is no number")


def test_others_untouched():
    rows = [sample(0, {"v": 1.5, "name": "x"}), sample(1, {"w": 2}), sample(2, {"v": 3}, kind="alarm")]
    out = anomaly("--fields v", rows)
    ok([s["values"] for s in out] == [{"v": 1.5, "name": "x", "v_anomaly": 0.0}, {"w": 2}, {"v": 3}], "other fields and kinds stay as they are", *out)
    ok(list(anomaly("--fields v --as odd_{field}", rows)[0]["values"]) == ["v", "name", "odd_v"], "--as names the score")


def test_forget():
    pick = random.Random(4)
    values = [pick.gauss(0, 1) + 9 * (i % 50 == 49) for i in range(400)]
    again = [sample(i, {"v": v}) for i, v in enumerate(values)]
    later = [sample(i + 400, {"v": v}) for i, v in enumerate(values)]
    told = [sample(400, {"command": "forget"}, kind="command")]
    out = scores(anomaly("--fields v --season 5m", again + told + later))
    ok(out[400:] == out[:400] and any(out), "a command to forget makes the series as new")
    out = scores(anomaly("--fields v --season 5m", again + later))
    ok(out[400:] != out[:400], "without it, it learns on")
    other = [sample(400, {"command": "forget"}, kind="command", source="p/b")]
    ok(scores(anomaly("--fields v --season 5m", again + other + later)) == out, "a command to another source does not matter")


def test_sources():
    pick = random.Random(5)
    rows = [sample(i, {"v": pick.gauss(0, 1) + 9 * (i % 90 == 89)}, source=f"p/{k}") for i in range(300) for k in "ab"]
    both = anomaly("--fields v", rows)
    alone = anomaly("--fields v", [s for s in rows if s["source"] == "p/a"])
    ok(scores([s for s in both if s["source"] == "p/a"]) == scores(alone), "a source is judged by itself")
    ok(not any(scores(anomaly("--fields v --sources 1", rows))), "with --sources 1 two in turn forget each other")


def test_together():
    pick = random.Random(6)
    rows = []
    for i in range(3000):
        load = 5 * math.sin(i / 40) + pick.gauss(0, 1)
        broken = 2 * load if i < 2500 else -2 * load
        rows.append(sample(i, {"x": load, "y": broken + pick.gauss(0, 0.1), "z": 20 + 3 * load + pick.gauss(0, 0.1)}))
    out = anomaly("--fields x,y,z --together", rows)
    found = [s for s in events(out) if s["values"]["together"] and index(s) >= 2500]
    ok(found and index(found[0]) < 2520, "fields that no longer go together are found at once", *found[:2])
    ok(found and found[0]["values"]["cause"] == "relation" and found[0]["values"]["field"] == "y", "as a broken relation of that field", *found[:2])
    ok(scores(out, "together")[2000] is not None, "the score of all together has a field")
    del rows[2000]["values"]["z"]
    ok(scores(anomaly("--fields x,y,z --together", rows), "together")[2000] is None, "a row that lacks a field has none")


def test_cuts():
    """A keep grows bit by bit; each time the filter begins again with what it saved."""
    pick = random.Random(7)
    rows = [sample(i, {"x": day(i) + pick.gauss(0, 1) + 30 * (i % 400 == 399), "y": pick.gauss(0, 1)}, source=f"p/{i % 3}") for i in range(2400)]
    rows[1500:1500] = [sample(1500, {"command": "forget"}, source="p/1", kind="command")]
    args = "anomaly --fields x,y --together --season 1h"
    plain = duto(args, encoded(rows)).stdout
    cuts = sorted(pick.sample(range(1, len(rows)), 6)) + [len(rows)]
    with tempfile.TemporaryDirectory(prefix="duto-test.") as folder:
        ended = []
        for first, last in zip([0] + cuts, cuts):
            duto(f"select --out keep:{folder}/in", encoded(rows[first:last]))
            ended.append(duto(f"{args} --in keep:{folder}/in --out keep:{folder}/out"))
        again = duto(f"replay {folder}/out").stdout
    ok(all(r.returncode == 0 and b"without memory" not in r.stderr for r in ended), "cut at six places, it goes on each time", *ended)
    ok(again == plain and b"anomaly" in plain, "with the same bytes as of one run", len(again), len(plain))


def test_odd_times():
    pick = random.Random(8)
    rows = [sample(i, {"v": pick.gauss(0, 1)}) for i in range(600)]
    odd = ("1970-01-01T00:00:00Z", "2261-12-31T23:59:59Z", clock(0), clock(299))
    for i, time in enumerate(odd):
        rows[300 + 50 * i]["time"] = time
    found = scores(anomaly("--fields v", rows))
    ok(len(found) == 600 and all(s is not None and 0 <= s <= 1 for s in found), "times that go back or leap are judged as any other")
    slow = scores(anomaly("--fields v --season 366d", rows)) + scores(anomaly("--fields v --season 1s", rows))
    ok(all(0 <= s <= 1 for s in slow), "whatever the season")


def test_odd_values():
    pick = random.Random(9)
    odd = [0, -0.0, 1e99, -1e100, 1e101, 1e308, -1.7e308, 5e-324, 2**63, -(2**63), True, None, "", "nan"]
    rows = [sample(i, {"v": pick.choice(odd), "w": pick.choice(odd)}) for i in range(3000)]
    out = anomaly("--fields v,w --together", rows)
    found = [s for field in ("v", "w", "together") for s in scores(out, field) if s is not None]
    ok(len(found) > 3000 and all(0 <= s <= 1 for s in found), "whatever the values, scores are from 0 to 1")
    ok(all(s["values"]["v_anomaly"] is not None for s in out if "v_anomaly" in s["values"]), "or there is none")
    far = [{**s, "values": {"v": 1e101}} for s in rows[:5]]
    ok(scores(anomaly("--fields v", far)) == [None] * 5, "beyond 1e100 there is none")
    raw = encoded([sample(i, {"v": 1.5}) for i in range(100)])
    one = bytes.fromhex("cb3ff8000000000000")
    for what, bits in (("not a number", "cb7ff8000000000000"), ("infinite", "cbfff0000000000000")):
        r = duto("to-json", duto("anomaly --fields v", raw.replace(one, bytes.fromhex(bits))).stdout)
        ok(r.stdout.count(b"\n") == 100 and b"v_anomaly" not in r.stdout, f"nor where it is {what}", r.stdout[:300])


def test_table():
    csv = "timestamp,value\n" + "".join(f"2026-01-01 {i // 12 % 24:02}:{i % 12 * 5:02}:00,{i % 7}\n" for i in range(200))
    with open("/dev/null", "rb") as nothing:
        r = subprocess.run(f"'{DUTO}' from-csv --time-column timestamp --source s | '{DUTO}' anomaly --fields value | '{DUTO}' to-csv",
                           shell=True, input=csv.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    lines = r.stdout.decode().splitlines()
    ok(lines[0] == "time,source,value,value_anomaly" and len(lines) == 201, "from-csv | anomaly | to-csv", lines[0], r.stderr.decode())


def test_mistakes():
    for args, message in (("--fields a --together", "2 to 16 fields, not 1"), ("--fields a,a", "a is named twice"),
                          ("--fields a --as odd", "lacks {field}"), ("", "--fields")):
        r = duto("anomaly " + args)
        ok(r.returncode == 100 and message in r.stderr.decode(), f"anomaly {args}: {message}", r.stderr.decode())


test_what_is_found()
test_event()
test_sensitivity()
test_quiet()
test_bad_values()
test_others_untouched()
test_forget()
test_sources()
test_together()
test_cuts()
test_odd_times()
test_odd_values()
test_table()
test_mistakes()
done()
