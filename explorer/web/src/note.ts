// Signed notes: who signed, and the checkpoint that they signed.
//
// A note's text means nothing before openNote has found a signature by a known key. Source: C2SP
// signed-note, tlog-checkpoint, tlog-cosignature.

import { bigEndian, type Bytes, concat, equal, fromBase64, fromHex, utf8 } from "./bytes.js";
import { need } from "./fault.js";
import type { Tree } from "./merkle.js";
import { isAdmissibleKey } from "./point.js";
import type { Primitives } from "./primitives.js";

const signaturesMax = 100;
// No control characters, no plus, and no white space, to which U+FEFF does not belong.
const keyName = "((?:\\ufeff|[^\\x00- +\\x85\\s])+)";
const vkeyPattern = RegExp(`^${keyName}\\+([0-9a-f]{8})\\+(.*)$`);
const linePattern = RegExp(`^\u2014 ${keyName} (.*)$`);

export type KeyType = 1 | 4;  // An Ed25519 signature, a cosignature/v1.

export interface VerifierKey {
  readonly name: string;
  readonly type: KeyType;
  readonly key: Bytes;
  readonly id: Bytes;  // Four bytes.
}

export interface Checkpoint extends Tree {
  readonly origin: string;
}

// "<name>+<id>+<base64 of type and key>".
export async function parseVkey(
  text: string,
  primitives: Primitives,
): Promise<VerifierKey | undefined> {
  const [, name = "", hex = "", base64 = ""] = vkeyPattern.exec(text) ?? [];
  const bytes = fromBase64(base64);
  const type = bytes?.[0];
  if (!bytes || (type !== 1 && type !== 4)) return undefined;
  const key = bytes.slice(1);
  if (!isAdmissibleKey(key)) return undefined;
  const digest = await primitives.sha256(concat(utf8(name), [10], bytes));
  const id = digest.slice(0, 4);
  return equal(id, fromHex(hex)!) ? { name, type, key, id } : undefined;
}

function isSignature(
  { key, type }: VerifierKey,
  text: string,
  bytes: Bytes,
  primitives: Primitives,
) {
  if (type === 1) return bytes.length === 64 && primitives.verify(key, utf8(text), bytes);
  const seconds = bigEndian(bytes.subarray(0, 8));
  if (bytes.length !== 72 || seconds >= 1n << 63n) return false;
  const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  return primitives.verify(key, message, bytes.slice(8));
}

export interface OpenedNote {
  readonly text: string;
  readonly signed: VerifierKey[];  // Each once.
  readonly ignoredLines: number;  // By keys that nobody named, and repetitions.
}

// At least one of the keys signed, and no line that names one of them is bad. Throws bad_checkpoint,
// bad_signature, or unknown_log where nobody known signed.
export async function openNote(
  note: string,
  keys: readonly VerifierKey[],
  primitives: Primitives,
): Promise<OpenedNote> {
  // The text may have empty lines; the last one is the separator.
  const end = note.lastIndexOf("\n\n");
  const isText = end >= 0 && note.endsWith("\n") && !/[\x00-\x09\x0b-\x1f]/.test(note);
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n").map((line) => {
    const [, name, base64 = ""] = linePattern.exec(line) ?? [];
    const bytes = fromBase64(base64);
    need(bytes && bytes.length > 4, "bad_checkpoint");
    return { name, id: bytes.subarray(0, 4), bytes: bytes.slice(4) };
  });
  need(isText && lines.length <= signaturesMax, "bad_checkpoint");
  const signed = new Set<VerifierKey>();
  for (const { name, id, bytes } of lines) {
    // An id is four bytes: whoever looks for a key that has another's finds one.
    const named = keys.filter((each) => each.name === name && equal(each.id, id));
    if (named.every((key) => signed.has(key))) continue;
    let signer: VerifierKey | undefined;
    for (const key of named) {
      if (await isSignature(key, text, bytes, primitives)) signer = key;
    }
    need(signer, "bad_signature");
    signed.add(signer);
  }
  need(signed.size, "unknown_log");
  return { text, signed: [...signed], ignoredLines: lines.length - signed.size };
}

// Three lines: origin, size, base64 root. Throws bad_checkpoint.
export function parseCheckpoint(text: string): Checkpoint {
  const pattern = /^([^\n]+)\n(0|[1-9][0-9]{0,19})\n([^\n]+)\n$/;
  const [, origin = "", digits = "", base64 = ""] = pattern.exec(text) ?? [];
  const root = fromBase64(base64);
  const size = BigInt(digits);
  need(root?.length === 32 && size < 1n << 64n, "bad_checkpoint");
  return { origin, size, root };
}
