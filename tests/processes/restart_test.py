#!/usr/bin/env python3
"""All nodes are stopped and started again at once, while they are told things: orderly, then not."""
import random
import signal
import time

from devnet import Devnet, check, run
from kill_run import Tellers


def test():
    chance = random.Random(3)
    with Devnet() as net:
        net.make()
        net.start()
        net.open_fund()
        tellers = Tellers(net, 4, seed=1)
        tellers.start()
        try:
            for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
                time.sleep(chance.uniform(1, 2))
                before = len(net.confirmed)
                for node in net.nodes:
                    node.process.send_signal(number)
                for node in net.nodes:
                    code = node.end(number)
                    check(code == (0 if number == signal.SIGTERM else -number),
                          f"{node.member} ended with {code}: {node.last_words()}")
                start = time.monotonic()
                net.start()
                while len(net.confirmed) == before:
                    check(time.monotonic() < start + 30, "nothing is confirmed after a restart")
                    time.sleep(0.05)
                print(f"after {signal.Signals(number).name}: confirms again "
                      f"{time.monotonic() - start:.1f} s after the start")
                net.never_differ()
        finally:
            tellers.end()
        height = net.agree()
        net.must_give(net.nodes[1])
        net.agree(height=height + 1)
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
