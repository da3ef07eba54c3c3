"""The converters' arithmetic, without the program: python3 converters_test.py DATA_FOLDER."""

import collections
import csv
import os
import sys
import unittest

import agribank
import gdq
import open_collective
from ledger_model import LedgerModel, Refused
from records_file import cell, major_units, minor_units

data_folder = ""


def gift(amount, **more):
    return dict(type="donation", author="host", reference="gift", fund="fund", amount=amount,
                currency="USD") | more


class AmountTest(unittest.TestCase):
    def test_major_units_keep_every_digit_of_the_currency(self):
        self.assertEqual(major_units(1230, "USD"), "12.30")
        self.assertEqual(major_units(7, "USD"), "0.07")
        self.assertEqual(major_units(1230, "VND"), "1230")

    def test_minor_units_read_back_what_major_units_wrote(self):
        for amount in (1, 99, 100, 12345678901):
            for currency in ("EUR", "VND"):
                self.assertEqual(minor_units(major_units(amount, currency), currency), amount)

    def test_an_amount_finer_than_a_minor_unit_is_no_amount(self):
        with self.assertRaises(ValueError):
            minor_units("1.005", "USD")

    def test_an_exchange_is_written_in_each_of_its_currencies(self):
        row = dict(amount=500, currency="USD", to_amount=60, to_currency="VND")
        self.assertEqual((cell(row, "amount"), cell(row, "to_amount")), ("5.00", "60"))


class ModelTest(unittest.TestCase):
    def test_a_refused_row_changes_nothing(self):
        model = LedgerModel()
        model.take(gift(100))
        refused = model.take(gift(130, type="expenditure", reference="rent", category="other"))
        self.assertEqual(refused, Refused("rent", 30, "USD"))
        self.assertEqual(model.held(), {("fund", "USD"): 100})
        self.assertEqual(model.records, {"donation": 1})

    def test_a_disbursement_moves_money_and_loses_none(self):
        model = LedgerModel()
        model.take(gift(100))
        model.take(gift(40, type="disbursement", to="ngo"))
        self.assertEqual(model.balances["fund", "ngo", "USD"], 40)
        self.assertEqual(model.held(), {("fund", "USD"): 100})


class SourceTest(unittest.TestCase):
    """Each source's own totals against what its rows come to."""

    def convert(self, module, file):
        if not os.path.exists(os.path.join(data_folder, file)):
            self.skipTest(f"{file} is not there")
        return module.convert(data_folder)

    def check_rows(self, dataset):
        names = collections.Counter((row["author"], row["reference"]) for row in dataset.rows)
        self.assertEqual([name for name, count in names.items() if count > 1], [])
        dates = [row["date"] for row in dataset.rows if "date" in row]
        self.assertEqual(dates, sorted(dates))
        self.assertTrue(all(row.get("amount", 1) > 0 for row in dataset.rows))

    def test_games_done_quick_is_12_091_865_28_usd(self):
        dataset = self.convert(gdq, gdq.FILE)
        self.check_rows(dataset)
        model = LedgerModel()
        self.assertEqual(model.take_all(dataset.rows), [])
        self.assertEqual(model.records["donation"], 291_885)
        self.assertEqual(sum(model.held().values()), 1_209_186_528)
        self.assertEqual(model.records["fund_proposal"], 17)

    def test_agribank_is_what_the_bank_s_running_balance_says(self):
        dataset = self.convert(agribank, agribank.FILE)
        self.check_rows(dataset)
        model = LedgerModel()
        self.assertEqual(model.take_all(dataset.rows), [])
        self.assertEqual(model.held(), dataset.held)
        self.assertEqual(model.records["donation"], 42_488)
        self.assertEqual(len(dataset.left_out), 25)

    def test_open_collective_balances_but_for_one_overdrawn_collective(self):
        dataset = self.convert(open_collective,
                               os.path.join(open_collective.FOLDER, "transactions.csv"))
        self.check_rows(dataset)
        model = LedgerModel()
        refused = model.take_all(dataset.rows)
        again = model.take_all([row for row, _ in refused])
        self.assertEqual([answer for _, answer in again], [Refused("expense-116", 2798, "USD")])
        missing = again[0][0]
        expected = collections.Counter(dataset.held)
        expected[missing["fund"], missing["currency"]] += missing["amount"]
        self.assertEqual(model.held(), expected)
        self.assertEqual(dataset.held["tipbox", "USD"], -2798)
        self.assertEqual((model.records["donation"], model.records["exchange"]), (972, 4))

    def test_the_example_has_the_published_figures_of_the_appeal(self):
        file = "dec-ebola/dec-brc-ifrc-chain.csv"
        if not os.path.exists(os.path.join(data_folder, file)):
            self.skipTest(f"{file} is not there")
        with open(os.path.join(data_folder, file), encoding="utf-8", newline="") as source:
            published = [row for row in csv.DictReader(source)
                         if row["reporting_ref"] == "GB-CHC-1062638"
                         or (row["provider_ref"] == "GB-CHC-1062638" and row["type"] == "3")]
        example = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples",
                               "dec-ebola", "records.csv")
        with open(example, encoding="utf-8", newline="") as ours:
            recorded = [row for row in csv.DictReader(ours) if row["amount"]]
        kinds = {"1": "donation", "3": "disbursement"}
        self.assertEqual(
            sorted((row["date"], kinds[row["type"]], int(float(row["amount"])))
                   for row in published),
            sorted((row["date"], row["type"], int(row["amount"])) for row in recorded))


if __name__ == "__main__":
    data_folder = sys.argv.pop()
    unittest.main(verbosity=2)
