"""Bank statement of a relief account: Tra-Cuu-Sao-Ke/mttq-sao-ke @8205bc76, MIT, free text dropped.

Amounts are in VND, which has no minor unit. Rows without a date are debris of the published table
(amounts torn at their thousands separators) and are left out. The control figure is the
statement's own running balance, which no converted row is made from.
"""

import csv
import gzip
import os

from records_file import Dataset, opening_rows

PLATFORM = "relief-committee"
FUND = "yagi-relief"
FILE = "yagi/agribank.csv.gz"


def convert(data_folder):
    dataset = Dataset("Agribank relief account",
                      [(PLATFORM, "Relief committee", "platform"),
                       ("relief-fund", "Relief fund", "ngo"), ("auditor", "Auditor", "auditor")])
    with gzip.open(os.path.join(data_folder, FILE), "rt", encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    dataset.rows = opening_rows(
        dataset.name, PLATFORM, "bank-account", "Agribank", "auditor",
        [(FUND, "Yagi relief", "Relief after typhoon Yagi, September 2024", "relief-fund")])
    for line in lines:
        if not line["date"]:
            dataset.left_out.append((f"row {line['row']}", "no date"))
            continue
        # The rows of the statement stand in the order of their balances.
        credit, debit = int(line["credit_vnd"] or 0), int(line["debit_vnd"] or 0)
        if credit:
            dataset.rows.append(movement(line, credit) | dict(
                type="donation", channel="bank-account", donor=f"doc-{line['doc_no']}"))
        if debit:
            dataset.rows.append(movement(line, debit) | dict(type="expenditure", category="other"))
    add_controls(dataset, [line for line in lines if line["date"]])
    return dataset


def movement(line, amount):
    return dict(author=PLATFORM, reference=f"row-{line['row']}", fund=FUND, amount=amount,
                currency="VND", date=line["date"])


def add_controls(dataset, lines):
    first, last = lines[0], lines[-1]
    opening = int(first["balance_vnd"]) - signed_amount(first)
    unexplained = 0
    checked = 0
    for previous, line in zip(lines, lines[1:]):
        jump = int(line["balance_vnd"]) - int(previous["balance_vnd"]) - signed_amount(line)
        unexplained += jump
        checked += jump == 0
        if jump:
            dataset.notes.append(f"row {line['row']}: the balance jumps by {jump} VND more than "
                                 "the row says; the published statement lacks rows there")
    dataset.notes.append(f"the running balance checks on {checked} rows; "
                         f"it opens at {opening} VND, which no row explains")
    held = int(last["balance_vnd"]) - opening - unexplained
    dataset.held = {(FUND, "VND"): held}
    dataset.donated = {(FUND, "VND"): held + sum(int(line["debit_vnd"] or 0) for line in lines)}


def signed_amount(line):
    return int(line["credit_vnd"] or 0) - int(line["debit_vnd"] or 0)
