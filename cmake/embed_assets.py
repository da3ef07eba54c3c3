"""Writes one C++ source that holds the given files: embed_assets.py OUTPUT ROOT FILE...

A FILE is a path, known by its place below explorer/, or NAME=PATH.
"""
import os
import sys


def literal(data: bytes) -> str:
    return ",".join(str(byte) for byte in data)


def main() -> None:
    output, root, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    lines = ['#include "explorer/assets.h"', "", "namespace centime::explorer {", "namespace {", ""]
    rows = []
    named = {}
    for given in files:
        name, _, path = given.rpartition("=")
        named[name or os.path.relpath(path, os.path.join(root, "explorer"))] = path
    for number, (name, path) in enumerate(sorted(named.items())):
        with open(path, "rb") as file:
            data = file.read()
        lines.append(f"constexpr unsigned char file_{number}[] = {{{literal(data) or '0'}}};")
        rows.append(
            f'    {{"{name}", {{reinterpret_cast<const char*>(file_{number}), {len(data)}}}}},')
    lines += ["", "const EmbeddedFile files[] = {"] + rows + ["};", "", "}  // namespace", ""]
    lines += ["std::span<const EmbeddedFile> embedded_files() { return files; }", ""]
    lines += ["}  // namespace centime::explorer", ""]
    os.makedirs(os.path.dirname(output), exist_ok=True)
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


main()
