"""The load of a worked case as samples, and the options that `duto bill` reads them with."""
import csv
import datetime
import os
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from case_tariff import MONTHS

YEAR = 2018  # of loads that name none: it has no leap day and begins with a Monday
UTC = datetime.timezone.utc


def row_numbers(rows, stamp):
    return all(r[stamp].isdigit() for r in rows)


def whole(rows, stamp):
    """Intervals that a numbered list leaves out had no energy: only dated ones can be missing."""
    by_number = {int(r[stamp]): r for r in rows}
    nothing = {name: "0" for name in rows[0]}
    return [by_number.get(i, {**nothing, stamp: str(i)}) for i in range(max(by_number) + 1)]


class Load:
    """samples: (time, values) in order; options: of duto bill; cycle: its --cycle, or None for months."""

    def __init__(self, case, tariff, folder):
        self.case, self.tariff, self.f = case, tariff, tariff.load
        self.zone = ZoneInfo(tariff.top.get("zone", "UTC"))
        self.samples, self.options, self.cycle = [], [], None
        self.folder = folder
        for name in ("kind", "unit", "stamp", "start_weekday", "interval_min", "days_by_month", "demand_hp", "rollovers"):
            self.f.get(name)
        getattr(self, self.f.fields["kind"])()

    def several_cycles(self):
        months = {(t.astimezone(self.zone).year, t.astimezone(self.zone).month) for t, _ in self.samples}
        return not self.cycle and len(months) > 1

    def local(self, year, month, day, hour=0):
        return datetime.datetime(year, month, day, hour, tzinfo=self.zone).astimezone(UTC)

    def reads(self, unit, minutes):
        power = "kW" in unit and "kWh" not in unit
        self.options += ["--reads", "power" if power else "energy", "--interval", f"{minutes}m",
                         "--stamp", self.f.fields.get("stamp", "start")]

    def between(self, first, end):
        """A cycle from the day of one moment to the end of the day of another."""
        before = (first.astimezone(self.zone) - datetime.timedelta(days=1)).date()
        last = (end.astimezone(self.zone) - datetime.timedelta(seconds=1)).date()
        self.cycle = f"{before} {last}"

    def rates_days(self):
        """Days that the tariff itself counts: of rates with dates."""
        rates = self.case["tariff"].get("rates")
        if not rates:
            return None
        first = datetime.date.fromisoformat(rates[0]["valid_from"])
        days = sum(r.get("days", 0) for r in rates)
        return first, first + datetime.timedelta(days=days - 1)

    def day_of_totals(self):
        """The day that a cycle of totals is read on; sets the cycle."""
        before, last = self.f.get("period_first_day_exclusive"), self.f.get("period_last_day_inclusive")
        days, rates = self.f.get("days"), self.rates_days()
        if before and last:
            self.cycle = f"{before} {last}"
        elif days:
            last = datetime.date(YEAR, 5, 31)
            self.cycle = f"{last - datetime.timedelta(days=int(days))} {last}"
        elif rates:
            last = rates[1]
            self.cycle = f"{rates[0] - datetime.timedelta(days=1)} {last}"
        else:
            last = datetime.date(YEAR, 5, 31)
        day = datetime.date.fromisoformat(str(last))
        return self.local(day.year, day.month, day.day, 12)

    def totals(self):
        values = {}
        for m, v in self.f.matching(r"(energy|demand)_(?:(\w+)_)?(kwh|kw)"):
            values[m[1] + {"import": "", "measured": ""}.get(m[2], f"_{m[2]}") if m[2] else m[1]] = v
        export, reactive, pf = self.f.get("energy_export_kwh"), self.f.get("reactive_kvarh"), self.f.get("pf")
        capacitive = self.f.get("capacitive_kvarh")
        kw, kva = self.f.get("kw"), self.f.get("kva")
        values.pop("energy_export", None)
        for name, v in (("export", export), ("inductive", reactive), ("capacitive", capacitive), ("demand", kw),
                        ("apparent", kva), ("power_factor", pf)):
            if v is not None:
                values[name] = v
        if pf and Decimal(str(pf)) > 1:
            values["power_factor"] = str(Decimal(str(pf)) / 100)
        self.options += ["--reads", "totals"]
        if not self.months(values):
            self.invent_posts(values)
            self.samples.append((self.day_of_totals(), values))

    def months(self, values):
        """january_max_kw: a cycle each."""
        found = self.f.matching(r"(%s)_(max_kw|kwh)" % "|".join(MONTHS))
        posts = {p["post"] for p in self.tariff.posts}
        for m, v in found:
            month = MONTHS.index(m[1]) + 1
            kind = "demand" if m[2] == "max_kw" else "energy"
            charged = "charged" in posts and any(month in s["months"] for s in self.tariff.seasons.values())
            name = kind + ("_charged" if charged else "_other" if posts else "")
            self.samples.append((self.local(YEAR, month, 28), {**values, name: v}))
        return bool(found)

    def invent_posts(self, values):
        """Posts that only totals speak of have some hours: none of them matters."""
        named = sorted({m[2] for m in (re.fullmatch(r"(energy|demand|export)_(\w+)", n) for n in values) if m})
        for i, name in enumerate(n for n in named if not self.tariff.has_post(n)):
            self.tariff.add_post(name, hours=f"{i:02}:00-{i + 1:02}:00")
        if named:
            self.tariff.posts[-1].pop("hours", None)
        lone = [n for n in ("energy", "demand", "export", "inductive", "apparent") if n in values and self.tariff.posts]
        for n in lone:
            values[f"{n}_{self.tariff.posts[-1]['post']}"] = values.pop(n)

    def rule(self):
        text = self.f.get("rule")
        start, end = self.f.get("start"), self.f.get("end")
        power = re.search(r"constant ([\d.]+) kW", text)
        monthly = re.search(r"([\d,.]+) kWh in each of (\d+) months", text)
        if monthly:
            self.options += ["--reads", "totals"]
            self.samples = [(self.local(YEAR, m, 28), {"energy": monthly[1].replace(",", "")}) for m in range(1, int(monthly[2]) + 1)]
            return
        dated = re.search(r"(\d{4}-\d\d-\d\d), (\d+) intervals", text)
        if dated:
            day = datetime.date.fromisoformat(dated[1])
            first, count = self.local(day.year, day.month, day.day), int(dated[2])
            end = first + datetime.timedelta(days=1)
            step = datetime.timedelta(minutes=1440 // count)
        else:
            first, end = datetime.datetime.fromisoformat(start), datetime.datetime.fromisoformat(end)
            step = datetime.timedelta(minutes=int(self.case["tariff"].get("demand_interval_min", 15)))
        self.reads("kW", int(step.total_seconds()) // 60)
        self.between(first, end)
        while first < end:
            self.samples.append((first, {"energy": power[1]}))
            first += step

    def inline(self):
        values, minutes = self.f.get("values"), int(self.f.fields.get("interval_min", 60))
        day = re.search(r"(\d+) (%s)" % "|".join(MONTHS), self.f.get("day", "").lower())
        first = self.local(YEAR, MONTHS.index(day[2]) + 1, int(day[1])) if day else self.local(YEAR, 1, 1)
        self.reads(self.f.fields["unit"], minutes)
        if "interval_min" not in self.f.fields:
            self.tariff.top["interval"] = "60m"
        step = datetime.timedelta(minutes=minutes)
        self.samples = [(first + i * step, {"energy": v}) for i, v in enumerate(values)]
        self.between(first, first + len(values) * step)
        for c in self.tariff.charges:
            c.update({"times": [self.step(first, step, s) for _, s in c["times"]]} if "times" in c else {})

    @staticmethod
    def step(first, step, number):
        start = first + (number - 1) * step
        return {"from": start.isoformat(), "until": (start + step).isoformat()}

    def register(self):
        start, end = self.f.get("reading_start"), self.f.get("reading_end")
        register = self.tariff.f.get("register", {})
        first, last = self.rates_days()
        self.cycle = f"{first - datetime.timedelta(days=1)} {last}"
        self.options += ["--reads", "register", "--import", "energy", "--digits", str(register["digits"]),
                         "--factor", str(register["resolution_kwh"])]
        behind = last + datetime.timedelta(days=1)
        self.samples = [(self.local(first.year, first.month, first.day), {"energy": int(start)}),
                        (self.local(behind.year, behind.month, behind.day), {"energy": int(end)})]

    def csv(self):
        minutes = int(self.f.fields["interval_min"])
        self.reads(self.f.fields["unit"], minutes)
        with open(os.path.join(self.folder, self.f.get("file")), newline="") as f:
            rows = list(csv.DictReader(f))
        names = {"kwh": "energy", "kw_avg": "energy", "kw": "energy", "kvarh_ind": "reactive_energy",
                 "kvarh_cap": "reactive_energy_capacitive", "kwh_export": "energy_export"}
        stamp = next(iter(rows[0]))
        month = next((i for i, name in enumerate(MONTHS, 1) if name in stamp), 1)
        if row_numbers(rows, stamp):
            rows = whole(rows, stamp)
        for row in rows:
            time = self.time(row[stamp], month, minutes)
            values = {names[n]: v for n, v in row.items() if n in names and v != ""}
            if values:
                self.samples.append((time, values))
        step = datetime.timedelta(minutes=minutes)
        begin = self.samples[0][0] - (step if self.f.fields.get("stamp") == "end" else 0 * step)
        end = begin + (self.samples[-1][0] - self.samples[0][0]) + step
        if end - begin < datetime.timedelta(days=300):  # more is a year of months
            self.between(begin, end)

    def time(self, text, month, minutes):
        if not text.isdigit():
            return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
        return self.local(YEAR, month, 1) + datetime.timedelta(minutes=int(text) * minutes)
