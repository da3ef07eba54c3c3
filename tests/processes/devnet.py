"""Several nodes of one network, each a process of the real program, for tests and measurements.

Nothing of the program is replaced: keys, genesis, data directories and nodes are made by its own
commands. Every process that is started here is ended here, by its id.
"""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("CENTIME_PROGRAM", ROOT / "build" / "dev" / "centime"))
SKIPPED = 77  # The exit status by which ctest knows a skipped test.

FUND = """type,author,reference,channel,kind,company,fund,title,purpose,agreement,due_diligence
channel,platform,web,web,web,Example Shop,,,,,
fund_proposal,wells,water,,,,water,Water for all,Wells and pumps,{one},
fund_approval,auditor,water-ok,,,,water,,,,{two}
""".format(one="1" * 64, two="2" * 64)


class Failed(Exception):
    """What the test is about does not hold."""


def check(holds, what):
    if not holds:
        raise Failed(what)


def names_of(count):
    """Members in the order of the genesis: a platform, charities, an auditor."""
    return ["platform", "wells", *(f"charity-{i}" for i in range(2, count - 1)), "auditor"]


def free_ports(count):
    """Below those that the system gives to outgoing connections, so that none of them takes one."""
    ports = []
    with contextlib.ExitStack() as held:
        for port in random.sample(range(11_000, 32_768), 1_000):
            if len(ports) == count:
                break
            with contextlib.suppress(OSError):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
                ports.append(port)
    return ports


def program(*arguments, **options):
    return subprocess.run([str(PROGRAM), *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, **options)


def must(*arguments):
    done = program(*arguments)
    check(done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}")
    return done.stdout


class Node:
    """One member's node. `before` is what its command starts with: `ip netns exec ...`."""

    def __init__(self, member, data, before=()):
        self.member, self.data, self.before = member, data, list(before)
        self.process, self.url, self.refusal = None, None, ""
        self.log = data.parent / f"{data.name}.log"

    def start(self, wait=True, **environment):
        check(not self.running(), f"{self.member} runs already")
        variables = {name: value for name, value in os.environ.items()
                     if not name.startswith("CENTIME_")}
        variables |= {"CENTIME_REQUESTS_PER_SECOND": "100000",
                     "CENTIME_REQUEST_BURST": "100000", **environment}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.before, str(PROGRAM), "run", "--data", str(self.data), "--json"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                env=variables)
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self):
        line = self.process.stdout.readline()
        if '"url"' not in line:  # Nothing, or why not.
            self.refusal = line + self.process.stdout.read()
            self.process.wait()
            raise Failed(f"{self.member} does not start: {self.refusal}{self.last_words()}")
        self.url = json.loads(line)["url"]

    def running(self):
        return self.process is not None and self.process.poll() is None

    def end(self, number=signal.SIGTERM):
        """Its exit code; negative for a signal."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait()
        self.process.stdout.close()
        self.process = None
        return code

    def last_words(self, lines=3):
        return " | ".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def get(self, path, seconds=10):
        """What it answers, as JSON. None while it does not answer."""
        to = urllib.parse.urlsplit(self.url)
        link = http.client.HTTPConnection(to.hostname, to.port, timeout=seconds)
        try:
            link.request("GET", path, headers={"Accept": "application/json"})
            answer = link.getresponse()
            body = answer.read()
            return json.loads(body) if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            link.close()

    def read(self, path, seconds=10):
        """The bytes that it answers."""
        with urllib.request.urlopen(self.url.rstrip("/") + path, timeout=seconds) as answer:
            return answer.read()

    def height(self):
        status = self.get("/v1/status")
        return None if status is None else status["height"]

    def block_hash(self, height):
        block = self.get(f"/v1/blocks/{height}")
        return None if block is None else block["hash"]


class Devnet:
    """Four members unless told otherwise, all of which vote."""

    def __init__(self, members=4):
        self._directory = tempfile.TemporaryDirectory(prefix="centime processes ")
        self.path = pathlib.Path(self._directory.name)
        self.names = names_of(members)
        self.nodes = []
        self.confirmed = []  # Ids of records that a node said are final.
        self.keys = {}  # Key files of members that have another than at the genesis.
        self.refusal = ""  # What was said to what was last not confirmed.
        self._made = 0
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.end(signal.SIGKILL)
        self._directory.cleanup()

    def make(self, listen=None, dial=None, before=None, validators=None):
        """All members vote, unless `validators` names fewer. `listen(i)` gives (pages, peers) of node i as host:port; `dial(i, j)` where node i finds
        node j; `before(i)` how its command starts."""
        members = "".join(
            f'\n[[member]]\nname = "{name}"\ntitle = "{name}"\nrole = "{role}"\n'
            for name, role in ((name, {"platform": "platform", "auditor": "auditor"}
                                .get(name, "ngo")) for name in self.names))
        (self.path / "network.toml").write_text(
            f'origin = "ledger.example.org/processes"\nvalidators = {json.dumps(validators or self.names)}\n'
            + members)
        must("network", "new", self.path / "network.toml", "--out", self.path / "network",
             "--generate-keys")
        if listen is None:
            ports = free_ports(2 * len(self.names))
            listen = lambda i: (f"127.0.0.1:{ports[2 * i]}", f"127.0.0.1:{ports[2 * i + 1]}")
        self.listen, self.dial = listen, dial or (lambda i, j: listen(j)[1])
        (self.path / "nodes").mkdir()
        for i, name in enumerate(self.names):
            self.nodes.append(Node(name, self.path / "nodes" / name, before(i) if before else ()))
            self.init(i)

    def init(self, i):
        """A new data directory for node i, as after the loss of its disk."""
        pages, links = self.listen(i)
        peers = ", ".join(f"{name}={self.dial(i, j)}" for j, name in enumerate(self.names)
                          if j != i)
        must("init", "--data", self.nodes[i].data, "--genesis", self.path / "network/genesis.bin",
             "--key", self.path / f"network/keys/{self.names[i]}.key", "--listen", pages,
             "--peer-listen", links, "--peers", peers)

    def key(self, member):
        return self.keys.get(member, self.path / f"network/keys/{member}.key")

    def start(self):
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            node.wait_until_ready()

    def open_fund(self):
        file = self.path / "fund.csv"
        file.write_text(FUND)
        must("import", "csv", file, "--node", self.nodes[0].url, "--keys",
             self.path / "network/keys", "--receipts", self.path / "receipts.csv")
        self.agree()

    def give(self, node, count=1, seconds=120):
        """Tells a node of donations and waits until they are final; false if it did not say so."""
        with self._lock:
            self._made += 1
            number = self._made
        file = self.path / f"gifts-{number}.json"
        file.write_text(json.dumps({"records": [
            {"type": "donation", "reference": f"gift-{number}-{k}", "fund": "water",
             "amount": 500 + k, "currency": "EUR", "paid_on": "2026-01-05", "channel": "web",
             "commitment": hashlib.sha256(f"{number}/{k}".encode()).hexdigest()}
            for k in range(count)]}))
        try:
            told = program("submit", file, "--node", node.url, "--key",
                           self.key("platform"), "--json", timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            file.unlink()
        if told.returncode != 0:
            self.refusal = told.stdout + told.stderr
            return False
        with self._lock:
            self.confirmed.extend(json.loads(told.stdout)["ids"])
        return True

    def must_give(self, node, count=1):
        check(self.give(node, count), f"{node.member} confirms: {self.refusal}")

    def agree(self, nodes=None, height=0, seconds=60):
        """Waits until these nodes have the same newest block, at least this high; its height."""
        nodes = [node for node in nodes or self.nodes if node.running()]
        deadline = time.monotonic() + seconds
        seen = {}
        while time.monotonic() < deadline:
            seen = {node.member: node.height() for node in nodes}
            heights = set(seen.values())
            if len(heights) == 1 and None not in heights and min(heights) >= height:
                top = heights.pop()
                check(len({node.block_hash(top) for node in nodes}) == 1,
                      f"the nodes differ at block {top}")
                return top
            time.sleep(0.1)
        raise Failed(f"no agreement within {seconds} s: {seen}")

    def never_differ(self):
        """No two nodes that run have different blocks at the height that all have."""
        nodes = [node for node in self.nodes if node.running()]
        heights = [height for height in (node.height() for node in nodes) if height is not None]
        if not heights:
            return
        hashes = {node.member: node.block_hash(min(heights)) for node in nodes}
        told = [each for each in hashes.values() if each]
        check(len(set(told)) <= 1, f"block {min(heights)} differs: {hashes}")
        check(len(told) >= min(2, len(heights)),
              f"block {min(heights)} is not told by nodes that have it: {hashes}")

    def holds_what_was_confirmed(self):
        """Every record that was confirmed is at every running node."""
        for node in self.nodes:
            for record in self.confirmed if node.running() else ():
                check(node.get(f"/v1/records/{record}") is not None,
                      f"{node.member} does not have {record}")

    def stop_and_audit(self):
        """Ends all nodes orderly; each log holds, and all are the same."""
        for node in self.nodes:
            code = node.end()
            check(code == 0, f"{node.member} ended with {code}: {node.last_words()}")
        roots = set()
        for node in self.nodes:
            roots.add(json.loads(must("audit", "--data", node.data, "--genesis",
                                      self.path / "network/genesis.bin", "--json"))["log_root"])
        check(len(roots) == 1, f"the nodes' logs differ: {roots}")


def wait_for(holds, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not holds():
        check(time.monotonic() < deadline, what)
        time.sleep(0.1)


def propose(net, by, *arguments):
    """Its id."""
    made = must("propose", *arguments, "--node", net.nodes[0].url, "--key", net.key(by), "--json")
    return json.loads(made)["id"]


def approve(net, proposal, *members):
    for member in members:
        must("approve", proposal, "--node", net.nodes[0].url, "--key", net.key(member))


def wait_for_epoch(net, epoch, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = {node.member: (node.get("/v1/consensus") or {}).get("epoch")
                for node in net.nodes if node.running()}
        if set(seen.values()) == {epoch}:
            return
        time.sleep(0.1)
    raise Failed(f"not all are in epoch {epoch}: {seen}")


def wait_for_role(node, role, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = node.get("/v1/consensus")
        if state and state["role"] == role:
            return
        time.sleep(0.1)
    raise Failed(f"{node.member} is {state and state['role']}, not {role}")


class Beside:
    """Does one thing, once at least, on a thread of its own until the block is left."""

    def __init__(self, pause_s):
        self._pause_s, self._over = pause_s, threading.Event()
        self._thread = threading.Thread(target=self._repeat)

    def once(self):
        """False ends it."""
        raise NotImplementedError

    def _repeat(self):
        while self.once() is not False and not self._over.wait(self._pause_s):
            pass

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def run(test):
    """Runs a test and exits as ctest wants it."""
    start = time.monotonic()
    # So that a test that is stopped ends its nodes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        test()
    except Failed as failure:
        raise SystemExit(f"FAILED: {failure}") from None
    print(f"passed in {time.monotonic() - start:.0f} s")
