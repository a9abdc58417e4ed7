#!/usr/bin/python3
"""duto tariff-import: rates of URDB imported and billed, each beside a total worked by hand; what a tariff cannot say is
refused with its place in the JSON."""
import csv
import datetime
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/lib")
from tap import done, note, ok

DUTO = os.path.abspath(os.environ.get("DUTO", HERE + "/../build/duto"))
SHARED = os.path.join(HERE, "../../shared/billing-cases")
FOLDER = tempfile.TemporaryDirectory(prefix="duto-test.")
TOTALS = ("--reads", "totals")
JANUARY, JULY = "2026-01-31T12:00:00Z", "2026-07-31T12:00:00Z"


def duto(args, data=b""):
    return subprocess.run([DUTO] + args, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, cwd=FOLDER.name)


def write(name, text):
    with open(os.path.join(FOLDER.name, name), "w") as f:
        f.write(text)


def imported(rate, *args):
    """rate: JSON text, or what is written as such."""
    write("rate.json", rate if isinstance(rate, str) else json.dumps(rate))
    zone = () if "--zone" in args else ("--zone", "America/Chicago")
    return duto(["tariff-import", "rate.json", *zone, "--out", "t.yaml", *args])


def samples(rows):
    text = "".join(json.dumps({"time": t, "source": "m", "values": v}) + "\n" for t, v in rows)
    return duto(["from-json"], text.encode()).stdout


def bills(rows, *args):
    data = duto(["bill", "--tariff", "t.yaml", *args], samples(rows)).stdout
    return [s["values"] for s in map(json.loads, duto(["to-json"], data).stdout.splitlines()) if s.get("kind") == "bill"]


def lines(bill):
    return [(x["code"], x["quantity"], x["amount"]) for x in bill["lines"]]


def worked(title, rate, rows, expected, total, *args):
    r = imported(rate)
    got = bills(rows, *args) if r.returncode == 0 else []
    there = len(got) > 0 and lines(got[-1]) == expected and got[-1]["total"] == total
    ok(there, title, r.stderr.decode(), *[f"got {lines(b)} {b['total']}" for b in got[-1:]], f"expected {expected} {total}")
    return r.stderr.decode()


def schedule(row, months=range(12), other=None):
    return [list(row) if m in months else list(other) for m in range(12)]


def hours(first, first_day, last_day):
    """1 kWh in each hour of these days of Chicago."""
    at = datetime.datetime.fromisoformat(first_day).replace(tzinfo=datetime.timezone(datetime.timedelta(hours=first)))
    end = datetime.datetime.fromisoformat(last_day).replace(tzinfo=at.tzinfo)
    while at < end:
        yield at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), {"energy": 1}
        at += datetime.timedelta(hours=1)


BASE, WINTER, SUMMER = [0] * 24, [0] * 15 + [1] * 5 + [0] * 4, [0] * 15 + [2] * 5 + [0] * 4
TOU = {
    "label": "5f1a", "utility": "A \"Power\" Co", "name": "Residential (TOU-1)", "sector": "Residential", "startdate": 1546300800,
    "fixedchargefirstmeter": 10, "fixedchargeunits": "$/month", "energycomments": "From the\nutility's page: #7",
    "energyratestructure": [[{"rate": 0.1, "adj": 0.02, "unit": "kWh"}], [{"rate": 0.25}], [{"rate": 0.4}]],
    "energyweekdayschedule": schedule(SUMMER, range(5, 9), WINTER), "energyweekendschedule": schedule(BASE),
}


def test_time_of_use():
    # January 2026: 22 weekdays x 5 h; 634 h x 0.12 + 110 h x 0.25. July: 23 weekdays; 629 h x 0.12 + 115 h x 0.4.
    told = worked("time of use by month and hour: January", TOU, hours(-6, "2026-01-01", "2026-02-01"),
                  [("fixed", "1", "10.00"), ("energy_0", "634", "76.08"), ("energy_1", "110", "27.50")],
                  "113.58", "--interval", "1h")
    ok(told == "", "a rate that a tariff holds whole is told without notes", told)
    worked("and July", TOU, hours(-5, "2026-07-01", "2026-08-01"),
           [("fixed", "1", "10.00"), ("energy_0", "629", "75.48"), ("energy_2", "115", "46.00")],
           "131.48", "--interval", "1h")
    text = open(FOLDER.name + "/t.yaml").read()
    for part in ("tariff: residential-tou-1\n", 'label: "A \\"Power\\" Co: Residential (TOU-1)"\n', "rate 5f1a", "  startdate: 2019-01-01\n",
                 "  energycomments: From the utility's page: #7\n", "zone: America/Chicago\n", "currency: USD\n"):
        ok(part in text, "the file says " + part.strip(), text)


def energy(*tiers, **more):
    return {"energyratestructure": [list(tiers)], **more}


def demand(*tiers, **more):
    return {"flatdemandstructure": [list(tiers)], **more}


def test_energy():
    one = [(JANUARY, {"energy": 1300, "demand": 5})]
    worked("tiers by kWh", energy({"max": 1000, "rate": 0.07531, "adj": 0.0119}, {"rate": 0.09613, "adj": 0.0119}), one,
           [("energy", "1000", "87.21"), ("energy", "300", "32.41")], "119.62", *TOTALS)
    worked("tiers by kWh daily: 31 x 10", energy({"max": 10, "rate": 0.1, "unit": "kWh daily"}, {"rate": 0.2, "unit": "kWh daily"}), one,
           [("energy", "310", "31.00"), ("energy", "990", "198.00")], "229.00", *TOTALS)
    worked("tiers by kWh/kW: 200 x 5", energy({"max": 200, "rate": 0.1, "unit": "kWh/kW"}, {"rate": 0.05, "unit": "kWh/kW"}), one,
           [("energy", "1000", "100.00"), ("energy", "300", "15.00")], "115.00", *TOTALS)
    worked("tiers by kWh/kW daily: 2 x 5 x 31", energy({"max": 2, "rate": 0.1, "unit": "kWh/kW daily"}, {"rate": 0.05, "unit": "kWh/kW daily"}),
           one, [("energy", "310", "31.00"), ("energy", "990", "49.50")], "80.50", *TOTALS)
    nested = [{"max": 200, "unit": "kWh/kW", "rate": 0}, {"max": 400, "rate": 0.1}, {"max": 1e38, "rate": 0.05}, {"rate": 0.01, "unit": "kWh/kW"}]
    worked("blocks of kWh within a tier by kWh/kW", energy(*nested), one,
           [("energy", "400", "40.00"), ("energy", "600", "30.00"), ("energy", "300", "3.00")], "73.00", *TOTALS)
    two = {**TOU, "energyratestructure": [nested, [{**t, "rate": t["rate"] * 2} for t in nested], [{"rate": 0}]], "fixedchargefirstmeter": 0}
    # 400, 600 and 300 kWh of 1,300, of which a quarter is of the other period: 54.75 + 36.50
    r = imported(two)
    got = bills([(JANUARY, {"energy_e0": 975, "energy_e1": 325, "demand_e0": 5})], *TOTALS)
    ok(got and got[0]["total"] == "91.25", "each period has its share of such blocks", r.stderr.decode(), *map(lines, got))
    worked("a price by month", energy({"rate": 0.1}, fueladjustmentsmonthly=[0.01] * 6 + [-0.02] + [0] * 5),
           [(JANUARY, {"energy_a0": 100}), ("2026-02-28T12:00:00Z", {"energy_a0": 0}), (JULY, {"energy_a1": 100})],
           [("energy", "100", "10.00"), ("adjustment_1", "100", "-2.00")], "8.00", *TOTALS)


def test_export():
    use = [(JANUARY, {"energy": 100, "export": 30})]
    told = worked("net metering", energy({"rate": 0.1, "sell": 0.03}, usenetmetering=True), use, [("energy", "70", "7.00")], "7.00", *TOTALS)
    ok("note: energyratestructure[0]: sell is left out" in told, "and sell rates are told of", told)
    for rule in ({"dgrules": "Net Billing Instantaneous"}, {"usenetmetering": False}, {}):
        worked(f"export is paid by sell: {rule}", energy({"rate": 0.1, "sell": 0.03}, **rule), use,
               [("energy", "100", "10.00"), ("export", "30", "-0.90")], "9.10", *TOTALS)
    worked("in tiers of its own", energy({"rate": 0.1, "sell": 0.05, "max": 20}, {"rate": 0.1, "sell": 0.01}), use,
           [("energy", "20", "2.00"), ("energy", "80", "8.00"), ("export", "20", "-1.00"), ("export", "10", "-0.10")], "8.90", *TOTALS)


def test_demand():
    use = [(JANUARY, {"demand": 100, "apparent": 120})]
    worked("demand with tiers", demand({"max": 60, "rate": 5, "adj": 0.5}, {"rate": 2}), use,
           [("demand", "60", "330.00"), ("demand", "40", "80.00")], "410.00", *TOTALS)
    worked("by kVA", demand({"rate": 2}, flatdemandunit="kVA"), use, [("demand", "120", "240.00")], "240.00", *TOTALS)
    worked("by hp: 7.46 a hp are 10 a kW, 100 hp 74.6 kW", demand({"rate": 7.46, "max": 100}, {"rate": 3.73}, flatdemandunit="hp"), use,
           [("demand", "74.6", "746.00"), ("demand", "25.4", "127.00")], "873.00", *TOTALS)
    hourly = {"demandratestructure": [[{"rate": 1}], [{"rate": 10}]], "demandweekdayschedule": schedule(WINTER),
              "demandweekendschedule": schedule(BASE), "flatdemandstructure": [[{"rate": 2}]], "demandwindow": 60, "demandrateunit": "kW"}
    quarters = [("2026-01-03T22:00:00Z", {"energy": 9}), ("2026-01-05T15:00:00Z", {"energy": 8}), ("2026-01-05T22:15:00Z", {"energy": 6}),
                ("2026-01-31T12:00:00Z", {"energy": 1})]
    got = imported(hourly).returncode == 0 and open(FOLDER.name + "/t.yaml").read()
    ok("interval: 60m\n" in got, "the demand window", got)
    worked("by hours, on a Saturday, a Monday morning and a Monday afternoon", hourly, quarters,
           [("demand", "9", "18.00"), ("tou_demand_0", "9", "9.00"), ("tou_demand_1", "6", "60.00")], "87.00", "--interval", "1h")


def test_ratchets():
    july = [(JULY, {"demand": 50, "energy": 0})]
    past = ("--history", "2025-07=900 2025-08=100 2026-01=90 2026-06=70")
    for title, terms, billed in (
            ("of eleven months", {"demandratchetpercentage": [0.8] * 12}, "80"),
            ("in percent", {"demandratchetpercentage": [80] * 12}, "80"),
            ("over a range", {"lookbackPercent": 0.9, "lookbackRange": 2}, "63"),
            ("over months", {"lookbackPercent": 1, "lookbackMonths": [1] + [0] * 11}, "90"),
            ("of no share", {"lookbackPercent": 0, "lookbackRange": 2}, "50")):
        worked("a ratchet " + title, demand({"rate": 1}, **terms), july, [("demand", billed, f"{billed}.00")], f"{billed}.00", *TOTALS, *past)
    seasons = {"flatdemandstructure": [[{"rate": 1}], [{"rate": 3}]], "flatdemandmonths": [0] * 5 + [1] * 4 + [0] * 3,
               "demandratchetpercentage": [0.5] * 12}
    worked("a ratchet holds in its season only", seasons, [(JULY, {"demand_f1": 20})], [("demand_1", "45", "135.00")], "135.00", *TOTALS,
           "--history", "2026-01=90")


def test_fixed():
    for unit, rate, quantity, amount in (("$/day", 0.333, "31", "10.32"), ("$/month", 9.5, "1", "9.50"), ("$/year", 120, "1", "10.00")):
        worked("fixed, " + unit, {"fixedchargefirstmeter": rate, "fixedchargeunits": unit}, [(JANUARY, {"energy": 1})],
               [("fixed", quantity, amount)], amount, *TOTALS)
    worked("a minimum by the day: 31 - 10", energy({"rate": 0.1}, mincharge=1, minchargeunits="$/day"), [(JANUARY, {"energy": 100})],
           [("energy", "100", "10.00"), ("minimum", "21", "21.00")], "31.00", *TOTALS)
    worked("names of old", energy({"rate": 0.1}, fixedmonthlycharge=2, minmonthlycharge=15), [(JANUARY, {"energy": 100})],
           [("fixed_monthly", "1", "2.00"), ("energy", "100", "10.00"), ("minimum_monthly", "3", "3.00")], "15.00", *TOTALS)


def test_numbers():
    for text, rate in (("0.123456789", "0.123456789"), ("1.5e-3", "0.0015"), ("12E2", "1200"), ("123456789.987654321", "123456789.987654321"),
                       ("-0.000000001", "-0.000000001"), ("0", "0"), ("0.0", "0"), ("0.1234567895", "0.12345679"), ("1e-400", "0"),
                       ("0.00000000049", "0"), ("9999999999", None), ("1e30", None)):
        r = imported('{"energyratestructure": [[{"rate": %s}]]}' % text)
        found = re.search(r"rate: (\S+) }", open(FOLDER.name + "/t.yaml").read())
        if rate is None:
            ok(r.returncode == 100, f"{text} is refused", r)
        else:
            rounded = Decimal(text) != Decimal(rate)
            ok(r.returncode == 0 and found and found[1] == rate and rounded == (b"is rounded to" in r.stderr), f"{text} is {rate} to the last digit",
               r.stderr.decode(), found and found[0])


def refused(title, rate, pattern, *args):
    if os.path.exists(FOLDER.name + "/t.yaml"):
        os.unlink(FOLDER.name + "/t.yaml")
    r = imported(rate, *args)
    good = r.returncode == 100 and re.search(pattern, r.stderr.decode()) and not os.path.exists(FOLDER.name + "/t.yaml")
    ok(good, title, f"exit status {r.returncode}", r.stderr.decode(), "expected " + pattern)


def test_refused():
    short = [0] * 23
    for place, rate in (
            (r"rate.json: energyratestructure\[0\]\[1\]\.unit: is kWh daily, and the first tier's is kWh",
             energy({"max": 5, "rate": 1, "unit": "kWh"}, {"rate": 2, "unit": "kWh daily"})),
            (r"energyratestructure\[0\]\[0\]\.unit: expected one of kWh, .*, found \"therm\"", energy({"rate": 1, "unit": "therm"})),
            (r"energyratestructure\[0\]\[0\]\.rate: expected a number, found \"0.1\"", energy({"rate": "0.1"})),
            (r"energyratestructure\[0\]\[0\]\.rebate: is not known", energy({"rate": 1, "rebate": 2})),
            (r"energyratestructure\[0\]\[0\]: expected an object, found true", {"energyratestructure": [[True]]}),
            (r"energyratestructure\[0\]: expected a list, found an object", {"energyratestructure": [{"rate": 1}]}),
            (r"energyratestructure: expected 1 to 64 elements, found 65", {"energyratestructure": [[{"rate": 1}]] * 65}),
            (r"energyratestructure\[0\]: expected 1 to 32 elements, found 0", {"energyratestructure": [[]]}),
            (r"energyratestructure\[0\]: only the last tier", energy({"rate": 1}, {"rate": 2})),
            (r"energyratestructure\[0\]: limits have to go up", energy({"rate": 1, "max": 9}, {"rate": 1, "max": 9}, {"rate": 2})),
            (r"energyratestructure\[0\]\[0\]\.max: a limit is above 0", energy({"rate": 1, "max": -9}, {"rate": 2})),
            (r"energyweekdayschedule: is missing", {**TOU, "energyweekdayschedule": None}),
            (r"energyweekendschedule: expected 12 elements, found 11", {**TOU, "energyweekendschedule": schedule(BASE)[:11]}),
            (r"energyweekendschedule\[3\]: expected 24 elements, found 23", {**TOU, "energyweekendschedule": schedule(short, [3], BASE)}),
            (r"energyweekendschedule\[0\]\[0\]: expected a whole number from 0 to 2, found 3", {**TOU, "energyweekendschedule": schedule([3] * 24)}),
            (r"energyweekendschedule\[0\]\[0\]: expected a whole number from 0 to 2, found -1", {**TOU, "energyweekendschedule": schedule([-1] * 24)}),
            (r"energyweekendschedule\[0\]\[0\]: expected a whole number .*, found 0.5", {**TOU, "energyweekendschedule": schedule([0.5] * 24)}),
            (r"flatdemandmonths: is missing", {"flatdemandstructure": [[{"rate": 1}]] * 2}),
            (r"flatdemandunit: a peak of each day \(kW daily\)", demand({"rate": 1}, flatdemandunit="kW daily")),
            (r"demandratchetpercentage\[5\]: a ratchet that changes with the month",
             demand({"rate": 1}, demandratchetpercentage=[0] * 5 + [0.5] * 4 + [0] * 3)),
            (r"lookbackPercent: lookbackRange or lookbackMonths is missing", demand({"rate": 1}, lookbackPercent=0.5)),
            (r"lookbackMonths\[1\]: expected true or false, found 2", demand({"rate": 1}, lookbackPercent=0.5, lookbackMonths=[0, 2] + [0] * 10)),
            (r"demandratestructure: a ratchet of demand by hours",
             {"demandratestructure": [[{"rate": 1}]] * 2, "demandweekdayschedule": schedule(WINTER), "demandweekendschedule": schedule(BASE),
              "demandratchetpercentage": [0.5] * 12}),
            (r"demandreactivepowercharge: a charge of the largest kvar", demand({"rate": 1}, demandreactivepowercharge=0.3)),
            (r"coincidentratestructure: the times of the system's peaks", demand({"rate": 1}, coincidentratestructure=[[{"rate": 4}]])),
            (r"demandwindow: an hour is no multiple of 7 minutes", demand({"rate": 1}, demandwindow=7)),
            (r"fixedchargeunits: expected one of \$/day", energy({"rate": 1}, fixedchargefirstmeter=1, fixedchargeunits="$/week")),
            (r"fixedmonthlycharge: there is fixedchargefirstmeter too", {"fixedchargefirstmeter": 1, "fixedmonthlycharge": 1}),
            (r"mincharge: a minimum of the year", energy({"rate": 1}, mincharge=1, minchargeunits="$/year")),
            (r"annualmincharge: a minimum of the year", energy({"rate": 1}, annualmincharge=100)),
            (r"dgrules: expected one of Net Metering", energy({"rate": 1}, dgrules="Feed-in")),
            (r"dgrules: is \"Buy All Sell All\", but usenetmetering", energy({"rate": 1}, dgrules="Buy All Sell All", usenetmetering=True)),
            (r"energyratestructure\[0\]: net metering of a period that demand",
             energy({"rate": 1}, usenetmetering=True, flatdemandstructure=[[{"rate": 1}]] * 2, flatdemandmonths=[0, 1] * 6)),
            (r"more than 64 kinds of hours",
             {"energyratestructure": [[{"rate": 1}]] * 24, "demandratestructure": [[{"rate": 1}]] * 12, "energyweekdayschedule": schedule(range(24)),
              "energyweekendschedule": schedule(BASE), "demandweekdayschedule": [[m] * 24 for m in range(12)], "demandweekendschedule": schedule(BASE)}),
            (r"rate.json: there are no charges", {"error": {"code": "API_KEY_INVALID"}}),
            (r"more than 400 fields", {f"k{i}": i for i in range(401)}),
            (r"rate.json:1:6: ", '"text"'),
            (r"rate.json: expected .* found 0", "[]"),
            (r"rate.json:2:0: ", '{"energyratestructure":\n'),
            (r"rate.json:1:\d+: .*duplicate", '{"label": 1, "label": 2}'),
            (r"rate.json:1:\d+: ", '{"label": "\\ud800"}'),
            (r"rate.json:1:\d+: maximum parsing depth", "[" * 100000)):
        refused("refused: " + place[:60], rate, place)
    r = imported(demand({"rate": 1, "adj": "x"}, demandwindow=7, annualmincharge=1))
    ok(len(r.stderr.splitlines()) == 3, "all that is wrong is told at once", r.stderr.decode())
    refused("a zone that is not there", TOU, "--zone: there is no time zone America/Nowhere", "--zone", "America/Nowhere")
    refused("a currency that is none", TOU, "--currency: expected letters", "--currency", "U D")
    r = imported(energy({"rate": 0.5}, annualmincharge=100, fixedchargeeaaddl=3, riders=[{"of": 1.25}]), "--without", "annualmincharge")
    text = open(FOLDER.name + "/t.yaml").read()
    ok(r.returncode == 0 and "Left out as asked: annualmincharge\n" in text and "  riders: of: 1.25\n" in text, "--without leaves out, and says so", text)
    ok(b"note: riders: is not known" in r.stderr and b"note: fixedchargeeaaddl: is left out" in r.stderr, "what is not charged is told of", r.stderr)
    refused("--without what is not there", TOU, "nothing: is not in the rate", "--without", "nothing")


def test_choice():
    items = {"items": [{**energy({"rate": 1}), "label": "a", "name": "One"}, {**energy({"rate": 2}), "label": "b", "name": "Two"}]}
    for args in (("--label", "b"), ("--index", "1")):
        imported(items, *args)
        ok("rate: 2 }" in open(FOLDER.name + "/t.yaml").read(), "one of several: " + " ".join(args))
    imported(items, "--index", "0", "--name", "my_tariff")
    ok("tariff: my_tariff\n" in open(FOLDER.name + "/t.yaml").read(), "a name of one's own")
    refused("several, and none is named", items, "items: there are 2 rates: --label or --index")
    refused("a label that is not there", items, "items: no rate has the label c", "--label", "c")
    refused("an index that is not there", items, "items: there are 2 rates", "--index", "2")
    refused("no rates at all", {"items": []}, "items: expected .* found 0")


def test_text():
    hostile = "\u2028a: b\ncharges: []\n\x7f\ufeff\u0085# \"\\ {x} \u00e9"
    r = imported({**energy({"rate": 1}), "name": hostile, "utility": hostile, "label": hostile, "energycomments": hostile, "x: y\n": hostile})
    ok(r.returncode == 0, "text cannot become more than text", r.stderr.decode())


def test_spoilt():
    whole = json.dumps({**TOU, **demand({"rate": 1, "max": 5}, {"rate": 2}), "demandratchetpercentage": [0.5] * 12}).encode()
    r, wrong, refusals = random.Random(3), [], 0
    for i in range(150):
        data = bytearray(whole)
        for _ in range(r.randrange(1, 4)):
            at = r.randrange(len(data))
            data[at:at + r.randrange(3)] = bytes([r.choice(b'{}[],:"-0.9e\x00\xff')])
        with open(FOLDER.name + "/rate.json", "wb") as f:
            f.write(data)
        p = duto(["tariff-import", "rate.json", "--zone", "UTC"])
        refusals += p.returncode == 100
        if p.returncode not in (0, 100) or (p.returncode and not p.stderr.startswith(b"rate.json:")):
            wrong.append((p.returncode, p.stderr, bytes(data[:80])))
    ok(refusals > 50 and not wrong, f"spoilt anywhere: {refusals} of 150 refused, each with a place", *wrong[:3])


def case(name):
    path = os.path.join(SHARED, name + ".json")
    if not os.path.exists(path):
        note("worked bills beside the project are not here: " + name)
        return None
    return json.load(open(path))


def year_total(load):
    """Bills of SAM's year of hours, Monday 1 January first, as one that is rounded once."""
    text = open(FOLDER.name + "/t.yaml").read().replace("charges:\n", "rounding: { policy: end }\ncharges:\n", 1)
    write("t.yaml", text)
    at = datetime.datetime(2018, 1, 1)
    rows = [((at + datetime.timedelta(hours=i)).strftime("%Y-%m-%dT%H:%M:%SZ"), {"energy": round(float(v), 9)}) for i, v in enumerate(load)]
    exact = sum(Decimal(x["exact"]) for b in bills(rows, "--interval", "1h") for x in b["lines"])
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def load_of(c):
    with open(os.path.join(SHARED, c["load"]["file"])) as f:
        return [row[-1] for row in csv.reader(f) if row and re.fullmatch(r"[-\d.eE+]+", row[-1])]


def test_sam():
    for name in ("us-ssc-res-tou-annual", "us-ssc-res-daily-tiers-annual"):
        c = case(name)
        if not c:
            continue
        periods = c["tariff"]["periods"]
        rate = {"energyratestructure": []}
        for p in periods.values():
            tiers = [["inf", p]] if isinstance(p, str) else p
            rate["energyratestructure"].append([
                {"rate": float(price), "unit": "kWh daily", **({"max": float(limit.split("/")[0])} if limit != "inf" else {})}
                for limit, price in tiers])
        for day in ("weekday", "weekend"):
            rate[f"energy{day}schedule"] = [[h - 1 for h in row] for row in c["tariff"]["schedule_12x24"][day]]
        r = imported(rate, "--zone", "UTC")
        total = year_total(load_of(c))
        ok(r.returncode == 0 and total == c["expected"]["total"], f"SAM's {name}: {total}", r.stderr.decode(), c["expected"]["total"])
    c = case("us-georgia-kwh-per-kw-july")
    if c:
        blocks = [{"rate": 0, "max": 200, "unit": "kWh/kW"}]
        blocks += [{"rate": float(p), "unit": "kWh", **({"max": float(m)} if m != "inf" else {})} for m, p in c["tariff"]["first_200_h_use"]]
        blocks += [{"rate": float(p), "unit": "kWh/kW", **({"max": float(s.split("-")[1][:-2])} if "-" in s else {})} for s, p in c["tariff"]["next"]]
        r = imported({"energyratestructure": [blocks], "fixedchargefirstmeter": float(c["tariff"]["fixed"]), "demandwindow": 60}, "--zone", "UTC")
        total = year_total(load_of(c))
        ok(r.returncode == 0 and total == c["expected"]["total"], f"SAM's kWh/kW with blocks: {total}", r.stderr.decode(), c["expected"]["total"])


for name, test in list(globals().items()):
    if name.startswith("test_"):
        test()
done()
