// Checks a bundle against a policy and says where the donation's money is, or what doesn't hold.
//
// Trusts nothing but the policy: it decodes the canonical bytes itself, and what it returns is made
// of those. The steps, their order and their words are those of the node's own verifier
// (node/proof/verify.h); the first that fails ends the check.

import type { Bundle, ProvenLeaf } from "./bundle.js";
import { type Bytes, equal } from "./bytes.js";
import { type VerifiedCheckpoint, verifyCheckpoint } from "./checkpoint.js";
import {
  checkEffects,
  type PathRecord,
  type ProvenAccounts,
  type ProvenRecords,
  type Taken,
} from "./effects.js";
import type * as Epochs from "./epochs.js";
import { need, type Step, steps } from "./fault.js";
import { type End, followGift, shareOf } from "./follow.js";
import {
  decodeAccount,
  decodeEntry,
  type Donation,
  feeCategories,
  type Genesis,
  isSoundAccount,
  isSoundGenesis,
  recordId,
  type Seal,
} from "./ledger.js";
import { Merkle, type Tree } from "./merkle.js";
import type { Policy } from "./policy.js";
import type { Primitives } from "./primitives.js";

// In the order of the parts.
const partKinds = ["spent", "fees", "held", "refunded", "rounded"] as const;
export type PartKind = (typeof partKinds)[number];

// What lies at one kind of end: `given` over all parts adds up to the gift.
export interface Part {
  readonly kind: PartKind;
  readonly holder: string;  // Of held money, else empty.
  given: bigint;  // In the gift's currency.
  readonly ends: End[];
}

type TrustedEpoch = Epochs.TrustedEpoch;

export interface VerifiedTrace {
  readonly bundle: Bundle;
  readonly donation: PathRecord;
  readonly gift: Donation;
  readonly genesis: Genesis;
  readonly seal: Seal;
  readonly trusted: TrustedEpoch;
  readonly signatures: VerifiedCheckpoint;
  readonly records: ProvenRecords;  // All that moved any of the gift.
  readonly accounts: ProvenAccounts;
  readonly ends: End[];
  readonly parts: Part[];
}

// What the steps so far have made sure of; each adds its own.
interface Check extends VerifiedTrace {
  readonly policy: Policy;
  readonly asked: Bytes | undefined;
  readonly loadEpochs: () => Promise<typeof Epochs>;
  readonly primitives: Primitives;
  readonly merkle: Merkle;
  readonly taken: Map<number, Taken[]>;
}
type Made = Partial<Check>;

// All at once, for a browser hashes beside the script.
const areIn = (merkle: Merkle, tree: Tree, leaves: readonly ProvenLeaf[]): Promise<boolean[]> =>
  Promise.all(leaves.map(({ index, bytes, proof }) => merkle.includes(tree, index, bytes, proof)));

async function needInLog({ merkle, signatures }: Check, leaf: ProvenLeaf): Promise<void> {
  const [isIn] = await areIn(merkle, signatures.checkpoint, [leaf]);
  need(isIn, "wrong_inclusion", leaf.index);
}

// By far most proofs come from the first epoch.
async function checkEpochs(check: Check): Promise<Made> {
  const { bundle: { epochs, genesis }, policy, primitives } = check;
  if (!epochs.length) return { trusted: { policy, changes: 0 } };
  const { follow } = await check.loadEpochs();
  return { trusted: await follow(genesis.bytes, epochs, policy, primitives) };
}

async function checkNetwork(check: Check): Promise<Made> {
  const { bundle, policy, signatures } = check;
  const { index, bytes } = bundle.genesis;
  need(index === 0n, "wrong_inclusion");
  await needInLog(check, bundle.genesis);
  const genesis = decodeEntry(bytes);
  need(genesis.is === "genesis" && isSoundGenesis(genesis), "bad_entry");
  const network = await check.primitives.sha256(bytes);
  const isNamed = equal(bundle.network, network) && equal(policy.network ?? network, network);
  need(isNamed && genesis.origin === signatures.checkpoint.origin, "wrong_network");
  return { genesis };
}

async function checkSeal(check: Check): Promise<Made> {
  const { bundle, genesis, merkle, signatures } = check;
  const { index, bytes, proof } = bundle.seal;
  await needInLog(check, bundle.seal);
  need(index + 1n === signatures.checkpoint.size, "wrong_seal");
  const seal = decodeEntry(bytes);
  need(seal.is === "seal", "bad_entry");
  // The last leaf's proof is the complete subtrees before it.
  const isBehind = equal(seal.log_root, await merkle.foldSmallestFirst(proof));
  const counts = seal.first_entry + BigInt(seal.entry_count) === index;
  need(isBehind && counts, "wrong_seal");
  const { validators = genesis.validators } = check.trusted;
  const isIts = validators.includes(seal.proposer);
  need(isIts && seal.epoch === BigInt(bundle.epochs.length), "bad_epoch");
  need(seal.time >= genesis.time, "wrong_seal");
  return { seal };
}

async function checkEntries(check: Check): Promise<Made> {
  const { bundle, asked, primitives, merkle, signatures } = check;
  const isIn = await areIn(merkle, signatures.checkpoint, bundle.entries);
  let last = -1n;
  const entries = bundle.entries.map(({ index, bytes }, i) => {
    need(index > last, "wrong_order", index);
    last = index;
    need(isIn[i], "wrong_inclusion", index);
    const entry = decodeEntry(bytes, index);
    need(entry.is === "record", "bad_entry", index);
    return { index, entry };
  });
  const ids = await Promise.all(bundle.entries.map(({ bytes }) => recordId(bytes, primitives)));
  const all = entries.map((entry, i) => ({ ...entry, id: ids[i]! }));
  const records: ProvenRecords = new Map(all.map((record) => [record.index, record]));
  const donation = all.find(({ id }) => equal(id, bundle.donation));
  const gift = donation?.entry.authored.record.body;
  const isAsked = equal(asked ?? bundle.donation, bundle.donation);
  need(isAsked && donation && gift?.is === "donation", "wrong_donation");
  return { records, donation, gift };
}

async function checkAccounts({ bundle, merkle, seal }: Check): Promise<Made> {
  const state = { size: BigInt(seal.account_count), root: seal.state_root };
  const isIn = await areIn(merkle, state, bundle.accounts);
  const accounts: ProvenAccounts = new Map();
  let last = -1n;
  for (const [i, { index, bytes }] of bundle.accounts.entries()) {
    need(isIn[i], "wrong_inclusion", index);
    const account = decodeAccount(bytes, index);
    need(isSoundAccount(account) && BigInt(account.index) === index, "bad_entry", index);
    need(index > last, "wrong_order", index);
    last = index;
    accounts.set(account.index, account);
  }
  return { accounts };
}

function kindOf({ record }: End): PartKind {
  if (!record) return "held";
  const { authored, effects } = record.entry;
  const { body } = authored.record;
  if (effects.fill) return "rounded";
  if (body.is === "refund") return "refunded";
  return body.is === "expenditure" && feeCategories.includes(body.category) ? "fees" : "spent";
}

// What the steps before leave nothing to find for; exported for its test.
export function checkSum({ accounts, ends, gift }: Pick<Check, "accounts" | "ends" | "gift">): Made {
  const parts: Part[] = [];
  let sum = 0n;
  for (const end of ends) {
    const kind = kindOf(end);
    const holder = end.record ? "" : accounts.get(end.piece.account)!.holder;
    const given = shareOf(end);
    let part = parts.find((other) => other.kind === kind && other.holder === holder);
    if (!part) parts.push(part = { kind, holder, ends: [], given: 0n });
    part.given += given;
    part.ends.push(end);
    sum += given;
  }
  need(sum === gift.amount, "wrong_sum");
  const place = ({ kind, holder }: Part) => partKinds.indexOf(kind) + holder;
  parts.sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return { parts };
}

const checks: Record<Step, (check: Check) => Promise<Made> | Made> = {
  epochs: checkEpochs,
  checkpoint: async ({ bundle, trusted, primitives }) => ({
    signatures: await verifyCheckpoint(bundle.checkpoint, trusted.policy, primitives),
  }),
  network: checkNetwork,
  seal: checkSeal,
  entries: checkEntries,
  accounts: checkAccounts,
  effects: ({ records, accounts, donation }) => ({
    taken: checkEffects(records, accounts, donation),
  }),
  path: ({ records, accounts, donation, taken }) => ({
    ends: followGift(records, accounts, donation, taken),
  }),
  sum: checkSum,
};

// With `asked`, the bundle must be about that donation. `onStep` is told of each step that holds.
// Throws the Fault of the first that does not.
export async function verifyBundle(
  bundle: Bundle,
  policy: Policy,
  primitives: Primitives,
  loadEpochs: () => Promise<typeof Epochs>,
  { asked, onStep }: { asked?: Bytes; onStep?: (step: Step) => unknown } = {},
): Promise<VerifiedTrace> {
  const given = { bundle, policy, asked, primitives, loadEpochs, merkle: new Merkle(primitives) };
  const check = given as Check;  // The rest follows, step by step.
  for (const step of steps) {
    Object.assign(check, await checks[step](check));
    await onStep?.(step);
  }
  return check;
}
