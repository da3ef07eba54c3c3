"""A network of its own for each node: namespaces joined by a bridge, and bad lines made by nft.

The test itself runs in a namespace too (`enter`), where the bridge is, so that nothing of the
machine's network is touched; it reaches every node's pages whatever is cut between the nodes.
"""
import os
import shutil
import subprocess
import sys

from devnet import SKIPPED

INSIDE = "CENTIME_TEST_NAMESPACE"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def enter():
    """Starts the calling script again in a network namespace; or says that the test is skipped."""
    if os.environ.get(INSIDE):
        return
    for tool in ("ip", "nft", "unshare"):
        if shutil.which(tool) is None:
            skip(f"there is no {tool} here")
    if os.geteuid() != 0:
        skip("network namespaces need root")
    tried = subprocess.run(
        ["unshare", "--net", "sh", "-c",
         "ip link add name br0 type bridge && ip link add name line0 type veth peer name line1 && "
         "nft add table inet lines && "
         f"ip netns add centime-{os.getpid()} && ip netns del centime-{os.getpid()}"],
        capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        skip(f"no right to make networks: {tried.stderr.strip()}")
    os.environ[INSIDE] = "yes"
    os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])


def do(*words, text=None):
    subprocess.run(words, check=True, input=text, text=True)


class Lines:
    """The networks of so many nodes; node i is 10.77.0.(i + 1)."""

    def __init__(self, nodes):
        self._names = [f"centime-{os.getpid()}-{i}" for i in range(nodes)]

    def __enter__(self):
        do("ip", "link", "set", "lo", "up")
        do("ip", "link", "add", "name", "br0", "type", "bridge")
        do("ip", "address", "add", "10.77.0.254/24", "dev", "br0")
        do("ip", "link", "set", "br0", "up")
        for i, name in enumerate(self._names):
            do("ip", "netns", "add", name)
            do("ip", "link", "add", "name", f"line{i}", "type", "veth", "peer", "name", "eth0", "netns",
               name)
            do("ip", "link", "set", f"line{i}", "master", "br0", "up")
            inside = ("ip", "-n", name)
            do(*inside, "link", "set", "lo", "up")
            do(*inside, "address", "add", f"{self.address(i)}/24", "dev", "eth0")
            do(*inside, "link", "set", "eth0", "up")
        return self

    def __exit__(self, *_):
        for name in self._names:
            subprocess.run(["ip", "netns", "del", name], check=False)

    def address(self, i):
        return f"10.77.0.{i + 1}"

    def command(self, i):
        return ["ip", "netns", "exec", self._names[i]]

    def _rules(self, i, hook, rule):
        do(*self.command(i), "nft", "-f", "-", text=(
            f"add table inet lines\n"
            f"add chain inet lines {hook} {{ type filter hook {hook} priority 0; }}\n"
            f"add rule inet lines {hook} {rule}\n"))

    def mute(self, i, towards):
        """Nothing that node i sends reaches these; what they send reaches it."""
        addresses = ", ".join(self.address(j) for j in towards)
        self._rules(i, "output", f"ip daddr {{ {addresses} }} drop")

    def split(self, one, other):
        for i in one:
            self.mute(i, other)
        for i in other:
            self.mute(i, one)

    def lose(self, percent):
        """This part of the packets between nodes, at random."""
        for i in range(len(self._names)):
            self._rules(i, "input", f"ip saddr != 10.77.0.254 "
                                    f"numgen random mod 100 < {percent} drop")

    def heal(self):
        for i in range(len(self._names)):
            do(*self.command(i), "nft", "flush", "ruleset")
