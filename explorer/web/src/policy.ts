// Whom a verifier trusts: a C2SP tlog-policy file, with the network's id in a comment line.
//
// Read byte by byte, as the node does: names inside the file may be anything, key names are UTF-8.
// Source: C2SP tlog-policy; docs/protocol.md, 5.

import { ascii, type Bytes, fromHex, fromUtf8, toHex } from "./bytes.js";
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

class PolicyParser {
  private readonly policy: Policy = { logs: [], witnesses: [], groups: [], quorum: "" };
  private readonly names = new Set<string>();
  private readonly grouped = new Set<string>();
  private readonly keys = new Set<string>();

  constructor(private readonly primitives: Primitives) {}

  async run(file: string): Promise<Policy | undefined> {
    if (file !== "" && !file.endsWith("\n")) return undefined;
    for (const line of file.split("\n")) {
      if (!(await this.takeLine(line))) return undefined;
    }
    return this.policy.logs.length > 0 && this.policy.quorum !== "" ? this.policy : undefined;
  }

  private async takeLine(line: string): Promise<boolean> {
    const [kind, ...words] = line.split(/[ \t]+/).filter((word) => word !== "");
    if (kind === undefined) return true;
    if (kind.startsWith("#")) return this.takeComment(line);
    if (kind === "log") return this.takeLog(words);
    if (kind === "witness") return this.takeWitness(words);
    if (kind === "group") return this.takeGroup(words);
    return kind === "quorum" && this.takeQuorum(words);
  }

  private takeComment(line: string): boolean {
    if (!line.startsWith(networkComment)) return true;
    const network = fromHex(line.slice(networkComment.length));
    if (this.policy.network || network?.length !== 32) return false;
    this.policy.network = network;
    return true;
  }

  private async takeKey(word: string | undefined, type: KeyType): Promise<VerifierKey | undefined> {
    const text = fromUtf8(ascii(word ?? ""));
    const key = text === undefined ? undefined : await parseVkey(text, this.primitives);
    if (key?.type !== type) return undefined;
    const name = `${type} ${toHex(key.key)}`;
    if (this.keys.has(name)) return undefined;
    this.keys.add(name);
    return key;
  }

  private async takeLog(words: string[]): Promise<boolean> {
    if (words.length !== 1 && words.length !== 2) return false;
    const key = this.policy.logs.length < namesMax ? await this.takeKey(words[0], 1) : undefined;
    if (key) this.policy.logs.push(key);
    return key !== undefined;
  }

  private async takeWitness(words: string[]): Promise<boolean> {
    const name = words[0];
    if (name === undefined || (words.length !== 2 && words.length !== 3)) return false;
    if (this.policy.witnesses.length === namesMax || !this.takeName(name)) return false;
    const key = await this.takeKey(words[1], 4);
    if (key) this.policy.witnesses.push({ name, key });
    return key !== undefined;
  }

  private takeName(name: string): boolean {
    if (name === "none" || this.names.has(name)) return false;
    this.names.add(name);
    return true;
  }

  private takeGroup([name, count, ...members]: string[]): boolean {
    if (name === undefined || count === undefined || members.length === 0) return false;
    if (this.policy.groups.length === namesMax) return false;
    for (const member of members) {
      if (!this.names.has(member) || this.grouped.has(member)) return false;
      this.grouped.add(member);
    }
    const number = /^[1-9][0-9]{0,9}$/.test(count) ? Number(count) : 0;
    const threshold = count === "all" ? members.length : count === "any" ? 1 : number;
    if (threshold < 1 || threshold > members.length || !this.takeName(name)) return false;
    this.policy.groups.push({ name, threshold, members });
    return true;
  }

  private takeQuorum(words: string[]): boolean {
    const name = words[0];
    if (words.length !== 1 || this.policy.quorum !== "" || name === undefined) return false;
    if (name === "none" || !this.names.has(name)) return false;
    this.policy.quorum = name;
    return true;
  }
}

export async function parsePolicy(
  file: Bytes,
  primitives: Primitives,
): Promise<Policy | undefined> {
  if (file.length > bytesMax) return undefined;
  let text = "";
  for (const byte of file) {
    if ((byte < 0x20 && byte !== 9 && byte !== 10) || byte === 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return new PolicyParser(primitives).run(text);
}

// SHA-256 of the file as it is, in 16 groups of four digits.
export async function policyFingerprint(file: Bytes, primitives: Primitives): Promise<string> {
  return toHex(await primitives.sha256(file)).replace(/.{4}(?=.)/g, "$& ");
}
