// What this browser remembers from one visit to the next: the signers' policy and the log's head.
//
// So that a node can't show one log today and another tomorrow. Where the browser keeps nothing,
// nothing is remembered and nothing fails.

import { fromBase64, toBase64, toHex } from "./bytes.js";
import type { Bytes } from "./bytes.js";
import type { Tree } from "./merkle.js";

const policyKey = "centime-policy";
const headKey = (network: Bytes): string => `centime-head-${toHex(network)}`;

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is full or forbidden.
  }
}

export const rememberedPolicy = (): string | null => read(policyKey);
export const rememberPolicy = (fingerprint: string): void => write(policyKey, fingerprint);

export function rememberedHead(network: Bytes): Tree | undefined {
  const [size, base64] = read(headKey(network))?.split(" ") ?? [];
  const root = fromBase64(base64 ?? "");
  if (size === undefined || !/^[0-9]{1,20}$/.test(size) || root?.length !== 32) return undefined;
  return { size: BigInt(size), root };
}

export function rememberHead(network: Bytes, head: Tree): void {
  write(headKey(network), `${head.size} ${toBase64(head.root)}`);
}

export function forget(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("centime-")) localStorage.removeItem(key);
    }
  } catch {
    // There was nothing to forget.
  }
}
