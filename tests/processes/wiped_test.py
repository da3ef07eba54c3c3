#!/usr/bin/env python3
"""One of four nodes loses its disk and is made anew with the same key.

It signs nothing before it has learnt from all others what it may have signed: while one of them is
away it follows and the network stands still, although three nodes of four are up. Then it votes
again, by itself, and the network needs it. It does so too where its last votes were cast in a view
that was still open when its disk was lost.
"""
import shutil
import signal
import time

from devnet import Devnet, check, run

WIPED = 3
STILL_S = 8  # Longer than the first deadlines of a view.


def state(node):
    return node.get("/v1/consensus") or {}


def wait_for_role(node, roles, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if state(node).get("role") in roles:
            return
        time.sleep(0.05)
    check(False, f"{node.member} is {state(node).get('role')}, not {roles}: {node.last_words()}")


def wipe(net, i):
    """As after the loss of its disk: a new directory, the old key."""
    node = net.nodes[i]
    node.end(signal.SIGKILL)
    shutil.rmtree(node.data)
    net.init(i)


def signs_nothing_for(net, seconds, others):
    """True to what the others' nodes see of its votes, and to the network's standing still."""
    node, name = net.nodes[WIPED], net.names[WIPED]
    before = net.nodes[others[0]].height()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check(state(node).get("role") in ("waiting", "follower"),
              f"{name} is {state(node).get('role')} while one is away")
        for i in others:
            seen = next(each for each in state(net.nodes[i])["validators"]
                        if each["member"] == name)
            check(not (seen["notarized"] or seen["finalized"] or seen["nullified"]),
                  f"{net.names[i]} has a vote of {name}: {seen}")
        time.sleep(0.1)
    check(net.nodes[others[0]].height() == before, "a block became final without a quorum")


def nobody_is_accused(net):
    for node in net.nodes:
        now = state(node)
        check(now["evidence"] == 0 and "alarm" not in now, f"{node.member}: {now}")


def give_in_vain(net, node, seconds):
    check(not net.give(node, seconds=seconds), f"{node.member} confirms without a quorum")


def waits_for_all_others(net):
    away, others = 2, (0, 1)
    net.nodes[away].end(signal.SIGKILL)
    net.must_give(net.nodes[0])  # Three are enough, the one that is wiped next among them.
    wipe(net, WIPED)
    net.nodes[WIPED].start()
    wait_for_role(net.nodes[WIPED], ("waiting", "follower"))
    give_in_vain(net, net.nodes[0], 2)  # There is work from now on.
    signs_nothing_for(net, STILL_S, others)
    # It follows all the same: what is final before is at it too.
    check(net.nodes[WIPED].height() == net.nodes[0].height(), "it has not caught up")
    start = time.monotonic()
    net.nodes[away].start()
    wait_for_role(net.nodes[WIPED], ("validator",))
    net.must_give(net.nodes[1])
    print(f"votes again {time.monotonic() - start:.1f} s after the last of the others is back")
    # And it counts: without it there is no quorum now.
    net.nodes[away].end(signal.SIGKILL)
    net.must_give(net.nodes[1])
    net.nodes[away].start()
    net.agree()
    nobody_is_accused(net)


def loses_votes_of_an_open_view(net):
    """Two of four are up and vote in vain; one of these loses its disk."""
    for i in (1, 2):
        net.nodes[i].end(signal.SIGKILL)
    give_in_vain(net, net.nodes[0], 5)
    give_in_vain(net, net.nodes[WIPED], 5)
    wipe(net, WIPED)
    net.nodes[WIPED].start()
    wait_for_role(net.nodes[WIPED], ("waiting", "follower"))
    give_in_vain(net, net.nodes[0], 2)
    for i in (1, 2):
        net.nodes[i].start()
    for node in net.nodes:
        net.must_give(node)
    wait_for_role(net.nodes[WIPED], ("validator",))
    net.agree()
    nobody_is_accused(net)


def test():
    with Devnet() as net:
        net.make()
        net.start()
        net.open_fund()
        for k in range(4):
            net.must_give(net.nodes[k], 20)
        net.agree()
        waits_for_all_others(net)
        for _ in range(2):
            loses_votes_of_an_open_view(net)
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
