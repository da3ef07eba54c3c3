// Holds the figures that stand on the page against those of the proof.
//
// A page that shows other figures than its own proof is caught here; what can't be caught here is a
// page whose script was exchanged too, which is what verify.html is for.

import type { VerifiedTrace } from "./verify.js";

// Money under way or disputed is held, as far as the proof goes: statements move none.
const heldKinds = ["held", "underway", "disputed"];

const digits = (text: string | null): bigint => BigInt((text ?? "").replace(/\D/g, "") || "0");

// Whether the rows of the table add up to the parts of the trace, and the title says the same: the
// rows that it tells one by one, the others as one sum.
export function pageAgrees(
  page: ParentNode, trace: VerifiedTrace, amount: (units: bigint) => string,
): boolean {
  const left = new Map(trace.parts.map((part) => [`${part.kind} ${part.holder}`, part.given]));
  const title = page.querySelector("h1")?.textContent ?? "";
  let rest = 0n;
  let total = 0n;
  let untold = 0n;
  const gift = amount(trace.gift.amount);
  for (const row of page.querySelectorAll<HTMLElement>("tr[data-part]")) {
    const shown = row.querySelector("td")?.textContent ?? "";
    const given = digits(shown);
    const kind = row.dataset["part"]!;
    total += given;
    if (row.dataset["told"] !== "yes") untold += given;
    else if (!title.includes(shown)) return false;
    if (kind === "rest") {
      rest += given;
      continue;
    }
    const name = `${heldKinds.includes(kind) ? "held" : kind} ${row.dataset["holder"] ?? ""}`;
    const expected = left.get(name);
    if (expected === undefined || given > expected) return false;
    left.set(name, expected - given);
  }
  const unseen = [...left.values()].reduce((sum, given) => sum + given, 0n);
  const sum = page.querySelector("tr[data-sum] td")?.textContent ?? "";
  if (untold > 0n && !title.includes(amount(untold))) return false;
  return unseen === rest && total === trace.gift.amount && sum === gift && title.includes(gift);
}
