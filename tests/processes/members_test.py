#!/usr/bin/env python3
"""A member joins, gets a vote, another takes a new key, a third is suspended: while all run."""
import json
import signal

from devnet import (Devnet, Node, approve, check, free_ports, must, program, propose, run,
                    wait_for_epoch, wait_for_role)


def join(net, name):
    """A fifth organisation becomes a member, and its node follows."""
    key = net.path / f"network/keys/{name}.key"
    shown = json.loads(must("keys", "new", "--member", name, "--out", key, "--json"))
    agreement = net.path / "agreement.txt"
    agreement.write_text("We agree.\n")
    proposal = propose(net, "wells", "member", name, "--title", "Harvest Relief", "--role", "ngo",
                       "--public-key", shown["public_key"], "--agreement", agreement)
    approve(net, proposal, "platform")
    refused = program("approve", proposal, "--node", net.nodes[0].url, "--key",
                      net.key("platform"), "--json")
    check("already_approved" in refused.stdout, refused.stdout)
    check(proposal in must("proposals", "--node", net.nodes[0].url), "the proposal is listed")
    approve(net, proposal, "auditor")
    check("No proposal is open" in must("proposals", "--node", net.nodes[0].url), "it is decided")

    pages, links = free_ports(2)
    node = Node(name, net.path / "nodes" / name)
    peers = ", ".join(f"{other}={net.dial(4, j)}" for j, other in enumerate(net.names))
    must("init", "--joining", "--data", node.data, "--genesis", net.path / "network/genesis.bin",
         "--key", key, "--listen", f"127.0.0.1:{pages}", "--peer-listen", f"127.0.0.1:{links}",
         "--peers", peers)
    net.nodes.append(node)
    node.start()
    net.agree()
    wait_for_role(node, "follower")
    return node


def test():
    with Devnet() as net:
        net.make()
        net.start()
        net.open_fund()
        net.must_give(net.nodes[0])
        gift = net.confirmed[-1]

        newcomer = join(net, "harvest")
        everyone = [*net.names, "harvest"]
        change = propose(net, "platform", "validators", ",".join(everyone))
        approve(net, change, "wells", "auditor", "harvest")
        wait_for_epoch(net, 1)
        wait_for_role(newcomer, "validator")
        # The block that closed the epoch is the newest: those who signed it are the policy.
        policy = net.path / "policy.txt"
        policy.write_bytes(net.nodes[0].read("/v1/policy"))
        must("verify", "--id", gift, "--node", net.nodes[0].url, "--policy", policy)
        # Four of five decide: the newcomer has to be among them.
        net.nodes[1].end(signal.SIGKILL)
        net.must_give(net.nodes[0])
        net.nodes[1].start()
        net.agree()

        data = net.nodes[0].data
        must("keys", "rotate", "--key", data / "keys/platform.key", "--new-key",
             data / "keys/platform-2.key", "--node", net.nodes[0].url)
        wait_for_epoch(net, 2)
        wait_for_role(net.nodes[0], "validator")
        check(net.give(net.nodes[2]) is False, "the old key signs nothing more")
        check("unknown_key" in net.refusal, net.refusal)
        net.keys["platform"] = data / "keys/platform-2.key"
        net.must_give(net.nodes[2])
        # It starts with the new key, and the others know it.
        net.nodes[0].end()
        net.nodes[0].start()
        wait_for_role(net.nodes[0], "validator")

        suspension = propose(net, "platform", "suspension", net.names[2], "--reason", "Silent")
        approve(net, suspension, "wells", "auditor", "harvest")
        wait_for_epoch(net, 3)
        wait_for_role(net.nodes[2], "follower")
        told = must("status", "--node", net.nodes[2].url)
        check("is suspended by the other members" in told, told)
        net.must_give(newcomer)
        net.agree()

        # Who trusts the network as it began comes to those who vote now.
        for node in (net.nodes[0], newcomer):
            said = must("verify", "--id", gift, "--node", node.url, "--policy",
                        net.path / "network/policy.txt")
            check("VERIFIED" in said and "3 changes" in said, said)
            check(must("status", "--node", node.url).startswith("OK"), "the status is OK")
        epochs = net.nodes[3].get("/v1/epochs?limit=200")["items"]
        check([len(each["validators"]) for each in epochs] == [4, 5, 5, 4], str(epochs))
        check(all("end" in each for each in epochs[:-1]), "past epochs have their signed end")
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
