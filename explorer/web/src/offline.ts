// The verifier as one file: a saved proof and a saved policy, no server and no network.
//
// Files are told apart by what is in them, so both may be dropped at once.

import { parseBundle } from "./bundle.js";
import { type Bytes, toHex } from "./bytes.js";
import { element } from "./elements.js";
import { steps } from "./fault.js";
import { noble } from "./noble.js";
import { Panel, type StepName } from "./panel.js";
import { parsePolicy, policyFingerprint } from "./policy.js";
import { choosePrimitives } from "./primitives.js";
import { verifyBundle } from "./verify.js";
import { Words } from "./words.js";
import catalogues from "centime:words";

const names: StepName[] = ["policy", "bundle", ...steps];
const languages = Object.keys(catalogues);

class Page {
  private readonly main = document.getElementById("main")!;
  private readonly status = element("p", { role: "status", "aria-live": "polite" });
  private readonly heading = element("h2", { hidden: "" });
  private readonly progress = element("div", { class: "progress" });
  private readonly inputs = { policy: this.input("policy"), bundle: this.input("bundle") };
  private readonly chosen: { policy?: Bytes; bundle?: Bytes } = {};
  private language = this.preferred();
  private words = new Words(catalogues[this.language]!);

  constructor() {
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      void this.take(event.dataTransfer?.files, true);
    });
    this.show();
  }

  private preferred(): string {
    const wanted = navigator.languages.map((language) => language.slice(0, 2));
    return wanted.find((language) => languages.includes(language)) ?? "en";
  }

  private input(name: string): HTMLInputElement {
    const input = element("input", { type: "file", id: name });
    input.addEventListener("change", () => void this.take(input.files, false));
    return input;
  }

  private show(): void {
    const { words, inputs } = this;
    document.documentElement.lang = this.language;
    document.title = `${words.text("check_offline_title")} · Centime`;
    const form = element("form", { class: "panel" });
    for (const name of ["policy", "bundle"] as const) {
      const hint = element("p", { class: "aside", id: `${name}-hint` },
        words.text(`check_offline_${name}_hint`));
      inputs[name].setAttribute("aria-describedby", `${name}-hint`);
      const label = element("label", { for: name }, words.text(`check_offline_${name}`));
      form.append(element("p", {}, label, inputs[name]), hint);
    }
    const button = element("button", { type: "submit" }, words.text("check_button"));
    form.append(element("p", {}, button));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
    this.main.replaceChildren(
      this.languageList(),
      element("h1", {}, words.text("check_offline_title")),
      element("p", { class: "lead" }, words.text("check_offline_text")),
      form, this.heading, this.status, this.progress);
    this.heading.textContent = words.text("check_steps");
    this.heading.hidden = true;
    this.status.textContent = "";
    this.progress.replaceChildren();
  }

  private languageList(): HTMLElement {
    const list = element("ul", { class: "inline" });
    for (const language of languages) {
      const name = catalogues[language]!["language_name"]!;
      const link = element("button", { type: "button", lang: language, class: "plain" }, name);
      if (language === this.language) link.setAttribute("aria-current", "true");
      link.addEventListener("click", () => {
        this.language = language;
        this.words = new Words(catalogues[language]!);
        this.show();
        this.main.querySelector<HTMLElement>(`[lang=${language}]`)?.focus();
      });
      list.append(element("li", {}, link));
    }
    return element("nav", { "aria-label": this.words.text("check_languages") }, list);
  }

  // A proof is JSON, a policy isn't. A file that was dropped is named by nothing else.
  private async take(files: FileList | null | undefined, dropped: boolean): Promise<void> {
    for (const file of files ?? []) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const isBundle = /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
      const kind = isBundle ? "bundle" : "policy";
      this.chosen[kind] = bytes;
      if (dropped) document.getElementById(`${kind}-hint`)!.textContent = file.name;
    }
    if (this.chosen.policy && this.chosen.bundle) await this.run();
  }

  private async run(): Promise<void> {
    const { words, chosen } = this;
    this.heading.hidden = false;
    const panel = new Panel(this.progress, this.status, words, names);
    const { policy: policyFile, bundle: bundleFile } = chosen;
    if (!policyFile) return panel.stops("policy", words.text("check_offline_no_policy"));
    if (!bundleFile) return panel.stops("bundle", words.text("check_offline_no_bundle"));
    const primitives = await choosePrimitives(async () => noble);
    const policy = await parsePolicy(policyFile, primitives);
    if (!policy) return panel.fails("policy", "bad_policy");
    panel.holds("policy");
    const bundle = parseBundle(bundleFile);
    if (!bundle) return panel.fails("bundle", "bad_bundle");
    panel.holds("bundle", words.text("check_offline_about", { id: toHex(bundle.donation) }));
    const outcome = await verifyBundle(bundle, policy, primitives, {
      onStep: (step) => panel.holds(step),
    });
    if ("fault" in outcome) {
      const { step, word, at } = outcome.fault;
      return panel.fails(step, word, at);
    }
    panel.verified(outcome.trace, await policyFingerprint(policyFile, primitives));
  }
}

new Page();
