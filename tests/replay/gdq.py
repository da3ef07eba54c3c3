"""Small gifts at charity marathons: bkkkk/gdqData @225aa194, CC0, names replaced by running ids.

Each event is a fund. The data does not say which charity an event was held for, so one member
stands for all of them.
"""

import collections
import csv
import gzip
import os

from records_file import Dataset, minor_units, opening_rows

PLATFORM = "games-done-quick"
FILE = "gdq/gdq_donations.csv.gz"


def convert(data_folder):
    dataset = Dataset("Games Done Quick", [(PLATFORM, "Games Done Quick", "platform"),
                                           ("charity", "The events' charities", "ngo"),
                                           ("auditor", "Auditor", "auditor")])
    with gzip.open(os.path.join(data_folder, FILE), "rt", encoding="utf-8", newline="") as file:
        gifts = list(csv.DictReader(file))
    gifts.sort(key=lambda gift: gift["utc"])
    events = list(dict.fromkeys(gift["event"] for gift in gifts))
    funds = [(event, event.upper(), "Gifts at the charity marathon " + event, "charity")
             for event in events]
    dataset.rows = opening_rows(dataset.name, PLATFORM, "web", "Games Done Quick", "auditor", funds)
    donated = collections.Counter()
    for gift in gifts:
        amount = minor_units(gift["amount_usd"], "USD")
        # Each anonymous gift is one donor of its own: who else could hold its receipt?
        donor = gift["donor"] or f"anonymous-{gift['event']}-{gift['seq']}"
        donated[gift["event"], "USD"] += amount
        dataset.rows.append(dict(
            type="donation", author=PLATFORM, reference=f"{gift['event']}-{gift['seq']}",
            fund=gift["event"], amount=amount, currency="USD", date=gift["utc"][:10],
            channel="web", donor=donor))
    dataset.donated = dict(donated)
    dataset.held = dict(donated)
    return dataset
