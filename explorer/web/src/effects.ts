// Holds what each record of a bundle did against what it says, and against its accounts' heads.
//
// The records and accounts are in the log and in the state already, and still not believed.

import { type Bytes, equal, toHex } from "./bytes.js";
import { need } from "./fault.js";
import {
  type Account,
  type AccountKey,
  amountMax,
  type Donation,
  type Interval,
  type RecordEntry,
  unspent,
} from "./ledger.js";

export interface PathRecord {
  readonly index: bigint;
  readonly id: Bytes;
  readonly entry: RecordEntry;
}
export type ProvenRecords = Map<bigint, PathRecord>;  // Ascending.
export type ProvenAccounts = Map<number, Account>;  // Ascending.

// One segment of a record's spend.
export interface Taken extends Interval {
  readonly record: PathRecord;
  readonly offset: bigint;  // Of its first unit among all that the record took,
  readonly total: bigint;  // which are so many.
}

type Side = AccountKey & { amount: bigint };
type Movement = { out?: Side; into?: Side };

// What a record says that it moves, among those that were before it.
function movementOf(
  { index, entry }: PathRecord,
  donation: PathRecord,
  before: Map<string, RecordEntry["authored"]>,
): Movement {
  const { author, record: { body } } = entry.authored;
  const own = (fund: string, currency: string, amount: bigint): Side =>
    ({ fund, holder: author, currency, amount });
  switch (body.is) {
    case "donation":
      return { into: own(body.fund, body.currency, body.amount) };
    case "disbursement": {
      const out = own(body.fund, body.currency, body.amount);
      return { out, into: { ...out, holder: body.to } };
    }
    case "expenditure":
      need(equal(body.for_donation ?? donation.id, donation.id), "wrong_effects", index);
      return { out: own(body.fund, body.currency, body.amount) };
    case "refund": {
      const { author: collector, record } = donation.entry.authored;
      const gift = record.body as Donation;
      need(equal(body.donation, donation.id) && author === collector, "wrong_effects", index);
      return { out: own(gift.fund, gift.currency, body.amount) };
    }
    case "return": {
      // Units that a return takes came by the disbursement that it names: it is on the path.
      const named = before.get(toHex(body.disbursement));
      const sent = named?.record.body;
      need(named && sent?.is === "disbursement" && sent.to === author, "wrong_effects", index);
      const out = own(sent.fund, sent.currency, body.amount);
      return { out, into: { ...out, holder: named.author } };
    }
    case "exchange":
      return {
        out: own(body.fund, body.from_currency, body.from_amount),
        into: own(body.fund, body.to_currency, body.to_amount),
      };
    default:
      need(false, "needless_entry", index);
  }
}

// Afterwards every record moves money, in accounts of the fund, holder and currency that it names
// and by the amount that it states; what it took is spent, and no two records took the same unit.
// Gives what they took, by account, ascending.
export function checkEffects(
  records: ProvenRecords,
  accounts: ProvenAccounts,
  donation: PathRecord,
): Map<number, Taken[]> {
  const before = new Map<string, RecordEntry["authored"]>();
  const paired = new Map<number | string, number | string>();
  const filled = new Map<number, bigint>();
  const taken = new Map<number, Taken[]>();

  // An index stands for one fund, holder and currency, and these for one index.
  function nameAccount(index: number, { fund, holder, currency }: AccountKey): void {
    const key = `${fund}/${holder}/${currency}`;
    for (const [one, other] of [[index, key], [key, index]] as const) {
      need((paired.get(one) ?? other) === other, "wrong_account", index);
      paired.set(one, other);
    }
  }

  function checkSpend(record: PathRecord, said: Side): void {
    const { index, entry } = record;
    const { account, segments } = entry.effects.spend!;
    nameAccount(account, said);
    const head = accounts.get(account);
    need(head, "missing_account", account);
    const all = taken.get(account) ?? [];
    taken.set(account, all);
    let last = 0n;
    let offset = 0n;
    for (const { lo, hi } of segments) {
      need(lo < hi && lo >= last && hi <= head.received, "wrong_effects", index);
      need(unspent(head, lo, hi) === 0n, "units_spent_twice", index);
      all.push({ lo, hi, record, offset, total: said.amount });
      last = hi;
      offset += hi - lo;
    }
    need(offset === said.amount, "wrong_effects", index);
  }

  function checkFill({ index, entry }: PathRecord, said: Side): void {
    const { account, units: { lo, hi } } = entry.effects.fill!;
    nameAccount(account, said);
    const received = accounts.get(account)?.received ?? amountMax;
    const isNext = lo >= (filled.get(account) ?? 0n);
    need(isNext && hi <= received && lo < hi && hi - lo === said.amount, "wrong_effects", index);
    filled.set(account, hi);
  }

  for (const account of accounts.values()) nameAccount(account.index, account);
  for (const record of records.values()) {
    const { index, id, entry } = record;
    const { spend, fill } = entry.effects;
    const { out, into } = movementOf(record, donation, before);
    need(!out === !spend && !into === !fill, "wrong_effects", index);
    if (out) checkSpend(record, out);
    if (into) checkFill(record, into);
    before.set(toHex(id), entry.authored);
  }
  for (const [account, segments] of taken) {
    let last = 0n;
    for (const { lo, hi } of segments.sort((a, b) => (a.lo < b.lo ? -1 : 1))) {
      need(lo >= last, "units_spent_twice", account);
      last = hi;
    }
  }
  return taken;
}
