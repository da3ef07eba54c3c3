#!/usr/bin/env python3
"""A member is away while all who vote hand over to others, and every key is changed.

When it comes back, the nodes that it knows as voters are gone for good, and it knows no key of those
that are there. With `centime peers learn` it reaches them, and must take from them what its own
epoch's validators signed: they are in none of the epochs that it has to come through first.
"""
import json
import time

from devnet import (Devnet, approve, check, must, program, propose, run, wait_for, wait_for_epoch,
                    wait_for_role)

GONE, STAY, AWAY = (0, 1), (2, 4), 3


def rotate(net, i):
    name, data = net.names[i], net.nodes[i].data
    must("keys", "rotate", "--key", data / f"keys/{name}.key", "--new-key",
         data / f"keys/{name}-2.key", "--node", net.nodes[2].url)
    net.keys[name] = data / f"keys/{name}-2.key"


def test():
    with Devnet(members=5) as net:
        net.make(validators=[net.names[i] for i in GONE])
        for node in net.nodes:
            node.start(wait=False)
        for node in net.nodes:
            node.wait_until_ready()
        net.open_fund()
        net.must_give(net.nodes[0])
        net.agree()
        away = net.nodes[AWAY]
        away.end()

        change = propose(net, "platform", "validators", ",".join(net.names[i] for i in STAY))
        approve(net, change, "wells", *(net.names[i] for i in STAY))
        wait_for_epoch(net, 1)
        for i in GONE:
            rotate(net, i)  # Who has no vote ends no epoch by it.
        for epoch, i in enumerate(STAY, 2):
            rotate(net, i)
            wait_for_epoch(net, epoch)
            wait_for_role(net.nodes[i], "validator")
        net.must_give(net.nodes[4])
        height = net.agree()
        for i in GONE:
            net.nodes[i].end()

        away.start()
        wait_for(lambda: sum(peer["ended"].get("wrong_key", 0) for peer in
                             away.get("/v1/consensus")["links"]["peers"]) >= 2,
                 "the other keys are not counted")
        check(away.height() < height, "it cannot have caught up")
        learnt = json.loads(must("peers", "learn", "--data", away.data, "--node",
                                 net.nodes[4].url, "--json"))
        check(learnt["epoch"] == 3, str(learnt))
        away.end()
        away.start()
        start = time.monotonic()
        net.agree(height=height)
        print(f"caught up {time.monotonic() - start:.1f} s after the start, over three epochs")
        net.must_give(away)
        net.agree()
        wait_for(lambda: program("status", "--node", away.url).stdout.startswith("OK"),
                 "the status is not OK")
        # Those that were gone come back, and find the one that knows them.
        for i in GONE:
            net.nodes[i].start()
        net.agree()
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
