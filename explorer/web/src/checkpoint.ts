// Decides whether enough of the keys that a policy knows have signed a checkpoint.
//
// What counts is distinct public keys, never lines or names.

import { need } from "./fault.js";
import { type Checkpoint, openNote, parseCheckpoint } from "./note.js";
import type { Policy } from "./policy.js";
import type { Primitives } from "./primitives.js";

export interface VerifiedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly signed: number;  // Of the `known` witnesses, by public key.
  readonly needed: number;  // The least number that is a quorum.
  readonly known: number;
}

// What a name of the policy stands for, given who cosigned.
interface Standing {
  readonly witnessed: boolean;
  readonly needed: number;
}

// Throws bad_checkpoint, bad_signature, unknown_log or quorum_short.
export async function verifyCheckpoint(
  note: string,
  { logs, witnesses, groups, quorum }: Policy,
  primitives: Primitives,
): Promise<VerifiedCheckpoint> {
  const keys = [...logs, ...witnesses.map(({ key }) => key)];
  const { text, signed, ignoredLines } = await openNote(note, keys, primitives);
  const checkpoint = parseCheckpoint(text);
  const byLog = signed.some(({ type, name }) => type === 1 && name === checkpoint.origin);
  need(byLog, "unknown_log");

  // A policy names a key once.
  const names = new Map<string, Standing>();
  for (const { name, key } of witnesses) {
    names.set(name, { witnessed: signed.includes(key), needed: 1 });
  }
  for (const { name, threshold, members } of groups) {
    const standings = members.map((member) => names.get(member)!);
    const needs = standings.map(({ needed }) => needed).sort((a, b) => a - b);
    names.set(name, {
      witnessed: standings.filter(({ witnessed }) => witnessed).length >= threshold,
      needed: needs.slice(0, threshold).reduce((sum, needed) => sum + needed),
    });
  }
  const { witnessed, needed } = names.get(quorum)!;
  need(witnessed, "quorum_short");
  need(ignoredLines === 0, "bad_checkpoint");
  const cosigners = signed.filter(({ type }) => type === 4);
  return { checkpoint, signed: cosigners.length, needed, known: witnesses.length };
}
