// One check on a donation's page: asks a node for the proof and verifies it in this browser.
//
// Loaded when the reader asks for it. Nothing is fetched from anybody but this page's node and the
// one whose address the reader gave.

import { parseBundle } from "./bundle.js";
import { type Bytes, equal, fromHex } from "./bytes.js";
import { type Fault, need, steps } from "./fault.js";
import type * as History from "./history.js";
import { rememberedHead, rememberedPolicy, rememberHead, rememberPolicy } from "./memory.js";
import { Merkle, type Tree } from "./merkle.js";
import { Panel } from "./panel.js";
import { parsePolicy } from "./policy.js";
import { choosePrimitives, type Primitives } from "./primitives.js";
import type * as Result from "./result.js";
import { type VerifiedTrace, verifyBundle } from "./verify.js";
import { Words } from "./words.js";
import { epochsUrl, historyUrl, resultUrl } from "centime:parts";

class NoAnswer extends Error {
  constructor(url: string, readonly reason = "") {
    super(url);
  }
}

// The sentence and the word of a problem document (RFC 9457), such as that of a busy node.
async function reasonOf(response?: Response): Promise<string> {
  const problem = await response?.json().catch(() => undefined);
  return problem?.code ? `${problem.detail} (${problem.code})`.slice(0, 300) : "";
}

// Of a node that says a byte now and then there is no answer either.
const patience_ms = 120_000;

async function fetchBytes(url: string): Promise<Bytes> {
  const signal = AbortSignal.timeout?.(patience_ms);
  const options: RequestInit = { credentials: "omit", cache: "no-cache", signal };
  const response = await fetch(url, options).catch(() => undefined);
  const body = response?.ok && await response.arrayBuffer().catch(() => undefined);
  if (!body) throw new NoAnswer(url, await reasonOf(response));
  return new Uint8Array(body);
}

const history = (): Promise<typeof History> => import(historyUrl);

function strike(figures: string, isStruck: boolean): void {
  for (const figure of document.querySelectorAll(figures)) {
    figure.classList.toggle("struck", isStruck);
  }
}

// What the steps of one check share. `node` is "" for the one that this page is from.
interface Check {
  readonly panel: Panel;
  readonly words: Words;
  readonly primitives: Primitives;
  readonly node: string;
}

// The policy that this browser has trusted before, else that of this page's node; another node's
// has to be the same as this one's, once both have seen the members' last change.
async function checkPolicy({ primitives, node }: Check) {
  const ask = (at: string) => fetchBytes(`${at}/v1/policy`);
  const [now, first] = node ? await (await history()).agreedPolicy(ask, node)
    : [await ask(""), "_first"];
  const known = rememberedPolicy();
  const file = known ?? now;
  const policy = await parsePolicy(file, primitives);
  return [file, policy, !equal(file, now), known ? "" : first] as const;
}

// Whether the log goes on from the one of the last visit, to be remembered from now on. What was
// verified in the end: of a node that is behind that visit, perhaps what it says later.
async function checkHistory(
  check: Check,
  before: Tree,
  trace: VerifiedTrace,
  again: () => Promise<VerifiedTrace>,
): Promise<VerifiedTrace> {
  const merkle = new Merkle(check.primitives);
  const { goesOn } = await history();
  const [last, head] = await goesOn({ ...check, merkle, again, fetchBytes }, before, trace);
  if (head) rememberHead(last.bundle.network, head);
  return last;
}

// Fills what `island` has for progress and result.
export async function check(
  island: HTMLElement,
  texts: Record<string, string>,
  node: string,
): Promise<void> {
  const words = new Words(texts);
  const { id = "", noble = "", height = "", size = "" } = island.dataset;
  // Of a log that the page does not name, nothing is later.
  const shown = { height, size: BigInt(/^\d+$/.test(size) ? size : 0) };
  const part = (selector: string) => island.querySelector<HTMLElement>(selector)!;
  const names = ["policy", "bundle", ...steps, "history", "page"] as const;
  const panel = new Panel(part(".progress"), part("[role=status]"), words, names);
  const primitives = await choosePrimitives(async () => (await import(noble)).noble);
  const shared = { panel, words, primitives, node };
  const telling: Promise<typeof Result> = import(resultUrl);
  telling.catch(() => 0);  // Whoever waits for it is told.
  const onStep = () => panel.holds();
  let proof: Bytes | undefined;
  strike(".struck", false);
  const url = `${node}/v1/donations/${id}/proof`;
  // This node's is on its way while its policy is; another has to have the same policy first.
  let coming = node ? undefined : fetchBytes(url);
  coming?.catch(() => 0);
  try {
    const [file, policy, isOther, first] = await checkPolicy(shared);
    // Whom a server names without being contradicted may be anybody.
    if (first) panel.begins();
    else onStep();
    const asked = fromHex(id)!;
    const load = () => import(epochsUrl);
    const ask = async (onStep: () => unknown) => {
      proof = await (coming ?? fetchBytes(url));
      coming = undefined;
      const bundle = parseBundle(proof);
      onStep();
      // Other signers than before have to follow from those.
      need(!isOther || bundle.epochs.length, "changed_policy");
      return verifyBundle(bundle, policy, primitives, load, { asked, onStep });
    };
    const again = () => ask(() => 0);
    let trace = await ask(onStep);
    // This node has more than it proves: its page is of a later block.
    if (!node && trace.signatures.checkpoint.size < shown.size) {
      trace = await (await history()).caughtUp(trace, shown.size, again);
    }
    const { network } = trace.bundle;
    const before = rememberedHead(network);
    if (before) trace = await checkHistory(shared, before, trace, again);
    else panel.begins({ size: words.number(trace.signatures.checkpoint.size) });
    const { comparePage, result } = await telling;
    const { word, told } = comparePage(document, trace, words, shown);
    need(!word, word!);
    if (told) panel.skips(told);
    else panel.holds();
    // Not before: a first visit to a page that lies leaves nothing to hold others against.
    rememberPolicy(file);
    if (!before) rememberHead(network, trace.signatures.checkpoint);
    panel.verified(await result(words, trace, file, primitives, "page", first), first);
  } catch (error) {
    // By what it says: each script that was loaded has a class of its own.
    const { word, at } = error as Fault;
    if (word) {
      strike("h1,.bar,.parts td,.flow svg,.flows td", true);
      panel.fails(word, at, proof);
    } else if (error instanceof NoAnswer) {
      const { message: url, reason } = error;
      panel.stops(words.check(`no_answer${reason && "_why"}`, { url, reason }));
    } else {
      throw error;
    }
  }
}
