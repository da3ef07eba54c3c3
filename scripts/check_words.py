#!/usr/bin/env python3
"""Checks that each word of refusal that the docs list stands in the program and in a test, and that
each word that the program refuses with is listed; that the explorer has the texts of docs/errors.md in each
language; and that the protocol lists the program's currencies.

A word that is used is a string or an enumerator of its name; for a test, one whose file does not only
list words. A word that the program refuses with is one of an enum's words, one that a command fails
with, or the first of a sentence such as "wrong_head: entry 7 is not a seal".
"""

import json
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
LISTS = ("docs/errors.md", "docs/operating.md", "docs/csv.md")
# Enums of this name hold words of refusal, unless whoever calls says another word in their place.
WORD_ENUM = re.compile(r"(Word|Error|Fault|Refusal|Alarm|Code|Unavailable)$")
SAID_OTHERWISE = {"BuildError", "ChainError", "CheckpointError", "DecodeError", "EntryProofError",
                  "NoteError", "ProofError"}
# Keys of the config, and what begins a line of the log.
NO_WORDS = {"peer_listen", "public_url", "other_log", "wrong_body", "key_refused", "past_known"}


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


def listed_words():
    """What any table or list of the docs has in its first column."""
    words = set()
    for name in LISTS:
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line.startswith(("| `", "* `")):
                words.update(re.findall(r"`([a-z_]+)`", line.split("|")[1] if line[0] == "|" else line))
    return words


def words_of_refusal(path):
    """What this source can refuse with."""
    text = path.read_text(encoding="utf-8")
    words = set()
    if path.suffix == ".ts":
        for union in re.findall(r"^export type Word =(.*?);$", text, re.MULTILINE | re.DOTALL):
            words.update(re.findall(r'^ *\| "([a-z_]+)"', union, re.MULTILINE))
        return words
    for enum, body in re.findall(r"enum_words\((\w+)\) *\{(.*?)\}\);", text, re.DOTALL):
        if WORD_ENUM.search(enum) and enum not in SAID_OTHERWISE:
            words.update(re.findall(r'"([a-z_]+)"', body))
    words.update(re.findall(r'\b(?:fail|called_wrongly|Failure)[({]\s*"([a-z_]+)"', text))
    words.update(re.findall(r'"([a-z]+_[a-z_]+): ', text))
    # One word alone is a word of refusal only where a fault is made of it.
    words.update(re.findall(r'(?:LogFault|unexpected|stop_at)\(?\{*[^"\n]*"([a-z]+): ', text))
    return words - NO_WORDS


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


def catalogue_faults():
    """Texts that /docs/errors shows for docs/errors.md and a catalogue lacks: a node stops at the first
    request for a page whose text is not there. The keys are those of explorer/errors_page.cpp."""
    needed = {}  # By key, of what it is a text.
    group = None
    for line in (ROOT / "docs/errors.md").read_text(encoding="utf-8").splitlines():
        heading = re.match(r"## (.*)", line)
        row = re.match(r"(\| |\* )`(\w+)`", line)
        if heading:
            title = heading.group(1)
            group = "errors_" + re.sub(r"[^a-z0-9]", "_", title.lower())
        elif row:
            needed[group] = f'heading of "{title}"'
            needed[f"{group}_{row.group(2)}"] = f'text of {row.group(2)} in "{title}"'
            # What stands in a list has its remedy above the list.
            if row.group(1) == "| ":
                needed[f"{group}_{row.group(2)}_remedy"] = f'remedy of {row.group(2)} in "{title}"'
    faults = []
    for path in sorted((ROOT / "explorer/templates").glob("text.*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        faults += [f"{path.relative_to(ROOT)}: there is no {what} of docs/errors.md: add {key}"
                   for key, what in needed.items() if not texts.get(key, "").strip()]
    return faults


def currency_faults():
    """Currencies that the protocol and the program do not agree on."""
    table = (ROOT / "node/ledger/currency_table.cpp").read_text(encoding="utf-8")
    program = set(re.findall(r'{"([A-Z]{3})", (\d)}', table))
    protocol = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    listed = {(code, decimals)
              for decimals, codes in re.findall(r"^\* (\d): ((?:[A-Z]{3}\s+)+)", protocol, re.MULTILINE)
              for code in codes.split()}
    return [f"docs/protocol.md: {code} with {decimals} decimals is in one of list and program only"
            for code, decimals in sorted(program ^ listed)]


def main():
    words = documented_words()
    product = used_words(PRODUCT)
    tests = used_words(
        ["tests"], lambda path: path.name in NO_TESTS or NO_TEST_FOLDERS.intersection(path.parts))
    faults = [f"{file}: {word} is in no source" for word, file in words.items()
              if word not in product]
    faults += [f"{file}: {word} is expected by no test" for word, file in words.items()
               if word not in tests | UNPROVOKED]
    faults += catalogue_faults()
    faults += currency_faults()
    listed = listed_words()
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".cpp", ".h", ".ts"} and "node_modules" not in path.parts:
                faults += [f"{path.relative_to(ROOT)}: {word} is listed by no page of the docs"
                           for word in sorted(words_of_refusal(path) - listed)]
    for fault in faults:
        print(fault)
    print(f"words: {len(words)} checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
