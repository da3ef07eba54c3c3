// Reads canonical bytes by the schema that the node's field lists emit.
//
// Knows no structure of the ledger: lengths and counts are checked against the field's limit and
// the bytes left before anything is made of them, every byte is consumed, and a refusal is the
// node's own word. 64-bit integers are bigint, the others number; a variant is {is, ...fields}.
// Source: docs/protocol.md, 1.

import { bigEndian, type Bytes, fromUtf8 } from "./bytes.js";

export type Type =
  | "bool"
  | { struct: Field[] }
  | { integer: string }
  | { text: number; min?: number; format: string }
  | { bytes: number; format?: string }
  | { blob: number }
  | { enum: string[] }
  | { list: Type; max: number }
  | { optional: Type }
  | { variant: { name: string; body: Type }[] };

interface Field {
  name: string;
  type: Type;
}

export type DecodeWord = "truncated" | "trailing_bytes" | "too_long" | "bad_text" | "bad_tag";

export class DecodeFault extends Error {
  constructor(readonly word: DecodeWord) {
    super(word);
  }
}

// By the first word of the schema's `format`. A format that is not here is an error when it is met:
// better no answer than a lenient one.
const grammars: Record<string, RegExp> = {
  text: /^[^\x00-\x1f\x7f-\x9f]*$/,
  slug: /^[a-z0-9][a-z0-9-]*$/,
  reference: /^[!-~]([ -~]*[!-~])?$/,
  origin: /^[a-z0-9.\-/:_]+$/,
  currency: /^[A-Z]{3}$/,
};

function fits(text: string, format: string): boolean {
  const grammar = grammars[format];
  if (!grammar) throw new Error(`unknown format: ${format}`);
  return grammar.test(text);
}

class Reader {
  private at = 0;
  constructor(private readonly bytes: Bytes) {}

  finish(): void {
    if (this.at !== this.bytes.length) throw new DecodeFault("trailing_bytes");
  }

  // What the first field of the alternative takes up. Requires a variant of structs.
  firstField(type: Type): Bytes {
    const alternatives = (type as { variant: { body: { struct: Field[] } }[] }).variant;
    const { struct } = alternatives[this.choice(alternatives.length)]!.body;
    const begin = this.at;
    this.value(struct[0]!.type);
    return this.bytes.slice(begin, this.at);
  }

  value(type: Type): unknown {
    if (type === "bool") return this.choice(2) === 1;
    if ("struct" in type) return this.struct(type.struct);
    if ("integer" in type) return this.integer(type.integer);
    if ("text" in type) return this.text(type);
    if ("bytes" in type) return this.fixed(type);
    if ("optional" in type) return this.choice(2) === 0 ? undefined : this.value(type.optional);
    if ("list" in type) return this.list(type);
    if ("enum" in type) return type.enum[this.choice(type.enum.length)];
    if ("variant" in type) {
      const { name, body } = type.variant[this.choice(type.variant.length)]!;
      return { is: name, ...(this.value(body) as object) };
    }
    return this.take(this.count(4, type.blob));
  }

  private take(size: number): Bytes {
    if (size > this.bytes.length - this.at) throw new DecodeFault("truncated");
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  private choice(choices: number): number {
    const chosen = this.take(1)[0]!;
    if (chosen >= choices) throw new DecodeFault("bad_tag");
    return chosen;
  }

  private count(width: number, max: number): number {
    const count = Number(bigEndian(this.take(width)));
    if (count > max) throw new DecodeFault("too_long");
    return count;
  }

  private integer(name: string): bigint | number {
    const width = Number(name.slice(1));
    const value = bigEndian(this.take(width / 8));
    const signed = name.startsWith("i") ? BigInt.asIntN(width, value) : value;
    return width > 32 ? signed : Number(signed);
  }

  private text(type: { text: number; min?: number; format: string }): string {
    const bytes = this.take(this.count(2, type.text));
    const text = fromUtf8(bytes);
    if (text === undefined || bytes.length < (type.min ?? 0) || !fits(text, type.format)) {
      throw new DecodeFault("bad_text");
    }
    return text;
  }

  private fixed(type: { bytes: number; format?: string }): Bytes | string {
    const bytes = this.take(type.bytes);
    if (type.format === undefined) return bytes;
    const text = String.fromCharCode(...bytes);
    if (!fits(text, type.format)) throw new DecodeFault("bad_text");
    return text;
  }

  private list(type: { list: Type; max: number }): unknown[] {
    const count = this.count(4, type.max);
    // No item is shorter than a byte.
    if (count > this.bytes.length - this.at) throw new DecodeFault("truncated");
    return Array.from({ length: count }, () => this.value(type.list));
  }

  private struct(fields: Field[]): object {
    const value: Record<string, unknown> = {};
    // The node's compiler keeps this order, and so does a struct that begins with a variant.
    for (const { name, type } of fields) value[name || "body"] = this.value(type);
    return value;
  }
}

// The canonical bytes of the first field in a variant of structs; throws DecodeFault.
export const firstField = (type: Type, bytes: Bytes): Bytes => new Reader(bytes).firstField(type);

// The value whose encoding is exactly `bytes`; throws DecodeFault for others.
export function decode<T>(type: Type, bytes: Bytes): T {
  const reader = new Reader(bytes);
  const value = reader.value(type) as T;
  reader.finish();
  return value;
}
