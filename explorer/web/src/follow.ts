// Follows the gift through its accounts and finds every unit in an entry, or unspent at the head.
//
// Requires what checkEffects makes sure of. Source: docs/protocol.md, 3, Tracing.

import type { PathRecord, ProvenAccounts, ProvenRecords } from "./effects.js";
import { Fault, type Word } from "./fault.js";
import {
  backwards,
  firstOf,
  forwards,
  type Interval,
  isUnspent,
  type Rate,
  sizeOf,
} from "./ledger.js";

const movesMax = 100_000;

// Units of one account that the gift's became.
export interface Piece {
  readonly account: number;
  readonly units: Interval;
  readonly arrivedBy: bigint;
  readonly through?: Move;  // Nothing for the start.
  readonly held: Interval[];
}

// Part of a piece that one record took out of its account.
export interface Move {
  readonly from: Piece;
  readonly units: Interval;
  readonly record: PathRecord;
  readonly offset: bigint;  // Of its first unit among all that the record took.
  readonly rate?: Rate;  // Nothing where the money left the ledger.
  readonly fillLo: bigint;
  to?: Piece;  // Nothing where it left, or an exchange rounded it away.
}

export interface Path {
  readonly pieces: Piece[];  // The first is the whole gift.
  readonly moves: Move[];
}

// One segment of a record's spend.
interface Taken {
  readonly units: Interval;
  readonly record: PathRecord;
  readonly offset: bigint;
  total: bigint;
}

const fault = (word: Word, at?: bigint | number): Fault =>
  new Fault("path", word, at === undefined ? undefined : BigInt(at));

class GiftFollower {
  private readonly taken = new Map<number, Taken[]>();
  private readonly path: Path = { pieces: [], moves: [] };
  private readonly seenRecords = new Set<bigint>();
  private readonly seenAccounts = new Set<number>();

  constructor(
    private readonly records: ProvenRecords,
    private readonly accounts: ProvenAccounts,
  ) {
    for (const record of records.values()) this.addTaken(record);
    for (const segments of this.taken.values()) {
      segments.sort((a, b) => (a.units.lo < b.units.lo ? -1 : 1));
    }
  }

  run(donation: PathRecord): Path {
    const fill = donation.entry.effects.fill!;
    this.seenRecords.add(donation.index);
    const { pieces } = this.path;
    pieces.push({ account: fill.account, units: fill.units, arrivedBy: donation.index, held: [] });
    for (let next = 0; next < pieces.length; ++next) this.follow(pieces[next]!);
    this.findNeedless();
    return this.path;
  }

  private addTaken(record: PathRecord): void {
    const { spend } = record.entry.effects;
    if (!spend) return;
    const all = this.taken.get(spend.account) ?? [];
    this.taken.set(spend.account, all);
    let total = 0n;
    const own: Taken[] = [];
    for (const units of spend.segments) {
      own.push({ units, record, offset: total, total: 0n });
      total += sizeOf(units);
    }
    for (const segment of own) segment.total = total;
    for (const segment of own) all.push(segment);
  }

  private follow(piece: Piece): void {
    if (!this.accounts.has(piece.account)) throw fault("missing_account", piece.account);
    this.seenAccounts.add(piece.account);
    const { lo, hi } = piece.units;
    let done = lo;
    const taken = this.taken.get(piece.account) ?? [];
    // The segments are disjoint and ascend.
    for (let i = firstOf(taken, (segment) => segment.units.hi > lo); i < taken.length; ++i) {
      const segment = taken[i]!;
      if (segment.units.lo >= hi) break;
      const part = {
        lo: segment.units.lo > lo ? segment.units.lo : lo,
        hi: segment.units.hi < hi ? segment.units.hi : hi,
      };
      this.hold(piece, { lo: done, hi: part.lo });
      this.move(piece, part, segment);
      done = part.hi;
    }
    this.hold(piece, { lo: done, hi });
  }

  // Units that no entry of the bundle took: the account has to show them as unspent.
  private hold(piece: Piece, units: Interval): void {
    if (units.lo >= units.hi) return;
    if (!isUnspent(this.accounts.get(piece.account)!, units)) {
      throw fault("units_unaccounted", piece.account);
    }
    piece.held.push(units);
  }

  private move(from: Piece, units: Interval, taken: Taken): void {
    const { record } = taken;
    if (from.arrivedBy >= record.index) throw fault("wrong_effects", record.index);
    if (this.path.moves.length === movesMax) throw fault("too_long");
    this.seenRecords.add(record.index);
    const { fill } = record.entry.effects;
    const offset = taken.offset + (units.lo - taken.units.lo);
    const move: Move = { from, units, record, offset, fillLo: fill?.units.lo ?? 0n };
    if (!fill) {
      this.path.moves.push(move);
      return;
    }
    const rate = { from: taken.total, to: sizeOf(fill.units) };
    const lo = fill.units.lo + forwards(rate, offset);
    const hi = fill.units.lo + forwards(rate, offset + sizeOf(units));
    const converted: Move = { ...move, rate };
    if (lo < hi) {
      converted.to = {
        account: fill.account,
        units: { lo, hi },
        arrivedBy: record.index,
        through: converted,
        held: [],
      };
      this.path.pieces.push(converted.to);
    }
    this.path.moves.push(converted);
  }

  private findNeedless(): void {
    for (const index of this.records.keys()) {
      if (!this.seenRecords.has(index)) throw fault("needless_entry", index);
    }
    for (const index of this.accounts.keys()) {
      if (!this.seenAccounts.has(index)) throw fault("needless_account", index);
    }
  }
}

// Refuses records and accounts that were not on the way.
export function followGift(
  records: ProvenRecords,
  accounts: ProvenAccounts,
  donation: PathRecord,
): Path {
  return new GiftFollower(records, accounts).run(donation);
}

// Where a boundary of a piece lies in the gift. One inside an exchange's image goes to the least
// offset that maps to it or beyond, so neighbours share it; a piece's ends go to the move's ends.
function giftOffset(piece: Piece, at: bigint): bigint {
  let here = piece;
  for (let move = here.through; move; move = here.through) {
    if (at === here.units.lo) at = move.units.lo;
    else if (at === here.units.hi) at = move.units.hi;
    else at = move.units.lo + backwards(move.rate!, at - move.fillLo) - move.offset;
    here = move.from;
  }
  return at - here.units.lo;
}

// Minor units of the gift, in its currency, that these of the piece came from.
export function shareOf(piece: Piece, units: Interval): bigint {
  return giftOffset(piece, units.hi) - giftOffset(piece, units.lo);
}
