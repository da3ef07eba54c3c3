// Public Ed25519 vectors: WebCrypto and noble both keep the ledger's one rule.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const { isAdmissibleKey, noble, webcrypto } = await import(
  join(process.env.CENTIME_WEB, "verifier.mjs"));

const folder = join(process.env.CENTIME_SHARED_DIR, "vectors");
const skip = existsSync(folder) ? false : `there is no ${folder}`;
const hex = (text) => new Uint8Array(Buffer.from(text, "hex"));
const json = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));

// What other implementations were seen to say, by vector.
function matrix() {
  const lines = readFileSync(join(folder, "ed25519-acceptance-matrix.csv"), "utf8").trim().split("\n");
  const columns = lines[0].split(",");
  return new Map(lines.slice(1).map((line) => {
    const cells = line.split(",");
    return [cells[0], new Map(columns.map((column, i) => [column, cells[i]]))];
  }));
}

async function bothSay({ key, message, signature }, id) {
  const says = await webcrypto.verify(key, message, signature);
  assert.equal(await noble.verify(key, message, signature), says, id);
  return says;
}

test("Wycheproof's verdicts are ours", { skip }, async () => {
  const document = json("wycheproof/ed25519_test.json");
  let count = 0;
  for (const group of document.testGroups) {
    const key = hex(group.publicKey.pk);
    assert.ok(isAdmissibleKey(key), group.publicKey.pk);
    for (const { tcId, msg, sig, result } of group.tests) {
      const says = await bothSay({ key, message: hex(msg), signature: hex(sig) }, `wp/${tcId}`);
      assert.equal(says, result === "valid", `wp/${tcId}`);
      ++count;
    }
  }
  assert.equal(count, 151);
});

test("CCTV's keys are admitted unless odd, and then all say what libsodium says", { skip }, async () => {
  const known = matrix();
  let admitted = 0;
  for (const { number, key: text, msg, sig, flags } of json("cctv-ed25519/ed25519vectors.json")) {
    const key = hex(text);
    const odd = ["low_order_A", "low_order_component_A", "non_canonical_A"].some(
      (flag) => flags?.includes(flag));
    assert.equal(isAdmissibleKey(key), !odd, `cctv/${number}`);
    const message = new Uint8Array(Buffer.from(msg));
    const says = await bothSay({ key, message, signature: hex(sig) }, `cctv/${number}`);
    if (odd) assert.equal(says, false, `cctv/${number}`);
    else {
      ++admitted;
      assert.equal(says, known.get(`cctv/${number}`).get("libsodium-1.0.18") === "1", `cctv/${number}`);
    }
  }
  assert.equal(admitted, 28);
});

test("speccheck's odd keys are refused, and S not below L", { skip }, async () => {
  let admitted = 0;
  for (const [number, { message, pub_key, signature }] of json("speccheck/cases.json").entries()) {
    const key = hex(pub_key);
    if (isAdmissibleKey(key)) ++admitted;
    const says = await bothSay({ key, message: hex(message), signature: hex(signature) }, `sc/${number}`);
    assert.equal(says, false, `sc/${number}`);
  }
  assert.equal(admitted, 2);
});

test("refuses the identity as R, in each spelling", async () => {
  const key = hex("5866666666666666666666666666666666666666666666666666666666666666");
  const s = "5891e8b57a394f5b17f1328f30c5d574d4cd01223ef1cf863c76adefb2f79f0a";
  const message = new Uint8Array(Buffer.from("forged without a nonce"));
  for (const r of ["01" + "00".repeat(31), "01" + "00".repeat(30) + "80", "ee" + "ff".repeat(30) + "7f"]) {
    assert.equal(await bothSay({ key, message, signature: hex(r + s) }, r), false, r);
  }
});

test("refuses keys of mixed and of small order, other spellings and other lengths", () => {
  for (const key of [
    "fe894df18abf1c20088bfbe6c9ad45d42ec20663eaf7111eaea1d851da0d7f89",
    "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
    "6718d0a3d58deaeaefa655eae3f119071deaa2cfebfd0ca28b670f879d657086",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0200000000000000000000000000000000000000000000000000000000000000",
    "09".repeat(31), "09".repeat(33), "",
  ]) {
    assert.equal(isAdmissibleKey(hex(key)), false, key);
  }
});

test("finds the order of a point as noble does, which adds points up", async () => {
  const { Point } = await import(join(process.env.CENTIME_SOURCE_DIR,
    "explorer", "web", "node_modules", "@noble", "ed25519", "index.js"));
  const byNoble = (key) => {
    try {
      const point = Point.fromHex(key);
      return !point.is0() && point.isTorsionFree() && Buffer.from(point.toBytes()).equals(key);
    } catch {
      return false;  // No point, or another spelling of one.
    }
  };
  const digests = (count) => Array.from({ length: count }, (_, i) =>
    createHash("sha256").update(`key ${i}`).digest());
  // Points of the large order, and those beside them that have the small order too.
  const small = ["c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "00".repeat(32), `ec${"ff".repeat(30)}7f`].map((text) => Point.fromHex(text));
  const large = digests(60).map((digest) => Point.BASE.multiply(BigInt(`0x${digest.toString("hex")}`) >> 4n));
  const points = [...small, ...large.flatMap((point) => [point, ...small.map((other) => point.add(other))])];
  const keys = [...digests(400), ...points.map((point) => Buffer.from(point.toBytes()))];
  let admitted = 0;
  for (const key of keys) {
    const answer = isAdmissibleKey(new Uint8Array(key));
    assert.equal(answer, byNoble(key), key.toString("hex"));
    if (answer) ++admitted;
  }
  assert.ok(admitted >= 60 && admitted <= 150, `${admitted} of ${keys.length}`);
});

test("verifies what it should: RFC 8032, 7.1, test 1", async () => {
  const key = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const signature = hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const message = new Uint8Array(0);
  assert.equal(await bothSay({ key, message, signature }, "rfc"), true);
  for (let bit = 0; bit < 512; bit += 7) {
    const flipped = signature.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(await bothSay({ key, message, signature: flipped }, `bit ${bit}`), false);
  }
});
