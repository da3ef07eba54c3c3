// The verifier as one file: a saved proof and a saved policy, no server and no network.
//
// Files that are dropped are told apart by what is in them, so both may be dropped at once.

import type { Bytes } from "./bytes.js";
import { element, withAttributes } from "./elements.js";
import * as epochs from "./epochs.js";
import { bytesOf, checkFiles, type Kind, kinds, names, takeDropped } from "./files.js";
import { noble } from "./noble.js";
import { Panel } from "./panel.js";
import { choosePrimitives } from "./primitives.js";
import { result } from "./result.js";
import { Words } from "./words.js";
import catalogues from "centime:words";

const languages = Object.keys(catalogues);

type Child = Node | string;

const made = (kind: string, attributes: Record<string, string>, ...children: Child[]) =>
  withAttributes(element(kind, ...children), attributes);

class Page {
  private readonly main = document.getElementById("main")!;
  private readonly status = made("p", { role: "status", "aria-live": "polite" });
  private readonly heading = element("h2");
  private readonly progress = element("div.progress");
  private readonly inputs = { policy: this.input("policy"), bundle: this.input("bundle") };
  private readonly chosen: Partial<Record<Kind, Bytes>> = {};
  private readonly dropped: Partial<Record<Kind, string | undefined>> = {};  // Names, which no field shows.
  private language = this.preferred();
  private words = new Words(catalogues[this.language]!);

  constructor() {
    takeDropped(async (kind, file) => {
      this.inputs[kind].value = "";
      await this.take(kind, file, file.name);
    }, () => this.runIfBoth());
    this.show();
  }

  private preferred(): string {
    const wanted = navigator.languages.map((language) => language.slice(0, 2));
    return wanted.find((language) => languages.includes(language)) ?? "en";
  }

  private input(name: Kind): HTMLInputElement {
    const input = withAttributes(document.createElement("input"), { type: "file", id: name });
    input.addEventListener("change", async () => {
      for (const file of input.files ?? []) await this.take(name, file);
      await this.runIfBoth();
    });
    return input;
  }

  private show(): void {
    const { words, inputs } = this;
    document.documentElement.lang = this.language;
    document.title = `${words.check("offline_title")} · Centime`;
    const form = element("form.panel");
    for (const name of kinds) {
      const hint = made("p.aside", { id: `${name}-hint` }, this.hintOf(name));
      inputs[name].setAttribute("aria-describedby", `${name}-hint`);
      const label = made("label", { for: name }, words.check(`offline_${name}`));
      form.append(element("p", label, inputs[name]), hint);
    }
    const button = made("button", { type: "submit" }, words.check("button"));
    form.append(element("p", button));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
    this.main.replaceChildren(
      this.languageList(),
      element("h1", words.check("offline_title")),
      element("p.lead", words.check("offline_text")),
      form, this.heading, this.status, this.progress);
    this.heading.textContent = words.check("steps");
    this.clear();
  }

  // Nothing that an earlier check found is left beside what was chosen now.
  private clear(): void {
    this.heading.hidden = true;
    this.status.textContent = "";
    this.progress.replaceChildren();
  }

  private hintOf(kind: Kind): string {
    return this.dropped[kind] ?? this.words.check(`offline_${kind}_hint`);
  }

  private languageList(): HTMLElement {
    const list = element("ul.inline");
    for (const language of languages) {
      const name = catalogues[language]!["language_name"]!;
      const link = made("button.plain", { type: "button", lang: language }, name);
      if (language === this.language) link.setAttribute("aria-current", "true");
      link.addEventListener("click", () => {
        this.language = language;
        this.words = new Words(catalogues[language]!);
        this.show();
        this.main.querySelector<HTMLElement>(`[lang=${language}]`)?.focus();
      });
      list.append(element("li", link));
    }
    return made("nav", { "aria-label": this.words.check("languages") }, list);
  }

  private async take(kind: Kind, file: File, dropped?: string): Promise<void> {
    this.chosen[kind] = await bytesOf(file);
    this.dropped[kind] = dropped;
    document.getElementById(`${kind}-hint`)!.textContent = this.hintOf(kind);
    this.clear();
  }

  private async runIfBoth(): Promise<void> {
    if (this.chosen.policy && this.chosen.bundle) await this.run();
  }

  private async run(): Promise<void> {
    const { words, chosen } = this;
    this.heading.hidden = false;
    const panel = new Panel(this.progress, this.status, words, names);
    const { policy, bundle } = chosen;
    if (!policy) return panel.stops(words.check("offline_no_policy"));
    if (!bundle) return panel.stops(words.check("offline_no_bundle"));
    const primitives = await choosePrimitives(async () => noble);
    const parts = { loadEpochs: async () => epochs, tell: result };
    await checkFiles(panel, words, { policy, bundle }, primitives, parts)
      .catch((error: unknown) => panel.stops(String(error)));
  }
}

new Page();
