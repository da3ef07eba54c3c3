"""Replays one real input through the real program and holds the outcome against the source.

replay.py DATASET --program CENTIME --data FOLDER [--keep FOLDER]

Makes a network and a node in a temporary folder, imports, compares, audits. Ends with 0 if all
holds, 77 if the input is not there (ctest: skipped), 1 otherwise.
"""

import argparse
import collections
import os
import sys
import tempfile

import agribank
import gdq
import open_collective
from ledger_model import LedgerModel
from node_process import CommandFailed, TrialNode, network_toml, timed
from records_file import major_units, write_records

SKIPPED = 77
DATASETS = {"open_collective": open_collective, "gdq": gdq, "agribank": agribank}


class Difference(Exception):
    """The ledger and the source do not agree."""


def same(what, found, expected):
    if found == expected:
        return
    if isinstance(expected, dict):
        wrong = [key for key in {**expected, **found} if found.get(key) != expected.get(key)]
        lines = [f"  {key}: {found.get(key)}, expected {expected.get(key)}" for key in wrong[:20]]
        raise Difference(f"{what}: {len(wrong)} differ\n" + "\n".join(lines))
    raise Difference(f"{what}: {found}, expected {expected}")


def import_rows(node, name, rows, expected):
    """Imports the rows; compares which were refused, and by how much, with what was expected."""
    file = node.path(name)
    write_records(file, rows)
    arguments = ["import", "csv", file, "--node", node.url, "--keys", node.path("network", "keys"),
                 "--skip-bad", "--receipts", node.path("receipts.csv"),
                 "--token-file", node.path("import.token")]
    answer, seconds = timed(node.run, *arguments, expected=(1,) if expected else (0,))
    same(f"{name}: refused rows", {item["reference"]: item["code"] for item in answer["bad"]},
         {answer.reference: "insufficient_funds" for _, answer in expected})
    details = {item["reference"]: item["detail"] for item in answer["bad"]}
    for row, model in expected:
        short = f"{major_units(model.short, model.currency)} {model.currency} short"
        if not details[row["reference"]].replace(",", "").endswith(short):
            raise Difference(f"{row['reference']}: '{details[row['reference']]}', "
                             f"expected it to end with '{short}'")
    taken = len(rows) - len(expected)
    same(f"{name}: recorded rows", answer["recorded"], taken)
    print(f"  {name}: {taken:,} of {len(rows):,} rows recorded in {seconds:.1f} s "
          f"({taken / seconds:,.0f}/s), {len(expected)} refused as insufficient_funds")


def import_all(node, dataset, model):
    """Imports in the source's order, and what was refused once more. The refused for good."""
    refused = model.take_all(dataset.rows)
    import_rows(node, "records.csv", dataset.rows, refused)
    if not (dataset.retries and refused):
        return refused
    again = [row for row, _ in refused]
    refused = model.take_all(again)
    import_rows(node, "again.csv", again, refused)
    for row, answer in refused:
        print(f"  refused for good: {row['reference']} of {row['fund']}, "
              f"{major_units(row['amount'], row['currency'])} {row['currency']}: "
              f"{major_units(answer.short, answer.currency)} {answer.currency} short")
    return refused


def compare_flows(node, model):
    flows = {}
    for fund in sorted({key[0] for key in model.flows}):
        for flow in node.items(f"/v1/funds/{fund}/flows"):
            key = fund, flow["money"]["currency"], flow["type"], flow["from"], flow["to"]
            became = flow["became"]["amount"] if "became" in flow else 0
            flows[key] = flow["money"]["amount"], became, flow["count"]
    same("flows", flows, dict(model.flows))
    print(f"  {len(flows)} flows between fund, member and purpose: the same to the minor unit")


def compare_totals(node, dataset, refused):
    donated, held = dict(dataset.donated), collections.Counter(dataset.held)
    for row, _ in refused:
        held[row["fund"], row["currency"]] += row["amount"]
    found_donated, found_held = {}, {}
    for fund in sorted({fund for fund, _ in dataset.held}):
        for totals in node.get(f"/v1/funds/{fund}")["totals"]:
            key = fund, totals["currency"]
            found_donated[key] = totals["donated"]["amount"]
            found_held[key] = totals["held"]["amount"]
    same("donated", without_zeros(found_donated), without_zeros(donated))
    same("held", without_zeros(found_held), without_zeros(held))
    for currency in sorted({currency for _, currency in donated}):
        print(f"  {currency}: donated {sum_of(found_donated, currency)}, "
              f"held {sum_of(found_held, currency)}: as the source says")


def without_zeros(amounts):
    return {key: amount for key, amount in amounts.items() if amount}


def sum_of(amounts, currency):
    units = sum(amount for key, amount in amounts.items() if key[1] == currency)
    return major_units(units, currency)


def verify_a_gift(node, dataset):
    """The proof of the dataset's middle gift: a late one has no path yet, an early one is easy."""
    gifts = [row for row in dataset.rows if row["type"] == "donation"]
    gift = gifts[len(gifts) // 2]
    name = f"{gift['author']}/{gift['reference']}"
    trace = node.run("trace", name, "--node", node.url)
    parts = collections.Counter()
    for part in trace["parts"]:
        parts[part["given"]["currency"]] += part["given"]["amount"]
    same(f"parts of {name}", dict(parts), {gift["currency"]: gift["amount"]})
    proof = node.run("verify", "--id", trace["donation"]["id"], "--node", node.url,
                     "--policy", node.path("network", "policy.txt"))
    same(f"proof of {name}", proof["verified"], True)
    print(f"  {name}: its parts add up, its proof holds")


def audit(node, name, dataset, model, *place):
    """The whole log; of a dataset that says so, each gift through the laws of traces."""
    all_gifts = ("--trace-all",) if dataset.trace_all else ()
    answer, seconds = timed(node.run, "audit", *place, *all_gifts)
    same(f"{name}: records by kind", answer["records_by_kind"], dict(model.records))
    gifts, traced = model.records["donation"], answer["donations_traced"]
    if dataset.trace_all:
        same(f"{name}: gifts traced", traced, gifts)
    rows = sum(model.records.values())
    print(f"  {name}: the laws hold over {rows:,} records, {traced:,} of {gifts:,} gifts traced, "
          f"{seconds:.1f} s")


def replay(node, dataset):
    model = LedgerModel()
    with open(node.path("network.toml"), "w", encoding="utf-8") as file:
        file.write(network_toml(dataset))
    node.make_network(node.path("network.toml"), dataset.members[0][0])
    node.start()
    refused = import_all(node, dataset, model)
    compare_flows(node, model)
    compare_totals(node, dataset, refused)
    verify_a_gift(node, dataset)
    audit(node, "audit over HTTP", dataset, model, "--node", node.url)
    print(f"  the node's memory at its peak: {node.peak_memory_mb()} MB")
    node.stop()
    audit(node, "audit of the data", dataset, model, "--data", node.path("data"))


def describe(dataset):
    print(f"{dataset.name}: {len(dataset.rows):,} rows")
    for note in dataset.notes:
        print("  note: " + note)
    reasons = collections.Counter(why for _, why in dataset.left_out)
    for why, count in reasons.items():
        places = ", ".join(where for where, reason in dataset.left_out if reason == why)
        print(f"  left out, {why}: {count} ({places})")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset", choices=DATASETS)
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, help="folder with the real inputs")
    parser.add_argument("--keep", help="folder to make and leave behind, instead of a temporary")
    options = parser.parse_args()
    try:
        dataset = DATASETS[options.dataset].convert(options.data)
    except FileNotFoundError as missing:
        print(f"skipped: {missing.filename} is not there")
        return SKIPPED
    describe(dataset)
    with tempfile.TemporaryDirectory(prefix="centime-replay-") as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        node = TrialNode(os.path.abspath(options.program), folder)
        try:
            replay(node, dataset)
        except (CommandFailed, Difference) as problem:
            print(f"FAILED: {problem}")
            return 1
        finally:
            if node.process:
                node.process.kill()
                node.process.wait()
    print("OK")
    return 0


if __name__ == "__main__":
    sys.exit(main())
