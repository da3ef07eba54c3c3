#!/usr/bin/env python3
"""Runs the benchmarks, prints their figures against the targets, and writes docs/performance.md.

    cmake --preset release && ninja -C build/release bench
    tests/bench/run.py            # everything, 20 to 30 minutes, 5 GB of disk; rewrites the figures
    tests/bench/run.py --quick    # a minute; only shows that all of it runs

Every target is a ratio of two figures of one run, each the median of several, or a figure of its
own. Exit status 1 if a target is missed (not with --quick, whose sizes say nothing).
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from figures import ROOT, machine, median, table, write_page

FULL = {"repeat": 3, "batched": 1_000_000, "single": 20_000, "single_stored": 60_000,
        "postgres": 300_000, "postgres_single": 20_000,
        "trace": [10_000, 100_000, 1_000_000, 10_000_000]}
QUICK = {"repeat": 1, "batched": 20_000, "single": 500, "single_stored": 500,
         "postgres": 5_000, "postgres_single": 500, "trace": [10_000, 20_000]}


class Benches:
    """The programs of one build, run in one scratch directory."""

    def __init__(self, build: pathlib.Path, scratch: pathlib.Path):
        self.programs = build / "tests" / "bench"
        self.scratch = scratch

    def run(self, name: str, *arguments) -> list[dict]:
        command = [str(self.programs / f"bench_{name}"), *map(str, arguments)]
        print("  " + " ".join(command[:1] + command[1:]), file=sys.stderr)
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return [json.loads(line) for line in output.splitlines()]

    def place(self, name: str) -> pathlib.Path:
        return self.scratch / name

    def drop(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.place(name), ignore_errors=True)


def measure_writes(benches: Benches, sizes: dict) -> dict:
    """The pipeline against RocksDB alone and against PostgreSQL, turn by turn."""
    rows: dict[str, list[dict]] = {}

    def turn(key: str, name: str, *arguments) -> None:
        rows.setdefault(key, []).extend(benches.run(name, *arguments))

    for _ in range(sizes["repeat"]):
        store = benches.place("store")
        turn("pipeline", "pipeline", store, sizes["batched"], 1000, 4)
        turn("rocksdb", "rocksdb", store, benches.place("rows"))
        benches.drop("rows")
        turn("audit", "audit", store)
        turn("waiting", "pipeline", benches.place("other"), sizes["postgres"], 1000, 1)
        turn("postgres", "postgres", benches.place("pg"), sizes["postgres"], 1000)
        turn("single", "pipeline", benches.place("other"), sizes["single"], 1, 1)
        turn("postgres_single", "postgres", benches.place("pg"), sizes["postgres_single"], 1)
        turn("postgres_awake", "postgres", benches.place("pg"), sizes["postgres_single"], 1,
             "awake")
    rows["columns"] = benches.run("columns", benches.place("store"))
    benches.run("pipeline", benches.place("other"), sizes["single_stored"], 1, 1)
    rows["columns_single"] = benches.run("columns", benches.place("other"))
    benches.drop("store", "other")
    return rows


def ratio(rows: dict, over: str, under: str) -> float:
    return median(rows[over], "per_second") / median(rows[under], "per_second")


def bytes_per_donation(columns: dict) -> float:
    return sum(column["disk"] for column in columns["columns"]) / columns["donations"]


def targets(rows: dict, trace: list[dict]) -> list[tuple]:
    """(what, figure, target, met)"""
    found = []

    def at_least(what: str, value: float, least: float, shown: str) -> None:
        found.append((what, shown, f"at least {least:g}", value >= least))

    def at_most(what: str, value: float, most: float, shown: str, unit: str = "") -> None:
        found.append((what, shown, f"at most {most:g}{unit}", value <= most))

    for what, over, under, least in (
            ("Batches of 1,000 against RocksDB alone", "pipeline", "rocksdb", 0.5),
            ("Batches of 1,000 against PostgreSQL, four under way", "pipeline", "postgres", 2),
            ("Batches of 1,000 against PostgreSQL, one after the other", "waiting", "postgres", 2),
            ("One by one against PostgreSQL", "single", "postgres_single", 1)):
        value = ratio(rows, over, under)
        at_least(what, value, least, f"{value:.2f}")
    million = min(trace, key=lambda row: abs(row["records"] - 1_000_000))
    at_most(f"Trace at {million['records']:,} records, 99th percentile", million["p99_us"], 1000,
            f"{million['p99_us']:.0f} µs", " µs")
    for what, field in (("rows read", "rows"), ("time of the same one again", "again_median_us"),
                        ("time of a random one, warm", "median_us")):
        growth = trace[-1][field] / trace[0][field]
        at_most(f"Trace, {what} at {trace[-1]['records']:,} records over "
                f"{trace[0]['records']:,}", growth, 1.5, f"{growth:.2f}")
    at_most(f"Node's memory at {trace[-1]['records']:,} records", trace[-1]["resident_mib"], 1024,
            f"{trace[-1]['resident_mib']:.0f} MiB", " MiB")
    value = median(rows["audit"], "ratio")
    at_least("Audit: its hashes and signatures over all it does", value, 0.5, f"{value:.2f}")
    for what, key in (("Bytes a donation on disk, batches of 1,000", "columns"),
                      ("Bytes a donation on disk, one by one", "columns_single")):
        value = bytes_per_donation(rows[key][0])
        at_most(what, value, 600, f"{value:.0f}")
    return found


def report(rows: dict, trace: list[dict], load: tuple) -> list[str]:
    lines = [f"`tests/bench/run.py` on {datetime.date.today()}: {machine()}. Load before the run "
             f"{load[0]:.1f}.", ""]
    lines += table(["what", "figure", "target", ""],
                   [[what, figure, target, "met" if met else "**missed**"]
                    for what, figure, target, met in targets(rows, trace)])
    lines += ["", "Donations a second, median and each run:", ""]
    names = {"pipeline": "node, batches of 1,000, four under way",
             "waiting": "node, batches of 1,000, one after the other",
             "rocksdb": "RocksDB alone, the rows of the first line",
             "postgres": "PostgreSQL, batches of 1,000", "single": "node, one by one",
             "postgres_single": "PostgreSQL, one by one",
             "postgres_awake": "PostgreSQL, one by one, its client awake"}
    lines += table(["", "donations/s", "runs"],
                   [[name, f"{median(rows[key], 'per_second'):,.0f}",
                     ", ".join(f"{row['per_second']:,.0f}" for row in rows[key])]
                    for key, name in names.items()])
    lines += ["", "Trace of one donation through disbursement and expenditure:", ""]
    lines += table(["records", "rows read", "same again: median", "random: median",
                    "99th percentile", "after other work: median", "answered as JSON: median",
                    "first time: median", "99th percentile", "node's memory"],
                   [[f"{row['records']:,}", f"{row['rows']:.1f}",
                     *(f"{row[field]:.0f} µs" for field in ("again_median_us", "median_us", "p99_us",
                                                            "after_work_us", "answered_us",
                                                            "cold_median_us", "cold_p99_us")),
                     f"{row['resident_mib']:.0f} MiB"] for row in trace])
    audits = rows["audit"]
    lines += ["", f"Audit of {audits[0]['records']:,} records: {median(audits, 'audit_s'):.2f} s; "
              f"its hashes and signatures alone, on one core: "
              f"{median(audits, 'hashes_and_signatures_s'):.2f} s.", ""]
    lines += ["Bytes a donation, column by column (as stored, and before compression):", ""]
    batched, single = rows["columns"][0], rows["columns_single"][0]
    by_name = {column["name"]: column for column in single["columns"]}

    def cells(column: dict | None, donations: float) -> list[str]:
        if column is None:
            return ["", ""]
        return [f"{column['disk'] / donations:.1f}", f"{column['bytes'] / donations:.1f}"]

    lines += table(["column", "batched", "raw", "one by one", "raw"],
                   [[column["name"], *cells(column, batched["donations"]),
                     *cells(by_name.get(column["name"]), single["donations"])]
                    for column in batched["columns"]] +
                   [["**all**", f"**{bytes_per_donation(batched):.0f}**", "",
                     f"**{bytes_per_donation(single):.0f}**", ""]])
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is written")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--directory", type=pathlib.Path,
                        help="where the stores go; on the disk to be measured (default: a "
                             "temporary directory)")
    options = parser.parse_args()
    sizes = QUICK if options.quick else FULL
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="centime-bench-", dir=options.directory) as scratch:
        os.chmod(scratch, 0o755)  # PostgreSQL runs as a user of its own.
        benches = Benches(options.build, pathlib.Path(scratch))
        rows = measure_writes(benches, sizes)
        trace = benches.run("trace", benches.place("trace"), *sizes["trace"])
    lines = report(rows, trace, load)
    print("\n".join(lines))
    if options.quick:
        return 0
    write_page(lines, "run.py")
    return 0 if all(met for *_, met in targets(rows, trace)) else 1


if __name__ == "__main__":
    sys.exit(main())
