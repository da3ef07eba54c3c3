// What this browser remembers from one visit to the next: the signers' policy and the log's head.
//
// So that a node can't show one log today and another tomorrow. Where the browser keeps nothing,
// nothing is remembered and nothing fails.

import { type Bytes, fromBase64, toBase64, toHex } from "./bytes.js";
import type { Tree } from "./merkle.js";

const policyKey = "centime-policy-file";
const headKey = (network: Bytes): string => `centime-head-${toHex(network)}`;

// Nothing where storage is full or forbidden.
function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

const ownKeys = (): string[] =>
  attempt(() => Object.keys(localStorage).filter((key) => key.startsWith("centime-"))) ?? [];
const read = (key: string) => attempt(() => localStorage.getItem(key));
const write = (key: string, value: string): void =>
  attempt(() => localStorage.setItem(key, value));

// The whole file: whoever signs by now follows from it.
export function rememberedPolicy(): Bytes | undefined {
  const file = read(policyKey);
  return file ? fromBase64(file) : undefined;
}
export const rememberPolicy = (file: Bytes): void => write(policyKey, toBase64(file));

export function rememberedHead(network: Bytes): Tree | undefined {
  const [, size = "", base64 = ""] = /^(\d{1,20}) (.*)$/.exec(read(headKey(network)) ?? "") ?? [];
  const root = fromBase64(base64);
  return root?.length === 32 ? { size: BigInt(size), root } : undefined;
}

export const rememberHead = (network: Bytes, { size, root }: Tree): void =>
  write(headKey(network), `${size} ${toBase64(root)}`);

export const remembersAny = (): boolean => !!ownKeys().length;

export const forget = (): void => ownKeys().forEach((key) => localStorage.removeItem(key));
