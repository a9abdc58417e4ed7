"""The tariff of a worked case as a tariff file of Duto's (schemas/tariff.md).

A case says its tariff in plain fields. Each function here reads those of one theme, wherever they stand, and adds what
they mean: posts, charges, taxes, contracts. What no function has asked for is told as not understood.
"""
import re
from decimal import Decimal

MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december"]


class Fields:
    """A case's fields, remembering which were asked for."""

    def __init__(self, fields):
        self.fields, self.seen = fields, set()

    def get(self, name, default=None):
        if name in self.fields:
            self.seen.add(name)
        return self.fields.get(name, default)

    def first(self, *names):
        return next((self.get(n) for n in names if n in self.fields), None)

    def matching(self, pattern):
        """(match, value) of each field whose whole name fits."""
        found = [(re.fullmatch(pattern, n), n) for n in self.fields]
        return [(m, self.get(n)) for m, n in found if m]

    def unknown(self):
        return sorted(set(self.fields) - self.seen)


class Tariff:
    def __init__(self, case):
        self.case, self.f, self.load = case, Fields(case["tariff"]), Fields(case["load"])
        self.charges, self.taxes, self.posts, self.seasons = [], [], [], {}
        self.top, self.contracts, self.history, self.credits, self.connection = {}, {}, {}, None, None
        self.brazil = case.get("country") == "BR"
        for name in ("group", "subgroup", "modality", "unit_prices_include_taxes", "adders_include_taxes", "note", "name"):
            self.f.get(name)  # say nothing that the others do not
        for read in (calendar, taxes, customer, hours, energy, tiers, time_of_use, rates_by_date, flags, hours_use,
                     demand, urdb, coincident, reactive, generation, blocks, fixed, free_energy, minimum, percentages):
            read(self)

    def charge(self, code, kind, rate=None, **more):
        taken = {c["code"] for c in self.charges}
        base, n = code, 2
        while code in taken:
            code, n = f"{base}_{n}", n + 1
        c = {"code": code, "kind": kind}
        if rate is not None:
            c["rate"] = rate
        c.update(more)
        self.charges.append(c)
        return c

    def word(self, brazilian, other):
        return brazilian if self.brazil else other

    def add_post(self, name, **conditions):
        self.posts.append({"post": name, **conditions})

    def has_post(self, name):
        return any(p["post"] == name for p in self.posts)

    def document(self):
        r = self.case["rounding"]
        rounding = {"policy": r["policy"], "mode": r["mode"], "decimals": r["money_decimals"]}
        rounding.update(self.top.pop("rounding", {}))
        doc = {"tariff": "case", "currency": self.case["currency"], **self.top, "rounding": rounding}
        if self.seasons:
            doc["seasons"] = self.seasons
        for name in sorted({c["posts"] for c in self.charges if "posts" in c}):
            if not self.has_post(name):
                self.add_post(name)  # it says no hours: the rest
        if self.posts:
            doc["posts"] = self.posts
        if self.taxes:
            doc["taxes"] = self.taxes
        minimum = doc.get("minimum_energy")
        if minimum and len({p["post"] for p in self.posts}) > 1:
            minimum["post"] = self.posts[-1]["post"]
        doc["charges"] = self.charges
        return doc

    def unknown(self):
        return ["tariff." + n for n in self.f.unknown()] + ["load." + n for n in self.load.unknown()]


def number(v):
    return Decimal(str(v))


def calendar(t):
    zone, holidays = t.f.first("tz", "zone", "timezone"), t.f.get("holidays")
    if zone:
        t.top["zone"] = zone
    if holidays:
        t.top["holidays"] = [{"name": d, "date": d} for d in holidays]
    interval = t.f.first("demand_interval_min", "interval_min") or t.load.get("interval_min")
    if interval:
        t.top["interval"] = f"{interval}m"


def taxes(t):
    given = t.f.get("taxes")
    if not isinstance(given, dict):
        return
    given = Fields(given)
    formula = str(given.get("formula", "joint"))
    cascade = formula.split(":")[0] in ("cascade", "two-step", "2step", "por-dentro-cascade")
    on_top = formula.split(":")[0] in ("on-top", "on_top", "por-fora", "added")
    digits = given.get("round_rate_decimals")
    if digits is not None:
        t.top["rounding"] = {"rate_decimals": digits}
    for code in given.fields:
        if code in ("formula", "round_rate_decimals", "note"):
            continue
        tax = {"code": code, "rate": given.get(code)}
        if on_top:
            tax["method"] = "on-top"
        elif cascade and code == "icms":
            tax["step"] = 2
        t.taxes.append(tax)
    extra = t.f.first("vat", "sales_tax", "tax")
    if extra:
        t.taxes.append({"code": "vat", "rate": extra, "method": "on-top"})


def customer(t):
    for m, v in t.f.matching(r"contracted_demand(?:_(\w+?))?_(?:kw|kva)|contract(?:_(\w+?))?_kw"):
        t.contracts[m[1] or m[2] or ""] = v
    connection = t.f.get("connection")
    if connection:
        t.connection = connection
    winter = t.load.first("winter_max_kw", "ratchet_max_kw", "previous_max_kw")
    if winter:
        t.history["winter"] = winter
    t.credits = t.load.first("credit_balance_kwh", "credits_kwh")


def spans(text):
    """The hours of "16:00-18:00 and 21:00-22:00"."""
    return re.findall(r"\d\d:\d\d-\d\d:\d\d", text)


def hours(t):
    """Posts that say their own hours; those that say none are the rest."""
    weekdays = t.f.get("weekdays_only", "ponta_hours" in t.f.fields)
    t.f.get("weekends_and_holidays")
    conditions = {"days": "mon-fri", "holidays": "excluded"} if weekdays else {}
    if not t.f.fields.get("holidays"):
        conditions.pop("holidays", None)
    rest = []
    for name, v in t.f.fields.items():
        if isinstance(v, dict) and "rate" in v and name not in ("bandeira", "flat_demand"):
            v = t.f.get(name)
            t.charge(t.word("energia_", "energy_") + name, "energy", v["rate"], posts=name)
            if v.get("hours"):
                t.add_post(name, hours=spans(v["hours"]), **conditions)
            else:
                rest.append(name)
    for m, v in t.f.matching(r"(\w+)_hours"):
        if m[1] not in ("capacitive", "inductive"):
            t.add_post(m[1], hours=spans(v), **conditions)
    for name in rest:
        t.add_post(name)


def rate_of(v):
    """A rate, or the sum of its parts."""
    if not isinstance(v, dict):
        return v, None
    parts = {k: x for k, x in v.items() if "brl_per" in k or "usd_per" in k or "_per_" in k}
    unit = next((u for u in ("mwh", "kwh") if any(k.endswith(u) for k in parts)), None)
    return sum(number(x) for x in parts.values()), unit


def energy(t):
    for m, v in t.f.matching(r"(?:tusd_)?energy_((?:(?!rate|adjust)\w)+?)(?:_\w{3}_per_(mwh|kwh))?"):
        rate, unit = rate_of(v)
        code = ("tusd_" if m[0].startswith("tusd_") else "") + t.word("energia_", "energy_") + m[1]
        c = t.charge(code, "energy", rate, posts=m[1])
        if (unit or m[2]) == "mwh":
            c["unit"] = "MWh"
    for m, v in t.f.matching(r"(te|tusd)_\w{3}_per_(mwh|kwh)"):
        c = t.charge(m[1], "energy", v)
        if m[2] == "mwh":
            c["unit"] = "MWh"
    flat = t.f.first("energy_rate_brl_per_kwh", "energy_rate", "energy")
    if flat is not None:
        t.charge(t.word("energia", "energy"), "energy", flat)
    adjustment = t.f.first("energy_adjustment", "fuel_adjustment")
    if adjustment is not None:
        t.charge("eca", "energy", adjustment)
    acl = t.f.get("acl_energy")
    posts = [c["posts"] for c in t.charges if "posts" in c] if acl else []
    for post in posts:
        t.charge("acl_" + post, "energy", acl, posts=post)


def tiers(t):
    """tier1, tier2, ... with a limit each, for the month or for so many days."""
    rates = sorted((int(m[1]), v) for m, v in t.f.matching(r"tier(\d+)"))
    limits, per = {}, None
    for m, v in t.f.matching(r"tier(\d+)_limit_kwh(?:_per_(\d+)d)?"):
        limits[int(m[1])], per = v, m[2]
    if not rates:
        return
    listed = [{"to": limits[n], "rate": v, "code": f"tier{n}"} if n in limits else {"rate": v, "code": f"tier{n}"}
              for n, v in rates]
    t.charge("energy", "energy", tiers={"per": f"{per} days" if per else "cycle", "list": listed})


def season_of(t, months):
    """The name of a season of these months, or None for all of them."""
    if len(months) == 12:
        return None
    name = "m" + "_".join(str(m) for m in months)
    t.seasons[name] = {"months": list(months)}
    return name


def runs(row):
    """(post, first hour, hour behind the last) of a day's 24 numbers."""
    at = 0
    for h in range(1, 25):
        if h == 24 or row[h] != row[at]:
            yield row[at], at, h
            at = h


def schedule(t, table):
    """12 x 24 numbers for weekdays and for weekends, as posts p1, p2, ..."""
    for days, words in (("weekday", "mon-fri"), ("weekend", "sat-sun")):
        same = {}
        for month, row in enumerate(table[days], 1):
            same.setdefault(tuple(row), []).append(month)
        for row, months in same.items():
            season = season_of(t, months)
            for post, first, end in runs(row):
                more = {"season": season} if season else {}
                t.add_post(f"p{post}", days=words, hours=f"{first:02}:00-{end:02}:00", **more)


def limited(tier):
    """["11.7/day", rate] and ["inf", rate]"""
    limit = str(tier[0])
    return {"rate": tier[1]} if limit == "inf" else {"to": limit.split("/")[0], "rate": tier[1]}


def time_of_use(t):
    periods, table, limit = t.f.get("periods"), t.f.get("schedule_12x24"), t.f.get("tier_limit_kwh")
    if isinstance(periods, list):
        for p in periods:
            name = "h" + "_".join(re.findall(r"(\d\d):\d\d", p["hours"]))
            t.add_post(name, hours=p["hours"])
            rates = sorted(k for k in p if re.fullmatch(r"tier\d+", k))
            limits = (limit if isinstance(limit, list) else [limit]) if limit else []
            listed = [{**({"to": to} if to else {}), "rate": p[k], "code": f"{k}_{name[1:]}"}
                      for k, to in zip(rates, limits + [None])]
            if listed:
                t.charge(name, "energy", posts=name, tiers={"mode": "cumulative", "list": listed})
            else:
                t.charge(name, "energy", p["rate"], posts=name)
    for name, v in (periods or {}).items() if isinstance(periods, dict) else ():
        if isinstance(v, list):
            daily = any("/day" in str(x[0]) for x in v)
            t.charge(f"p{name}", "energy", posts=f"p{name}",
                     tiers={"mode": "shared", "per": "day" if daily else "cycle", "list": [limited(x) for x in v]})
        else:
            t.charge(f"p{name}", "energy", v, posts=f"p{name}")
    if table:
        schedule(t, table)
        named = {p["post"] for p in t.posts}
        t.charges = [c for c in t.charges if c.get("posts") not in {f"p{n}" for n in periods} or c["posts"] in named]


def rates_by_date(t):
    rates = t.f.get("rates")
    if rates:
        t.charge(t.word("energia", "energy"), "energy", {r["valid_from"]: r["rate"] for r in rates})


def flags(t):
    flag, months = t.f.get("bandeira"), t.f.get("flags")
    if flag:
        t.charge("bandeira", "energy", flag["adder_brl_per_kwh"])
    if months:
        t.charge("bandeira", "energy", {f["month"] + "-01": {"name": f["flag"], "rate": f["adder_brl_per_kwh"]} for f in months},
                 changes="lines")


def hours_use(t):
    """Blocks of kWh within the first hours of use of the demand, then the next hours' rates."""
    first = next((v for _, v in t.f.matching(r"first_\d+_h_use")), None)
    following = t.f.get("next")
    if not first:
        return
    listed = []
    for span, rate in following:
        bound = re.findall(r"\d+", span)
        if not listed:
            inner = [{**limited(x), "code": f"block{n}"} for n, x in enumerate(first, 1)]
            listed.append({"to": bound[0], "tiers": inner})
        listed.append({"rate": rate} if span.startswith(">") else {"to": bound[1], "rate": rate})
        listed[-1]["code"] = f"next{len(listed) - 1}"
    t.charge("block", "energy", tiers={"per": "kW", "list": listed})


def demand_posts(t):
    return sorted({c["posts"] for c in t.charges if isinstance(c.get("posts"), str)}) or None


def demand_terms(t, post):
    terms = {}
    name = post if post in t.contracts else "" if "" in t.contracts else None
    if name is not None:
        terms["contract"] = name or "yes"
    tolerance, times = t.f.get("tolerance"), t.f.get("ultrapassagem_multiplier")
    excess = t.f.get("demand_ultrapassagem")
    code = "demanda_ultrapassagem" + (f"_{post}" if post else "") if t.brazil else "excess"
    if tolerance and name is not None:
        terms["tolerance"] = tolerance
    if name is not None and (times or excess):
        terms["excess"] = {"code": code, "rate": excess} if excess else {"code": code, "factor": times}
    if excess:
        terms["billed"] = "larger"
    clause = t.f.get("pf_clause")
    if clause:
        terms["power_factor"] = re.search(r"(\d+)%", clause)[1] + "%"
    if "kva" in t.load.fields:
        terms["apparent"] = str(t.f.get("kva_share", "0.9"))
    if t.history:
        terms["ratchet"] = {"share": str(t.f.get("ratchet_share", "0.65")), "months": 12}
    return terms


def demand(t):
    for m, v in t.f.matching(r"(?:tusd_)?demand(?:_((?!rate|amount|interval|ultra|period|\w{3}_per)\w+?))?(?:_\w{3}_per_kw)?"):
        post = m[1]
        c = t.charge(t.word("demanda", "demand") + (f"_{post}" if post else ""), "demand", v, **demand_terms(t, post))
        if post:
            c["posts"] = post
    rate = t.f.get("demand_rate")
    if rate is not None:
        t.charge("demand", "demand", rate, **demand_terms(t, None))
    for p in t.f.get("demand_periods") or ():
        if p.get("weekday_hours"):
            t.add_post(p["period"], hours=p["weekday_hours"], days="mon-fri")
        else:
            t.add_post(p["period"])
        t.charge(p["period"], "demand", posts=p["period"], tiers=[limited(x) for x in p["tiers"]])
    flat = t.f.get("flat_demand")
    if flat:
        season = season_of(t, flat["months"])
        t.add_post("charged", **({"season": season} if season else {}))
        t.charge("demand", "demand", flat["rate"], posts="charged")
        if season:
            t.add_post("other")
            t.charge("other", "demand", 0, posts="other")


def urdb(t):
    """OpenEI's form: periods from 0, 12 x 24 schedules of them, tiers of each."""
    given = t.f.get("urdb")
    if not given:
        return
    structure, several = given["energyratestructure"], len(given["energyratestructure"]) > 1
    for i, period in enumerate(structure):
        listed = []
        for n, tier in enumerate(period, 1):
            entry = {"rate": number(tier["rate"]) + number(tier.get("adj", 0)), "code": f"tier{n}" + (f"_p{i}" if several else "")}
            listed.append({"to": tier["max"], **entry} if "max" in tier else entry)
        unit = period[0].get("unit", "kWh")
        per = "kW" if "/kW" in unit else "day" if "daily" in unit else "cycle"
        t.charge(f"energy{i or ''}", "energy", tiers={"per": per, "list": listed}, **({"posts": f"p{i}"} if several else {}))
    if several:
        schedule(t, {"weekday": given["energyweekdayschedule"], "weekend": given["energyweekendschedule"]})
    for i, tiered in enumerate(given.get("flatdemandstructure", [])[:1]):
        rate = number(tiered[0]["rate"]) + number(tiered[0].get("adj", 0))
        t.charge("demand", "demand", rate)
    for name in ("fixedchargefirstmeter", "fixedmonthlycharge"):
        if given.get(name):
            t.charge("fixed", "fixed", given[name], per="day" if "day" in given.get("fixedchargeunits", "") else "cycle")
    if given.get("mincharge"):
        t.charge("minimum", "minimum", given["mincharge"])


def coincident(t):
    for i, c in enumerate(t.f.get("coincident") or (), 1):
        t.charge(f"cp{i}", "demand", c["rate"], times=[("steps", s) for s in c["steps"]])


def reactive(t):
    reference, energy_rate, demand_rate = t.f.get("reference_pf"), t.f.get("vrere_brl_per_kwh"), t.f.get("vrdre_brl_per_kw")
    window, billed = t.f.get("capacitive_hours"), t.f.get("billed_active_demand_kw")
    t.f.get("inductive_hours")
    t.f.get("rule")
    for m, v in t.f.matching(r"reactive_(\w+)"):
        quantity = t.load.get(f"reactive_excess_{m[1]}_kwh")
        if quantity:
            t.charge(f"reativo_{m[1]}", "fixed", v, quantity=quantity)
    if not reference:
        return
    terms = {"reference": reference, "by": "hour" if t.load.fields["kind"] == "csv" else "cycle"}
    if window:
        first, last = re.findall(r"\d+", window)[:2]
        terms["capacitive"] = window if ":" in window else f"{int(first):02}:00-{int(last) + 1:02}:00"
    if energy_rate:
        t.charge("ERE", "reactive_energy", energy_rate, **terms)
    if demand_rate:
        if billed and not any(c["kind"] == "demand" for c in t.charges):
            t.contracts[""] = billed
            t.charge("demanda", "demand", 0, contract="yes")
        code = next(c["code"] for c in t.charges if c["kind"] == "demand")
        t.charge("DRE", "reactive_demand", demand_rate, demand=code, **terms)


def generation(t):
    full, network, share = t.f.get("full_rate"), t.f.get("fio_b_rate"), t.f.get("fio_b_share")
    if not full:
        return
    t.top["net_metering"] = True
    t.charge("energia_nao_compensada", "energy", full, flow="net")
    if network:
        t.charge("fio_b_sobre_compensada", "energy", network, flow="compensated", factor=share or 1)
    least = t.f.get("minimum_kwh")
    if least:
        t.charge("minimo", "minimum", full, quantity=least)


def blocks(t):
    for i, line in enumerate(t.f.get("lines") or (), 1):
        t.charge(f"l{i}", "fixed", line["rate"], quantity=line["qty"])


def fixed(t):
    for name in ("customer", "fixed", "cosip_brl", "lighting", "demand_amount", "standing_charge"):
        v = t.f.get(name)
        if v is not None:
            t.charge({"cosip_brl": "cosip", "demand_amount": "demand"}.get(name, name), "fixed", v, taxes="none")
    for text in t.f.get("fixed_lines") or ():
        numbers = re.findall(r"-?\d+(?:\.\d+)?", text)
        code = re.sub(r"\W+", "_", re.split(r"\s-?\d", text)[0])
        more = {"quantity": numbers[0]} if len(numbers) > 1 else {}
        t.charge(code, "fixed", numbers[-1], taxes="none", **more)


def free_energy(t):
    free = t.f.get("free_kwh")
    for c in t.charges if free else ():
        if c["kind"] == "energy" and "rate" in c:
            rate = c.pop("rate")
            c["tiers"] = [{"to": free, "rate": 0, "code": c["code"] + "_free"}, {"rate": rate}]


def minimum(t):
    least = t.f.get("minimum_kwh")
    if least and "net_metering" not in t.top:
        t.top["minimum_energy"] = {"energy": {t.connection: least} if t.connection else least}


def percentages(t):
    discount = t.f.get("discount")
    if discount:
        t.charge("discount", "percent", -number(discount))
