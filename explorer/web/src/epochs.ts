// The way from the validators that a policy names to those that signed: one link an epoch.
//
// Loaded only for a proof over the ends of epochs. What is checked, in which order and with which
// words is the node's own (node/proof/epoch_chain.h). Source: docs/protocol.md, 3 and 7.

import { type Bytes, concat, equal, toHex, utf8 } from "./bytes.js";
import { decode } from "./decode.js";
import { need } from "./fault.js";
import { areDistinct, decodeEntry, type Entry, isSoundGenesis, type Seal } from "./ledger.js";
import type { VerifierKey } from "./note.js";
import { isAdmissibleKey } from "./point.js";
import type { Policy } from "./policy.js";
import type { Primitives } from "./primitives.js";
import { epoch_link } from "centime:link-reader";

// Who votes in one epoch, in leader order.
interface EpochRecord {
  readonly epoch: bigint;
  readonly validators: { member: string; key: Bytes }[];
  readonly quorum: number;
}

// The end of one epoch: its closing block's seal, that block's finalization, and what comes next.
interface EpochLink {
  readonly seal: Bytes;
  readonly view: bigint;
  readonly parent_view: bigint;
  readonly signatures: { signer: number; signature: Bytes }[];
  readonly next: EpochRecord;
}

// The validators that end the chain, and the policy that is theirs or speaks for itself.
export interface TrustedEpoch {
  readonly validators?: string[];  // Left out where there are no links: those of the genesis.
  readonly policy: Policy;
  readonly changes: number;  // Since the policy's epoch; each was checked.
}

const quorumOf = (validators: number): number =>
  Math.floor((validators + Math.floor((validators - 1) / 3)) / 2) + 1;

function big(value: bigint | number, width: number): Bytes {
  let rest = BigInt(value);
  const bytes = new Uint8Array(width);
  for (let i = width; i > 0; rest >>= 8n) bytes[--i] = Number(rest & 255n);
  return bytes;
}

function epochHash({ epoch, validators, quorum }: EpochRecord, primitives: Primitives) {
  const each = validators.flatMap(({ member, key }) => [big(member.length, 2), utf8(member), key]);
  const record = [big(epoch, 8), big(validators.length, 4), ...each, big(quorum, 4)];
  return primitives.sha256(concat(utf8("centime/epoch/v1\n"), ...record));
}

const isSoundRecord = ({ validators, quorum }: EpochRecord): boolean =>
  validators.length > 0 &&
  quorum === quorumOf(validators.length) &&
  areDistinct(validators.map(({ member }) => member)) &&
  areDistinct(validators.map(({ key }) => toHex(key)));

// But for the ids of keys, each of which is a digest.
function policyOf(network: Bytes, origin: string, { validators, quorum }: EpochRecord): Policy {
  const id = new Uint8Array();
  const logs = validators.map(({ key }) => ({ name: origin, type: 1 as const, key, id }));
  const witnesses = validators.map(({ member, key }) => {
    const name = `${origin}/${member}`;
    return { name, key: { name, type: 4 as const, key, id } };
  });
  const group = { name: "validators", threshold: quorum, members: witnesses.map(({ name }) => name) };
  return { network, logs, witnesses, groups: [group], quorum: group.name };
}

async function withIds(policy: Policy, primitives: Primitives): Promise<Policy> {
  const identified = async (key: VerifierKey): Promise<VerifierKey> => {
    const digest = await primitives.sha256(concat(utf8(key.name), [10, key.type], key.key));
    return { ...key, id: digest.slice(0, 4) };
  };
  const logs = await Promise.all(policy.logs.map(identified));
  const witnesses = await Promise.all(
    policy.witnesses.map(async ({ name, key }) => ({ name, key: await identified(key) })));
  return { ...policy, logs, witnesses };
}

// Equal texts for equal policies.
const spelled = ({ network, logs, witnesses, groups, quorum }: Policy): string =>
  JSON.stringify([
    network && toHex(network),
    logs.map(({ name, key }) => [name, toHex(key)]),
    witnesses.map(({ name, key }) => [name, key.name, toHex(key.key)]),
    groups.map(({ name, threshold, members }) => [name, threshold, members]),
    quorum,
  ]);

// Nothing for what can't be decoded.
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function checkLink(epoch: EpochRecord, link: EpochLink, primitives: Primitives) {
  const seal = attempt(() => decodeEntry(link.seal));
  need(seal?.is === "seal", "bad_epoch", epoch.epoch);
  const { next } = link;
  const ends = seal.epoch === epoch.epoch && next.epoch === epoch.epoch + 1n;
  const commits = equal(seal.next_epoch, await epochHash(next, primitives));
  need(ends && commits && isSoundRecord(next), "bad_epoch", epoch.epoch);
  return seal;
}

async function checkSignatures(
  network: Bytes,
  { epoch, validators, quorum }: EpochRecord,
  { seal: bytes, view, parent_view, signatures }: EpochLink,
  { height }: Seal,
  primitives: Primitives,
): Promise<void> {
  let last = -1;
  for (const { signer } of signatures) {
    need(signer > last && signer < validators.length, "quorum_short", epoch);
    last = signer;
  }
  need(signatures.length >= quorum, "quorum_short", epoch);
  const block = await primitives.sha256(concat([0], bytes));
  const finalize = 1;
  const vote = concat(
    utf8("centime/vote/v1\n"), big(1, 2), network, big(epoch, 8), big(finalize, 1), big(view, 8),
    big(parent_view, 8), big(height, 8), block,
  );
  for (const { signer, signature } of signatures) {
    const holds = await primitives.verify(validators[signer]!.key, vote, signature);
    need(holds, "bad_signature", epoch);
  }
}

// The links lead from epoch 0, the genesis', to the one of the log's last block. Each is checked as
// it is come to, from the first epoch on whose validators are exactly the policy's: whoever made the
// links need not be anybody, and gets no work out of the reader. Throws wrong_network, bad_epoch,
// quorum_short or bad_signature.
export async function follow(
  genesisBytes: Bytes,
  links: readonly Bytes[],
  policy: Policy,
  primitives: Primitives,
): Promise<TrustedEpoch> {
  const network = await primitives.sha256(genesisBytes);
  const genesis: Entry | undefined = attempt(() => decodeEntry(genesisBytes));
  const isIts = genesis?.is === "genesis" && isSoundGenesis(genesis);
  need(isIts && policy.network && equal(policy.network, network), "wrong_network");
  const wanted = spelled(policy);
  const { members, origin } = genesis;
  const first = genesis.validators.map((id) => members.find(({ member }) => member === id)!);
  let epoch: EpochRecord = { epoch: 0n, validators: first, quorum: quorumOf(first.length) };
  let height: bigint | undefined;
  let from = -1;  // The link by which the latest epoch of the policy ends.
  for (let i = 0; ; i++) {
    if (spelled(policyOf(network, origin, epoch)) === wanted) from = i;
    if (i === links.length) break;
    const link = attempt(() => decode<EpochLink>(epoch_link, links[i]!));
    need(link, "bad_epoch", epoch.epoch);
    const seal = await checkLink(epoch, link, primitives);
    need(height === undefined || height < seal.height, "bad_epoch", epoch.epoch);
    if (from >= 0) {
      await checkSignatures(network, epoch, link, seal, primitives);
      need(link.next.validators.every(({ key }) => isAdmissibleKey(key)), "bad_epoch", epoch.epoch);
    }
    height = seal.height;
    epoch = link.next;
  }
  const validators = epoch.validators.map(({ member }) => member);
  const changes = from < 0 ? 0 : links.length - from;
  if (changes === 0) return { validators, policy, changes };
  const own = await withIds(policyOf(network, origin, epoch), primitives);
  return { validators, policy: own, changes };
}
