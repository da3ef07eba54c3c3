// Bytes and their spellings: hexadecimal, base64, UTF-8, each with exactly one spelling per value.

export type Bytes = Uint8Array<ArrayBuffer>;

export function concat(...parts: Uint8Array[]): Bytes {
  let size = 0;
  for (const part of parts) size += part.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export const ascii = (text: string): Bytes => Uint8Array.from(text, (c) => c.charCodeAt(0));
export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

// The text of well-formed UTF-8; nothing for other bytes. A byte order mark is a character.
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

// Lower case only.
export function fromHex(text: string): Bytes | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = parseInt(text.substr(2 * i, 2), 16);
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

// Standard alphabet, padded, no bits set after the last byte.
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  let plain;
  try {
    plain = atob(text);
  } catch {
    return undefined;
  }
  const bytes = ascii(plain);
  const group = bytes.length % 3;
  if (group === 0) return text.endsWith("=") ? undefined : bytes;
  // Whether the last group is what these bytes are written as.
  return toBase64(bytes.subarray(bytes.length - group)) === text.slice(-4) ? bytes : undefined;
}

export function bigEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  return number;
}
