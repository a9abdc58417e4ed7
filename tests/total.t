#!/usr/bin/python3
"""duto total: sums, means and balances of meters, each beside one that Python computes."""
# conformance new: measurements
# conformance: --meters plant/mill1 --as plant/total --every 1s --sum torque --mean tool_wear
# conformance: --meters plant/mill1 --as plant/total --every 10s --sum torque --ratio r=torque/tool_wear --across a=torque,other
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from kills import killed
from program import decoded, duto, encoded
from tap import done, ok

START = "2026-01-01T00:00:00Z"
SUBNORMAL, UNCERTAIN, BAD, NO_DATA = 0x40950000, 0x40000000, 0x80050000, 0x809b0000
UNITS = {"p": {"unit": "kW"}, "e": {"unit": "Wh"}, "v": {"unit": "V"}, "f": {"unit": "Hz"}, "name": {"label": "Name"}}


def sample(meter, at, values, quality=None, kind=None):
    s = {"time": f"2026-01-01T00:{at // 60:02}:{at % 60:02}Z", "source": f"plant/m{meter}", "run": meter, "seq": at + 1}
    s.update({"kind": kind} if kind else {})
    s["values"] = values
    s.update({"quality": quality} if quality else {})
    return s


def schemas(fields, meters=(1, 2)):
    return [sample(m, 0, {f: UNITS[f] for f in fields.split()}, kind="schema") for m in meters]


SCHEMAS = schemas("p e v f name")


def total(options, samples, announced=SCHEMAS):
    words = ["total", "--meters", "plant/m1,plant/m2", "--as", "plant/total", "--every", "1s", *options]
    r = duto(words, encoded(announced + samples))
    ok(r.returncode == 0, "total " + " ".join(options) + ": runs", r.stderr.decode())
    return [s for s in decoded(r.stdout) if s["source"] == "plant/total"]


def measured(out):
    return [s for s in out if "kind" not in s]


def test_sums():
    rng = random.Random(1)
    rows = [[{"p": round(rng.uniform(0, 100), 3), "e": rng.randrange(2**62, 2**63), "v": round(rng.uniform(210, 230), 1),
              "f": 60.0, "name": "x"} for _ in (1, 2)] for _ in range(20)]
    stream = [sample(m, t, rows[t][m - 1]) for t in range(20) for m in (1, 2)]
    out = total([], stream)
    want = [{"p": a["p"] + b["p"], "e": a["e"] + b["e"], "v": (a["v"] + b["v"]) / 2, "f": 60.0} for a, b in rows]
    ok([s["values"] for s in measured(out)] == want, "power and energy add up, voltage and frequency have a mean", measured(out)[:2])
    ok(all(isinstance(s["values"]["e"], int) for s in measured(out)), "counters stay integers, to the last unit")
    ok(out[1]["values"]["p"] == {"unit": "kW"} and "name" not in out[1]["values"], "the total's fields are announced", out[1])
    swapped = [s for t in range(20) for s in (stream[2 * t + 1], stream[2 * t])]
    ok([s["values"] for s in measured(total([], swapped))] == want, "whichever meter comes first")
    got = total(["--sum", "v", "--mean", "p"], stream)
    ok(measured(got)[0]["values"] == {"p": (rows[0][0]["p"] + rows[0][1]["p"]) / 2, "v": rows[0][0]["v"] + rows[0][1]["v"]},
       "fields that are named, and only these", measured(got)[0])
    got = total(["--ratio", "q=p/v", "--across", "m=v,f,none"], stream)
    first = measured(got)[0]["values"]
    ok(first["q"] == first["p"] / first["v"] and first["m"] == (first["v"] + first["f"]) / 2,
       "a ratio; a mean across the fields that are there", first)


def test_balance():
    words = ["total", "--meters", "plant/m1", "--minus", "plant/m2,plant/m3", "--as", "plant/loss", "--every", "1s"]
    stream = [sample(1, 0, {"p": 100.0, "e": 7, "v": 220.0}), sample(2, 0, {"p": 60.0, "e": 9, "v": 1.0}),
              sample(3, 0, {"p": 38.5, "e": 0, "v": 2.0})]
    out = measured([s for s in decoded(duto(words, encoded(schemas("p e v", (1, 2, 3)) + stream)).stdout) if s["source"] == "plant/loss"])
    ok(out[0]["values"] == {"p": 1.5, "e": -2, "v": 220.0}, "what is left of one meter when others are taken off", out)


def test_missing():
    bad = [sample(1, 0, {"p": 1.0, "v": 220.0}), sample(2, 0, {"p": 2.0, "v": 230.0}, {"p": BAD, "v": BAD}),
           sample(1, 1, {"p": 1.0, "v": 220.0}), sample(2, 1, {"p": 2.0, "v": None}),
           sample(1, 2, {"p": 1.0, "v": 220.0}, {"p": UNCERTAIN}), sample(2, 2, {"p": 2.0, "v": 222.0})]
    out = measured(total([], bad, schemas("p v")))
    ok(out[0]["values"] == {"p": None, "v": 220.0} and out[0]["quality"] == {"p": NO_DATA, "v": SUBNORMAL},
       "of a Bad reading there is no sum; a mean of the others is Uncertain", out[0])
    ok(out[1]["values"] == {"p": 3.0, "v": 220.0}, "nor of nil", out[1])
    ok(out[2]["values"]["p"] == 3.0 and out[2]["quality"] == {"p": UNCERTAIN}, "the worst quality goes on", out[2])
    alone = [sample(1, t, {"p": 1.0}) for t in range(5)] + [sample(2, 4, {"p": 2.0})]
    out = measured(total([], alone, schemas("p")))
    ok([s["values"]["p"] for s in out] == [None, None, None, None, 3.0], "a meter that has not come yet leaves no sum", out)
    gone = [sample(1, t, {"p": 1.0}) for t in range(8)] + [sample(2, 0, {"p": 2.0})]
    gone.sort(key=lambda s: s["time"])
    out = measured(total([], gone, schemas("p")))
    ok(out[0]["values"]["p"] == 3.0 and out[-1]["values"]["p"] is None, "nor one that has gone", out)
    held = measured(total(["--tolerance", "3s"], gone, schemas("p")))
    ok([s["values"]["p"] for s in held[:5]] == [3.0, 3.0, 3.0, 3.0, None], "but for --tolerance", held)
    odd = measured(total([], [sample(1, 0, {"p": 1.0, "e": 5}), sample(2, 0, {"p": 2.0})],
                         schemas("p") + schemas("e", (1,))))
    ok(odd[0]["values"] == {"p": 3.0}, "a field that one meter does not have is left out", odd)


def test_options():
    base = ["total", "--as", "plant/t", "--every", "1s", "--meters"]
    for wrong, said in ((["a/m1,b/m1"], "end the same"), (["a/m1,plant/t"], "--as"), (["a/m1", "--ratio", "x=a"], "NAME=FIELD/FIELD"),
                        (["a/m1", "--across", "abc"], "NAME=FIELD,FIELD")):
        r = duto(base + wrong)
        ok(r.returncode == 100 and said in r.stderr.decode(), f"total {' '.join(wrong)} is 100", r)


def test_kills():
    plant = duto(f"sim meter --sources 2 --count 1200 --seed 4 --start {START}".split()).stdout
    words = ["total", "--meters", "plant/meter1,plant/meter2", "--as", "plant/total", "--every", "2s",
             "--ratio", "power_factor=active_power/apparent_power", "--across", "voltage_line=voltage_l1_l2,voltage_l2_l3"]
    later = [sample(m, t, {"x": t, "p": 1.5}) for t in range(3000) for m in (1, 2)]
    later.insert(200, sample(1, 100, {"p": UNITS["p"], "v": UNITS["v"]}, kind="schema"))
    named = ["total", "--meters", "plant/m1,plant/m2", "--as", "plant/total", "--every", "1s", "--sum", "x,p"]
    for words, plant in ((words, plant), (named, encoded(later))):
        plain = duto(words, plant).stdout
        out = killed(words, plant, 8)
        ok(len(plain) > 100000 and out == plain, "killed behind checkpoints, the same bytes as in one run", len(out or ""), len(plain))


test_sums()
test_balance()
test_missing()
test_options()
test_kills()
done()
