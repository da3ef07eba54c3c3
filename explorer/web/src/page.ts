// Offers the check on a donation's page, and loads the verifier when the reader asks for it.
//
// The page is complete without it; the offer is in the page, hidden until this runs.

import { forget, rememberedPolicy } from "./memory.js";
import type * as Run from "./run.js";

// "https://node.example" of what was typed; nothing if it is no address.
function nodeOf(form: HTMLFormElement): string | undefined {
  const data = new FormData(form);
  if (data.get("ask") !== "other") return "";
  try {
    const url = new URL(String(data.get("node")).trim());
    return /^https?:$/.test(url.protocol) ? url.href.replace(/[?#].*$|\/+$/g, "") : undefined;
  } catch {
    return undefined;
  }
}

function begin(island: HTMLElement): void {
  const { words: wordsUrl = "", run: runUrl = "" } = island.dataset;
  const form = island.querySelector("form")!;
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
  const status = island.querySelector<HTMLElement>("[role=status]")!;
  const address = form.querySelector<HTMLInputElement>("#check-node")!;
  const other = form.querySelector<HTMLInputElement>("input[value=other]")!;
  const forgetting = form.querySelector<HTMLButtonElement>("button[type=button]")!;
  let words: Run.Words | undefined;

  async function run(): Promise<void> {
    const node = nodeOf(form);
    address.setCustomValidity(node === undefined ? address.title : "");
    if (node === undefined || !form.reportValidity()) return;
    button.disabled = true;
    try {
      const verifier: typeof Run = await import(runUrl);
      words ??= new verifier.Words((await import(wordsUrl)).default);
      await verifier.runCheck(island, words, node);
    } catch (error) {
      status.textContent = String(error);
    }
    button.disabled = false;
    forgetting.hidden = rememberedPolicy() === null;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  address.addEventListener("input", () => {
    other.checked = true;
    address.setCustomValidity("");
  });
  form.addEventListener("change", () => address.setCustomValidity(""));
  forgetting.addEventListener("click", () => {
    forget();
    forgetting.hidden = true;
    button.focus();
  });
  forgetting.hidden = rememberedPolicy() === null;
  island.hidden = false;
}

const island = document.getElementById("check");
if (island) begin(island);
