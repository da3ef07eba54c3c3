"""The CSV that `centime import csv` reads, written row by row.

A row is a dict of columns; amounts are integers in minor units and are written in major units, as
the format wants them. What a converter of this folder hands on is a Dataset: the rows in the order
in which they are to be recorded, and what the source itself says the outcome must be.
"""

import csv
import dataclasses
import hashlib

EXPONENTS = {"EUR": 2, "GBP": 2, "USD": 2, "VND": 0}
AMOUNT_COLUMNS = {"amount": "currency", "to_amount": "to_currency"}


@dataclasses.dataclass
class Dataset:
    """One real input, ready for the ledger."""

    name: str
    members: list  # (id, name, role), the first one a platform
    rows: list = dataclasses.field(default_factory=list)
    left_out: list = dataclasses.field(default_factory=list)  # (where, why): not recorded at all
    notes: list = dataclasses.field(default_factory=list)  # what the source contradicts itself in
    retries: bool = False  # whether refused rows are offered once more at the end
    trace_all: bool = False  # whether audits follow each gift, not a sample: it is small enough
    donated: dict = dataclasses.field(default_factory=dict)  # (fund, currency) -> minor units
    held: dict = dataclasses.field(default_factory=dict)  # same, if every row were taken


def major_units(amount, currency):
    """'12.30' for 1230 USD; '1230' for 1230 VND."""
    exponent = EXPONENTS[currency]
    if exponent == 0:
        return str(amount)
    return f"{amount // 10**exponent}.{amount % 10**exponent:0{exponent}d}"


def minor_units(text, currency):
    """1230 for '12.3' USD. Raises ValueError where the text is finer than the currency."""
    whole, _, fraction = text.partition(".")
    exponent = EXPONENTS[currency]
    if fraction[exponent:].strip("0"):
        raise ValueError(f"{text} is finer than a minor unit of {currency}")
    return int(whole + fraction[:exponent].ljust(exponent, "0"))


def document_digest(text):
    """SHA-256 in hex, for the documents that a fund's opening names."""
    return hashlib.sha256(text.encode()).hexdigest()


def opening_rows(dataset_name, platform, channel, company, auditor, funds):
    """The rows that open one channel and the funds: (fund, title, purpose, ngo)."""
    agreement = document_digest(f"{dataset_name}: a replay of public figures, no agreement exists")
    report = document_digest(f"{dataset_name}: a replay of public figures, nothing was examined")
    rows = [dict(type="channel", author=platform, reference=f"channel-{channel}", channel=channel,
                 kind="web", company=company)]
    for fund, title, purpose, ngo in funds:
        rows.append(dict(type="fund_proposal", author=ngo, reference=f"propose-{fund}", fund=fund,
                         title=title, purpose=purpose, agreement=agreement))
    for fund, *_ in funds:
        rows.append(dict(type="fund_approval", author=auditor, reference=f"approve-{fund}",
                         fund=fund, due_diligence=report))
    return rows


def write_records(path, rows):
    """Writes the rows with a header of the columns that at least one of them has."""
    columns = []
    for row in rows:
        columns += [column for column in row if column not in columns]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([cell(row, column) for column in columns])


def cell(row, column):
    value = row.get(column, "")
    if column in AMOUNT_COLUMNS and value != "":
        return major_units(value, row[AMOUNT_COLUMNS[column]])
    return value
