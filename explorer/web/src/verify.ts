// Checks a bundle against a policy and says where the donation's money is, or what doesn't hold.
//
// Trusts nothing but the policy: it decodes the canonical bytes itself, and what it returns is made
// of those. The eight steps, their order and their words are those of the node's own verifier
// (node/proof/verify.h); the first that fails ends the check.

import type { Bundle, ProvenLeaf } from "./bundle.js";
import { type Bytes, equal } from "./bytes.js";
import { type VerifiedCheckpoint, verifyCheckpoint } from "./checkpoint.js";
import { DecodeFault } from "./decode.js";
import { checkEffects, type PathRecord, type ProvenAccounts, type ProvenRecords } from "./effects.js";
import { Fault, type Step, steps } from "./fault.js";
import { followGift, type Path, shareOf } from "./follow.js";
import {
  type Account,
  decodeAccount,
  decodeEntry,
  type Donation,
  type Entry,
  type Genesis,
  isSoundAccount,
  isSoundGenesis,
  recordId,
  type Seal,
} from "./ledger.js";
import { Merkle, type Tree } from "./merkle.js";
import type { Policy } from "./policy.js";
import type { Primitives } from "./primitives.js";

export type PartKind = "spent" | "fees" | "held" | "refunded" | "rounded";

// What lies at one kind of end: `given` over all parts adds up to the gift.
export interface Part {
  readonly kind: PartKind;
  readonly holder: string;  // Of held money, else empty.
  given: bigint;  // In the gift's currency.
}

export interface VerifiedTrace {
  readonly id: Bytes;
  readonly gift: Donation;
  readonly collector: string;
  readonly genesis: Genesis;
  readonly seal: Seal;
  readonly signatures: VerifiedCheckpoint;
  readonly records: PathRecord[];  // Ascending; all that moved any of the gift.
  readonly path: Path;
  readonly parts: Part[];
}

export type Outcome = { trace: VerifiedTrace } | { fault: Fault };

function decoded<T>(read: (bytes: Bytes) => T, bytes: Bytes): T | undefined {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof DecodeFault) return undefined;
    throw error;
  }
}

const feeCategories = ["platform_fee", "bank_fee", "overhead", "fx_loss"];

class BundleVerifier {
  private readonly merkle: Merkle;
  private readonly members = new Set<string>();
  private readonly records: ProvenRecords = new Map();
  private readonly accounts: ProvenAccounts = new Map();
  private signatures!: VerifiedCheckpoint;
  private genesis!: Genesis;
  private seal!: Seal;
  private donation!: PathRecord;
  private path!: Path;
  private parts: Part[] = [];

  constructor(
    private readonly bundle: Bundle,
    private readonly policy: Policy,
    private readonly primitives: Primitives,
  ) {
    this.merkle = new Merkle(primitives);
  }

  readonly checks: Record<Step, (asked?: Bytes) => Promise<void> | void> = {
    checkpoint: () => this.checkCheckpoint(),
    network: () => this.checkNetwork(),
    seal: () => this.checkSeal(),
    entries: (asked) => this.checkEntries(asked),
    accounts: () => this.checkAccounts(),
    effects: () => checkEffects(this.records, this.accounts, this.donation),
    path: () => {
      this.path = followGift(this.records, this.accounts, this.donation);
    },
    sum: () => this.checkSum(),
  };

  result(): VerifiedTrace {
    const { author, record } = this.donation.entry.authored;
    return {
      id: this.donation.id,
      gift: record.body as Donation,
      collector: author,
      genesis: this.genesis,
      seal: this.seal,
      signatures: this.signatures,
      records: [...this.records.values()],
      path: this.path,
      parts: this.parts,
    };
  }

  private async checkCheckpoint(): Promise<void> {
    const verified = await verifyCheckpoint(this.bundle.checkpoint, this.policy, this.primitives);
    if (typeof verified === "string") throw new Fault("checkpoint", verified);
    this.signatures = verified;
  }

  private inLog({ index, bytes, proof }: ProvenLeaf): Promise<boolean> {
    return this.merkle.includes(this.signatures.checkpoint, index, bytes, proof);
  }

  private async checkNetwork(): Promise<void> {
    const leaf = this.bundle.genesis;
    if (leaf.index !== 0n || !(await this.inLog(leaf))) {
      throw new Fault("network", "wrong_inclusion");
    }
    const entry = decoded(decodeEntry, leaf.bytes);
    if (entry?.is !== "genesis" || !isSoundGenesis(entry)) throw new Fault("network", "bad_entry");
    const network = await this.primitives.sha256(leaf.bytes);
    const named = [this.bundle.network, this.policy.network ?? network];
    const { origin } = this.signatures.checkpoint;
    if (!named.every((id) => equal(id, network)) || entry.origin !== origin) {
      throw new Fault("network", "wrong_network");
    }
    this.genesis = entry;
    for (const { member } of entry.members) this.members.add(member);
  }

  private async checkSeal(): Promise<void> {
    const leaf = this.bundle.seal;
    if (!(await this.inLog(leaf))) throw new Fault("seal", "wrong_inclusion");
    if (leaf.index + 1n !== this.signatures.checkpoint.size) throw new Fault("seal", "wrong_seal");
    const seal = decoded(decodeEntry, leaf.bytes);
    if (seal?.is !== "seal") throw new Fault("seal", "bad_entry");
    // The last leaf's proof is the complete subtrees before it.
    const before = await this.merkle.foldSmallestFirst(leaf.proof);
    const closes =
      equal(seal.log_root, before) &&
      seal.first_entry <= leaf.index &&
      leaf.index - seal.first_entry === BigInt(seal.entry_count);
    if (!closes || !this.members.has(seal.proposer) || seal.time < this.genesis.time) {
      throw new Fault("seal", "wrong_seal");
    }
    this.seal = seal;
  }

  private async checkEntries(asked?: Bytes): Promise<void> {
    let last = -1n;
    for (const leaf of this.bundle.entries) {
      if (leaf.index <= last) throw new Fault("entries", "wrong_order", leaf.index);
      last = leaf.index;
      if (!(await this.inLog(leaf))) throw new Fault("entries", "wrong_inclusion", leaf.index);
      const entry: Entry | undefined = decoded(decodeEntry, leaf.bytes);
      if (entry?.is !== "record") throw new Fault("entries", "bad_entry", leaf.index);
      if (!this.members.has(entry.authored.author)) {
        throw new Fault("entries", "unknown_member", leaf.index);
      }
      const id = await recordId(leaf.bytes, this.primitives);
      this.records.set(leaf.index, { index: leaf.index, id, entry });
    }
    this.checkDonation(asked);
  }

  private checkDonation(asked?: Bytes): void {
    const found = [...this.records.values()].find(({ id }) => equal(id, this.bundle.donation));
    const other = asked && !equal(asked, this.bundle.donation);
    if (other || found?.entry.authored.record.body.is !== "donation") {
      throw new Fault("entries", "wrong_donation");
    }
    this.donation = found;
  }

  private async checkAccounts(): Promise<void> {
    const state: Tree = { size: BigInt(this.seal.account_count), root: this.seal.state_root };
    let last = -1n;
    for (const { index, bytes, proof } of this.bundle.accounts) {
      if (!(await this.merkle.includes(state, index, bytes, proof))) {
        throw new Fault("accounts", "wrong_inclusion", index);
      }
      const account: Account | undefined = decoded(decodeAccount, bytes);
      if (!account || !isSoundAccount(account) || BigInt(account.index) !== index) {
        throw new Fault("accounts", "bad_entry", index);
      }
      if (index <= last) throw new Fault("accounts", "wrong_order", index);
      last = index;
      this.accounts.set(account.index, account);
    }
  }

  private checkSum(): void {
    for (const piece of this.path.pieces) {
      const { holder } = this.accounts.get(piece.account)!;
      for (const units of piece.held) this.addPart("held", holder, shareOf(piece, units));
    }
    for (const { from, units, record, rate, to } of this.path.moves) {
      if (to) continue;
      const { body } = record.entry.authored.record;
      const isFee = body.is === "expenditure" && feeCategories.includes(body.category);
      const left = body.is === "refund" ? "refunded" : isFee ? "fees" : "spent";
      this.addPart(rate ? "rounded" : left, "", shareOf(from, units));
    }
    const order: PartKind[] = ["spent", "fees", "held", "refunded", "rounded"];
    this.parts.sort(
      (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.holder < b.holder ? -1 : 1),
    );
    const sum = this.parts.reduce((total, part) => total + part.given, 0n);
    const gift = this.donation.entry.authored.record.body as Donation;
    if (sum !== gift.amount) throw new Fault("sum", "wrong_sum");
  }

  private addPart(kind: PartKind, holder: string, given: bigint): void {
    const part = this.parts.find((other) => other.kind === kind && other.holder === holder);
    if (part) part.given += given;
    else this.parts.push({ kind, holder, given });
  }
}

// With `asked`, the bundle must be about that donation. `onStep` is told of each step that holds.
export async function verifyBundle(
  bundle: Bundle,
  policy: Policy,
  primitives: Primitives,
  options: { asked?: Bytes; onStep?: (step: Step) => Promise<void> | void } = {},
): Promise<Outcome> {
  const verifier = new BundleVerifier(bundle, policy, primitives);
  try {
    for (const step of steps) {
      await verifier.checks[step](options.asked);
      await options.onStep?.(step);
    }
    return { trace: verifier.result() };
  } catch (error) {
    if (error instanceof Fault) return { fault: error };
    throw error;
  }
}
