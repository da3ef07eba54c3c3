#!/usr/bin/env python3
"""One of four validators uses its key twice: the others prove it, keep the proof, and go on."""
import os
import subprocess
import time
import urllib.request

from devnet import Devnet, check, run

TWIN = 3


def evidence_at(node):
    answer = node.get("/v1/evidence?limit=200")
    return [] if answer is None else answer["items"]


def page_of(node, member, language):
    request = urllib.request.Request(f"{node.url}/m/{member}",
                                     headers={"Accept": "text/html", "Accept-Language": language})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def expect_proofs(nodes, liar):
    for node in nodes:
        deadline = time.monotonic() + 60
        while not evidence_at(node):
            check(time.monotonic() < deadline, f"{node.member} knows of no contradiction")
            time.sleep(0.1)
        for proof in evidence_at(node):
            check(proof["member"] == liar and proof["sin"] == "two_notarized", f"{proof}")
            first, second = proof["first"], proof["second"]
            check(first["kind"] == second["kind"] == "notarize", f"{proof}")
            check(first["block"] != second["block"], "both votes are for the same block")
        check(node.get("/v1/consensus")["evidence"] >= 1, "the number of proofs is not shown")
        check("Contradictory votes" in page_of(node, liar, "en"), "the page does not say so")
        check("Votes contradictoires" in page_of(node, liar, "fr"), "the French page does not")
        check("Contradictory votes" not in page_of(node, node.member, "en"),
              "an honest member is accused on its page")


def test():
    with Devnet() as net:
        net.make()
        liar, honest = net.nodes[TWIN], net.nodes[:TWIN]
        for node in honest:
            node.start(wait=False)
        for node in honest:
            node.wait_until_ready()
        twin = subprocess.Popen(
            [os.environ["CENTIME_TWIN"], str(net.path / "network/genesis.bin"),
             str(net.path / f"network/keys/{liar.member}.key"),
             *(f"{net.names[i]}={net.listen(i)[1]}" for i in range(TWIN))])
        try:
            net.open_fund()
            took = []
            for k in range(12):
                start = time.monotonic()
                net.must_give(honest[k % TWIN])
                took.append(time.monotonic() - start)
            # Three of four suffice, and the twin leads a view in four.
            check(max(took) < 20, f"a record took {max(took):.1f} s")
            expect_proofs(honest, liar.member)
        finally:
            twin.terminate()
            check(twin.wait() == 0, "the twin failed")
        # What is shown is a moment old: proofs may have come since, and none may go.
        kept = [evidence_at(node) for node in honest]
        for node in honest:
            check(node.end() == 0, node.last_words())
        for node in honest:
            node.start(wait=False)
        for node in honest:
            node.wait_until_ready()
        for node, before in zip(honest, kept):
            now = evidence_at(node)
            check(all(proof in now for proof in before),
                  f"{node.member} kept {before} and shows {now}")
        net.must_give(honest[0])
        net.agree()
        net.holds_what_was_confirmed()
        print(f"longest record beside the twin {max(took):.1f} s, {len(kept[0])} proofs")


run(test)
