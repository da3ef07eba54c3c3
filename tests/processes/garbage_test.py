#!/usr/bin/env python3
"""Something speaks garbage at a node's peer port: before TLS, inside it, and with a member's own key.

Every such connection ends, with a word that the node counts; records become final all the while; and
the member whose key it was is let in again and agrees as before.
"""
import os
import signal
import subprocess

from devnet import Beside, Devnet, check, run

TARGET, LIAR = 0, 3


class Telling(Beside):
    """Tells a node of donations."""

    def __init__(self, net, node):
        super().__init__(pause_s=0.05)
        self.net, self.node, self.told, self._failure = net, node, 0, None

    def once(self):
        if not self.net.give(self.node, seconds=30):
            self._failure = self.net.refusal or "nothing within 30 s"
            return False
        self.told += 1
        return True

    def held(self, what):
        check(self._failure is None, f"{what}: {self.node.member} did not confirm: {self._failure}")
        check(self.told > 0, f"{what}: nothing was told")


def words(node):
    """How often connections of strangers, and links of the liar, ended with which word."""
    links = node.get("/v1/consensus")["links"]
    liar = next(peer for peer in links["peers"] if peer["member"] == node.liar)
    return links["strangers"], liar["ended"]


def speak(net, how):
    """Speaks at the target until all is said, while records become final."""
    node = net.nodes[TARGET]
    with Telling(net, node) as telling:
        done = subprocess.run(
            [os.environ["CENTIME_GARBAGE"], how, net.listen(TARGET)[1].split(":")[1],
             str(net.path / "network/genesis.bin"), str(net.key(net.names[LIAR]))],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
    check(done.returncode == 0, f"{how}: {done.stdout}")
    telling.held(how)
    check(node.running(), f"{how}: the node ended: {node.last_words()}")
    net.never_differ()
    print(f"{how}: {done.stdout.count('ended')} ways, {telling.told} records meanwhile")


def test():
    with Devnet() as net:
        net.make()
        net.start()
        net.open_fund()
        target = net.nodes[TARGET]
        target.liar = net.names[LIAR]

        speak(net, "plain")
        strangers, _ = words(target)
        check(strangers.get("tls_failed", 0) >= 6, f"no TLS: {strangers}")

        speak(net, "foreign")
        strangers, _ = words(target)
        check(strangers.get("unknown_key", 0) >= 1, f"a foreign key: {strangers}")
        check(strangers.get("wrong_tls_version", 0) >= 1, f"an old version: {strangers}")

        # The member's own process is away, and something else holds its key.
        net.nodes[LIAR].end(signal.SIGKILL)
        _, before = words(target)
        speak(net, "member")
        strangers, ended = words(target)
        for word, count in (("misbehaved", 4), ("unknown_kind", 1), ("oversized_frame", 1)):
            check(ended.get(word, 0) >= before.get(word, 0) + count, f"{word}: {ended}")
        check(strangers.get("cut_off", 0) >= 1, f"it was let in at once again: {strangers}")
        refused = target.get("/v1/consensus")["refused"]
        for word in ("bad_message", "bad_encoding", "unknown_validator"):
            check(refused.get(word, 0) >= 1, f"{word} is not counted: {refused}")

        # The member itself comes back, and is a member as before: without it there is no quorum.
        net.nodes[LIAR].start()
        net.agree(seconds=120)
        net.nodes[1].end(signal.SIGKILL)
        with Telling(net, net.nodes[2]) as telling:
            net.must_give(net.nodes[LIAR])
        telling.held("the member is back")
        net.nodes[1].start()
        net.agree()
        state = target.get("/v1/consensus")
        check(state["role"] == "validator" and state["evidence"] == 0, f"{state}")
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
