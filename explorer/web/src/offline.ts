// The verifier as one file: a saved proof and a saved policy, no server and no network.
//
// Files that are dropped are told apart by what is in them, so both may be dropped at once.

import { parseBundle } from "./bundle.js";
import { type Bytes, toHex } from "./bytes.js";
import { element, withAttributes } from "./elements.js";
import * as epochs from "./epochs.js";
import { Fault, steps } from "./fault.js";
import { noble } from "./noble.js";
import { Panel, type StepName } from "./panel.js";
import { parsePolicy } from "./policy.js";
import { choosePrimitives } from "./primitives.js";
import { result } from "./result.js";
import { verifyBundle } from "./verify.js";
import { Words } from "./words.js";
import catalogues from "centime:words";

const names: StepName[] = ["policy", "bundle", ...steps];
const languages = Object.keys(catalogues);

type Child = Node | string;
type Kind = "policy" | "bundle";

const made = (kind: string, attributes: Record<string, string>, ...children: Child[]) =>
  withAttributes(element(kind, ...children), attributes);

class Page {
  private readonly main = document.getElementById("main")!;
  private readonly status = made("p", { role: "status", "aria-live": "polite" });
  private readonly heading = element("h2");
  private readonly progress = element("div.progress");
  private readonly inputs = { policy: this.input("policy"), bundle: this.input("bundle") };
  private readonly chosen: Partial<Record<Kind, Bytes>> = {};
  private language = this.preferred();
  private words = new Words(catalogues[this.language]!);

  constructor() {
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      void this.takeDropped(event.dataTransfer?.files);
    });
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
    for (const name of ["policy", "bundle"] as const) {
      const hint = made("p.aside", { id: `${name}-hint` },
        words.check(`offline_${name}_hint`));
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
    this.heading.hidden = true;
    this.status.textContent = "";
    this.progress.replaceChildren();
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

  private async take(kind: Kind, file: File): Promise<void> {
    this.chosen[kind] = new Uint8Array(await file.arrayBuffer());
  }

  // A proof is JSON, a policy isn't. A file that was dropped is named by nothing else.
  private async takeDropped(files: FileList | undefined): Promise<void> {
    for (const file of files ?? []) {
      const kind = /^\s*\{/.test(await file.slice(0, 64).text()) ? "bundle" : "policy";
      document.getElementById(`${kind}-hint`)!.textContent = file.name;
      await this.take(kind, file);
    }
    await this.runIfBoth();
  }

  private async runIfBoth(): Promise<void> {
    if (this.chosen.policy && this.chosen.bundle) await this.run();
  }

  private async run(): Promise<void> {
    const { words, chosen } = this;
    this.heading.hidden = false;
    const panel = new Panel(this.progress, this.status, words, names);
    const { policy: policyFile, bundle: bundleFile } = chosen;
    if (!policyFile) return panel.stops(words.check("offline_no_policy"));
    if (!bundleFile) return panel.stops(words.check("offline_no_bundle"));
    const primitives = await choosePrimitives(async () => noble);
    try {
      const policy = await parsePolicy(policyFile, primitives);
      panel.holds();
      const bundle = parseBundle(bundleFile);
      panel.holds(words.check("offline_about", { id: toHex(bundle.donation) }));
      const onStep = () => panel.holds();
      const load = async () => epochs;
      const trace = await verifyBundle(bundle, policy, primitives, load, { onStep });
      panel.verified(await result(words, trace, policyFile, primitives));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      panel.fails(error.word, error.at);
    }
  }
}

new Page();
