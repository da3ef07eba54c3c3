// Stands between a browser and a node and changes what it likes: a server that lies.
import { createServer } from "node:http";

export class Forger {
  // `rewrite(path, body)` gives other bytes, nothing to leave them, or null for no answer.
  static async start(upstream, rewrite) {
    const forger = new Forger();
    forger.rewrite = rewrite;
    forger.server = createServer((request, response) => {
      forger.answer(upstream, request, response).catch((error) => response.destroy(error));
    });
    await new Promise((resolve) => forger.server.listen(0, "127.0.0.1", resolve));
    forger.server.unref(); // A test that fails before it stops this one ends all the same.
    forger.url = `http://127.0.0.1:${forger.server.address().port}`;
    return forger;
  }

  async answer(upstream, request, response) {
    const { accept = "*/*", "accept-language": language = "en" } = request.headers;
    const answer = await fetch(upstream + request.url, {
      headers: { accept, "accept-language": language },
    });
    const before = Buffer.from(await answer.arrayBuffer());
    const body = await this.rewrite(request.url, before);
    if (body === null) return response.writeHead(503).end();
    const headers = Object.fromEntries(answer.headers);
    for (const name of ["content-length", "connection", "etag", "content-encoding", "transfer-encoding"]) {
      delete headers[name];
    }
    response.writeHead(body ? 200 : answer.status, headers).end(body ?? before);
  }

  async stop() {
    this.server.closeAllConnections?.();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
