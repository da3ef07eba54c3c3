#!/usr/bin/env python3
"""One node of four finds its disk damaged: it says so and signs nothing, and the others go on.

Bytes of a stopped node's files are flipped, in tables and in the write-ahead log. Then the node may
refuse to start, with a word and a sentence; or start with less than it had, and then it must not
vote before it has learnt from the others what it may have voted. It may never show another log.
After its directory was made anew it comes back whole, by itself.
"""
import json
import pathlib
import random
import shutil
import signal

from devnet import Devnet, Failed, check, program, run

VICTIM = 3
# docs/errors.md, "Words of the store"
WORDS = ("store_unreadable", "store_incomplete", "wrong_format_version", "wrong_head",
         "wrong_log_root", "wrong_account_count", "wrong_state_root", "wrong_safety_state")


def flip(file, chance, count=8):
    data = bytearray(file.read_bytes())
    check(len(data) > 0, f"{file.name} is empty")
    # The log file has its full length from the start; what was written is at its beginning.
    used = len(data.rstrip(b"\0"))
    for _ in range(count):
        data[chance.randrange(used)] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def what_becomes_of(net, what):
    """Starts the victim; whatever it does, it does not harm."""
    node = net.nodes[VICTIM]
    try:
        node.start()
    except Failed:
        code = node.end()
        # A refusal is JSON; a store that fails later than at its opening ends the process.
        refusal = json.loads(node.refusal)["error"] if node.refusal else {}
        said = refusal.get("code", node.last_words(1))
        check(said in WORDS or "storage failure" in said, f"{what}: ends with {code}: {said!r}")
        check(code == (1 if refusal else 3), f"{what}: exit code {code}")
        print(f"{what}: {said}: {refusal.get('detail', '')[:110]}")
        return
    net.must_give(net.nodes[0])
    try:
        net.agree()
        net.never_differ()
        role = node.get("/v1/consensus")["role"]
        print(f"{what}: it goes on as {role}, at block {node.height()}")
    finally:
        code = node.end()
    # A page that is damaged may be found only when it is read; then the process stops.
    check(code in (0, 3), f"{what}: ended with {code}: {node.last_words()}")


def test():
    chance = random.Random(7)
    with Devnet() as net:
        net.make()
        net.start()
        net.open_fund()
        for k in range(12):
            net.must_give(net.nodes[k % 4], 200)
        net.agree()
        node = net.nodes[VICTIM]
        node.end()  # Orderly: the tables hold nearly all.
        whole = net.path / "whole"
        shutil.copytree(node.data, whole)

        def damage(what, pattern, sign=None):
            shutil.rmtree(node.data)
            shutil.copytree(whole, node.data)
            if sign is not None:  # Something in the write-ahead log.
                node.start()
                net.must_give(node, 50)
                net.agree()
                node.end(sign)
            files = sorted((pathlib.Path(node.data) / "db").glob(pattern))
            check(files, f"there is no {pattern}")
            for file in files:
                if file.stat().st_size > 0:
                    flip(file, chance)
            net.must_give(net.nodes[0])  # The others need nobody.
            what_becomes_of(net, what)

        damage("every table", "*.sst")
        damage("write-ahead log after a kill", "*.log", signal.SIGKILL)
        damage("manifest", "MANIFEST-*")
        damage("list of files", "CURRENT")

        # What docs/operating.md says to do.
        shutil.rmtree(node.data)
        net.init(VICTIM)
        node.start()
        height = net.agree()
        net.must_give(node)
        net.agree(height=height + 1)
        net.holds_what_was_confirmed()
        net.stop_and_audit()
        audited = program("audit", "--data", node.data, "--json")
        check(audited.returncode == 0, audited.stdout)


run(test)
