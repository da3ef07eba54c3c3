// Holds the figures that stand on the page against those of the proof.
//
// A page that shows other figures than its own proof is caught here; what can't be caught here is a
// page whose script was exchanged too, which is what verify.html is for.

import type { VerifiedTrace } from "./verify.js";

// Money under way or disputed is held, as far as the proof goes: statements move none.
const heldKinds = ["held", "underway", "disputed"];

const digits = (text: string): bigint => BigInt(text.replace(/\D/g, ""));

const nameOf = ({ part = "", holder = "" }: DOMStringMap): string =>
  `${heldKinds.includes(part) ? "held" : part} ${holder}`;

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
    const { part, told } = row.dataset;
    const figure = shown("td", row);
    const given = digits(figure);
    total += given;
    if (told !== "yes") untold += given;
    else if (!title.includes(figure)) return false;
    if (part === "rest") {
      rest += given;
    } else {
      const name = nameOf(row.dataset);
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

// Strikes each figure of the page that is another in the trace, and what is made of all of them: the
// sentence and the drawings. For a page that does not agree.
export function strikeOthers(page: ParentNode, { gift, parts }: VerifiedTrace): void {
  const strike = (figure: Element | null) => figure?.classList.add("struck");
  // By name, how much more the trace has than the page.
  const more = new Map(parts.map(({ kind, holder, given }) => [`${kind} ${holder}`, given]));
  const named = new Map<string, Element[]>();
  for (const row of page.querySelectorAll<HTMLElement>("tr[data-part]")) {
    const figure = row.querySelector("td")!;
    const name = nameOf(row.dataset);
    more.set(name, (more.get(name) ?? 0n) - digits(figure.textContent!));
    named.set(name, [...named.get(name) ?? [], figure]);
  }
  // The rest is what no row names.
  const rest = nameOf({ part: "rest" });
  if (named.has(rest)) {
    for (const [name, units] of more) {
      if (!named.has(name)) more.set(rest, more.get(rest)! + units);
    }
  }
  for (const [name, figures] of named) {
    if (more.get(name)) figures.forEach(strike);
  }
  const sum = page.querySelector("tr[data-sum] td");
  if (digits(sum?.textContent ?? "") !== gift.amount) strike(sum);
  page.querySelectorAll("h1, .bar, .flow svg, .flows td").forEach(strike);
}
