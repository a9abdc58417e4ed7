#!/usr/bin/python3
"""duto demand: every projection and block beside one worked out in fractions; worked numbers of contracts and posts."""
# conformance: --contract 400 --power torque
# conformance: --every 1m --counter tool_wear --unit Wh
# conformance: --interval 1s --stamp end --power torque
import os
import random
import sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from kills import killed
from program import decoded, duto, encoded, numbered, sample_at
from tap import done, ok

START = datetime(2026, 4, 20, 13, tzinfo=timezone.utc)
SUBNORMAL, UNCERTAIN, BAD = 0x40a40000, 0x40000000, 0x80000000
POSTS = """\
zone: America/Sao_Paulo
holidays: brazil.yaml
posts:
  - { post: ponta, hours: 18:00-21:00, days: mon-fri, holidays: excluded }
  - post: fora_ponta
"""


def seconds(text, start=START):
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - start).total_seconds()


def sample(at, values, start=START, **more):
    return sample_at(start + timedelta(seconds=at), values, **more)


def demand(options, samples):
    """Readings, blocks and events that come out."""
    r = duto(["demand", *options], encoded(numbered(samples)))
    ok(r.returncode == 0, "demand " + " ".join(options) + ": runs", r.stderr.decode())
    out = decoded(r.stdout)
    blocks = [s for s in out if s["source"] == "plant/total/demand" and "kind" not in s]
    events = [s for s in out if s.get("kind") == "event"]
    readings = [s for s in out if s["source"] == "plant/total" and "kind" not in s]
    return readings, blocks, events


def powers(pairs, **more):
    return [sample(at, {"active_power": kw}, **more) for at, kw in pairs]


def brief(events):
    return [(e["values"]["event"], e["values"]["level"], seconds(e["time"]),
             e["values"].get("projected_demand", e["values"].get("demand"))) for e in events]


def test_oracle():
    """Powers at odd times: the mean of a block weighs each by how long it held."""
    rng, at, pairs = random.Random(5), 0.0, []
    while at < 4 * 3600:
        pairs.append((at, round(rng.uniform(0, 500), 3)))
        at += rng.choice([1, 7, 30, 60.5, 200])
    readings, blocks, _ = demand([], powers(pairs))
    pairs = [(Fraction(t), Fraction(str(p))) for t, p in pairs]
    wrong = 0
    energy = {}
    for i, (t, p) in enumerate(pairs):
        block, left = t // 900, 900 - t % 900
        want = (energy.get(block, 0) + p * left) / 900
        wrong += abs(readings[i]["values"]["projected_demand"] - want) > 1e-8
        until = pairs[i + 1][0] if i + 1 < len(pairs) else t
        while t < until:
            step = min(until, (t // 900 + 1) * 900) - t
            energy[t // 900] = energy.get(t // 900, 0) + p * step
            t += step
    ok(wrong == 0, f"{len(pairs)} projections are (energy so far + power x time left) / block", wrong)
    means = {int(seconds(b["time"])): b["values"]["demand"] for b in blocks[:-1]}
    ok(len(means) > 14 and all(abs(v - energy[k // 900] / 900) < 1e-8 for k, v in means.items()),
       "blocks are the means of what held", means)
    ok(blocks[5]["values"]["demand_max"] == max(b["values"]["demand"] for b in blocks[:6]), "the largest so far")
    ok(all(abs(b["values"]["energy"] * 4 - b["values"]["demand"]) < 1e-8 for b in blocks[:-1]), "kWh are a quarter of kW")


def test_contract():
    """300 kW for five minutes, 410 for one, then 500: (300 x 5 + 410 + 500 x 9) / 15 = 427.33 of 400."""
    rising = powers([(0, 300), (300, 410), (360, 500), (600, 500), (900, 100)])
    _, _, events = demand(["--contract", "400"], rising)
    ok([e[:3] for e in brief(events)] == [("demand_projected", "alarm", 360), ("demand_exceeded", "alarm", 900)],
       "an alarm before the block ends and at its end", brief(events))
    ok(abs(events[0]["values"]["projected_demand"] - (300 * 5 + 410 + 500 * 9) / 15) < 1e-8 and
       events[0]["values"]["seconds_left"] == 540, "told six minutes in: 427.33 kW, 540 s left", events[0])
    ok(abs(events[1]["values"]["excess"] - ((300 * 5 + 410 + 500 * 9) / 15 - 400)) < 1e-8, "excess above the contract", events[1])
    _, _, events = demand(["--contract", "400"], powers([(0, 300), (300, 500), (480, 200), (900, 100)]))
    ok(brief(events)[0][1] == "alarm" and len(events) == 1, "what comes down in time is not exceeded", brief(events))
    _, _, events = demand(["--contract", "400"], powers([(0, 410), (60, 400), (120, 415), (180, 430), (240, 440), (900, 0)]))
    ok([e[:3] for e in brief(events)] == [("demand_projected", "warning", 0), ("demand_projected", "alarm", 180),
                                          ("demand_exceeded", "alarm", 900)],
       "a warning first, the alarm behind it, each once", brief(events))
    exact = powers([(0, 420), (900, 400), (1800, 0)])
    _, _, events = demand(["--contract", "400", "--tolerance", "5%"], exact)
    ok([(e[0], e[1]) for e in brief(events)] == [("demand_projected", "warning"), ("demand_exceeded", "warning")],
       "420 kW is no more than 5% above 400, 400 no more than 400", brief(events))
    _, _, events = demand(["--contract", "400", "--tolerance", "4.9%"], exact)
    ok(brief(events)[1][1] == "alarm", "with less tolerance it is an alarm", brief(events))


def quarter_hours():
    """April 2026 in quarter hours; 90 kW on a holiday and 95 on a Saturday in the hours of ponta."""
    start, rows = datetime(2026, 4, 1, 3, tzinfo=timezone.utc), []
    for i in range(30 * 96):
        local = start + timedelta(minutes=15 * i - 180)
        kw = 40 + 20 * (8 <= local.hour < 18) + (local.day % 7)
        kw = 90 if (local.day, local.hour, local.minute) == (21, 19, 0) else kw
        kw = 95 if (local.day, local.hour, local.minute) == (25, 20, 0) else kw
        kw = 61.5 if (local.day, local.hour, local.minute) == (22, 19, 15) else kw
        rows.append((900 * i, kw, local))
    return start, rows


def test_posts(folder):
    start, rows = quarter_hours()
    with open(folder + "/posts.yaml", "w") as f:
        f.write(POSTS)
    options = ["--interval", "15m", "--posts", folder + "/posts.yaml", "--contract", "ponta=60 fora_ponta=94"]
    _, blocks, events = demand(options, powers([r[:2] for r in rows], start=start))
    last = blocks[-1]["values"]
    ok(len(blocks) == 2880 and (last["demand_max_ponta"], last["demand_max_fora_ponta"]) == (61.5, 95.0),
       "neither a holiday nor a Saturday is ponta", last)
    peak = [kw for _, kw, t in rows if 18 <= t.hour < 21 and t.weekday() < 5 and t.day not in (3, 21)]
    ok(len(peak) == 20 * 12 and abs(last["load_factor_ponta"] - sum(peak) / len(peak) / max(peak)) < 1e-8,
       "load factor: mean by largest, of its hours", last)
    ok([(e[0], e[3]) for e in brief(events)] == [("demand_exceeded", 61.5), ("demand_exceeded", 95.0)] and
       [e["values"]["post"] for e in events] == ["ponta", "fora_ponta"], "a contract for each post", brief(events))
    ended = powers([(r[0] + 900, r[1]) for r in rows], start=start)
    _, other, _ = demand(options + ["--stamp", "end"], ended)
    ok([b["values"] for b in other] == [b["values"] for b in blocks] and other[0]["time"] == blocks[0]["time"],
       "stamped at their end they make the same blocks")
    may = powers([(900 * 2880, 12.0), (900 * 2881, 13.0)], start=start)
    _, other, _ = demand(options, powers([r[:2] for r in rows], start=start) + may)
    ok(other[-1]["values"]["demand_max_fora_ponta"] == 13.0 and "demand_max_ponta" not in other[-1]["values"],
       "a new cycle begins at midnight of the zone", other[-1])


def counter(pairs):
    return [sample(at, {"e": v}) for at, v in pairs]


def test_counter():
    options = ["--counter", "e", "--wrap", "65536", "--unit", "kWh"]
    _, blocks, _ = demand(options, counter([(0, 65500), (300, 65510), (900, 65530), (1800, 14), (2700, 34)]))
    ok([b["values"]["demand"] for b in blocks] == [120.0, 80.0, 80.0], "4 x the difference, over a wrap too", blocks)
    _, blocks, _ = demand(options, counter([(600, 100), (1200, 130), (1800, 150)]))
    ok([b["values"]["energy"] for b in blocks] == [15.0, 35.0] and blocks[0].get("quality", {}).get("demand") == SUBNORMAL,
       "a difference over a block's end is shared by time; a block half known is Uncertain", blocks)
    _, blocks, _ = demand(options, counter([(0, 100), (900, 110), (1200, 3), (1800, 13), (2700, 23)]))
    ok([(b["values"]["energy"], "quality" in b) for b in blocks] == [(10.0, False), (10.0, True), (10.0, False)],
       "a register set anew: nothing is made up", blocks)
    _, blocks, _ = demand(options + ["--max-power", "100"], counter([(0, 0), (900, 20), (1800, 60000), (2700, 60020)]))
    ok([b["values"]["energy"] for b in blocks] == [20.0, 20.0], "a leap beyond what the meter can is another meter", blocks)
    _, blocks, _ = demand(options, counter([(0, 0), (900, 20), (4500, 60), (5400, 80)]))
    ok([b["values"]["energy"] for b in blocks] == [20.0, 10.0, 10.0, 10.0, 10.0, 20.0] and
       [("quality" in b) for b in blocks] == [False, True, True, True, True, False] and
       blocks[-1]["values"]["demand_max"] == 80.0, "over a long gap the energy counts, its course is Uncertain", blocks)
    _, blocks, _ = demand(["--counter", "e", "--unit", "Wh", "--multiplier", "120"], counter([(0, 5), (900, 1005)]))
    ok(blocks[0]["values"]["energy"] == 120.0, "current and voltage ratio", blocks)


def test_gaps():
    _, blocks, _ = demand(["--hold", "1m"], powers([(0, 100), (60, 100), (600, 100), (840, 100), (900, 0)]))
    ok((blocks[0]["values"]["demand"], blocks[0]["values"]["energy"]) == (100.0, 6.666666667) and blocks[0]["quality"]["demand"] == SUBNORMAL,
       "a reading holds no longer than --hold", blocks)
    readings, _, _ = demand([], powers([(450, 100), (500, 130)]))
    ok(readings[0]["values"]["projected_demand"] == 100.0 and
       abs(readings[1]["values"]["projected_demand"] - (100 * 50 + 130 * 400) / 450) < 1e-8,
       "what lies before the first reading is not taken for 0", readings)
    uncertain = [sample(0, {"active_power": 100}, quality={"active_power": UNCERTAIN}), sample(900, {"active_power": 50})]
    readings, blocks, _ = demand([], uncertain)
    ok(blocks[0]["quality"]["demand"] == UNCERTAIN and "demand_max" not in blocks[0]["values"], "what is Uncertain sets no maximum", blocks)
    ok(readings[0]["quality"]["projected_demand"] == UNCERTAIN, "nor is its projection certain", readings)
    bad = [sample(0, {"active_power": 100}), sample(300, {"active_power": 999}, quality={"active_power": BAD}),
           sample(600, {"active_power": None}), sample(900, {"active_power": 50})]
    readings, blocks, _ = demand([], bad)
    ok(blocks[0]["values"]["demand"] == 100.0 and "projected_demand" not in readings[1]["values"], "what is Bad does not count", blocks)
    late = powers([(0, 100), (600, 200), (300, 900), (900, 100)])
    readings, blocks, _ = demand([], late)
    ok(abs(blocks[0]["values"]["demand"] - 400 / 3) < 1e-8 and len(readings) == 4, "nor what is late, which goes on", blocks)
    _, blocks, _ = demand([], powers([(0, -50), (450, 100), (900, 0)]))
    ok(blocks[0]["values"]["demand"] == 50.0, "what is given back is no demand", blocks)
    marked = powers([(0, 100)]) + [sample(1000, {}, kind="mark")]
    r = decoded(duto(["demand"], encoded(numbered(marked))).stdout)
    ok([s.get("kind", s["source"]) for s in r] == ["plant/total", "schema", "plant/total/demand", "mark"] and
       r[2]["values"]["demand"] == 100.0, "a mark closes blocks: nothing else came until then", r)
    marked += powers([(1200, 40), (1800, 0)])
    _, blocks, _ = demand(["--hold", "20m"], marked)
    ok(abs(blocks[1]["values"]["demand"] - (100 * 5 + 40 * 10) / 15) < 1e-8, "and changes nothing of what comes", blocks)


def test_units():
    schema = sample(0, {"active_power": {"unit": "W"}}, kind="schema")
    _, blocks, _ = demand([], [schema] + powers([(0, 120000), (900, 0)]))
    ok(blocks[0]["values"]["demand"] == 120.0, "the unit that the source announces", blocks)
    _, blocks, _ = demand(["--unit", "MW"], [schema] + powers([(0, 0.12), (900, 0)]))
    ok(blocks[0]["values"]["demand"] == 120.0, "unless one is given", blocks)
    for wrong, said in ((["--contract", "4x"], "expected a demand in kW"), (["--contract", "ponta=400"], "no post ponta"),
                        (["--unit", "kWh"], "no unit of power"), (["--zone", "Mars/X"], "no time zone"),
                        (["--cycle", "day 40"], "--cycle"), (["--posts", "/none"], "--posts"),
                        (["--counter", "e", "--interval", "1m"], "--interval")):
        r = duto(["demand", *wrong])
        ok(r.returncode == 100 and said in r.stderr.decode(), f"demand {' '.join(wrong)} is 100", r)


def test_kills(folder):
    plant = duto("sim meter --sources 2 --every 20s --count 1500 --seed 4 --start 2026-04-20T20:00:00Z".split()).stdout
    words = ["demand", "--posts", folder + "/posts.yaml", "--contract", "10"]
    for more in ([], ["--counter", "active_energy_import"]):
        plain = duto(words + more, plant).stdout
        out = killed(words + more, plant, 8)
        ok(len(plain) > len(plant) and out == plain, "killed behind checkpoints, the same bytes as in one run",
           len(out or ""), len(plain))


import tempfile
with tempfile.TemporaryDirectory(prefix="duto-test.") as scratch:
    test_oracle()
    test_contract()
    test_posts(scratch)
    test_counter()
    test_gaps()
    test_units()
    test_kills(scratch)
done()
