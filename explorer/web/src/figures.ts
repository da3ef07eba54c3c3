// Holds what the page says of the gift, its figures and its words, against the proof.
//
// The sentence on top and the table of the parts are made anew out of the proof, with the words of
// the catalogue, and compared as whole texts. Nothing else on the page is: stages, statements and
// the fund's totals are no part of a proof, and neither is how many the places of the rest are. Which
// places the rest may be of follows from the order of the rows, which is the same on every page. A
// page that says otherwise than its own proof is caught here; what can't be caught here is a page
// whose script was exchanged too, which is what verify.html is for.

import { toHex } from "./bytes.js";
import type { Word } from "./fault.js";
import { inSentence, withoutUnseen } from "./names.js";
import type { VerifiedTrace } from "./verify.js";
import type { Words } from "./words.js";

// In the order of the rows (explorer/gift_shares.h); those of one kind ascend by holder. Money under way
// or disputed is held, as far as the proof goes: statements move none.
const heldKinds = ["held", "underway", "disputed"];
const kinds = ["spent", "fees", ...heldKinds, "refunded", "rounded", "rest"];
const placeOf = (kind: string, holder = ""): string => kinds.indexOf(kind) + holder;

// Of more places than fit a page shows this many, and behind them the rest, which is of two or more
// (explorer/donation_page.cpp).
const shownRows = 24;
const rest = placeOf("rest");
const isMany = /^([2-9]|[1-9]\d+)$/;

// What a row's figure is taken from. What one member holds may have a row of each kind, and is named by
// the place of the last of them.
const nameOf = (kind: string, holder: string): string =>
  placeOf(heldKinds.includes(kind) ? "disputed" : kind, holder);
const sum = "";

type Shown = Element | null;

// Of what is not there, a word that no text is compared with.
const textOf = (shown: Shown): string => `${shown?.textContent}`;

// Without spaces, and without the marks that names have in a sentence (explorer/names.h). Other marks of
// direction have no business on a page: they would show its figures the other way round.
const bare = (text: string): string => text.replace(/[\s\u2068\u2069]/g, "");

const strike = (others: Iterable<Shown>): void => {
  for (const other of others) other?.classList.add("struck");
};

// Units by name: the sum, each part, and what the part is, or was when it left, in each currency, where
// that is not what was given of it.
function unitsOf({ accounts, gift, parts }: VerifiedTrace): Map<string, bigint> {
  const all = new Map([[sum, gift.amount], [rest, 0n]]);
  for (const { kind, holder, given, ends } of parts) {
    const name = nameOf(kind, holder);
    all.set(name, given);
    const units = new Map<string, bigint>();
    for (const { piece, lo, hi } of ends) {
      const { currency } = accounts.get(piece.account)!;
      units.set(currency, (units.get(currency) ?? 0n) + hi - lo);
    }
    if (units.get(gift.currency) === given) continue;
    for (const [currency, is] of units) all.set(`${name} ${currency}`, is);
  }
  return all;
}

// What a page shows, and what it has to.
type Text = [Shown, string, string];

// Takes the page's figures from the units that the trace has, and makes its texts anew.
function read(page: ParentNode, trace: VerifiedTrace, words: Words) {
  const { genesis, gift } = trace;
  const left = unitsOf(trace);
  const figures: [Shown, string][] = [];
  const take = (figure: Shown, name: string): bigint => {
    const units = BigInt(textOf(figure).replace(/\D/g, ""));
    left.set(name, (left.get(name) ?? -1n) - units);
    figures.push([figure, name]);
    return units;
  };
  const amountOf = (units: bigint, currency = gift.currency) => words.amount(units, currency);
  const find = (selector: string) => page.querySelector(selector);
  const unnamed: string[] = [];
  const said: string[] = [];
  let table = words.text("where_title") + words.text("column_part") + words.text("column_amount");
  let [missing, untold, places] = [gift.amount, 0n, 0];
  let [last, end] = ["", rest];  // The place of the row before, and of the last before the rest.
  for (const [i, row] of page.querySelectorAll<HTMLElement>("tr[data-part]").entries()) {
    const { part = "", holder = "", who = "", told, places: count = "" } = row.dataset;
    const place = placeOf(part, holder);
    const isRest = place === rest;
    const isInOrder = isRest ? i === shownRows && isMany.test(count) : place > last;
    const name = isInOrder ? nameOf(part, holder) : placeOf("none");
    if (isRest) end = last;
    last = place;
    // The genesis is in the proof, and no record changes a title. Who came later has none there.
    const member = genesis.members.find((other) => other.member === holder);
    if (holder && !member) unnamed.push(`${inSentence(who)} (${holder})`);
    const label = left.has(name) ? words.text(`part_${part}`, { who: member?.title ?? who }) : "";
    table += label;
    for (const money of row.querySelectorAll(".aside")) {
      const currency = textOf(money).slice(-3);
      const amount = amountOf(take(money, `${name} ${currency}`), currency);
      table += words.text("part_as", { amount });
    }
    const given = take(row.lastElementChild, name);
    const amount = amountOf(given);
    table += amount;
    missing -= given;
    if (told === "yes") {
      said.push(words.text("answer_part", { amount, part: label }));
    } else {
      untold += given;
      places += isRest ? +count : 1;
    }
  }
  take(find("[data-sum] td"), sum);
  if (places) {
    const values = { count: words.number(places), amount: amountOf(untold) };
    said.push(words.text(places > 1 ? "answer_more" : "answer_one_more", values));
  }
  const whole = amountOf(gift.amount);
  const sentence = words.text("answer", { gift: whole, parts: said.join(" · ") });
  const [title, bar, parts] = ["h1", ".bar", ".parts"].map(find) as [Shown, Shown, Shown];
  const texts: Text[] = [
    [title, textOf(title), sentence],
    [bar, `${bar?.getAttribute("aria-label")}`, sentence],
    [parts, textOf(parts), table + words.text("sum") + whole],
  ];
  // All of it has a row, but for what stands behind the last one where there is a rest.
  const isOther = (name: string) => {
    const units = left.get(name)!;
    const isBehind = name.split(" ")[0]! > end;
    return name === rest ? missing : units < 0n || (units > 0n && !isBehind);
  };
  return [figures, [...left.keys()].some(isOther), isOther, texts, unnamed.join(", ")] as const;
}

// Strikes what the page shows otherwise than the trace, and says so by a word: wrong_donation of a page
// that stands at another donation's address, other_figures unless it says that it is of a log in which
// they may be true, other_words of any. Else what to tell of it, of a proof that ends before the page
// does, or of what could not be compared; nothing if all is the same.
export function comparePage(
  page: Document,
  trace: VerifiedTrace,
  words: Words,
  shown: { height: string; size: bigint },  // The block and the log that the page says it is of.
): { word?: Word; told?: string } {
  const { gift, donation, records, seal, signatures } = trace;
  // The address is what the reader's receipt says; everything else here is what the server says.
  const [, asked] = /^\/d\/([0-9a-f]+)/.exec(page.location.pathname) ?? [];
  if (!asked || !toHex(donation.id).startsWith(asked)) return { word: "wrong_donation" };
  if (!page.querySelector("tr[data-part]")) {
    // As of money in more pieces than a page follows.
    const must = words.text("answer_unfollowed", { gift: words.amount(gift.amount, gift.currency) });
    const isSaid = bare(textOf(page.querySelector("h1"))) === bare(must);
    return isSaid && !page.querySelector(".bar, .parts, .flow")
      ? { told: words.check("page_none") } : { word: "other_words" };
  }
  const [figures, areOther, isOther, texts, who] = read(page, trace, words);
  const heights = { page: words.number(shown.height), proof: words.number(seal.height) };
  // The log that the page is of has the gift, and not all that moved it since; or has what came later.
  const isLonger = shown.size > signatures.checkpoint.size;
  const isBefore = (index: bigint) => shown.size > donation.index && shown.size <= index;
  if (areOther) {
    strike(figures.map(([figure, name]) => isOther(name) ? figure : null));
    strike(page.querySelectorAll("h1, .bar, .flow svg, .flows td"));
    return isLonger || [...records.keys()].some(isBefore)
      ? { told: words.check("page_other_block", heights) } : { word: "other_figures" };
  }
  const others = texts.filter(([, is, must]) => bare(is) !== bare(withoutUnseen(must)));
  strike(others.map(([shown]) => shown));
  if (others.length) return { word: "other_words" };
  if (isLonger) return { told: words.check("page_newer", heights) };
  return who ? { told: words.check("page_unnamed", { who }) } : {};
}
