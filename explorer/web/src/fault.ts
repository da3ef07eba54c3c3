// What a verifier finds fault with: the steps and the words that all verifiers of the ledger share.

export const steps = [
  "epochs", "checkpoint", "network", "seal", "entries", "accounts", "effects", "path", "sum",
] as const;
export type Step = (typeof steps)[number];

export type Word =
  | "bad_checkpoint"
  | "bad_signature"
  | "unknown_log"
  | "quorum_short"
  | "unknown_version"
  | "wrong_network"
  | "wrong_inclusion"
  | "bad_entry"
  | "wrong_order"
  | "wrong_seal"
  | "bad_epoch"
  | "wrong_effects"
  | "wrong_account"
  | "wrong_donation"
  | "units_unaccounted"
  | "units_spent_twice"
  | "missing_account"
  | "needless_entry"
  | "needless_account"
  | "too_long"
  | "wrong_sum"
  // What is asked before and after the steps.
  | "bad_policy"
  | "other_policy"
  | "changed_policy"
  | "bad_bundle"
  | "older_log"
  | "forked_log"
  | "rewritten_log"
  | "other_figures"
  | "other_words";

// What the decoder says of bytes that are no encoding; to the steps they are a bad entry.
export type DecodeWord = "truncated" | "trailing_bytes" | "too_long" | "bad_text" | "bad_tag";

// Thrown by the step that fails, which is the first after those that held. `at` is the entry or
// account that it is about.
export class Fault extends Error {
  constructor(
    readonly word: Word,
    readonly at?: bigint | number,
    readonly why?: DecodeWord,
  ) {
    super(word);
  }
}

export function need(
  holds: unknown,
  word: Word,
  at?: bigint | number,
  why?: DecodeWord,
): asserts holds {
  if (!holds) throw new Fault(word, at, why);
}
