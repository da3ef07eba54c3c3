// Reads the lines of write_vectors: as they are, or each with the bundle and the policy that it is
// about.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

function spliced(bytes, { at, cut, put }) {
  const middle = Buffer.from(put, "base64");
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + cut)]));
}

export async function* damages(file) {
  for await (const text of createInterface({ input: createReadStream(file) })) yield JSON.parse(text);
}

export async function* cases(file) {
  let bundle, policy;
  for await (const line of damages(file)) {
    if (line.bundle !== undefined) {
      bundle = new Uint8Array(Buffer.from(line.bundle));
      policy = new Uint8Array(Buffer.from(line.policy));
    } else if (line.class === "decode") {
      yield { ...line, bytes: new Uint8Array(Buffer.from(line.bytes, "base64")) };
    } else {
      const inPolicy = line.in === "policy";
      yield {
        ...line,
        bundle: inPolicy ? bundle : spliced(bundle, line),
        policy: inPolicy ? spliced(policy, line) : policy,
      };
    }
  }
}
