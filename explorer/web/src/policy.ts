// Whom a verifier trusts: a C2SP tlog-policy file, with the network's id in a comment line.
//
// Read byte by byte, as the node does: names inside the file may be anything, key names are UTF-8.
// Source: C2SP tlog-policy; docs/protocol.md, 5.

import { type Bytes, fromHex, fromLatin1, fromUtf8, latin1, toHex } from "./bytes.js";
import { need } from "./fault.js";
import { type KeyType, parseVkey, type VerifierKey } from "./note.js";
import type { Primitives } from "./primitives.js";

const bytesMax = 65_536;
const namesMax = 64;  // Logs, witnesses, groups: of each.
const networkComment = "# centime-network ";

export interface Policy {
  network?: Bytes;
  readonly logs: VerifierKey[];
  readonly witnesses: { name: string; key: VerifierKey }[];
  readonly groups: { name: string; threshold: number; members: string[] }[];
  quorum: string;
}

function refuseUnless(holds: unknown): asserts holds {
  need(holds, "bad_policy");
}

// Throws bad_policy.
export async function parsePolicy(file: Bytes, primitives: Primitives): Promise<Policy> {
  refuseUnless(file.length <= bytesMax);
  const text = latin1(file);
  refuseUnless(/^[\t\n -~\x80-\xff]*\n$/.test(text));
  const policy: Policy = { logs: [], witnesses: [], groups: [], quorum: "" };
  const { logs, witnesses, groups } = policy;
  const names = new Set<string>();
  const used = new Set<string>();  // Keys, and names that are in a group.

  function takeOnce(taken: Set<string>, name: string): void {
    refuseUnless(!taken.has(name));
    taken.add(name);
  }

  function takeName(name: string): void {
    refuseUnless(name !== "" && name !== "none");
    takeOnce(names, name);
  }

  async function takeKey(word = "", type: KeyType): Promise<VerifierKey> {
    const key = await parseVkey(fromUtf8(fromLatin1(word)) ?? "", primitives);
    refuseUnless(key?.type === type);
    takeOnce(used, `${type} ${toHex(key.key)}`);
    return key;
  }

  function takeNetwork(hex: string): void {
    const network = fromHex(hex);
    refuseUnless(!policy.network && network?.length === 32);
    policy.network = network;
  }

  function takeGroup(name: string, [count = "", ...members]: string[]): void {
    for (const member of members) {
      refuseUnless(names.has(member));
      takeOnce(used, member);
    }
    const all = members.length;
    const number = members.findIndex((_, i) => count === `${i + 1}`) + 1;
    const threshold = count === "all" ? all : count === "any" ? 1 : number;
    refuseUnless(all && threshold);
    takeName(name);
    groups.push({ name, threshold, members });
  }

  for (const line of text.split("\n")) {
    const [kind = "#", name = "", ...words] = line.match(/[^ \t]+/g) ?? [];
    if (kind.startsWith("#")) {
      if (line.startsWith(networkComment)) takeNetwork(line.slice(networkComment.length));
    } else if (kind === "log") {
      refuseUnless(words.length <= 1 && logs.length < namesMax);
      logs.push(await takeKey(name, 1));
    } else if (kind === "witness") {
      refuseUnless(words.length <= 2 && witnesses.length < namesMax);
      takeName(name);
      witnesses.push({ name, key: await takeKey(words[0], 4) });
    } else if (kind === "group") {
      refuseUnless(groups.length < namesMax);
      takeGroup(name, words);
    } else {
      const isFirst = kind === "quorum" && words.length === 0 && policy.quorum === "";
      refuseUnless(isFirst && names.has(name));
      policy.quorum = name;
    }
  }
  refuseUnless(logs.length > 0 && policy.quorum !== "");
  return policy;
}
