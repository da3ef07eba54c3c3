// Decides whether enough of the keys that a policy knows have signed a checkpoint.
//
// What counts is distinct public keys, never lines or names.

import { equal } from "./bytes.js";
import { type Checkpoint, openNote, parseCheckpoint } from "./note.js";
import type { Policy } from "./policy.js";
import type { Primitives } from "./primitives.js";

export type CheckpointWord = "bad_checkpoint" | "bad_signature" | "unknown_log" | "quorum_short";

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

function standingOf(group: Policy["groups"][0], names: Map<string, Standing>): Standing {
  const members = group.members.map((name) => names.get(name)!);
  const needs = members.map((member) => member.needed).sort((a, b) => a - b);
  return {
    witnessed: members.filter((member) => member.witnessed).length >= group.threshold,
    needed: needs.slice(0, group.threshold).reduce((sum, need) => sum + need, 0),
  };
}

export async function verifyCheckpoint(
  note: string,
  policy: Policy,
  primitives: Primitives,
): Promise<VerifiedCheckpoint | CheckpointWord> {
  const keys = [...policy.logs, ...policy.witnesses.map((witness) => witness.key)];
  const opened = await openNote(note, keys, primitives);
  if (opened === "malformed") return "bad_checkpoint";
  if (opened === "unverified_note") return "unknown_log";
  if (opened === "bad_signature") return "bad_signature";
  const checkpoint = parseCheckpoint(opened.text);
  if (!checkpoint) return "bad_checkpoint";
  const byLog = opened.verified.some(
    ({ key }) => key.type === 1 && key.name === checkpoint.origin,
  );
  if (!byLog) return "unknown_log";

  const names = new Map<string, Standing>();
  for (const { name, key } of policy.witnesses) {
    const witnessed = opened.verified.some(
      (line) => line.key.type === 4 && line.key.name === key.name && equal(line.key.key, key.key),
    );
    names.set(name, { witnessed, needed: 1 });
  }
  const known = names.size;
  const signed = [...names.values()].filter((name) => name.witnessed).length;
  for (const group of policy.groups) names.set(group.name, standingOf(group, names));
  const quorum = names.get(policy.quorum);
  if (!quorum?.witnessed) return "quorum_short";
  if (opened.ignoredLines > 0) return "bad_checkpoint";
  return { checkpoint, signed, needed: quorum.needed, known };
}
