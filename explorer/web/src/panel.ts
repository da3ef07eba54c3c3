// Shows a check while it runs and what it found: each step, then the result in plain words.
//
// Everything that it says of a gift was decoded from the proof's canonical bytes. State is told in
// words and by a mark, never by colour alone.

import { toHex } from "./bytes.js";
import { element, saveLink } from "./elements.js";
import { steps } from "./fault.js";
import type { PathRecord } from "./effects.js";
import type { VerifiedTrace } from "./verify.js";
import type { Words } from "./words.js";

export type StepName = (typeof steps)[number] | "policy" | "bundle" | "history" | "page";
type State = "waiting" | "ok" | "first" | "skipped" | "failed";

const marks: Record<State, string> = { waiting: "…", ok: "✓", first: "–", skipped: "–", failed: "!" };
const classes: Record<State, string> = {
  waiting: "waiting", ok: "done", first: "waiting", skipped: "waiting", failed: "trouble",
};

export class Panel {
  private readonly list: HTMLOListElement;
  private readonly rows = new Map<StepName, HTMLLIElement>();
  private readonly result = element("div", { class: "result", tabindex: "-1" });
  private passedOver = false;

  // Takes the place of what `root` held. `status` is a live region outside of it.
  constructor(
    root: HTMLElement,
    private readonly status: HTMLElement,
    private readonly words: Words,
    private readonly names: StepName[],
  ) {
    this.list = element("ol", { class: "stages checks", "aria-label": words.text("check_steps") });
    for (const name of names) {
      const row = element("li");
      this.rows.set(name, row);
      this.list.append(row);
      this.set(name, "waiting", "");
    }
    root.replaceChildren(this.list, this.result);
    status.textContent = words.text("check_running");
  }

  private set(name: StepName, state: State, detail: string): void {
    const title = this.words.text(`check_step_${name}`);
    const told = this.words.text(`check_state_${state}`);
    const line = element("p", {}, element("strong", {}, title), " ");
    line.append(element("span", { class: "when" }, told));
    const text = element("div", {}, line);
    if (detail) text.append(element("p", {}, detail));
    const row = this.rows.get(name)!;
    row.className = classes[state];
    row.dataset["state"] = state;
    row.dataset["step"] = name;
    row.replaceChildren(
      element("span", { class: "mark", "aria-hidden": "true" }, marks[state]), text);
  }

  holds(name: StepName, detail = ""): void {
    this.set(name, "ok", detail);
    const at = this.names.indexOf(name) + 1;
    this.status.textContent = this.words.text("check_progress", {
      done: String(at), all: String(this.names.length),
    });
  }

  // There is nothing to hold it against yet.
  begins(name: StepName, detail: string): void {
    this.set(name, "first", detail);
  }

  skips(name: StepName, detail: string): void {
    this.passedOver = true;
    this.set(name, "skipped", detail);
  }

  // `word` is the verifiers' own; `at` the entry or account.
  fails(name: StepName, word: string, at?: bigint, evidence?: Uint8Array<ArrayBuffer>): void {
    const { words } = this;
    let sentence = words.text(`check_word_${word}`);
    if (at !== undefined) sentence += " " + words.text("check_at", { at: words.number(at) });
    this.set(name, "failed", sentence);
    const title = words.text("check_failed", { step: words.text(`check_step_${name}`) });
    const told = element("div", { class: "notice", "data-result": "failed" },
      element("h3", {}, title), element("p", {}, sentence),
      element("p", {}, words.text("check_failed_meaning")),
      element("p", { class: "aside" }, element("code", {}, `${name}: ${word}`)));
    if (evidence) {
      const save = saveLink(words.text("check_evidence"), evidence, "centime-failed.trace.json");
      told.append(element("p", {}, save));
    }
    this.finish(told, title);
  }

  // Something that is no verdict: a file that can't be read, a node that doesn't answer.
  stops(name: StepName, sentence: string): void {
    this.set(name, "skipped", sentence);
    const title = this.words.text("check_stopped");
    this.finish(
      element("div", { class: "notice", "data-result": "stopped" },
        element("h3", {}, title), element("p", {}, sentence)),
      title);
  }

  verified(trace: VerifiedTrace, fingerprint: string): void {
    const { words } = this;
    const kind = this.passedOver ? "check_partly" : "check_verified";
    const title = words.text(kind);
    const amount = words.amount(trace.gift.amount, trace.gift.currency);
    const moving = trace.records.length - 1;
    const { signed, known, needed } = trace.signatures;
    const height = words.number(trace.seal.height);
    const proves = [
      words.text("check_proves_signed", {
        signed: String(signed), known: String(known), needed: String(needed), height,
        time: words.instant(trace.seal.time),
      }),
      words.text("check_proves_gift", {
        amount, fund: trace.gift.fund, who: titleOf(trace, trace.collector),
      }),
      words.text("check_proves_all", { count: words.number(moving) }),
      words.text("check_proves_sum", { amount }),
    ];
    const not = ["world", "yours", "statements"].map((key) => words.text(`check_not_${key}`));
    not.push(words.text("check_not_later", { height }));
    const told = element("div", {
      class: "verified", "data-result": this.passedOver ? "partly" : "verified",
    });
    told.append(
      element("h3", {}, title),
      this.partsTable(trace),
      element("h4", {}, words.text("check_proves")), list(proves),
      element("h4", {}, words.text("check_not")), list(not),
      this.recordList(trace),
      element("p", { class: "aside" }, words.text("check_policy_line"), element("br"),
        element("code", { class: "whole" }, fingerprint)));
    this.finish(told, title);
  }

  private finish(told: HTMLElement, title: string): void {
    this.result.replaceChildren(told);
    this.status.textContent = title;
    this.result.focus({ preventScroll: true });
  }

  private partsTable(trace: VerifiedTrace): HTMLElement {
    const { words } = this;
    const { amount, currency } = trace.gift;
    const body = element("tbody");
    for (const part of trace.parts) {
      const label = words.text(`part_${part.kind}`, { who: titleOf(trace, part.holder) });
      body.append(row("th", label, words.amount(part.given, currency)));
    }
    const foot = element("tfoot", {}, row("th", words.text("sum"), words.amount(amount, currency)));
    const caption = element("caption", {}, words.text("check_parts"));
    return element("table", { class: "parts" }, caption, body, foot);
  }

  private recordList(trace: VerifiedTrace): HTMLElement {
    const { words } = this;
    const items = element("ol", { class: "records" });
    for (const record of trace.records) items.append(this.recordItem(trace, record));
    const summary = element("summary", {}, words.text("check_records"));
    return element("details", {}, summary, items);
  }

  private recordItem(trace: VerifiedTrace, { entry, index, id }: PathRecord): HTMLElement {
    const { words } = this;
    const { author, record } = entry.authored;
    const { body } = record;
    const who = [author, ..."to" in body ? [body.to] : []].map((member) => titleOf(trace, member));
    const what = `${words.text(`kind_${body.is}`)}${words.text("colon")} ${who.join(" → ")}`;
    const [units, currency] = moneyOf(body, trace.gift.currency);
    const days = dayOf(body);
    const where = words.text("check_entry", {
      index: words.number(index), id: toHex(id).slice(0, 16),
    });
    const day = days === undefined ? "" : `${words.date(days)} · `;
    return element("li", {},
      element("span", {}, what),
      element("span", { class: "figure" }, words.amount(units, currency)),
      element("span", { class: "when" }, day, where));
  }
}

const list = (sentences: string[]): HTMLElement =>
  element("ul", {}, ...sentences.map((sentence) => element("li", {}, sentence)));

const row = (name: "th", label: string, value: string): HTMLElement =>
  element("tr", {}, element(name, { scope: "row" }, label), element("td", {}, value));

export function titleOf(trace: VerifiedTrace, id: string): string {
  return trace.genesis.members.find((member) => member.member === id)?.title ?? id;
}

type Body = PathRecord["entry"]["authored"]["record"]["body"];

// A refund and a return are in the currency of what they undo.
function moneyOf(body: Body, gift: string): [bigint, string] {
  if (body.is === "exchange") return [body.from_amount, body.from_currency];
  if ("currency" in body) return [body.amount, body.currency];
  return ["amount" in body ? body.amount : 0n, gift];
}

function dayOf(body: Body): number | undefined {
  if ("paid_on" in body) return body.paid_on;
  if ("sent_on" in body) return body.sent_on;
  return "exchanged_on" in body ? body.exchanged_on : undefined;
}
