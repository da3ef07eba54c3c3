"""One trial network with one running node of the real program, and commands asked of it."""

import json
import os
import subprocess
import time
import urllib.request

READY_SECONDS = 60


class CommandFailed(Exception):
    pass


def network_toml(dataset):
    """The network that the dataset's members start: the platform is its only validator."""
    platform = dataset.members[0][0]
    lines = [f'origin = "replay.example/{platform}"', f'validators = ["{platform}"]']
    for name, title, role in dataset.members:
        lines += ["", "[[member]]", f'name = "{name}"', f'title = "{title}"', f'role = "{role}"']
    return "\n".join(lines) + "\n"


class TrialNode:
    """Made by `start`; always to be stopped."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.process = None
        self.url = ""

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def make_network(self, network_file, member):
        self.run("network", "new", network_file, "--out", self.path("network"), "--generate-keys")
        self.run("init", "--data", self.path("data"),
                 "--genesis", self.path("network", "genesis.bin"),
                 "--key", self.path("network", "keys", member + ".key"))
        self.make_token()

    def make_token(self):
        """The file of a token with which whole data sets may be checked before they are recorded."""
        made = self.run("token", "new", "--data", self.path("data"), "--name", "import",
                        "--scope", "check")
        file = os.open(self.path("import.token"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(made["token"] + "\n")

    def start(self):
        log = open(self.path("node.log"), "a", encoding="utf-8")
        self.process = subprocess.Popen(
            [self.program, "run", "--data", self.path("data"), "--listen", "127.0.0.1:0",
             "--json"], stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        line = self.process.stdout.readline()
        if not line:
            raise CommandFailed("the node ended before it was ready; see " + self.path("node.log"))
        self.url = json.loads(line)["url"]

    def peak_memory_mb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) // 1024
        return 0

    def stop(self):
        """Ends the node as its operator would. Raises if it does not end in order."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.terminate()
        try:
            code = process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise CommandFailed("the node did not stop within a minute") from None
        if code != 0:
            raise CommandFailed(f"the node ended with {code}; see " + self.path("node.log"))

    def get(self, route):
        with urllib.request.urlopen(self.url + route, timeout=60) as answer:
            return json.load(answer)

    def items(self, route):
        """All items of a list, page by page."""
        cursor = ""
        while True:
            page = self.get(f"{route}?limit=200&cursor={cursor}")
            yield from page["items"]
            if "next" not in page:
                return
            cursor = page["next"]

    def run(self, *arguments, expected=(0,)):
        """Runs one command with --json. What it printed, as JSON."""
        command = [self.program, *arguments, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in expected:
            raise CommandFailed(f"{' '.join(command)}\nended with {done.returncode}\n"
                                f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        answer = json.loads(done.stdout)
        if "error" in answer:
            raise CommandFailed(f"{' '.join(command)}\n{answer['error']}")
        return answer


def timed(action, *arguments, **named):
    """What the action gave, and the seconds it took."""
    started = time.monotonic()
    return action(*arguments, **named), time.monotonic() - started
