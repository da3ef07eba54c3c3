#!/usr/bin/env python3
"""Four nodes whose links all take 50 ms one way: final in a few of these delays, with no view given up."""
import asyncio
import threading
import time

from devnet import Devnet, check, free_ports, run

ONE_WAY_S = 0.05


class Proxies:
    """A TCP proxy before each of these ports that holds every byte back for as long either way."""

    def __init__(self, targets, one_way_s):
        self.ports = free_ports(len(targets))
        self._targets, self._delay = targets, one_way_s
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _listen(self):
        for port, target in zip(self.ports, self._targets):
            await asyncio.start_server(
                lambda reader, writer, target=target: self._take(reader, writer, target),
                "127.0.0.1", port)

    async def _take(self, reader, writer, target):
        try:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._flow(reader, to_writer), self._flow(to_reader, writer))

    async def _flow(self, reader, writer):
        waiting = asyncio.Queue(maxsize=4096)

        async def write():
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0, due - time.monotonic()))
                if not data:
                    return
                writer.write(data)
                await writer.drain()

        async def read():
            data = b"-"
            while data:
                data = await reader.read(65536)
                await waiting.put((time.monotonic() + self._delay, data))

        try:
            await asyncio.gather(read(), write())
        except OSError:
            pass
        finally:
            writer.close()


def test():
    pages, links = free_ports(8)[:4], free_ports(8)[4:]
    with Devnet() as net, Proxies(links, ONE_WAY_S) as proxies:
        net.make(listen=lambda i: (f"127.0.0.1:{pages[i]}", f"127.0.0.1:{links[i]}"),
                 dial=lambda i, j: f"127.0.0.1:{proxies.ports[j]}")
        net.start()
        net.open_fund()
        views = net.nodes[0].get("/v1/consensus")["view"]
        took = []
        for k in range(24):
            start = time.monotonic()
            net.must_give(net.nodes[k % 4])
            took.append(time.monotonic() - start)
        height = net.agree()
        took.sort()
        print(f"lone records: median {took[12] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms")
        # Three delays at the least: what is faster was not delayed.
        check(took[0] >= 3 * ONE_WAY_S, f"final after {took[0] * 1000:.0f} ms")
        # Four, the program's own start, and a busy machine; a view given up takes 1.5 s.
        check(took[12] < 1, f"a median of {took[12] * 1000:.0f} ms")
        gone = net.nodes[0].get("/v1/consensus")["view"] - views
        check(gone < 2 * height, f"{gone} views for {height} blocks")
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
