"""Rates of URDB to begin with, one a file: urdb_seeds.py FOLDER"""
import json
import sys

HOURS = [[0] * 15 + [1] * 5 + [0] * 4] * 12
SEEDS = {
    "hours": {"items": [{"label": "a", "name": "Hours", "energyratestructure": [[{"rate": 0.1, "adj": 0.02}], [{"rate": 2.5e-1, "sell": 0.03}]],
                         "energyweekdayschedule": HOURS, "energyweekendschedule": [[0] * 24] * 12, "fixedchargefirstmeter": 10}]},
    "tiers": {"energyratestructure": [[{"rate": 0, "max": 200, "unit": "kWh/kW"}, {"rate": 0.1, "max": 9}, {"rate": 0.2},
                                       {"rate": 0.05, "unit": "kWh/kW"}]], "usenetmetering": True, "mincharge": 5, "minchargeunits": "$/day"},
    "demand": {"flatdemandstructure": [[{"rate": 5, "max": 9}, {"rate": 2}], [{"rate": 1}]], "flatdemandmonths": [0, 1] * 6, "flatdemandunit": "hp",
               "lookbackPercent": 0.5, "lookbackMonths": [0, 1] * 6, "demandwindow": 30, "fueladjustmentsmonthly": [0.01] * 11 + [-0.5],
               "demandratestructure": [[{"rate": 3}]], "demandrateunit": "kVA"},
}

for name, rate in SEEDS.items():
    with open(f"{sys.argv[1]}/{name}", "w") as f:
        json.dump(rate, f)
