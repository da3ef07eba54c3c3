// Holds what each record of a bundle did against what it says, and against its accounts' heads.
//
// The records and accounts are in the log and in the state already, and still not believed.

import { equal, toHex } from "./bytes.js";
import { Fault, type Word } from "./fault.js";
import {
  type Account,
  type AccountKey,
  amountMax,
  type Body,
  type Donation,
  type Interval,
  type RecordEntry,
  sameId,
  sizeOf,
  unspent,
} from "./ledger.js";
import type { Bytes } from "./bytes.js";

export interface PathRecord {
  readonly index: bigint;
  readonly id: Bytes;
  readonly entry: RecordEntry;
}
export type ProvenRecords = Map<bigint, PathRecord>;  // Ascending.
export type ProvenAccounts = Map<number, Account>;  // Ascending.

interface Side {
  readonly account: AccountKey;
  readonly amount: bigint;
}
type Movement = [out: Side | undefined, into: Side | undefined];

const fault = (word: Word, at: bigint | number): Fault => new Fault("effects", word, BigInt(at));

const side = (fund: string, holder: string, currency: string, amount: bigint): Side => ({
  account: { fund, holder, currency },
  amount,
});

class EffectsCheck {
  private readonly byId = new Map<string, PathRecord>();
  private readonly keys = new Map<number, string>();
  private readonly indexes = new Map<string, number>();
  private readonly filled = new Map<number, bigint>();
  private readonly spent = new Map<number, Interval[]>();
  private readonly gift: Donation;

  constructor(
    private readonly records: ProvenRecords,
    private readonly accounts: ProvenAccounts,
    private readonly donation: PathRecord,
  ) {
    this.gift = donation.entry.authored.record.body as Donation;
  }

  run(): void {
    for (const account of this.accounts.values()) this.nameAccount(account.index, account);
    for (const record of this.records.values()) {
      this.checkRecord(record);
      const id = toHex(record.id);
      if (!this.byId.has(id)) this.byId.set(id, record);
    }
    this.checkSpentOnce();
  }

  private checkRecord({ index, entry }: PathRecord): void {
    const { author, record } = entry.authored;
    const [out, into] = this.movementOf(index, author, record.body);
    const { spend, fill } = entry.effects;
    if (!out !== !spend || !into !== !fill) throw fault("wrong_effects", index);
    if (out && spend) this.checkSpend(index, spend, out);
    if (into && fill) this.checkFill(index, fill, into);
  }

  // What a record says that it moves.
  private movementOf(index: bigint, author: string, body: Body): Movement {
    switch (body.is) {
      case "donation":
        return [undefined, side(body.fund, author, body.currency, body.amount)];
      case "disbursement":
        return [
          side(body.fund, author, body.currency, body.amount),
          side(body.fund, body.to, body.currency, body.amount),
        ];
      case "expenditure":
        if (!sameId(body.for_donation, this.donation.id)) throw fault("wrong_effects", index);
        return [side(body.fund, author, body.currency, body.amount), undefined];
      case "refund": {
        const collected = author === this.donation.entry.authored.author;
        if (!equal(body.donation, this.donation.id) || !collected) {
          throw fault("wrong_effects", index);
        }
        return [side(this.gift.fund, author, this.gift.currency, body.amount), undefined];
      }
      case "return": {
        // Units that a return takes came by the disbursement that it names: it is on the path.
        const named = this.byId.get(toHex(body.disbursement))?.entry.authored;
        const sent = named?.record.body;
        if (!named || sent?.is !== "disbursement" || sent.to !== author) {
          throw fault("wrong_effects", index);
        }
        return [
          side(sent.fund, author, sent.currency, body.amount),
          side(sent.fund, named.author, sent.currency, body.amount),
        ];
      }
      case "exchange":
        return [
          side(body.fund, author, body.from_currency, body.from_amount),
          side(body.fund, author, body.to_currency, body.to_amount),
        ];
      default:
        throw fault("needless_entry", index);
    }
  }

  private checkSpend(
    index: bigint,
    spend: NonNullable<RecordEntry["effects"]["spend"]>,
    said: Side,
  ): void {
    this.nameAccount(spend.account, said.account);
    const head = this.accounts.get(spend.account);
    if (!head) throw fault("missing_account", spend.account);
    const all = this.spent.get(spend.account) ?? [];
    this.spent.set(spend.account, all);
    let last = 0n;
    let total = 0n;
    for (const segment of spend.segments) {
      if (segment.lo >= segment.hi || segment.lo < last || segment.hi > head.received) {
        throw fault("wrong_effects", index);
      }
      if (unspent(head, segment).length > 0) throw fault("units_spent_twice", index);
      all.push(segment);
      last = segment.hi;
      total += sizeOf(segment);
    }
    if (total !== said.amount) throw fault("wrong_effects", index);
  }

  private checkFill(
    index: bigint,
    fill: NonNullable<RecordEntry["effects"]["fill"]>,
    said: Side,
  ): void {
    this.nameAccount(fill.account, said.account);
    const received = this.accounts.get(fill.account)?.received ?? amountMax;
    const { lo, hi } = fill.units;
    if (lo >= hi || hi > received || lo < (this.filled.get(fill.account) ?? 0n)) {
      throw fault("wrong_effects", index);
    }
    this.filled.set(fill.account, hi);
    if (hi - lo !== said.amount) throw fault("wrong_effects", index);
  }

  // An index stands for one fund, holder and currency, and these for one index.
  private nameAccount(index: number, { fund, holder, currency }: AccountKey): void {
    const key = `${fund}/${holder}/${currency}`;
    if (!this.keys.has(index)) this.keys.set(index, key);
    if (!this.indexes.has(key)) this.indexes.set(key, index);
    if (this.keys.get(index) !== key || this.indexes.get(key) !== index) {
      throw fault("wrong_account", index);
    }
  }

  private checkSpentOnce(): void {
    for (const [account, segments] of this.spent) {
      segments.sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
      for (let i = 1; i < segments.length; ++i) {
        if (segments[i]!.lo < segments[i - 1]!.hi) throw fault("units_spent_twice", account);
      }
    }
  }
}

// Afterwards every record moves money, in accounts of the fund, holder and currency that it names
// and by the amount that it states; what it took is spent, and no two records took the same unit.
export function checkEffects(
  records: ProvenRecords,
  accounts: ProvenAccounts,
  donation: PathRecord,
): void {
  new EffectsCheck(records, accounts, donation).run();
}
