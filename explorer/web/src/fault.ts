// What a verifier finds fault with: the step and the word that all verifiers of the ledger share.

import type { CheckpointWord } from "./checkpoint.js";

export const steps = [
  "checkpoint", "network", "seal", "entries", "accounts", "effects", "path", "sum",
] as const;
export type Step = (typeof steps)[number];

export type Word =
  | CheckpointWord
  | "unknown_version"
  | "wrong_network"
  | "wrong_inclusion"
  | "bad_entry"
  | "wrong_order"
  | "wrong_seal"
  | "unknown_member"
  | "wrong_effects"
  | "wrong_account"
  | "wrong_donation"
  | "units_unaccounted"
  | "units_spent_twice"
  | "missing_account"
  | "needless_entry"
  | "needless_account"
  | "too_long"
  | "wrong_sum";

// Thrown inside the verifier only. `at` is the entry or account that it is about.
export class Fault extends Error {
  constructor(
    readonly step: Step,
    readonly word: Word,
    readonly at?: bigint,
  ) {
    super(`${step}: ${word}`);
  }
}
