#!/usr/bin/env python3
"""Kills members of a network of four with SIGKILL, at random, while all of them are told things.

    tests/processes/kill_run.py --seconds 600      the long run; its figures are in docs/testing.md

Never more than one is down unless --together: then, once in a while, all four at one instant. After
that everything that was confirmed is at every node, each log holds by itself, and all are the same.
"""
import argparse
import random
import signal
import threading
import time

from devnet import Devnet, check, run


class Tellers:
    """Threads that tell nodes of donations, one after the other, as long as the run lasts."""

    def __init__(self, net, count, seed):
        self.net, self.over = net, threading.Event()
        self.told = self.unconfirmed = 0
        self.longest = 0.0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._tell, args=(random.Random(seed + i),))
                         for i in range(count)]

    def start(self):
        for each in self._threads:
            each.start()

    def end(self):
        self.over.set()
        for each in self._threads:
            each.join()

    def _tell(self, chance):
        while not self.over.is_set():
            start = time.monotonic()
            confirmed = self.net.give(chance.choice(self.net.nodes), chance.randint(1, 5), 60)
            with self._lock:
                self.told += confirmed
                self.unconfirmed += not confirmed
                if confirmed:
                    self.longest = max(self.longest, time.monotonic() - start)
            if not confirmed:
                time.sleep(0.05)  # It is down, and this teller would only spin.


def kill_until(net, seconds, chance, together):
    """How often one was killed, and all at once; and the longest time until one was back."""
    end = time.monotonic() + seconds
    single = whole = 0
    slowest = 0.0
    while time.monotonic() < end or single < 4:
        time.sleep(chance.uniform(0, 0.6))
        victims = [chance.choice(net.nodes)]
        if together and chance.random() < 0.1:
            victims = net.nodes
            whole += 1
        else:
            single += 1
        for node in victims:
            node.process.send_signal(signal.SIGKILL)
        for node in victims:
            check(node.end(signal.SIGKILL) == -signal.SIGKILL,
                  f"{node.member} had ended by itself: {node.last_words()}")
        start = time.monotonic()
        for node in victims:
            node.start(wait=False)
        for node in victims:
            node.wait_until_ready()
        slowest = max(slowest, time.monotonic() - start)
        net.never_differ()
    return single, whole, slowest


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--together", action="store_true", help="now and then all at once")
    options = parser.parse_args()

    def test():
        with Devnet() as net:
            net.make()
            net.start()
            net.open_fund()
            tellers = Tellers(net, 3, options.seed)
            tellers.start()
            try:
                single, whole, slowest = kill_until(net, options.seconds,
                                                    random.Random(options.seed), options.together)
            finally:
                tellers.end()
            height = net.agree(seconds=120)
            net.must_give(net.nodes[0])
            net.agree(height=height + 1)
            net.holds_what_was_confirmed()
            check(tellers.told > single, "hardly anything was confirmed")
            refused = [f"{node.member}: {line}" for node in net.nodes
                       for line in node.log.read_text(errors="replace").splitlines()
                       if "alarm:" in line or "evidence:" in line]
            check(not refused, f"honest nodes were accused: {refused[:3]}")
            net.stop_and_audit()
            print(f"{options.seconds:.0f} s, seed {options.seed}: {single} kills of one and {whole} "
                  f"of all four; {len(net.confirmed)} records confirmed in {tellers.told} "
                  f"submissions, {tellers.unconfirmed} not confirmed; {height} blocks; longest "
                  f"until confirmed {tellers.longest:.1f} s, until back {slowest:.1f} s")

    run(test)


if __name__ == "__main__":
    main()
