#!/usr/bin/env python3
"""A member without a vote takes a new key: its node hears of that, and goes on with the new key.

It finds the others too where its own ledger still has the old key: because it was away when the others
learnt of the new one, because its disk was lost, and where the new key's file is the only one left.
"""
import shutil
import signal
import time

from devnet import Devnet, check, must, run


def wait_for(holds, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not holds():
        check(time.monotonic() < deadline, what)
        time.sleep(0.1)


class Rotated:
    def __init__(self, net, i):
        self.net, self.i, self.node, self.name = net, i, net.nodes[i], net.names[i]
        self.number = 1
        self.texts = {1: (net.path / f"network/keys/{self.name}.key").read_text()}
        net.keys[self.name] = self.file(1)

    def file(self, number):
        suffix = "" if number == 1 else f"-{number}"
        return self.node.data / f"keys/{self.name}{suffix}.key"

    def rotate(self):
        old, new = self.file(self.number), self.file(self.number + 1)
        must("keys", "rotate", "--key", old, "--new-key", new, "--node", self.net.nodes[0].url)
        self.number += 1
        self.texts[self.number] = new.read_text()
        self.net.keys[self.name] = new

    def goes_on(self, why):
        """It has the newest block, and hands on what it is told."""
        self.net.agree(height=self.net.nodes[0].height())
        check(self.net.give(self.node), f"{why}: {self.net.refusal}{self.node.last_words()}")
        self.net.agree()
        links = self.node.get("/v1/consensus")["links"]["peers"]
        check(any(each["connected"] for each in links), f"{why}: no link")


def rotates_while_it_runs(member):
    before = member.node.log.read_text().count("started:")
    member.rotate()
    wait_for(lambda: member.node.log.read_text().count("started:") > before,
             f"it does not take the new key: {member.node.last_words()}")
    member.goes_on("rotated while it ran")
    # As the guide says: the old file may go.
    member.file(member.number - 1).unlink()
    member.node.end()
    must("config", "check", "--data", member.node.data)
    member.node.start()
    member.goes_on("without the old file")


def rotates_while_it_is_away(member):
    member.node.end(signal.SIGKILL)
    member.rotate()
    # Who has yet to hear of the new key takes the old one, and what it tells is as good.
    others = [node for node in member.net.nodes if node is not member.node]
    wait_for(lambda: len({node.height() for node in others}) == 1, "the others do not agree")
    member.node.start()
    start = time.monotonic()
    member.goes_on("its ledger still had the old key")
    print(f"{member.name}: found the others {time.monotonic() - start:.1f} s after the start")
    check("key_refused" in member.node.log.read_text(), "the log says nothing of it")


def loses_its_disk(member, keep):
    """A new directory with the last `keep` keys, of which the new ledger knows none or an old one."""
    member.node.end(signal.SIGKILL)
    shutil.rmtree(member.node.data)
    member.net.init(member.i)
    member.file(1).unlink()
    for number in range(member.number + 1 - keep, member.number + 1):
        file = member.file(number)
        file.write_text(member.texts[number])
        file.chmod(0o600)
    member.node.start()
    member.goes_on(f"a new disk and {keep} keys")


def of(members, validators, follower):
    with Devnet(members) as net:
        net.make(validators=net.names[:validators])
        net.start()
        net.open_fund()
        net.must_give(net.nodes[0])
        member = Rotated(net, follower)
        rotates_while_it_runs(member)
        rotates_while_it_is_away(member)
        loses_its_disk(member, 1)
        loses_its_disk(member, 2)
        net.holds_what_was_confirmed()
        net.stop_and_audit()


def test():
    of(members=3, validators=1, follower=1)
    of(members=6, validators=4, follower=4)


run(test)
