// What a policy file is told by: short enough for paper, and another one for any other file.

import { type Bytes, toHex } from "./bytes.js";
import type { Primitives } from "./primitives.js";

// SHA-256 of the file as it is, in 16 groups of four digits.
export async function policyFingerprint(file: Bytes, primitives: Primitives): Promise<string> {
  return toHex(await primitives.sha256(file)).replace(/.{4}(?=.)/g, "$& ");
}
