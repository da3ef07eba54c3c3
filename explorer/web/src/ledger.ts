// The ledger's structures as the decoder makes them, and the few rules that are theirs alone.
//
// Field names are those of the schema. Only what a verifier looks at is named here.

import { type Bytes, concat, equal, toHex, utf8 } from "./bytes.js";
import { decode, firstField, type Type } from "./decode.js";
import { isAdmissibleKey } from "./point.js";
import type { Primitives } from "./primitives.js";
import schema from "centime:schema";

export const amountMax = (1n << 53n) - 1n;

export interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
}

export interface Genesis {
  readonly is: "genesis";
  readonly format_version: number;
  readonly origin: string;
  readonly time: bigint;
  readonly members: { member: string; title: string; role: string; key: Bytes }[];
  readonly validators: string[];
  readonly policies: { block_bytes_max: number; block_records_max: number };
}

export interface Seal {
  readonly is: "seal";
  readonly height: bigint;
  readonly proposer: string;
  readonly time: bigint;
  readonly first_entry: bigint;
  readonly entry_count: number;
  readonly log_root: Bytes;
  readonly account_count: number;
  readonly state_root: Bytes;
}

interface Money {
  readonly fund: string;
  readonly amount: bigint;
  readonly currency: string;
}
export type Donation = Money & { is: "donation"; paid_on: number };
export type Disbursement = Money & { is: "disbursement"; to: string; sent_on: number };
export type Expenditure = Money & {
  is: "expenditure";
  paid_on: number;
  category: string;
  payee?: { name: string };
  for_donation?: Bytes;
};
export type Refund = { is: "refund"; donation: Bytes; amount: bigint; paid_on: number };
export type Return = { is: "return"; disbursement: Bytes; amount: bigint; sent_on: number };
export type Exchange = {
  is: "exchange";
  fund: string;
  from_currency: string;
  from_amount: bigint;
  to_currency: string;
  to_amount: bigint;
  exchanged_on: number;
};
type Statement = {
  is: "acknowledgement" | "dispute" | "attestation" | "evidence" | "fund_proposal" |
    "fund_approval" | "fund_closure" | "channel";
};
export type Body = Donation | Disbursement | Expenditure | Refund | Return | Exchange | Statement;

export interface RecordEntry {
  readonly is: "record";
  readonly authored: {
    readonly author: string;
    readonly record: { readonly reference: string; readonly body: Body };
  };
  readonly effects: {
    readonly spend?: { readonly account: number; readonly segments: Interval[] };
    readonly fill?: { readonly account: number; readonly units: Interval };
  };
}

export type Entry = Genesis | { is: "submission" } | RecordEntry | Seal;

export interface AccountKey {
  readonly fund: string;
  readonly holder: string;
  readonly currency: string;
}

export interface Account extends AccountKey {
  readonly index: number;
  readonly received: bigint;
  readonly head: bigint;
  readonly holes: Interval[];
}

// Throws DecodeFault.
export const decodeEntry = (bytes: Bytes): Entry => decode(schema.entry as Type, bytes);
export const decodeAccount = (bytes: Bytes): Account => decode(schema.account as Type, bytes);

// SHA-256 of "centime/record/v1\n" and the canonical authored record, a record entry's first field.
export function recordId(entry: Bytes, primitives: Primitives) {
  const authored = firstField(schema.entry as Type, entry);
  return primitives.sha256(concat(utf8("centime/record/v1\n"), authored));
}

// A genesis that could start a network.
export function isSoundGenesis(genesis: Genesis): boolean {
  const { members, validators, policies } = genesis;
  const names = new Set(members.map((member) => member.member));
  return (
    genesis.format_version === 1 &&
    members.length > 0 &&
    validators.length > 0 &&
    names.size === members.length &&
    new Set(members.map((member) => toHex(member.key))).size === members.length &&
    members.every((member) => isAdmissibleKey(member.key)) &&
    validators.every((validator) => names.has(validator)) &&
    new Set(validators).size === validators.length &&
    policies.block_records_max >= 2_000 &&
    policies.block_bytes_max >= 2 * 1_048_576
  );
}

// The stored form is one that receiving and spending could have made.
export function isSoundAccount(account: Account): boolean {
  let last = account.head;
  for (const hole of account.holes) {
    if (last >= hole.lo || hole.lo >= hole.hi || hole.hi > account.received) return false;
    last = hole.hi;
  }
  return account.head <= account.received && account.received <= amountMax;
}

// The first item for which `after` holds; it has to hold for all behind it.
export function firstOf<T>(items: readonly T[], after: (item: T) => boolean): number {
  let [first, end] = [0, items.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if (after(items[middle]!)) end = middle;
    else first = middle + 1;
  }
  return first;
}

// The unspent parts of [lo, hi), ascending.
export function unspent(account: Account, within: Interval): Interval[] {
  const { holes, head, received } = account;
  const free: Interval[] = [];
  let lo = within.lo > head ? within.lo : head;
  const end = within.hi < received ? within.hi : received;
  for (let i = firstOf(holes, (hole) => hole.hi > lo); lo < end; ++i) {
    const hole = holes[i];
    const hi = hole && hole.lo < end ? hole.lo : end;
    if (lo < hi) free.push({ lo, hi });
    if (!hole) break;
    lo = hole.hi;
  }
  return free;
}

export const isUnspent = (account: Account, units: Interval): boolean => {
  const free = unspent(account, units);
  return free.length === 1 && free[0]!.lo === units.lo && free[0]!.hi === units.hi;
};

// How offsets of the units a record took map to those it brought in.
export interface Rate {
  readonly from: bigint;
  readonly to: bigint;
}
export const forwards = (rate: Rate, offset: bigint): bigint => (offset * rate.to) / rate.from;
// The least offset whose image is `image` or beyond.
export const backwards = (rate: Rate, image: bigint): bigint =>
  (image * rate.from + rate.to - 1n) / rate.to;

export const sizeOf = (units: Interval): bigint => units.hi - units.lo;
export const sameId = (a: Bytes | undefined, b: Bytes): boolean => a === undefined || equal(a, b);
