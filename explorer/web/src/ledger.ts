// The ledger's structures as the decoder makes them, and the few rules that are theirs alone.
//
// Field names are those of the schema. Only what a verifier looks at is named here, and nothing
// else has a name in the decoder (readers.mjs).

import { type Bytes, concat, toHex, utf8 } from "./bytes.js";
import { decode, type Input } from "./decode.js";
import type { Primitives } from "./primitives.js";
import { account, authored, entry } from "centime:readers";

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
  readonly members: { member: string; title: string; key: Bytes }[];
  readonly validators: string[];
  readonly policies: { block_bytes_max: number; block_records_max: number };
}

export interface Seal {
  readonly is: "seal";
  readonly epoch: bigint;
  readonly height: bigint;
  readonly proposer: string;
  readonly time: bigint;
  readonly first_entry: bigint;
  readonly entry_count: number;
  readonly log_root: Bytes;
  readonly account_count: number;
  readonly state_root: Bytes;
  readonly next_epoch: Bytes;
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
  for_donation?: Bytes;
};
export const feeCategories = ["platform_fee", "bank_fee", "overhead", "fx_loss"];
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
// All others move no money.
export type Body =
  | Donation | Disbursement | Expenditure | Refund | Return | Exchange | { is: "another" };

export interface RecordEntry {
  readonly is: "record";
  readonly authored: {
    readonly author: string;
    readonly record: { readonly body: Body };
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

// Throw a bad entry, at `index`, for what are no canonical bytes.
export const decodeEntry = (bytes: Bytes, index?: bigint): Entry =>
  decode(entry, bytes, index);
export const decodeAccount = (bytes: Bytes, index?: bigint): Account =>
  decode(account, bytes, index);

// SHA-256 of "centime/record/v1\n" and the canonical authored record, which is what a record entry
// begins with behind its tag.
export function recordId(bytes: Bytes, primitives: Primitives) {
  const input: Input = { bytes, at: 1 };
  authored(input);
  return primitives.sha256(concat(utf8("centime/record/v1\n"), bytes.subarray(1, input.at)));
}

// A genesis that could start a network, were its keys admissible: none is trusted for standing there.
export function isSoundGenesis({ format_version, members, validators, policies }: Genesis): boolean {
  const names = members.map(({ member }) => member);
  return (
    format_version === 1 &&
    validators.length > 0 &&
    areDistinct(names) &&
    areDistinct(members.map(({ key }) => toHex(key))) &&
    areDistinct(validators) &&
    validators.every((validator) => names.includes(validator)) &&
    policies.block_records_max >= 2_000 &&
    policies.block_bytes_max >= 2 * 1_048_576 &&
    policies.block_bytes_max <= 8 * 1_048_576 - 512
  );
}

export const areDistinct = (names: string[]): boolean => new Set(names).size === names.length;

// The stored form is one that receiving and spending could have made.
export function isSoundAccount({ holes, head, received }: Account): boolean {
  let last = head;
  return received <= amountMax && head <= received && holes.every(({ lo, hi }) => {
    const isSound = last < lo && lo < hi && hi <= received;
    last = hi;
    return isSound;
  });
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

// How many of the units [from, to) are unspent.
export function unspent({ holes, head, received }: Account, from: bigint, to: bigint): bigint {
  const lo = greater(from, head);
  const hi = lesser(to, received);
  let free = greater(hi - lo, 0n);
  for (let i = firstOf(holes, (hole) => hole.hi > lo); i < holes.length; ++i) {
    const hole = holes[i]!;
    if (hole.lo >= hi) break;
    free -= lesser(hole.hi, hi) - greater(hole.lo, lo);
  }
  return free;
}

export const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
