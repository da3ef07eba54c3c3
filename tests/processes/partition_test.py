#!/usr/bin/env python3
"""Four nodes in four network namespaces: lines that are cut, deaf on one side, or lose packets.

Whatever the lines do, no two nodes ever have different blocks, and what was confirmed stays; once
they heal, all nodes have the same within a minute. Skipped, with status 77, where namespaces may not
be made.
"""
import time

import namespaces
from devnet import Devnet, check, run

CUT_S = 8  # Longer than the first deadlines of a view.


def everybody_returns(net, lines, what, height_min=0):
    lines.heal()
    start = time.monotonic()
    height = net.agree(height=height_min)
    net.must_give(net.nodes[0])
    net.agree(height=height + 1)
    net.never_differ()
    print(f"{what}: all agree {time.monotonic() - start:.1f} s after healing, block {height + 1}")


def split_in_halves(net, lines):
    before = net.agree()
    lines.split([0, 1], [2, 3])
    check(not net.give(net.nodes[0], seconds=CUT_S), "half of the validators confirm nothing")
    check(not net.give(net.nodes[3], seconds=CUT_S), "nor does the other half")
    for node in net.nodes:
        check(node.height() <= before + 1, f"{node.member} went on without a quorum")
    net.never_differ()
    # What the halves were told was not confirmed, and not lost either.
    everybody_returns(net, lines, "halves", before + 1)


def cut_off_one(net, lines, which):
    rest = [i for i in range(4) if i != which]
    before = net.agree()
    lines.split([which], rest)
    end = time.monotonic() + CUT_S
    told = 0
    while time.monotonic() < end:
        net.must_give(net.nodes[rest[told % 3]])
        told += 1
    net.agree([net.nodes[i] for i in rest], height=before + 1)
    check(net.nodes[which].height() <= before + 1, "the one that was cut off learnt something")
    net.never_differ()
    everybody_returns(net, lines, f"{net.names[which]} cut off, {told} blocks meanwhile")


def mute_one(net, lines, which):
    """It hears everybody, and nobody hears it: TCP ends, and so does what it hears."""
    rest = [i for i in range(4) if i != which]
    lines.mute(which, rest)
    end = time.monotonic() + CUT_S
    told = 0
    while time.monotonic() < end:
        net.must_give(net.nodes[rest[told % 3]])
        told += 1
    net.never_differ()
    everybody_returns(net, lines, f"{net.names[which]} unheard, {told} blocks meanwhile")


def mute_in_a_ring(net, lines):
    """Each can't reach the next: two lines of six are left."""
    for i in range(4):
        lines.mute(i, [(i + 1) % 4])
    net.give(net.nodes[2], seconds=CUT_S)
    net.never_differ()
    everybody_returns(net, lines, "ring")


def lose_packets(net, lines, percent):
    before = net.agree()
    lines.lose(percent)
    start = time.monotonic()
    for k in range(12):
        net.must_give(net.nodes[k % 4])
    net.agree(height=before + 12)
    net.never_differ()
    print(f"{percent} % lost: 12 records in {time.monotonic() - start:.1f} s")
    everybody_returns(net, lines, f"{percent} % lost")


def test():
    with namespaces.Lines(4) as lines, Devnet() as net:
        net.make(listen=lambda i: (f"{lines.address(i)}:8080", f"{lines.address(i)}:7000"),
                 before=lines.command)
        net.start()
        net.open_fund()
        split_in_halves(net, lines)
        cut_off_one(net, lines, 0)
        cut_off_one(net, lines, 3)
        mute_one(net, lines, 1)
        mute_in_a_ring(net, lines)
        lose_packets(net, lines, 10)
        lose_packets(net, lines, 25)
        net.holds_what_was_confirmed()
        net.stop_and_audit()


if __name__ == "__main__":
    namespaces.enter()
    run(test)
