// Readers of canonical bytes, out of which the build puts one together for each structure of the
// node's wire schema (readers.mjs).
//
// Knows no structure of the ledger: lengths and counts are checked against the field's limit and
// the bytes left before anything is made of them, every byte is consumed, and a refusal is the
// node's own word. 64-bit integers are bigint, the others number; a variant is {is, ...fields}.
// Source: docs/protocol.md, 1.

import { bigEndian, type Bytes, fromUtf8 } from "./bytes.js";
import { type DecodeWord, need } from "./fault.js";

export interface Input {
  readonly bytes: Bytes;
  at: number;
  readonly index?: bigint | undefined;  // Of the entry or account, for the fault.
}
export type Reader = (input: Input) => unknown;
type Readers = Record<string, Reader>;

const fits = (holds: boolean, why: DecodeWord, { index }: Input): void =>
  need(holds, "bad_entry", index, why);

function take(input: Input, size: number): Bytes {
  const end = input.at + size;
  fits(end <= input.bytes.length, "truncated", input);
  const taken = input.bytes.subarray(input.at, end);
  input.at = end;
  return taken;
}

function choose(input: Input, choices: number): number {
  const chosen = take(input, 1)[0]!;
  fits(chosen < choices, "bad_tag", input);
  return chosen;
}

function count(input: Input, width: number, max: number): number {
  const number = Number(bigEndian(take(input, width)));
  fits(number <= max, "too_long", input);
  return number;
}

function readText(input: Input, size: number, grammar: RegExp): string {
  const text = fromUtf8(take(input, size));
  fits(text !== undefined && grammar.test(text), "bad_text", input);
  return text!;
}

// By the first word of the schema's `format`. One that is not here ends the build: better no answer
// than a lenient one.
export const textGrammar = /^[^\x00-\x1f\x7f-\x9f]*$/;
export const slugGrammar = /^[a-z0-9][a-z0-9-]*$/;
export const referenceGrammar = /^[!-~]([ -~]*[!-~])?$/;
export const originGrammar = /^[a-z0-9.\-/:_]+$/;
export const currencyGrammar = /^[A-Z]{3}$/;

// Unsigned, of `width` bytes.
export const integer = (width: number): Reader => (input) => {
  const value = bigEndian(take(input, width));
  return width > 4 ? value : Number(value);
};

// Of `min` to `max` bytes.
export const text = (grammar: RegExp, max: number, min = 0): Reader => (input) => {
  const size = count(input, 2, max);
  const text = readText(input, size, grammar);
  fits(size >= min, "bad_text", input);
  return text;
};

// Of at most `max` bytes.
export const blob = (max: number): Reader => (input) => take(input, count(input, 4, max));

export const fixed = (size: number, grammar?: RegExp): Reader => (input) =>
  grammar ? readText(input, size, grammar) : take(input, size);

export const oneOf = (words: string[]): Reader => (input) => words[choose(input, words.length)];

export const optional = (value: Reader): Reader => (input) =>
  choose(input, 2) ? value(input) : undefined;

export const list = (item: Reader, max: number): Reader => (input) => {
  const length = count(input, 4, max);
  // No item is shorter than a byte.
  fits(length <= input.bytes.length - input.at, "truncated", input);
  return Array.from({ length }, () => item(input));
};

export const struct = (fields: Readers): Reader => {
  const readers = Object.entries(fields);
  return (input) => Object.fromEntries(readers.map(([name, field]) => [name, field(input)]));
};

export const variant = (alternatives: Readers): Reader => {
  const readers = Object.entries(alternatives);
  return (input) => {
    const [is, body] = readers[choose(input, readers.length)]!;
    return { is, ...body(input) as object };
  };
};

// The value whose encoding is exactly `bytes`; a bad entry for others, and `why`.
export function decode<T>(reader: Reader, bytes: Bytes, index?: bigint): T {
  const input = { bytes, at: 0, index };
  const value = reader(input) as T;
  fits(input.at === bytes.length, "trailing_bytes", input);
  return value;
}
