// One check on a donation's page: asks a node for the proof and verifies it in this browser.
//
// Loaded when the reader asks for it. Nothing is fetched from anybody but this page's node and the
// one whose address the reader gave.

import { parseBundle } from "./bundle.js";
import { type Bytes, equal, fromHex } from "./bytes.js";
import { type Fault, need, steps } from "./fault.js";
import { pageAgrees } from "./figures.js";
import { rememberedHead, rememberedPolicy, rememberHead, rememberPolicy } from "./memory.js";
import { Merkle, type Tree } from "./merkle.js";
import { Panel } from "./panel.js";
import { parsePolicy } from "./policy.js";
import { choosePrimitives, type Primitives } from "./primitives.js";
import type * as Result from "./result.js";
import type * as Tiles from "./tiles.js";
import { type VerifiedTrace, verifyBundle } from "./verify.js";
import { Words } from "./words.js";
import { epochsUrl, resultUrl, tilesUrl } from "centime:parts";

class NoAnswer extends Error {}

async function fetchBytes(url: string): Promise<Bytes> {
  const options: RequestInit = { credentials: "omit", cache: "no-cache" };
  const response = await fetch(url, options).catch(() => undefined);
  if (!response?.ok) throw new NoAnswer(url);
  return new Uint8Array(await response.arrayBuffer());
}

// What the steps of one check share. `node` is "" for the one that this page is from.
interface Check {
  readonly panel: Panel;
  readonly words: Words;
  readonly primitives: Primitives;
  readonly node: string;
}

// The policy that this browser has trusted before, else that of this page's node; another node's
// has to be the same as this one's.
async function checkPolicy({ primitives, node }: Check) {
  const now = await fetchBytes("/v1/policy");
  const other = node && await fetchBytes(`${node}/v1/policy`);
  need(!other || equal(now, other), "other_policy");
  const file = rememberedPolicy() ?? now;
  const policy = await parsePolicy(file, primitives);
  return { file, policy, isOther: !equal(file, now) };
}

async function hasGrown({ primitives, node }: Check, before: Tree, now: Tree): Promise<boolean> {
  const read = (path: string) => fetchBytes(`${node}/${path}`);
  const { history }: typeof Tiles = await import(tilesUrl);
  return history(before, now, read, new Merkle(primitives));
}

async function checkHistory(check: Check, network: Bytes, trace: VerifiedTrace): Promise<void> {
  const { panel, words } = check;
  const now = trace.signatures.checkpoint;
  const before = rememberedHead(network);
  const size = words.number((before ?? now).size);
  if (before) {
    need(now.size >= before.size, "older_log");
    const isSame = now.size === before.size;
    need(!isSame || equal(now.root, before.root), "forked_log");
    try {
      need(isSame || await hasGrown(check, before, now), "rewritten_log");
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return panel.skips(words.check("history_missing", { url: error.message }));
    }
    panel.holds(words.check("history_goes_on", { size }));
  } else {
    panel.begins(words.check("history_first", { size }));
  }
  rememberHead(network, now);
}

function checkPage({ panel, words }: Check, trace: VerifiedTrace, height: string): void {
  if (!document.querySelector("tr[data-part]")) return panel.skips(words.check("page_none"));
  const { gift, seal } = trace;
  if (pageAgrees(document, trace, (units) => words.amount(units, gift.currency))) {
    return panel.holds();
  }
  // Money may have moved since the page was made, or not yet at the node that was asked.
  const shown = BigInt(height);
  need(shown !== seal.height, "other_figures");
  const heights = { page: words.number(shown), proof: words.number(seal.height) };
  panel.skips(words.check("page_other_block", heights));
}

// Fills what `island` has for progress and result.
export async function check(
  island: HTMLElement,
  texts: Record<string, string>,
  node: string,
): Promise<void> {
  const words = new Words(texts);
  const { id = "", noble = "", height = "" } = island.dataset;
  const part = (selector: string) => island.querySelector<HTMLElement>(selector)!;
  const names = ["policy", "bundle", ...steps, "history", "page"] as const;
  const panel = new Panel(part(".progress"), part("[role=status]"), words, names);
  const primitives = await choosePrimitives(async () => (await import(noble)).noble);
  const shared = { panel, words, primitives, node };
  const telling: Promise<typeof Result> = import(resultUrl);
  telling.catch(() => 0);  // Whoever waits for it is told.
  const onStep = () => panel.holds();
  let proof: Bytes | undefined;
  try {
    const { file, policy, isOther } = await checkPolicy(shared);
    onStep();
    proof = await fetchBytes(`${node}/v1/donations/${id}/proof`);
    const bundle = parseBundle(proof);
    onStep();
    // Other signers than before have to follow from those.
    need(!isOther || bundle.epochs.length, "changed_policy");
    const asked = fromHex(id)!;
    const load = () => import(epochsUrl);
    const trace = await verifyBundle(bundle, policy, primitives, load, { asked, onStep });
    await checkHistory(shared, bundle.network, trace);
    checkPage(shared, trace, height);
    rememberPolicy(file);
    panel.verified(await (await telling).result(words, trace, file, primitives));
  } catch (error) {
    // By what it says: each script that was loaded has a class of its own.
    const { word, at } = error as Fault;
    if (word) {
      const shown = "h1, .bar, tr[data-part] td, tr[data-sum] td, .flow svg, .flows td";
      for (const figure of document.querySelectorAll(shown)) figure.classList.add("struck");
      panel.fails(word, at, proof);
    } else if (error instanceof NoAnswer) {
      panel.stops(words.check("no_answer", { url: error.message }));
    } else {
      throw error;
    }
  }
}
