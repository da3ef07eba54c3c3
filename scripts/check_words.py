#!/usr/bin/env python3
"""Checks that each word of refusal that the docs list stands in the program and in a test.

That the docs list each word of the code is held by tests beside the code. A word is a string or an
enumerator of its name; for a test, one whose file does not only list words.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRODUCT = ("crypto", "consensus", "node", "api", "explorer")
SOURCES = {".cpp", ".h", ".ts", ".mjs", ".py"}
# They list the words, or make requests without an expectation of their own.
NO_TESTS = {"problem_words_test.cpp", "words_test.cpp", "link_word_test.cpp"}
NO_TEST_FOLDERS = {"fuzz", "bench"}
# Nothing outside the kernel can bring it about.
UNPROVOKED = {"no_random"}


def documented_words():
    """Each word, with the file that lists it."""
    words = {}
    errors = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    for word in re.findall(r"^(?:\| |\* )`([a-z_]+)`", errors, re.MULTILINE):
        words[word] = "docs/errors.md"
    operating = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    table = re.search(r"^Words of the command line.*?\n\n(.*?)\n\n", operating, re.MULTILINE | re.DOTALL)
    for row in table.group(1).splitlines()[2:]:
        for word in re.findall(r"`([a-z_]+)`", row.split("|")[1]):
            words[word] = "docs/operating.md"
    return words


def used_words(folders, left_out=lambda path: False):
    """What the sources quote, or name as an enumerator."""
    used = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix not in SOURCES or "node_modules" in path.parts or left_out(path):
                continue
            text = path.read_text(encoding="utf-8")
            used.update(re.findall(r"(?:[\"'`]|::)([a-z_]+)\b", text))
            # Inside a longer string, such as "centime: bad_usage: ", only what can be no other word.
            for string in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text):
                used.update(re.findall(r"\b[a-z]+_[a-z_]+\b", string))
    return used


def main():
    words = documented_words()
    product = used_words(PRODUCT)
    tests = used_words(
        ["tests"], lambda path: path.name in NO_TESTS or NO_TEST_FOLDERS.intersection(path.parts))
    faults = [f"{file}: {word} is in no source" for word, file in words.items()
              if word not in product]
    faults += [f"{file}: {word} is expected by no test" for word, file in words.items()
               if word not in tests | UNPROVOKED]
    for fault in faults:
        print(fault)
    print(f"words: {len(words)} checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
