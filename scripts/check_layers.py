#!/usr/bin/env python3
"""Holds every #include against the table of layers: exits 1 and names each line that breaks it.

A layer may include itself and what stands in its row; ARCHITECTURE.md shows the same table, and the
script checks that too. Some libraries are bound to one layer. A source includes the header of its
name first, so that building it shows that the header compiles alone.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

LAYERS = {
    "crypto": [],
    "consensus": ["crypto"],
    "node/ledger": ["crypto"],
    "node/proof": ["crypto", "consensus", "node/ledger"],
    "node/storage": ["crypto", "node/ledger"],
    "node/network": ["crypto"],
    "node/runtime": ["crypto", "consensus", "node/ledger", "node/proof", "node/storage",
                     "node/network"],
    "api": ["crypto", "node/ledger", "node/proof", "node/storage", "node/runtime"],
    "explorer": ["crypto", "node/ledger", "node/proof", "node/storage", "node/runtime", "api"],
    "node/program": ["crypto", "node/ledger", "node/proof", "node/storage", "node/runtime", "api",
                     "explorer"],
}

# Header prefix -> the only layers that may include it.
BOUND = {
    "rocksdb/": {"node/storage"},
    "boost/beast": {"api"},
    "boost/asio": {"api", "node/network", "node/program"},
    "sodium": {"crypto"},
    "openssl/": {"crypto", "node/network"},
    "ctemplate/": {"explorer"},
    "qrencode": set(),  # Only the tests, to compare with.
    "CLI/": {"node/program"},
    "toml++/": {"node/program"},
    "spdlog/": {"node/program"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def layer_of(path: str) -> str | None:
    for layer in sorted(LAYERS, key=len, reverse=True):
        if path.startswith(layer + "/"):
            return layer
    return None


def faults_in(path: pathlib.Path, layer: str) -> list[str]:
    name = path.relative_to(ROOT)
    found = []
    lines = path.read_text(encoding="utf-8").splitlines()
    own = path.with_suffix(".h")
    if path.suffix == ".cpp" and own.exists():
        first = next((match.group(2) for line in lines if (match := INCLUDE.match(line))), "")
        if ROOT / first != own:
            found.append(f"{name}: its first include is not {own.relative_to(ROOT)}")
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, header = match.groups()
        if kind == '"':
            target = layer_of(header)
            if target is None:
                found.append(f"{name}:{number}: '{header}' is in no layer")
            elif target != layer and target not in LAYERS[layer]:
                found.append(f"{name}:{number}: {layer} may not include {target} ('{header}')")
        for prefix, allowed in BOUND.items():
            if kind == "<" and header.startswith(prefix) and layer not in allowed:
                found.append(f"{name}:{number}: <{header}> belongs to {', '.join(sorted(allowed))}")
    return found


def table() -> list[str]:
    return [f"| `{layer}` | {', '.join(f'`{name}`' for name in allowed) or '—'} |"
            for layer, allowed in LAYERS.items()]


def main() -> int:
    if sys.argv[1:] == ["--table"]:
        print("\n".join(table()))
        return 0
    found = []
    count = 0
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*")):
            if path.suffix in {".h", ".cpp"} and layer_of(str(path.relative_to(ROOT))) == layer:
                count += 1
                found += faults_in(path, layer)
    architecture = ROOT / "ARCHITECTURE.md"
    text = architecture.read_text(encoding="utf-8") if architecture.exists() else ""
    found += [f"ARCHITECTURE.md: the row is missing: {row}" for row in table() if row not in text]
    print("\n".join(found) if found else f"layers: {count} files keep to the table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
