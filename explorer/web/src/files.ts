// A check of files: a saved proof and a policy, told apart by what is in them.
//
// What the one file that works without a server and the page that checks a file share. A proof that
// was saved before the signers changed does not hold under their policy of today, and nothing in
// either file tells that from a forgery; so the reader is told what to do about it.

import { parseBundle } from "./bundle.js";
import { type Bytes, toHex } from "./bytes.js";
import type * as Epochs from "./epochs.js";
import { type Fault, steps } from "./fault.js";
import type { Panel, StepName } from "./panel.js";
import { parsePolicy } from "./policy.js";
import type { Primitives } from "./primitives.js";
import type { result } from "./result.js";
import { verifyBundle } from "./verify.js";
import type { Words } from "./words.js";

export type Kind = "policy" | "bundle";
export const kinds: readonly Kind[] = ["policy", "bundle"];
export const names: readonly StepName[] = [...kinds, ...steps];

export const bytesOf = async (file: File): Promise<Bytes> => new Uint8Array(await file.arrayBuffer());

// Has `take` called for each file that is dropped anywhere on the page, and `done` after the last. A
// proof is JSON, a policy isn't.
export function takeDropped(take: (kind: Kind, file: File) => Promise<void>, done: () => unknown): void {
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer?.files ?? []) {
      await take(/^\s*\{/.test(await file.slice(0, 64).text()) ? "bundle" : "policy", file);
    }
    done();
  });
}

// Where the parts come from that not every check needs.
export interface Parts {
  loadEpochs(): Promise<typeof Epochs>;
  tell: typeof result;
}

// Shows in the panel, whose steps are `names`, whether the proof holds under the policy. `origin` says
// where the policy is from; nothing if the reader gave it. `first` is "_first" if nobody but this
// page's node named the signers.
export async function checkFiles(
  panel: Panel,
  words: Words,
  files: Record<Kind, Bytes>,
  primitives: Primitives,
  parts: Parts,
  origin = "",
  first = "",
): Promise<void> {
  try {
    const policy = await parsePolicy(files.policy, primitives);
    if (first) panel.begins();
    else panel.holds(origin);
    const bundle = parseBundle(files.bundle);
    panel.holds(words.check("offline_about", { id: toHex(bundle.donation) }));
    const onStep = () => panel.holds();
    const load = () => parts.loadEpochs();
    const trace = await verifyBundle(bundle, policy, primitives, load, { onStep });
    panel.verified(await parts.tell(words, trace, files.policy, primitives, "", first), first);
  } catch (error) {
    // By what it says: a script that was loaded has a class of its own.
    const { word, at } = error as Fault;
    if (!word) throw error;
    const isSigners = panel.step === "checkpoint";
    panel.fails(word, at, undefined, isSigners ? words.check("file_policy_newer") : undefined);
  }
}
