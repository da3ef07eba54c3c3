// Whether a log goes on from the one of the last visit, with patience for a node that is behind.
//
// Loaded when there was an earlier visit, or two nodes differ. Members' nodes are a block apart
// for a moment, and one that was away for longer: neither is a lie. So a node that shows less is
// asked again, and what it shows in the end has to be the beginning of what was seen before.

import { type Bytes, equal } from "./bytes.js";
import { type Fault, need } from "./fault.js";
import type { Merkle, Tree } from "./merkle.js";
import type { Panel } from "./panel.js";
import { history } from "./tiles.js";
import type { VerifiedTrace } from "./verify.js";
import type { Words } from "./words.js";

const attempts = 5;
const pause_ms = 1000;

// What was found, asked for again while it is not settled; the last, settled or not. Throws what `ask`
// throws.
async function patiently<T>(
  found: T,
  isSettled: (found: T) => boolean,
  ask: () => Promise<T>,
): Promise<T> {
  for (let i = 0; i < attempts && !isSettled(found); ++i) {
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
    found = await ask();
  }
  return found;
}

// The policy that this page's node and another name, and "_first" if the other is at this page's own
// host, which confirms nothing. They differ for a moment while the members change. Throws
// other_policy, and what `ask` throws.
export async function agreedPolicy(
  ask: (node: string) => Promise<Bytes>,
  node: string,
): Promise<[Bytes, string]> {
  const askBoth = () => Promise.all([ask(""), ask(node)]);
  const isSame = ([here, there]: Bytes[]) => equal(here!, there!);
  const found = await patiently(await askBoth(), isSame, askBoth);
  need(isSame(found), "other_policy");
  return [found[0]!, new URL(node).host === location.host ? "_first" : ""];
}

// The trace of a node that has shown a log of `size` already, as soon as its proof is of that one or a
// longer one; else the last that it gave. A node that gives none any more takes back nothing that was
// proven.
export async function caughtUp(
  first: VerifiedTrace,
  size: bigint,
  again: () => Promise<VerifiedTrace>,
): Promise<VerifiedTrace> {
  let last = first;
  const ask = async () => {
    try {
      last = await again();
    } catch (error) {
      if ((error as Fault).word) throw error;
    }
    return last;
  };
  return patiently(first, ({ signatures }) => signatures.checkpoint.size >= size, ask);
}

class Missing extends Error {}

// What a check has, of run.ts; `node` is "" for the one that the page is from.
interface Check {
  readonly panel: Panel;
  readonly words: Words;
  readonly merkle: Merkle;
  readonly node: string;
  readonly again: () => Promise<VerifiedTrace>;
  readonly fetchBytes: (url: string) => Promise<Bytes>;
}

// Settles the panel's step, of a log that was `before` at the last visit. The trace that was compared,
// and its head if that is to be remembered. Throws older_log of a smaller log that is no
// beginning of the one before, forked_log, rewritten_log, and what `again` throws.
export async function goesOn(
  { panel, words, merkle, node, again, fetchBytes }: Check,
  before: Tree,
  first: VerifiedTrace,
): Promise<[VerifiedTrace, Tree?]> {
  const headOf = (trace: VerifiedTrace): Tree => trace.signatures.checkpoint;
  const trace = await patiently(first, (found) => headOf(found).size >= before.size, again);
  const now = headOf(trace);
  need(now.size !== before.size || equal(now.root, before.root), "forked_log");
  const isBehind = now.size < before.size;
  const [part, whole] = isBehind ? [now, before] : [before, now];
  // Of the larger log a node that is behind has no tiles, but this page's may.
  const read = (path: string) => {
    const url = `${isBehind ? "" : node}/${path}`;
    return fetchBytes(url).catch(() => { throw new Missing(url); });
  };
  const values = { size: words.number(before.size), now: words.number(now.size) };
  try {
    const holds = await history(part, whole, read, merkle);
    need(holds, isBehind ? "older_log" : "rewritten_log");
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    const told = { ...values, url: error.message };
    panel.skips(isBehind
      ? words.check("history_older", told)
      : words.check("history_missing", told));
    return [trace];
  }
  if (isBehind) {
    panel.skips(words.check("history_behind", values));
    return [trace];
  }
  panel.holds(words.check("history_goes_on", values));
  return [trace, now];
}
