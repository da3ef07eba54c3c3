#!/usr/bin/env python3
"""Measures the node's web server: against nginx, under load, under abuse; writes docs/performance.md.

    scripts/setup.sh --bench && cmake --preset release && ninja -C build/release centime
    tests/bench/web.py                     # a million records, ten minutes; rewrites the figures
    tests/bench/web.py --quick             # two minutes; only shows that all of it runs

The loads come from wrk on this machine, so they take part of the same cores: figures are ratios to
nginx under the same load, or what is left to a reader. Clients have the niceness of the threads
that answer them: else they would be served the processor first, as on a machine of their own they
are not. nginx serves files of the same bytes and the same headers, with its own configuration in a
temporary directory. Exit status 1 if a target is missed (not with --quick).
"""
import argparse
import contextlib
import csv
import datetime
import json
import os
import pathlib
import re
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from figures import ROOT, machine, table, write_page

sys.path.insert(0, str(ROOT / "tests" / "processes"))
os.environ.setdefault("CENTIME_PROGRAM", str(ROOT / "build" / "release" / "centime"))
import devnet  # noqa: E402

FULL = {"records": 1_000_000, "seconds": 10, "idle": 10_000, "slow": 500}
QUICK = {"records": 5_000, "seconds": 3, "idle": 2_000, "slow": 100}
IMPORTED_AT_ONCE = 100_000
SERVER_THREADS = 2
READERS_NICENESS = 10  # Of the node's threads that answer readers.

IDLE_REQUEST = b"GET /v1/policy HTTP/1.1\r\nHost: x\r\n\r\n"
SLOW_HEAD = b"GET /v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: "
RANDOM_PATHS = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = math.random(#paths)
function request()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], {["Accept"] = "%s"%s})
end
"""

NGINX = """
daemon off; worker_processes {threads}; pid "{dir}/nginx.pid"; error_log "{dir}/error.log";
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path "{dir}/body";
  proxy_temp_path "{dir}/proxy"; fastcgi_temp_path "{dir}/fastcgi"; uwsgi_temp_path "{dir}/uwsgi";
  scgi_temp_path "{dir}/scgi"; etag on; types {{ text/html html; application/json json; }}
  server {{ listen 127.0.0.1:{port}; root "{dir}/files"; {headers} }}
}}
"""


def fetch(url, accept):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept})) as answer:
        return answer.read(), dict(answer.getheaders())


def wrk(url, seconds, connections=64, script=None, threads=1, niceness=READERS_NICENESS):
    """Answers a second, milliseconds to the 50th and 99th percentile, answers that were no 2xx."""
    command = ["nice", "-n", str(niceness), "wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "--latency",
               *(["-s", str(script)] if script else []), url]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def ms(percentile):
        value, unit = re.search(rf"{percentile}%\s+([\d.]+)(us|ms|s)", said).groups()
        return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return {"per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)),
            "p50_ms": ms(50), "p99_ms": ms(99), "refused": int(refused.group(1)) if refused else 0}


def cpu_seconds(pid):
    """Of the process and its children, since each began."""
    pids = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        pids += (task / "children").read_text().split()
    seconds = 0.0
    for each in pids:
        fields = pathlib.Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def wrk_of(pid, url, seconds, script=None, niceness=READERS_NICENESS):
    """As wrk(), with the CPU microseconds that an answer took the server."""
    before = cpu_seconds(pid)
    found = wrk(url, seconds, script=script, niceness=niceness)
    answers = max(found["per_second"] * seconds, 1)
    return found | {"cpu_us": (cpu_seconds(pid) - before) / answers * 1e6}


class Nginx:
    """Serves these files on a port of its own."""

    def __init__(self, directory, files, headers):
        self.port = devnet.free_ports(1)[0]
        (directory / "files").mkdir(parents=True)
        for name, content in files.items():
            (directory / "files" / name).write_bytes(content)
        lines = " ".join(f"add_header {name} {_quoted(value)};" for name, value in headers.items())
        config = directory / "nginx.conf"
        config.write_text(NGINX.format(dir=directory, port=self.port, threads=SERVER_THREADS,
                                       headers=lines))
        os.chmod(directory, 0o755)
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["nginx", "-p", str(directory), "-c", str(config), *user],
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return self
            time.sleep(0.02)
        raise RuntimeError("nginx does not start")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def _quoted(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Commits:
    """Tells a node of donations, one batch after the other, and notes how long each takes."""

    def __init__(self, net, node, count=1, pause=0.1):
        self.took_ms = []
        self._net, self._node, self._count, self._pause = net, node, count, pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _tell(self):
        # The programs that it starts have it too.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), READERS_NICENESS)
        while not self._over.is_set():
            start = time.monotonic()
            self._net.must_give(self._node, self._count)
            self.took_ms.append((time.monotonic() - start) * 1000)
            self._over.wait(self._pause)

    def median(self):
        return statistics.median(self.took_ms)


@contextlib.contextmanager
def connections(url, count, first=b"", answered=False):
    """So many open connections, 200 from each of many addresses, that have sent this much and, if
    `answered`, have read what came."""
    to = urllib.parse.urlsplit(url)
    opened = []
    try:
        for i in range(count):
            opened.append(socket.create_connection(
                (to.hostname, to.port), source_address=(f"127.0.{1 + i // 200 // 250}.{1 + i // 200 % 250}", 0)))
            if first:
                opened[-1].sendall(first)
            if answered:
                opened[-1].recv(65_536)
        yield opened
    finally:
        for each in opened:
            each.close()


class Drip:
    """Feeds each connection one byte of an endless request a second."""

    def __init__(self, opened):
        self._opened, self._over = opened, threading.Event()
        self._thread = threading.Thread(target=self._feed)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _feed(self):
        while not self._over.wait(1):
            for each in self._opened:
                with contextlib.suppress(OSError):
                    each.send(b"x")


def still_open(opened):
    """How many of them the server has not closed."""
    with selectors.DefaultSelector() as selector:
        for each in opened:
            each.setblocking(False)
            selector.register(each, selectors.EVENT_READ)
        return len(opened) - len(selector.select(0))


def fill(net, records):
    """Donations by `centime import`; their ids."""
    # What is imported at once is more than a node checks for strangers.
    made = devnet.must("token", "new", "--data", net.nodes[0].data, "--name", "fill",
                       "--scope", "check", "--json")
    token = net.path / "fill.token"
    token.touch(mode=0o600)
    token.write_text(json.loads(made)["token"] + "\n", encoding="utf-8")
    with open(net.path / "gifts.csv", "w", encoding="utf-8") as file:
        rows = 0
        part = 0
        header = "type,author,reference,fund,amount,currency,date,channel,donor\n"
        while rows < records:
            count = min(IMPORTED_AT_ONCE, records - rows)
            file.seek(0)
            file.truncate()
            file.write(header)
            for k in range(rows, rows + count):
                file.write(f"donation,platform,bulk-{k},water,{5 + k % 95}.00,EUR,2026-01-05,web,"
                           f"donor {k}\n")
            file.flush()
            devnet.must("import", "csv", file.name, "--node", net.nodes[0].url, "--keys",
                        net.path / "network/keys", "--token-file", token, "--receipts",
                        net.path / f"part-{part}.csv")
            rows += count
            part += 1
            print(f"  {rows:,} records", file=sys.stderr)
    ids = []
    for i in range(part):
        with open(net.path / f"part-{i}.csv", newline="", encoding="utf-8") as receipts:
            ids += [row["record"] for row in csv.DictReader(receipts)]
    return ids


def paths_script(net, name, paths, accept, coding=None):
    (net.path / f"{name}.txt").write_text("\n".join(paths) + "\n")
    script = net.path / f"{name}.lua"
    more = f', ["Accept-Encoding"] = "{coding}"' if coding else ""
    script.write_text(RANDOM_PATHS % (net.path / f"{name}.txt", accept, more))
    return script


def measure_reads(net, node, ids, sizes):
    """The same page again and again, against nginx; then pages that nobody asked for before."""
    seconds = sizes["seconds"]
    base = node.url
    found = {}
    same = {"page": (f"/d/{ids[0]}", "text/html", "page.html"),
            "trace": (f"/v1/donations/{ids[0]}/trace", "application/json", "trace.json")}
    files, headers = {}, {}
    for path, accept, name in same.values():
        files[name], got = fetch(base + path, accept)
        headers = {key: value for key, value in got.items()
                   if key.lower() in ("content-security-policy", "cache-control", "vary",
                                      "referrer-policy", "x-content-type-options")}
    with Nginx(net.path / "nginx", files, headers) as nginx:
        for what, (path, accept, name) in same.items():
            script = paths_script(net, what, [path], accept)
            file = f"http://127.0.0.1:{nginx.port}/{name}"
            turns = [(wrk_of(node.process.pid, base + path, seconds, script),
                      wrk_of(nginx.process.pid, file, seconds, niceness=0)) for _ in range(3)]
            for who, tail in ((0, ""), (1, "_nginx")):
                for figure, key in (("per_second", ""), ("cpu_us", "_cpu_us")):
                    found[what + tail + key] = statistics.median(turn[who][figure]
                                                                 for turn in turns)
            found[what + "_bytes"] = len(files[name])
    distinct = paths_script(net, "distinct", [f"/d/{each}" for each in ids], "text/html")
    found["distinct"] = wrk_of(node.process.pid, base, seconds, distinct)
    packed = paths_script(net, "packed", [f"/d/{each}" for each in ids], "text/html", "gzip")
    found["distinct_gzip"] = wrk_of(node.process.pid, base, seconds, packed)
    with Commits(net, node, 200) as commits:
        found["while_committing"] = wrk(base, seconds, script=distinct)
        found["while_committing_gzip"] = wrk(base, seconds, script=packed)
    found["blocks_meanwhile"] = len(commits.took_ms)
    return found


def resident_mib(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure_abuse(sizes):
    """How long a commit takes at one of four validators while another one is abused."""
    def commits():
        return Commits(net, net.nodes[1])

    seconds = 2 * sizes["seconds"]
    found = {}
    with devnet.Devnet() as net:
        net.make()
        for node in net.nodes:
            node.start(CENTIME_REQUESTS_PER_SECOND="100", CENTIME_REQUEST_BURST="200")
        net.open_fund()
        url = net.nodes[0].url
        with commits() as found["before"]:
            time.sleep(seconds)
        with connections(url, sizes["slow"], SLOW_HEAD) as opened:
            with Drip(opened), commits() as found["slow"]:
                time.sleep(seconds)
        # One that never asked anything is closed after some seconds.
        with connections(url, sizes["idle"], IDLE_REQUEST, answered=True) as opened:
            with commits() as found["idle"]:
                time.sleep(seconds)
            found["idle_held"] = still_open(opened)
            found["resident_mib"] = resident_mib(net.nodes[0].process.pid)
        with commits() as found["flood"]:
            found["requests"] = wrk(url + "/", seconds, connections=128)
    return found


ABUSES = (("slow", "{slow:,} slow clients hold another"),
          ("idle", "{idle:,} idle connections hold another"), ("flood", "another is flooded"))


def targets(found, abuse, sizes):
    """(what, figure, target, met)"""
    page = found["page"] / found["page_nginx"]
    trace = found["trace"] / found["trace_nginx"]
    distinct = found["distinct"]["per_second"]
    p99, p99_packed = (found["while_committing" + tail]["p99_ms"] for tail in ("", "_gzip"))
    rows = [
        ("Donor's page again and again, over nginx", f"{page:.2f}", "at least 0.5", page >= 0.5),
        ("Trace as JSON again and again, over nginx", f"{trace:.2f}", "at least 0.5",
         trace >= 0.5),
        ("Donors' pages, all different, a second", f"{distinct:,.0f}", "at least 5,000",
         distinct >= 5000),
        ("The same while blocks commit, 64 connections, 99th percentile", f"{p99:.0f} ms",
         "at most 50 ms", p99 <= 50),
        ("The same, compressed", f"{p99_packed:.0f} ms", "at most 50 ms", p99_packed <= 50),
    ]
    for key, what in ABUSES:
        share = abuse[key].median() / abuse["before"].median()
        rows.append((f"A commit at one validator while {what.format(**sizes)}, over before, median",
                     f"{share:.2f}", "at most 2", share <= 2))
    return rows + [("Idle connections that are kept", f"{abuse['idle_held']:,}",
                    f"all {sizes['idle']:,}", abuse["idle_held"] == sizes["idle"])]


def report(found, abuse, sizes, load):
    lines = [f"`tests/bench/web.py` on {datetime.date.today()}: {machine()}. Load before the run "
             f"{load[0]:.1f}. {sizes['records']:,} donations.", ""]
    lines += table(["what", "figure", "target", ""],
                   [[what, figure, target, "met" if met else "**missed**"]
                    for what, figure, target, met in targets(found, abuse, sizes)])
    lines += ["", "wrk with 64 connections and one thread, the server with two:", ""]
    rows = [[f"{name}, {found[key + '_bytes']:,} bytes: {who}", f"{found[key + tail]:,.0f}",
             f"{found[key + tail + '_cpu_us']:.1f} µs", "", ""]
            for key, name in (("page", "one donor's page"), ("trace", "one trace as JSON"))
            for who, tail in (("node", ""), ("nginx", "_nginx"))]
    rows += [[name, f"{found[key]['per_second']:,.0f}",
              f"{found[key]['cpu_us']:.0f} µs" if "cpu_us" in found[key] else "",
              f"{found[key]['p50_ms']:.1f} ms", f"{found[key]['p99_ms']:.1f} ms"]
             for key, name in (("distinct", "donors' pages, all different"),
                               ("distinct_gzip", "the same, compressed"),
                               ("while_committing", "while blocks commit"),
                               ("while_committing_gzip", "the same, compressed"))]
    lines += table(["", "answers/s", "server's CPU an answer", "median", "99th percentile"], rows)
    lines += ["", f"{found['blocks_meanwhile']} blocks of 200 donations were committed meanwhile.",
              "", "A lone donation told to one of four validators until it is final, the client "
              "program's start included:", ""]
    lines += table(["another validator", "median", "longest", "donations"],
                   [[what, f"{abuse[key].median():.0f} ms", f"{max(abuse[key].took_ms):.0f} ms",
                     str(len(abuse[key].took_ms))]
                    for key, what in (("before", "has nothing else to do"),
                                      ("slow", f"has {sizes['slow']:,} clients that send a byte a "
                                       "second"),
                                      ("idle", f"has {sizes['idle']:,} idle connections"),
                                      ("flood", "is flooded"))])
    return lines + ["", f"The flood: {abuse['requests']['per_second']:,.0f} requests a second. With "
                    f"the idle connections the node holds {abuse['resident_mib']:.0f} MiB."]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is written")
    parser.add_argument("--records", type=int, help="donations in the store")
    parser.add_argument("--abuse", action="store_true",
                        help="only what abuse does to a neighbour; nothing is written")
    options = parser.parse_args()
    sizes = dict(QUICK if options.quick else FULL)
    sizes["records"] = options.records or sizes["records"]
    load = os.getloadavg()
    if options.abuse:
        abuse = measure_abuse(sizes)
        for key in ("before", *dict(ABUSES)):
            print(f"{key:8}{abuse[key].median():6.1f} ms, longest {max(abuse[key].took_ms):.0f} ms, "
                  f"{len(abuse[key].took_ms)} donations")
        print(f"{abuse['idle_held']:,} idle connections kept, {abuse['resident_mib']:.0f} MiB, "
              f"{abuse['requests']['per_second']:,.0f} requests a second in the flood")
        return 0
    with devnet.Devnet(members=3) as net:
        net.make(validators=["platform"])
        net.nodes[0].start()
        net.open_fund()
        ids = fill(net, sizes["records"])
        found = measure_reads(net, net.nodes[0], ids, sizes)
    abuse = measure_abuse(sizes)
    lines = report(found, abuse, sizes, load)
    print("\n".join(lines))
    if options.quick:
        return 0
    write_page(lines, "web.py")
    return 0 if all(met for *_, met in targets(found, abuse, sizes)) else 1


if __name__ == "__main__":
    sys.exit(main())
