// Tabs that share one event stream, in virtual time: each hears of every entry once, whatever is told,
// shown or hidden in between.
//
// Runs the script that is served, a few tabs of one browser at a time: messages between tabs are late,
// each sender's in order; the lock is one tab's; the node tells what is behind `after`. One seed
// decides everything about a run.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import vm from "node:vm";

const script = new vm.Script(readFileSync(join(process.env.CENTIME_WEB, "assets", "live.js"), "utf8"));
const closed = 2;

class World {
  now = 0;
  queue = [];
  log = [{ fund: "a" }];
  sources = [];
  channels = [];
  lock = { holder: undefined, waiting: [] };

  constructor(seed) {
    this.state = (seed * 2654435761) >>> 0 || 1;
  }

  below(limit) {
    for (const [left, bits] of [[true, 13], [false, 17], [true, 5]]) {
      this.state = (this.state ^ (left ? this.state << bits : this.state >>> bits)) >>> 0;
    }
    return this.state % limit;
  }

  after(wait, run) {
    const event = { at: this.now + wait, number: this.queue.length, run };
    this.queue.push(event);
    return event;
  }

  async run() {
    for (let done = 0; done < this.queue.length; ++done) {
      const rest = this.queue.slice(done).sort((a, b) => a.at - b.at || a.number - b.number);
      this.queue.splice(done, rest.length, ...rest);
      this.now = this.queue[done].at;
      this.queue[done].run();
      await new Promise((resolve) => setImmediate(resolve)); // What was promised is kept.
    }
  }

  tell(count) {
    for (let i = 0; i < count; ++i) this.log.push({ fund: "ab"[this.below(2)] });
    for (const source of this.sources) source.pump();
  }

  // The next that waits for the lock gets it, if nobody has it.
  grant() {
    if (this.lock.holder) return;
    const next = this.lock.holder = this.lock.waiting.shift();
    if (!next) return;
    this.after(this.below(5), async () => {
      if (!next.isAborted) await next.run();
      this.lock.holder = undefined;
      this.grant();
    });
  }

  request(signal, run) {
    return new Promise((resolve, reject) => {
      const own = { run: () => run().then(resolve), isAborted: false };
      signal.addEventListener("abort", () => {
        own.isAborted = true;
        this.lock.waiting = this.lock.waiting.filter((other) => other !== own);
        reject(new Error("AbortError"));
      });
      this.lock.waiting.push(own);
      this.grant();
    });
  }
}

function channelOf(world) {
  return class {
    last = 0;
    constructor() { world.channels.push(this); }
    addEventListener(_, take) { this.take = take; }
    postMessage(data) {
      for (const other of world.channels.filter((one) => one !== this)) {
        other.last = Math.max(world.now + 1 + world.below(8), other.last);
        world.after(other.last - world.now, () => other.take({ data: structuredClone(data) }));
      }
    }
  };
}

function sourceOf(world) {
  return class {
    static CLOSED = closed;
    readyState = 0;
    last = 0;
    constructor(url) {
      const { searchParams } = new URL(url, "http://node");
      this.next = Number(searchParams.get("after")) + 1;
      this.funds = searchParams.getAll("fund");
      world.sources.push(this);
      world.after(2 + world.below(20), () => {
        if (this.readyState !== closed) this.readyState = 1;
        this.pump();
      });
    }
    addEventListener(_, take) { this.take = take; }
    close() { this.readyState = closed; }
    pump() {
      for (; this.readyState === 1 && this.next < world.log.length; ++this.next) {
        const [entry, { fund }] = [this.next, world.log[this.next]];
        if (this.funds.length && !this.funds.includes(fund)) continue;
        this.last = Math.max(this.last, world.now + 1 + world.below(3));
        world.after(this.last - world.now, () => {
          if (this.readyState !== closed) this.take({ data: JSON.stringify({ entry, fund }) });
        });
      }
    }
  };
}

class Tab {
  constructor(world, number, fund) {
    this.fund = fund;
    this.from = world.log.length;
    this.place = {
      dataset: { fund, after: String(this.from - 1), one: "1 ", many: "{count} ", show: "" },
      replaceChildren: (text) => { text.isConnected = true; },
    };
    this.count = 0;
    const listeners = this.listeners = {};
    const addEventListener = (name, run) => { listeners[name] = run; };
    this.document = {
      hidden: false, addEventListener, getElementById: () => this.place,
      createElement: () => ({ addEventListener() {} }),
      createTextNode: () => {
        const told = (text) => { this.count = Number.parseInt(text); };
        return { isConnected: false, set data(text) { told(text); } };
      },
    };
    const scope = {
      document: this.document, addEventListener, AbortController, EventSource: sourceOf(world),
      BroadcastChannel: channelOf(world), Math: { ...Math, max: Math.max, min: Math.min, random: () => number },
      navigator: { locks: { request: (_, { signal }, run) => world.request(signal, run) } },
      setTimeout: (run, wait) => world.after(wait, run),
      clearTimeout: (event) => { if (event) event.run = () => {}; },
    };
    scope.window = scope;
    script.runInNewContext(scope);
  }

  hide(isHidden) {
    this.document.hidden = isHidden;
    this.listeners.visibilitychange();
  }
}

// What was lost or told twice, or nothing.
async function faultsOf(seed) {
  const world = new World(seed);
  const funds = seed % 2 ? ["", "", ""] : ["", "a", "b"];
  const tabs = [];
  funds.forEach((fund, i) =>
    world.after(i * (5 + world.below(300)), () => tabs.push(new Tab(world, i, fund))));
  for (let i = 0; i < 14; ++i) {
    world.after(100 + world.below(1_500), () => {
      const tab = tabs[world.below(3)];
      if (tab && world.below(3) === 0) tab.hide(!tab.document.hidden);
      else world.tell(1 + world.below(2));
    });
  }
  world.after(2_500, () => tabs.filter((tab) => tab.document.hidden).forEach((tab) => tab.hide(false)));
  await world.run();
  const faults = tabs.map(({ fund, from, count }) => {
    const due = world.log.slice(from).filter((entry) => !fund || entry.fund === fund).length;
    return due === count ? "" : `a tab of "${fund}" was told of ${count} of ${due}`;
  });
  const open = world.sources.filter((source) => source.readyState !== closed).length;
  return [...faults, open === 1 ? "" : `${open} streams`].filter((fault) => fault);
}

test("no seed has a tab that misses or repeats an entry, or a second stream", async () => {
  for (let seed = 1; seed <= 600; ++seed) {
    const faults = await faultsOf(seed);
    assert.deepEqual(faults, [], `seed ${seed}`);
  }
});
