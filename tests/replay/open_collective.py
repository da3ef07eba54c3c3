"""Gifts with their fees, and expenses: opencollective/opencollective-api @e3f35f58, MIT, scrubbed.

Each collective is a fund, in the hands of the platform. A gift's three fees are expenditures that
name the gift, so they are taken from its own cents. A gift that the host received in another
currency is followed by an exchange at the source's own two amounts; its fees are in the new
currency and cannot name it. Rows stand in the order of the source's time; an expense that is dated
before the money came in is refused and offered once more at the end, as a bookkeeper would.

The control figures are the source's net amounts, which no converted row is made from.
"""

import collections
import csv
import os

from records_file import Dataset, opening_rows

PLATFORM = "open-collective"
FOLDER = "opencollective"
FEES = (("platformFee", "platform-fee", "platform_fee"), ("hostFee", "host-fee", "overhead"),
        ("processorFee", "processor-fee", "bank_fee"))
# The ledger knows no finer ones; the source's own word stays in the description.
CATEGORIES = {
    "communications": "services", "design": "services", "engineering": "services",
    "food & beverage": "goods", "legal": "services", "marketing": "services", "other": "other",
    "supplies & materials": "goods", "team": "salaries", "travel": "transport",
    "web services": "services",
}


def convert(data_folder):
    folder = os.path.join(data_folder, FOLDER)
    accounts = {row["account"]: row for row in read(folder, "accounts.csv")}
    expenses = {row["id"]: row for row in read(folder, "expenses.csv")}
    movements = own_rows(read(folder, "transactions.csv"))
    hosts = sorted({row["host"] for row in movements})
    dataset = Dataset("Open Collective", [(PLATFORM, "Open Collective", "platform")]
                      + [(host.lower(), "Fiscal host " + host, "ngo") for host in hosts]
                      + [("auditor", "Auditor", "auditor")], retries=True, trace_all=True)
    collectives = list(dict.fromkeys(collective_of(row) for row in movements))
    funds = [(name, name, "The collective " + name, accounts[name]["host"] or hosts[0])
             for name in collectives]
    dataset.rows = opening_rows(dataset.name, PLATFORM, "web", "Open Collective", "auditor", funds)
    for row in movements:
        if row["kind"] == "CONTRIBUTION":
            dataset.rows += gift_rows(row)
        else:
            dataset.rows += expense_rows(row, expenses)
    add_controls(dataset, movements)
    return dataset


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def own_rows(transactions):
    """Of each pair of rows the one that the collective's own account shows, in order of time."""
    own = [row for row in transactions if row["deleted"] == "0"
           and (row["type"] == "CREDIT") == (row["kind"] == "CONTRIBUTION")]
    return sorted(own, key=lambda row: (row["createdAt"], int(row["id"])))


def collective_of(row):
    return row["to_account"]


def base_row(row, reference, currency):
    return dict(author=PLATFORM, reference=reference, fund=collective_of(row), currency=currency,
                date=row["createdAt"][:10])


def gift_rows(row):
    gift = "gift-" + row["id"]
    amount, currency, settled = int(row["amount_minor"]), row["currency"], row["hostCurrency"]
    yield base_row(row, gift, currency) | dict(
        type="donation", amount=amount, channel="web", donor=row["from_account"])
    if settled != currency:
        yield base_row(row, gift + "-exchange", currency) | dict(
            type="exchange", amount=amount, to_currency=settled,
            to_amount=int(row["amountInHostCurrency"]), rate_source="the source's rate " + row["fx"])
    for field, suffix, category in FEES:
        fee = -int(row[field] or 0)
        if fee == 0:
            continue
        named = dict(for_donation=gift) if settled == currency else {}
        yield base_row(row, f"{gift}-{suffix}", settled) | named | dict(
            type="expenditure", amount=fee, category=category)


def expense_rows(row, expenses):
    currency = row["currency"]
    expense = expenses.get(row["expenseId"])
    reference = "expense-" + row["expenseId"] if expense else "payment-" + row["id"]
    word = source_category(expense) if expense else "payment without a kind"
    # A person is no payee; an organisation is named as the source names it.
    payee = dict(payee=row["from_account"]) if row["from_type"] == "ORGANIZATION" else {}
    yield base_row(row, reference, currency) | payee | dict(
        type="expenditure", amount=-int(row["amount_minor"]),
        category=CATEGORIES.get(word, "other"), description=word)
    fee = -int(row["processorFee"] or 0)
    if fee:
        yield base_row(row, reference + "-fee", currency) | dict(
            type="expenditure", amount=fee, category="bank_fee")


def source_category(expense):
    return expense["category"].strip("{}").replace("&amp;", "&").strip("\"'")


def add_controls(dataset, movements):
    donated, held = collections.Counter(), collections.Counter()
    for row in movements:
        key = collective_of(row), row["currency"]
        net = int(row["netAmountInCollectiveCurrency"])
        if row["kind"] != "CONTRIBUTION":
            held[key] += net
            continue
        donated[key] += int(row["amount_minor"])
        fees = sum(int(row[field] or 0) for field, *_ in FEES)
        settled = int(row["amountInHostCurrency"]) + fees
        if row["currency"] != row["hostCurrency"]:
            # The source converts its net back to the giver's currency; the host held this.
            held[collective_of(row), row["hostCurrency"]] += settled
            continue
        held[key] += net
        if settled != net:
            dataset.notes.append(f"gift {row['id']}: amount and fees make {settled}, the source's "
                                 f"net is {net}; the fees are recorded as stated")
            held[key] += settled - net
    dataset.donated, dataset.held = dict(donated), dict(held)
