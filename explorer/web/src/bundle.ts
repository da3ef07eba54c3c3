// The file that proves where the money of one donation is.
//
// Unknown, repeated and missing fields are refused, and so is whatever is longer than the node
// would make it. Source: docs/protocol.md, 7.

import { type Bytes, fromBase64, fromHex, fromUtf8, utf8 } from "./bytes.js";
import { type Json, parseJson } from "./json.js";

const bundleBytesMax = 32 << 20;
const entriesMax = 10_000;
const accountsMax = 1_000;
const leafBytesMax = 2 << 20;
const checkpointBytesMax = 65_536;
const proofHashesMax = 64;

export interface ProvenLeaf {
  readonly index: bigint;
  readonly bytes: Bytes;  // Canonical.
  readonly proof: Bytes[];
}

export interface Bundle {
  readonly network: Bytes;
  readonly donation: Bytes;
  readonly checkpoint: string;
  readonly genesis: ProvenLeaf;
  readonly seal: ProvenLeaf;
  readonly entries: ProvenLeaf[];
  readonly accounts: ProvenLeaf[];
}

class Refused extends Error {}

function need<T>(value: T | undefined | false): T {
  if (value === undefined || value === false) throw new Refused();
  return value;
}

// The values of exactly these fields, in this order.
function fieldsOf(value: Json, ...names: string[]): Json[] {
  const object = need(value instanceof Map && value);
  need(object.size === names.length);
  return names.map((name) => need(object.get(name)));
}

function listOf(value: Json, max: number): Json[] {
  return need(Array.isArray(value) && value.length <= max && value);
}

function textOf(value: Json, max: number): string {
  need(typeof value === "string" && value.length <= max && utf8(value).length <= max);
  return value as string;
}

function integerOf(value: Json): bigint {
  need(typeof value === "number" && value >= 0);
  return BigInt(value as number);
}

function base64Of(value: Json, max: number): Bytes {
  const text = need(typeof value === "string" && value.length <= Math.ceil(max / 3) * 4 && value);
  const bytes = need(fromBase64(text));
  need(bytes.length <= max);
  return bytes;
}

function idOf(value: Json): Bytes {
  const bytes = need(fromHex(textOf(value, 64)));
  need(bytes.length === 32);
  return bytes;
}

function hashOf(value: Json): Bytes {
  const bytes = base64Of(value, 32);
  need(bytes.length === 32);
  return bytes;
}

function leafOf(value: Json): ProvenLeaf {
  const [index, bytes, proof] = fieldsOf(value, "index", "bytes", "proof");
  return {
    index: integerOf(index!),
    bytes: base64Of(bytes!, leafBytesMax),
    proof: listOf(proof!, proofHashesMax).map(hashOf),
  };
}

function bundleOf(value: Json): Bundle {
  const names = ["version", "network", "donation", "checkpoint", "genesis", "seal"];
  const [version, network, donation, checkpoint, genesis, seal, entries, accounts] = fieldsOf(
    value, ...names, "entries", "accounts");
  need(integerOf(version!) === 1n);
  return {
    network: idOf(network!),
    donation: idOf(donation!),
    checkpoint: textOf(checkpoint!, checkpointBytesMax),
    genesis: leafOf(genesis!),
    seal: leafOf(seal!),
    entries: listOf(entries!, entriesMax).map(leafOf),
    accounts: listOf(accounts!, accountsMax).map(leafOf),
  };
}

// Nothing for what is no bundle of version 1.
export function parseBundle(file: Bytes): Bundle | undefined {
  const text = file.length <= bundleBytesMax ? fromUtf8(file) : undefined;
  const value = text === undefined ? undefined : parseJson(text);
  if (value === undefined) return undefined;
  try {
    return bundleOf(value);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
