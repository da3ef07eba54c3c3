// One check on a donation's page: asks a node for the proof and verifies it in this browser.
//
// Loaded when the reader asks for it. Nothing is fetched from anybody but this page's node and the
// one whose address the reader gave.

import { type Bundle, parseBundle } from "./bundle.js";
import { type Bytes, equal, fromHex } from "./bytes.js";
import { steps } from "./fault.js";
import { pageAgrees } from "./figures.js";
import { rememberedHead, rememberedPolicy, rememberHead, rememberPolicy } from "./memory.js";
import { Merkle } from "./merkle.js";
import { Panel, type StepName } from "./panel.js";
import { parsePolicy, policyFingerprint } from "./policy.js";
import { choosePrimitives, type Primitives } from "./primitives.js";
import { goesOnFrom } from "./tiles.js";
import { type VerifiedTrace, verifyBundle } from "./verify.js";
import { Words } from "./words.js";

const names: StepName[] = ["policy", "bundle", ...steps, "history", "page"];

// Ends a check whose panel has been told already.
class Ended extends Error {}

class NoAnswer extends Error {}

async function fetchBytes(url: string): Promise<Bytes> {
  let response;
  try {
    response = await fetch(url, { credentials: "omit", cache: "no-cache" });
  } catch {
    throw new NoAnswer(url);
  }
  if (!response.ok) throw new NoAnswer(url);
  return new Uint8Array(await response.arrayBuffer());
}

class Check {
  private bytes: Bytes | undefined;
  private step: StepName = "policy";

  constructor(
    private readonly panel: Panel,
    private readonly words: Words,
    private readonly primitives: Primitives,
    private readonly node: string,  // "" for the one that this page is from.
  ) {}

  async run(id: Bytes, hex: string): Promise<void> {
    try {
      const { policy, fingerprint } = await this.getPolicy();
      const bundle = await this.getBundle(hex);
      const outcome = await verifyBundle(bundle, policy, this.primitives, {
        asked: id,
        onStep: (step) => this.panel.holds(step),
      });
      if ("fault" in outcome) {
        const { step, word, at } = outcome.fault;
        return this.fail(step, word, at);
      }
      await this.checkHistory(bundle, outcome.trace);
      this.checkPage(outcome.trace);
      rememberPolicy(fingerprint);
      this.panel.verified(outcome.trace, fingerprint);
    } catch (error) {
      if (error instanceof NoAnswer) {
        const sentence = this.words.text("check_no_answer", { url: error.message });
        this.panel.stops(this.step, sentence);
      } else if (!(error instanceof Ended)) {
        throw error;
      }
    }
  }

  private fail(step: StepName, word: string, at?: bigint): never {
    const shown = "h1, .bar, tr[data-part] td, tr[data-sum] td, .flow svg, .flows td";
    for (const figures of document.querySelectorAll(shown)) {
      figures.classList.add("struck");
    }
    this.panel.fails(step, word, at, this.bytes);
    throw new Ended();
  }

  // The policy of this page's node; another node's has to be the same, and last visit's too.
  private async getPolicy() {
    const file = await fetchBytes("/v1/policy");
    if (this.node && !equal(file, await fetchBytes(`${this.node}/v1/policy`))) {
      this.fail("policy", "other_policy");
    }
    const policy = await parsePolicy(file, this.primitives);
    if (!policy) return this.fail("policy", "bad_policy");
    const fingerprint = await policyFingerprint(file, this.primitives);
    if ((rememberedPolicy() ?? fingerprint) !== fingerprint) this.fail("policy", "changed_policy");
    this.panel.holds("policy");
    return { policy, fingerprint };
  }

  private async getBundle(hex: string): Promise<Bundle> {
    this.step = "bundle";
    this.bytes = await fetchBytes(`${this.node}/v1/donations/${hex}/proof`);
    const bundle = parseBundle(this.bytes);
    if (!bundle) return this.fail("bundle", "bad_bundle");
    this.panel.holds("bundle");
    return bundle;
  }

  private async checkHistory(bundle: Bundle, trace: VerifiedTrace): Promise<void> {
    this.step = "history";
    const now = trace.signatures.checkpoint;
    const before = rememberedHead(bundle.network);
    if (!before) {
      rememberHead(bundle.network, now);
      const size = this.words.number(now.size);
      return this.panel.begins("history", this.words.text("check_history_first", { size }));
    }
    if (now.size < before.size) this.fail("history", "older_log");
    try {
      const read = (path: string) => fetchBytes(`${this.node}/${path}`);
      if (!(await goesOnFrom(before, now, read, new Merkle(this.primitives)))) {
        this.fail("history", now.size === before.size ? "forked_log" : "rewritten_log");
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const why = this.words.text("check_history_missing", { url: error.message });
      return this.panel.skips("history", why);
    }
    rememberHead(bundle.network, now);
    const size = this.words.number(before.size);
    this.panel.holds("history", this.words.text("check_history_goes_on", { size }));
  }

  private checkPage(trace: VerifiedTrace): void {
    const amount = (units: bigint) => this.words.amount(units, trace.gift.currency);
    const shown = Number(document.querySelector<HTMLElement>("#check")!.dataset["height"]);
    if (!document.querySelector("tr[data-part]")) {
      return this.panel.skips("page", this.words.text("check_page_none"));
    }
    if (pageAgrees(document, trace, amount)) return this.panel.holds("page");
    // Money may have moved since the page was made, or not yet at the node that was asked.
    if (BigInt(shown) !== trace.seal.height) {
      const heights = {
        page: this.words.number(shown), proof: this.words.number(trace.seal.height),
      };
      return this.panel.skips("page", this.words.text("check_page_other_block", heights));
    }
    this.fail("page", "other_figures");
  }
}

// Fills what `island` has for progress and result. `node` is "" for the page's own.
export async function runCheck(island: HTMLElement, words: Words, node: string): Promise<void> {
  const { id = "", noble = "" } = island.dataset;
  const status = island.querySelector<HTMLElement>("[role=status]")!;
  const progress = island.querySelector<HTMLElement>(".progress")!;
  const primitives = await choosePrimitives(async () => (await import(noble)).noble);
  const panel = new Panel(progress, status, words, names);
  await new Check(panel, words, primitives, node).run(fromHex(id)!, id);
}

export { Words };
