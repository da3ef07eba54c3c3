// Shows a check while it runs and what it found: each step, then the result in plain words.
//
// State is told in words and by a mark, never by colour alone.

import { element, saveLink, withAttributes } from "./elements.js";
import type { Step, Word } from "./fault.js";
import type { Arguments, Words } from "./words.js";

export type StepName = Step | "policy" | "bundle" | "history" | "page";

const marks = { waiting: "…", ok: "✓", first: "–", skipped: "–", failed: "!" };
type State = keyof typeof marks;
const styles: Partial<Record<State, string>> = { ok: "done", failed: "trouble" };

// Its steps are settled in the order of their names, one after the other.
export class Panel {
  private readonly rows: HTMLElement[];
  private readonly result = element("div.result");
  private settled = 0;
  private isWhole = true;

  // Takes the place of what `root` held. `status` is a live region outside of it.
  constructor(
    root: HTMLElement,
    private readonly status: HTMLElement,
    private readonly words: Words,
    private readonly names: readonly StepName[],
  ) {
    this.rows = names.map((name) => this.row(name, "waiting"));
    const label = words.check("steps");
    const list = withAttributes(element("ol.stages checks", ...this.rows), { "aria-label": label });
    this.result.tabIndex = -1;
    root.replaceChildren(list, this.result);
    status.textContent = words.check("running");
  }

  private row(name: StepName, state: State, detail = ""): HTMLElement {
    const { words } = this;
    const mark = withAttributes(element("span.mark", marks[state]), { "aria-hidden": "true" });
    const title = element("strong", words.check(`step_${name}`));
    const told = element("span.when", words.check(`state_${state}`));
    const text = element("div", element("p", title, " ", told), detail && element("p", detail));
    const row = element(`li.${styles[state] ?? "waiting"}`, mark, text);
    Object.assign(row.dataset, { state, step: name });
    return row;
  }

  private settle(state: State, detail: string): StepName {
    const name = this.names[this.settled]!;
    this.rows[this.settled++]!.replaceWith(this.row(name, state, detail));
    return name;
  }

  // That is to be settled next.
  get step(): StepName {
    return this.names[this.settled]!;
  }

  holds(detail = ""): void {
    this.settle("ok", detail);
    const counts = { done: `${this.settled}`, all: `${this.names.length}` };
    this.status.textContent = this.words.check("progress", counts);
  }

  // There is nothing to hold it against yet.
  begins(values?: Arguments): void {
    this.settle("first", this.words.check(`${this.step}_first`, values));
  }

  skips(detail: string): void {
    this.isWhole = false;
    this.settle("skipped", detail);
  }

  // `at` is the entry or account that it is about, `advice` what the reader may do before anything
  // else.
  fails(
    word: Word,
    at?: bigint | number,
    evidence?: Uint8Array<ArrayBuffer>,
    advice?: string,
  ): void {
    const { words } = this;
    let sentence = words.check(`word_${word}`);
    if (at !== undefined) sentence += " " + words.check("at", { at: words.number(at) });
    const name = this.settle("failed", sentence);
    const save = evidence &&
      saveLink(words.check("evidence"), evidence, "centime-failed.trace.json");
    this.finish("failed", words.check("failed", { step: words.check(`step_${name}`) }),
      element("p", sentence),
      advice && element("p.advice", advice),
      element("p", words.check("failed_meaning")),
      element("p.aside", element("code", `${name}: ${word}`)),
      save && element("p", save));
  }

  // Something that is no verdict: a file that can't be read, a node that doesn't answer.
  stops(sentence: string): void {
    this.skips(sentence);
    this.finish("stopped", this.words.check("stopped"), element("p", sentence));
  }

  // `first` is "_first" if nobody but the node that is checked named the signers.
  verified(told: Node[], first = ""): void {
    const kind = this.isWhole ? "verified" : "partly";
    this.finish(kind, this.words.check(kind + first), ...told);
  }

  private finish(kind: string, title: string, ...told: (Node | string | undefined)[]): void {
    const box = element(`div.${kind === "verified" ? kind : "notice"}`, element("h3", title), ...told);
    box.dataset.result = kind;
    this.result.replaceChildren(box);
    this.status.textContent = title;
    this.result.focus({ preventScroll: true });
  }
}
