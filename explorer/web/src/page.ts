// Offers the check on a donation's page, and loads the verifier when the reader asks for it.
//
// The page is complete without it; the offer is in the page, hidden until this runs.

import { forget, remembersPolicy } from "./memory.js";
import type * as Run from "./run.js";

// "https://node.example" of what was typed; nothing if it is no address.
function nodeOf(form: HTMLFormElement): string | undefined {
  const data = new FormData(form);
  if (data.get("ask") !== "other") return "";
  try {
    const url = new URL(String(data.get("node")).trim());
    if (/^https?:$/.test(url.protocol)) return url.href.replace(/[?#].*$|\/+$/g, "");
  } catch {
    // It is no address at all.
  }
  return undefined;
}

function begin(island: HTMLElement): void {
  const part = <T extends HTMLElement>(selector: string) => island.querySelector<T>(selector)!;
  const form = part<HTMLFormElement>("form");
  const button = part<HTMLButtonElement>("[type=submit]");
  const forgetting = part("[type=button]");
  const address = part<HTMLInputElement>("#check-node");
  const show = (): void => {
    forgetting.hidden = !remembersPolicy();
  };

  async function run(): Promise<void> {
    const node = nodeOf(form);
    address.setCustomValidity(node === undefined ? address.title : "");
    if (node === undefined || !form.reportValidity()) return;
    button.disabled = true;
    try {
      const { run: runUrl = "", words: wordsUrl = "" } = island.dataset;
      const { check }: typeof Run = await import(runUrl);
      await check(island, (await import(wordsUrl)).default, node);
    } catch (error) {
      part("[role=status]").textContent = String(error);
    }
    button.disabled = false;
    show();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  address.addEventListener("input", () => {
    part<HTMLInputElement>("[value=other]").checked = true;
  });
  for (const name of ["input", "change"]) {
    form.addEventListener(name, () => address.setCustomValidity(""));
  }
  forgetting.addEventListener("click", () => {
    forget();
    show();
    button.focus();
  });
  show();
  island.hidden = false;
}

const island = document.getElementById("check");
if (island) begin(island);
