#!/usr/bin/python3
"""duto bill: worked bills, each rule beside one worked by hand, and that order, cuts and repeats change nothing."""
# conformance new: measurements
# conformance: --tariff b3.yaml --connection monofasico --reads power --import power_consumption
# conformance: --tariff uk-half-hourly.yaml --contract 100 --every 1h --check-register total
import datetime
import glob
import os
import random
import subprocess
import sys
import tempfile
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from kills import killed
from program import DUTO, decoded, duto, encoded
from tap import done, note, ok

CASES = os.path.join(HERE, "billing")
SHARED = os.path.join(HERE, "../../shared/billing-cases")
UTC = datetime.timezone.utc


def sample(at, values, source="m", **more):
    stamp = at if isinstance(at, str) else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"time": stamp, "source": source, "values": values, **more}


class Folder:
    """A folder with a tariff file."""

    def __init__(self, tariff):
        self.folder = tempfile.TemporaryDirectory(prefix="duto-test.")
        self.path = self.folder.name
        self.write("t.yaml", "tariff: t\ncurrency: EUR\n" + tariff)

    def write(self, name, text):
        with open(os.path.join(self.path, name), "w") as f:
            f.write(text)

    def run(self, samples, *args):
        data = samples if isinstance(samples, bytes) else encoded(samples)
        return duto(["bill", "--tariff", "t.yaml", *args], data, cwd=self.path)

    def bills(self, samples, *args):
        r = self.run(samples, *args)
        ok(r.returncode == 0, "it runs", r.stderr.decode()) if r.returncode else None
        return [s for s in decoded(r.stdout) if s.get("kind") == "bill"]


def shown(bill):
    return [(x["code"], x["quantity"], x["amount"]) for x in bill["values"]["lines"]], bill["values"]["total"]


def one(title, tariff, samples, lines, total, *args):
    got = Folder(tariff).bills(samples, *args)
    there = len(got) > 0 and shown(got[-1]) == (lines, total)
    ok(there, title, *[f"got {shown(b)}" for b in got[-1:]], f"expected {(lines, total)}")


MAY = "2026-05-31T12:00:00Z"
TOTALS = ("--reads", "totals")


def test_cases():
    for folder, needed in ((CASES, True), (SHARED, False)):
        files = sorted(glob.glob(folder + "/*.json"))
        if not files and not needed:
            note("worked bills beside the project are not here: " + SHARED)
        for f in files:
            r = subprocess.run([CASES + "/run-case", f], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                               env={**os.environ, "DUTO": DUTO})
            name = os.path.basename(f)[:-5]
            ok(r.returncode == 0, f"worked bill: {name}", *r.stdout.decode().splitlines())


def test_charges():
    one("VAT on top, not on what is free of it",
        """taxes: [{ code: vat, rate: 21%, method: on-top }]
charges:
  - { code: e, kind: energy, rate: 0.25 }
  - { code: f, kind: fixed, rate: 10, taxes: none }
""", [sample(MAY, {"energy": 333})], [("e", "333", "83.25"), ("f", "1", "10.00"), ("vat", "83.25", "17.48")], "110.73", *TOTALS)
    one("a discount by hours of use, and one bounded",
        """charges:
  - { code: e, kind: energy, rate: 0.1 }
  - { code: use, kind: percent, of: [e], by: hours_of_use, bands: [{ to: 300, rate: 0 }, { to: 400, rate: -5% }, { rate: -12% }] }
  - { code: aid, kind: percent, of: [e, use], rate: 10%, maximum: 30 }
""", [sample(MAY, {"energy": 4000, "demand": 10})],
        [("e", "4000", "400.00"), ("use", "400", "-20.00"), ("aid", "30", "30.00")], "410.00", *TOTALS)
    one("a minimum bill adds what is missing",
        """charges:
  - { code: e, kind: energy, rate: 0.1 }
  - { code: least, kind: minimum, rate: 0.2, quantity: 50 }
""", [sample(MAY, {"energy": 12.5})], [("e", "12.5", "1.25"), ("least", "8.75", "8.75")], "10.00", *TOTALS)
    one("fixed charges by the day, and by bands of energy",
        """charges:
  - { code: s, kind: fixed, per: day, rate: 0.333 }
  - { code: l, kind: fixed, bands: [{ to: 100, rate: 2 }, { to: 200, rate: 5 }, { rate: 9 }] }
""", [sample(MAY, {"energy": 200})], [("s", "31", "10.32"), ("l", "1", "5.00")], "15.32", *TOTALS)
    one("rates with a factor, both changing within the cycle",
        """charges: [{ code: e, kind: energy, rate: { 2026-01-01: 0.2, 2026-05-11: 0.3 }, factor: { 2026-01-01: 0.5, 2026-05-21: 1 } }]
""", [sample(MAY, {"energy": 310})], [("e", "310", "58.00")], "58.00", *TOTALS)  # 10 d x 0.1, 10 d x 0.15, 11 d x 0.3: 5.8 / 31
    one("rates with taxes rounded to four decimals",
        """rounding: { rate_decimals: 4 }
taxes: [{ code: x, rate: 0.3 }]
charges: [{ code: e, kind: energy, rate: 0.1 }]
""", [sample(MAY, {"energy": 100000})], [("e", "100000", "14290.00")], "14290.00", *TOTALS)
    one("the exact sum rounded once, of thirds",
        """rounding: { policy: end }
taxes: [{ code: x, rate: 0.25 }]
charges:
  - { code: a, kind: fixed, rate: 0.00125 }
  - { code: b, kind: fixed, rate: 0.0025 }
""", [sample(MAY, {"energy": 0})], [("a", "1", "0.00"), ("b", "1", "0.00")], "0.01", *TOTALS)
    one("a currency without cents",
        """rounding: { decimals: 0 }
charges: [{ code: e, kind: energy, rate: 1444.7 }]
""", [sample(MAY, {"energy": "5000000"})], [("e", "5000000", "7223500000")], "7223500000", *TOTALS)


def test_demand():
    one("what is not used of a contract is taxed otherwise",
        """taxes: [{ code: icms, rate: 0.2 }]
charges: [{ code: d, kind: demand, rate: 30, contract: yes, unused: { code: u, taxes: none } }]
""", [sample(MAY, {"demand": 80})], [("d", "80", "3000.00"), ("u", "20", "600.00")], "3600.00", *TOTALS, "--contract", "100")
    one("an excess of its own rate over a capacity by the day",
        """charges: [{ code: c, kind: demand, per: day, billed: contract, contract: yes, rate: 0.05, excess: { code: x, rate: 0.08 } }]
""", [sample(MAY, {"demand": 120})], [("c", "3100", "155.00"), ("x", "620", "49.60")], "204.60", *TOTALS, "--contract", "100")
    ratchet = "charges: [{ code: d, kind: demand, rate: 10, ratchet: { share: 0.8, months: 3 } }]\n"
    one("a ratchet of the last months", ratchet, [sample(MAY, {"demand": 50})], [("d", "80", "800.00")], "800.00", *TOTALS,
        "--history", "2026-01=500 2026-03=100 2026-04=90")
    bills = Folder(ratchet).bills([sample("2026-04-30T12:00:00Z", {"demand": 100}), sample(MAY, {"demand": 50}),
                                   sample("2026-09-30T12:00:00Z", {"demand": 50})], *TOTALS)
    ok([b["values"]["total"] for b in bills] == ["1000.00", "800.00", "500.00"], "and of the bills before", bills)
    bills = Folder("charges: [{ code: d, kind: demand, rate: 1, power_factor: 0.9, ratchet: { share: 0.5 } }]\n").bills(
        [sample("2026-04-30T12:00:00Z", {"demand": 100, "power_factor": 0.6}), sample(MAY, {"demand": 10})], *TOTALS)
    ok([b["values"]["total"] for b in bills] == ["150.00", "75.00"], "which look back at demand as it was corrected", bills)
    one("demand raised to a power factor, from the month's reactive energy",
        "charges: [{ code: d, kind: demand, rate: 1, power_factor: 0.9 }]\n",
        [sample(MAY, {"energy": 3000, "inductive": 4000, "demand": 100})], [("d", "150", "150.00")], "150.00", *TOTALS)
    one("or to a share of the kVA", "charges: [{ code: d, kind: demand, rate: 1, apparent: 0.9, minimum: 30 }]\n",
        [sample(MAY, {"demand": 100, "apparent": 120})], [("d", "108", "108.00")], "108.00", *TOTALS)
    quarters = [sample(f"2026-05-04T10:{m:02}:00Z", {"energy": v}) for m, v in ((0, 10), (5, 40), (10, 10), (15, 25), (20, 25), (25, 25))]
    one("demand is of fixed blocks, not of the reading", "charges: [{ code: d, kind: demand, rate: 1 }]\n", quarters,
        [("d", "25", "25.00")], "25.00", "--reads", "power", "--interval", "5m")


def test_tiers():
    posts = "posts: [{ post: day, hours: 06:00-18:00 }, { post: night }]\n"
    tiers = "tiers: { mode: MODE, list: [{ to: 100, rate: 1, code: low }, { rate: 2, code: high }] }"
    use = [sample("2026-05-04T02:00:00Z", {"energy": 60}), sample("2026-05-04T08:00:00Z", {"energy": 90})]
    for mode, lines in (("own", [("low", "90", "90.00")]), ("shared", [("low", "60", "60.00"), ("high", "30", "60.00")]),
                        ("cumulative", [("low", "40", "40.00"), ("high", "50", "100.00")])):
        total = str(sum(Decimal(x[2]) for x in lines))
        one(f"tiers, {mode}", posts + "charges: [{ code: e, kind: energy, posts: day, " + tiers.replace("MODE", mode) + " }]\n", use,
            lines, total)
    one("tiers by 30 days of a cycle of 31",
        "charges: [{ code: e, kind: energy, tiers: { per: 30 days, list: [{ to: 300, rate: 1, code: low }, { rate: 2 }] } }]\n",
        [sample(MAY, {"energy": 315})], [("low", "310", "310.00"), ("e", "5", "10.00")], "320.00", *TOTALS)


def test_reactive():
    ere = "charges: [{ code: r, kind: reactive_energy, reference: 0.8, capacitive: 23:00-05:00, rate: 1 }]\n"
    def hour(h, kwh, inductive, capacitive):
        return sample(f"2026-05-04T{h:02}:00:00Z", {"energy": kwh, "reactive_energy": inductive, "reactive_energy_capacitive": capacitive})
    use = [hour(1, 3, 0, 4), hour(2, 3, 4, 0), hour(9, 3, 4, 0), hour(10, 3, 0, 4), hour(23, 6, 0, 8)]
    one("inductive by day, capacitive by night over midnight", ere, use, [("r", "4", "4.00")], "4.00", "--interval", "1h")
    one("kvarh beyond a share of the kWh", "charges: [{ code: r, kind: reactive_energy, unit: kvarh, allowed: 0.5, rate: 0.1 }]\n",
        [hour(1, 10, 7, 0), hour(5, 10, 4, 0)], [("r", "2", "0.20")], "0.20", "--interval", "1h")


def test_generation():
    tariff = """net_metering: yes
charges:
  - { code: net, kind: energy, flow: net, rate: 0.5 }
  - { code: wire, kind: energy, flow: compensated, rate: 0.1 }
"""
    use = [sample(f"2026-{m:02}-20T00:00:00Z", {"energy": i, "export": e}) for m, i, e in ((1, 100, 180), (2, 150, 40), (3, 100, 0))]
    bills = Folder(tariff).bills(use, *TOTALS, "--credits", "5")
    ok([b["values"]["total"] for b in bills] == ["10.00", "25.00", "50.00"], "credits go from bill to bill", *map(shown, bills))
    ok([b["values"]["credits"]["all"] for b in bills] == ["85", "0", "0"], "and are told", bills)
    late = [use[0], sample("2026-02-10T00:00:00Z", {"energy": 0}), sample("2026-01-25T00:00:00Z", {"energy": 0, "export": 20}), use[1],
            sample("2026-03-10T00:00:00Z", {"energy": 0})]
    bills = Folder(tariff).bills(late, *TOTALS, "--credits", "5")
    ok([(b["values"]["revision"], b["values"]["credits"]["all"], b["values"]["total"]) for b in bills] ==
       [(0, "85", "10.00"), (1, "105", "10.00"), (0, "0", "17.00"), (0, "0", "0.00")], "a revision passes its credits on", *map(shown, bills))


def flat(first, end, step, values, **more):
    while first < end:
        yield sample(first, values, **more)
        first += step


def test_time():
    posts = "zone: Europe/London\ninterval: 30m\nposts: [{ post: red, hours: 16:00-19:00, days: mon-fri }, { post: green }]\n"
    charges = "charges:\n  - { code: red, kind: energy, posts: red, rate: 1 }\n  - { code: green, kind: energy, posts: green, rate: 1 }\n"
    start = datetime.datetime(2026, 3, 1, tzinfo=UTC)
    end = datetime.datetime(2026, 3, 31, 23, tzinfo=UTC)
    use = list(flat(start, end, datetime.timedelta(minutes=30), {"energy": 0.5}))
    one("a month with a day of 23 hours", posts + charges, use, [("red", "66", "66.00"), ("green", "677", "677.00")], "743.00",
        "--interval", "30m")
    use = list(flat(start, end, datetime.timedelta(minutes=60), {"energy": 1}))
    one("hours in a tariff of half hours", posts + charges, use, [("red", "66", "66.00"), ("green", "677", "677.00")], "743.00",
        "--interval", "1h")
    cycle = "2026-03-05 2026-03-12 at 10:30"
    quarters = list(flat(start, end, datetime.timedelta(minutes=15), {"energy": 1}))
    got = Folder("charges: [{ code: e, kind: energy, rate: 1 }]\n").bills(quarters, "--cycle", "2026-03-03 2026-03-07 2026-03-09 at 10:37")
    ok([b["values"]["total"] for b in got] == ["384.00", "192.00"], "an interval over a reading counts once", *map(shown, got))
    one("a cycle from reading to reading", posts + charges, use, [("red", "15", "15.00"), ("green", "153", "153.00")], "168.00",
        "--interval", "1h", "--cycle", cycle)


FLAT = "charges: [{ code: e, kind: energy, rate: 0.123 }, { code: f, kind: energy, rate: 0.05, posts: all }]\n"


def random_use(seed, source="m", days=37):
    r = random.Random(seed)
    at = datetime.datetime(2026, 4, 28, tzinfo=UTC)
    for i in range(96 * days):
        if r.random() < 0.97:
            yield sample(at + datetime.timedelta(minutes=15 * i), {"energy": r.randrange(4000) / 1000}, source, run=7, seq=i + 1)


def test_order():
    use = list(random_use(1))
    folder = Folder(open(HERE + "/../schemas/tariffs/a4-verde.yaml").read().split("currency: BRL", 1)[1])
    args = ["--contract", "9", "--late", "2d"]
    plain = folder.bills(use, *args)
    ok([b["values"]["state"] for b in plain] == ["final", "final", "provisional"], "two cycles and a part", plain)
    r = random.Random(5)
    for _ in range(3):
        mixed = sorted(use, key=lambda s: datetime.datetime.fromisoformat(s["time"].replace("Z", "+00:00")) + datetime.timedelta(hours=r.uniform(0, 47)))
        ok([b["values"] for b in folder.bills(mixed, *args)] == [b["values"] for b in plain], "any order within --late gives the same bills")


def test_sums():
    meters = [list(random_use(n, f"m{n}")) for n in (1, 2, 3)]
    both = sorted((s for m in meters for s in m), key=lambda s: s["time"])
    folder = Folder("rounding: { policy: end }\n" + FLAT)
    apart = folder.bills(both, "--complete", "0")
    sums = {}
    for s in both:
        key = s["time"]
        sums[key] = sums.get(key, Fraction(0)) + Fraction(str(s["values"]["energy"]))
    # Gaps are estimated meter by meter: only energy that was measured can be compared.
    def measured(bills):
        return sum(Decimal(b["values"]["energy"]["all"]) - Decimal(b["values"].get("estimated_energy", "0")) for b in bills)
    ok(measured(apart) == Decimal(sum(sums.values()).numerator) / Decimal(sum(sums.values()).denominator), "bills add up to what was measured")
    whole = [s for s in both if sum(1 for m in meters if any(x["time"] == s["time"] for x in m[:200])) == 3]
    per = folder.bills([s for s in whole], "--complete", "0")
    joint = {}
    for s in whole:
        joint[s["time"]] = joint.get(s["time"], Decimal(0)) + Decimal(str(s["values"]["energy"]))
    one_bill = folder.bills([sample(t, {"energy": str(v)}) for t, v in sorted(joint.items())], "--complete", "0")
    exact = [sum(Decimal(x["exact"]) for b in bills for x in b["values"]["lines"]) for bills in (per, one_bill)]
    ok(exact[0] == exact[1], "the sum over customers is the bill of the sum", exact)


def rounded(v, mode):
    """A fraction to cents, a tie as mode has it."""
    cents = abs(v) * 100
    whole, rest = divmod(cents.numerator, cents.denominator)
    tie = 2 * rest - cents.denominator
    whole += tie > 0 or (tie == 0 and (mode == "half-up" or whole % 2))
    return Fraction(whole if v >= 0 else -whole, 100)


def test_random():
    """Random prices, taxes, contracts and loads beside sums of fractions."""
    zone, differing = ZoneInfo("America/Sao_Paulo"), []
    for seed in range(12):
        r = random.Random(seed)
        policy, mode = r.choice(["line", "end"]), r.choice(["half-up", "half-even"])
        rates = [Fraction(r.randrange(10 ** 6), 10 ** r.choice([2, 5])) for _ in range(3)]
        pis, icms, contract = Fraction(r.randrange(900), 10 ** 4), Fraction(r.randrange(30), 100), Fraction(r.randrange(2, 40), 2)
        month, quantum = r.randrange(1, 13), r.choice([10, 1000, 10 ** 6])
        def told(v):
            return f"{Decimal(v.numerator) / Decimal(v.denominator):f}"
        folder = Folder(f"""zone: America/Sao_Paulo
rounding: {{ policy: {policy}, mode: {mode} }}
posts: [{{ post: ponta, hours: 17:30-20:30, days: mon-fri }}, {{ post: fora_ponta }}]
taxes: [{{ code: pis, rate: {told(pis)} }}, {{ code: icms, rate: {told(icms)}, step: 2 }}]
charges:
  - {{ code: p, kind: energy, posts: ponta, unit: MWh, rate: {told(rates[0])} }}
  - {{ code: f, kind: energy, posts: fora_ponta, unit: MWh, rate: {told(rates[1])} }}
  - {{ code: d, kind: demand, rate: {told(rates[2])}, contract: yes, tolerance: 5%, taxes: [icms], excess: {{ code: x, factor: 2 }} }}
""")
        at = datetime.datetime(2025, month, 1, tzinfo=zone).astimezone(UTC)
        end = datetime.datetime(2025 + month // 12, month % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
        energy, largest, samples = [Fraction(0), Fraction(0)], Fraction(0), []
        while at < end:
            v = Fraction(r.randrange(4 * quantum), quantum)
            local = at.astimezone(zone)
            ponta = local.weekday() < 5 and 17 * 60 + 30 <= local.hour * 60 + local.minute < 20 * 60 + 30
            energy[0 if ponta else 1] += v
            largest = max(largest, 4 * v)
            samples.append(sample(at, {"energy": told(v)}))
            at += datetime.timedelta(minutes=15)
        both, only = 1 / ((1 - pis) * (1 - icms)), 1 / (1 - icms)
        lines = [energy[0] / 1000 * rates[0] * both, energy[1] / 1000 * rates[1] * both, max(largest, contract) * rates[2] * only]
        if largest > contract * Fraction(105, 100):
            lines.append((largest - contract) * 2 * rates[2] * only)
        total = rounded(sum(lines), mode) if policy == "end" else sum(rounded(x, mode) for x in lines)
        got = folder.bills(samples, "--contract", told(contract))[-1]["values"]["total"]
        if Fraction(got) != total:
            differing.append((seed, got, float(total)))
    ok(not differing, "random bills are those of fractions", *differing)


def test_register():
    folder = Folder("zone: America/Sao_Paulo\n" + FLAT)
    at, count, quarters, counts = datetime.datetime(2026, 5, 1, 3, tzinfo=UTC), 99990000, [], []
    r = random.Random(4)
    for i in range(96 * 31):
        used = r.randrange(5000)
        quarters.append(sample(at, {"energy": f"{used / 1000:.3f}"}))
        counts.append(sample(at, {"energy": count}))
        count = (count + used) % 10 ** 8
        at += datetime.timedelta(minutes=15)
    counts.append(sample(at, {"energy": count}))
    a = folder.bills(quarters)[0]["values"]
    b = folder.bills(counts, "--reads", "register", "--digits", "8", "--unit", "Wh")[0]["values"]
    ok(a["lines"] == b["lines"] and b["state"] == "final" and a["total"] == b["total"], "a register that wraps gives the bill of its intervals", a, b)


def test_register_at_the_end():
    """A register that says nothing from two hours before a cycle's end to three behind it."""
    folder, end = Folder("charges: [{ code: e, kind: energy, rate: 1 }]\n"), datetime.datetime(2026, 6, 1, tzinfo=UTC)
    use = [sample(end + datetime.timedelta(hours=h), {"energy": 500 + h}) for h in range(-48, 72) if not -2 < h < 3]
    for late in ("0s", "2h", "30h", "30h --revise 0s"):
        got = folder.bills(use, "--reads", "register", "--interval", "1h", "--late", *late.split())
        ok([s[0::3] for s in states(got)] == [("final", "48.00"), ("provisional", "71.00")],
           f"what a register counted over a cycle's end is billed, with --late {late}", *states(got))
        told = got[0]["values"]["estimates"]
        ok(told[-1]["until"] == "2026-06-01T00:00:00Z" and sum(Decimal(e["energy"]) for e in told) == 48,
           "a bill tells of the estimates of its own cycle", told[-1])


def states(bills):
    return [(b["values"]["state"], b["values"]["revision"], b["values"].get("replaces"), b["values"]["total"]) for b in bills]


def test_revisions():
    folder = Folder("charges: [{ code: e, kind: energy, rate: 1 }]\n")
    def quarter(day, hour, v):
        return sample(f"2026-05-{day:02}T{hour:02}:00:00Z" if day < 32 else f"2026-06-{day - 31:02}T{hour:02}:00:00Z", {"energy": v})
    use = [quarter(5, 1, 10), quarter(20, 1, 20), quarter(32, 1, 1), quarter(10, 1, 5), quarter(33, 1, 1)]
    got = folder.bills(use)
    ok(states(got) == [("final", 0, None, "30.00"), ("final", 1, 0, "35.00"), ("provisional", 0, None, "2.00")],
       "what comes late makes a revision that names the bill it replaces", *states(got))
    got = folder.bills(use, "--revise", "0s")
    ok(states(got) == [("final", 0, None, "30.00"), ("provisional", 0, None, "2.00")], "not behind --revise", *states(got))
    got = folder.bills(use[:3] + [quarter(20, 1, 25), quarter(33, 1, 1)], "--every", "1d")
    ok(("final", 1, 0, "35.00") in states(got), "a reading given again in other words replaces the first", *states(got))
    got = folder.bills([quarter(d, h, 1) for d in (1, 2, 3) for h in range(24)], "--every", "1d", "--interval", "1h")
    ok(states(got) == [("provisional", 0, None, t) for t in ("25.00", "49.00", "72.00")], "a running bill each day", *states(got))
    got = folder.bills(use[:3], "--complete", "0.98")
    ok([s[0] for s in states(got)] == ["incomplete", "provisional"], "too little is not final", *states(got))
    hours = [quarter(d, h, 1) for d in range(1, 33) for h in range(24)]
    some = [x for i, x in enumerate(hours) if i % 24 != 5]  # 23 of 24 hours, and one by a line
    for share, state in (("0.95", "final"), ("0.96", "incomplete")):
        b = folder.bills(some, "--complete", share, "--interval", "1h")[0]["values"]
        ok((b["state"], b["measured"], b["estimated"], b.get("complete"), b["total"]) == (state, "0.9583", "0.0416", share, "744.00"),
           f"estimates do not complete a bill: 95.83 % measured of {share}", b)
    got = folder.bills(use[:2] + [sample("2260-01-01T00:00:00Z", {"energy": 1}), quarter(6, 1, 3)])
    ok(states(got) == [("provisional", 0, None, "33.00")], "a clock that leaps moves nothing on", *states(got))
    mark = [sample("2026-06-01T00:00:00Z", {}, kind="mark")]
    got = folder.bills(use[:2] + mark)
    ok(states(got) == [("final", 0, None, "30.00")], "a mark ends a cycle", *states(got))


def test_spikes():
    folder = Folder("zone: America/Sao_Paulo\ncharges: [{ code: e, kind: energy, rate: 1 }, { code: d, kind: demand, rate: 1 }]\n")
    def day(*noon):
        use = dict(zip(range(36, 40), noon))
        at = datetime.datetime(2026, 5, 4, 3, tzinfo=UTC)
        return [sample(at + datetime.timedelta(minutes=15 * i), {"energy": use.get(i, 1)}) for i in range(60)]
    b = folder.bills(day(9, 9, 9, 9))[-1]["values"]
    ok("suspects" not in b, "an hour of much use is no spike: the third highest is as high", b)
    quarters = day(4, 4, 9, 3)
    b = folder.bills(quarters)[-1]["values"]
    told = [{"from": "2026-05-04T12:30:00Z", "until": "2026-05-04T12:45:00Z", "check": "spike", "energy": "9", "against": "4"}]
    ok(b.get("suspects") == told and b["measured"] == "0.1724", "an interval of more than 1.8 x the third highest is told", b)
    ok(b["total"] == "112.00" and b["lines"][1].get("suspect") is True, "it counts, and the demand that it sets is marked", b["lines"])
    for times, spiked in (("2.25", False), ("2.24", True), ("0", False)):
        b = folder.bills(quarters, "--spike", times)[-1]["values"]
        ok(("suspects" in b) == ("suspect" in b["lines"][1]) == spiked, f"--spike {times}", b)
    doubtful = [dict(s, quality={"energy": 0x40000000}) if s["values"]["energy"] == 9 else s for s in quarters]
    b = folder.bills(doubtful)[-1]["values"]
    ok("suspects" not in b and b["lines"][1].get("estimated") is True, "what the meter itself calls estimated is told as that", b)
    late = quarters + [sample("2026-06-01T04:00:00Z", {"energy": 1}), sample("2026-05-04T12:30:00Z", {"energy": 4})]
    got = [(b["values"]["revision"], b["values"]["total"], "suspects" in b["values"]) for b in folder.bills(late)]
    ok(got[:2] == [(0, "112.00", True), (1, "87.00", False)], "a corrected reading makes a revision without it", got)
    r = duto(["bill-explain"], duto(["to-json"], folder.run(quarters).stdout).stdout)
    text = r.stdout.decode()
    ok("measured 36 kW at 2026-05-04T12:30:00Z, suspect" in text and
       "suspect 2026-05-04T12:30:00Z to 2026-05-04T12:45:00Z: 9 kWh, while the day's third highest is 4 kWh" in text,
       "bill-explain tells of it", text)
    refused("a spike below what it is compared with", "--spike: 0.5 is neither 1 or more nor 0", "--spike", "0.5")


def test_register_beside():
    folder = Folder("charges: [{ code: e, kind: energy, rate: 1 }]\n")
    at, count, use = datetime.datetime(2026, 5, 1, tzinfo=UTC), 99000, []
    r = random.Random(8)
    for i in range(96 * 32):
        used = r.randrange(50)
        use.append(sample(at, {"energy": used / 1000, "total": count % 100000}))
        count, at = count + used, at + datetime.timedelta(minutes=15)
    args = ["--check-register", "total", "--spike", "0"]
    wh = [dict(s, values={"energy": round(s["values"]["energy"] * 1000), "total": s["values"]["total"]}) for s in use]
    b = folder.bills(wh, *args, "--unit", "Wh", "--digits", "5")[0]["values"]
    ok(b["state"] == "final" and "suspects" not in b, "intervals that add up to the register beside them", b.get("suspects"))
    wrong = [dict(s, values=dict(s["values"], energy=s["values"]["energy"] + (2 if i == 700 else 0))) for i, s in enumerate(wh)]
    b2 = folder.bills(wrong, *args, "--unit", "Wh", "--digits", "5")[0]["values"]
    told = [{"from": "2026-05-01T00:00:00Z", "until": "2026-06-01T00:00:00Z", "check": "sum", "energy": b2["energy"]["all"],
             "against": b["energy"]["all"]}]
    ok(b2.get("suspects") == told and Decimal(b2["energy"]["all"]) - Decimal(b["energy"]["all"]) == Decimal("0.002"),
       "2 Wh more than it are told, and counted", b2.get("suspects"), told)
    text = duto(["bill-explain"], duto(["to-json"], folder.run(wrong, *args, "--unit", "Wh", "--digits", "5").stdout).stdout).stdout.decode()
    ok(f"2026-06-01T00:00:00Z: {told[0]['energy']} kWh, while the register went on by {told[0]['against']} kWh" in text, "bill-explain: the sum check", text)
    daily = [s if i % 96 == 0 else dict(s, values={"energy": s["values"]["energy"]}) for i, s in enumerate(wrong)]
    b3 = folder.bills(daily, *args, "--unit", "Wh", "--digits", "5")[0]["values"]
    ok(b3.get("suspects") == told, "a register that is read once a day serves as well", b3.get("suspects"))
    gap = [s for i, s in enumerate(wh) if not 100 <= i < 300]
    b4 = folder.bills(gap, *args, "--unit", "Wh", "--digits", "5")[0]["values"]
    ok("suspects" not in b4 and "missing" in b4, "nothing is compared over what is missing", b4.get("suspects"))
    refused("a register beside no intervals", "--check-register: totals has no intervals to check", "--check-register", "total")


def test_quality():
    folder = Folder("charges: [{ code: e, kind: energy, rate: 1 }]\n")
    at = [f"2026-05-04T10:{m:02}:00Z" for m in (0, 15, 30, 45)]
    use = [sample(at[0], {"energy": 1}), sample(at[1], {"energy": 2}, quality={"energy": 0x40000000}),
           sample(at[2], {"energy": 99}, quality={"energy": 0x80000000}), sample(at[3], {"energy": 4})]
    b = folder.bills(use)[-1]["values"]
    ok(b["total"] == "10.00" and Decimal(b["estimated_energy"]) == 5, "Bad is no reading, Uncertain is told as estimated", b)
    ok([(e["method"], e["energy"]) for e in b["estimates"]] == [("line", "3")], "and the gap as filled by a line", b)
    got = folder.bills([sample(at[0], {"energy": 3, "reactive_energy": None}),
                        sample(at[1], {"energy": 4, "reactive_energy": 9}, quality={"reactive_energy": 0x80000000})])
    ok([b["values"]["total"] for b in got] == ["7.00"], "energy counts where reactive energy is not known", got)
    r = folder.run([sample(at[0], {"energy": "12,5"}), sample(at[1], {"power": 3}), sample(at[2], {"energy": -4})])
    ok(r.returncode == 0 and not [b for b in decoded(r.stdout) if b.get("kind") == "bill"] and b"does not count" in r.stderr,
       "what is no energy is dropped, and told of", r.stderr)


def test_kills():
    data = encoded(random_use(3))
    folder = Folder(open(HERE + "/../schemas/tariffs/a4-verde.yaml").read().split("currency: BRL", 1)[1])
    words = ["bill", "--tariff", "t.yaml", "--contract", "9", "--every", "6h"]
    plain = duto(words, data, cwd=folder.path).stdout
    out = killed(words, data, 5, folder.path)
    ok(len(plain) > 10000 and out == plain, "killed behind checkpoints, the same bytes as of one run", len(out or ""), len(plain))


def test_customers():
    folder = Folder("charges: [{ code: e, kind: energy, rate: 1 }, { code: d, kind: demand, rate: 1, contract: yes }]\n")
    folder.write("two.yaml", "tariff: two\ncurrency: USD\ncharges: [{ code: e, kind: energy, rate: 2 }]\n")
    folder.write("c.csv", "meter,tariff,contract,cycle,factor,name,recipient,language\na,t.yaml,50,day 15,,Ana,ana@example.com,pt\n"
                 "b,two.yaml,,,10,Bo,,\n")
    use = [sample("2026-05-20T00:00:00Z", {"energy": 3}, m) for m in ("a", "b", "c")]
    r = folder.run(use, "--customers", "c.csv")
    got = {b["source"]: b["values"] for b in decoded(r.stdout) if b.get("kind") == "bill"}
    ok({m: v["total"] for m, v in got.items()} == {"a": "53.00", "b": "60.00"}, "each by his own tariff, contract and ratio", got)
    ok(got["a"]["first_day"] == "2026-05-15" and got["a"]["recipient"] == "ana@example.com" and got["a"]["language"] == "pt",
       "cycle and recipient are told")
    ok(b"no customer" in r.stderr, "a meter that is nobody's is told of", r.stderr)


def refused(title, said, *args, tariff="charges: [{ code: e, kind: energy, rate: 1 }]\n", customers=None):
    folder = Folder(tariff)
    if customers is not None:
        folder.write("c.csv", customers)
        args += ("--customers", "c.csv")
    r = folder.run([sample(MAY, {"energy": 1})], *TOTALS, *args)
    ok(r.returncode == 100 and said in r.stderr.decode() and not r.stdout, "refused: " + title, r.stderr.decode())


def test_mistakes():
    c = "charges:\n  - { code: e, kind: energy, rate: 1 }\n"
    for title, said, tariff in (
            ("an unknown key", "t.yaml:3:1: unknown key \"zonee\" (did you mean \"zone\"?)", "zonee: UTC\n" + c),
            ("a key of another kind", "t.yaml:4:39: unknown key \"contract\"", "charges:\n  - { code: e, kind: energy, rate: 1, contract: yes }\n"),
            ("no rate", "t.yaml:4:5: there is no rate", "charges:\n  - { code: e, kind: energy }\n"),
            ("two prices", "expected one of rate, tiers and bands only", "charges:\n  - { code: e, kind: fixed, rate: 1, bands: [{ rate: 2 }] }\n"),
            ("no number", "t.yaml:4:36: expected a decimal number as 12.5, found \"1,5\"", "charges:\n  - { code: e, kind: energy, rate: \"1,5\" }\n".replace("kind: energy, rate", "kind: energy, rate")),
            ("too many decimals", "at most nine decimals", "charges: [{ code: e, kind: energy, rate: 0.1234567891 }]\n"),
            ("too large", "below 9.2e9", "charges: [{ code: e, kind: energy, rate: 10000000000 }]\n"),
            ("dates out of order", "dates have to be in order", "charges: [{ code: e, kind: energy, rate: { 2026-02-01: 1, 2026-01-01: 2 } }]\n"),
            ("a date that is none", "expected a date as 2026-01-31, found \"2026-02-30\"", "charges: [{ code: e, kind: energy, rate: { 2026-02-30: 1 } }]\n"),
            ("a post that is none", "unknown \"pontas\" (did you mean \"ponta\"?)", "posts: [{ post: ponta }]\ncharges: [{ code: e, kind: energy, rate: 1, posts: pontas }]\n"),
            ("tiers without an end", "the last tier must have no \"to\"", "charges: [{ code: e, kind: energy, tiers: [{ to: 5, rate: 1 }] }]\n"),
            ("tiers that go down", "limits have to go up", "charges: [{ code: e, kind: energy, tiers: [{ to: 5, rate: 1 }, { to: 5, rate: 2 }, { rate: 1 }] }]\n"),
            ("excess of no contract", "\"contract\" is missing", "charges: [{ code: d, kind: demand, rate: 1, excess: { code: x, factor: 2 } }]\n"),
            ("net energy of no net metering", "this tariff has no net_metering", "charges: [{ code: e, kind: energy, flow: net, rate: 1 }]\n"),
            ("a percentage of what comes later", "the code of a charge further up", "charges: [{ code: p, kind: percent, of: [e], rate: 1 }, { code: e, kind: energy, rate: 1 }]\n"),
            ("cumulative tiers of what is given back", "cumulative tiers are of imported energy",
             "charges: [{ code: e, kind: energy, flow: export, tiers: { mode: cumulative, list: [{ rate: 1 }] } }]\n"),
            ("a code twice", "code e comes twice", c + "  - { code: e, kind: energy, rate: 1 }\n"),
            ("all of the price taxed", "from 0 to below 1", "taxes: [{ code: x, rate: 1 }]\n" + c),
            ("a zone that is none", "t.yaml:3:7: \"America/Sao_Paolo\" is no time zone of this system", "zone: America/Sao_Paolo\n" + c),
            ("posts by holidays that are not given", "posts go by holidays here, but no \"holidays\" are given",
             "posts: [{ post: a, days: mon-fri, holidays: excluded }, { post: b }]\n" + c),
            ("a file that is none", "not found here", "charges: [{ code: e, kind: energy, rates_from: none.yaml }]\n")):
        refused(title, said, tariff=tariff)
    contract = "charges: [{ code: d, kind: demand, rate: 1, contract: ponta }]\n"
    refused("a contract that is not there", "--contract: charge d of the tariff needs a contract for ponta", tariff=contract)
    for title, said, csv in (
            ("a customer's contract", "c.csv:2:3: charge d of the tariff needs a contract for ponta", "meter,contract\na,5\n"),
            ("a meter twice", "c.csv:3:1: meter a comes twice", "meter,contract\na,ponta=5\na,ponta=6\n"),
            ("a column that is none", "c.csv:1:7: unknown column \"contrat\"", "meter,contrat\na,5\n"),
            ("a cycle that is none", "c.csv:2:11: expected \"day\" and a day from 1 to 31", "meter,contract,cycle\na,ponta=5,day 32\n".replace("ponta=5", "ponta=5")),
            ("a contract that is no number", "c.csv:2:3: expected a number", "meter,contract\na,ponta=x\n"),
            ("no customer", "c.csv: there is no customer in this file", "meter,contract\n")):
        refused(title, said, tariff=contract, customers=csv)
    r = Folder("charges: [{ code: e, kind: energy, tiers: { mode: cumulative, list: [{ to: 5, rate: 1 }, { rate: 2 }] } }]\n").run(
        [sample(MAY, {"energy": 9})], *TOTALS)
    ok(not decoded(r.stdout) and b"energy that has none" in r.stderr, "nor of totals by tiers in the order of time", r.stderr)
    r = Folder("charges: [{ code: e, kind: energy, rate: { 2026-06-01: 1 } }]\n").run([sample(MAY, {"energy": 1})], *TOTALS)
    ok(not decoded(r.stdout) and b"e has no rate for 2026-05-01" in r.stderr, "no bill for days without a rate", r.stderr)
    three = ", ".join(f"{{ code: e{i}, kind: energy, rate: 9000000000 }}" for i in range(3))
    r = Folder(f"charges: [{three}]\n").run([sample(MAY, {"energy": "9000000000"})], *TOTALS)
    ok(not decoded(r.stdout) and b"a quantity or amount is too large" in r.stderr, "nor for more than a bill can hold", r.stderr)


def test_shipped():
    folder = HERE + "/../schemas/tariffs/"
    for f in sorted(os.listdir(folder)):
        if f == "bandeiras.yaml":
            continue
        r = duto(["bill", "--check", "--tariff", folder + f, "--contract", "100 ponta=1 fora_ponta=2", "--connection", "monofasico"])
        ok(r.returncode == 0, f"{f} can be read", r.stderr.decode())


def test_explain():
    folder = Folder("""taxes: [{ code: icms, rate: 0.2 }]
charges:
  - { code: e, label: Energy, kind: energy, rate: { 2026-01-01: 1, 2026-05-11: 2 }, changes: lines }
  - { code: d, kind: demand, rate: 3, contract: yes, taxes: none }
""")
    out = folder.run([sample(MAY, {"energy": 31, "demand": 4})], *TOTALS, "--contract", "5")
    r = duto(["bill-explain"], duto(["to-json"], out.stdout).stdout)
    text = r.stdout.decode()
    for part in ("e (Energy)", "10 kWh x 1.25 EUR/kWh", "of which 1 EUR/kWh without taxes; with icms inside", "10 of 31 days",
                 "measured 4 kW; contract 5 kW", "total (EUR)", "inside, icms: 0.2 x 65.00 EUR = 13.00"):
        ok(part in text, f"bill-explain: {part}", text)
    def head(day, first_hour):
        use = [sample(f"2026-05-{day:02}T{h:02}:00:00Z", {"energy": 1}) for h in range(first_hour, 24) if h != 9]
        out = folder.run(use, "--contract", "5", "--cycle", f"2026-05-{day - 1:02} 2026-05-{day:02}", "--interval", "1h", "--complete", "0.9")
        return duto(["bill-explain"], duto(["to-json"], out.stdout).stdout).stdout.decode().split("\n\n")[0]
    ok(head(6, 0).endswith("1 days; of the intervals 95.83 % measured, 4.16 % estimated"), "bill-explain: shares as percentages", head(6, 0))
    text = head(6, 4)
    ok(": incomplete" in text and "1 days; of the intervals 79.16 % measured, 4.16 % estimated, 16.66 % missing" in text and
       text.endswith("incomplete, not final: 90 % of the intervals have to be measured"), "and plainly that a bill is incomplete", text)
    ok(duto(["bill-explain"], b"{}").returncode == 100 and duto(["bill-explain"], b"{]").returncode == 100, "what is no bill is refused")


test_cases()
test_charges()
test_demand()
test_tiers()
test_reactive()
test_generation()
test_time()
test_order()
test_sums()
test_random()
test_register()
test_register_at_the_end()
test_revisions()
test_spikes()
test_register_beside()
test_quality()
test_customers()
test_mistakes()
test_shipped()
test_explain()
test_kills()
done()
