// Offers the check on a donation's page, and loads the verifier when the reader asks for it.
//
// The page is complete without it; the offer is in the page, hidden until this runs.

import { forget, remembersAny } from "./memory.js";
import type * as Run from "./run.js";

// "https://node.example" of what was typed, without its scheme too, or copied from any of a node's
// pages; nothing if it is no address.
function nodeOf(typed: string): string | undefined {
  // Who runs a node on the own computer has no certificate for it.
  const scheme = /:\/\//.test(typed) ? "" : /^(localhost|127|\[)/.test(typed) ? "http://" : "https://";
  try {
    const url = new URL(scheme + typed);
    if (/^https?:$/.test(url.protocol)) return url.origin;
  } catch {
    // It is no address at all.
  }
  return undefined;
}

function begin(island: HTMLElement): void {
  const part = <T extends HTMLElement>(selector: string) => island.querySelector<T>(selector)!;
  const { dataset } = island;
  const form = part<HTMLFormElement>("form");
  const button = part<HTMLButtonElement>("[type=submit]");
  const forgetting = part("[type=button]");
  const other = part<HTMLInputElement>("[value=other]");
  const address = part<HTMLInputElement>("#check-node");
  const show = (): void => {
    forgetting.hidden = !remembersAny();
  };

  async function run(event: Event): Promise<void> {
    event.preventDefault();
    const node = other.checked ? nodeOf(address.value.trim()) : "";
    // Nothing that an earlier check found is left beside what was asked now.
    part(".progress").textContent = part("[role=status]").textContent = "";
    address.setCustomValidity(node === undefined ? address.title : "");
    if (node === undefined || !form.reportValidity()) return;
    button.disabled = true;
    try {
      const { check }: typeof Run = await import(dataset.run!);
      await check(island, (await import(dataset.words!)).default, node);
    } catch {
      // A part of the verifier did not come.
      part("[role=status]").textContent = dataset.lost!;
      button.disabled = false;
      button.focus();
    }
    button.disabled = false;
    show();
  }

  form.addEventListener("submit", run);
  address.addEventListener("input", () => {
    other.checked = true;
  });
  for (const name of ["input", "change"]) {
    form.addEventListener(name, () => address.setCustomValidity(""));
  }
  forgetting.addEventListener("click", () => {
    forget();
    show();
    button.focus();
  });
  // Whom to ask besides this server, only the reader says.
  address.defaultValue = "";
  show();
  island.hidden = false;
}

const island = document.getElementById("check");
if (island) begin(island);
