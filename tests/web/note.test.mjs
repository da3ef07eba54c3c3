// A line of a checkpoint is by whichever key of its name and id it was signed with.
import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import test from "node:test";

import { sources } from "./sources.mjs";

const { parsePolicy, verifyCheckpoint, webcrypto } =
  await sources("policy.ts", "checkpoint.ts", "primitives.ts");

const origin = "a.example";
const be64 = (number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
};

// Of a seed that begins with this number.
function signer(name, type, number) {
  const seed = Buffer.alloc(32);
  seed.writeUInt32LE(number);
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const key = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
  const bytes = Buffer.concat([Buffer.from([type]), key]);
  const id = createHash("sha256").update(`${name}\n`).update(bytes).digest().subarray(0, 4);
  const line = (...parts) => `\u2014 ${name} ${Buffer.concat([id, ...parts]).toString("base64")}\n`;
  return {
    id: id.toString("hex"),
    vkey: `${name}+${id.toString("hex")}+${bytes.toString("base64")}`,
    signed: (text) => line(sign(null, Buffer.from(text), secret)),
    cosigned: (text) => line(be64(1), sign(null, Buffer.from(`cosignature/v1\ntime 1\n${text}`), secret)),
  };
}

// Two keys whose four bytes of id are the same, found by trying 67,285: what a member could do who
// wants another's lines to count for nothing takes longer, not more.
const victim = signer(origin, 1, 58_415);
const other = signer(origin, 1, 67_284);
const witness = signer(`${origin}/w`, 4, 1);
const text = `${origin}\n3\n${Buffer.alloc(32, 7).toString("base64")}\n`;
const cosigned = witness.cosigned(text);

const policyOf = (...logs) => parsePolicy(Buffer.from([
  ...logs.map(({ vkey }) => `log ${vkey}`), `witness w ${witness.vkey}`, "quorum w", "",
].join("\n")), webcrypto);

// The fault's word; nothing if the checkpoint is signed.
async function wordOf(policy, ...lines) {
  try {
    await verifyCheckpoint(`${text}\n${lines.join("")}`, policy, webcrypto);
  } catch ({ word }) {
    return word;
  }
  return "";
}

test("the two keys have one name and one id", () => {
  assert.equal(victim.id, other.id);
  assert.notEqual(victim.vkey, other.vkey);
});

test("a line counts for the key of its id that signed it, in any order of the policy", async () => {
  for (const logs of [[victim, other], [other, victim]]) {
    const policy = await policyOf(...logs);
    assert.equal(await wordOf(policy, victim.signed(text), cosigned), "");
    assert.equal(await wordOf(policy, other.signed(text), cosigned), "");
    assert.equal(await wordOf(policy, victim.signed(text), other.signed(text), cosigned), "");
  }
});

test("a line that no key of its id signed is a bad signature", async () => {
  const policy = await policyOf(victim, other);
  const another = text.replace("\n3\n", "\n4\n");
  assert.equal(await wordOf(policy, victim.signed(another), cosigned), "bad_signature");
  assert.equal(await wordOf(policy, victim.signed(text), other.signed(another), cosigned), "bad_signature");
  assert.equal(await wordOf(await policyOf(other), victim.signed(text), cosigned), "bad_signature");
});

test("a line more by a key that has signed is accounted for by nobody", async () => {
  const policy = await policyOf(victim, other);
  const twice = [victim.signed(text), victim.signed(text)];
  assert.equal(await wordOf(policy, ...twice, cosigned), "bad_checkpoint");
  assert.equal(await wordOf(policy, ...twice, other.signed(text), cosigned), "bad_checkpoint");
});
