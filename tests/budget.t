#!/usr/bin/python3
"""duto budget: days and projections beside those worked out in fractions; bills taken apart, each effect by hand."""
# conformance: --field torque --interval 1s
# conformance: --field tool_wear --budget 1 --zone America/Sao_Paulo --unit Wh
import os
import random
import sys
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from kills import killed
from program import decoded, duto, encoded, numbered, sample_at
from tap import done, ok

START = datetime(2026, 3, 1, 3, tzinfo=timezone.utc)  # midnight in Sao Paulo


def budget(options, samples):
    """Days and events that come out."""
    r = duto(["budget", *options], encoded(numbered(samples)))
    ok(r.returncode == 0, "budget " + " ".join(options) + ": runs", r.stderr.decode())
    out = decoded(r.stdout)
    return ([s for s in out if s["source"] == "plant/total/budget" and "kind" not in s],
            [s for s in out if s.get("kind") == "event"], out)


def day_of(s):
    return datetime.fromisoformat(s["time"].replace("Z", "+00:00"))


ZONE = ["--zone", "America/Sao_Paulo"]


def hours(use):
    """A sample an hour, use(day, hour) kWh."""
    return [sample_at(START + timedelta(hours=h), {"energy": use(h // 24, h % 24)}) for h in range(24 * 70)]


def test_days():
    rng = random.Random(2)
    used = [[round(rng.uniform(1, 9), 3) for _ in range(24)] for _ in range(70)]
    days, events, _ = budget([*ZONE, "--interval", "1h", "--budget", "3700", "--tolerance", "5%"], hours(lambda d, h: used[d][h]))
    total = [sum(Fraction(str(v)) for v in d) for d in used]
    wrong = []
    for n, s in enumerate(days):
        first = 0 if n < 31 else 31 if n < 61 else 61
        length = 31 if n < 31 else 30 if n < 61 else 31
        sums = sum(total[first:n + 1])
        usual = [total[n - 7 * w] for w in range(1, 5) if n >= 7 * w]
        want = {"energy_day": total[n], "energy_to_date": sums, "energy_projected": sums / (n + 1 - first) * length, "budget": 3700}
        if usual:
            want["usual_day"] = sum(usual) / len(usual)
        got = {k: v for k, v in s["values"].items() if k != "usual_to_date"}
        if got.keys() != want.keys() or any(abs(got[k] - want[k]) > 1e-6 for k in want) or \
                day_of(s) != START + timedelta(days=n):
            wrong.append((n, got, {k: float(v) for k, v in want.items()}))
    ok(len(days) == 69 and not wrong, "each day, its cycle so far, the projection, the same weekdays of four weeks", *wrong[:2])
    reference = sum(sum(total[n - 7 * w] for w in range(1, 5) if n >= 7 * w) / sum(n >= 7 * w for w in range(1, 5)) for n in range(31, 41))
    ok("usual_to_date" not in days[20]["values"] and abs(days[40]["values"]["usual_to_date"] - reference) < 1e-6,
       "what is usual so far, where it is known for all days", days[40], float(reference))
    projected = [31 * sum(total[:n + 1]) / (n + 1) > 3700 for n in range(31)]
    exceeded = [sum(total[:n + 1]) > 3700 for n in range(31)]
    march = [(e["values"]["event"], (day_of(e) - START).days) for e in events if e["values"]["event"] != "consumption_high"
             and (day_of(e) - START).days <= 31]
    want = [(name, when.index(True) + 1) for name, when in (("budget_projected", projected), ("budget_exceeded", exceeded)) if True in when]
    ok(march == sorted(want, key=lambda e: e[1]) and march, "the budget is projected to be passed, and passed, once each", march, want)
    high = [(day_of(e) - START).days - 1 for e in events if e["values"]["event"] == "consumption_high"]
    want = [n for n in range(7, 69) if total[n] > Fraction("1.05") * sum(total[n - 7 * w] for w in range(1, 5) if n >= 7 * w) /
            sum(n >= 7 * w for w in range(1, 5))]
    ok(high == want and high, "days above the usual", high, want)


def test_gaps():
    flat = hours(lambda d, h: 1)
    holed = [s for s in flat if not (day_of(s) - START).days == 3 or (day_of(s) - START).seconds < 3600 * 20]
    days, _, _ = budget([*ZONE, "--interval", "1h"], holed)
    ok("usual_day" not in days[10]["values"] and days[11]["values"]["usual_day"] == 24.0,
       "a day of which a tenth and more is missing is nothing to go by", days[10])
    bad = hours(lambda d, h: 1)
    bad[5]["quality"] = {"energy": 0x80000000}
    bad[7]["values"]["energy"] = None
    days, _, out = budget([*ZONE, "--interval", "1h"], bad)
    ok(days[0]["values"]["energy_day"] == 22.0 and sum("kind" not in s and s["source"] == "plant/total" for s in out) == len(bad),
       "what is Bad or nil does not count, and goes on", days[0])
    ended = [sample_at(day_of(s) + timedelta(hours=1), s["values"]) for s in flat]
    days, _, _ = budget([*ZONE, "--interval", "1h", "--stamp", "end"], ended)
    ok([d["values"]["energy_day"] for d in days[:3]] == [24.0] * 3, "stamped at their end", days[:1])
    units = [sample_at(START, {"energy": {"unit": "Wh"}}, kind="schema")] + hours(lambda d, h: 1000)
    days, _, _ = budget([*ZONE, "--interval", "1h"], units)
    ok(days[0]["values"]["energy_day"] == 24.0, "in the unit that is announced", days[0])
    marked = flat[:24] + [sample_at(START + timedelta(hours=25), {}, kind="mark")]
    days, _, _ = budget([*ZONE, "--interval", "1h"], marked)
    ok(len(days) == 1, "a mark ends a day", days)
    late = flat[:30] + [sample_at(START + timedelta(hours=2), {"energy": 10})] + flat[30:]
    days, _, _ = budget([*ZONE, "--interval", "1h"], late)
    ok(days[1]["values"]["energy_to_date"] == 58.0, "what is late counts in its day", days[1])


def bill(month, lines, taxes=(), total=None, **more):
    at = datetime(2026, month, 1, 3, tzinfo=timezone.utc)
    total = total or str(sum(Decimal(line["amount"]) for line in lines))
    values = {"tariff": "t", "state": "final", "revision": 0, "from": f"2026-{month - 1:02}-01T03:00:00Z", "currency": "BRL",
              "total": total, "lines": lines, **more}
    values.update({"taxes": list(taxes)} if taxes else {})
    return sample_at(at, values, kind="bill")


def line(code, quantity, unit, rate, net=None):
    amount = (Decimal(quantity) * Decimal(rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    made = {"code": code, "quantity": quantity, "unit": unit, "rate": rate, "amount": str(amount)}
    return {**made, "net_rate": net} if net else made


def effects(bills, options=()):
    _, events, _ = budget([*options], bills)
    return [{k: v for k, v in e["values"].items() if k != "event"} for e in events if e["values"]["event"] == "bill_variation"]


def test_bills():
    first = [line("energia", "100", "kWh", "0.80", "0.64"), line("bandeira_amarela", "100", "kWh", "0.02"),
             line("demanda", "400", "kW", "10"), line("cip", "1", "", "12.50")]
    second = [line("energia", "120", "kWh", "0.90", "0.675"), line("bandeira_vermelha", "120", "kWh", "0.05"),
              line("demanda", "410", "kW", "10"), line("cip", "1", "", "13.00")]
    # quantity 20 x 0.80; price 120 x 0.035 x 1.25, and 0.50; tax 120 x 0.675 x (1.3333 - 1.25)
    want = {"level": "notice", "before": "4094.50", "now": "4227.00", "change": "132.50", "quantity": "16.00", "price": "5.75",
            "flag": "4.00", "tax": "6.75", "demand": "100.00"}
    ok(effects([bill(3, first), bill(4, second)]) == [want], "each effect by hand", effects([bill(3, first), bill(4, second)]))
    got = effects([bill(3, first), bill(4, second)], ["--variation", "3%"])
    ok(got[0]["level"] == "warning", "a large change is a warning", got)
    got = effects([bill(3, first), bill(4, first), bill(5, second)])
    ok([g["change"] for g in got] == ["0.00", "132.50"] and got[1]["quantity"] == "16.00", "each bill with the one before", got)
    got = effects([bill(3, first), bill(4, second), bill(4, first, revision=1), bill(5, second)])
    ok([g["change"] for g in got] == ["132.50", "0.00", "132.50"], "a revision is compared in the place of what it replaces", got)
    got = effects([bill(3, first), bill(4, second, state="provisional"), bill(4, second)])
    ok(len(got) == 1, "provisional bills are not compared", got)
    # 333.333 x 0.80 is 266.67, 100.005 x 0.80 is 80.00: 0.01 less than the quantity's difference makes
    got = effects([bill(3, [line("e", "333.333", "kWh", "0.80")]), bill(4, [line("e", "100.005", "kWh", "0.80")])])
    ok((got[0]["quantity"], got[0]["price"]) == ("-186.67", "0.00"), "of one price, what is rounded is quantity", got)
    vat = [{"code": "vat", "rate": "0.05", "base": "80.00", "amount": "4.00", "method": "on-top"}]
    a, b = [line("e", "100", "kWh", "0.80"), line("vat", "80", "", "0.05")], [line("e", "50", "kWh", "0.80"), line("vat", "40", "", "0.05")]
    got = effects([bill(3, a, vat), bill(4, b, vat)])
    ok((got[0]["quantity"], got[0]["tax"]) == ("-40.00", "-2.00"), "a tax on top is a tax", got)
    got = effects([bill(3, first, total="4094.51"), bill(4, second)])
    ok(got[0]["rounding"] == "-0.01" and got[0]["change"] == "132.49", "what a total was rounded by", got)
    got = effects([bill(3, first), bill(4, first, currency="USD")])
    ok(got == [], "two currencies are not compared", got)
    got = effects([bill(3, first), sample_at(START, {"state": "final", "from": "x", "lines": 7}, kind="bill"), bill(5, second)])
    ok(got == [], "what is no bill is told, not compared", got)


def test_sums():
    rng = random.Random(3)

    def lines():
        return [line(code, str(Decimal(rng.randrange(10**9)).scaleb(-4)), unit, str(Decimal(rng.randrange(1, 10**7)).scaleb(-6)),
                     str(Decimal(rng.randrange(1, 10**7)).scaleb(-6)) if unit == "kWh" else None)
                for code, unit in (("a", "kWh"), ("b", "kWh"), ("a", "kWh"), ("d", "kW"), ("bandeira_x", "kWh"), ("f", ""))
                if rng.random() < 0.8]
    bills = [(bill(2 + i % 10, lines(), **{"from": f"cycle {i}"})) for i in range(200)]
    got = effects(bills)
    exact = [g for g in got if "rounding" not in g and sum(Decimal(g[k]) for k in ("quantity", "price", "flag", "tax", "demand")) ==
             Decimal(g["change"]) == Decimal(g["now"]) - Decimal(g["before"])]
    ok(len(got) == 199 and len(exact) == 199, "effects add up to the change, to the cent", len(exact), len(got))


def test_real():
    plant = duto("sim meter --every 1h --count 4000 --start 2026-01-01T03:00:00Z".split()).stdout
    made = duto("bill --tariff a4-verde.yaml --reads register --import active_energy_import --unit Wh --contract 200".split(), plant).stdout
    r = duto(["budget"], made)
    out = decoded(r.stdout)
    got = [s["values"] for s in out if s.get("kind") == "event"]
    ok(len(got) >= 3 and all(sum(Decimal(g[k]) for k in ("quantity", "price", "flag", "tax", "demand")) == Decimal(g["change"]) for g in got),
       "the bills that duto bill makes", got)


def test_options():
    for wrong, said in ((["--budget", "x"], "--budget"), (["--zone", "Mars"], "--zone"), (["--cycle", "monthly"], "--cycle")):
        r = duto(["budget", *wrong])
        ok(r.returncode == 100 and said in r.stderr.decode(), f"budget {' '.join(wrong)} is 100", r)


def test_kills():
    stream = hours(lambda d, h: 1 + (d * 7 + h * 3) % 11 / 8)
    lines = [line("energia", "100", "kWh", "0.80", "0.64")]
    stream += [bill(m, lines + [line("cip", str(m), "", "1")]) for m in (3, 4, 5)]
    stream.sort(key=lambda s: s["time"])
    stream += [bill(5, lines + [line("cip", str(r), "", "1")], revision=r, note="x" * 1000) for r in range(1, 200)]
    plant = encoded(numbered(stream))
    words = ["budget", *ZONE, "--interval", "1h", "--budget", "1000"]
    plain = duto(words, plant).stdout
    out = killed(words, plant, 8)
    ok(len(plain) > len(plant) and out == plain, "killed behind checkpoints, the same bytes as in one run", len(out or ""), len(plain))


test_days()
test_gaps()
test_bills()
test_sums()
test_real()
test_options()
test_kills()
done()
