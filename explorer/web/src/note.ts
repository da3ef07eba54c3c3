// Signed notes and the checkpoints in them.
//
// A note's text means nothing before openNote has found a signature by a known key. Source: C2SP
// signed-note, tlog-checkpoint, tlog-cosignature.

import { bigEndian, type Bytes, concat, equal, fromBase64, fromHex, utf8 } from "./bytes.js";
import type { Tree } from "./merkle.js";
import { isAdmissibleKey } from "./point.js";
import type { Primitives } from "./primitives.js";

const noteBytesMax = 1 << 20;
const signaturesMax = 100;
const signaturePrefix = "\u2014 ";
const controls = /[\x00-\x09\x0b-\x1f]/;

export type KeyType = 1 | 4;  // An Ed25519 signature, a cosignature/v1.

export interface VerifierKey {
  readonly name: string;
  readonly type: KeyType;
  readonly key: Bytes;
  readonly id: Bytes;  // Four bytes.
}

interface Line {
  readonly name: string;
  readonly id: Bytes;
  readonly bytes: Bytes;
}

export interface Checkpoint extends Tree {
  readonly origin: string;
}

export type NoteWord = "malformed" | "unverified_note" | "bad_signature";

// Text without control characters; white space as Unicode has it.
export function isKeyName(name: string): boolean {
  const spaces = /[ \n+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
  return name !== "" && !controls.test(name) && !spaces.test(name);
}

function cut(text: string, separator: string): [string, string] | undefined {
  const at = text.indexOf(separator);
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}

// "<name>+<id>+<base64 of type and key>".
export async function parseVkey(
  text: string,
  primitives: Primitives,
): Promise<VerifierKey | undefined> {
  const [name, rest] = cut(text, "+") ?? [];
  const [hex, base64] = cut(rest ?? "", "+") ?? [];
  if (name === undefined || hex === undefined || base64 === undefined) return undefined;
  const id = fromHex(hex);
  const bytes = fromBase64(base64);
  const type = bytes?.[0];
  if (!isKeyName(name) || id?.length !== 4 || !bytes || (type !== 1 && type !== 4)) {
    return undefined;
  }
  const key = bytes.slice(1);
  if (!isAdmissibleKey(key)) return undefined;
  const digest = await primitives.sha256(concat(utf8(name), Uint8Array.of(10), bytes));
  return equal(digest.subarray(0, 4), id) ? { name, type, key, id } : undefined;
}

function parseLine(line: string): Line | undefined {
  if (!line.startsWith(signaturePrefix)) return undefined;
  const [name, base64] = cut(line.slice(signaturePrefix.length), " ") ?? [];
  if (name === undefined || base64 === undefined || !isKeyName(name)) return undefined;
  const bytes = fromBase64(base64);
  if (!bytes || bytes.length <= 4) return undefined;
  return { name, id: bytes.slice(0, 4), bytes: bytes.slice(4) };
}

function parseNote(note: string): { text: string; lines: Line[] } | undefined {
  if (utf8(note).length > noteBytesMax || controls.test(note)) return undefined;
  // The text may have empty lines; the last one is the separator.
  const separator = note.lastIndexOf("\n\n");
  if (separator < 0 || !note.endsWith("\n")) return undefined;
  const lines: Line[] = [];
  for (const text of note.slice(separator + 2, -1).split("\n")) {
    const line = parseLine(text);
    if (!line || lines.length === signaturesMax) return undefined;
    lines.push(line);
  }
  return { text: note.slice(0, separator + 1), lines };
}

export interface OpenedNote {
  readonly text: string;
  readonly verified: { key: VerifierKey; seconds: bigint }[];  // One a key at most.
  readonly ignoredLines: number;  // By keys that nobody named, and repetitions.
}

async function isSignature(
  { key, type }: VerifierKey,
  text: string,
  bytes: Bytes,
  primitives: Primitives,
): Promise<boolean> {
  if (type === 1) return bytes.length === 64 && primitives.verify(key, utf8(text), bytes);
  if (bytes.length !== 72) return false;
  const seconds = bigEndian(bytes.subarray(0, 8));
  if (seconds >= 1n << 63n) return false;
  const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  return primitives.verify(key, message, bytes.slice(8));
}

// At least one of the keys signed, and no line that names one of them is bad.
export async function openNote(
  note: string,
  keys: readonly VerifierKey[],
  primitives: Primitives,
): Promise<OpenedNote | NoteWord> {
  const parsed = parseNote(note);
  if (!parsed) return "malformed";
  const verified: OpenedNote["verified"] = [];
  for (const line of parsed.lines) {
    const named = keys.filter((key) => key.name === line.name && equal(key.id, line.id));
    const key = named[0];
    if (!key) continue;
    if (named.length > 1) return "bad_signature";
    if (verified.some((other) => other.key === key)) continue;
    if (!(await isSignature(key, parsed.text, line.bytes, primitives))) return "bad_signature";
    const seconds = key.type === 4 ? bigEndian(line.bytes.subarray(0, 8)) : 0n;
    verified.push({ key, seconds });
  }
  if (verified.length === 0) return "unverified_note";
  return { text: parsed.text, verified, ignoredLines: parsed.lines.length - verified.length };
}

// Three lines: origin, size, base64 root.
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin, size, base64, ...rest] = text.split("\n");
  if (!origin || size === undefined || base64 === undefined) return undefined;
  if (rest.length !== 1 || rest[0] !== "" || !/^(0|[1-9][0-9]{0,19})$/.test(size)) return undefined;
  const root = fromBase64(base64);
  if (root?.length !== 32 || BigInt(size) >= 1n << 64n) return undefined;
  return { origin, size: BigInt(size), root };
}
