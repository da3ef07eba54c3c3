// Follows the gift through its accounts and finds every unit in an entry, or unspent at the head.
//
// Requires what checkEffects makes sure of. Source: docs/protocol.md, 3, Tracing.

import type { PathRecord, ProvenAccounts, ProvenRecords, Taken } from "./effects.js";
import { need } from "./fault.js";
import { firstOf, greater, type Interval, lesser, unspent } from "./ledger.js";

const movesMax = 100_000;
// Exchanges of unequal amounts, counted once for each move and each held interval behind them.
const conversionsMax = 2_000_000;

// Units of one account that the gift's became.
export interface Piece extends Interval {
  readonly account: number;
  readonly arrivedBy: bigint;
  readonly way: Way;
}

// From a boundary in a piece to one in the gift. Where money only moves, positions are shifted: any
// number of such moves is one shift, to the piece that the last conversion made or to the gift.
interface Way {
  readonly shift: bigint;
  readonly converted?: Conversion;
  readonly conversions: number;  // Up to the gift.
}

// How an exchange of unequal amounts made the units [lo, hi) of one piece of those [takenLo,
// takenHi) of another. The record took `total` units in all, of which these begin at `offset`, and
// brought in `filled` from `fillLo` on.
interface Conversion extends Interval {
  readonly takenLo: bigint;
  readonly takenHi: bigint;
  readonly offset: bigint;
  readonly total: bigint;
  readonly filled: bigint;
  readonly fillLo: bigint;
  readonly before: Way;  // That of the piece which was taken from.
}

// Units of a piece that are still there, or that a record took and brought nowhere.
export interface End extends Interval {
  readonly piece: Piece;
  readonly record?: PathRecord;
}

// Refuses records and accounts that were not on the way.
export function followGift(
  records: ProvenRecords,
  accounts: ProvenAccounts,
  donation: PathRecord,
  taken: Map<number, Taken[]>,
): End[] {
  const { account, units } = donation.entry.effects.fill!;
  const way = { shift: -units.lo, conversions: 0 };
  const pieces: Piece[] = [{ account, ...units, arrivedBy: donation.index, way }];
  const seen = new Set<bigint | number>([donation.index]);
  const ends: End[] = [];
  let moves = 0;
  let conversions = 0;

  // Units that no entry of the bundle took: the account has to show them as unspent.
  function hold(piece: Piece, lo: bigint, hi: bigint): void {
    if (lo >= hi) return;
    const head = accounts.get(piece.account)!;
    need(unspent(head, lo, hi) === hi - lo, "units_unaccounted", piece.account);
    conversions += piece.way.conversions;
    ends.push({ piece, lo, hi });
  }

  function move(from: Piece, lo: bigint, hi: bigint, segment: Taken): void {
    const { record, total } = segment;
    const { index, entry } = record;
    need(from.arrivedBy < index, "wrong_effects", index);
    need(++moves <= movesMax, "too_long");
    seen.add(index);
    conversions += from.way.conversions;
    const { fill } = entry.effects;
    if (fill) {
      const fillLo = fill.units.lo;
      const filled = fill.units.hi - fillLo;
      const offset = segment.offset + lo - segment.lo;
      const made = {
        lo: fillLo + (offset * filled) / total,
        hi: fillLo + ((offset + hi - lo) * filled) / total,
      };
      // Else the exchange rounded it away.
      if (made.lo < made.hi) {
        const before = from.way;
        const way = total === filled ? { ...before, shift: before.shift + lo - made.lo } : {
          shift: 0n,
          converted: { ...made, takenLo: lo, takenHi: hi, offset, total, filled, fillLo, before },
          conversions: before.conversions + 1,
        };
        return void pieces.push({ account: fill.account, ...made, arrivedBy: index, way });
      }
    }
    ends.push({ piece: from, lo, hi, record });
  }

  for (const piece of pieces) {
    const { account, lo, hi } = piece;
    need(accounts.has(account), "missing_account", account);
    seen.add(account);
    const all = taken.get(account) ?? [];
    let done = lo;
    for (let i = firstOf(all, (segment) => segment.hi > lo); i < all.length; ++i) {
      const segment = all[i]!;
      if (segment.lo >= hi) break;
      const begin = greater(segment.lo, lo);
      hold(piece, done, begin);
      done = lesser(segment.hi, hi);
      move(piece, begin, done, segment);
    }
    hold(piece, done, hi);
  }
  need(conversions <= conversionsMax, "too_long");
  for (const index of records.keys()) need(seen.has(index), "needless_entry", index);
  for (const index of accounts.keys()) need(seen.has(index), "needless_account", index);
  return ends;
}

// Where a boundary of a piece lies in the gift. One inside an exchange's image goes to the least
// offset that maps to it or beyond, so neighbours share it; a piece's ends go to the move's ends.
function giftOffset({ way }: Piece, at: bigint): bigint {
  at += way.shift;
  for (let by = way.converted; by; by = by.before.converted) {
    const { lo, hi, takenLo, takenHi, offset, total, filled, fillLo, before } = by;
    if (at === lo) at = takenLo;
    else if (at === hi) at = takenHi;
    else at = takenLo + ((at - fillLo) * total + filled - 1n) / filled - offset;
    at += before.shift;
  }
  return at;
}

// Minor units of the gift, in its currency, that these of the piece came from.
export const shareOf = ({ piece, lo, hi }: End): bigint =>
  giftOffset(piece, hi) - giftOffset(piece, lo);
