#!/usr/bin/python3
"""duto power-quality: slots, disturbances, and the figures of PRODIST and EN 50160, worked by hand."""
# conformance new: measurements
# conformance: --profile prodist-8 --nominal 220
# conformance: --profile en-50160 --nominal 230 --voltages torque,tool_wear --late 5s --period 1h
# conformance setup: cp $ROOT/schemas/power-quality/ieee-1159.yaml own.yaml
# conformance: --profile ./own.yaml --nominal 230
import array
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from program import DUTO, decoded, duto, encoded
from tap import done, ok

PHASES = ["voltage_l1_n", "voltage_l2_n", "voltage_l3_n"]
LINES = ["voltage_l1_l2", "voltage_l2_l3", "voltage_l3_l1"]
MONDAY = 1767571200  # 2026-01-05T00:00:00Z
SLOT, WEEK = 600, 7 * 86400
PRODIST = "--profile prodist-8 --nominal 127"


def clock(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(MONDAY + seconds)) + f"{seconds % 1:.3f}Z"[1:]


seq = 0


def sample(at, values, kind=None, quality=None, source="p/a"):
    global seq
    seq += 1
    s = {"time": clock(at), "source": source, "run": 7, "seq": seq, **({"kind": kind} if kind else {}), "values": values}
    return {**s, "quality": quality} if quality else s


def judged(args, samples):
    r = duto("power-quality " + args, encoded(samples))
    if r.returncode:
        ok(False, f"power-quality {args} runs", r.stderr.decode())
    out = [s for s in decoded(r.stdout) if s.get("kind") != "schema"]
    return {kind: [s for s in out if s.get("kind", "") == kind] for kind in ("", "event", "power-quality", "mark", "gap")}


def week(voltages, **fields):
    """One reading a slot; voltages: of each slot one number for all phases, or None for no reading."""
    return [sample(i * SLOT, {**{p: v for p in PHASES}, **{k: f(i) for k, f in fields.items()}})
            for i, v in enumerate(voltages) if v is not None]


def near(a, b, by=5e-7):
    return isinstance(a, float) and abs(a - b) <= by * max(1, abs(b))


def test_rms():
    out = judged(PRODIST, [sample(t, {"voltage_l1_n": 100.0 if t % 2 else 140.0, "frequency": 60 + t % 2 * 0.1}) for t in range(600)])
    slot = out[""][0]["values"]
    ok(near(slot["voltage_l1_n"], math.sqrt((100**2 + 140**2) / 2), 1e-12), "ten minutes: the root of the mean square", slot)
    ok(near(slot["frequency"], 60.05, 1e-12), "of frequency the mean of values of ten seconds", slot)
    ok(out[""][0]["time"] == clock(0)[:-5] + "Z" and slot["coverage"] == 1, "at its beginning, covered", out[""][0])
    out = judged(PRODIST, [sample(t, {"voltage_l1_n": 127.0}) for t in range(0, 1200) if t < 600 or t % 10 == 0])[""]
    ok([s["values"]["coverage"] for s in out] == [1, 0.1] and out[1]["quality"]["voltage_l1_n"] == 0x40a40000,
       "one reading in ten is no coverage, and Uncertain", out)
    ok("voltage_band" in out[0]["values"] and "voltage_band" not in out[1]["values"], "no band is told of it")


def test_strangers():
    out = judged(PRODIST, [sample(t, {"active_power": 1.0, "reactive_power": 1.0}) for t in range(0, 1200, 10)])
    ok(out["power-quality"][0]["values"]["readings"] == 0 and out[""][0]["values"]["coverage"] == 0, "without a voltage nothing is covered", out)
    ok("drp" not in out["power-quality"][0]["values"], "and of no readings there is no share", out)


def test_bands():
    limits = [190.9, 191, 201.9, 202, 220, 231, 231.1, 233, 233.1]
    names = ["critical", "precarious", "precarious", "adequate", "adequate", "adequate", "precarious", "precarious", "critical"]
    out = judged("--profile prodist-8 --nominal 220", week(limits))[""]
    ok([s["values"]["voltage_band"] for s in out] == names, "220 V: a value at a limit is in the better band", out)
    medium = [0.899, 0.9, 0.9299, 0.93, 1.05, 1.0501]
    out = judged("--profile prodist-8 --nominal 13800", week([v * 13800 for v in medium]))[""]
    ok([s["values"]["voltage_band"] for s in out] == ["critical", "precarious", "precarious", "adequate", "adequate", "critical"],
       "13.8 kV: of the contracted voltage", out)


def test_prodist():
    volts = [127.0] * 1008
    for i in range(35):
        volts[3 * i + 5] = 116.0
    for i in range(6):
        volts[100 * i + 40] = 109.0
    args = PRODIST + " --charge 300.00"
    out = judged(args, week(volts))["power-quality"]
    v = out[0]["values"]
    ok(len(out) == 1 and v["readings"] == 1008 and v["complete"], "1,008 readings are a week", out)
    ok(near(v["drp"], 3500 / 1008, 1e-12) and f"{v['drp']:.3f}" == "3.472", "35 precarious: DRP 3.472 %", v)
    ok(near(v["drc"], 600 / 1008, 1e-12) and f"{v['drc']:.3f}" == "0.595", "6 critical: DRC 0.595 %", v)
    ok(v["compensation"] == "6.25" and v["compensation_factor"] == "0.020833333", "of R$ 300.00 they are 6.25", v)
    ok(v["exceeded"] == ["drp", "drc"] and v["revision"] == "annex of REN ANEEL 956/2021", "both limits are exceeded, of that revision", v)
    ok(v["indicative"] is True and "not IEC 61000-4-30" in v["basis"], "polled values are indicative", v)
    v = judged(args + " --class A", week(volts))["power-quality"][0]["values"]
    ok(v["indicative"] is False and v["basis"] == "IEC 61000-4-30 class A", "unless the meter aggregates", v)
    volts = [{p: 127.0 for p in PHASES} for _ in range(1008)]
    for phase, (precarious, critical) in zip(PHASES, ((10, 4), (20, 1), (3, 2))):
        for i in range(precarious):
            volts[i][phase] = 134.0
        for i in range(critical):
            volts[500 + i][phase] = 109.9
    v = judged(args, [sample(i * SLOT, x) for i, x in enumerate(volts)])["power-quality"][0]["values"]
    ok([near(v[p + "_drp"], n / 10.08) for p, n in zip(PHASES, (10, 20, 3))] == [True] * 3 and near(v["drp"], 20 / 10.08)
       and near(v["drc"], 4 / 10.08), "of three phases the largest count", v)
    ok(v["compensation"] == "0.00" and v["exceeded"] == [], "below the limits nothing is owed", v)


def test_replaced():
    """A day without readings, two short interruptions: the next week lends its first slots."""
    volts = [127.0] * 144 + [None] * 144 + [127.0] * (1008 - 288) + [116.0] * 200
    stream = week(volts)
    for at in (20 * SLOT, 50 * SLOT):
        stream += [sample(at + 200, {p: 0.0 for p in PHASES}), sample(at + 230, {p: 127.0 for p in PHASES})]
    stream.sort(key=lambda s: s["time"])
    out = judged(PRODIST + " --every 10m", stream)["power-quality"]
    v = out[0]["values"]
    ok(v["readings"] == 1008 and v["complete"] and v["end"] == clock(WEEK + 146 * SLOT)[:-5] + "Z", "1,008 valid ones, however long it takes", v)
    ok(near(v["drp"], 14600 / 1008), "and those that replace count", v)
    ok(near(v["flagged"], 200 / 1010) and v["disturbances"] == {"temporary interruption": 2}, "interruptions are counted", v)
    ok(out[1]["values"]["start"] == clock(WEEK)[:-5] + "Z" and out[1]["values"]["readings"] == 200 and not out[1]["values"]["complete"],
       "the next week has its own", out[1])
    ok(judged(PRODIST + " --period 1d", week([127.0] * 300))["power-quality"][0]["values"]["readings"] == 144, "--period: as many as it has")


def test_waits():
    """What touches slots that are closed already makes them invalid, and is waited for."""
    def with_sag(start, end):
        stream = [s for s in week([127.0] * 49 + [116.0] + [127.0] * 970) if not clock(start) < s["time"] < clock(end)] + [sample(start, {p: 100.0 for p in PHASES}), sample(end, {p: 127.0 for p in PHASES})]
        return judged(PRODIST + " --every 10m", sorted(stream, key=lambda s: s["time"]))["power-quality"][0]["values"]
    v = with_sag(50 * SLOT - 20, 50 * SLOT + 20)
    ok(v["readings"] == 1008 and v["slots"] == 1010 and v["drp"] + v["drc"] == 0 and v["disturbances"] == {"temporary sag": 1}, "a sag between two slots costs both", v)
    v = with_sag(WEEK - 20, WEEK + 20)
    ok(v["readings"] == 1008 and v["slots"] == 1010, "at the end of the week too", v)
    v = with_sag(50 * SLOT - 20, 50 * SLOT + 200)
    ok(v["readings"] == 1008 and v["slots"] == 1008, "one that is not brief costs nothing", v)
    with open(HERE + "/../schemas/power-quality/prodist-8.yaml") as f, tempfile.NamedTemporaryFile("w", suffix=".yaml") as own:
        own.write(f.read().replace("readings: 1008", "readings: 100"))
        own.flush()
        v = judged(f"--profile {own.name} --nominal 127", week([127.0] * 100 + [116.0] * 908))["power-quality"][0]["values"]
    ok(v["readings"] == 100 and v["slots"] == 1008 and v["drp"] == 0, "a profile that wants fewer takes the first", v)


def test_rank():
    order = list(range(1, 1009))
    random.Random(1).shuffle(order)
    v = judged(PRODIST, week([127.0] * 1008, voltage_l1_n_thd=lambda i: order[i] / 100))["power-quality"][0]["values"]
    ok(near(v["voltage_l1_n_thd_95"], 9.58, 1e-12), "the 95 % rule: the 958th smallest of 1,008", v)
    ok("voltage_l1_n_thd_95" not in v["exceeded"], "which is held against the limit of 10 %", v)
    v = judged(PRODIST, week([127.0] * 1008, voltage_l1_n_thd=lambda i: order[i] / 90))["power-quality"][0]["values"]
    ok("voltage_l1_n_thd_95" in v["exceeded"], "or is above", v)


def test_unbalance():
    values = {**dict(zip(PHASES, (220.0, 215.0, 225.0))), **dict(zip(LINES, (220.0, 215.0, 225.0)))}
    slot = judged("--profile prodist-8 --nominal 220", [sample(0, values), sample(600, values)])[""][0]["values"]
    ok(f"{slot['voltage_unbalance']:.2f}" == "2.63", "220, 215, 225 V between lines: FD 2.63 %", slot)
    ok(f"{slot['voltage_unbalance_rate']:.2f}" == "2.27", "the same to neutral: PVUR 2.27 %, under another name", slot)


def test_disturbances():
    def volts(t):
        a = b = c = 127.0
        if 10 <= t < 12:
            a = 100.0
        if 11 <= t < 15:
            b = 90.0
        if 15 <= t < 17:
            b = 115.0  # above 0.9, within the hysteresis
        if 30 <= t < 32:
            c = 145.0
        if 60 <= t < 300:
            a = b = c = 5.0
        if 700 <= t < 710:
            a = 5.0
        return dict(zip(PHASES, (a, b, c)))
    out = judged("--profile ieee-1159 --nominal 127", [sample(t, volts(t)) for t in range(0, 1800)])
    came = [(e["values"]["class"], e["values"]["start"][11:19], e["values"]["duration"], e["values"]["voltage"],
             [PHASES.index(p) for p in e["values"]["phases"]]) for e in out["event"]]
    ok(came == [("temporary sag", "00:00:10", 7, 90, [0, 1]), ("momentary swell", "00:00:30", 2, 145, [2]),
                ("sustained interruption", "00:01:00", 240, 5, [0, 1, 2]), ("temporary sag", "00:11:40", 10, 5, [0])],
       "from the first phase in to the last out, the lowest voltage; an interruption is of all phases", *came)
    ok([s["values"]["flagged"] for s in out[""]] == [True, True, False], "their slots are flagged", out[""])
    v = out["power-quality"][0]["values"]
    ok(near(v["flagged"], 200 / 3) and v["disturbances"] == {"temporary sag": 2, "momentary swell": 1, "sustained interruption": 1},
       "and counted", v)
    ok(v["readings"] == 1, "brief ones are none of the steady voltage", v)
    v = judged("--profile ieee-1159 --nominal 127", [sample(t, {"voltage_l1_n": 5.0 if 590 <= t < 600 else 127.0}) for t in range(0, 1201)])
    ok([s["values"]["flagged"] for s in v[""]] == [True, False, False] and v["power-quality"][0]["values"]["readings"] == 1,
       "one that ends with its slot does not touch the next", v)
    long = judged("--profile ieee-1159 --nominal 127", [sample(t, {"voltage_l1_n": 108.0 if t > 300 else 127.0}) for t in range(0, 1200)])
    ok(long["event"][0]["values"]["class"] == "undervoltage" and long["event"][0]["values"]["goes_on"], "a long one is an undervoltage", long)
    ok(long["power-quality"][0]["values"]["readings"] == 2, "which is steady voltage", long)
    classes = [judged(f"--profile {p} --nominal 230", [sample(t, {"voltage_l1_n": 18.0 if t < 120 else 230.0}) for t in range(130)])["event"][0]
               ["values"]["class"] for p in ("ieee-1159", "prodist-8", "en-50160")]
    ok(classes == ["sustained interruption", "temporary interruption", "dip"], "where the lines are drawn is the profile's", classes)


def test_flags():
    """A slot with a sag does not count for unbalance, distortion and frequency."""
    def values(i):
        odd = 5 if i == 7 else 0
        return {**{p: 127.0 for p in PHASES}, "frequency": 60.0 - odd / 10, "voltage_l1_n_thd": 2.0 + odd,
                **dict(zip(LINES, (220.0, 220.0 + 9 * odd, 220.0)))}
    stream = [sample(i * SLOT + t, values(i)) for i in range(20) for t in (0, 200, 400)]
    v = judged(PRODIST, stream)["power-quality"][0]["values"]
    ok(v["frequency_min"] == 59.5 and v["voltage_l1_n_thd_95"] == 2 and v["exceeded"] == ["frequency_within"], "a bad slot counts", v)
    stream[7 * 3 + 1]["values"].update({p: 100.0 for p in PHASES})
    v = judged(PRODIST, stream)["power-quality"][0]["values"]
    ok(v["frequency_min"] == 60 and v["exceeded"] == [] and near(v["flagged"], 5.0), "with a sag in it, it does not", v)


def test_power_factor():
    def stream(hours):
        return [sample(h * 3600 + m * 60, {"voltage_l1_n": 127.0, **fields(m)}) for h, fields in enumerate(hours) for m in range(60)]
    powers = [lambda m: {"active_power": 92.0, "reactive_power": 39.19}, lambda m: {"active_power": 80.0, "reactive_power": 60.0},
              lambda m: {"active_power": 60.0, "reactive_power": -80.0}, lambda m: {"active_power": 0.0, "reactive_power": 0.0},
              lambda m: {"active_power": 100.0 if m < 30 else 60.0, "reactive_power": 0.0 if m < 30 else 120.0}]
    out = judged(PRODIST, stream(powers))
    hours = [(round(s["values"]["power_factor_hour"], 6), s["values"]["reactive_hour"]) for s in out[""] if "power_factor_hour" in s["values"]]
    ok(hours == [(0.920007, "inductive"), (0.8, "inductive"), (0.6, "capacitive"), (0.8, "inductive")],
       "by hour, of the energies: not the mean of power factors", hours)
    v = out["power-quality"][0]["values"]
    ok((v["power_factor_hours"], v["power_factor_hours_inductive"], v["power_factor_hours_capacitive"], v["power_factor_min"]) == (4, 2, 1, 0.6),
       "hours below 0.92 by kind", v)
    counted = [sample(m * 60, {"voltage_l1_n": 127.0, "active_power": 1.0, "reactive_power": 0.0, "active_energy_import": 10**12 + 3 * m,
                               "reactive_energy_inductive": 10**9 + 4 * m, "reactive_energy_capacitive": 5}) for m in range(180)]
    for s in counted[60:]:
        s["values"]["reactive_energy_inductive"] += 1000
    for s in counted[130:]:
        s["values"]["active_energy_import"] -= 10**12
    out = judged(PRODIST, counted)
    hours = [s["values"].get("power_factor_hour") for s in out[""]][5::6]
    ok(near(hours[0], 0.6) and near(hours[1], 180 / math.hypot(180, 1240)) and hours[2] is None, "registers go before powers; one that falls back tells nothing", hours)


def test_en():
    volts = [230.0] * 1008
    for i in range(50):
        volts[20 * i] = 200.0
    args = "--profile en-50160 --nominal 230"
    v = judged(args, week(volts, frequency=lambda i: 49.4 if 2 <= i < 6 else 50.0))["power-quality"][0]["values"]
    ok([near(r["share"], s) for r, s in zip(v["voltage_l1_n_within"], (100 * 958 / 1008, 100.0))] == [True, True] and v["exceeded"] == [],
       "958 of 1,008 within 10 % are 95 %", v)
    volts[1] = 200.0
    v = judged(args, week(volts, frequency=lambda i: 49.4 if 2 <= i < 7 else 50.0))["power-quality"][0]["values"]
    ok(v["exceeded"] == [p + "_within" for p in PHASES] + ["frequency_within"], "957 are not; nor 5 values of frequency in 957", v)
    ok("drp" not in v and "compensation" not in v, "of PRODIST nothing", v)


def wave(frequency, orders, rate=7680, cycles=12, scale=None):
    count = round(rate * cycles / 60)
    volts = [311 * sum(a * math.sin(2 * math.pi * h * frequency * i / rate + h) for h, a in orders.items()) for i in range(count)]
    data = array.array("f", volts) if scale is None else array.array("h", [round(v / scale) for v in volts])
    import base64
    return {"$bin": base64.b64encode(data.tobytes()).decode()}


def test_waveform():
    orders = {1: 1, 2: 0.01, 3: 0.03, 5: 0.04, 7: 0.02}
    values = {"waveform_rate": 7680.0, "frequency": 60.0, "voltage_l1_n_waveform": wave(60, orders)}
    args = "--profile prodist-8 --nominal 220 --voltages voltage_l1_n"
    v = judged(args, [sample(0, values), sample(600, values)])[""][0]["values"]
    square = lambda *a: 100 * math.sqrt(sum(x * x for x in a))
    ok(near(v["voltage_l1_n"], 311 / math.sqrt(2) * math.sqrt(1 + 0.003), 1e-5), "the voltage is the RMS of the waveform", v)
    ok(near(v["voltage_l1_n_thd"], square(0.01, 0.03, 0.04, 0.02), 1e-5) and near(v["voltage_l1_n_thd_even"], 1, 1e-4)
       and near(v["voltage_l1_n_thd_odd"], square(0.04, 0.02), 1e-5) and near(v["voltage_l1_n_thd_triple"], 3, 1e-5), "THD, and by kind", v)
    ok(near(v["voltage_l1_n_h5"], 4, 1e-5) and abs(v["voltage_l1_n_h40"]) < 1e-4 and "voltage_l1_n_h41" not in v, "harmonics 2 to 40", v)
    values = {"waveform_rate": 7680.0, "waveform_scale": 0.05, "frequency": 59.7, "voltage_l1_n_waveform": wave(59.7, orders, scale=0.05)}
    v = judged(args, [sample(0, values), sample(600, values)])[""][0]["values"]
    ok(abs(v["voltage_l1_n_h5"] - 4) < 0.05 and abs(v["voltage_l1_n_thd"] - square(0.01, 0.03, 0.04, 0.02)) < 0.1,
       "int16 with its scale; a frequency that is off", v)
    values = {"waveform_rate": 7680.0, "voltage_l1_n_waveform": wave(59.8, orders)}
    v = judged(args, [sample(0, values), sample(600, values)])[""][0]["values"]
    ok(abs(v["voltage_l1_n_h5"] - 4) < 0.15, "a frequency that is not known is read as the nominal one; subgroups gather what leaks", v)
    for title, broken in (("no whole samples", {"$bin": "AAAA"}), ("none", {"$bin": ""}), ("a text", "abc"), ("not finite", {"$bin": "AACAfwAAgH8AAIB/AACAfwAAgH8="})):
        out = judged(args, [sample(t, {"waveform_rate": 240.0, "voltage_l1_n": 220.0, "voltage_l1_n_waveform": broken}) for t in (0, 600)])[""]
        ok("voltage_l1_n_thd" not in out[0]["values"], f"a waveform of {title} gives nothing", out)


def test_order():
    stream = [sample(t, {"voltage_l1_n": 127.0 + (t * 7919) % 40 - 30, "frequency": 60.0 + t % 7 / 100}) for t in range(0, 5400, 5)]
    args = "power-quality " + PRODIST + " --late 60s --every 5s"
    told = lambda s: (s["time"], s.get("kind"), s["values"])
    def all_told(samples):
        return [told(s) for s in decoded(duto(args, encoded(samples)).stdout) if s.get("kind") != "schema"]
    expected = all_told(stream)
    ok(len(expected) > 100, f"{len(expected)} slots, events and an assessment")
    for seed in range(3):
        r = random.Random(seed)
        shuffled = sorted(stream, key=lambda s: (stream.index(s) * 5 + r.uniform(0, 55)))
        ok(shuffled != stream and all_told(shuffled) == expected, "any order within --late gives the same as in order")
    out = duto("power-quality " + PRODIST, encoded([stream[0], stream[200], stream[3]]))
    ok(b"late" in out.stderr, "without, what is older is late and told of", out.stderr)


def test_units():
    described = lambda unit: [sample(0, {"voltage_l1_n": {"unit": unit}}, "schema"), sample(1, {"voltage_l1_n": 13.8})]
    r = duto("power-quality " + PRODIST, encoded(described("kV")))
    ok(r.returncode == 100 and b"voltage_l1_n is in kV, expected V" in r.stderr, "a voltage that is not in V is refused", r.stderr)
    ok(duto("power-quality " + PRODIST, encoded(described("V"))).returncode == 0, "one in V is not")


def test_marks():
    stream = [sample(t, {"voltage_l1_n": 127.0}) for t in range(0, 700)]
    out = judged(PRODIST, stream + [sample(650, {"by": "clock"}, "mark"), sample(1210, {"by": "clock"}, "mark"), sample(1205, {"voltage_l1_n": 1.0})])
    ok([m["time"][11:19] for m in out["mark"]] == ["00:10:00", "00:20:10"] and out["mark"][0]["values"] == {"by": "clock"},
       "a mark goes on with the time before which nothing more comes", out["mark"])
    order = judged("--profile en-50160 --nominal 230 --period 1h", stream + [sample(7200, {}, "mark")])
    ok(order["power-quality"][0]["time"] < order["mark"][0]["time"] and len(order[""]) == 2, "it closes slots and assessments", order)
    ok(len(out[""]) == 2 and out["gap"], "what comes behind it is late", out)


def test_quality():
    stream = [sample(t, {"voltage_l1_n": 500.0 if t == 7 else 127.0}, quality={"voltage_l1_n": 0x80000000} if t == 7 else {"voltage_l1_n": 0x40000000} if t == 9 else None)
              for t in range(600)]
    slot = judged(PRODIST, stream)[""][0]
    ok(slot["values"]["voltage_l1_n"] == 127 and slot["quality"]["voltage_l1_n"] == 0x40000000, "Bad is left out, Uncertain is carried on", slot)


def eventually(condition):
    end = time.monotonic() + 60
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return condition()


def test_resume():
    """Stopped and gone on with, between keeps: the bytes of a run that was not."""
    args = "power-quality --profile prodist-8 --nominal 220 --late 20s --period 1h"
    stream, first = (duto(f"sim meter --sources 2 --every 10s --count {n} --start 2026-01-05T00:00:00Z").stdout for n in (3000, 1234))
    expected = duto(args, stream).stdout
    with tempfile.TemporaryDirectory() as folder:
        more = {"cwd": folder, "env": {**os.environ, "DUTO_RUNTIME_DIR": folder + "/run", "DUTO_STATE_DIR": folder + "/state"}}
        kept = lambda keep: duto(f"replay {keep}", **more).stdout
        writer = subprocess.Popen([DUTO, "select", "--out", "keep:in"], stdin=subprocess.PIPE, **more)
        writer.stdin.write(first)
        writer.stdin.flush()
        ok(stream.startswith(first) and eventually(lambda: kept("in") == first), "the beginning of a stream is kept")
        writer.kill()  # the stream has not ended
        writer.wait()
        stage = subprocess.Popen([DUTO] + (args + " --in keep:in --out keep:out").split(), **more)
        ok(eventually(lambda: len(kept("out")) > len(expected) // 4), "and judged")
        stage.send_signal(signal.SIGTERM)
        stage.wait(60)
        half = kept("out")
        duto("select --out keep:in", stream[len(first):], **more)
        r = duto(args + " --in keep:in --out keep:out", **more)
        ok(r.returncode == 0 and expected.startswith(half) and half != expected and kept("out") == expected,
           "stopped and gone on with: the same bytes", r.stderr.decode()[-500:])


def test_profiles():
    def refused(change, expected, nominal=127, name="prodist-8"):
        with open(HERE + f"/../schemas/power-quality/{name}.yaml") as f:
            text = f.read()
        was, becomes = change
        assert was in text, was
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write(text.replace(was, becomes, 1))
            f.flush()
            r = duto(f"power-quality --profile {f.name} --nominal {nominal}")
            message = r.stderr.decode().replace(f.name, "p.yaml")
        ok(r.returncode == 100 and expected in message, expected, message)
    refused(("  sag: 0.9\n", "  sagg: 0.9\n"), 'p.yaml:14:3: unknown key "sagg" (did you mean "sag"?)')
    refused(("  sag: 0.9\n", "  sag: 1.9\n"), 'p.yaml:14:8: expected a number from 0.01 to 1, found "1.9"')
    refused(("coverage: 90%", "coverage: 190%"), 'p.yaml:8:11: expected a share from 0% to 100%, found "190%"')
    refused(("slot: 10m", "slot: 7m"), 'p.yaml:7:7: expected a duration of whole tens of seconds that goes into an hour without rest, found "7m"')
    refused(("period: 7d", "period: 9999d"), "p.yaml:9:9: expected a multiple of the slot")
    refused(("readings: 1008", "readings: 2000"), "p.yaml:10:11: expected no more readings than a period has slots")
    refused(("name: prodist-8\n", ""), 'p.yaml:3:1: "name" is missing')
    refused(("interruption: 0.1", "interruption: 0.89"), "each by more than the hysteresis")
    refused(("[interruption, sag", "[interuption, sag"), 'expected sag, swell or interruption, found "interuption"')
    refused(("adequate-from: 117", "adequate-from: 107"), "expected 0 < critical-below <= adequate-from")
    refused(("  confidence: high\n", "  confidence: sure\n"), 'expected high, medium or low, found "sure"')
    refused(("nominal: 127", "nominal: 128"), "no bands for a nominal voltage of 127 V")
    refused(("{ 3: 5,", "{ 51: 5,"), 'expected a harmonic order from 2 to 40, found "51"', 230, "en-50160")
    for title, content in ("noise", random.Random(1).randbytes(3000)), ("nothing", b""), ("a list", b"[1, 2]"), ("zeros", bytes(99)):
        with tempfile.NamedTemporaryFile(suffix=".yaml") as f:
            f.write(content)
            f.flush()
            r = duto(f"power-quality --profile {f.name} --nominal 127")
            ok(r.returncode == 100 and f.name.encode() in r.stderr, f"a profile of {title}", r.stderr)
    r = duto("power-quality --profile prodist8 --nominal 220")
    ok(r.returncode == 100 and b"did you mean prodist-8" in r.stderr, "a profile that is not there", r.stderr)
    r = duto("power-quality --profile prodist-8 --nominal 225")
    ok(r.returncode == 100 and b"no bands for a nominal voltage of 225 V" in r.stderr, "a nominal voltage that it does not know", r.stderr)
    for wrong in ("--voltages a,b,c,d", "--charge 3e2", "--charge=-1", "--period 11m"):
        ok(duto(f"power-quality {PRODIST} {wrong}").returncode == 100, wrong)


for test in (test_rms, test_strangers, test_bands, test_prodist, test_replaced, test_waits, test_rank, test_unbalance, test_disturbances, test_flags, test_power_factor,
             test_en, test_waveform, test_order, test_units, test_marks, test_quality, test_resume, test_profiles):
    test()
done()
