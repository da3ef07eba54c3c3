"""What the benchmarks' scripts share: the machine, tables, and their place in docs/performance.md."""
import os
import pathlib
import platform
import statistics

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "performance.md"


def median(rows: list[dict], field: str) -> float:
    return statistics.median(row[field] for row in rows)


def machine() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file
                      if line.startswith("model name")), platform.machine())
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (f"{model}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, Linux "
            f"{platform.release().split('-')[0]}")


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def write_page(lines: list[str], script: str) -> None:
    """Replaces the figures of this script by these lines."""
    begin, end = f"<!-- figures: tests/bench/{script} writes from here -->", "<!-- to here -->"
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    after = rest.split(end, 1)[1]
    PAGE.write_text(before + begin + "\n\n" + "\n".join(lines) + "\n\n" + end + after,
                    encoding="utf-8")
