// Bytes and their spellings: hexadecimal, base64, UTF-8, each with exactly one spelling per value.

export type Bytes = Uint8Array<ArrayBuffer>;

export const concat = (...parts: Iterable<number>[]): Bytes =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

export const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

// One character a byte, and back.
export const latin1 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
export const fromLatin1 = (text: string): Bytes => Uint8Array.from(text, (c) => c.charCodeAt(0));

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

// The text of well-formed UTF-8; nothing for other bytes. A byte order mark is a character.
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// Lower case only.
export function fromHex(text: string): Bytes | undefined {
  if (!/^([0-9a-f]{2})*$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

export const toBase64 = (bytes: Uint8Array): string => btoa(latin1(bytes));

// Standard alphabet, padded, no bits set after the last byte.
export function fromBase64(text: string): Bytes | undefined {
  try {
    const plain = atob(text);
    return btoa(plain) === text ? fromLatin1(plain) : undefined;
  } catch {
    return undefined;
  }
}

export const bigEndian = (bytes: Uint8Array): bigint =>
  bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
