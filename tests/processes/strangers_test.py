#!/usr/bin/env python3
"""A thousand strangers connect to a node's peer port, again and again, and hold what they get.

Half of them are silent and half begin a handshake. Meanwhile records become final at that node, a
member whose process was killed is linked again, and the node's memory and descriptors stay bounded.
"""
import asyncio
import os
import resource
import signal
import socket
import threading
import time

from devnet import Beside, Devnet, check, run

STRANGERS = 1000
SECONDS = 20
PAUSE_S = 1.0  # Of each, before it comes again.
TARGET, KILLED = 0, 2
# The beginning of a ClientHello, which promises more.
HELLO = bytes([0x16, 3, 1, 2, 0, 1, 0])
# Door::Options::strangers holds 64 handshakes of some 100 kB each, whatever their number.
DESCRIPTORS_MORE = 64 + 40
MEMORY_MORE_KB = 64 << 10


class Strangers:
    """So many addresses of the loopback network, none of them a member's."""

    def __init__(self, port, count):
        self.port, self.count = port, count
        self.connected = self.ended = self.held_most = self._held = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._all(),))
        self._over = None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(lambda: self._over.set())
        self._thread.join()

    async def _all(self):
        self._over = asyncio.Event()
        all_of_them = [asyncio.create_task(self._one(i)) for i in range(self.count)]
        await self._over.wait()
        for each in all_of_them:
            each.cancel()
        await asyncio.gather(*all_of_them, return_exceptions=True)

    async def _one(self, i):
        address = f"127.1.{i // 200}.{1 + i % 200}"
        while True:
            with socket.socket() as line:
                line.setblocking(False)
                line.bind((address, 0))
                try:
                    await self._loop.sock_connect(line, ("127.0.0.1", self.port))
                    self.connected += 1
                    self._held += 1
                    self.held_most = max(self.held_most, self._held)
                    try:
                        if i % 2 == 1:
                            await self._loop.sock_sendall(line, HELLO)
                        while await self._loop.sock_recv(line, 4096):
                            pass
                    finally:
                        self._held -= 1
                except OSError:
                    pass
            self.ended += 1
            await asyncio.sleep(PAUSE_S)


class Costs(Beside):
    """The most that a process had of memory and descriptors since this began to look.

    A node's descriptors are nobody's to see but root's, since its memory is nobody's to dump; for
    others they count as none.
    """

    def __init__(self, process):
        super().__init__(pause_s=0.1)
        self.process, self.memory_kb, self.descriptors = process, 0, 0

    def look(self):
        with open(f"/proc/{self.process}/status", encoding="ascii") as status:
            memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        return memory, len(os.listdir(f"/proc/{self.process}/fd")) if os.geteuid() == 0 else 0

    def once(self):
        memory, descriptors = self.look()
        self.memory_kb = max(self.memory_kb, memory)
        self.descriptors = max(self.descriptors, descriptors)


def give_until(net, node, end):
    took = []
    while time.monotonic() < end:
        start = time.monotonic()
        net.must_give(node)
        took.append(time.monotonic() - start)
    return took


def test():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 1 << 16), most))
    with Devnet() as net:
        net.make()
        net.start()
        net.open_fund()
        target = net.nodes[TARGET]
        for _ in range(3):
            net.must_give(target)
        links = {peer["member"]: peer["links"]
                 for peer in target.get("/v1/consensus")["links"]["peers"]}
        costs = Costs(target.process.pid)
        memory, descriptors = costs.look()
        port = int(net.listen(TARGET)[1].split(":")[1])
        with Strangers(port, STRANGERS) as strangers, costs:
            start = time.monotonic()
            took = give_until(net, target, start + SECONDS / 2)
            net.nodes[KILLED].end(signal.SIGKILL)
            net.nodes[KILLED].start()
            took += give_until(net, target, start + SECONDS)
            net.agree()  # The one that came back too.
            check(strangers.connected >= 2 * STRANGERS,
                  f"only {strangers.connected} connections were made")
        seen = target.get("/v1/consensus")["links"]
        took.sort()
        print(f"{strangers.connected} connections of {STRANGERS} strangers, {strangers.held_most} "
              f"held at once by them; {len(took)} records final, median {took[len(took) // 2]:.2f} "
              f"s, longest {took[-1]:.2f} s; memory {memory >> 10} to {costs.memory_kb >> 10} MB, "
              f"descriptors {descriptors} to {costs.descriptors}")
        check(took[-1] < 20, f"a record took {took[-1]:.1f} s")
        check(costs.descriptors <= descriptors + DESCRIPTORS_MORE,
              f"{costs.descriptors} descriptors, {descriptors} before")
        check(costs.memory_kb <= memory + MEMORY_MORE_KB,
              f"{costs.memory_kb} kB of memory, {memory} before")
        check(seen["accepted"] >= 2 * STRANGERS, f"{seen['accepted']} connections were taken")
        refused = sum(seen["strangers"].get(word, 0) for word in
                      ("rate_limited", "too_many_handshakes", "handshake_timeout"))
        check(refused >= STRANGERS, f"strangers ended by {seen['strangers']}")
        for peer in seen["peers"]:
            check(peer["connected"], f"{peer['member']} is not linked")
            if peer["member"] != net.names[KILLED]:
                check(peer["links"] == links[peer["member"]], f"the link to {peer['member']} broke")
        # What they held is given back.
        deadline = time.monotonic() + 15
        while costs.look()[1] > descriptors + 10:
            check(time.monotonic() < deadline, f"{costs.look()[1]} descriptors are still held")
            time.sleep(0.1)
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
