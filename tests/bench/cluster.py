#!/usr/bin/env python3
"""Measures four validators against one, and writes the figures into docs/performance.md.

    cmake --preset release && ninja -C build/release bench_cluster
    tests/bench/cluster.py            # eleven minutes; rewrites the figures
    tests/bench/cluster.py --quick    # half a minute; only shows that all of it runs

All processes share this machine's cores: with two of them four validators execute, check and write
everything four times. Exit status 1 if a target is missed (not with --quick).
"""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from figures import ROOT, machine, median, table, write_page

# So many under way that blocks are full, also while a line of 50 ms holds several of them: with fewer
# the client's patience is measured.
BATCH, WINDOW = 1000, 64
DEADLINE_MS = 1_500  # consensus::Timing::deadline_base
ONE_WAY_MS = 50
FULL = {"repeat": 3, "donations": 400_000, "delayed": 400_000, "lone": 100, "lone_delayed": 100,
        "crash": 24}
QUICK = {"repeat": 1, "donations": 10_000, "delayed": 10_000, "lone": 20, "lone_delayed": 10,
         "crash": 8}


def measure(program, scratch, sizes):
    rows = {"one": [], "four": [], "delayed": []}

    def turn(key, validators, delay_ms, donations, lone, *more):
        command = [program, scratch / "store", validators, delay_ms, donations, BATCH, WINDOW, lone,
                   *more]
        print("  " + " ".join(map(str, command)), file=sys.stderr)
        output = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE,
                                text=True, timeout=600).stdout
        rows[key].append(json.loads(output))

    for _ in range(sizes["repeat"]):
        turn("one", 1, 0, sizes["donations"], sizes["lone"])
        turn("four", 4, 0, sizes["donations"], sizes["lone"], sizes["crash"])
        turn("delayed", 4, ONE_WAY_MS, sizes["delayed"], sizes["lone_delayed"])
    return rows


def targets(rows):
    """(what, figure, target, met)"""
    one, four, delayed = rows["one"], rows["four"], rows["delayed"]
    found = []

    def at_least(what, value, least):
        found.append((what, f"{value:.2f}", f"at least {least:g}", value >= least))

    def at_most(what, value, most, unit=""):
        shown = f"{value:.0f}{unit}" if unit else f"{value:.2f}"
        found.append((what, shown, f"at most {most:g}{unit}", value <= most))

    at_least("Batches of 1,000, four validators over one",
             median(four, "per_second") / median(one, "per_second"), 0.15)
    for name, field in (("median", "p50_ms"), ("99th percentile", "p99_ms")):
        at_most(f"A lone record's finality, at rest, four over one, {name}",
                median(four, field) / median(one, field), 3)
    at_most("Lone record, 50 ms one way, median", median(delayed, "p50_ms"), 200, " ms")
    at_most("Lone record, 50 ms one way, 99th percentile", median(delayed, "p99_ms"), 350, " ms")
    at_least("Batches of 1,000, 50 ms one way over none",
             median(delayed, "per_second") / median(four, "per_second"), 0.7)
    at_most("A validator is killed: longest wait, against its deadline",
            statistics.median(row["crash_ms"] for row in four) / DEADLINE_MS, 2)
    return found


def report(rows, load):
    lines = [f"`tests/bench/cluster.py` on {datetime.date.today()}: {machine()}. Load before the "
             f"run {load[0]:.1f}.", ""]
    lines += table(["what", "figure", "target", ""],
                   [[what, figure, target, "met" if met else "**missed**"]
                    for what, figure, target, met in targets(rows)])
    names = {"one": "one validator", "four": "four validators",
             "delayed": f"four validators, {ONE_WAY_MS} ms one way"}
    lines += ["", "Medians, and the donations a second of each run:", ""]
    lines += table(["", "donations/s", "lone record: median", "99th percentile",
                    "one soon after another: median", "99th percentile", "longest after a kill",
                    "runs"],
                   [[name, f"{median(rows[key], 'per_second'):,.0f}",
                     *(f"{median(rows[key], field):.1f} ms"
                       for field in ("p50_ms", "p99_ms", "row_p50_ms", "row_p99_ms")),
                     f"{median(rows[key], 'crash_ms'):.0f} ms" if key == "four" else "",
                     ", ".join(f"{row['per_second']:,}" for row in rows[key])]
                    for key, name in names.items()])
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is written")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--directory", type=pathlib.Path, help="where the stores go")
    options = parser.parse_args()
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="centime-bench-", dir=options.directory) as scratch:
        rows = measure(options.build / "tests" / "bench" / "bench_cluster", pathlib.Path(scratch),
                       QUICK if options.quick else FULL)
    lines = report(rows, load)
    print("\n".join(lines))
    if options.quick:
        return 0
    write_page(lines, "cluster.py")
    return 0 if all(met for *_, met in targets(rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
