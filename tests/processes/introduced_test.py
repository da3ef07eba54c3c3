#!/usr/bin/env python3
"""A member is away while all others take new keys: its node can reach none of them, and says so.

`centime peers learn` asks any node how each epoch ended, checks that back to the genesis, and with the
keys of those who vote now the node finds the others again. What is not proven is refused.
"""
import base64
import http.server
import json
import threading
import time
import urllib.request

from devnet import Devnet, check, must, program, run, wait_for

AWAY = 3


def rotate_all(net):
    for epoch, node in enumerate(net.nodes[:AWAY], 1):
        name = node.member
        must("keys", "rotate", "--key", node.data / f"keys/{name}.key", "--new-key",
             node.data / f"keys/{name}-2.key", "--node", net.nodes[0].url)
        net.keys[name] = node.data / f"keys/{name}-2.key"
        wait_for(lambda: all((each.get("/v1/consensus") or {}).get("epoch") == epoch and
                             each.get("/v1/consensus")["role"] == "validator"
                             for each in net.nodes[:AWAY]), f"not all vote in epoch {epoch}")


class Liar:
    """Serves a list of epochs in which one signature is another's, and all else as a node does."""

    def __init__(self, node):
        epochs = node.get("/v1/epochs")
        end = bytearray(base64.b64decode(epochs["items"][1]["end"]))
        end[-300] ^= 1
        epochs["items"][1]["end"] = base64.b64encode(end).decode()
        body = json.dumps(epochs).encode()

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = body
                if not self.path.startswith("/v1/epochs"):
                    with urllib.request.urlopen(node.url + self.path) as asked:
                        answer = asked.read()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def test():
    with Devnet() as net:
        # The one that is away follows: the others decide without it.
        net.make(validators=net.names[:AWAY])
        away = net.nodes[AWAY]
        for node in net.nodes[:AWAY]:
            node.start(wait=False)
        for node in net.nodes[:AWAY]:
            node.wait_until_ready()
        away.start()
        net.open_fund()
        away.end()
        rotate_all(net)
        height = net.agree()

        away.start()
        wait_for(lambda: sum(peer["ended"].get("wrong_key", 0) for peer in
                             away.get("/v1/consensus")["links"]["peers"]) >= 3,
                 "the other keys are not counted")
        check(away.height() < height, "it cannot have caught up")
        told = program("status", "--node", away.url)
        check(told.returncode == 1 and "centime peers learn" in told.stdout, told.stdout)
        for node in net.nodes[:AWAY]:
            check(node.member in told.stdout, told.stdout)

        # Someone makes a node up: nothing of it is kept.
        with Liar(net.nodes[0]) as url:
            refused = program("peers", "learn", "--data", away.data, "--node", url, "--json")
        check(refused.returncode == 1 and
              json.loads(refused.stdout)["error"]["code"] == "bad_epochs", refused.stdout)
        check(not (away.data / "epochs").exists(), "what was not proven was kept")

        learnt = json.loads(must("peers", "learn", "--data", away.data, "--node",
                                 net.nodes[1].url, "--json"))
        check(learnt["epoch"] == 3 and learnt["changes"] == 3, str(learnt))
        away.end()
        away.start()
        start = time.monotonic()
        net.agree()
        print(f"caught up {time.monotonic() - start:.1f} s after the start, over {height} blocks")
        # Although nothing new is recorded: the newest block's checkpoint has come to it signed.
        wait_for(lambda: program("status", "--node", away.url).stdout.startswith("OK"),
                 "the status is not OK")
        # From now on its own ledger knows the keys.
        away.end()
        (away.data / "epochs").unlink()
        net.must_give(net.nodes[0])
        away.start()
        net.must_give(away)
        net.agree()
        # A file that somebody changed is said and passed over.
        away.end()
        (away.data / "epochs").write_text("centime-epochs-v1\nnothing\n")
        away.start()
        check("bad_epochs" in away.log.read_text(), "the log does not say so")
        net.must_give(away)
        net.agree()
        net.holds_what_was_confirmed()
        net.stop_and_audit()


run(test)
