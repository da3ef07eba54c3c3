// A donation's page, as explorer/donation_page.cpp makes it out of a gift's shares, and the verified
// trace of that gift: both just so far as the comparison looks at them.
const heldKinds = ["held", "underway", "disputed"];
const kinds = ["spent", "fees", ...heldKinds, "refunded", "rounded"];
const id = Uint8Array.from({ length: 32 }, (_, i) => i);

export const currency = "GBP";

// A share is {kind, holder, given, money: [[currency, units], ...]}, where no money means what was
// given of it; in the order of the rows.
export const inOrder = (shares) => [...shares].sort((a, b) =>
  kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.holder < b.holder ? -1 : 1));

const provenOf = ({ kind, holder = "" }) => (heldKinds.includes(kind) ? "held" : kind) + holder;

// By what a proof tells apart.
function partsOf(shares) {
  const parts = new Map();
  for (const share of shares) {
    const { kind, holder = "", given, money = [[currency, given]] } = share;
    const proven = provenOf(share);
    const fresh = { kind: heldKinds.includes(kind) ? "held" : kind, holder, given: 0n, units: new Map() };
    const part = parts.get(proven) ?? fresh;
    part.given += given;
    for (const [of, units] of money) part.units.set(of, (part.units.get(of) ?? 0n) + units);
    parts.set(proven, part);
  }
  return parts;
}

export function traceOf(shares) {
  const accounts = new Map();
  const parts = [...partsOf(shares).values()].map(({ units, ...part }) => {
    const ends = [...units].map(([of, count]) => {
      accounts.set(accounts.size, { holder: part.holder, currency: of });
      return { piece: { account: accounts.size - 1 }, lo: 5n, hi: 5n + count };
    });
    return { ...part, ends };
  });
  const holders = new Set(shares.map(({ holder = "" }) => holder));
  return {
    accounts, parts,
    gift: { amount: shares.reduce((sum, { given }) => sum + given, 0n), currency },
    genesis: { members: [...holders].map((member) => ({ member, title: `The ${member}` })) },
    donation: { id, index: 3n },
    records: new Map([[3n, {}]]),
    seal: { height: 9n },
    signatures: { checkpoint: { size: 20n } },
  };
}

// The rows of an honest page.
export function rowsOf(shares) {
  const shown = shares.length <= 25 ? shares.length : 24;
  const parts = partsOf(shares);
  const listed = (share) => {
    const { given, units } = parts.get(provenOf(share));
    return units.get(currency) === given ? [] : share.money ?? [[currency, share.given]];
  };
  const rows = shares.slice(0, shown).map((share) =>
    ({ holder: "", ...share, money: listed(share), places: 1, isTold: false }));
  for (const row of [...rows].sort((a, b) => Number(b.given - a.given)).slice(0, 3)) row.isTold = true;
  const behind = shares.slice(shown);
  if (behind.length > 0) {
    const given = behind.reduce((sum, share) => sum + share.given, 0n);
    rows.push({ kind: "rest", holder: "", given, places: behind.length, isTold: false });
  }
  return rows;
}

// Of these rows, one page: its sentence, its bar and its table all say the same.
export function pageOf(rows, gift, words) {
  const amount = (units) => words.amount(units, currency);
  const labelOf = ({ kind, holder }) => words.text(`part_${kind}`, { who: `The ${holder}` });
  const said = rows.filter(({ isTold }) => isTold)
    .map((row) => words.text("answer_part", { amount: amount(row.given), part: labelOf(row) }));
  const untold = rows.filter(({ isTold }) => !isTold);
  const places = untold.reduce((sum, row) => sum + Number(row.places), 0);
  if (places > 0) {
    const rest = amount(untold.reduce((sum, { given }) => sum + given, 0n));
    said.push(words.text(places > 1 ? "answer_more" : "answer_one_more",
      { count: words.number(places), amount: rest }));
  }
  const answer = words.text("answer", { gift: amount(gift), parts: said.join(" · ") });
  const asidesOf = ({ money = [] }) => money.map(([of, units]) =>
    words.text("part_as", { amount: words.amount(units, of) }));
  const tableRows = rows.map((row) => labelOf(row) + asidesOf(row).join("") + amount(row.given));
  const table = [words.text("where_title"), words.text("column_part"), words.text("column_amount"),
    ...tableRows, words.text("sum"), amount(gift)].join("\n");

  const struck = [];
  const element = (textContent, more) => ({
    textContent, classList: { add: () => struck.push(textContent) }, ...more,
  });
  const elements = rows.map((row) => element("", {
    dataset: {
      part: row.kind, holder: row.holder, told: row.isTold ? "yes" : "no",
      ...row.holder && { who: `The ${row.holder}` },
      ...row.places !== 1 && { places: String(row.places) },
    },
    querySelectorAll: () => asidesOf(row).map((text) => element(text)),
    lastElementChild: element(amount(row.given)),
  }));
  const single = {
    "tr[data-part]": elements[0],
    "[data-sum] td": element(amount(gift)),
    h1: element(answer),
    ".bar": element("", { getAttribute: () => answer }),
    ".parts": element(table),
  };
  return {
    struck,
    location: { pathname: `/d/${Buffer.from(id).toString("hex")}` },
    querySelector: (selector) => single[selector] ?? null,
    querySelectorAll: (selector) => (selector === "tr[data-part]" ? elements : []),
  };
}
