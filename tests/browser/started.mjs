// A network and a browser for the tests of one file: begun before the first, ended behind the last.
import { after, before } from "node:test";

import { Network } from "./network.mjs";
import { launch, skip } from "./visitor.mjs";

// Calls `ready` with both before the first test, unless there is no browser. `begin` makes the network.
export function started(ready, begin = Network.start) {
  const own = {};
  before(async () => {
    if (skip) return;
    own.network = await begin();
    own.browser = await launch();
    ready(own);
  }, { timeout: 300_000 });
  after(async () => {
    await own.browser?.close();
    await own.network?.stop();
  });
}
