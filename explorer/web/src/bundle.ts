// The file that proves where the money of one donation is.
//
// JSON, read as strictly as the node reads it: JSON.parse keeps the last of two equal names and
// takes 1.0 for 1, and two readers would then see two documents in the same bytes. Unknown,
// repeated and missing fields are refused, and so is whatever is longer than the node would make
// it. Source: docs/protocol.md, 7.

import { type Bytes, fromBase64, fromHex, fromUtf8, utf8 } from "./bytes.js";
import { type Fault, need } from "./fault.js";

const bundleBytesMax = 32 << 20;
const entriesMax = 10_000;
const accountsMax = 1_000;
const leafBytesMax = 2 << 20;
const checkpointBytesMax = 65_536;
const proofHashesMax = 64;
const linksMax = 4_096;
const linkBytesMax = 16_384;

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
  readonly epochs: Bytes[];  // Canonical ends of the epochs before the seal's (epochs.ts).
}

// What JSON.parse makes of a file is anything at all until it has been looked at.
type Json = any;

function refuseUnless(fits: unknown): asserts fits {
  need(fits, "bad_bundle");
}

function bytesOf(text: Json, read: (text: string) => Bytes | undefined, min: number, max: number) {
  const bytes = typeof text === "string" && read(text);
  refuseUnless(bytes && bytes.length >= min && bytes.length <= max);
  return bytes;
}

function integerOf(value: Json): bigint {
  refuseUnless(Number.isSafeInteger(value) && value >= 0);
  return BigInt(value);
}

function listOf<T>(value: Json, max: number, read: (item: Json) => T): T[] {
  refuseUnless(Array.isArray(value) && value.length <= max);
  return value.map(read);
}

// What stands in JSON outside of its strings is enough to see how it was spelled.
function outsideStrings(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, "");
}

function bundleOf(text: string): Bundle {
  let fields = 0;
  const hasOnly = (value: Json, names: string) => {
    fields += names.split(",").length;
    refuseUnless(value && Object.keys(value).sort().join() === names);
  };
  const leafOf = (leaf: Json): ProvenLeaf => {
    hasOnly(leaf, "bytes,index,proof");
    return {
      index: integerOf(leaf.index),
      bytes: bytesOf(leaf.bytes, fromBase64, 0, leafBytesMax),
      proof: listOf(leaf.proof, proofHashesMax, (hash) => bytesOf(hash, fromBase64, 32, 32)),
    };
  };
  const value: Json = JSON.parse(text) ?? {};
  const { version } = value;
  const isOther = Number.isSafeInteger(version) && version !== 1 && version >= 0;
  const bare = outsideStrings(text);
  const hasIntegers = !/[.eE]/.test(bare);
  need(!isOther || !hasIntegers, "unknown_version");
  // Half of a character would come back as another, and what is no text as one.
  const { checkpoint, epochs = [] } = value;
  const ends = value.epochs ? "epochs," : "";
  hasOnly(value, `accounts,checkpoint,donation,entries,${ends}genesis,network,seal,version`);
  const note = utf8(checkpoint);
  const isText = note.length <= checkpointBytesMax && fromUtf8(note) === checkpoint;
  refuseUnless(version === 1 && isText);
  const bundle = {
    network: bytesOf(value.network, fromHex, 32, 32),
    donation: bytesOf(value.donation, fromHex, 32, 32),
    checkpoint,
    genesis: leafOf(value.genesis),
    seal: leafOf(value.seal),
    entries: listOf(value.entries, entriesMax, leafOf),
    accounts: listOf(value.accounts, accountsMax, leafOf),
    epochs: listOf(epochs, linksMax, (link) => bytesOf(link, fromBase64, 0, linkBytesMax)),
  };
  refuseUnless(!ends || bundle.epochs.length);
  // A name more than there are fields was a repetition. A point or an exponent is in no integer.
  refuseUnless(bare.split(":").length === fields + 1 && hasIntegers);
  return bundle;
}

// Throws bad_bundle for what is no bundle, and unknown_version for one of another version than 1.
export function parseBundle(file: Bytes): Bundle {
  const text = file.length <= bundleBytesMax ? fromUtf8(file) : undefined;
  refuseUnless(text);
  try {
    return bundleOf(text);
  } catch (error) {
    // No JSON, or more of something than an engine can bear: V8 finds no end of a string that is long.
    refuseUnless((error as Fault).word);
    throw error;
  }
}
