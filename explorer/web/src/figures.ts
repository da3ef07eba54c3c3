// Holds the figures that stand on the page against those of the proof.
//
// A page that shows other figures than its own proof is caught here; what can't be caught here is a
// page whose script was exchanged too, which is what verify.html is for.

import type { VerifiedTrace } from "./verify.js";

// Money under way or disputed is held, as far as the proof goes: statements move none.
const heldKinds = ["held", "underway", "disputed"];

const digits = (text: string): bigint => BigInt(text.replace(/\D/g, ""));

// Whether the rows of the table add up to the parts of the trace, and the title says the same: the
// rows that it tells one by one, the others as one sum.
export function pageAgrees(
  page: ParentNode, { gift, parts }: VerifiedTrace, amount: (units: bigint) => string,
): boolean {
  const shown = (selector: string, within = page) =>
    within.querySelector(selector)?.textContent ?? "";
  const left = new Map(parts.map(({ kind, holder, given }) => [`${kind} ${holder}`, given]));
  const title = shown("h1");
  let rest = 0n;
  let total = 0n;
  let untold = 0n;
  for (const row of page.querySelectorAll<HTMLElement>("tr[data-part]")) {
    const { part = "", holder = "", told } = row.dataset;
    const figure = shown("td", row);
    const given = digits(figure);
    total += given;
    if (told !== "yes") untold += given;
    else if (!title.includes(figure)) return false;
    if (part === "rest") {
      rest += given;
    } else {
      const name = `${heldKinds.includes(part) ? "held" : part} ${holder}`;
      const unseen = (left.get(name) ?? -1n) - given;
      if (unseen < 0n) return false;
      left.set(name, unseen);
    }
  }
  for (const unseen of left.values()) rest -= unseen;
  const sum = amount(gift.amount);
  return rest === 0n && total === gift.amount && shown("tr[data-sum] td") === sum &&
    title.includes(sum) && (untold === 0n || title.includes(amount(untold)));
}
