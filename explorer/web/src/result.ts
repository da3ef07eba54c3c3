// Says what a proof proves and what not, where the money is, and by which records.
//
// Everything that it says of a gift was decoded from the proof's canonical bytes. Loaded while the
// check runs: what is needed for the verdict is elsewhere.

import { type Bytes, toHex } from "./bytes.js";
import type { PathRecord } from "./effects.js";
import { element, withAttributes } from "./elements.js";
import { policyFingerprint } from "./fingerprint.js";
import type { Body, Disbursement, Donation } from "./ledger.js";
import { inSentence } from "./names.js";
import { policyFile } from "./policy_file.js";
import type { Primitives } from "./primitives.js";
import type { VerifiedTrace } from "./verify.js";
import type { Words } from "./words.js";

export { comparePage } from "./figures.js";

export async function result(
  words: Words,
  trace: VerifiedTrace,
  policy: Bytes,  // The file that was trusted.
  primitives: Primitives,
  beside = "",  // What else was compared, in part.
  first = "",  // Not empty: nobody but the node that is checked named the signers.
): Promise<Node[]> {
  const { gift, seal, donation, genesis } = trace;
  const { signed, known, needed } = trace.signatures;
  const { changes, policy: later } = trace.trusted;
  const titleOf = (id: string) =>
    inSentence(genesis.members.find(({ member }) => member === id)?.title ?? id);
  const records = [...trace.records.values()];
  const bodies = new Map(records.map(({ id, entry }) => [toHex(id), entry.authored.record.body]));
  const amount = words.amount(gift.amount, gift.currency);
  const values = {
    amount,
    changes: words.number(changes),
    count: words.number(trace.records.size - 1),
    fund: gift.fund,
    height: words.number(seal.height),
    known: `${known}`,
    needed: `${needed}`,
    signed: `${signed}`,
    time: instantOf(words, seal.time),
    who: titleOf(donation.entry.authored.author),
  };
  const sentences = (group: string, ...names: string[]) => [
    element("h4", words.check(group)),
    element("ul", ...names.map((name) =>
      element("li", words.check(`${group}_${name}`, values)))),
  ];
  const row = (label: string, value: string) =>
    element("tr", withAttributes(element("th", label), { scope: "row" }), element("td", value));
  const recordOf = ({ entry, index, id }: PathRecord) => {
    const { author, record: { body } } = entry.authored;
    const who = titleOf(author) + ("to" in body ? ` → ${titleOf(body.to)}` : "");
    const [units, currency, days] = moneyOf(body, gift, bodies);
    const at = { index: words.number(index), id: toHex(id).slice(0, 16) };
    return element("li",
      element("span", words.text(`kind_${body.is}`) + words.text("colon") + " " + who),
      element("span.figure", words.amount(units, currency)),
      element("span.when", `${dateOf(words, days)} · ${words.check("entry", at)}`));
  };
  const fingerprint = async (label: string, file: Bytes) => [
    label, element("br"),
    element("code.whole", await policyFingerprint(file, primitives)),
  ];
  return [
    element(first ? "p.advice" : "p.aside", ...await fingerprint(words.check("policy_line"), policy)),
    // Receipts of today have that of who signs today.
    ...!changes ? [] : [
      element("p.aside", ...await fingerprint(words.check("policy_later"), policyFile(later)))],
    element("table.parts",
      element("caption", words.check("parts")),
      element("tbody", ...trace.parts.map(({ kind, holder, given }) =>
        row(words.text(`part_${kind}`, { who: titleOf(holder) }),
          words.amount(given, gift.currency)))),
      element("tfoot", row(words.text("sum"), amount))),
    ...sentences("proves", ...changes ? ["changed"] : [], "signed", "gift", "all", "sum"),
    ...sentences("not", ...first ? ["signers"] : [], "world", "yours", ...beside ? ["page"] : [],
      "statements", "later"),
    element("details", element("summary", words.check("records")),
      element("ol.records", ...records.map(recordOf))),
  ];
}

// How much, of what, and when. A refund and a return are in the currency of what they undo, the gift
// and one of the proof's `bodies`. Requires a record that moves money.
function moneyOf(body: Body, gift: Donation, bodies: Map<string, Body>): [bigint, string, number] {
  if (body.is === "exchange") return [body.from_amount, body.from_currency, body.exchanged_on];
  if (!("amount" in body)) throw new Error(body.is);
  const stated = body.is === "refund" ? gift
    : body.is === "return" ? bodies.get(toHex(body.disbursement)) as Disbursement : body;
  const day = body.is === "disbursement" || body.is === "return" ? body.sent_on : body.paid_on;
  return [body.amount, stated.currency, day];
}

// "2026-11-28T08:07:13.000Z"; nothing of a time that lies beyond the browser's calendar, which an
// entry may state all the same.
function isoTime(milliseconds: number): string | undefined {
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

// Of days since 1970-01-01.
function dateOf(words: Words, days: number): string {
  const [year, month, day] = isoTime(days * 86_400_000)?.split(/[-T]/).map(Number) ?? [];
  if (day === undefined) return words.number(days);
  return words.text(day > 1 ? "date" : "date_first", { day: `${day}`, month: words.text(`month_${month}`), year: `${year}` });
}

function instantOf(words: Words, milliseconds: bigint): string {
  const iso = isoTime(Number(milliseconds));
  if (iso === undefined) return words.number(milliseconds);
  const date = dateOf(words, Math.floor(Number(milliseconds) / 86_400_000));
  return words.text("instant", { date, time: iso.slice(11, 16) });
}
