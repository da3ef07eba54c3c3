"""What the ledger must answer to a list of rows, worked out with plain sums.

It knows balances only, no positions: enough to say which row is refused for want of money, by how
much, and what each account ends with. Named money (for_donation) is always spent right after it
came in here, so a balance that suffices is a named balance that suffices.
"""

import collections
import dataclasses


@dataclasses.dataclass(frozen=True)
class Refused:
    reference: str
    short: int  # Minor units missing.
    currency: str


class LedgerModel:
    def __init__(self):
        self.balances = collections.Counter()  # (fund, holder, currency) -> minor units
        # (fund, currency, type, from, to) -> minor units, minor units it became, how often
        self.flows = collections.defaultdict(lambda: (0, 0, 0))
        self.records = collections.Counter()  # type -> how many were taken

    def take(self, row):
        """Records the row. None, or why it is refused; then nothing changes."""
        handler = getattr(self, "take_" + row["type"], None)
        refused = handler(row) if handler else None
        if refused is None:
            self.records[row["type"]] += 1
        return refused

    def take_all(self, rows):
        """The refusals, with their rows."""
        answers = [(row, self.take(row)) for row in rows]
        return [(row, refused) for row, refused in answers if refused]

    def take_donation(self, row):
        self.move(row, "", row["author"])
        self.balances[self.account(row)] += row["amount"]

    def take_expenditure(self, row):
        return self.spend(row, row["category"])

    def take_disbursement(self, row):
        refused = self.spend(row, row["to"])
        if refused is None:
            self.balances[row["fund"], row["to"], row["currency"]] += row["amount"]
        return refused

    def take_exchange(self, row):
        refused = self.spend(row, row["to_currency"])
        if refused is None:
            self.balances[row["fund"], row["author"], row["to_currency"]] += row["to_amount"]
        return refused

    def spend(self, row, to):
        short = row["amount"] - self.balances[self.account(row)]
        if short > 0:
            return Refused(row["reference"], short, row["currency"])
        self.balances[self.account(row)] -= row["amount"]
        self.move(row, row["author"], to)
        return None

    def move(self, row, origin, to):
        key = row["fund"], row["currency"], row["type"], origin, to
        amount, became, count = self.flows[key]
        self.flows[key] = (amount + row["amount"], became + row.get("to_amount", 0), count + 1)

    def held(self):
        """(fund, currency) -> minor units in anyone's hands."""
        held = collections.Counter()
        for (fund, _, currency), amount in self.balances.items():
            held[fund, currency] += amount
        return held

    @staticmethod
    def account(row):
        return row["fund"], row["author"], row["currency"]
